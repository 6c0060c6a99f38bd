//! Checks: one run of a check variant, as the core sees it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::{AssociatedRole, CheckId, CheckVariantId, Entity, TaskId};

/// One run of a check. The core keeps its verdict, not its output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its id.
    pub id: CheckId,
    /// The variant that was run.
    pub variant: CheckVariantId,
    /// The task versions it serves.
    pub tasks: BTreeSet<TaskId>,
    /// How far it is.
    pub state: CheckState,
    /// Whether a person or the API asked for it, rather than the policy.
    pub asked: bool,
    /// When it was ordered.
    pub ordered: Timestamp,
    /// When it ended.
    pub completed: Option<Timestamp>,
    /// The result as the provider said it, `2+2`.
    pub result: Option<String>,
    /// The result as a class.
    pub decision: Option<Decision>,
    /// Associates the check found.
    pub candidates: Vec<Candidate>,
}

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// Ordered.
    Pending,
    /// At the provider.
    Running,
    /// Ended; it has a decision.
    Complete,
}

/// The class of a check's result (`product.md` 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// PASS
    Pass,
    /// FAIL
    Fail,
    /// PARTIAL
    Partial,
    /// WARN
    Warn,
    /// ERROR
    Error,
}

impl Decision {
    /// The API's name.
    pub fn name(self) -> &'static str {
        match self {
            Decision::Pass => "PASS",
            Decision::Fail => "FAIL",
            Decision::Partial => "PARTIAL",
            Decision::Warn => "WARN",
            Decision::Error => "ERROR",
        }
    }
}

/// An associate that a check found, or that is listed without a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Tells it from others on the same company; the same associate found again has the same key.
    pub key: String,
    /// Individual or company.
    pub entity: Entity,
    /// Its role.
    pub role: AssociatedRole,
    /// Percentage of shares, when known.
    pub share: Option<Decimal>,
}

/// What a provider answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckVerdict {
    /// The result as the provider said it.
    pub result: Option<String>,
    /// The result as a class.
    pub decision: Decision,
    /// Associates it found.
    pub candidates: Vec<Candidate>,
    /// Matches it found.
    pub matches: Vec<FoundMatch>,
}

/// A match that a screening check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundMatch {
    /// What it is about.
    pub kind: crate::EventKind,
    /// The provider's lasting id of the match.
    pub match_id: String,
    /// Whether the institution's false-positive rules dismissed it.
    pub ignored: bool,
}
