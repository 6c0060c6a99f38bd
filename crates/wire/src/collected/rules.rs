//! What must hold of collected data beyond the contract: dates that can be, names that say
//! something, and the custom fields of a policy.

use domain::{Holder, Kind};
use jiff::ToSpan;
use jiff::civil;
use serde_json::Value;

use super::AssociateList;
use super::associates::entries;
use crate::facts;
use crate::field_error::{FieldError, join, name_shown, shown};
use crate::nearest;
use crate::time::PartialDate;
use crate::value::EntityType;

/// Nobody is older, in years; a date of birth further back is refused.
pub const AGE_YEARS_MAX: i32 = 150;

/// What collected data is held to.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    /// The present day in the time zone of the account.
    pub today: civil::Date,
    /// The custom fields of the published policy.
    pub custom_fields: Vec<CustomField<'a>>,
}

/// A property of the institution's own.
#[derive(Clone, Copy, Debug)]
pub struct CustomField<'a> {
    /// Its key in `custom_fields`.
    pub name: &'a str,
    /// Which profiles have it.
    pub holder: Holder,
    /// Type of its values.
    pub kind: Kind,
    /// Whether it can have several values.
    pub many: bool,
}

/// What in the data breaks a rule, associates without a profile included. Data that does not follow
/// the contract is passed over: that is a mistake of its own.
pub(super) fn broken(entity: EntityType, data: &Value, rules: &Rules<'_>) -> Vec<FieldError> {
    let mut found = Vec::new();
    collect((entity, data), "", rules, &mut found);
    found
}

fn collect(
    (entity, data): (EntityType, &Value),
    path: &str,
    rules: &Rules<'_>,
    found: &mut Vec<FieldError>,
) {
    let mut note = |field: &str, message: Option<String>| {
        found.extend(message.map(|message| FieldError::invalid(join(path, field), message)));
    };
    match entity {
        EntityType::Individual => {
            let person = &data["personal_details"];
            note("personal_details.dob", birth(&person["dob"], rules.today));
            for (field, part) in names(&person["name"]) {
                note(&format!("personal_details.name.{field}"), blank(part));
            }
        }
        EntityType::Company => {
            let company = &data["metadata"];
            note("metadata.name", blank(&company["name"]));
            let founded = future(&company["incorporation_date"], rules.today);
            note("metadata.incorporation_date", founded);
        }
    }
    for (name, value) in data["custom_fields"].as_object().into_iter().flatten() {
        let shown = name_shown(name);
        for (place, message) in custom(entity, (name, value), rules) {
            note(&format!("custom_fields.{shown}{place}"), Some(message));
        }
    }
    for list in AssociateList::ALL {
        for (place, entry) in entries(data, *list).iter().enumerate() {
            let entity = entry["entity_type"].as_str().and_then(|it| it.parse().ok());
            if let (Some(entity), Some(data)) = (entity, entry.get("immediate_data")) {
                let below = format!("{}[{place}].immediate_data", list.path());
                collect((entity, data), &join(path, &below), rules, found);
            }
        }
    }
}

/// The parts of a person's name, each with its path.
fn names(name: &Value) -> Vec<(String, &Value)> {
    let parts = |list: &'static str| {
        let parts = name[list].as_array().into_iter().flatten().enumerate();
        parts.map(move |(place, part)| (format!("{list}[{place}]"), part))
    };
    let family = [("family_name".to_owned(), &name["family_name"])];
    let given = parts("given_names").chain(family);
    given.chain(parts("alt_family_names")).collect()
}

/// The signs that show nothing though they are neither white space nor control characters.
const INVISIBLE: [char; 7] = [
    '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{feff}',
];

fn blank(name: &Value) -> Option<String> {
    let shows = |c: char| !c.is_whitespace() && !c.is_control() && !INVISIBLE.contains(&c);
    let is_blank = !name.as_str()?.contains(shows);
    is_blank.then(|| "must not be blank; leave it out when it is not known".to_owned())
}

fn birth(date: &Value, today: civil::Date) -> Option<String> {
    let (_, last) = span(date)?;
    let oldest = today.checked_sub(AGE_YEARS_MAX.years()).ok()?;
    future(date, today).or_else(|| {
        (last < oldest).then(|| {
            let date = shown(date);
            format!("must not lie more than {AGE_YEARS_MAX} years back, and {date} does")
        })
    })
}

/// A part of a date stands for all its days; only when the first lies in the future do all.
fn future(date: &Value, today: civil::Date) -> Option<String> {
    let (first, _) = span(date)?;
    (first > today).then(|| {
        let date = shown(date);
        format!("must not lie in the future, and {date} does: today is {today}")
    })
}

/// The first and the last day that a date may mean.
fn span(date: &Value) -> Option<(civil::Date, civil::Date)> {
    match date.as_str()?.parse().ok()? {
        PartialDate::Day(day) => Some((day.0, day.0)),
        PartialDate::Month(month) => {
            let first = civil::Date::new(month.year, month.month, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        PartialDate::Year(year) => {
            let first = civil::Date::new(year, 1, 1).ok()?;
            Some((first, first.last_of_year()))
        }
    }
}

/// What is wrong with a custom field: where below it, and what.
fn custom(
    entity: EntityType,
    (name, value): (&str, &Value),
    rules: &Rules<'_>,
) -> Vec<(String, String)> {
    let whole = |message: String| vec![(String::new(), message)];
    let known = rules.custom_fields.iter().find(|field| field.name == name);
    let Some(field) = known.filter(|field| is_held_by(field.holder, entity)) else {
        return whole(match known {
            Some(field) => format!("is a custom field of {} only", holders(field.holder)),
            None => unknown(entity, name, rules),
        });
    };
    let entries = match value {
        Value::Array(list) if field.many => list.as_slice(),
        Value::Array(_) => return whole("must be one value, not a list".to_owned()),
        one => std::slice::from_ref(one),
    };
    let wrong = entries.iter().enumerate().filter(|(_, entry)| {
        let says_nothing = entry.is_null() || entry.as_str().is_some_and(|it| it.trim().is_empty());
        !says_nothing && !facts::is_custom(entry, field.kind)
    });
    let place = |at: usize| {
        if value.is_array() {
            format!("[{at}]")
        } else {
            String::new()
        }
    };
    wrong
        .map(|(at, entry)| {
            let wanted = wanted(field.kind, entry);
            let message = format!("must be {wanted}, not {}", shown(entry));
            (place(at), message)
        })
        .collect()
}

fn unknown(entity: EntityType, name: &str, rules: &Rules<'_>) -> String {
    let known = rules
        .custom_fields
        .iter()
        .filter(|field| is_held_by(field.holder, entity));
    let known: Vec<&str> = known.map(|field| field.name).collect();
    let advice = nearest::advice(name, &known);
    format!("is no custom field of the published policy; {advice}")
}

fn is_held_by(holder: Holder, entity: EntityType) -> bool {
    match holder {
        Holder::Both => true,
        Holder::Individual => entity == EntityType::Individual,
        Holder::Company => entity == EntityType::Company,
    }
}

fn holders(holder: Holder) -> &'static str {
    match holder {
        Holder::Both => "individuals and companies",
        Holder::Individual => "individuals",
        Holder::Company => "companies",
    }
}

fn wanted(kind: Kind, entry: &Value) -> &'static str {
    let is_written = |text: &str| {
        text.contains(|c: char| c.is_ascii_digit()) && text.trim().parse::<f64>().is_ok()
    };
    let is_number = entry.is_number() || entry.as_str().is_some_and(is_written);
    match kind {
        Kind::Text => "a text",
        // What numbers are compared and added as (`domain::Decimal`) holds no more.
        Kind::Number if is_number => {
            "a number of at most 28 digits before the decimal point and 28 after it"
        }
        Kind::Number => "a number",
        Kind::Date => "a date like 1984, 1984-03 or 1984-03-17",
        Kind::Flag => "true or false",
        Kind::Country => "a country's ISO 3166 alpha-3 code like GBR",
    }
}
