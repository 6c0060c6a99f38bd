//! The properties a condition can ask about: one list for configuration, validation, explanations
//! and pages.

use crate::{CheckVariantId, EventKind};

/// What kind of value a property has; decides which operators fit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text or a code.
    Text,
    /// An ISO 3166 alpha-3 country code.
    Country,
    /// A number.
    Number,
    /// A date, possibly partial.
    Date,
    /// True or false.
    Flag,
}

impl Kind {
    /// The word for messages: "text", "country" …
    pub fn label(self) -> &'static str {
        match self {
            Text => "text",
            Country => "country",
            Number => "number",
            Date => "date",
            Flag => "flag",
        }
    }
}

/// Which profiles have the property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Both kinds of profile.
    Both,
    /// Individuals only.
    Individual,
    /// Companies only.
    Company,
}

/// One declared property.
#[derive(Debug, PartialEq, Eq)]
pub struct Declared {
    /// The name used in configuration, `address.country`.
    pub key: &'static str,
    /// What people read, "Country of address".
    pub label: &'static str,
    /// Type of its values.
    pub kind: Kind,
    /// Whether it can have several values (then a quantifier says which must match).
    pub many: bool,
    /// Which profiles have it.
    pub holder: Holder,
}

/// A property a condition asks about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// One of [`PROPERTIES`], by its key.
    Declared(&'static str),
    /// A custom field of the institution, by its developer name.
    Custom(String),
    /// The result of the latest run of a check variant, as the provider said it (`2+2`).
    CheckResult(CheckVariantId),
    /// The decision of the latest run of a check variant (`PASS`).
    CheckDecision(CheckVariantId),
    /// How many events there are of a kind (`None`: any) in a state of resolution.
    Events(Option<EventKind>, Resolved),
}

/// Which events to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolved {
    /// Nobody has looked yet.
    Potential,
    /// Confirmed as a match.
    Confirmed,
    /// Dismissed as a false positive or ignored.
    Dismissed,
    /// All of them.
    Any,
}

const fn one(key: &'static str, label: &'static str, kind: Kind, holder: Holder) -> Declared {
    Declared {
        key,
        label,
        kind,
        many: false,
        holder,
    }
}

const fn many(key: &'static str, label: &'static str, kind: Kind, holder: Holder) -> Declared {
    Declared {
        key,
        label,
        kind,
        many: true,
        holder,
    }
}

use Holder::{Both, Company, Individual};
use Kind::{Country, Date, Flag, Number, Text};

/// Every declared property, in the order pages show them.
pub static PROPERTIES: &[Declared] = &[
    one("entity_type", "Entity type", Text, Both),
    many("address.country", "Country of address", Country, Both),
    many("address.postal_code", "Postal code", Text, Both),
    one("address.count", "Number of addresses", Number, Both),
    one("nationality", "Nationality", Country, Individual),
    one("dob", "Date of birth", Date, Individual),
    one("age", "Age", Number, Individual),
    one("gender", "Gender", Text, Individual),
    one("title", "Title", Text, Individual),
    one("given_names", "Given names", Text, Individual),
    one("family_name", "Family name", Text, Individual),
    one("email", "E-mail address", Text, Both),
    one("phone_number", "Telephone number", Text, Both),
    one("ip.country", "Country of IP address", Country, Individual),
    many(
        "identity_number.country",
        "Country of national identity number",
        Country,
        Individual,
    ),
    one("company_name", "Company name", Text, Company),
    one("company_number", "Company number", Text, Company),
    one(
        "country_of_incorporation",
        "Country of incorporation",
        Country,
        Company,
    ),
    one("incorporation_date", "Incorporation date", Date, Company),
    one("company_age", "Years since incorporation", Number, Company),
    one("company_type", "Company type", Text, Company),
    one("ownership_type", "Ownership type", Text, Company),
    one("is_public", "Is public", Flag, Company),
    one("is_limited", "Has limited liability", Flag, Company),
    one("is_active", "Is active", Flag, Company),
    many("sic_code", "SIC code", Text, Company),
    many("industry_code", "Industry code", Text, Company),
    one(
        "number_of_employees",
        "Number of employees",
        Number,
        Company,
    ),
    one(
        "number_of_shareholders",
        "Number of shareholders",
        Number,
        Company,
    ),
    one("number_of_officers", "Number of officers", Number, Company),
    one(
        "number_of_beneficial_owners",
        "Number of beneficial owners",
        Number,
        Company,
    ),
    many("document.type", "Type of document", Text, Both),
    one("customer_ref", "Customer reference", Text, Both),
    one("channel", "Channel", Text, Both),
    many("tag", "Tag", Text, Both),
    many("associate.role", "Associate role", Text, Both),
    one("profile.status", "Profile status", Text, Both),
    one("risk.level", "Risk level", Text, Both),
    one("risk.score", "Risk score", Number, Both),
    one(
        "applications.open",
        "Number of open applications",
        Number,
        Both,
    ),
];

/// The declared property with this key.
pub fn declared(key: &str) -> Option<&'static Declared> {
    PROPERTIES.iter().find(|property| property.key == key)
}

impl Property {
    /// The declaration, for a declared property.
    pub fn declaration(&self) -> Option<&'static Declared> {
        match self {
            Property::Declared(key) => declared(key),
            Property::Custom(_)
            | Property::CheckResult(_)
            | Property::CheckDecision(_)
            | Property::Events(..) => None,
        }
    }

    /// What people read.
    pub fn label(&self) -> String {
        match self {
            Property::Declared(key) => declared(key).map_or(*key, |found| found.label).to_owned(),
            Property::Custom(name) => format!("Custom field {name}"),
            Property::CheckResult(_) => "Result of a check".to_owned(),
            Property::CheckDecision(_) => "Decision of a check".to_owned(),
            Property::Events(kind, resolved) => {
                let kind = kind.map_or("any kind", EventKind::label);
                let resolved = match resolved {
                    Resolved::Potential => "potential",
                    Resolved::Confirmed => "confirmed",
                    Resolved::Dismissed => "dismissed",
                    Resolved::Any => "all",
                };
                format!("Number of {resolved} matches of {kind}")
            }
        }
    }

    /// The stable name used in configuration and in `waiting_for`.
    pub fn key(&self) -> String {
        match self {
            Property::Declared(key) => (*key).to_owned(),
            Property::Custom(name) => format!("custom.{name}"),
            Property::CheckResult(_) => "check.result".to_owned(),
            Property::CheckDecision(_) => "check.decision".to_owned(),
            Property::Events(..) => "events".to_owned(),
        }
    }
}
