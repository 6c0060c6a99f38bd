//! What a provider says.

use serde_json::{Value, json};
use wire::resource::Error;
use wire::value::{CheckResult, Decision, EventType};

use crate::{CheckRequest, decision};

/// The answer to a check.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckAnswer {
    /// `Error` whenever `errors` is not empty.
    pub result: Option<CheckResult>,
    pub decision: Decision,
    /// In the contract's shape of the check type's `output_data`.
    pub output: Value,
    pub errors: Vec<Error>,
    /// Matches of a screening, which become events of the profile.
    pub events: Vec<ProviderHit>,
    /// As it is shown with the check.
    pub provider_name: String,
    /// Whether the provider goes on looking.
    pub is_monitored: bool,
}

/// The list on which somebody was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HitKind {
    Pep,
    Sanction,
    AdverseMedia,
    Refer,
}

impl HitKind {
    /// The type of event that a hit of this kind becomes.
    pub const fn event_type(self) -> EventType {
        match self {
            HitKind::Pep => EventType::PepFlag,
            HitKind::Sanction => EventType::SanctionFlag,
            HitKind::AdverseMedia => EventType::AdverseMediaFlag,
            HitKind::Refer => EventType::ReferFlag,
        }
    }

    /// The result of a screening whose gravest hit this is.
    pub const fn result(self) -> CheckResult {
        match self {
            HitKind::Pep => CheckResult::Pep,
            HitKind::Sanction => CheckResult::Sanction,
            HitKind::AdverseMedia => CheckResult::Media,
            HitKind::Refer => CheckResult::Refer,
        }
    }
}

/// Somebody on a list who may be the person or company that was screened.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderHit {
    pub kind: HitKind,
    /// The provider's own id of the listed one: the same in every screening.
    pub match_id: String,
    /// The name on the list.
    pub name: String,
    /// How alike the two are, from 0 to 1.
    pub score: f64,
    /// In the contract's shape `EventData`.
    pub data: Value,
    /// Why it is no match by the false-positive rules of the institution.
    pub ignored: Option<String>,
}

impl CheckAnswer {
    /// An answer with a result and without hits.
    pub fn with_result(
        request: &CheckRequest,
        provider_name: &str,
        result: CheckResult,
        output: Value,
    ) -> CheckAnswer {
        CheckAnswer {
            result: Some(result),
            decision: decision(request.check_type, result, &request.config),
            output,
            errors: Vec::new(),
            events: Vec::new(),
            provider_name: provider_name.to_owned(),
            is_monitored: false,
        }
    }

    /// An answer that says only what went wrong; `errors` must not be empty.
    pub fn failed(request: &CheckRequest, provider_name: &str, errors: Vec<Error>) -> CheckAnswer {
        let output = json!({ "entity_type": request.check_type.entity_type() });
        let answer = CheckAnswer::with_result(request, provider_name, CheckResult::Error, output);
        CheckAnswer { errors, ..answer }
    }
}
