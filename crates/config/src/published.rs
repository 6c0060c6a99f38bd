//! What a compiled document is made of.

use std::collections::BTreeMap;

use document::Problem;
use domain::{CheckVariantId, Config, Holder, Kind};

use crate::screening::Screening;

/// One version of an institution's policy, ready to use.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// What the core works with.
    pub config: Config,
    /// The institution's name, when the document says it.
    pub institution: Option<String>,
    /// Data providers in the order of the document; the built-in `demo` is always among them.
    pub providers: Vec<Provider>,
    /// Options of check variants, a JSON object each; variants without options are absent.
    pub check_options: BTreeMap<CheckVariantId, serde_json::Value>,
    /// Custom fields in the order of the document.
    pub custom_fields: Vec<CustomField>,
    /// The document as it was written.
    pub document: String,
    /// What is allowed but likely a mistake, in the order of the document.
    pub warnings: Vec<Problem>,
    /// What is as intended but good to know, such as edges that feed back.
    pub notes: Vec<Problem>,
}

impl Published {
    /// The provider with this alias.
    pub fn provider(&self, alias: &str) -> Option<&Provider> {
        self.providers
            .iter()
            .find(|provider| provider.alias == alias)
    }

    /// Types of the custom fields by developer name, as collected data is read with.
    pub fn custom_kinds(&self) -> BTreeMap<String, Kind> {
        self.custom_fields
            .iter()
            .map(|field| (field.name.clone(), field.kind))
            .collect()
    }
}

/// A service that runs checks.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    /// Unique name within the document.
    pub alias: String,
    /// What people read.
    pub name: String,
    /// How it is reached.
    pub kind: ProviderKind,
    /// Its settings, a JSON object; empty when none are given.
    pub options: serde_json::Value,
    /// No longer in the document, and kept for the check variants that named it.
    pub retired: bool,
}

/// How a provider is reached.
#[derive(Clone, Debug, PartialEq)]
pub enum ProviderKind {
    /// Built in: answers by keywords in the name, without any network.
    Demo,
    /// Built in: screens against the lists that were loaded.
    Screening(Screening),
    /// A service that speaks the signed provider protocol.
    Http(HttpProvider),
}

/// A service that speaks the signed provider protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpProvider {
    /// Base address; ends with `/`.
    pub url: String,
    /// Name of the secret in the settings; never the secret itself.
    pub secret_ref: String,
    /// How long one request may take.
    pub timeout_seconds: u32,
}

/// A property of the institution's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomField {
    /// Developer name: `custom.<name>` in conditions.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Which profiles have it.
    pub holder: Holder,
    /// Type of its values.
    pub kind: Kind,
    /// Whether it can have several values.
    pub many: bool,
}
