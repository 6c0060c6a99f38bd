//! Bodies about product applications.

use uuid::Uuid;

use super::{Fields, FromFields};
use crate::value::{ApplicationStatus, AssociatedRole};

/// A product by its alias, which is preferred, or its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductRef {
    Alias(String),
    Id(Uuid),
}

impl FromFields for ProductRef {
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

impl FromFields for AddApplication {
    fn from_fields(fields: &mut Fields<'_>) -> Option<AddApplication> {
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
    fn from_fields(fields: &mut Fields<'_>) -> Option<UpdateApplication> {
        let status = fields.one_of("status");
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
    const MAY_BE_ABSENT: bool = true;

    fn from_fields(fields: &mut Fields<'_>) -> Option<RevertDecision> {
        Some(RevertDecision {
            comment: fields.optional_text("comment"),
        })
    }
}
