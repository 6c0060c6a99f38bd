//! The closed lists of values of API 4.0, each an enum with its wire text.
//!
//! The lists are those of the 2019 contract and what came later; readers of the API are told to
//! tolerate values they do not know.

mod application;
mod audit;
mod check;
mod document;
mod error_code;
mod event;
mod profile;
mod task;
mod webhook;

pub use application::{
    ApplicationFlag, ApplicationStatus, AssociatedRole, BlockerType, RiskCategory,
};
pub use audit::AuditAction;
pub use check::{AssumedAnswer, CheckResult, CheckState, CheckType, Decision};
pub use document::{
    CheckedField, CollectionStepType, DatabaseType, DocumentCategory, DocumentType, FieldResult,
    ImageType, MatchedField,
};
pub use error_code::{ErrorCode, ErrorSource};
pub use event::{EventResolution, EventType};
pub use profile::{
    Capability, CompanyAddressType, EntityType, ProfileCategory, ProfileStatus, Role, TaxIdType,
};
pub use task::{TaskState, TaskType};
pub use webhook::WebhookEvent;

use std::fmt;

/// A text that is not in the list of values it should be from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownValue {
    /// Every text that would have been accepted.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be one of {}", self.known.join(", "))
    }
}

impl std::error::Error for UnknownValue {}

/// An enum of wire values, for code that works on any of them.
pub trait WireValue: Sized + Copy + 'static {
    /// Every value, in the order of the contract.
    const ALL: &'static [Self];

    /// The text on the wire.
    fn as_str(self) -> &'static str;
}

/// Declares enums with their wire texts: `as_str`, `ALL`, `FromStr`, `Display`, serde.
///
/// ```text
/// values! {
///     /// Whether a check runs.
///     pub enum CheckState { Pending = "PENDING", Running = "RUNNING" }
/// }
/// // CheckState::Pending.as_str() == "PENDING"; "RUNNING".parse() == Ok(CheckState::Running)
/// ```
macro_rules! values {
    ($($(#[$doc:meta])* pub enum $name:ident {
        $($(#[$value_doc:meta])* $value:ident = $text:literal),+ $(,)?
    })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$value_doc])* #[doc = concat!("`", $text, "`")] #[serde(rename = $text)] $value),+
        }

        impl $name {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [$name] = &[$($name::$value),+];

            /// The text on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$value => $text),+ }
            }
        }

        impl $crate::value::WireValue for $name {
            const ALL: &'static [$name] = $name::ALL;

            fn as_str(self) -> &'static str {
                $name::as_str(self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::value::UnknownValue;

            fn from_str(text: &str) -> Result<$name, Self::Err> {
                match text {
                    $($text => Ok($name::$value),)+
                    _ => Err($crate::value::UnknownValue { known: vec![$($text),+] }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    )+};
}
use values;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_reads_back_from_its_text_and_from_json() {
        for value in TaskType::ALL {
            assert_eq!(value.as_str().parse(), Ok(*value));
            let json = serde_json::to_value(value).unwrap();
            assert_eq!(json, value.as_str());
            assert_eq!(serde_json::from_value::<TaskType>(json).unwrap(), *value);
        }
    }

    #[test]
    fn an_unknown_text_names_the_known_ones() {
        let unknown = "BUSY".parse::<CheckState>().unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "must be one of PENDING, RUNNING, COMPLETE"
        );
    }
}
