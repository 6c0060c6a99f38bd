//! What was written in one transaction, packed into one piece of memory: recording must not hold on to
//! the many small pieces that a store would use again, or it would slow down what it measures.

use super::tape::Entry;
use crate::commit::{Commit, Guard, Write};
use crate::statement::Statement;
use crate::value::Value;

/// The entries of one transaction.
#[derive(Debug)]
pub(super) struct Packed {
    marks: Vec<Mark>,
    bytes: Vec<u8>,
}

/// What begins an entry, or stands in one.
#[derive(Clone, Copy, Debug)]
enum Mark {
    Commit,
    Fresh(&'static Statement, usize),
    Write(&'static Statement, usize),
    Claim(&'static Statement, usize),
}

/// Packs entries. Guards that only read are left out: they are never written again.
pub(super) fn pack(entries: Vec<Entry>) -> Packed {
    let size = |values: &[Value]| values.iter().map(|value| 9 + value.size()).sum::<usize>();
    let of_entry = |entry: &Entry| match entry {
        Entry::Commit(commit) => {
            let fresh = commit.guards.iter().filter_map(fresh_of);
            let writes = fresh.chain(&commit.writes);
            writes.map(|write| size(&write.values)).sum()
        }
        Entry::Claim { values, .. } => size(values),
    };
    let mut packed = Packed {
        marks: Vec::new(),
        bytes: Vec::with_capacity(entries.iter().map(of_entry).sum()),
    };
    for entry in entries {
        match entry {
            Entry::Commit(commit) => {
                packed.marks.push(Mark::Commit);
                for write in commit.guards.iter().filter_map(fresh_of) {
                    packed.add(
                        Mark::Fresh(write.statement, write.values.len()),
                        &write.values,
                    );
                }
                for write in &commit.writes {
                    packed.add(
                        Mark::Write(write.statement, write.values.len()),
                        &write.values,
                    );
                }
            }
            Entry::Claim { statement, values } => {
                packed.add(Mark::Claim(statement, values.len()), &values);
            }
        }
    }
    packed
}

fn fresh_of(guard: &Guard) -> Option<&Write> {
    match guard {
        Guard::Fresh(write) => Some(write),
        Guard::Profile { .. } | Guard::Job { .. } | Guard::Endpoint { .. } => None,
    }
}

impl Packed {
    fn add(&mut self, mark: Mark, values: &[Value]) {
        self.marks.push(mark);
        for value in values {
            let (kind, bytes): (u8, &[u8]) = match value {
                Value::Null => (0, &[]),
                Value::Integer(number) => (1, &number.to_le_bytes()),
                Value::Text(text) => (2, text.as_bytes()),
                Value::Uuid(id) => (3, &id.to_le_bytes()),
                Value::Bytes(bytes) => (4, bytes),
            };
            self.bytes.push(kind);
            self.bytes
                .extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// The entries as they were.
    pub(super) fn unpack(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut rest = self.bytes.as_slice();
        for mark in &self.marks {
            match *mark {
                Mark::Commit => entries.push(Entry::Commit(Commit::new())),
                Mark::Claim(statement, count) => {
                    let values = take(&mut rest, count);
                    entries.push(Entry::Claim { statement, values });
                }
                Mark::Fresh(statement, count) => {
                    let write = Write::new(statement, take(&mut rest, count));
                    if let Some(Entry::Commit(commit)) = entries.last_mut() {
                        commit.guards.push(Guard::Fresh(write));
                    }
                }
                Mark::Write(statement, count) => {
                    let write = Write::new(statement, take(&mut rest, count));
                    if let Some(Entry::Commit(commit)) = entries.last_mut() {
                        commit.writes.push(write);
                    }
                }
            }
        }
        entries
    }
}

fn take(rest: &mut &[u8], count: usize) -> Vec<Value> {
    (0..count).map_while(|_| take_one(rest)).collect()
}

fn take_one(rest: &mut &[u8]) -> Option<Value> {
    let (head, tail) = rest.split_at_checked(9)?;
    let length = u64::from_le_bytes(head[1..].try_into().ok()?);
    let (bytes, tail) = tail.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = tail;
    Some(match head[0] {
        1 => Value::Integer(i64::from_le_bytes(bytes.try_into().ok()?)),
        2 => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        3 => Value::Uuid(u128::from_le_bytes(bytes.try_into().ok()?)),
        4 => Value::Bytes(bytes.to_vec()),
        _ => Value::Null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    static STATEMENT: Statement = Statement::select("packed.test", "select 1");

    #[test]
    fn entries_come_out_as_they_went_in() {
        let values = vec![
            Value::Null,
            Value::Integer(-7),
            Value::Text("Zoë".to_owned()),
            Value::Uuid(u128::MAX - 3),
            Value::Bytes(vec![0, 255]),
        ];
        let write = || Write::new(&STATEMENT, values.clone());
        let commit = Commit::new().guard(Guard::Fresh(write())).write(write());
        let entries = vec![
            Entry::Claim {
                statement: &STATEMENT,
                values: values.clone(),
            },
            Entry::Commit(commit),
        ];
        let before = format!("{entries:?}");
        assert_eq!(format!("{:?}", pack(entries).unpack()), before);
    }
}
