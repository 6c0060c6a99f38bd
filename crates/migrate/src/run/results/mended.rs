//! `mended.csv`: what the source says in the rows that a mended one stands in for.

use std::path::Path;

use super::super::Work;
use super::writer;
use crate::Error;
use crate::book::Judged;
use crate::mapping::Source;

/// Writes every cell that differs, or nothing where no row was mended.
pub(super) fn write(work: &Work, path: &Path) -> Result<(), Error> {
    let _ = std::fs::remove_file(path);
    let sources = &work.book.mapping.sources;
    if sources.iter().all(|source| source.mended.is_none()) {
        return Ok(());
    }
    let mut file = writer(path)?;
    file.write(["file", "row", "key", "column", "source", "mended"])?;
    for row in work.book.rows() {
        let source = &sources[row.source];
        for [column, before, now] in differing(source, row)? {
            let number = row.record.row.to_string();
            file.write([
                &source.file,
                &number,
                &row.reference,
                &column,
                &before,
                &now,
            ])?;
        }
    }
    file.end()
}

/// Whether a mended row stands here for the source's.
pub(super) fn is_mended(source: &Source, row: &Judged) -> Result<bool, Error> {
    let mended = source.mended.as_ref();
    let before = mended.map(|mended| mended.before(row.record.row));
    Ok(before.transpose()?.flatten().is_some())
}

fn differing(source: &Source, row: &Judged) -> Result<Vec<[String; 3]>, Error> {
    let mended = source.mended.as_ref();
    let before = mended.map(|mended| mended.before(row.record.row));
    let Some(before) = before.transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    let now = row.record.cells.get()?;
    let cell = |cells: &[String], place: usize| cells.get(place).cloned().unwrap_or_default();
    let count = before.len().max(now.len());
    let cells = (0..count).map(|place| {
        let column = source.columns.get(place).cloned();
        let column = column.unwrap_or_else(|| format!("#{}", place + 1));
        [column, cell(&before, place), cell(&now, place)]
    });
    Ok(cells.filter(|[_, before, now]| before != now).collect())
}
