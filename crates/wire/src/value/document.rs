//! Values of documents, of collection steps, and of matches in registers.

use super::values;

values! {
    /// What a document shows.
    pub enum DocumentCategory {
        ProofOfIdentity = "PROOF_OF_IDENTITY",
        ProofOfSourceOfWealth = "PROOF_OF_SOURCE_OF_WEALTH",
        ProofOfSourceOfFunds = "PROOF_OF_SOURCE_OF_FUNDS",
        ProofOfAddress = "PROOF_OF_ADDRESS",
        Supporting = "SUPPORTING",
        CompanyFiling = "COMPANY_FILING",
        DataSummary = "DATA_SUMMARY",
        ProofOfBankAccount = "PROOF_OF_BANK_ACCOUNT",
        ProofOfTaxStatus = "PROOF_OF_TAX_STATUS",
    }

    /// What kind of document it is.
    pub enum DocumentType {
        Passport = "PASSPORT",
        DrivingLicence = "DRIVING_LICENCE",
        StateId = "STATE_ID",
        VoterId = "VOTER_ID",
        BirthCertificate = "BIRTH_CERTIFICATE",
        BankStatement = "BANK_STATEMENT",
        FaceImage = "FACE_IMAGE",
        Unknown = "UNKNOWN",
        CompanyAccounts = "COMPANY_ACCOUNTS",
        CompanyChangeOfAddress = "COMPANY_CHANGE_OF_ADDRESS",
        AnnualReturn = "ANNUAL_RETURN",
        ConfirmationStatement = "CONFIRMATION_STATEMENT",
        StatementOfCapital = "STATEMENT_OF_CAPITAL",
        ChangeOfName = "CHANGE_OF_NAME",
        Incorporation = "INCORPORATION",
        Liquidation = "LIQUIDATION",
        Miscellaneous = "MISCELLANEOUS",
        Mortgage = "MORTGAGE",
        ChangeOfOfficers = "CHANGE_OF_OFFICERS",
        Resolution = "RESOLUTION",
        CreditReport = "CREDIT_REPORT",
        CreditCheck = "CREDIT_CHECK",
        RegisterReport = "REGISTER_REPORT",
        RegisterCheck = "REGISTER_CHECK",
        DataSummary = "DATA_SUMMARY",
        ChangeOfPsc = "CHANGE_OF_PSC",
        AdverseMedia = "ADVERSE_MEDIA",
        Tax = "TAX",
        UtilityBill = "UTILITY_BILL",
        PassportCard = "PASSPORT_CARD",
        BiometricStateId = "BIOMETRIC_STATE_ID",
        NationalHealthInsuranceCard = "NATIONAL_HEALTH_INSURANCE_CARD",
        ResidencePermit = "RESIDENCE_PERMIT",
        TaxId = "TAX_ID",
        Visa = "VISA",
    }

    /// Which side of a document an image shows.
    pub enum ImageType {
        Front = "FRONT",
        Back = "BACK",
        Face = "FACE",
    }

    /// A field of a document that a provider has compared.
    pub enum CheckedField {
        FieldGivenNames = "FIELD_GIVEN_NAMES",
        FieldFamilyName = "FIELD_FAMILY_NAME",
        FieldDob = "FIELD_DOB",
        FieldNationality = "FIELD_NATIONALITY",
        FieldExpiry = "FIELD_EXPIRY",
        FieldNumber = "FIELD_NUMBER",
        FieldGender = "FIELD_GENDER",
        FieldIssued = "FIELD_ISSUED",
        FieldAddress = "FIELD_ADDRESS",
        FieldIssuingCountry = "FIELD_ISSUING_COUNTRY",
        FieldMrz = "FIELD_MRZ",
    }

    /// What came of comparing a field.
    pub enum FieldResult {
        CheckUncertain = "CHECK_UNCERTAIN",
        CheckInvalid = "CHECK_INVALID",
        CheckValid = "CHECK_VALID",
    }

    /// What a person is still asked for.
    pub enum CollectionStepType {
        FullName = "FULL_NAME",
        Dob = "DOB",
        AddressHistory = "ADDRESS_HISTORY",
        Nationality = "NATIONALITY",
        Document = "DOCUMENT",
        Email = "EMAIL",
        PhoneNumber = "PHONE_NUMBER",
    }

    /// The kind of register a person was found in.
    pub enum DatabaseType {
        Civil = "CIVIL",
        Credit = "CREDIT",
        Mortality = "MORTALITY",
        Ignored = "IGNORED",
    }

    /// What a register agreed with.
    pub enum MatchedField {
        Forename = "FORENAME",
        Surname = "SURNAME",
        Address = "ADDRESS",
        Dob = "DOB",
        IdentityNumber = "IDENTITY_NUMBER",
        IdentityNumberSuffix = "IDENTITY_NUMBER_SUFFIX",
    }
}
