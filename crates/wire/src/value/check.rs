//! Values of checks.

use super::values;

values! {
    /// What is checked, and how: the contract, what came later, and the old screening types.
    pub enum CheckType {
        IdentityCheck = "IDENTITY_CHECK",
        DocumentVerification = "DOCUMENT_VERIFICATION",
        DocumentFetch = "DOCUMENT_FETCH",
        PepsAndSanctionsScreen = "PEPS_AND_SANCTIONS_SCREEN",
        CraBankAccountVerification = "CRA_BANK_ACCOUNT_VERIFICATION",
        CompanyRegistry = "COMPANY_REGISTRY",
        CompanyCharitiesRegistry = "COMPANY_CHARITIES_REGISTRY",
        CompanyOwnership = "COMPANY_OWNERSHIP",
        CompanyFilings = "COMPANY_FILINGS",
        CompanyFilingPurchase = "COMPANY_FILING_PURCHASE",
        CompanyPepsAndSanctionsScreen = "COMPANY_PEPS_AND_SANCTIONS_SCREEN",
        IndividualManualForm = "INDIVIDUAL_MANUAL_FORM",
        CompanyManualForm = "COMPANY_MANUAL_FORM",
        CompanyDocumentVerification = "COMPANY_DOCUMENT_VERIFICATION",
        CompanyData = "COMPANY_DATA",
        IndividualCustom = "INDIVIDUAL_CUSTOM",
        CompanyCustom = "COMPANY_CUSTOM",
        DocumentCapture = "DOCUMENT_CAPTURE",
        VisaCheck = "VISA_CHECK",
        DeviceFraudDetection = "DEVICE_FRAUD_DETECTION",
        CompanyMerchantFraudScreening = "COMPANY_MERCHANT_FRAUD_SCREENING",
        PepsScreen = "PEPS_SCREEN",
        SanctionsScreen = "SANCTIONS_SCREEN",
        AdverseMediaScreen = "ADVERSE_MEDIA_SCREEN",
    }

    /// Whether a check has run.
    pub enum CheckState {
        Pending = "PENDING",
        Running = "RUNNING",
        Complete = "COMPLETE",
    }

    /// The outcome of a check in its own words; [`CheckType::results`] says which words it has.
    pub enum CheckResult {
        TwoPlusTwo = "2+2",
        OnePlusOne = "1+1",
        Pass = "Pass",
        Partial = "Partial",
        Refer = "Refer",
        Pep = "PEP",
        Sanction = "Sanction",
        Media = "Media",
        Passed = "Passed",
        Review = "Review",
        Failed = "Failed",
        Fail = "Fail",
        Error = "Error",
    }

    /// The outcome of a check in the words common to all.
    pub enum Decision {
        Pass = "PASS",
        Fail = "FAIL",
        Partial = "PARTIAL",
        Warn = "WARN",
        Error = "ERROR",
    }

    /// *Additive.* What a simulation takes checks to answer.
    pub enum AssumedAnswer {
        /// Everything is in order.
        Pass = "pass",
        /// The check fails; a screening finds a match.
        Fail = "fail",
        /// The provider ends in an error.
        Error = "error",
        /// What the built-in demo provider makes of the data.
        AsDemo = "as_demo",
    }
}

impl CheckType {
    /// Whether the check is of a person or of a company.
    pub fn entity_type(self) -> super::EntityType {
        if self.as_str().starts_with("COMPANY_") {
            super::EntityType::Company
        } else {
            super::EntityType::Individual
        }
    }

    /// The results that a check of this type can have.
    pub fn results(self) -> &'static [CheckResult] {
        use CheckResult::{
            Error, Fail, Failed, Media, OnePlusOne, Partial, Pass, Passed, Pep, Refer, Review,
            Sanction, TwoPlusTwo,
        };
        match self {
            CheckType::IdentityCheck => &[TwoPlusTwo, OnePlusOne, Fail, Error],
            CheckType::PepsAndSanctionsScreen
            | CheckType::CompanyPepsAndSanctionsScreen
            | CheckType::PepsScreen
            | CheckType::SanctionsScreen
            | CheckType::AdverseMediaScreen => &[Pass, Refer, Pep, Sanction, Media, Error],
            CheckType::CompanyRegistry => &[Pass, Fail, Error, Refer],
            CheckType::CompanyOwnership => &[Pass, Fail, Error, Partial],
            CheckType::CompanyData | CheckType::IndividualCustom | CheckType::CompanyCustom => {
                &[Pass, Fail, Partial, Refer, Error]
            }
            CheckType::IndividualManualForm | CheckType::CompanyManualForm => &[Pass, Fail],
            CheckType::DeviceFraudDetection => &[Passed, Review, Failed, Error],
            CheckType::DocumentVerification
            | CheckType::DocumentFetch
            | CheckType::DocumentCapture
            | CheckType::CraBankAccountVerification
            | CheckType::CompanyCharitiesRegistry
            | CheckType::CompanyFilings
            | CheckType::CompanyFilingPurchase
            | CheckType::CompanyDocumentVerification
            | CheckType::VisaCheck => &[Pass, Fail, Error],
            CheckType::CompanyMerchantFraudScreening => &[Pass, Refer, Error],
        }
    }
}
