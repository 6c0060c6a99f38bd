//! Scans of clients' documents.

use std::path::Path;

use serde_json::{Value, json};

use super::files::{self, FileFacts};
use super::references::owner;
use super::{Judged, Judging, Kept, Verdict, Written, column_name, rows_of};
use crate::Error;
use crate::mapping::{DocumentKind, DocumentMap};
use crate::row::{Row, add};
use crate::source::Record;

/// One scan.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The row and its judgement; its reference is the client's.
    pub row: Judged,
    /// The client, if it comes over.
    pub owner: Option<usize>,
    /// What it becomes.
    pub kind: Option<DocumentKind>,
    /// The file, if it can be read.
    pub file: Option<FileFacts>,
    /// Fields of the document.
    pub body: Kept<Value>,
}

impl Scan {
    /// The document of this kind, made of an image.
    ///
    /// Errors: as [`Kept::get`].
    pub(crate) fn document(&self, kind: &DocumentKind, image: &str) -> Result<Value, Error> {
        let mut body = self.body.get()?;
        body["category"] = json!(kind.category);
        body["document_type"] = json!(kind.document_type);
        body["images"] = json!([{"id": image}]);
        Ok(body)
    }
}

/// Reads and judges the documents; `folder` is the source folder.
pub(super) fn judge(judging: Judging<'_>, folder: &Path) -> Result<Vec<Scan>, Error> {
    let mapping = judging.mapping;
    let Some(map) = &mapping.documents else {
        return Ok(Vec::new());
    };
    let scans = folder.join(&map.folder);
    let column = column_name(mapping, map.source, map.owner);
    let rows = rows_of(mapping, map.source)?.map(|row| {
        let (record, bad) = row?;
        let mut scan = scan(judging, map, &scans, &record)?;
        let found = judging
            .references
            .in_scope(judging.clients, &scan.row.reference);
        match (bad, owner(mapping, found, &column)) {
            (Some(reason), _) => scan.row.verdict = Verdict::reject(vec![reason]),
            (None, Err(verdict)) => scan.row.verdict = verdict,
            (None, Ok(place)) => scan.owner = Some(place),
        }
        Ok(scan)
    });
    rows.collect()
}

fn scan(
    judging: Judging<'_>,
    map: &DocumentMap,
    scans: &Path,
    record: &Record,
) -> Result<Scan, Error> {
    let Judging { mapping, keep, .. } = judging;
    let mut row = Row::new(&record.cells, &map.cells, mapping.as_of);
    let reference = row.cell(map.owner).unwrap_or_default();
    let name = row.cell(map.file).unwrap_or_default();
    let kind = row
        .cell(map.kind)
        .and_then(|code| map.kinds.get(&code).cloned());
    if kind.is_none() {
        row.fail(&map.on_unknown_kind);
    }
    let mut mapped = row.fields(&map.fields);
    let examined = if map.has_subfolders {
        files::examine_below(scans, &name)
    } else {
        files::examine(scans, &name)
    };
    let file = match examined {
        Ok(file) => {
            if file.is_named_otherwise {
                add(
                    &mut mapped.warnings,
                    &mapping.reasons.of("file_type_mismatch", ""),
                );
            }
            Some(file)
        }
        Err(fault) => {
            add(&mut mapped.rejects, &mapping.reasons.of(fault.rule(), ""));
            None
        }
    };
    let verdict = Verdict::of(mapped.rejects, mapped.warnings);
    let row = Judged {
        source: map.source,
        record: Written::keep(record, keep)?,
        reference,
        verdict,
        advice: None,
    };
    Ok(Scan {
        row,
        owner: None,
        kind,
        file,
        body: keep.put(&mapped.body)?,
    })
}
