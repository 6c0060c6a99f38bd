//! Applications of a profile for a product.
//!
//! Source of the rules: seed 004, `product.md` 1, `api-4.0.md` 3.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    ApplicationId, Assessment, AssociatedRole, EventId, Missing, PolicyOutcome, ProductId, Profile,
    ProfileId, ProfileStatus, TaskState, TaskVariantId,
};

/// One application for one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its id; kept through reverts.
    pub id: ApplicationId,
    /// What is applied for.
    pub product: ProductId,
    /// For an associate: the role it was asked in.
    pub role: Option<AssociatedRole>,
    /// Whether the customer asked for it; otherwise it exists for a company's sake and ends with
    /// the link.
    pub asked: bool,
    /// When it was made.
    pub applied: Timestamp,
    /// Applied, approved, in review, rejected or cancelled.
    pub status: ApplicationStatus,
    /// What it waits for.
    pub stage: Stage,
    /// The latest assessment of risk; `None` without a risk model.
    pub assessment: Option<Assessment>,
    /// Tasks the policy requires of it.
    pub required: Vec<TaskVariantId>,
    /// Where the policy ended; `None` while it is parked.
    pub outcome: Option<PolicyOutcome>,
    /// What happened to it, oldest first.
    pub history: Vec<HistoryEntry>,
    /// The last decision.
    pub decision: Option<DecisionMade>,
    /// Where a person decided against an automatic rejection, by taking it back or by approving: it
    /// is not repeated there, also when the risk comes back from another level. What was approved
    /// there stands there; what was only taken back, and approved on other evidence, is reviewed.
    pub reverted_at: BTreeSet<RevertedAt>,
}

/// The API's status of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationStatus {
    /// APPLIED
    Applied,
    /// APPROVED
    Approved,
    /// IN_REVIEW
    InReview,
    /// REJECTED
    Rejected,
    /// CANCELLED
    Cancelled,
}

impl ApplicationStatus {
    /// Still to be decided or monitored.
    pub fn is_open(self) -> bool {
        match self {
            ApplicationStatus::Applied
            | ApplicationStatus::Approved
            | ApplicationStatus::InReview => true,
            ApplicationStatus::Rejected | ApplicationStatus::Cancelled => false,
        }
    }

    /// Approved at some time and not ended.
    pub fn is_monitored(self) -> bool {
        matches!(
            self,
            ApplicationStatus::Approved | ApplicationStatus::InReview
        )
    }

    /// The API's name.
    pub fn name(self) -> &'static str {
        match self {
            ApplicationStatus::Applied => "APPLIED",
            ApplicationStatus::Approved => "APPROVED",
            ApplicationStatus::InReview => "IN_REVIEW",
            ApplicationStatus::Rejected => "REJECTED",
            ApplicationStatus::Cancelled => "CANCELLED",
        }
    }
}

/// What an application waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// New: nothing has looked at it yet.
    New,
    /// A required risk factor lacks data.
    WaitsForRisk(BTreeSet<Missing>),
    /// A branch of the policy lacks data.
    WaitsForData(BTreeSet<Missing>),
    /// Checks are running.
    WaitsForChecks,
    /// Associates are still being brought through by automation.
    WaitsForAssociates,
    /// Tasks that a person, or the API, must complete.
    WaitsForTasks(Vec<TaskVariantId>),
    /// A person, or the API, decides.
    ReadyForDecision,
    /// Decided, and nothing to do.
    Decided,
    /// The policy moves in circles under its own changes; a person must look.
    Unsettled,
}

impl Stage {
    /// Whether a person, or the API, must act for it to move on.
    pub fn needs_hands(&self) -> bool {
        match self {
            Stage::WaitsForRisk(_)
            | Stage::WaitsForData(_)
            | Stage::WaitsForTasks(_)
            | Stage::ReadyForDecision
            | Stage::Unsettled => true,
            Stage::New | Stage::WaitsForChecks | Stage::WaitsForAssociates | Stage::Decided => {
                false
            }
        }
    }
}

/// One step in an application's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The status it came to.
    pub status: ApplicationStatus,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Decider,
    /// Why, in words.
    pub comment: Option<String>,
    /// Why, by developer name.
    pub reasons: Vec<String>,
    /// Version of the configuration.
    pub config_version: u64,
    /// Whether this step was a revert.
    pub reverted: bool,
}

/// Who applied or decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decider {
    /// The smart policy, or a product's automatic application.
    Policy,
    /// The smart policy of a company that lists the profile: it asks its associates to apply.
    CompanyPolicy {
        /// The company.
        company: ProfileId,
    },
    /// A user of the portal.
    User {
        /// The user's id.
        id: u128,
        /// The user's name.
        name: String,
        /// The user's e-mail address.
        email: String,
    },
    /// An API key.
    Key {
        /// The key's name.
        name: String,
    },
}

/// A decision and the evidence it covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionMade {
    /// Who.
    pub by: Decider,
    /// When.
    pub at: Timestamp,
    /// The risk level at that time, by alias.
    pub level: Option<String>,
    /// The events at that time.
    pub events: BTreeSet<EventId>,
}

/// The evidence at which an automatic rejection was overruled by a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RevertedAt {
    /// The risk level, by alias.
    pub level: Option<String>,
    /// The policy's reason.
    pub reason: String,
    /// Whether by approving, rather than by taking the rejection back.
    pub approved: bool,
}

/// What keeps an application from being approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocker {
    /// A required task has not passed.
    IncompleteTask(TaskVariantId),
    /// A match nobody has resolved.
    UnresolvedEvent(EventId),
    /// The profile is suspended or banned.
    SuspendedProfile,
    /// Risk could not be determined.
    UndeterminedRisk,
}

impl Application {
    /// A new application.
    pub fn new(id: ApplicationId, product: ProductId, applied: Timestamp) -> Application {
        Application {
            id,
            product,
            role: None,
            asked: true,
            applied,
            status: ApplicationStatus::Applied,
            stage: Stage::New,
            assessment: None,
            required: Vec::new(),
            outcome: None,
            history: Vec::new(),
            decision: None,
            reverted_at: BTreeSet::new(),
        }
    }

    /// Still to be decided or monitored.
    pub fn is_open(&self) -> bool {
        self.status.is_open()
    }

    /// Whether it was ever approved.
    pub fn was_approved(&self) -> bool {
        self.history
            .iter()
            .any(|entry| entry.status == ApplicationStatus::Approved)
    }

    /// The risk level by alias; `None` while undetermined or without a model.
    pub fn level(&self) -> Option<&str> {
        self.assessment
            .as_ref()?
            .level
            .as_ref()
            .map(|level| &*level.alias)
    }

    /// Whether a model was applied and could not be answered.
    pub fn is_undetermined(&self) -> bool {
        self.assessment
            .as_ref()
            .is_some_and(|assessment| assessment.level.is_none())
    }
}

/// What keeps `application` of `profile` from being approved; empty when nothing does.
///
/// Seed 004: "You can only approve a product application when all tasks are passed".
pub fn blockers(profile: &Profile, application: &Application) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    if profile.status != ProfileStatus::Normal {
        blockers.push(Blocker::SuspendedProfile);
    }
    if application.is_undetermined() {
        blockers.push(Blocker::UndeterminedRisk);
    }
    let open = open_tasks(profile, application)
        .into_iter()
        .map(Blocker::IncompleteTask);
    blockers.extend(open);
    blockers.extend(
        profile
            .open_events()
            .map(|event| Blocker::UnresolvedEvent(event.id)),
    );
    blockers
}

/// Required task variants whose live version has not passed, or that have no live version.
pub fn open_tasks(profile: &Profile, application: &Application) -> Vec<TaskVariantId> {
    let open = |variant: &&TaskVariantId| {
        !profile
            .live_task(**variant)
            .is_some_and(|task| task.state == TaskState::Passed || task.skipped)
    };
    application.required.iter().filter(open).copied().collect()
}
