//! What collected data say of somebody, as far as lists can be searched by it.

use ::screening::date::PartialDate;
use ::screening::entry::{Gender, Identifier, IdentifierKind};
use countries::Code;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wire::resource::Error;
use wire::value::{CheckType, EntityType, ErrorCode, ErrorSource};

/// Names of one subject that are screened; further ones are left out.
pub const SUBJECT_NAMES_MAX: usize = 16;

/// Who is screened, as it is kept with the screening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Whether it is a person; else an organization.
    pub is_person: bool,
    /// The names that it goes or went by, the present one first.
    pub names: Vec<String>,
    /// When it was born or founded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Nationality, or country of incorporation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nationalities: Vec<Code>,
    /// Countries of its addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub residences: Vec<Code>,
    /// Numbers of documents and registers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
}

/// The subject of a check; else what is missing.
pub fn subject(check_type: CheckType, data: &Value) -> Result<Subject, Vec<Error>> {
    let is_company =
        check_type.entity_type() == EntityType::Company || data["entity_type"] == "COMPANY";
    let is_person = !is_company;
    let subject = if is_person {
        person(data)
    } else {
        company(data)
    };
    if subject.names.is_empty() {
        let path = if is_person {
            "personal_details.name"
        } else {
            "metadata.name"
        };
        return Err(vec![missing(path)]);
    }
    Ok(subject)
}

fn missing(path: &str) -> Error {
    Error {
        code: ErrorCode::MissingRequiredFields,
        message: format!("a screening needs {path}, add it to the profile and run the check again"),
        source: ErrorSource::Provider,
        info: Some(json!({ "field": path })),
    }
}

fn person(data: &Value) -> Subject {
    let details = &data["personal_details"];
    let name = &details["name"];
    let given = texts(&name["given_names"]).join(" ");
    let families = texts(&name["family_name"])
        .into_iter()
        .chain(texts(&name["alt_family_names"]));
    let mut names: Vec<String> = families.map(|family| joined(&given, family)).collect();
    if names.is_empty() {
        names.push(given.clone());
    }
    let national = details["national_identity_number"].as_object();
    let national = national
        .into_iter()
        .flatten()
        .filter_map(|(place, value)| identifier(IdentifierKind::NationalId, value, code(place)));
    let documents = data["documents"].as_array();
    let documents = documents.into_iter().flatten().filter_map(document);
    Subject {
        is_person: true,
        names: distinct(names),
        born: date(&details["dob"]),
        gender: match details["gender"].as_str() {
            Some("M") => Some(Gender::Male),
            Some("F") => Some(Gender::Female),
            _ => None,
        },
        nationalities: of_text(&details["nationality"]).collect(),
        residences: addresses(&data["address_history"]),
        identifiers: national.chain(documents).collect(),
    }
}

fn company(data: &Value) -> Subject {
    let metadata = &data["metadata"];
    let previous = metadata["previous_names"].as_array();
    let previous = previous.into_iter().flatten();
    let previous = previous.flat_map(|name| texts(&name["name"]));
    let names = texts(&metadata["name"]).into_iter().chain(previous);
    let country: Vec<Code> = of_text(&metadata["country_of_incorporation"]).collect();
    let of = |kind, value| identifier(kind, value, country.first().copied());
    let taxes = metadata["tax_ids"].as_array().into_iter().flatten();
    let numbers = [
        of(IdentifierKind::Registration, &metadata["number"]),
        of(IdentifierKind::Lei, &metadata["lei"]),
        of(IdentifierKind::Security, &metadata["isin"]),
    ];
    let taxes = taxes.filter_map(|tax| of(IdentifierKind::Tax, &tax["value"]));
    Subject {
        is_person: false,
        names: distinct(names.map(str::to_owned)),
        born: date(&metadata["incorporation_date"]),
        gender: None,
        residences: addresses(&metadata["addresses"]),
        identifiers: numbers.into_iter().flatten().chain(taxes).collect(),
        nationalities: country,
    }
}

fn document(document: &Value) -> Option<Identifier> {
    let kind = match document["document_type"].as_str() {
        Some("PASSPORT") => IdentifierKind::Passport,
        Some("DRIVING_LICENCE") => IdentifierKind::DrivingLicense,
        Some("STATE_ID") => IdentifierKind::NationalId,
        _ => return None,
    };
    let data = &document["extracted_data"];
    identifier(
        kind,
        &data["number"],
        of_text(&data["issuing_country"]).next(),
    )
}

fn identifier(kind: IdentifierKind, value: &Value, country: Option<Code>) -> Option<Identifier> {
    let value = value
        .as_str()
        .map(str::trim)
        .filter(|value| !value.is_empty())?;
    Some(Identifier {
        kind,
        value: value.to_owned(),
        country,
        label: None,
    })
}

fn addresses(history: &Value) -> Vec<Code> {
    let mut found: Vec<Code> = Vec::new();
    for dated in history.as_array().into_iter().flatten() {
        let code = of_text(&dated["address"]["country"]);
        found.extend(
            code.filter(|code| !found.contains(code))
                .collect::<Vec<_>>(),
        );
    }
    found
}

/// A date, as exactly as it is given; what is no date is as good as nothing.
fn date(value: &Value) -> Option<PartialDate> {
    value.as_str()?.parse().ok()
}

fn of_text(value: &Value) -> impl Iterator<Item = Code> + use<> {
    value.as_str().and_then(code).into_iter()
}

fn code(text: &str) -> Option<Code> {
    countries::code(text)
}

fn joined(given: &str, family: &str) -> String {
    [given, family]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for name in names {
        if known.len() < SUBJECT_NAMES_MAX && !name.trim().is_empty() && !known.contains(&name) {
            known.push(name);
        }
    }
    known
}

fn texts(value: &Value) -> Vec<&str> {
    let all = match value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let trimmed = all.into_iter().map(str::trim);
    trimmed.filter(|text| !text.is_empty()).collect()
}
