//! Bodies about product applications.

use uuid::Uuid;

use super::{Fields, FromFields};
use crate::value::{ApplicationFlag, ApplicationStatus, AssociatedRole};

/// A product by its alias, which is preferred, or its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductRef {
    Alias(String),
    Id(Uuid),
}

impl FromFields for ProductRef {
    const FIELDS: &'static [&'static str] = &["alias", "id"];
    const READ_ONLY: &'static [&'static str] = &[
        "name",
        "automatically_apply",
        "automatically_approve",
        "is_deleted",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<ProductRef> {
        if fields.has("alias") {
            return fields.text("alias").map(ProductRef::Alias);
        }
        if !fields.has("id") {
            fields.mistake("", "must name the product by alias or id");
            return None;
        }
        fields.id("id").map(ProductRef::Id)
    }
}

/// The body of `POST /profiles/{id}/applications`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddApplication {
    pub product: ProductRef,
    /// Only for associates.
    pub associated_role: Option<AssociatedRole>,
}

const DECIDED_LATER: &str = "must be APPLIED for a new application; \
    decide it with POST /profiles/{id}/applications/{id}";

impl FromFields for AddApplication {
    const FIELDS: &'static [&'static str] = &["product", "associated_role"];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "status",
        "flag",
        "required_tasks",
        "history",
        "flag_history",
        "approval_blockers",
        "assignments",
        "hidden",
        "waiting_for",
        "risk",
        "decision_reasons",
        "version",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<AddApplication> {
        let status: Option<ApplicationStatus> = fields.read_only_one_of("status");
        let is_new = status.is_none_or(|status| status == ApplicationStatus::Applied);
        if !is_new && !fields.is_as_read() {
            fields.mistake("status", DECIDED_LATER);
        }
        fields.read_only_one_of::<ApplicationFlag>("flag");
        let product = fields.one("product");
        let associated_role = fields.optional_one_of("associated_role");
        Some(AddApplication {
            product: product?,
            associated_role,
        })
    }
}

/// The body of `POST /profiles/{id}/applications/{id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateApplication {
    pub status: ApplicationStatus,
    pub comment: Option<String>,
    /// *Additive.* Aliases of decision reasons.
    pub reasons: Vec<String>,
    /// *Additive.* The version of the application that the caller saw.
    pub version: Option<i64>,
}

impl FromFields for UpdateApplication {
    const FIELDS: &'static [&'static str] = &["status", "comment", "reasons", "version"];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "product",
        "associated_role",
        "flag",
        "required_tasks",
        "history",
        "flag_history",
        "approval_blockers",
        "assignments",
        "hidden",
        "waiting_for",
        "risk",
        "decision_reasons",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<UpdateApplication> {
        let status = fields.one_of("status");
        fields.read_only_one_of::<ApplicationFlag>("flag");
        let comment = fields.optional_text("comment");
        let reasons = fields.texts("reasons");
        let version = fields.optional_integer("version");
        Some(UpdateApplication {
            status: status?,
            comment,
            reasons,
            version,
        })
    }
}

/// The body of `POST /profiles/{id}/applications/{id}/revert_decision`, which may be `null`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevertDecision {
    pub comment: Option<String>,
}

impl FromFields for RevertDecision {
    const FIELDS: &'static [&'static str] = &["comment"];

    const MAY_BE_ABSENT: bool = true;

    fn from_fields(fields: &mut Fields<'_>) -> Option<RevertDecision> {
        Some(RevertDecision {
            comment: fields.optional_text("comment"),
        })
    }
}
