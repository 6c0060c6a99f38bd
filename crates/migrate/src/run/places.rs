//! Where the rows of the book stood when the run last planned them.
//!
//! A run plans the rows as they stand. Whoever looks later may be given a source with more rows or fewer:
//! a row that says what it said then is known all the same, by its content.

use std::collections::HashMap;

use super::Work;
use super::marks::Mark;
use crate::Error;
use crate::book::Judged;
use crate::ledger::RowState;

/// By source and number, of rows that do not stand where a row like them was planned: where one was.
#[derive(Debug, Default)]
pub(super) struct Places(HashMap<(usize, u64), Option<u64>>);

impl Places {
    /// Finds the rows of the book among those that were planned.
    pub(super) fn of(work: &Work) -> Result<Places, Error> {
        let mut planned = Vec::new();
        for (source, one) in work.book.mapping.sources.iter().enumerate() {
            for (number, hash) in work.ledger.planned(&one.file)? {
                planned.push((source, Mark::of(&hash), number));
            }
        }
        planned.sort_unstable();
        let mut is_taken = vec![false; planned.len()];
        let mut places = HashMap::new();
        // Of rows that say the same, the first stands for the first: so their steps are named.
        for row in work.book.rows() {
            let (number, like) = (row.record.row, (row.source, Mark::of(&row.record.hash())));
            let start = planned.partition_point(|(source, mark, _)| (*source, *mark) < like);
            let found = (start..planned.len())
                .take_while(|at| (planned[*at].0, planned[*at].1) == like)
                .find(|at| !is_taken[*at]);
            if let Some(at) = found {
                is_taken[at] = true;
            }
            let stood = found.map(|at| planned[at].2);
            if stood != Some(number) {
                places.insert((row.source, number), stood);
            }
        }
        Ok(Places(places))
    }

    fn stood(&self, row: &Judged) -> Option<u64> {
        let number = row.record.row;
        let place = self.0.get(&(row.source, number));
        place.copied().unwrap_or(Some(number))
    }
}

impl Work {
    /// What is known of a row that says what it said when the run last planned it.
    pub(super) fn planned(&self, row: &Judged) -> Result<Option<RowState>, Error> {
        let Some(number) = self.places.stood(row) else {
            return Ok(None);
        };
        let file = self.file(row);
        if self.ledger.hash_at(file, number)?.as_ref() != Some(&row.record.hash()) {
            return Ok(None);
        }
        self.ledger.row(file, number)
    }
}
