//! What is known of the types of tasks and checks: which check serves which task.

use wire::value::{CheckType, TaskType};

use CheckType as Check;
use TaskType as Task;

/// The tasks that a check can serve.
pub(crate) enum Serves {
    /// Every task of its kind of profile.
    Every,
    /// These.
    Only(&'static [TaskType]),
}

impl Serves {
    pub(crate) fn includes(&self, task: TaskType) -> bool {
        match self {
            Serves::Every => true,
            Serves::Only(tasks) => tasks.contains(&task),
        }
    }
}

/// The tasks that a check of this type can serve.
pub(crate) fn serves(check: CheckType) -> Serves {
    Serves::Only(match check {
        Check::IndividualCustom
        | Check::CompanyCustom
        | Check::IndividualManualForm
        | Check::CompanyManualForm => return Serves::Every,
        Check::IdentityCheck => &[
            Task::IndividualVerifyIdentity,
            Task::IndividualVerifyAddress,
            Task::IndividualVerifyTaxStatus,
        ],
        Check::DocumentVerification | Check::DocumentFetch | Check::DocumentCapture => &[
            Task::IndividualVerifyIdentity,
            Task::IndividualVerifyAddress,
            Task::IndividualVerifyImmigrationStatus,
        ],
        Check::CraBankAccountVerification => &[Task::IndividualVerifyBankAccount],
        Check::VisaCheck => &[Task::IndividualVerifyImmigrationStatus],
        Check::DeviceFraudDetection => &[
            Task::IndividualAssessDeviceReputation,
            Task::IndividualFraudScreening,
        ],
        Check::PepsAndSanctionsScreen
        | Check::PepsScreen
        | Check::SanctionsScreen
        | Check::AdverseMediaScreen => INDIVIDUAL_EXPOSURE,
        Check::CompanyPepsAndSanctionsScreen => COMPANY_EXPOSURE,
        Check::CompanyData => &[
            Task::CompanyVerifyIdentity,
            Task::CompanyVerifyAddress,
            Task::CompanyIdentifyOfficers,
            Task::CompanyIdentifyBeneficialOwners,
            Task::CompanyAssessOwnership,
            Task::CompanyAssessFinancials,
        ],
        Check::CompanyRegistry => &[
            Task::CompanyVerifyIdentity,
            Task::CompanyVerifyAddress,
            Task::CompanyIdentifyOfficers,
        ],
        Check::CompanyOwnership => &[
            Task::CompanyIdentifyBeneficialOwners,
            Task::CompanyAssessOwnership,
        ],
        Check::CompanyCharitiesRegistry => {
            &[Task::CompanyIdentifyTrustees, Task::CompanyVerifyCharity]
        }
        Check::CompanyFilings | Check::CompanyFilingPurchase => &[Task::CompanyReviewFilings],
        Check::CompanyDocumentVerification => &[
            Task::CompanyVerifyIdentity,
            Task::CompanyVerifyAddress,
            Task::CompanyVerifyBankAccount,
            Task::CompanyVerifyTaxStatus,
        ],
        Check::CompanyMerchantFraudScreening => &[
            Task::CompanyMerchantFraudScreening,
            Task::CompanyFraudScreening,
        ],
    })
}

const INDIVIDUAL_EXPOSURE: &[TaskType] = &[
    Task::IndividualAssessMediaAndPoliticalAndSanctionsExposure,
    Task::IndividualAssessPoliticalAndSanctionsExposure,
    Task::IndividualAssessPoliticalExposure,
    Task::IndividualAssessSanctionsExposure,
    Task::IndividualAssessMediaExposure,
];

const COMPANY_EXPOSURE: &[TaskType] = &[
    Task::CompanyAssessMediaAndSanctionsExposure,
    Task::CompanyAssessSanctionsExposure,
    Task::CompanyAssessMediaExposure,
    Task::CompanyAssessPoliticalExposure,
];

/// Whether open matches keep a task of this type from passing.
pub(crate) fn is_screening(task: TaskType) -> bool {
    INDIVIDUAL_EXPOSURE.contains(&task) || COMPANY_EXPOSURE.contains(&task)
}

/// Whether a task of this type is what an institution makes of it.
pub(crate) fn is_manual(task: TaskType) -> bool {
    matches!(task, Task::IndividualManualTask | Task::CompanyManualTask)
}

/// Whether a task of this type has a verification list of associates.
pub(crate) fn has_list(task: TaskType) -> bool {
    matches!(
        task,
        Task::CompanyIdentifyAuthorizedPersons
            | Task::CompanyIdentifyOfficers
            | Task::CompanyIdentifyTrustees
            | Task::CompanyIdentifyBeneficialOwners
            | Task::CompanyAssessOwnership
    )
}

/// Whether some check could pass a task of this type, other than a form or a custom check.
pub(crate) fn has_checks(task: TaskType) -> bool {
    CheckType::ALL
        .iter()
        .any(|check| matches!(serves(*check), Serves::Only(tasks) if tasks.contains(&task)))
}

/// Whether the policy can run a check of this type by itself.
pub(crate) fn can_be_automatic(check: CheckType) -> bool {
    !matches!(
        check,
        // These need something that only a request brings: a document, a form, a device.
        Check::DeviceFraudDetection
            | Check::DocumentFetch
            | Check::DocumentVerification
            | Check::CompanyDocumentVerification
            | Check::CompanyFilingPurchase
            | Check::IndividualManualForm
            | Check::CompanyManualForm
    )
}
