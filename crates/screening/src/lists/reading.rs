//! A publication while it is read: entries by id, and what could not be understood.

use std::collections::BTreeMap;

use super::dates::Order;
use super::problem::{At, Problem, Problems};
use super::{Format, Hints, PartRead, Publication};
use crate::entry::Entry;

pub(crate) use super::draft::Draft;

/// A publication with more entries is read no further.
pub(crate) const ENTRIES_MAX: usize = 10_000_000;

pub(crate) struct Reading {
    pub(crate) hints: Hints,
    /// The name of the part that is being read.
    pub(crate) part: String,
    pub(crate) published: Option<String>,
    pub(crate) declared: Option<u64>,
    pub(crate) records: u64,
    entries: BTreeMap<String, Entry>,
    problems: Problems,
    broken: Option<String>,
}

impl Reading {
    pub(crate) fn new(hints: Hints) -> Reading {
        Reading {
            hints,
            part: String::new(),
            published: None,
            declared: None,
            records: 0,
            entries: BTreeMap::new(),
            problems: Problems::default(),
            broken: None,
        }
    }

    /// The entry of this id, new or known; none where the publication has too many.
    pub(crate) fn entry(&mut self, at: At, id: &str) -> Option<Draft<'_>> {
        if self.entries.len() >= ENTRIES_MAX && !self.has(id) {
            self.broken(&format!("it has more than {ENTRIES_MAX} entries"));
            return None;
        }
        let entry = self.entries.entry(id.to_owned()).or_insert_with(|| Entry {
            id: id.to_owned(),
            ..Entry::default()
        });
        Some(Draft {
            entry,
            at,
            part: &self.part,
            order: Order::DayFirst,
            problems: &mut self.problems,
        })
    }

    /// The entry of this id if there is one.
    pub(crate) fn known(&mut self, at: At, id: &str) -> Option<Draft<'_>> {
        self.has(id).then(|| self.entry(at, id))?
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.entries.contains_key(id)
    }

    pub(crate) fn forget(&mut self, id: &str) {
        self.entries.remove(id);
    }

    pub(crate) fn problem(&mut self, at: At, entry: Option<&str>, what: String) {
        self.problems.add(Problem {
            part: self.part.clone(),
            at,
            entry: entry.map(str::to_owned),
            what,
        });
    }

    /// The publication is not whole; the first reason counts.
    pub(crate) fn broken(&mut self, why: &str) {
        if self.broken.is_none() {
            self.broken = Some(format!("{}: {why}", self.part));
        }
    }

    pub(crate) fn finish(mut self, format: Format, parts: Vec<PartRead>) -> Publication {
        let mut entries = Vec::with_capacity(self.entries.len());
        for (id, entry) in std::mem::take(&mut self.entries) {
            if entry.names.is_empty() {
                self.problem(
                    At::Whole,
                    Some(&id),
                    "it has no name and was left out".to_owned(),
                );
            } else {
                entries.push(entry.canonical());
            }
        }
        Publication {
            format,
            published: self.published,
            declared: self.declared,
            records: self.records,
            entries,
            problems: self.problems,
            broken: self.broken,
            parts,
        }
    }
}
