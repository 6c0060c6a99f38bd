//! The consolidated list of the European Union (XML, 1.0 and 1.1).
//!
//! Written from the published format; no publication was at hand to run it over.

use std::io::{self, BufRead};

use super::dates::{self, Order};
use super::problem::{At, quoted};
use super::reading::{Draft, Reading};
use super::text;
use super::xml::{self, Node, Shape};
use crate::date::{ListDate, PartialDate};
use crate::entry::{IdentifierKind, Kind, NameKind, Role, Topic};

const SHAPE: Shape = Shape {
    root: "export",
    records: &["sanctionEntity"],
    headers: &[],
};

pub(crate) fn read(input: &mut dyn BufRead, reading: &mut Reading) -> io::Result<()> {
    xml::read(input, reading, &SHAPE, |reading, node| {
        match node.name.as_str() {
            "sanctionEntity" => entry(reading, node),
            _ => reading.published = Some(node.attribute("generationDate").to_owned()),
        }
    })
}

fn entry(reading: &mut Reading, node: &Node) {
    let at = At::Record(reading.records);
    let references = [
        node.attribute("euReferenceNumber"),
        node.attribute("logicalId"),
    ];
    let id = references
        .iter()
        .find_map(|id| text::said(id))
        .map(text::clean);
    let Some(id) = id else {
        return reading.problem(at, None, "it has no reference and was left out".to_owned());
    };
    if reading.has(&id) {
        let what = "the reference was there before; both are one entry".to_owned();
        reading.problem(at, Some(&id), what);
    }
    let Some(mut draft) = reading.entry(at, &id) else {
        return;
    };
    let subject = node.all("subjectType").next();
    let code = subject.map_or("", |subject| subject.attribute("code"));
    let kind = match code {
        "person" => Kind::Person,
        "enterprise" => Kind::Organization,
        other => {
            draft.problem(format!("the subject type {} is not known", quoted(other)));
            Kind::Unknown
        }
    };
    draft.kind(kind);
    draft.topic(Topic::Sanction);
    if let Some(reference) = text::said(node.attribute("unitedNationId")) {
        draft.reference(&format!("UN {reference}"));
    }
    draft.remark(node.attribute("designationDetails"));
    for remark in node.all("remark") {
        draft.remark(remark.own_text());
    }
    for regulation in node.all("regulation") {
        law(&mut draft, regulation);
    }
    let mut is_first = true;
    for alias in node.all("nameAlias") {
        name(&mut draft, alias, is_first);
        is_first = false;
    }
    for birth in node.all("birthdate") {
        born(&mut draft, birth);
    }
    for citizenship in node.all("citizenship") {
        draft.countries(Role::Nationality, country(citizenship));
    }
    for address in node.all("address") {
        place(&mut draft, address);
    }
    for identification in node.all("identification") {
        document(&mut draft, identification);
    }
}

fn law(draft: &mut Draft<'_>, node: &Node) {
    draft.program(node.attribute("programme"));
    draft.link(node.text("publicationUrl"));
    let into_force = text::said(node.attribute("entryIntoForceDate"));
    draft.listed_on(into_force.unwrap_or(node.attribute("publicationDate")));
    draft.remark(node.attribute("numberTitle"));
}

/// The first name is the one of the list; the others are aliases, weak where they are not strong.
fn name(draft: &mut Draft<'_>, node: &Node, is_first: bool) {
    let kind = match node.attribute("strong") {
        _ if is_first => NameKind::Primary,
        "false" => NameKind::Weak,
        _ => NameKind::Strong,
    };
    let parts = ["firstName", "middleName", "lastName"].map(|part| node.attribute(part));
    let [first, middle, last] = parts;
    let given = [first, middle].join(" ");
    let whole = node.attribute("wholeName");
    let language = node.attribute("nameLanguage").to_lowercase();
    let has_parts = !given.trim().is_empty() && !last.is_empty();
    // The whole name may say more than its parts.
    let is_whole = text::clean(whole) == text::clean(&format!("{given} {last}"));
    if has_parts && is_whole && language.is_empty() {
        draft.parted_name(kind, &given, last);
    } else if !whole.is_empty() {
        draft.name_in(kind, whole, &language);
    } else {
        draft.name_in(kind, &format!("{given} {last}"), &language);
    }
    draft.gender(node.attribute("gender"));
    draft.title(node.attribute("title"));
    draft.position(node.attribute("function"));
    for remark in node.all("remark") {
        draft.remark(remark.own_text());
    }
}

fn born(draft: &mut Draft<'_>, node: &Node) {
    let number = |name: &str| node.attribute(name).parse::<i16>().ok();
    let year = |name: &str| number(name).and_then(PartialDate::year_only);
    let range = year("yearRangeFrom").zip(year("yearRangeTo"));
    let field = |name: &str| {
        u8::try_from(number(name)?)
            .ok()
            .filter(|number| *number > 0)
    };
    let by_parts =
        number("year").and_then(|year| match (field("monthOfYear"), field("dayOfMonth")) {
            (Some(month), Some(day)) => PartialDate::day_of(year, month, day),
            (Some(month), None) => PartialDate::month_of(year, month),
            (None, _) => PartialDate::year_only(year),
        });
    let day = dates::plain(&node.attribute("birthdate").to_lowercase(), Order::DayFirst);
    let is_gregorian = matches!(node.attribute("calendarType"), "" | "GREGORIAN");
    let known = day.or(by_parts).filter(|_| is_gregorian);
    let date = known.map(|date| match node.attribute("circa") {
        "true" => ListDate::Circa(date),
        _ => ListDate::Known(date),
    });
    let date = date.or_else(|| range.map(|(from, to)| ListDate::between(from, to)));
    let said = ["birthdate", "year", "yearRangeFrom"]
        .map(|name| node.attribute(name))
        .concat();
    match date {
        Some(date) => draft.born_on(date),
        None if said.is_empty() => {}
        None => draft.problem(format!(
            "the date of birth {} is not understood",
            quoted(&said)
        )),
    }
    let country = country(node);
    draft.countries(Role::Birth, country);
    let pieces = ["place", "city", "region"].map(|name| node.attribute(name));
    let shown = text::said(node.attribute("countryDescription")).unwrap_or(country);
    let pieces: Vec<&str> = pieces
        .into_iter()
        .chain([shown])
        .filter_map(text::said)
        .collect();
    draft.birth_place(&pieces.join(", "));
}

fn place(draft: &mut Draft<'_>, node: &Node) {
    let pieces = ["street", "poBox", "zipCode", "city", "place", "region"];
    draft.address(&pieces.map(|name| node.attribute(name)), country(node));
    let contacts = node
        .all("contactInfo")
        .map(|contact| (contact.attribute("key"), contact.attribute("value")));
    for (key, value) in contacts {
        match key.to_uppercase().as_str() {
            "EMAIL" => draft.identifier(IdentifierKind::Email, value, "", None),
            "PHONE" | "FAX" | "MOBILE" => draft.identifier(IdentifierKind::Phone, value, "", None),
            "WEB" => draft.identifier(IdentifierKind::Website, value, "", None),
            "IMO" => draft.identifier(IdentifierKind::Imo, value, "", None),
            _ => draft.remark(&format!("{key}: {value}")),
        }
    }
    draft.remark(node.attribute("contactInfo"));
}

fn document(draft: &mut Draft<'_>, node: &Node) {
    let kind = match node.attribute("identificationTypeCode") {
        "passport" | "diplopass" | "servicepass" => IdentifierKind::Passport,
        "id" | "ssn" | "residentperm" | "electionlist" => IdentifierKind::NationalId,
        "fiscalcode" | "vat" | "taxid" => IdentifierKind::Tax,
        "regnumber" | "tradelic" => IdentifierKind::Registration,
        "drivinglicence" => IdentifierKind::DrivingLicense,
        "swiftbic" => IdentifierKind::Swift,
        "imo" => IdentifierKind::Imo,
        "lei" => IdentifierKind::Lei,
        "travel" | "traveldoc" => IdentifierKind::OtherDocument,
        _ => IdentifierKind::Other,
    };
    let numbers = [node.attribute("number"), node.attribute("latinNumber")];
    let Some(number) = numbers.iter().find_map(|number| text::said(number)) else {
        return;
    };
    let label = node.attribute("identificationTypeDescription");
    draft.identifier(kind, number, country(node), Some(label));
    let is_doubted = ["knownFalse", "revokedByIssuer", "reportedLost"]
        .iter()
        .find(|name| node.attribute(name) == "true");
    if let Some(name) = is_doubted {
        draft.remark(&format!("{label} {number}: {name}"));
    }
}

/// The code of a country; `00` says that there is none, and then the words may know more.
fn country(node: &Node) -> &str {
    match node.attribute("countryIso2Code") {
        "" | "00" => node.attribute("countryDescription"),
        code => code,
    }
}
