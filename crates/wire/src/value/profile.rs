//! Values of profiles and their collected data.

use super::values;

values! {
    /// What a profile is to the institution.
    pub enum Role {
        IndividualCustomer = "INDIVIDUAL_CUSTOMER",
        IndividualAssociated = "INDIVIDUAL_ASSOCIATED",
        CompanyCustomer = "COMPANY_CUSTOMER",
        CompanyAssociated = "COMPANY_ASSOCIATED",
    }

    /// Whether the profile is of a person or of a company.
    pub enum EntityType {
        Individual = "INDIVIDUAL",
        Company = "COMPANY",
    }

    /// Where the profile stands as a customer.
    pub enum ProfileCategory {
        Customer = "CUSTOMER",
        PreviousCustomer = "PREVIOUS_CUSTOMER",
        Applicant = "APPLICANT",
        InactiveApplicant = "INACTIVE_APPLICANT",
    }

    /// Whether the profile may do business.
    pub enum ProfileStatus {
        Normal = "NORMAL",
        Suspended = "SUSPENDED",
        Banned = "BANNED",
    }

    /// What the address of a company is for.
    pub enum CompanyAddressType {
        RegisteredAddress = "registered_address",
        BranchAddress = "branch_address",
        HeadOfficeAddress = "head_office_address",
        ContactAddress = "contact_address",
        TradingAddress = "trading_address",
    }

    /// Which authority gave a tax number.
    pub enum TaxIdType {
        EuroVat = "EUROVAT",
        Vat = "VAT",
        Ein = "EIN",
        Other = "OTHER",
    }

    /// What a user or key may do with a profile.
    pub enum Capability {
        Root = "ROOT",
        EditProfile = "EDIT_PROFILE",
        ReadProfile = "READ_PROFILE",
        CreateProfile = "CREATE_PROFILE",
        DeleteProfile = "DELETE_PROFILE",
        CreateRole = "CREATE_ROLE",
        EditRole = "EDIT_ROLE",
        DeleteRole = "DELETE_ROLE",
        EditProfileCollectedData = "EDIT_PROFILE_COLLECTED_DATA",
        ReadProfileCollectedData = "READ_PROFILE_COLLECTED_DATA",
        ReadProfileCollectionSteps = "READ_PROFILE_COLLECTION_STEPS",
        EditProfileCollectionSteps = "EDIT_PROFILE_COLLECTION_STEPS",
        EditDocumentImage = "EDIT_DOCUMENT_IMAGE",
        ReadDocumentImage = "READ_DOCUMENT_IMAGE",
        UploadDocumentImage = "UPLOAD_DOCUMENT_IMAGE",
        PurchaseFilingDocument = "PURCHASE_FILING_DOCUMENT",
        CreateTaskNote = "CREATE_TASK_NOTE",
        DeleteTaskNote = "DELETE_TASK_NOTE",
        CustomAuthorNote = "CUSTOM_AUTHOR_NOTE",
        AssignProductApplication = "ASSIGN_PRODUCT_APPLICATION",
        ReadProductApplication = "READ_PRODUCT_APPLICATION",
        CreateProductApplication = "CREATE_PRODUCT_APPLICATION",
        EditProductApplicationStatus = "EDIT_PRODUCT_APPLICATION_STATUS",
        CreateProfileTask = "CREATE_PROFILE_TASK",
        EditConversation = "EDIT_CONVERSATION",
        RunCheck = "RUN_CHECK",
        CreateProfileTag = "CREATE_PROFILE_TAG",
        DeleteProfileTag = "DELETE_PROFILE_TAG",
        ReadTask = "READ_TASK",
        EditTaskCompletionStatus = "EDIT_TASK_COMPLETION_STATUS",
        ManagePepAndSanctionsMatches = "MANAGE_PEP_AND_SANCTIONS_MATCHES",
        Search = "SEARCH",
        CreateUser = "CREATE_USER",
        ViewUsers = "VIEW_USERS",
        ViewUser = "VIEW_USER",
        EditUser = "EDIT_USER",
        EditUserRole = "EDIT_USER_ROLE",
        EditUserPassword = "EDIT_USER_PASSWORD",
        EditUserFilterSets = "EDIT_USER_FILTER_SETS",
        ViewApplication = "VIEW_APPLICATION",
        EditPayment = "EDIT_PAYMENT",
        ViewConfig = "VIEW_CONFIG",
        EditConfig = "EDIT_CONFIG",
        ViewConfigCredentials = "VIEW_CONFIG_CREDENTIALS",
        ViewReport = "VIEW_REPORT",
        CreateReport = "CREATE_REPORT",
        DeleteReport = "DELETE_REPORT",
        EditReport = "EDIT_REPORT",
    }
}

impl Role {
    /// Whether profiles of this role are of a person or of a company.
    pub fn entity_type(self) -> EntityType {
        match self {
            Role::IndividualCustomer | Role::IndividualAssociated => EntityType::Individual,
            Role::CompanyCustomer | Role::CompanyAssociated => EntityType::Company,
        }
    }
}
