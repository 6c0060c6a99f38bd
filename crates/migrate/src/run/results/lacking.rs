//! Companies that come over without some of their associates: the rows of those were rejected. The
//! company's own row says nothing of it, so its line in the result file does.

use std::collections::HashMap;

use crate::Book;
use crate::book::Outcome;

/// Rows that are named with one company; the rest are counted.
const NAMED_COUNT_MAX: usize = 50;

/// The rejected associate rows of each company that comes over.
#[derive(Debug, Default)]
pub(in crate::run) struct Lacking(HashMap<(usize, u64), Rejected>);

/// The rejected associate rows of one company.
#[derive(Debug, Default)]
struct Rejected {
    /// The first [`NAMED_COUNT_MAX`], as codes.
    named: Vec<String>,
    /// All of them.
    count: usize,
}

impl Lacking {
    /// Of every company of a book, by source and number of its row.
    pub(in crate::run) fn of(book: &Book) -> Lacking {
        let mut lacking: HashMap<(usize, u64), Rejected> = HashMap::new();
        for associate in &book.associates {
            let (Some(owner), Outcome::Reject) = (associate.owner, associate.row.verdict.outcome)
            else {
                continue;
            };
            let company = &book.clients[owner].row;
            if company.verdict.migrates() {
                let place = (company.source, company.record.row);
                let rejected = lacking.entry(place).or_default();
                rejected.add(|| {
                    let file = &book.mapping.sources[associate.row.source].file;
                    format!("associate_rejected:{file}:{}", associate.row.record.row)
                });
            }
        }
        Lacking(lacking)
    }

    /// How many companies lack somebody.
    pub(in crate::run) fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// What a company's row lacks, as codes (`associate_rejected:FILE:ROW`), joined by `;`; empty when
    /// it lacks nobody.
    pub(super) fn of_row(&self, source: usize, row: u64) -> String {
        let rejected = self.0.get(&(source, row));
        rejected.map_or_else(String::new, Rejected::told)
    }
}

impl Rejected {
    fn add(&mut self, code: impl FnOnce() -> String) {
        self.count += 1;
        if self.named.len() < NAMED_COUNT_MAX {
            self.named.push(code());
        }
    }

    fn told(&self) -> String {
        let named = self.named.join(";");
        match self.count - self.named.len() {
            0 => named,
            more => format!("{named};associate_rejected_more:{more}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_rows_are_named_and_the_rest_are_counted() {
        for (count, expected_named, expected_end) in [
            (1, 1, "row:0"),
            (50, 50, "row:49"),
            (51, 50, "row:49;associate_rejected_more:1"),
            (2_000, 50, "row:49;associate_rejected_more:1950"),
        ] {
            let mut rejected = Rejected::default();
            for row in 0..count {
                rejected.add(|| format!("row:{row}"));
            }
            assert_eq!(rejected.named.len(), expected_named);
            assert!(
                rejected.told().ends_with(expected_end),
                "{}",
                rejected.told()
            );
        }
    }
}
