//! What was done about rows that changed since they were sent, over all runs of a state.

use std::fs::OpenOptions;
use std::path::Path;

use csv::{QuoteStyle, ReaderBuilder, StringRecord, WriterBuilder};

use super::{broken, table};
use crate::Error;

/// The columns; the last two are the number of the run's start and when it began.
const HEADER: [&str; 8] = [
    "file",
    "row",
    "key",
    "profile_id",
    "what",
    "how",
    "run",
    "begun_at",
];

/// Adds what one run did to what earlier ones did.
///
/// Errors: the file cannot be read or written.
pub(super) fn add(path: &Path, rows: impl Iterator<Item = [String; 8]>) -> Result<(), Error> {
    let unusable = |error: csv::Error| broken(path, &error.to_string());
    if !path.exists() {
        return table(path, HEADER, rows);
    }
    let reader = ReaderBuilder::new().flexible(true).from_path(path);
    let mut reader = reader.map_err(unusable)?;
    let header = reader.headers().map_err(unusable)?;
    if !header.iter().eq(HEADER) {
        // An older version of the tool wrote the latest run only, and not which it was.
        let before: Result<Vec<StringRecord>, csv::Error> = reader.records().collect();
        let before = before.map_err(unusable)?;
        let cell = |row: &StringRecord, at| row.get(at).unwrap_or_default().to_owned();
        let before = before
            .iter()
            .map(|row| std::array::from_fn(|at| cell(row, at)));
        return table(path, HEADER, before.chain(rows));
    }
    let file = OpenOptions::new().append(true).open(path);
    let file = file.map_err(|error| broken(path, &error.to_string()))?;
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .from_writer(file);
    for row in rows {
        writer.write_record(&row).map_err(unusable)?;
    }
    let flushed = writer.flush();
    flushed.map_err(|error| broken(path, &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_earlier_runs_did_stays_also_where_it_had_no_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changes.csv");
        let row = |run: &str| ["f", "1", "k", "p", "w", "h", run, "then"].map(str::to_owned);
        let old = "\"file\",\"row\",\"key\",\"profile_id\",\"what\",\"how\"\n\"f\",\"1\",\"k\",\"p\",\"w\",\"h\"\n";
        for (before, expected) in [(None, "12"), (Some(old), "12")] {
            let _ = std::fs::remove_file(&path);
            if let Some(before) = before {
                std::fs::write(&path, before).unwrap();
            }
            for run in ["1", "2"] {
                add(&path, std::iter::once(row(run))).unwrap();
            }
            let mut reader = csv::Reader::from_path(&path).unwrap();
            let rows: Vec<StringRecord> = reader.records().map(Result::unwrap).collect();
            assert_eq!(rows.len(), 2 + usize::from(before.is_some()));
            let runs: Vec<&str> = rows.iter().map(|row| &row[6]).collect();
            assert_eq!(runs.concat(), expected);
            assert!(rows.iter().all(|row| &row[5] == "h"));
        }
    }
}
