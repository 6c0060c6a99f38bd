//! What the API answers with.
//!
//! The fields are those of the contract, in its order where it has one; what this system adds is
//! marked *additive*. Fields that are absent are left out; only where the contract says so are they
//! `null`.

mod account;
mod application;
mod audit;
mod check;
mod document;
mod error;
mod event;
mod note;
mod profile;
mod risk;
mod task;

pub use account::{
    ApiKey, CompanyCandidate, CompanySearchResults, Institution, IssuedKey, User, WhoAmI,
};
pub use application::{
    ApprovalBlocker, Assignment, DecisionReason, FlagChange, ProductApplication, ProductResource,
    StatusChange, WaitingFor,
};
pub use audit::AuditItem;
pub use check::{CheckProvider, CheckResource, CheckVariant};
pub use document::{Document, DocumentImageResource, EncryptedData, FileResource, ImageRef};
pub use error::{Error, ErrorBody};
pub use event::EventResource;
pub use note::{Author, NoteResource};
pub use profile::{
    LinkedTo, MinimalProfileResource, ProfileResource, ProfileSearchResults, TagResource,
    TaskProgress,
};
pub use risk::{ComponentRisk, InheritedRisk, RiskLevel, RiskOverviewResource};
pub use task::{ImportedPass, TaskResource, TaskVariant};
