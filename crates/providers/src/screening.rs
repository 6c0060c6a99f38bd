//! Screening against the lists that were loaded, inside the process.
//!
//! The cast: a [`Subject`] is what is known of somebody, taken from the collected data; whoever holds
//! the lists finds [`Found`] for it; [`answer`] puts that into the shapes of the contract. Nothing
//! here looks at a clock or a list: the same request, subject and findings have the same answer.

mod answer;
mod reason;
mod shape;
mod subject;

use std::sync::Arc;

use ::screening::comparison::{Edge, Term};
use ::screening::entry::Entry;
use serde::{Deserialize, Serialize};

pub use answer::{answer, concerns};
pub use reason::{explained, words};
pub use subject::{SUBJECT_NAMES_MAX, Subject, subject};

/// A list that was screened against, as it is cited for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// The name of the source.
    pub name: String,
    /// What its publisher calls the publication.
    pub publication: String,
    /// The number of the snapshot.
    pub snapshot: i64,
    /// The hash of the bytes as published.
    pub sha256: String,
}

/// What every answer cites.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// The name of the provider in the policy.
    pub provider_name: String,
    /// The account.
    pub account: i64,
    /// The profile, as 32 hexadecimal digits.
    pub profile: String,
    /// The version of the policy.
    pub policy: u64,
    /// The version of the engine.
    pub engine: String,
    /// The number of the swap that all lists were at.
    pub lists_as_of: i64,
    /// The lists that were screened against.
    pub lists: Vec<List>,
    /// The tables of name parts, where any are loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<List>,
    /// Likeness from which somebody counts as a match.
    pub threshold: f64,
    /// Matches at most.
    pub max_matches: u32,
    /// Whether the screened one is watched from then on.
    pub is_monitored: bool,
}

/// Who was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The best first; each has at least the likeness that was asked for.
    pub hits: Vec<Hit>,
    /// How many more there were, which are left out.
    pub more: usize,
}

/// One entry of a list that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The place of its list in [`Citation::lists`].
    pub list: usize,
    /// What the list says.
    pub entry: Arc<Entry>,
    /// The name of the entry that was the likest.
    pub name: String,
    /// The name of the subject that it was likest to.
    pub subject_name: String,
    /// From 0 to 1.
    pub score: f64,
    /// The same as log-odds: the sum of the terms.
    pub log_odds: f64,
    /// What the likeness is made of.
    pub terms: Vec<Term>,
    /// Words of the subject's name beside those of the entry's.
    pub alignment: Vec<Edge>,
    /// Why it is no match by the false-positive rules.
    pub ignored: Option<String>,
}
