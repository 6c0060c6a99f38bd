//! Bodies about checks.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::{Fields, FromFields, VariantRef};
use crate::value::CheckType;

/// The body of `POST /profiles/{id}/checks`.
#[derive(Clone, Debug, PartialEq)]
pub struct RunCheck {
    pub check_type: CheckType,
    /// Absent: the tasks that the check serves.
    pub task_ids: Option<Vec<Uuid>>,
    /// Absent: the default variant of the type.
    pub variant: Option<VariantRef>,
    /// Required for checks of documents.
    pub document_id: Option<Uuid>,
    /// What belongs to the check type: `source`, `reference`, `disable_monitoring` …
    pub extra: BTreeMap<String, Value>,
}

/// What some check types take beyond what all take.
const EXTRA: [&str; 6] = [
    "source",
    "reference",
    "disable_initial_screen",
    "disable_monitoring",
    "source_id",
    "form_id",
];

impl FromFields for RunCheck {
    const FIELDS: &'static [&'static str] = &[
        "check_type",
        "task_ids",
        "variant",
        "document_id",
        "source",
        "reference",
        "disable_initial_screen",
        "disable_monitoring",
        "source_id",
        "form_id",
    ];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "state",
        "performed_on",
        "errors",
        "instructed_externally",
        "providers",
        "input_data",
        "output_data",
        "result",
        "decision",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<RunCheck> {
        let check_type: Option<CheckType> = fields.one_of("check_type");
        let task_ids = fields.optional_ids("task_ids");
        let variant = fields.optional("variant");
        let document_id = match check_type {
            Some(CheckType::DocumentVerification | CheckType::CompanyDocumentVerification) => {
                fields.id("document_id")
            }
            _ => fields.optional_id("document_id"),
        };
        if check_type == Some(CheckType::DocumentFetch) {
            fields.text("source");
            fields.text("reference");
        }
        fields.optional_bool("disable_initial_screen");
        fields.optional_bool("disable_monitoring");
        let extra = fields.those_of(&EXTRA);
        Some(RunCheck {
            check_type: check_type?,
            task_ids,
            variant,
            document_id,
            extra,
        })
    }
}

/// The body of `POST /profiles/{id}/checks/{id}`; everything but the tasks is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateCheck {
    pub task_ids: Option<Vec<Uuid>>,
}

impl FromFields for UpdateCheck {
    const FIELDS: &'static [&'static str] = &["task_ids"];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "check_type",
        "variant",
        "document_id",
        "source",
        "reference",
        "disable_initial_screen",
        "disable_monitoring",
        "source_id",
        "form_id",
        "state",
        "performed_on",
        "errors",
        "instructed_externally",
        "providers",
        "input_data",
        "output_data",
        "result",
        "decision",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<UpdateCheck> {
        Some(UpdateCheck {
            task_ids: fields.optional_ids("task_ids"),
        })
    }
}
