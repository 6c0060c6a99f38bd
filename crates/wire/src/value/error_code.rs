//! The codes of errors, which are numbers on the wire.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::values;

values! {
    /// Who says that something is wrong.
    pub enum ErrorSource {
        Engine = "ENGINE",
        Api = "API",
        Provider = "PROVIDER",
    }
}

/// What is wrong: 1xx normal, 2xx the caller, 3xx passing, 4xx internal, 5xx other.
/// Not an HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorCode {
    /// 101: something that is needed is not there.
    MissingRequiredFields,
    /// 102: the application has been approved before.
    EntityAlreadyApproved,
    /// 103: the application has been rejected before.
    EntityAlreadyRejected,
    /// 104: the credit for paid checks is used up.
    ChargeableLimitReached,
    /// 105: something else must happen first.
    ConstraintsNotSatisfied,
    /// 106: the provider does not cover the country.
    CountryNotSupported,
    /// 107: too many checks or too many requests.
    CheckLimitReached,
    /// 201: something in the request is wrong.
    InvalidInputData,
    /// 202: what is to be added is there already.
    DataPresent,
    /// 203: the request has no API key.
    MissingApiKey,
    /// 204: the API key is not known.
    InvalidApiKey,
    /// 301: the user is being moved.
    UserMigrationError,
    /// 302: the provider could not be reached.
    ProviderConnectionError,
    /// 303: the provider answered with an error.
    ProviderUnknownError,
    /// 401: a fault of this system.
    UnknownInternalError,
    /// 402: the move from one status to another is not allowed.
    TransitionError,
    /// 501: an old part of the system failed.
    LegacyError,
    /// 502: the account is not set up for this.
    ProcessNotSetup,
}

impl ErrorCode {
    /// Every code, by number.
    pub const ALL: &'static [ErrorCode] = &[
        ErrorCode::MissingRequiredFields,
        ErrorCode::EntityAlreadyApproved,
        ErrorCode::EntityAlreadyRejected,
        ErrorCode::ChargeableLimitReached,
        ErrorCode::ConstraintsNotSatisfied,
        ErrorCode::CountryNotSupported,
        ErrorCode::CheckLimitReached,
        ErrorCode::InvalidInputData,
        ErrorCode::DataPresent,
        ErrorCode::MissingApiKey,
        ErrorCode::InvalidApiKey,
        ErrorCode::UserMigrationError,
        ErrorCode::ProviderConnectionError,
        ErrorCode::ProviderUnknownError,
        ErrorCode::UnknownInternalError,
        ErrorCode::TransitionError,
        ErrorCode::LegacyError,
        ErrorCode::ProcessNotSetup,
    ];

    /// The number on the wire.
    pub const fn number(self) -> u16 {
        match self {
            ErrorCode::MissingRequiredFields => 101,
            ErrorCode::EntityAlreadyApproved => 102,
            ErrorCode::EntityAlreadyRejected => 103,
            ErrorCode::ChargeableLimitReached => 104,
            ErrorCode::ConstraintsNotSatisfied => 105,
            ErrorCode::CountryNotSupported => 106,
            ErrorCode::CheckLimitReached => 107,
            ErrorCode::InvalidInputData => 201,
            ErrorCode::DataPresent => 202,
            ErrorCode::MissingApiKey => 203,
            ErrorCode::InvalidApiKey => 204,
            ErrorCode::UserMigrationError => 301,
            ErrorCode::ProviderConnectionError => 302,
            ErrorCode::ProviderUnknownError => 303,
            ErrorCode::UnknownInternalError => 401,
            ErrorCode::TransitionError => 402,
            ErrorCode::LegacyError => 501,
            ErrorCode::ProcessNotSetup => 502,
        }
    }

    /// The name in the documentation.
    pub const fn name(self) -> &'static str {
        match self {
            ErrorCode::MissingRequiredFields => "MISSING_REQUIRED_FIELDS",
            ErrorCode::EntityAlreadyApproved => "ENTITY_ALREADY_APPROVED",
            ErrorCode::EntityAlreadyRejected => "ENTITY_ALREADY_REJECTED",
            ErrorCode::ChargeableLimitReached => "CHARGEABLE_LIMIT_REACHED",
            ErrorCode::ConstraintsNotSatisfied => "CONSTRAINTS_NOT_SATISFIED",
            ErrorCode::CountryNotSupported => "COUNTRY_NOT_SUPPORTED",
            ErrorCode::CheckLimitReached => "CHECK_LIMIT_REACHED",
            ErrorCode::InvalidInputData => "INVALID_INPUT_DATA",
            ErrorCode::DataPresent => "DATA_PRESENT",
            ErrorCode::MissingApiKey => "MISSING_API_KEY",
            ErrorCode::InvalidApiKey => "INVALID_API_KEY",
            ErrorCode::UserMigrationError => "USER_MIGRATION_ERROR",
            ErrorCode::ProviderConnectionError => "PROVIDER_CONNECTION_ERROR",
            ErrorCode::ProviderUnknownError => "PROVIDER_UNKNOWN_ERROR",
            ErrorCode::UnknownInternalError => "UNKNOWN_INTERNAL_ERROR",
            ErrorCode::TransitionError => "TRANSITION_ERROR",
            ErrorCode::LegacyError => "LEGACY_ERROR",
            ErrorCode::ProcessNotSetup => "PROCESS_NOT_SETUP",
        }
    }

    /// The code with this number, if there is one.
    pub fn from_number(number: u64) -> Option<ErrorCode> {
        ErrorCode::ALL
            .iter()
            .copied()
            .find(|code| u64::from(code.number()) == number)
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.number())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ErrorCode, D::Error> {
        let number = u64::deserialize(deserializer)?;
        ErrorCode::from_number(number)
            .ok_or_else(|| de::Error::custom(format!("{number} is not a known error code")))
    }
}
