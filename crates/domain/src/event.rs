//! Events: matches and alerts on a profile.

use jiff::Timestamp;

use crate::EventId;

/// A match or alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// What it is about.
    pub kind: EventKind,
    /// The provider's id of the match; the same match found again is the same event.
    pub match_id: Option<String>,
    /// What became of it.
    pub resolution: Resolution,
    /// When it came in.
    pub created: Timestamp,
    /// When it was last resolved.
    pub resolved: Option<Timestamp>,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// A politically exposed person.
    Pep,
    /// A sanction.
    Sanction,
    /// Adverse media.
    AdverseMedia,
    /// A match the provider could not put in a category.
    Refer,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [EventKind; 4] = [
        EventKind::Pep,
        EventKind::Sanction,
        EventKind::AdverseMedia,
        EventKind::Refer,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            EventKind::Pep => "PEP",
            EventKind::Sanction => "sanction",
            EventKind::AdverseMedia => "adverse media",
            EventKind::Refer => "refer",
        }
    }
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// Nobody has looked yet.
    Unresolved,
    /// A false positive.
    Mismatch,
    /// Confirmed.
    Match,
    /// Ignored.
    Ignore,
    /// Led to a task.
    CreatedTask,
}
