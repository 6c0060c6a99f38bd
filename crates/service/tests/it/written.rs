//! What a store has written since it was asked to record: the jobs and the commits.

use std::collections::BTreeMap;

use store::Value;
use store::testing::{Entry, Tape};

/// Jobs and commits, counted.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Commits that wrote something or held something.
    pub(crate) commits: usize,
    /// Jobs that were ended, by kind.
    pub(crate) ended: BTreeMap<String, usize>,
    /// Jobs that were put off because they failed, by kind.
    pub(crate) put_off: BTreeMap<String, usize>,
    /// Claims that found something, by the kind they asked for.
    pub(crate) claims: BTreeMap<String, usize>,
}

impl Written {
    /// Everything on a tape.
    pub(crate) fn on(tape: &Tape) -> Written {
        let mut written = Written::default();
        for entry in tape.batches().into_iter().flat_map(|batch| batch.entries) {
            written.note(&entry);
        }
        written
    }

    fn note(&mut self, entry: &Entry) {
        match entry {
            Entry::Claim { statement, values } if statement.name() == "job.claim" => {
                count(&mut self.claims, &values[2]);
            }
            Entry::Claim { .. } => {}
            Entry::Commit(commit) => {
                self.commits += 1;
                for write in &commit.writes {
                    match write.statement.name() {
                        "job.finish" => count(&mut self.ended, &write.values[1]),
                        "job.retry" => count(&mut self.put_off, &write.values[1]),
                        _ => {}
                    }
                }
            }
        }
    }

    /// Jobs of a kind that were ended.
    pub(crate) fn ended(&self, kind: &str) -> usize {
        self.ended.get(kind).copied().unwrap_or_default()
    }

    /// Claims that found jobs of a kind.
    pub(crate) fn claims(&self, kind: &str) -> usize {
        self.claims.get(kind).copied().unwrap_or_default()
    }
}

/// Counts by the kind, which begins every key.
fn count(counts: &mut BTreeMap<String, usize>, key: &Value) {
    let Value::Text(key) = key else {
        panic!("a key is text");
    };
    let kind = key.split(':').next().unwrap_or_default();
    *counts.entry(kind.to_owned()).or_default() += 1;
}
