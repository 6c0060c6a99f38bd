//! Which columns lead to other files.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::column::{Counting, Reference};
use super::{Inspected, Table};

/// Of a hundred different values, how many must be keys elsewhere.
const FOUND_OF_100_MIN: usize = 80;
/// And how many of them one file must add to what others have.
const SHARE_OF_100_MIN: usize = 5;
/// Fewer different values than this lead nowhere: they may be there by chance.
const VALUES_COUNT_MIN: usize = 5;

/// The columns of every file with the hashes of their values: small, whatever the values are.
#[derive(Default)]
pub(super) struct Links {
    hasher: RandomState,
    columns: Vec<Known>,
}

struct Known {
    file: String,
    column: String,
    place: usize,
    is_key: bool,
    values: HashSet<u64>,
}

impl Links {
    /// The hashes of a column's values; none where there are too few to lead elsewhere.
    pub(super) fn hashes(&self, values: &Counting) -> HashSet<u64> {
        if values.values().len() < VALUES_COUNT_MIN {
            return HashSet::new();
        }
        let values = values.values();
        values.map(|value| self.hasher.hash_one(value)).collect()
    }

    /// Adds the columns of a table, each with what [`Links::hashes`] made of it.
    pub(super) fn add(&mut self, file: &str, table: &Table, values: Vec<HashSet<u64>>) {
        for (place, (column, values)) in table.columns.iter().zip(values).enumerate() {
            if !values.is_empty() {
                self.columns.push(Known {
                    file: file.to_owned(),
                    column: column.name.clone(),
                    place,
                    is_key: column.is_key,
                    values,
                });
            }
        }
    }

    /// Writes into the columns where they lead.
    pub(super) fn tell(&self, files: &mut [Inspected]) {
        for from in self.columns.iter().filter(|column| !column.is_key) {
            let file = files.iter_mut().find(|file| file.file == from.file);
            if let Some(Ok(table)) = file.map(|file| &mut file.outcome) {
                table.columns[from.place].refers = self.keys_of(from);
            }
        }
    }

    /// The keys of other files that hold almost all values of a column between them, each time the
    /// one that holds most of those left: a file with nothing but what another has is not meant. A
    /// key leads nowhere itself.
    fn keys_of(&self, from: &Known) -> Vec<Reference> {
        let all = from.values.len();
        let others = self.columns.iter();
        let mut others: Vec<&Known> = others
            .filter(|other| other.is_key && other.file != from.file)
            .collect();
        let mut left = from.values.clone();
        let mut found: Vec<Reference> = Vec::new();
        loop {
            let counted = others.iter().enumerate();
            let counted = counted.map(|(at, to)| (left.intersection(&to.values).count(), at));
            let Some((count, at)) = counted.rev().max_by_key(|(count, _)| *count) else {
                break;
            };
            if count == 0 || count * 100 < all * SHARE_OF_100_MIN {
                break;
            }
            let to = others.swap_remove(at);
            left.retain(|value| !to.values.contains(value));
            let common = from.values.intersection(&to.values).count();
            found.push(Reference {
                file: to.file.clone(),
                column: to.column.clone(),
                percent: common as u64 * 100 / all as u64,
            });
        }
        if (all - left.len()) * 100 < all * FOUND_OF_100_MIN {
            found.clear();
        }
        found
    }
}
