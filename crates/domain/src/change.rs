//! Changes: what happened to a profile, as values. Who hears of each is decided elsewhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::{
    ApplicationId, ApplicationStatus, AssociatedRole, CheckId, CheckVariantId, Decider, EventId,
    ProductId, ProfileId, ProfileStatus, Resolution, Stage, Tag, Task, TaskCause, TaskId,
    TaskVariantId,
};

/// One thing that happened to a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The profile came to be.
    ProfileCreated,
    /// Collected data was replaced.
    CollectedReplaced,
    /// Profiles were put on the company's lists.
    AssociatesListed(BTreeSet<ProfileId>),
    /// Roles of associates on the company's lists changed.
    AssociateRolesChanged(BTreeSet<ProfileId>),
    /// Profiles were taken off the company's lists.
    AssociatesRemoved(BTreeSet<ProfileId>),
    /// Entries without a profile came or went.
    UnlinkedChanged,
    /// The status of the profile changed.
    StatusChanged {
        /// Before.
        from: ProfileStatus,
        /// After.
        to: ProfileStatus,
    },
    /// A label was added.
    TagAdded(Tag),
    /// A label was removed.
    TagRemoved(Tag),
    /// The profile moved to another version of the configuration.
    ConfigurationMoved {
        /// Before.
        from: u64,
        /// After.
        to: u64,
    },
    /// An application was made.
    ApplicationAdded {
        /// Which.
        application: ApplicationId,
        /// For what.
        product: ProductId,
    },
    /// Risk was assessed and came out differently.
    RiskAssessed {
        /// Whose.
        application: ApplicationId,
        /// Level before, by alias; `None` was undetermined.
        from: Option<Arc<str>>,
        /// Level after.
        to: Option<Arc<str>>,
        /// Whether the total score changed.
        score_changed: bool,
    },
    /// The policy asks for other tasks, or ends otherwise.
    PolicyApplied(ApplicationId),
    /// An application waits for something else.
    StageChanged {
        /// Which.
        application: ApplicationId,
        /// Before.
        from: Stage,
        /// After.
        to: Stage,
    },
    /// An application was decided, or went into review.
    ApplicationMoved {
        /// Which.
        application: ApplicationId,
        /// Before.
        from: ApplicationStatus,
        /// After.
        to: ApplicationStatus,
        /// Who.
        by: Decider,
        /// Why, in words.
        comment: Option<String>,
        /// Whether a decision was taken back.
        reverted: bool,
    },
    /// A task version was created.
    TaskAdded {
        /// Which.
        task: TaskId,
        /// Version of what.
        variant: TaskVariantId,
        /// Why.
        cause: TaskCause,
    },
    /// A task passed.
    TaskPassed {
        /// Which.
        task: TaskId,
        /// Version of what.
        variant: TaskVariantId,
        /// Whether a person, or the API, passed it.
        by_hand: bool,
    },
    /// A person, or the API, failed a task.
    TaskFailed {
        /// Which.
        task: TaskId,
        /// Version of what.
        variant: TaskVariantId,
    },
    /// A task became incomplete again.
    TaskReopened {
        /// Which.
        task: TaskId,
        /// Version of what.
        variant: TaskVariantId,
        /// Why.
        why: Reopened,
    },
    /// A task's expiry changed.
    TaskExpirySet(TaskId),
    /// A task version issued ahead came into force.
    TaskCameDue(TaskId),
    /// A task version is history now.
    TaskExpired(Box<Task>),
    /// Checks on a task are to be run again.
    RerunWanted(TaskId),
    /// A check was ordered.
    CheckOrdered {
        /// Which.
        check: CheckId,
        /// Run of what.
        variant: CheckVariantId,
    },
    /// A check is at the provider.
    CheckStarted(CheckId),
    /// A check ended.
    CheckCompleted {
        /// Which.
        check: CheckId,
        /// Run of what.
        variant: CheckVariantId,
    },
    /// A check serves other tasks.
    CheckTasksChanged(CheckId),
    /// A match or alert came in.
    EventAdded(EventId),
    /// A match or alert was resolved, or opened again.
    EventResolved {
        /// Which.
        event: EventId,
        /// Before.
        from: Resolution,
        /// After.
        to: Resolution,
    },
    /// An associate is asked to apply for a product on the company's behalf.
    AssociateAsked {
        /// Who.
        associate: ProfileId,
        /// For what.
        product: ProductId,
    },
    /// Associates are to be given profiles and put on the lists, by key.
    AssociatesWanted(BTreeSet<String>),
    /// Wanted associates have been added, by key.
    AssociatesAdded(BTreeSet<String>),
    /// The copies of associates were brought up to date.
    AssociatesRefreshed(BTreeSet<ProfileId>),
    /// A company lists this profile, or lists it otherwise.
    ParentLinked {
        /// The company.
        parent: ProfileId,
        /// Roles held there.
        roles: BTreeSet<AssociatedRole>,
    },
    /// A company no longer lists this profile.
    ParentUnlinked(ProfileId),
}

/// Why a task became incomplete again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reopened {
    /// A person, or the API, set it incomplete.
    ByHand,
    /// A new match came in.
    NewMatch,
    /// Its associates no longer satisfy the passing rule.
    Associates,
    /// Somebody joined the list after a person had passed it.
    NewAssociate,
}
