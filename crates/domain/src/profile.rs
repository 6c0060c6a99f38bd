//! The aggregate: one person or company with everything decided about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    Application, Associate, AssociatedRole, Candidate, Check, CheckVariantId, Collected, Event,
    ProductId, ProfileId, TagId, Task, TaskVariantId, WindowId,
};

/// A person or company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// Individual or company.
    pub entity: Entity,
    /// Whether it came in as somebody's associate rather than as a customer.
    pub associated: bool,
    /// Normal, suspended or banned.
    pub status: ProfileStatus,
    /// When it was created.
    pub created: Timestamp,
    /// Version of the configuration it lives under.
    pub config_version: u64,
    /// Facts read from collected data.
    pub collected: Arc<Collected>,
    /// Associates listed in collected data that have no profile yet.
    pub unlinked: Vec<Candidate>,
    /// Labels.
    pub tags: Vec<Tag>,
    /// Applications, oldest first.
    pub applications: Vec<Application>,
    /// Live and upcoming task versions. Expired ones are history and not loaded.
    pub tasks: Vec<Task>,
    /// Checks that can still matter: unfinished ones, the latest of each variant, and the latest of
    /// each variant on each live task, oldest first.
    pub checks: Vec<Check>,
    /// Events, oldest first.
    pub events: Vec<Event>,
    /// Profiles linked from this company's lists.
    pub associates: Vec<Associate>,
    /// Candidates to be added by automation, by key.
    pub wanted: BTreeSet<String>,
    /// Candidates that automation has added: nobody removed by hand is added again.
    pub added: BTreeSet<String>,
    /// Companies that list this profile.
    pub parents: Vec<Parent>,
    /// The window it was brought over in, if checks were switched off for it.
    pub window: Option<WindowId>,
}

/// Individual or company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// A person.
    Individual,
    /// A company or other organization.
    Company,
}

/// Status of the whole profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileStatus {
    /// NORMAL
    Normal,
    /// SUSPENDED: nothing can be approved.
    Suspended,
    /// BANNED: nothing can be approved.
    Banned,
}

impl ProfileStatus {
    /// The API's name.
    pub fn name(self) -> &'static str {
        match self {
            ProfileStatus::Normal => "NORMAL",
            ProfileStatus::Suspended => "SUSPENDED",
            ProfileStatus::Banned => "BANNED",
        }
    }
}

/// What a profile is to the institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// CUSTOMER: something is approved.
    Customer,
    /// PREVIOUS_CUSTOMER: something was approved, nothing is now.
    PreviousCustomer,
    /// APPLICANT: something is being decided, or nothing was ever asked for.
    Applicant,
    /// INACTIVE_APPLICANT: everything was rejected.
    InactiveApplicant,
}

/// A label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its text.
    pub name: String,
    /// Whether the platform set it.
    pub automatic: bool,
}

/// A company that lists this profile, and for which products it asked it to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The company.
    pub profile: ProfileId,
    /// Roles this profile holds there.
    pub roles: BTreeSet<AssociatedRole>,
    /// Products applied for on its behalf.
    pub products: BTreeSet<ProductId>,
}

impl Profile {
    /// A new profile without anything.
    pub fn new(id: ProfileId, entity: Entity, associated: bool, created: Timestamp) -> Profile {
        Profile {
            id,
            entity,
            associated,
            status: ProfileStatus::Normal,
            created,
            config_version: 0,
            collected: Arc::default(),
            unlinked: Vec::new(),
            tags: Vec::new(),
            applications: Vec::new(),
            tasks: Vec::new(),
            checks: Vec::new(),
            events: Vec::new(),
            associates: Vec::new(),
            wanted: BTreeSet::new(),
            added: BTreeSet::new(),
            parents: Vec::new(),
            window: None,
        }
    }

    /// What the profile is to the institution, from where its applications stand.
    pub fn category(&self) -> Category {
        let any = |wanted: &dyn Fn(&Application) -> bool| self.applications.iter().any(wanted);
        if any(&|application| application.status.is_monitored()) {
            Category::Customer
        } else if any(&|application| application.is_open()) || self.applications.is_empty() {
            Category::Applicant
        } else if any(&|application| application.was_approved()) {
            Category::PreviousCustomer
        } else {
            Category::InactiveApplicant
        }
    }

    /// Roles it holds at companies, each once.
    pub fn roles(&self) -> impl Iterator<Item = AssociatedRole> + '_ {
        let held: BTreeSet<AssociatedRole> = self
            .parents
            .iter()
            .flat_map(|parent| parent.roles.iter().copied())
            .collect();
        held.into_iter().filter(|role| role.is_current())
    }

    /// The live version of a task variant.
    pub fn live_task(&self, variant: TaskVariantId) -> Option<&Task> {
        self.tasks
            .iter()
            .find(|task| task.variant == variant && !task.upcoming)
    }

    /// The latest run of a check variant.
    pub fn latest_check(&self, variant: CheckVariantId) -> Option<&Check> {
        self.checks.iter().rfind(|check| check.variant == variant)
    }

    /// The latest run of a check variant that serves a task version.
    pub fn latest_check_of(&self, variant: CheckVariantId, task: &Task) -> Option<&Check> {
        self.checks
            .iter()
            .rfind(|check| check.variant == variant && check.tasks.contains(&task.id))
    }

    /// Events nobody has resolved.
    pub fn open_events(&self) -> impl Iterator<Item = &Event> + '_ {
        self.events
            .iter()
            .filter(|event| event.resolution == crate::Resolution::Unresolved)
    }
}
