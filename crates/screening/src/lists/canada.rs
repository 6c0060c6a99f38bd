//! The consolidated autonomous sanctions list of Canada (XML).
//!
//! A record has no reference of its own: the regime, the schedule and the item together are one.
//! Should two records share it, the later ones are told apart by their names.

use std::io::{self, BufRead};

use super::problem::At;
use super::reading::{Draft, Reading};
use super::rows;
use super::text;
use super::xml::{self, Node, Shape};
use crate::entry::{IdentifierKind, Kind, NameKind, Role, Topic};

const SHAPE: Shape = Shape {
    root: "data-set",
    records: &["record"],
    headers: &[],
};

pub(crate) fn read(input: &mut dyn BufRead, reading: &mut Reading) -> io::Result<()> {
    xml::read(input, reading, &SHAPE, |reading, node| {
        if node.name == "record" {
            record(reading, node);
        }
    })
}

fn record(reading: &mut Reading, node: &Node) {
    let at = At::Record(reading.records);
    let [given, family, other] =
        ["GivenName", "LastName", "EntityOrShip"].map(|name| node.text(name));
    let name = [given, family, other].join(" ");
    if !name.chars().any(char::is_alphanumeric) {
        return reading.problem(
            at,
            None,
            "the record has no name and was left out".to_owned(),
        );
    }
    let mut id = id(node);
    if reading.has(&id) {
        let what = "another record has the same place; this one is told apart by its name";
        reading.problem(at, Some(&id), what.to_owned());
        id = format!("{id}/{}", rows::folded(&name));
    }
    let Some(mut draft) = reading.entry(at, &id) else {
        return;
    };
    let imo = node.text("ShipIMONumber");
    if other.is_empty() {
        draft.kind(Kind::Person);
        draft.parted_name(NameKind::Primary, given, family);
    } else {
        let is_ship = !imo.is_empty();
        draft.kind(if is_ship {
            Kind::Vessel
        } else {
            Kind::Organization
        });
        draft.name(NameKind::Primary, other);
        draft.name(NameKind::Primary, &[given, family].join(" "));
    }
    draft.topic(Topic::Sanction);
    draft.identifier(IdentifierKind::Imo, imo, "", Some("IMO"));
    draft.born(node.text("DateOfBirthOrShipBuildDate"));
    draft.listed_on(node.text("DateOfListing"));
    aliases(&mut draft, node.text("Aliases"));
    if draft.is(Kind::Person) {
        draft.title(node.text("TitleOrShip"));
    } else {
        draft.remark(node.text("TitleOrShip"));
    }
    regime(&mut draft, node);
}

/// The regime before the slash, the schedule and the item.
fn id(node: &Node) -> String {
    let regime = node.text("Country").split('/').next().unwrap_or_default();
    let place = [regime, node.text("Schedule"), node.text("Item")];
    place.map(text::clean).join("/")
}

/// A regime names a country, or what happened: then it is only a program.
fn regime(draft: &mut Draft<'_>, node: &Node) {
    let regime = node.text("Country");
    draft.program(regime.split('/').next().unwrap_or_default());
    for code in countries::codes(regime).found {
        draft.tie(Role::Program, code);
    }
    let place = [node.text("Schedule"), node.text("Item")];
    draft.remark(&format!("Schedule {}, item {}", place[0], place[1]));
}

/// Names divided by commas, some with their language in front: `Russian: Руслан Машадиев`.
fn aliases(draft: &mut Draft<'_>, text: &str) {
    let mut names: Vec<String> = Vec::new();
    for piece in text.split([',', ';', '\n']).map(str::trim) {
        match names.last_mut() {
            // The comma belongs to a name such as Kavir Co., Ltd.
            Some(before) if is_form(piece) => *before = format!("{before}, {piece}"),
            _ => names.push(piece.to_owned()),
        }
    }
    for name in names {
        // Only the name of a language is no part of the name.
        let divided = name.split_once(':');
        let known = divided.and_then(|(word, name)| Some((text::language(word)?, name.trim())));
        let (language, name) = known.unwrap_or(("", name.as_str()));
        let is_latin = name.bytes().any(|byte| byte.is_ascii_alphabetic());
        let kind = if is_latin {
            NameKind::Strong
        } else {
            NameKind::OriginalScript
        };
        draft.name_in(kind, name, language);
    }
}

fn is_form(piece: &str) -> bool {
    let forms = [
        "ltd", "llc", "inc", "jsc", "co", "corp", "plc", "ojsc", "pjsc", "cjsc", "limited", "ao",
        "ooo", "sa", "gmbh", "llp", "lp", "pte", "jr", "sr",
    ];
    let first = piece.split(' ').next().unwrap_or_default();
    let folded = rows::folded(first);
    forms.contains(&folded.as_str())
}
