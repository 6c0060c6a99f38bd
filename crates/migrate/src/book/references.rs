//! Finding the client a row speaks of.

use super::{Client, Entity, Outcome, Verdict};
use crate::mapping::Mapping;

/// Every reference of the book and the rows that carry it.
pub(super) struct References {
    /// The clients that have one, by it and by their order.
    places: Vec<usize>,
}

/// The rows that have a reference, by it and then by their order.
pub(super) fn in_order<T>(rows: &[T], reference: impl Fn(&T) -> &String) -> Vec<usize> {
    let mut places: Vec<usize> = (0..rows.len())
        .filter(|place| !reference(&rows[*place]).is_empty())
        .collect();
    places.sort_by_key(|place| (reference(&rows[*place]), *place));
    places
}

/// What a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// No row carries it.
    Unknown,
    /// A client that comes over.
    Migrates(usize),
    /// Only rows that were rejected.
    Rejected,
    /// A client that the scope leaves out, and what the scope rule calls it.
    OutOfScope(&'a str),
}

impl References {
    pub(super) fn of(clients: &[Client]) -> References {
        References {
            places: in_order(clients, |client| &client.row.reference),
        }
    }

    /// The rows that carry a reference, in their order.
    fn places(&self, clients: &[Client], reference: &str) -> &[usize] {
        let of = |place: &usize| clients[*place].row.reference.as_str();
        let start = self.places.partition_point(|place| of(place) < reference);
        let found = &self.places[start..];
        &found[..found.partition_point(|place| of(place) == reference)]
    }

    /// What a reference leads to in the scope of the book.
    pub(super) fn in_scope<'a>(&self, clients: &'a [Client], reference: &str) -> Found<'a> {
        self.find(clients, reference, |client| &client.row.verdict)
    }

    /// What a reference leads to in scope `all`.
    pub(super) fn in_all<'a>(&self, clients: &'a [Client], reference: &str) -> Found<'a> {
        self.find(clients, reference, |client| &client.in_all)
    }

    /// The kind of client a reference leads to: of the one that comes over, else whatever became of its row.
    pub(super) fn entity(&self, clients: &[Client], reference: &str) -> Option<Entity> {
        let place = match self.in_scope(clients, reference) {
            Found::Migrates(place) => place,
            Found::Unknown | Found::Rejected | Found::OutOfScope(_) => {
                *self.places(clients, reference).first()?
            }
        };
        Some(clients[place].entity)
    }

    fn find<'a>(
        &self,
        clients: &'a [Client],
        reference: &str,
        verdict: impl Fn(&'a Client) -> &'a Verdict,
    ) -> Found<'a> {
        let places = self.places(clients, reference);
        if places.is_empty() {
            return Found::Unknown;
        }
        if let Some(place) = places
            .iter()
            .find(|place| verdict(&clients[**place]).migrates())
        {
            return Found::Migrates(*place);
        }
        let is_rejected = |place: &&usize| verdict(&clients[**place]).outcome == Outcome::Reject;
        if places.iter().any(|place| is_rejected(&place)) {
            return Found::Rejected;
        }
        let left_out = places
            .iter()
            .find_map(|place| clients[*place].out_of_scope.as_deref());
        left_out.map_or(Found::Rejected, Found::OutOfScope)
    }
}

/// The client a row follows, or the verdict against the row. `owner` is what was found under its
/// reference, `column` the name of the column that held it.
pub(super) fn owner(mapping: &Mapping, owner: Found<'_>, column: &str) -> Result<usize, Verdict> {
    match owner {
        Found::Migrates(place) => Ok(place),
        Found::Unknown => Err(Verdict::reject(vec![
            mapping.reasons.of("owner_unknown", column),
        ])),
        Found::Rejected => Err(Verdict::reject(vec![
            mapping.reasons.of("owner_not_migrated", ""),
        ])),
        Found::OutOfScope(value) => Err(Verdict::skip(
            mapping.reasons.of("owner_out_of_scope", value),
        )),
    }
}
