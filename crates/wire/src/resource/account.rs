//! Who asks: keys, users, institutions; and companies found by name.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Error;
use crate::time::DateTime;

/// A person who works with the system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub name: String,
    pub id: Uuid,
    pub email: String,
}

/// The API key that acted, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiKey {
    pub name: String,
    /// When the key ends, for keys that do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry: Option<DateTime>,
}

/// A key just made; the only time it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IssuedKey {
    pub name: String,
    pub key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry: Option<DateTime>,
}

/// The institution a key belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Institution {
    pub name: String,
    pub id: Uuid,
}

/// The answer to `GET /whoami`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhoAmI {
    pub institution: Institution,
    /// *Additive.* Which of the institution's accounts the key opens: `demo` or `live`.
    pub environment: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
}

/// One company found by `GET /search/companies`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompanyCandidate {
    pub name: String,
    pub number: String,
    /// Alpha-3.
    pub country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// The answer to `GET /search/companies`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CompanySearchResults {
    pub companies: Vec<CompanyCandidate>,
    pub errors: Vec<Error>,
}
