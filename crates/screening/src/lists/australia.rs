//! The consolidated list of Australia (DFAT), whose spreadsheet was saved as CSV.
//!
//! One row for each name: the first has a number (`12`), aliases the same with a letter (`12a`).
//! Written from the published format; only a table that others had made of it was at hand.

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
    if columns.place(&["reference"]).is_none() || columns.place(NAME).is_none() {
        reading.broken("its first line is no header with Reference and a name");
        return Ok(());
    }
    let mut last = header;
    while let Some(row) = rows.next()? {
        reading.records += 1;
        entry(reading, &columns, &row);
        last = row;
    }
    // A spreadsheet leaves out the empty fields at the end of a row.
    if let Some(why) = rows.broken.take().or_else(|| rows::cut_off(&last, 4)) {
        reading.broken(&why);
    }
    Ok(())
}

const NAME: &[&str] = &["nameofindividualorentity", "name"];

fn entry(reading: &mut Reading, columns: &Columns, row: &Row) {
    let at = At::Line(row.line);
    let field = |name: &str| columns.field(row, &[name]);
    let reference = field("reference");
    let id = reference.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        let what = format!(
            "the reference {} is no number; the row was left out",
            quoted(reference)
        );
        return reading.problem(at, None, what);
    }
    let Some(mut draft) = reading.entry(at, id) else {
        return;
    };
    draft.topic(Topic::Sanction);
    let kind = match field("type").to_lowercase().as_str() {
        "individual" => Kind::Person,
        "entity" => Kind::Organization,
        "vessel" | "ship" => Kind::Vessel,
        other => {
            draft.problem(format!("the type {} is not known", quoted(other)));
            Kind::Unknown
        }
    };
    draft.kind(kind);
    let kind = name_kind(&mut draft, field("nametype"), field("aliasstrength"));
    draft.name(kind, columns.field(row, NAME));
    draft.born(field("dateofbirth"));
    for place in field("placeofbirth").split(';') {
        draft.birth_place(place);
    }
    draft.countries(Role::Nationality, field("citizenship"));
    for address in text::counted(field("address")) {
        draft.address_text(address);
    }
    draft.remark(field("additionalinformation"));
    draft.remark(field("listinginformation"));
    draft.program(columns.field(row, &["committees", "committee"]));
    draft.remark(field("instrumentofdesignation"));
    draft.identifier(IdentifierKind::Imo, field("imonumber"), "", Some("IMO"));
    control_date(&mut draft, field("controldate"));
}

fn name_kind(draft: &mut Draft<'_>, kind: &str, strength: &str) -> NameKind {
    match kind.to_lowercase().as_str() {
        "primary name" => NameKind::Primary,
        "original script" => NameKind::OriginalScript,
        "formerly known as" | "fka" | "f.k.a." => NameKind::Former,
        "alias" | "aka" | "a.k.a." | "also known as" | "" => {
            if strength.eq_ignore_ascii_case("weak") {
                NameKind::Weak
            } else {
                NameKind::Strong
            }
        }
        other => {
            draft.problem(format!("the kind of name {} is not known", quoted(other)));
            NameKind::Strong
        }
    }
}

/// A date, or the days since the end of 1899 that a spreadsheet keeps.
fn control_date(draft: &mut Draft<'_>, text: &str) {
    let days = text
        .split('.')
        .next()
        .and_then(|days| days.parse::<i32>().ok());
    let first = jiff::civil::Date::constant(1899, 12, 30);
    let days = days.filter(|days| (10_000..100_000).contains(days));
    let date = days.and_then(|days| {
        let span = jiff::Span::new().try_days(days).ok()?;
        first.checked_add(span).ok()
    });
    match date {
        Some(date) => draft.listed_on(&date.to_string()),
        None => draft.listed_on(text),
    }
}
