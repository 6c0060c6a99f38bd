//! What checks need of collected data: the answers ask for nothing else.

use serde_json::Value;
use wire::value::{CheckType, EntityType};

/// The option that makes the date of birth count in an identity check, and so be needed.
const REQUIRE_DOB: &str = "require_dob";

/// Paths of which one must hold something, such as `["metadata.name", "metadata.number"]`.
pub type Need = &'static [&'static str];

/// Everything that a check of this type needs, under these options of its variant.
pub fn needs(check_type: CheckType, options: &Value) -> Vec<Need> {
    const GIVEN_NAMES: Need = &["personal_details.name.given_names"];
    const FAMILY_NAME: Need = &["personal_details.name.family_name"];
    match check_type {
        CheckType::IdentityCheck => {
            let mut needs = vec![GIVEN_NAMES, FAMILY_NAME, &["address_history"]];
            if options.get(REQUIRE_DOB) == Some(&Value::Bool(true)) {
                needs.push(&["personal_details.dob"]);
            }
            needs
        }
        CheckType::PepsAndSanctionsScreen
        | CheckType::CompanyPepsAndSanctionsScreen
        | CheckType::PepsScreen
        | CheckType::SanctionsScreen
        | CheckType::AdverseMediaScreen => match check_type.entity_type() {
            EntityType::Individual => vec![GIVEN_NAMES, FAMILY_NAME],
            EntityType::Company => vec![&["metadata.name"]],
        },
        CheckType::DocumentVerification | CheckType::CompanyDocumentVerification => {
            vec![&["documents"]]
        }
        CheckType::CraBankAccountVerification => vec![FAMILY_NAME, &["bank_accounts"]],
        CheckType::CompanyRegistry
        | CheckType::CompanyData
        | CheckType::CompanyOwnership
        | CheckType::CompanyCharitiesRegistry
        | CheckType::CompanyFilings
        | CheckType::CompanyFilingPurchase => vec![
            &["metadata.country_of_incorporation"],
            &["metadata.name", "metadata.number"],
        ],
        CheckType::DocumentFetch
        | CheckType::DocumentCapture
        | CheckType::IndividualCustom
        | CheckType::CompanyCustom
        | CheckType::VisaCheck
        | CheckType::DeviceFraudDetection
        | CheckType::CompanyMerchantFraudScreening
        | CheckType::IndividualManualForm
        | CheckType::CompanyManualForm => Vec::new(),
    }
}
