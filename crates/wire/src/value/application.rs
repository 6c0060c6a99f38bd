//! Values of product applications and risk.

use super::values;

values! {
    /// The status of a product application.
    pub enum ApplicationStatus {
        Applied = "APPLIED",
        Approved = "APPROVED",
        InReview = "IN_REVIEW",
        Rejected = "REJECTED",
        Cancelled = "CANCELLED",
    }

    /// What a product application waits for; only the first that applies.
    pub enum ApplicationFlag {
        Automating = "AUTOMATING",
        Decided = "DECIDED",
        WaitingOnCollectionSteps = "WAITING_ON_COLLECTION_STEPS",
        WaitingOnChecks = "WAITING_ON_CHECKS",
        RequiresManualTaskCompletion = "REQUIRES_MANUAL_TASK_COMPLETION",
        ReadyForDecision = "READY_FOR_DECISION",
        RequiresRiskScore = "REQUIRES_RISK_SCORE",
        RecalculatingRisk = "RECALCULATING_RISK",
    }

    /// What an associate is to the company.
    pub enum AssociatedRole {
        AuthorizedPerson = "AUTHORIZED_PERSON",
        UnauthorizedPerson = "UNAUTHORIZED_PERSON",
        Director = "DIRECTOR",
        CompanySecretary = "COMPANY_SECRETARY",
        Shareholder = "SHAREHOLDER",
        Partner = "PARTNER",
        Trustee = "TRUSTEE",
        BeneficialOwner = "BENEFICIAL_OWNER",
        ResignedOfficer = "RESIGNED_OFFICER",
        Other = "OTHER",
        GlobalUltimateOwner = "GLOBAL_ULTIMATE_OWNER",
        ControllingShareholder = "CONTROLLING_SHAREHOLDER",
        PersonOfSignificantControl = "PERSON_OF_SIGNIFICANT_CONTROL",
    }

    /// Why an application cannot be approved.
    pub enum BlockerType {
        IncompleteTask = "INCOMPLETE_TASK",
        UnresolvedEvent = "UNRESOLVED_EVENT",
        SuspendedProfile = "SUSPENDED_PROFILE",
        UndeterminedRisk = "UNDETERMINED_RISK",
    }

    /// The category of a risk level.
    pub enum RiskCategory {
        Low = "LOW",
        Medium = "MEDIUM",
        High = "HIGH",
        Undetermined = "UNDETERMINED",
    }
}
