//! Values of tasks.

use super::values;

values! {
    /// What a task is to establish: the union of the contract and what came before and after it.
    pub enum TaskType {
        IndividualVerifyIdentity = "INDIVIDUAL_VERIFY_IDENTITY",
        IndividualVerifyAddress = "INDIVIDUAL_VERIFY_ADDRESS",
        IndividualVerifySourceOfFunds = "INDIVIDUAL_VERIFY_SOURCE_OF_FUNDS",
        IndividualVerifyBankAccount = "INDIVIDUAL_VERIFY_BANK_ACCOUNT",
        IndividualVerifyTaxStatus = "INDIVIDUAL_VERIFY_TAX_STATUS",
        IndividualVerifyImmigrationStatus = "INDIVIDUAL_VERIFY_IMMIGRATION_STATUS",
        IndividualAssessMediaAndPoliticalAndSanctionsExposure = "INDIVIDUAL_ASSESS_MEDIA_AND_POLITICAL_AND_SANCTIONS_EXPOSURE",
        IndividualAssessPoliticalAndSanctionsExposure = "INDIVIDUAL_ASSESS_POLITICAL_AND_SANCTIONS_EXPOSURE",
        IndividualAssessPoliticalExposure = "INDIVIDUAL_ASSESS_POLITICAL_EXPOSURE",
        IndividualAssessSanctionsExposure = "INDIVIDUAL_ASSESS_SANCTIONS_EXPOSURE",
        IndividualAssessDeviceReputation = "INDIVIDUAL_ASSESS_DEVICE_REPUTATION",
        IndividualFraudScreening = "INDIVIDUAL_FRAUD_SCREENING",
        IndividualManualTask = "INDIVIDUAL_MANUAL_TASK",
        CompanyVerifyIdentity = "COMPANY_VERIFY_IDENTITY",
        CompanyVerifyAddress = "COMPANY_VERIFY_ADDRESS",
        CompanyVerifyCharity = "COMPANY_VERIFY_CHARITY",
        CompanyVerifyBankAccount = "COMPANY_VERIFY_BANK_ACCOUNT",
        CompanyVerifyTaxStatus = "COMPANY_VERIFY_TAX_STATUS",
        CompanyIdentifyAuthorizedPersons = "COMPANY_IDENTIFY_AUTHORIZED_PERSONS",
        CompanyIdentifyOfficers = "COMPANY_IDENTIFY_OFFICERS",
        CompanyIdentifyTrustees = "COMPANY_IDENTIFY_TRUSTEES",
        CompanyIdentifyBeneficialOwners = "COMPANY_IDENTIFY_BENEFICIAL_OWNERS",
        CompanyAssessOwnership = "COMPANY_ASSESS_OWNERSHIP",
        CompanyReviewFilings = "COMPANY_REVIEW_FILINGS",
        CompanyAssessSanctionsExposure = "COMPANY_ASSESS_SANCTIONS_EXPOSURE",
        CompanyAssessMediaExposure = "COMPANY_ASSESS_MEDIA_EXPOSURE",
        CompanyAssessMediaAndSanctionsExposure = "COMPANY_ASSESS_MEDIA_AND_SANCTIONS_EXPOSURE",
        CompanyAssessFinancials = "COMPANY_ASSESS_FINANCIALS",
        CompanyFraudScreening = "COMPANY_FRAUD_SCREENING",
        CompanyMerchantFraudScreening = "COMPANY_MERCHANT_FRAUD_SCREENING",
        CompanyAssessWebsiteContent = "COMPANY_ASSESS_WEBSITE_CONTENT",
        CompanyManualTask = "COMPANY_MANUAL_TASK",
        IndividualAssessMediaExposure = "INDIVIDUAL_ASSESS_MEDIA_EXPOSURE",
        IndividualAssessRegulatoryStatus = "INDIVIDUAL_ASSESS_REGULATORY_STATUS",
        CompanyAssessPoliticalExposure = "COMPANY_ASSESS_POLITICAL_EXPOSURE",
    }

    /// How far a task is.
    pub enum TaskState {
        Incomplete = "INCOMPLETE",
        CompletedPass = "COMPLETED_PASS",
        CompletedFail = "COMPLETED_FAIL",
    }
}

impl TaskType {
    /// Whether the task is done for a person or for a company.
    pub fn entity_type(self) -> super::EntityType {
        if self.as_str().starts_with("COMPANY_") {
            super::EntityType::Company
        } else {
            super::EntityType::Individual
        }
    }
}
