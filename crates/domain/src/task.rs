//! Tasks: versions of a piece of due diligence on a profile.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{CheckVariantId, EventId, ProfileId, TaskId, TaskVariantId};

/// One version of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What it is a version of.
    pub variant: TaskVariantId,
    /// When it was created.
    pub created: Timestamp,
    /// Why it exists.
    pub cause: TaskCause,
    /// Incomplete, passed or failed.
    pub state: TaskState,
    /// Who set the state.
    pub set_by: SetBy,
    /// When it passed; for an imported fact, as of when.
    pub passed: Option<Timestamp>,
    /// Where an imported pass comes from ("legacy KYC review").
    pub provenance: Option<String>,
    /// When an imported pass arrived; `None` also of one that was stored before this was kept.
    pub arrived: Option<Timestamp>,
    /// When it expires.
    pub expires: Option<Timestamp>,
    /// Whether a person set the expiry.
    pub custom_expiry: bool,
    /// Issued ahead of the old version's expiry: it neither blocks nor counts until then.
    pub upcoming: bool,
    /// The hidden first version of a variant that skips it.
    pub skipped: bool,
    /// Checks to be run again although this version has had them.
    pub rerun: BTreeSet<CheckVariantId>,
    /// Automatic checks that were switched off when the policy added this version: they are not run
    /// for it by themselves, neither now nor later.
    pub withheld: BTreeSet<CheckVariantId>,
}

/// Why a task version exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskCause {
    /// The policy asks for it.
    Policy,
    /// The version before it expires.
    Expiry,
    /// Somebody added it.
    Person,
    /// A decision was reverted.
    Revert,
}

/// Whether a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// INCOMPLETE
    Incomplete,
    /// COMPLETED_PASS
    Passed,
    /// COMPLETED_FAIL
    Failed,
}

/// Who set a task's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// The policy, or nobody yet.
    Policy,
    /// A person, or the API. Settle does not undo it on the same evidence, and a task that a
    /// person set incomplete never passes by itself.
    Person {
        /// The events on the profile at that time.
        events: BTreeSet<EventId>,
        /// The associates on the task's list at that time.
        associates: BTreeSet<ProfileId>,
    },
}

impl Task {
    /// A new, incomplete version.
    pub fn new(id: TaskId, variant: TaskVariantId, created: Timestamp, cause: TaskCause) -> Task {
        Task {
            id,
            variant,
            created,
            cause,
            state: TaskState::Incomplete,
            set_by: SetBy::Policy,
            passed: None,
            provenance: None,
            arrived: None,
            expires: None,
            custom_expiry: false,
            upcoming: false,
            skipped: false,
            rerun: BTreeSet::new(),
            withheld: BTreeSet::new(),
        }
    }

    /// Whether a person decided its state.
    pub fn is_by_hand(&self) -> bool {
        matches!(self.set_by, SetBy::Person { .. })
    }

    /// Whether it has passed, or its first version is skipped.
    pub fn is_passed(&self) -> bool {
        self.state == TaskState::Passed || self.skipped
    }

    /// Whether the policy may still pass it: incomplete, and not made so by a person.
    pub fn is_automatic(&self) -> bool {
        self.state == TaskState::Incomplete && !self.is_by_hand() && !self.skipped
    }
}
