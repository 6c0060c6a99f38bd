//! Commands: what somebody asks of a profile, carried out or refused.
//!
//! A refused command changes nothing.

mod application;
mod associate;
mod check;
pub use check::forget_superseded_checks;
mod decision;
mod event;
mod parent;
mod profile;
mod task;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use self::application::{apply, apply_automatically};
use self::associate::{candidates_added, refresh_associates, replace_collected};
pub(crate) use self::check::served;
use self::check::{complete_check, order_check, set_check_tasks, start_check};
use self::decision::{Wanted, decide, revert};
use self::event::{add_event, resolve_event};
use self::parent::{link_parent, unlink_parent};
use self::profile::{add_tag, remove_tag, set_status};
use self::task::{add_task, set_task, set_task_expiry};
use crate::settle::unpark;
use crate::{
    ApplicationId, ApplicationStatus, AssociateCopy, AssociatedRole, Blocker, Candidate, Change,
    CheckId, CheckVariantId, CheckVerdict, Collected, Config, Decider, Entity, EventId, EventKind,
    Moment, Parent, ProductId, Profile, ProfileId, ProfileStatus, Resolution, RoleHeld, TagId,
    TaskId, TaskState, TaskVariantId,
};

/// Tags a profile may have.
pub const TAGS_MAX: usize = 200;

/// Checks that may be unfinished at a time; what is ordered beyond them is refused.
pub const CHECKS_UNFINISHED_MAX: usize = 500;

/// Applications a profile may ever make.
pub const APPLICATIONS_MAX: usize = 200;

/// Events a profile keeps. A check that finds more ends in an error, so that a person looks.
pub const EVENTS_MAX: usize = 5_000;

/// What somebody asks of a profile.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Look again: time has passed, or another configuration is published.
    Tick,
    /// Replace the facts and the lists of associates.
    ReplaceCollected {
        /// The new facts.
        collected: Collected,
        /// Linked associates by profile, with their entries.
        linked: BTreeMap<ProfileId, (Entity, Vec<RoleHeld>)>,
        /// Entries without a profile.
        unlinked: Vec<Candidate>,
    },
    /// Apply for a product.
    Apply {
        /// For what.
        product: ProductId,
        /// In which role, for associates.
        role: Option<AssociatedRole>,
        /// Who applies.
        by: Decider,
    },
    /// Apply for every product with automatic application.
    ApplyAutomatically,
    /// Decide an application.
    Decide {
        /// Which.
        application: ApplicationId,
        /// Approved, rejected or cancelled.
        to: ApplicationStatus,
        /// Who.
        by: Decider,
        /// Why, in words.
        comment: Option<String>,
        /// Why, by developer name.
        reasons: Vec<String>,
    },
    /// Take back a rejection or cancellation.
    Revert {
        /// Which.
        application: ApplicationId,
        /// Who.
        by: Decider,
        /// Why, in words.
        comment: Option<String>,
    },
    /// Set the state of a task by hand.
    SetTask {
        /// Which.
        task: TaskId,
        /// To what.
        to: TaskState,
        /// For an imported pass: as of when, and where from.
        as_of: Option<(Timestamp, String)>,
    },
    /// Add a task, or a new version of it.
    AddTask(TaskVariantId),
    /// Set or clear a custom expiry.
    SetTaskExpiry {
        /// Which.
        task: TaskId,
        /// When; `None` restores the configured expiry.
        at: Option<Timestamp>,
    },
    /// Run a check.
    OrderCheck {
        /// The id of the run, so that the caller can name it.
        check: CheckId,
        /// Run of what.
        variant: CheckVariantId,
        /// For which tasks; `None`: those it can serve.
        tasks: Option<BTreeSet<TaskId>>,
    },
    /// A check went to its provider.
    StartCheck(CheckId),
    /// A check ended.
    CompleteCheck {
        /// Which.
        check: CheckId,
        /// How.
        verdict: CheckVerdict,
    },
    /// Change the tasks a check serves.
    SetCheckTasks {
        /// Which.
        check: CheckId,
        /// The tasks.
        tasks: BTreeSet<TaskId>,
    },
    /// Add a label.
    AddTag(String),
    /// Remove a label.
    RemoveTag(TagId),
    /// Change the status of the profile.
    SetStatus(ProfileStatus),
    /// Record a match or alert.
    AddEvent {
        /// What it is about.
        kind: EventKind,
        /// The provider's lasting id.
        match_id: Option<String>,
        /// What has become of it already.
        resolution: Resolution,
    },
    /// Resolve a match or alert.
    ResolveEvent {
        /// Which.
        event: EventId,
        /// How.
        to: Resolution,
    },
    /// A company lists this profile and asks it to apply.
    LinkParent {
        /// The company.
        parent: ProfileId,
        /// Roles held there.
        roles: BTreeSet<AssociatedRole>,
        /// Products to apply for.
        products: BTreeSet<ProductId>,
    },
    /// A company no longer lists this profile.
    UnlinkParent(ProfileId),
    /// Copies of associates, newer ones win.
    RefreshAssociates(Vec<(ProfileId, AssociateCopy)>),
    /// Wanted associates were given profiles.
    CandidatesAdded(BTreeSet<String>),
}

/// Why a command was refused. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such application on the profile.
    UnknownApplication,
    /// No such live task on the profile.
    UnknownTask,
    /// No such check on the profile.
    UnknownCheck,
    /// No such event on the profile.
    UnknownEvent,
    /// No such tag on the profile.
    UnknownTag,
    /// No such product, or not one for new applications.
    UnknownProduct,
    /// The product has no policy for this kind of profile.
    ProductNotFor(Entity),
    /// An application for the product is open already.
    AlreadyApplied,
    /// It is approved already.
    AlreadyApproved,
    /// It is rejected or cancelled already.
    AlreadyEnded,
    /// There is no decision to take back.
    NotDecided,
    /// Something keeps it from being approved.
    Blocked(Vec<Blocker>),
    /// The policy waits for data.
    WaitsForData,
    /// The status cannot be reached from the present one.
    NoSuchTransition {
        /// Present status.
        from: ApplicationStatus,
        /// Wanted status.
        to: ApplicationStatus,
    },
    /// At least one of these reasons is needed to reject.
    ReasonRequired(Vec<String>),
    /// No such reason for this decision and product; those that there are.
    UnknownReason(String, Vec<String>),
    /// No such task variant for this kind of profile.
    UnknownTaskVariant,
    /// No such check variant for this kind of profile.
    UnknownCheckVariant,
    /// The check has ended.
    CheckEnded,
    /// The profile has as many as it may have of this.
    TooMany(&'static str),
    /// A label needs text.
    EmptyTag,
    /// The imported date lies in the future.
    InTheFuture,
}

/// Carries out a command, or refuses it and changes nothing.
///
/// [`Change::CollectedReplaced`] is said whenever data was handed in: whether the document itself
/// differs is for the caller to know, since the core sees only its facts.
pub fn execute(
    config: &Config,
    profile: &mut Profile,
    command: Command,
    moment: &mut Moment<'_>,
) -> Result<Vec<Change>, Refusal> {
    let mut changes = carry_out(config, profile, command, moment)?;
    if !changes.is_empty() {
        // Whatever was asked, it is a reason to try again what could not be settled.
        changes.extend(unpark(profile));
    }
    Ok(changes)
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per command; each calls the function that does it"
)]
fn carry_out(
    config: &Config,
    profile: &mut Profile,
    command: Command,
    moment: &mut Moment<'_>,
) -> Result<Vec<Change>, Refusal> {
    match command {
        Command::Tick => Ok(Vec::new()),
        Command::ReplaceCollected {
            collected,
            linked,
            unlinked,
        } => Ok(replace_collected(profile, collected, linked, unlinked)),
        Command::Apply { product, role, by } => apply(config, profile, product, (role, by), moment),
        Command::ApplyAutomatically => Ok(apply_automatically(config, profile, moment)),
        Command::Decide {
            application,
            to,
            by,
            comment,
            reasons,
        } => {
            let wanted = Wanted {
                application,
                to,
                by,
                comment,
                reasons,
            };
            decide(config, profile, wanted, moment.now)
        }
        Command::Revert {
            application,
            by,
            comment,
        } => revert(config, profile, application, (by, comment), moment),
        Command::SetTask { task, to, as_of } => {
            set_task(config, profile, task, (to, as_of), moment.now)
        }
        Command::AddTask(variant) => add_task(config, profile, variant, moment),
        Command::SetTaskExpiry { task, at } => set_task_expiry(profile, task, at),
        Command::OrderCheck {
            check,
            variant,
            tasks,
        } => order_check(config, profile, check, (variant, tasks), moment.now),
        Command::StartCheck(check) => start_check(profile, check),
        Command::CompleteCheck { check, verdict } => {
            complete_check(profile, check, verdict, moment)
        }
        Command::SetCheckTasks { check, tasks } => set_check_tasks(profile, check, tasks),
        Command::AddTag(name) => add_tag(profile, &name, moment),
        Command::RemoveTag(tag) => remove_tag(profile, tag),
        Command::SetStatus(to) => Ok(set_status(profile, to)),
        Command::AddEvent {
            kind,
            match_id,
            resolution,
        } => add_event(profile, kind, match_id, resolution, moment),
        Command::ResolveEvent { event, to } => resolve_event(profile, event, to, moment.now),
        Command::LinkParent {
            parent,
            roles,
            products,
        } => Ok(link_parent(
            config,
            profile,
            Parent {
                profile: parent,
                roles,
                products,
            },
            moment,
        )),
        Command::UnlinkParent(parent) => Ok(unlink_parent(profile, parent, moment.now)),
        Command::RefreshAssociates(copies) => Ok(refresh_associates(profile, copies)),
        Command::CandidatesAdded(keys) => Ok(candidates_added(profile, keys)),
    }
}
