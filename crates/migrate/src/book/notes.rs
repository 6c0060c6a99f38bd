//! Notes about clients.

use serde_json::Value;

use super::references::owner;
use super::{Judged, Judging, Kept, Verdict, Written, column_name, rows_of};
use crate::Error;
use crate::row::Row;

/// One note.
#[derive(Clone, Debug)]
pub struct Note {
    /// The row and its judgement; its reference is the client's.
    pub row: Judged,
    /// The client, if it comes over.
    pub owner: Option<usize>,
    /// The body that creates the note.
    pub body: Kept<Value>,
}

/// Reads and judges the notes.
pub(super) fn judge(judging: Judging<'_>) -> Result<Vec<Note>, Error> {
    let Judging {
        mapping,
        clients,
        references,
        keep,
    } = judging;
    let Some(map) = &mapping.notes else {
        return Ok(Vec::new());
    };
    let column = column_name(mapping, map.source, map.owner);
    let rows = rows_of(mapping, map.source)?.map(|row| {
        let (record, bad) = row?;
        let mut row = Row::new(&record.cells, &map.cells, mapping.as_of);
        let reference = row.cell(map.owner).unwrap_or_default();
        let mapped = row.fields(&map.fields);
        let found = references.in_scope(clients, &reference);
        let (owner, verdict) = match (bad, owner(mapping, found, &column)) {
            (Some(reason), _) => (None, Verdict::reject(vec![reason])),
            (None, Err(verdict)) => (None, verdict),
            (None, Ok(place)) => (Some(place), Verdict::of(mapped.rejects, mapped.warnings)),
        };
        Ok(Note {
            row: Judged {
                source: map.source,
                record: Written::keep(&record, keep)?,
                reference,
                verdict,
                advice: None,
            },
            owner,
            body: keep.put(&mapped.body)?,
        })
    });
    rows.collect()
}
