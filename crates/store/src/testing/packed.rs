//! What was written, packed into one piece of memory that was there before: recording must not hold on
//! to the many small pieces that a store would use again, nor ask the system for memory, or it would
//! slow down what it measures.

use super::tape::{Entry, Made};
use crate::commit::{Commit, Guard, Write};
use crate::statement::Statement;
use crate::value::Value;

/// Transactions one after the other.
#[derive(Debug, Default)]
pub(super) struct Packed {
    marks: Vec<Mark>,
    bytes: Vec<u8>,
    transactions: usize,
}

/// What begins a transaction or an entry, or stands in one.
#[derive(Clone, Copy, Debug)]
enum Mark {
    /// How many transactions had ended when this one began.
    Transaction(usize),
    Commit,
    Fresh(&'static Statement, usize),
    Write(&'static Statement, usize),
    Claim(&'static Statement, usize),
}

/// How many bytes of values stand beside one mark, at least.
const BYTES_PER_MARK: usize = 64;

impl Packed {
    /// Room for so many bytes of values; more is taken when they come.
    pub(super) fn with_room(bytes: usize) -> Packed {
        let mut packed = Packed {
            marks: vec![Mark::Commit; bytes / BYTES_PER_MARK],
            // Other than zero, so that the system hands the memory over now.
            bytes: vec![1; bytes],
            transactions: 0,
        };
        packed.marks.clear();
        packed.bytes.clear();
        packed
    }

    /// How many transactions there are.
    pub(super) fn transactions(&self) -> usize {
        self.transactions
    }

    /// Adds what one transaction made. Guards that only read are left out: they are never written
    /// again.
    pub(super) fn pack(&mut self, begun_after: usize, all: &[Made<'_>]) {
        self.transactions += 1;
        self.marks.push(Mark::Transaction(begun_after));
        for made in all {
            match *made {
                Made::Commit(commit) => {
                    self.marks.push(Mark::Commit);
                    for write in commit.guards.iter().filter_map(fresh_of) {
                        let mark = Mark::Fresh(write.statement, write.values.len());
                        self.add(mark, &write.values);
                    }
                    for write in &commit.writes {
                        let mark = Mark::Write(write.statement, write.values.len());
                        self.add(mark, &write.values);
                    }
                }
                Made::Claim(statement, values) => {
                    self.add(Mark::Claim(statement, values.len()), values);
                }
            }
        }
    }

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

    /// The transactions as they were: how many had ended when each began, and its entries.
    pub(super) fn unpack(&self) -> Vec<(usize, Vec<Entry>)> {
        let mut all = Vec::with_capacity(self.transactions);
        let mut rest = self.bytes.as_slice();
        for mark in &self.marks {
            if let Mark::Transaction(begun_after) = *mark {
                all.push((begun_after, Vec::new()));
            }
            let Some((_, entries)) = all.last_mut() else {
                continue;
            };
            match *mark {
                Mark::Transaction(_) => {}
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
        all
    }
}

fn fresh_of(guard: &Guard) -> Option<&Write> {
    match guard {
        Guard::Fresh(write) => Some(write),
        Guard::Profile { .. } | Guard::Job { .. } | Guard::Endpoint { .. } => None,
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
        let made = [Made::Claim(&STATEMENT, &values), Made::Commit(&commit)];
        let claim = Entry::Claim {
            statement: &STATEMENT,
            values: values.clone(),
        };
        let expected = [claim, Entry::Commit(commit.clone())];
        let mut packed = Packed::with_room(1);
        packed.pack(0, &made);
        packed.pack(1, &made);
        assert_eq!(packed.transactions(), 2);
        let expected = [(0, &expected), (1, &expected)];
        assert_eq!(format!("{:?}", packed.unpack()), format!("{expected:?}"));
    }
}
