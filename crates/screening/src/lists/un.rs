//! The consolidated list of the Security Council of the United Nations (XML).

use std::io::{self, BufRead};

use super::dates::{self, Order};
use super::problem::{At, quoted};
use super::reading::{Draft, Reading};
use super::text;
use super::xml::{self, Node, Shape};
use crate::date::{ListDate, PartialDate};
use crate::entry::{Kind, NameKind, Role, Topic};

const SHAPE: Shape = Shape {
    root: "CONSOLIDATED_LIST",
    records: &["INDIVIDUAL", "ENTITY"],
    headers: &[],
};

pub(crate) fn read(input: &mut dyn BufRead, reading: &mut Reading) -> io::Result<()> {
    xml::read(input, reading, &SHAPE, |reading, node| {
        match node.name.as_str() {
            "INDIVIDUAL" => entry(reading, node, Kind::Person, "INDIVIDUAL"),
            "ENTITY" => entry(reading, node, Kind::Organization, "ENTITY"),
            _ => reading.published = Some(node.attribute("dateGenerated").to_owned()),
        }
    })
}

fn entry(reading: &mut Reading, node: &Node, kind: Kind, front: &str) {
    let at = At::Record(reading.records);
    let id = Some(node.text("REFERENCE_NUMBER")).filter(|id| !id.is_empty());
    let id = text::clean(id.unwrap_or_else(|| node.text("DATAID")));
    if id.is_empty() {
        return reading.problem(at, None, "it has no reference and was left out".to_owned());
    }
    if reading.has(&id) {
        let what = "the reference was there before; both are one entry".to_owned();
        reading.problem(at, Some(&id), what);
    }
    let Some(mut draft) = reading.entry(at, &id) else {
        return;
    };
    draft.kind(kind);
    draft.topic(Topic::Sanction);
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
    draft.name(
        NameKind::Primary,
        &parts.map(|part| node.text(part)).join(" "),
    );
    draft.name(NameKind::OriginalScript, node.text("NAME_ORIGINAL_SCRIPT"));
    draft.program(node.text("UN_LIST_TYPE"));
    draft.listed_on(node.text("LISTED_ON"));
    draft.remark(node.text("COMMENTS1"));
    draft.gender(node.text("GENDER"));
    for value in node.items("TITLE", "VALUE") {
        draft.title(value.own_text());
    }
    for value in node.items("DESIGNATION", "VALUE") {
        for part in text::counted(value.own_text()) {
            draft.position(part);
        }
    }
    for value in node.items("NATIONALITY", "VALUE") {
        draft.countries(Role::Nationality, value.own_text());
    }
    for part in node.children() {
        match part.name.strip_prefix(front) {
            Some("_ALIAS") => alias(&mut draft, part),
            Some("_ADDRESS") => address(&mut draft, part),
            Some("_DATE_OF_BIRTH") => birth(&mut draft, part),
            Some("_PLACE_OF_BIRTH") => birth_place(&mut draft, part),
            Some("_DOCUMENT") => document(&mut draft, part),
            _ => {}
        }
    }
}

fn alias(draft: &mut Draft<'_>, node: &Node) {
    let name = node.text("ALIAS_NAME");
    let kind = match node.text("QUALITY").to_lowercase().as_str() {
        "low" => NameKind::Weak,
        "f.k.a." => NameKind::Former,
        "good" | "a.k.a." | "" => NameKind::Strong,
        other => {
            draft.problem(format!(
                "the quality of alias {} is not known",
                quoted(other)
            ));
            NameKind::Strong
        }
    };
    for name in text::counted(name).iter().flat_map(|name| name.split(';')) {
        draft.name(kind, name);
    }
    draft.born(node.text("DATE_OF_BIRTH"));
    draft.countries(Role::Birth, node.text("COUNTRY_OF_BIRTH"));
    draft.remark(node.text("NOTE"));
}

fn address(draft: &mut Draft<'_>, node: &Node) {
    let pieces = ["STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE"];
    draft.address(&pieces.map(|piece| node.text(piece)), node.text("COUNTRY"));
    draft.remark(node.text("NOTE"));
}

fn birth(draft: &mut Draft<'_>, node: &Node) {
    let note = node.text("NOTE");
    let year = |name: &str| {
        node.text(name)
            .parse()
            .ok()
            .and_then(PartialDate::year_only)
    };
    let date = match node.text("TYPE_OF_DATE") {
        "BETWEEN" => year("FROM_YEAR").zip(year("TO_YEAR")),
        _ => None,
    };
    let date = date
        .map(|(from, to)| ListDate::between(from, to))
        .or_else(|| {
            let whole = dates::plain(node.text("DATE"), Order::DayFirst);
            // A note may be the month of the year, or the day and the month.
            let noted = format!("{note} {}", node.text("YEAR")).to_lowercase();
            let known = whole
                .or_else(|| dates::plain(&noted, Order::DayFirst))
                .or(year("YEAR"))?;
            Some(match node.text("TYPE_OF_DATE") {
                "APPROXIMATELY" => ListDate::Circa(known),
                _ => ListDate::Known(known),
            })
        });
    let said = ["DATE", "YEAR", "FROM_YEAR", "TO_YEAR"]
        .map(|name| node.text(name))
        .concat();
    match date {
        Some(date) => draft.born_on(date),
        None if said.is_empty() && note.is_empty() => {}
        None => draft.problem(format!(
            "the date of birth {} is not understood",
            quoted(&(said + note))
        )),
    }
    if !note.is_empty() {
        draft.remark(&format!("Date of birth: {note}"));
    }
}

fn birth_place(draft: &mut Draft<'_>, node: &Node) {
    let country = node.text("COUNTRY");
    draft.countries(Role::Birth, country);
    let place = [node.text("CITY"), node.text("STATE_PROVINCE"), country];
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    draft.birth_place(&place.join(", "));
    draft.remark(node.text("NOTE"));
}

fn document(draft: &mut Draft<'_>, node: &Node) {
    let label = [
        node.text("TYPE_OF_DOCUMENT"),
        node.text("TYPE_OF_DOCUMENT2"),
    ];
    let label = label.map(str::trim).join(" ");
    let country = ["ISSUING_COUNTRY", "COUNTRY_OF_ISSUE"].map(|name| node.text(name));
    let country = country.iter().find(|country| !country.is_empty());
    draft.labelled(label.trim(), node.text("NUMBER"), country.unwrap_or(&""));
    let note = node.text("NOTE");
    if !note.is_empty() {
        draft.remark(&format!("{} {}: {note}", label.trim(), node.text("NUMBER")));
    }
}
