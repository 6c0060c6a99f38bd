//! Associates: people and companies behind a company.
//!
//! An associate is a profile of its own. The company keeps a small copy of what it must know of
//! each, refreshed by a job; the core reads only the copy.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::{
    ApplicationStatus, Collected, Entity, Event, LevelReached, PassingRule, ProductId, ProfileId,
    ProfileStatus, TaskVariantId,
};

/// Levels of companies below the one onboarded that are brought through (`product.md` 4).
pub const ASSOCIATE_LEVELS_MAX: u32 = 10;

/// A role of an associate, as the API names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssociatedRole {
    /// AUTHORIZED_PERSON
    AuthorizedPerson,
    /// UNAUTHORIZED_PERSON
    UnauthorizedPerson,
    /// DIRECTOR
    Director,
    /// COMPANY_SECRETARY
    CompanySecretary,
    /// SHAREHOLDER
    Shareholder,
    /// PARTNER
    Partner,
    /// TRUSTEE
    Trustee,
    /// BENEFICIAL_OWNER
    BeneficialOwner,
    /// RESIGNED_OFFICER
    ResignedOfficer,
    /// OTHER
    Other,
}

impl AssociatedRole {
    /// Every role.
    pub const ALL: [AssociatedRole; 10] = [
        AssociatedRole::AuthorizedPerson,
        AssociatedRole::UnauthorizedPerson,
        AssociatedRole::Director,
        AssociatedRole::CompanySecretary,
        AssociatedRole::Shareholder,
        AssociatedRole::Partner,
        AssociatedRole::Trustee,
        AssociatedRole::BeneficialOwner,
        AssociatedRole::ResignedOfficer,
        AssociatedRole::Other,
    ];

    /// The API's name.
    pub fn name(self) -> &'static str {
        match self {
            AssociatedRole::AuthorizedPerson => "AUTHORIZED_PERSON",
            AssociatedRole::UnauthorizedPerson => "UNAUTHORIZED_PERSON",
            AssociatedRole::Director => "DIRECTOR",
            AssociatedRole::CompanySecretary => "COMPANY_SECRETARY",
            AssociatedRole::Shareholder => "SHAREHOLDER",
            AssociatedRole::Partner => "PARTNER",
            AssociatedRole::Trustee => "TRUSTEE",
            AssociatedRole::BeneficialOwner => "BENEFICIAL_OWNER",
            AssociatedRole::ResignedOfficer => "RESIGNED_OFFICER",
            AssociatedRole::Other => "OTHER",
        }
    }

    /// The role with this name of the API.
    pub fn named(name: &str) -> Option<AssociatedRole> {
        AssociatedRole::ALL
            .into_iter()
            .find(|role| role.name() == name)
    }

    /// Whether it comes with a percentage of shares.
    pub fn has_shares(self) -> bool {
        matches!(
            self,
            AssociatedRole::Shareholder | AssociatedRole::BeneficialOwner
        )
    }

    /// Whether the associate still holds it.
    pub fn is_current(self) -> bool {
        !matches!(
            self,
            AssociatedRole::ResignedOfficer | AssociatedRole::UnauthorizedPerson
        )
    }
}

/// A profile linked from a company's lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Associate {
    /// The associate's own profile.
    pub profile: ProfileId,
    /// Individual or company.
    pub entity: Entity,
    /// Its entries on the company's lists; one person may hold many roles.
    pub roles: Vec<RoleHeld>,
    /// Products it has been asked to apply for on this company's behalf.
    pub asked: BTreeSet<ProductId>,
    /// What the company knows of it; `None` until the first refresh.
    pub copy: Option<AssociateCopy>,
}

/// One entry of an associate on a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleHeld {
    /// The role.
    pub role: AssociatedRole,
    /// Percentage of shares, when known.
    pub share: Option<Decimal>,
    /// The tasks the entry is verified for; empty: every task whose list holds the role.
    pub tasks: BTreeSet<TaskVariantId>,
}

/// What a company knows of an associate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociateCopy {
    /// Version of the associate's profile it was taken from; older ones are ignored.
    pub version: u64,
    /// Its facts.
    pub collected: Collected,
    /// Names of its tags.
    pub tags: Vec<String>,
    /// Its events.
    pub events: Vec<Event>,
    /// Its status.
    pub status: ProfileStatus,
    /// Where its applications stand.
    pub applications: Vec<CopiedApplication>,
    /// The link closes a circle of companies: left out of the passing rule.
    pub circular: bool,
    /// Levels below the topmost company, 1 for a direct associate of it.
    pub depth: u32,
}

/// Where an application of an associate stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedApplication {
    /// The product.
    pub product: ProductId,
    /// The status.
    pub status: ApplicationStatus,
    /// Automation is still running: nobody has to do anything yet.
    pub automating: bool,
    /// The level of risk.
    pub level: Option<LevelReached>,
    /// The score without anything inherited from others.
    pub own_score: Option<Decimal>,
}

impl Associate {
    /// The roles it still holds.
    pub fn current_roles(&self) -> impl Iterator<Item = AssociatedRole> + '_ {
        self.roles
            .iter()
            .map(|held| held.role)
            .filter(|role| role.is_current())
    }

    /// Whether it holds one of `roles`; of no roles named, any.
    pub fn has_role_in(&self, roles: &BTreeSet<AssociatedRole>) -> bool {
        self.current_roles()
            .any(|role| roles.is_empty() || roles.contains(&role))
    }

    /// Whether it belongs to a verification list: an entry in one of the roles that is verified
    /// for this task.
    pub fn is_on(&self, task: TaskVariantId, roles: &BTreeSet<AssociatedRole>) -> bool {
        self.roles_on(task, roles).next().is_some()
    }

    /// The roles it holds on a verification list: those of its entries that are verified for the
    /// task.
    pub fn roles_on<'a>(
        &'a self,
        task: TaskVariantId,
        roles: &'a BTreeSet<AssociatedRole>,
    ) -> impl Iterator<Item = AssociatedRole> + 'a {
        let listed = move |held: &&RoleHeld| {
            roles.contains(&held.role)
                && held.role.is_current()
                && (held.tasks.is_empty() || held.tasks.contains(&task))
        };
        self.roles.iter().filter(listed).map(|held| held.role)
    }

    /// Whether its link closes a circle.
    pub fn is_circular(&self) -> bool {
        self.copy.as_ref().is_some_and(|copy| copy.circular)
    }

    /// Whether it lies too deep to be brought through automatically.
    pub fn is_too_deep(&self) -> bool {
        self.copy
            .as_ref()
            .is_some_and(|copy| copy.depth > ASSOCIATE_LEVELS_MAX)
    }

    /// Whether the company has yet to hear of it, or automation is still at work on it. A link that
    /// closes a circle is waited for by nobody.
    pub fn is_on_its_way(&self) -> bool {
        self.copy.as_ref().is_none_or(|copy| {
            !copy.circular && copy.applications.iter().any(|found| found.automating)
        })
    }

    /// Whether its application for `product` is approved, and it is neither suspended nor banned.
    pub fn is_approved_for(&self, product: ProductId) -> bool {
        let normal = self
            .copy
            .as_ref()
            .is_some_and(|copy| copy.status == ProfileStatus::Normal);
        let found = self.application(product);
        normal && found.is_some_and(|found| found.status == ApplicationStatus::Approved)
    }

    /// Whether automation has yet to bring its application for `product` as far as it can.
    pub fn is_automating(&self, product: ProductId) -> bool {
        self.application(product)
            .map_or(!self.is_too_deep(), |found| found.automating)
    }

    fn application(&self, product: ProductId) -> Option<&CopiedApplication> {
        let applications = self
            .copy
            .as_ref()
            .map_or(&[][..], |copy| &copy.applications);
        let of_product = |application: &&CopiedApplication| application.product == product;
        applications
            .iter()
            .filter(of_product)
            .max_by_key(|application| application.status.is_open())
    }
}

/// One associate on a verification list, as the passing rule sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociateStatus {
    /// The roles it holds on the list.
    pub roles: BTreeSet<AssociatedRole>,
    /// Its application is approved.
    pub approved: bool,
}

/// Whether enough associates are approved. Links that close a circle must be left out by the caller.
///
/// An empty list never passes: nobody identified is not everybody approved.
pub fn roll_up(rule: &PassingRule, associates: &[AssociateStatus]) -> bool {
    let approved = associates
        .iter()
        .filter(|associate| associate.approved)
        .count();
    match rule {
        PassingRule::All => !associates.is_empty() && approved == associates.len(),
        PassingRule::Count(count) => approved > 0 && approved >= *count,
        PassingRule::Percentage(percentage) => {
            approved > 0
                && Decimal::from(approved) * Decimal::ONE_HUNDRED
                    >= *percentage * Decimal::from(associates.len())
        }
        PassingRule::Roles(roles) => {
            let named = |associate: &&AssociateStatus| !associate.roles.is_disjoint(roles);
            let mut of_roles = associates.iter().filter(named).peekable();
            of_roles.peek().is_some() && of_roles.all(|associate| associate.approved)
        }
    }
}
