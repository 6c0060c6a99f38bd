//! The demo provider: answers every check inside the process, by words in the name.
//!
//! The words are whole words of the name (title, given names, family name, or the name of the
//! company), in any case, and can be combined; nobody called Delaney is delayed. The same request
//! has the same answer, always.
//!
//! | word | identity | screening | documents, bank account | company | custom |
//! | --- | --- | --- | --- | --- | --- |
//! | none | `2+2` | `Pass`, no hits | `Pass` | `Pass`, nobody but the company | `Pass` |
//! | `1+1`, `PARTIAL` | `1+1` | – | – | `Partial`: not active (ownership, data) | `Partial` |
//! | `OFFICERS` | – | – | – | invents two directors and a secretary, or a trustee | – |
//! | `OWNERS` | – | – | – | invents two shareholders | – |
//! | `FAIL` | `Fail` | – | `Fail`: forged; no such account | `Fail`: nothing found | `Fail` |
//! | `REFER` | – | `Refer`, a hit | – | `Refer`: not active (registry, data) | `Refer` |
//! | `PEP` | – | `PEP`, a hit | – | – | – |
//! | `SANCTION` | – | `Sanction`, a hit | – | – | – |
//! | `MEDIA` | – | `Media`, a hit | – | – | – |
//! | `RESIGNED` | – | `PEP`, a hit of somebody no longer in office | – | – | – |
//! | `ERROR` | error 303 | error 303 | error 303 | error 303 | error 303 |
//! | `TIMEOUT`, `CONNECTION` | error 302 | error 302 | error 302 | error 302 | error 302 |
//! | `DELAY` | answers after 5 s | after 5 s | after 5 s | after 5 s | after 5 s |
//! | `DELAY30` | answers after 30 s, at most [`DELAY_SECONDS_MAX`] | … | … | … | … |
//!
//! Where several words apply, errors come first, then `FAIL`, `REFER`, `PARTIAL`. Several words of
//! screening give several hits; the result is the gravest: `Sanction`, `PEP`, `Media`, `Refer`.
//! What a check needs and does not find in the data is error 101 with the name of the field.

mod bank;
mod company;
mod custom;
mod document;
mod identity;
mod input;
mod invent;
mod keywords;
mod needs;
mod screening;

use std::time::Duration;

use wire::resource::Error;
use wire::value::{CheckType, ErrorCode};

pub use keywords::DELAY_SECONDS_MAX;
pub use needs::{Need, needs};

use crate::{CheckAnswer, CheckRequest};
use keywords::Keywords;

/// The name under which the demo provider appears.
pub const PROVIDER_NAME: &str = "Demo provider";

/// Answers a check after the delay that the name asks for.
pub async fn run(request: &CheckRequest) -> CheckAnswer {
    let keywords = Keywords::of(&request.input);
    if keywords.delay_seconds > 0 {
        tokio::time::sleep(Duration::from_secs(keywords.delay_seconds)).await;
    }
    answer_to(request, &keywords)
}

/// How long [`run`] takes to answer.
pub fn delay(request: &CheckRequest) -> Duration {
    Duration::from_secs(Keywords::of(&request.input).delay_seconds)
}

/// Answers a check at once.
pub fn answer(request: &CheckRequest) -> CheckAnswer {
    answer_to(request, &Keywords::of(&request.input))
}

/// A screening that finds one match, whatever the name.
pub(crate) fn with_match(request: &CheckRequest, provider_name: &str) -> CheckAnswer {
    screening::with_match(request, provider_name)
}

fn answer_to(request: &CheckRequest, keywords: &Keywords) -> CheckAnswer {
    if let Some(error) = unwell(keywords) {
        return CheckAnswer::failed(request, PROVIDER_NAME, vec![error]);
    }
    let answered = match request.check_type {
        CheckType::IdentityCheck => identity::answer(request, keywords),
        CheckType::PepsAndSanctionsScreen
        | CheckType::CompanyPepsAndSanctionsScreen
        | CheckType::PepsScreen
        | CheckType::SanctionsScreen
        | CheckType::AdverseMediaScreen => screening::answer(request, keywords),
        CheckType::DocumentVerification | CheckType::CompanyDocumentVerification => {
            document::verify(request, keywords)
        }
        CheckType::DocumentFetch | CheckType::DocumentCapture => {
            Ok(document::fetch(request, keywords))
        }
        CheckType::CraBankAccountVerification => bank::answer(request, keywords),
        CheckType::CompanyRegistry
        | CheckType::CompanyData
        | CheckType::CompanyOwnership
        | CheckType::CompanyCharitiesRegistry
        | CheckType::CompanyFilings
        | CheckType::CompanyFilingPurchase => company::answer(request, keywords),
        CheckType::IndividualCustom
        | CheckType::CompanyCustom
        | CheckType::VisaCheck
        | CheckType::DeviceFraudDetection
        | CheckType::CompanyMerchantFraudScreening => Ok(custom::answer(request, keywords)),
        CheckType::IndividualManualForm | CheckType::CompanyManualForm => {
            let message = "forms are decided by people, no provider answers them";
            Err(vec![Error::provider(ErrorCode::ProcessNotSetup, message)])
        }
    };
    answered.unwrap_or_else(|errors| CheckAnswer::failed(request, PROVIDER_NAME, errors))
}

/// The fault that the name asks for.
fn unwell(keywords: &Keywords) -> Option<Error> {
    if keywords.has("ERROR") {
        let message =
            "the demo provider answered with an error, because the name has the word ERROR";
        return Some(Error::provider(ErrorCode::ProviderUnknownError, message));
    }
    let word = ["TIMEOUT", "CONNECTION"]
        .into_iter()
        .find(|word| keywords.has(word))?;
    let message =
        format!("the demo provider was not reached, because the name has the word {word}");
    Some(Error::provider(ErrorCode::ProviderConnectionError, message))
}
