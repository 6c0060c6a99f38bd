//! One published version of an institution's policy.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::{
    AssociatedRole, CheckVariantId, Entity, PolicyId, ProductId, RiskModel, RiskModelId,
    SmartPolicy, TaskVariantId,
};

/// Everything an institution has decided about its onboarding, in one immutable version.
///
/// What a newer document no longer names stays in the configuration as retired, so that old tasks
/// and applications can still be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Number of the version; decisions cite it.
    pub version: u64,
    /// Products by lasting id.
    pub products: BTreeMap<ProductId, Product>,
    /// Task variants by lasting id.
    pub tasks: BTreeMap<TaskVariantId, TaskVariant>,
    /// Check variants by lasting id.
    pub checks: BTreeMap<CheckVariantId, CheckVariant>,
    /// Risk models by lasting id.
    pub models: BTreeMap<RiskModelId, RiskModel>,
    /// Smart policies by lasting id.
    pub policies: BTreeMap<PolicyId, SmartPolicy>,
    /// Reasons people can give for a decision.
    pub reasons: Vec<DecisionReason>,
}

/// Something one can apply for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Lasting id.
    pub id: ProductId,
    /// Unique name for the API.
    pub alias: String,
    /// What people read.
    pub name: String,
    /// What individuals go through; `None`: individuals cannot apply.
    pub individual: Option<Course>,
    /// What companies go through; `None`: companies cannot apply.
    pub company: Option<Course>,
    /// Whether new customers without an application apply for it by themselves.
    pub auto_apply: bool,
    /// No longer in the published document: no new applications.
    pub retired: bool,
}

impl Product {
    /// What a profile of this kind goes through.
    pub fn course(&self, entity: Entity) -> Option<&Course> {
        match entity {
            Entity::Individual => self.individual.as_ref(),
            Entity::Company => self.company.as_ref(),
        }
    }
}

/// The policy and the risk model of a product for one kind of profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// The smart policy.
    pub policy: PolicyId,
    /// The risk model, when risk is used.
    pub risk: Option<RiskModelId>,
}

/// A task type with its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskVariant {
    /// Lasting id.
    pub id: TaskVariantId,
    /// Unique name for the API.
    pub alias: String,
    /// What people read.
    pub name: String,
    /// A sentence for people.
    pub description: Option<String>,
    /// The API's task type, `INDIVIDUAL_VERIFY_IDENTITY`.
    pub task_type: String,
    /// Which profiles can have it.
    pub entity: Entity,
    /// Whether open matches keep it from passing.
    pub screening: bool,
    /// Checks run when a version is added.
    pub automatic_checks: Vec<CheckVariantId>,
    /// Checks any one of which passes the task.
    pub acceptance_checks: Vec<CheckVariantId>,
    /// When a passed version expires.
    pub expiry: Option<ExpiryRule>,
    /// The first version is passed over, hidden, until its first expiry draws near.
    pub skip_first: bool,
    /// For verification lists: the associates to bring through and when that is enough.
    pub associates: Option<AssociateRule>,
    /// No longer in the published document.
    pub retired: bool,
}

/// When a passed task version expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiryRule {
    /// Days after passing, at least one; `None`: only the levels named below expire.
    pub days: Option<u32>,
    /// Days after passing for an application at this risk level (by alias), instead.
    pub days_by_level: BTreeMap<String, u32>,
    /// So many days before expiry the next version is issued.
    pub notice_days: u32,
    /// Expiries of versions passed as of an imported date are spread over so many days, so that a
    /// book does not expire on one day; those overdue already from the day after they are brought over.
    /// 0: not spread.
    pub spread_days: u32,
}

/// A verification-list task: who belongs to it, what they apply for, and when that is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociateRule {
    /// Roles on the list.
    pub roles: BTreeSet<AssociatedRole>,
    /// Product the associates' profiles apply for.
    pub product: ProductId,
    /// Whom to add without being asked.
    pub automatic: AutomaticAddition,
    /// When enough associates are approved.
    pub passing: PassingRule,
}

/// Which associates found by checks, or listed without a profile, are added automatically.
/// Resigned officers and holders of an unknown share never are (`product.md` 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AutomaticAddition {
    /// Nobody; people add them by hand.
    Nobody,
    /// Everybody in one of the rule's roles.
    Everybody,
    /// Holders of at least this percentage of shares, and everybody in a role without shares.
    ShareAtLeast(Decimal),
}

/// When enough associates are approved for the task to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassingRule {
    /// All of them.
    All,
    /// At least so many.
    Count(usize),
    /// At least this percentage of them.
    Percentage(Decimal),
    /// Everybody in one of these roles.
    Roles(BTreeSet<AssociatedRole>),
}

/// A check type with its options and providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckVariant {
    /// Lasting id.
    pub id: CheckVariantId,
    /// Unique name for the API.
    pub alias: String,
    /// What people read.
    pub name: String,
    /// The API's check type, `IDENTITY_CHECK`.
    pub check_type: String,
    /// Which profiles it is for.
    pub entity: Entity,
    /// Providers in order, for countries without an order of their own.
    pub providers: Vec<ProviderStep>,
    /// Providers in order, by country of residence or incorporation (alpha-3).
    pub by_country: Vec<(BTreeSet<String>, Vec<ProviderStep>)>,
    /// The variant used when a request names only the check type.
    pub is_default: bool,
    /// No longer in the published document.
    pub retired: bool,
}

impl CheckVariant {
    /// The order of providers for a country; the default order when the country has none.
    pub fn order_for(&self, country: Option<&str>) -> &[ProviderStep] {
        let named = |(countries, _): &&(BTreeSet<String>, Vec<ProviderStep>)| {
            country.is_some_and(|country| countries.contains(country))
        };
        self.by_country
            .iter()
            .find(named)
            .map_or(&self.providers, |(_, order)| order)
    }
}

/// One provider in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderStep {
    /// Alias of the data provider.
    pub provider: String,
    /// Answers after which the next provider is tried.
    pub go_on: BTreeSet<GoOn>,
}

/// Answers after which the next provider in the order is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GoOn {
    /// The check failed.
    Fail,
    /// The provider ended in an error.
    Error,
    /// The check matched in part.
    Partial,
}

/// A reason people can give for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionReason {
    /// Immutable developer name.
    pub alias: String,
    /// What people read.
    pub name: String,
    /// A sentence for people.
    pub description: Option<String>,
    /// The kind of decision it is for.
    pub kind: ReasonKind,
    /// Products it is enabled for; empty: all.
    pub products: BTreeSet<ProductId>,
}

/// The kind of decision a reason is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonKind {
    /// For approvals.
    Approval,
    /// For rejections.
    Rejection,
    /// For cancellations.
    Cancellation,
}
