//! Reading the files of the data folder.

use std::io::Read;
use std::path::Path;

use countries::Code;
use screening::date::{ListDate, PartialDate};
use screening::entry::Gender;
use screening::evidence::Evidence;

/// The text of a file, unpacked where its name ends in `.zst`.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
    let file = std::fs::File::open(path).map_err(wrong)?;
    let mut bytes = Vec::new();
    if path.extension().is_some_and(|ending| ending == "zst") {
        let mut decoder = zstd::Decoder::new(file).map_err(wrong)?;
        decoder.read_to_end(&mut bytes).map_err(wrong)?;
    } else {
        let mut file = file;
        file.read_to_end(&mut bytes).map_err(wrong)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The rows of a CSV file, without a header row where it has one.
pub(crate) fn rows(text: &str, header: bool) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(header)
        .flexible(true)
        .from_reader(text.as_bytes());
    let records = reader.records().filter_map(Result::ok);
    records
        .map(|record| record.iter().map(|field| field.trim().to_owned()).collect())
        .collect()
}

/// The evidence that a labeled set gives as texts.
pub(crate) fn evidence<'a>(
    born: impl Iterator<Item = &'a str>,
    countries: impl Iterator<Item = &'a str>,
    gender: Option<&str>,
) -> Evidence {
    let dates = born.filter_map(|date| date.parse::<PartialDate>().ok());
    let mut countries: Vec<Code> = countries
        .flat_map(|text| countries::codes(text).found)
        .collect();
    countries.sort_unstable();
    countries.dedup();
    let gender = match gender.map(str::to_ascii_lowercase).as_deref() {
        Some("male" | "m") => Some(Gender::Male),
        Some("female" | "f") => Some(Gender::Female),
        _ => None,
    };
    Evidence {
        born: dates.map(ListDate::Known).collect(),
        countries,
        gender,
        numbers: Vec::new(),
    }
}

/// Hits, misses and false alarms at a threshold.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) hits: f64,
    pub(crate) misses: f64,
    pub(crate) alarms: f64,
}

impl Tally {
    /// Counts scores with their labels.
    pub(crate) fn of(judged: &[(f64, bool)], threshold: f64) -> Tally {
        let mut tally = Tally::default();
        for (score, label) in judged {
            match (*score >= threshold, *label) {
                (true, true) => tally.hits += 1.0,
                (false, true) => tally.misses += 1.0,
                (true, false) => tally.alarms += 1.0,
                (false, false) => {}
            }
        }
        tally
    }

    pub(crate) fn precision(self) -> f64 {
        self.hits / (self.hits + self.alarms).max(1.0)
    }

    pub(crate) fn recall(self) -> f64 {
        self.hits / (self.hits + self.misses).max(1.0)
    }

    pub(crate) fn f1(self) -> f64 {
        2.0 * self.hits / (2.0 * self.hits + self.misses + self.alarms).max(1.0)
    }
}

/// The best F1 at any threshold, and the threshold.
pub(crate) fn best(judged: &[(f64, bool)]) -> (f64, f64) {
    let thresholds = (1..100).map(|step| f64::from(step) / 100.0);
    let scored = thresholds.map(|threshold| (Tally::of(judged, threshold).f1(), threshold));
    scored.fold(
        (0.0, 0.0),
        |best, next| if next.0 > best.0 { next } else { best },
    )
}
