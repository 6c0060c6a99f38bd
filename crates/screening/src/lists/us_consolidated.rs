//! The Consolidated Screening List of the US: thirteen lists of four departments in one CSV.
//!
//! The list of each row stands in its source, with a short word in parentheses (`(SDN)`), which
//! makes the reference together with the number there; lists without numbers have one by the
//! publisher.

use std::io::{self, BufRead};

use super::problem::{At, quoted};
use super::reading::{Draft, Reading};
use super::rows::{self, Columns, Row, Rows};
use super::text;
use crate::entry::{IdentifierKind, Kind, NameKind, Role, Topic};

pub(crate) fn read(input: &mut dyn BufRead, reading: &mut Reading) -> io::Result<()> {
    let mut rows = Rows::new(input, b',');
    let Some(header) = rows.next()? else {
        reading.broken("it is empty");
        return Ok(());
    };
    let columns = Columns::of(&header);
    if columns.place(&["source"]).is_none() || columns.place(&["name"]).is_none() {
        reading.broken("its first line is no header with source and name");
        return Ok(());
    }
    let mut last = header;
    while let Some(row) = rows.next()? {
        reading.records += 1;
        entry(reading, &columns, &row);
        last = row;
    }
    let cut = || rows::cut_off(&last, columns.count());
    if let Some(why) = rows.broken.take().or_else(cut) {
        reading.broken(&why);
    }
    Ok(())
}

fn entry(reading: &mut Reading, columns: &Columns, row: &Row) {
    let at = At::Line(row.line);
    let field = |name: &str| columns.field(row, &[name]);
    let source = field("source");
    let word = source
        .rsplit_once('(')
        .and_then(|(_, rest)| rest.split(')').next());
    let word = word
        .and_then(|word| word.split(' ').next())
        .unwrap_or(source);
    let number = ["entitynumber", "id"].map(&field);
    let Some(number) = number.iter().find(|number| !number.is_empty()) else {
        return reading.problem(
            at,
            None,
            "the row has no number and was left out".to_owned(),
        );
    };
    let id = format!("{word}-{number}");
    if reading.has(&id) {
        let what = "the number was there before; both rows are one entry".to_owned();
        reading.problem(at, Some(&id), what);
    }
    let Some(mut draft) = reading.entry(at, &id) else {
        return;
    };
    draft.kind(match field("type") {
        "Individual" => Kind::Person,
        "Entity" => Kind::Organization,
        "Vessel" => Kind::Vessel,
        "Aircraft" => Kind::Aircraft,
        _ => Kind::Unknown,
    });
    topic(&mut draft, word, source);
    names(&mut draft, field("name"), field("altnames"));
    draft.program(source);
    for program in parts(field("programs")) {
        draft.program(program);
    }
    for address in parts(field("addresses")) {
        draft.address_text(address);
    }
    draft.position(field("title"));
    person(&mut draft, &field);
    for entry in parts(field("ids")) {
        identifier(&mut draft, entry);
    }
    draft.listed_on(field("startdate"));
    vessel(&mut draft, &field);
    remarks(&mut draft, &field);
}

/// The parts of a field that holds several.
fn parts(field: &str) -> impl Iterator<Item = &str> {
    field
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn topic(draft: &mut Draft<'_>, word: &str, source: &str) {
    match word {
        "SDN" | "SSI" | "FSE" | "PLC" | "CAP" | "ISN" | "NS-MBS" | "CMIC" => {
            draft.topic(Topic::Sanction);
        }
        "EL" | "DPL" | "UVL" | "MEU" => draft.topic(Topic::ExportControl),
        "DTC" => draft.topic(Topic::Debarment),
        _ if source.contains("Sanction") || source.contains("Treasury") => {
            draft.topic(Topic::Sanction);
        }
        _ => {
            draft.topic(Topic::Watch);
            draft.problem(format!("the list {} is not known", quoted(source)));
        }
    }
}

/// A name may have its aliases behind it: `Mexpar (a.k.a. Pasadena; Aviation Logistics)`.
fn names(draft: &mut Draft<'_>, name: &str, others: &str) {
    let (name, within) = match name.split_once("(a.k.a.") {
        Some((name, rest)) if rest.trim_end().ends_with(')') => {
            (name, rest.trim_end().trim_end_matches(')'))
        }
        _ => (name, ""),
    };
    draft.listed_name(NameKind::Primary, name);
    for other in parts(within).chain(parts(others)) {
        draft.listed_name(NameKind::Strong, other);
    }
}

fn person<'r>(draft: &mut Draft<'_>, field: &impl Fn(&str) -> &'r str) {
    draft.born(field("datesofbirth"));
    for country in parts(field("citizenships")).chain(parts(field("nationalities"))) {
        draft.countries(Role::Nationality, country);
    }
    for place in parts(field("placesofbirth")) {
        draft.birth_place(place);
    }
}

/// `MX, 2014-08-30, K475336, Passport`: the country, dates, the number and what it is, of which
/// only the last two are always there.
fn identifier(draft: &mut Draft<'_>, text: &str) {
    let pieces: Vec<&str> = text.split(", ").map(str::trim).collect();
    let [front @ .., value, label] = pieces.as_slice() else {
        return draft.remark(text);
    };
    let country = front.first().copied().unwrap_or_default();
    let is_code = country.len() == 2 && countries::code(country).is_some();
    let date = |piece: &&str| piece.len() == 10 && piece.as_bytes().get(4) == Some(&b'-');
    let dates: Vec<&str> = front.iter().copied().filter(date).collect();
    // Further pieces belong to a value with commas.
    let more = front
        .iter()
        .skip(usize::from(is_code))
        .filter(|piece| !date(piece));
    let value: Vec<&str> = more.chain([value]).copied().collect();
    let country = if is_code { country } else { "" };
    draft.labelled(label, &value.join(", "), country);
    if !dates.is_empty() && draft.is(Kind::Person) {
        draft.remark(text);
    }
}

fn vessel<'r>(draft: &mut Draft<'_>, field: &impl Fn(&str) -> &'r str) {
    draft.identifier(
        IdentifierKind::CallSign,
        field("callsign"),
        "",
        Some("Call sign"),
    );
    draft.countries(Role::Registration, field("vesselflag"));
    let rest = [
        ("Vessel type", "vesseltype"),
        ("Tonnage", "grosstonnage"),
        ("GRT", "grossregisteredtonnage"),
        ("Owner", "vesselowner"),
    ];
    for (label, name) in rest {
        if text::said(field(name)).is_some() {
            draft.remark(&format!("{label}: {}", field(name)));
        }
    }
}

fn remarks<'r>(draft: &mut Draft<'_>, field: &impl Fn(&str) -> &'r str) {
    draft.remark(field("remarks"));
    let rest = [
        ("Federal Register", "federalregisternotice"),
        ("Until", "enddate"),
        ("License requirement", "licenserequirement"),
        ("License policy", "licensepolicy"),
    ];
    for (label, name) in rest {
        if text::said(field(name)).is_some() {
            draft.remark(&format!("{label}: {}", field(name)));
        }
    }
    draft.link(field("sourcelisturl"));
    draft.link(field("sourceinformationurl"));
}
