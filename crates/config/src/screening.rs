//! A provider of the kind `screening`: how the lists that were loaded are screened against.

use document::{Fields, Value};

use crate::scope::Scope;

/// Likeness from which somebody on a list counts as a match when the document says nothing.
pub const THRESHOLD: f64 = 0.7;
/// Matches of one screening when the document says nothing.
pub const MATCHES: u32 = 50;
/// The most matches of one screening that a document can ask for.
pub const MATCHES_MAX: u32 = 500;

/// The keys that only this kind of provider has.
pub(crate) const KEYS: [&str; 5] = [
    "threshold",
    "max_matches",
    "lists",
    "ongoing_monitoring",
    "false_positives",
];

/// How the lists that were loaded are screened against.
#[derive(Clone, Debug, PartialEq)]
pub struct Screening {
    /// Likeness, from 0 to 1, from which somebody on a list counts as a match.
    pub threshold: f64,
    /// Matches of one screening; the best ones count, and how many more there were is told.
    pub max_matches: u32,
    /// Names of the lists; empty: all that were loaded.
    pub lists: Vec<String>,
    /// Whether those who were screened are watched from then on.
    pub ongoing_monitoring: bool,
    /// What is a match of a person, and what a false positive.
    pub individual: Allowed,
    /// The same for a company.
    pub company: Allowed,
}

/// Which likenesses count; a match with less is kept as ignored. What is not known on either side is
/// never less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Of the names.
    pub name: Nearness,
    /// Of the dates of birth or incorporation.
    pub date: Nearness,
    /// Of the nationalities or countries of incorporation.
    pub country: Nearness,
}

/// How near two values must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nearness {
    /// However far apart.
    #[default]
    Any,
    /// Close or exact.
    Close,
    /// Exact.
    Exact,
}

impl Nearness {
    /// The word of the document.
    pub fn word(self) -> &'static str {
        match self {
            Nearness::Any => "any",
            Nearness::Close => "close",
            Nearness::Exact => "exact",
        }
    }

    /// The nearness of a word of the document.
    pub fn named(word: &str) -> Option<Nearness> {
        let found = NEARNESSES.iter().find(|(known, _)| *known == word);
        found.map(|(_, nearness)| *nearness)
    }
}

const NEARNESSES: [(&str, Nearness); 3] = [
    ("any", Nearness::Any),
    ("close", Nearness::Close),
    ("exact", Nearness::Exact),
];

impl Default for Screening {
    fn default() -> Screening {
        Screening {
            threshold: THRESHOLD,
            max_matches: MATCHES,
            lists: Vec::new(),
            ongoing_monitoring: false,
            individual: Allowed::default(),
            company: Allowed::default(),
        }
    }
}

/// Reads the keys that a provider of this kind has.
pub(crate) fn read<'a>(fields: &Fields<'a>, scope: &Scope<'a>) -> Screening {
    let threshold = fields.optional_number("threshold", 0.0..=1.0);
    let max_matches = fields.optional_integer("max_matches", 1..=MATCHES_MAX);
    let lists = fields.optional("lists");
    let monitoring = monitoring(fields, scope);
    let rules = fields.optional_mapping("false_positives");
    let of = |key| {
        let rules = rules.as_ref()?.optional_mapping(key)?;
        Some(allowed(rules))
    };
    let (individual, company) = (of("individual"), of("company"));
    if let Some(rules) = rules {
        rules.finish();
    }
    Screening {
        threshold: threshold.unwrap_or(THRESHOLD),
        max_matches: max_matches.unwrap_or(MATCHES),
        lists: lists.as_ref().map(names).unwrap_or_default(),
        ongoing_monitoring: monitoring,
        individual: individual.unwrap_or_default(),
        company: company.unwrap_or_default(),
    }
}

/// Nobody is told to be watched who is not.
fn monitoring<'a>(fields: &Fields<'a>, scope: &Scope<'a>) -> bool {
    let Some(value) = fields.optional("ongoing_monitoring") else {
        return false;
    };
    let wanted = value.flag().unwrap_or_default();
    if wanted {
        let message = "this version does not watch those who were screened: run their checks again \
                       when a list has changed";
        scope.warn(value.path(), value.place(), message);
    }
    wanted
}

fn names(value: &Value<'_>) -> Vec<String> {
    let names = value.texts().unwrap_or_default();
    if names.is_empty() {
        value.report_with_hint(
            "a screening needs at least one list",
            "leave \"lists\" out to screen against all that are loaded",
        );
    }
    let mut lists: Vec<String> = Vec::new();
    for name in names {
        if lists.iter().any(|known| known == name) {
            value.report(format!("the list \"{name}\" is named twice here"));
        } else {
            lists.push(name.to_owned());
        }
    }
    lists
}

fn allowed(fields: Fields<'_>) -> Allowed {
    let of = |key| fields.optional_one_of(key, &NEARNESSES).unwrap_or_default();
    let allowed = Allowed {
        name: of("name"),
        date: of("date"),
        country: of("country"),
    };
    fields.finish();
    allowed
}
