//! The denied persons of the US Bureau of Industry and Security (dpl.txt, tab separated).
//!
//! A row has no reference: the name and the day on which the order took effect are one, and rows
//! that share them are one entry with several addresses.

use std::io::{self, BufRead};

use super::problem::At;
use super::reading::Reading;
use super::rows::{self, Columns, Row, Rows};
use super::text;
use crate::entry::{NameKind, Topic};

pub(crate) fn read(input: &mut dyn BufRead, reading: &mut Reading) -> io::Result<()> {
    let mut rows = Rows::new(input, b'\t');
    let Some(header) = rows.next()? else {
        reading.broken("it is empty");
        return Ok(());
    };
    let columns = Columns::of(&header);
    if columns.place(&["name"]).is_none() || columns.place(&["effectivedate"]).is_none() {
        reading.broken("its first line is no header with Name and Effective_Date");
        return Ok(());
    }
    let mut last = Row::default();
    while let Some(row) = rows.next()? {
        reading.records += 1;
        entry(reading, &columns, &row);
        last = row;
    }
    let is_empty = last.fields.is_empty();
    let cut = || rows::cut_off(&last, columns.count()).filter(|_| !is_empty);
    if let Some(why) = rows.broken.take().or_else(cut) {
        reading.broken(&why);
    }
    Ok(())
}

fn entry(reading: &mut Reading, columns: &Columns, row: &Row) {
    let at = At::Line(row.line);
    let field = |name: &str| columns.field(row, &[name]);
    let name = text::clean(field("name"));
    if name.is_empty() {
        return reading.problem(at, None, "the row has no name and was left out".to_owned());
    }
    let id = format!("{}/{}", rows::folded(&name), field("effectivedate"));
    let Some(mut draft) = reading.entry(at, &id) else {
        return;
    };
    draft.month_first();
    draft.topic(Topic::ExportControl);
    draft.name(NameKind::Primary, &name);
    let pieces = ["streetaddress", "city", "state", "postalcode"].map(&field);
    draft.address(&pieces, field("country"));
    draft.listed_on(field("effectivedate"));
    draft.program("Denied Persons List");
    let remarks = [
        ("Denied until", "expirationdate"),
        ("Action", "action"),
        ("Federal Register", "frcitation"),
    ];
    for (label, name) in remarks {
        if text::said(field(name)).is_some() {
            draft.remark(&format!("{label}: {}", field(name)));
        }
    }
}
