//! Companies that come over without some of their associates: the rows of those were rejected. The
//! company's own row says nothing of it, so its line in the result file does.

use std::collections::HashMap;

use crate::Book;
use crate::book::Outcome;

/// Rows that are named with one company; the rest are counted.
const NAMED_COUNT_MAX: usize = 50;

/// The rejected associate rows of each company that comes over.
#[derive(Debug, Default)]
pub(in crate::run) struct Lacking(HashMap<(usize, u64), Vec<String>>);

impl Lacking {
    /// Of every company of a book, by source and number of its row.
    pub(in crate::run) fn of(book: &Book) -> Lacking {
        let mut lacking: HashMap<(usize, u64), Vec<String>> = HashMap::new();
        for associate in &book.associates {
            let (Some(owner), Outcome::Reject) = (associate.owner, associate.row.verdict.outcome)
            else {
                continue;
            };
            let company = &book.clients[owner].row;
            if company.verdict.migrates() {
                let file = &book.mapping.sources[associate.row.source].file;
                let row = format!("associate_rejected:{file}:{}", associate.row.record.row);
                let place = (company.source, company.record.row);
                lacking.entry(place).or_default().push(row);
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
        let Some(all) = self.0.get(&(source, row)) else {
            return String::new();
        };
        let mut named: Vec<String> = all.iter().take(NAMED_COUNT_MAX).cloned().collect();
        if all.len() > NAMED_COUNT_MAX {
            let more = all.len() - NAMED_COUNT_MAX;
            named.push(format!("associate_rejected_more:{more}"));
        }
        named.join(";")
    }
}
