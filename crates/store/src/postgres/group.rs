//! Puts the writes of many commits together: those of the same statement become one statement
//! over arrays. The order of the writes *within* a commit is kept; commits of one batch do not
//! guard the same rows, so their order among each other is free.

use std::collections::HashSet;

use crate::commit::Write;
use crate::statement::{Clash, Form, Statement};
use crate::value::Value;

/// Writes of one statement that can be made together.
pub(super) struct Group<'commits> {
    pub(super) statement: &'static Statement,
    pub(super) rows: Vec<&'commits [Value]>,
    keys: HashSet<&'commits [Value]>,
}

/// Groups the writes of several commits; each inner list is one commit's writes in their order.
pub(super) fn group<'commits>(
    commits: impl Iterator<Item = &'commits [Write]>,
) -> Vec<Group<'commits>> {
    let mut groups: Vec<Group<'commits>> = Vec::new();
    for writes in commits {
        let mut earliest = 0;
        for write in writes {
            earliest = place(&mut groups, write, earliest);
        }
    }
    for group in &mut groups {
        group.sort();
    }
    groups
}

/// The statements that the writes of several commits become, each with its rows.
#[cfg(feature = "testing")]
pub(crate) fn grouping<'commits>(
    commits: impl Iterator<Item = &'commits [Write]>,
) -> Vec<(&'static Statement, Vec<Vec<Value>>)> {
    let owned = |group: Group<'_>| {
        let rows = group.rows.iter().map(|row| row.to_vec());
        (group.statement, rows.collect())
    };
    group(commits).into_iter().map(owned).collect()
}

/// Puts a write into the first fitting group from `earliest` on, or into a new one; says which.
fn place<'commits>(
    groups: &mut Vec<Group<'commits>>,
    write: &'commits Write,
    earliest: usize,
) -> usize {
    let key = write.statement.key(&write.values);
    let fits = |group: &Group<'_>| {
        std::ptr::eq(group.statement, write.statement)
            && !(needs_distinct_keys(write.statement) && group.keys.contains(key))
    };
    let found = groups
        .iter()
        .skip(earliest)
        .position(fits)
        .map(|place| place + earliest);
    let place = found.unwrap_or(groups.len());
    if found.is_none() {
        groups.push(Group {
            statement: write.statement,
            rows: Vec::new(),
            keys: HashSet::new(),
        });
    }
    if let Some(group) = groups.get_mut(place) {
        group.rows.push(&write.values);
        if needs_distinct_keys(write.statement) {
            group.keys.insert(key);
        }
    }
    place
}

/// Whether the server refuses, or leaves undefined, two rows of one key in one statement.
fn needs_distinct_keys(statement: &Statement) -> bool {
    match statement.form() {
        Form::Insert { conflict, .. } => matches!(conflict, Clash::Overwrite | Clash::Set(_)),
        Form::Update { .. } => true,
        _ => false,
    }
}

impl Group<'_> {
    /// Rows that may exist are locked in the order of their keys, so that two batches that meet
    /// wait for each other instead of deadlocking.
    fn sort(&mut self) {
        let statement = self.statement;
        match statement.form() {
            Form::Insert { .. } | Form::Update { .. } | Form::Delete { .. } => {
                self.rows
                    .sort_by(|left, right| statement.key(left).cmp(statement.key(right)));
            }
            _ => {}
        }
    }
}
