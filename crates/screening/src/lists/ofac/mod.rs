//! The lists of the US Treasury's Office of Foreign Assets Control: the specially designated
//! nationals (SDN) and the consolidated list of all others.
//!
//! As CSV a publication has up to four files without headers, told apart by their columns: the
//! entries (12), aliases (5), addresses (6) and what did not fit into the remarks (2). Each ends
//! with the sign 0x1A, so that one which was cut off shows it. What the files have no columns for
//! stands in the remarks (`DOB 04 Jul 1954; POB Havana, Cuba; nationality Cuba; Passport A12
//! (Cuba); a.k.a. 'EL RUBIO'.`). The XML has it in elements.

mod remarks;
pub(crate) mod xml;

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use super::problem::{At, quoted};
use super::reading::{Draft, Reading};
use super::rows::{self, Row, Rows};
use crate::entry::{IdentifierKind, Kind, NameKind, Role, Topic};

/// The sign at the end of every file.
const END: &str = "\u{1a}";

/// What of a publication is kept until all of its files are read.
#[derive(Default)]
pub(crate) struct Tables {
    /// The remarks of each entry with their place, and what continues them.
    remarks: BTreeMap<String, Remarks>,
    aliases: Vec<(String, Row)>,
    addresses: Vec<(String, Row)>,
    continued: Vec<(String, Row)>,
}

struct Remarks {
    part: String,
    line: u64,
    text: String,
}

impl Tables {
    pub(crate) fn read(
        &mut self,
        input: &mut dyn BufRead,
        reading: &mut Reading,
    ) -> io::Result<()> {
        let mut rows = Rows::new(input, b',');
        let mut has_end = false;
        let mut columns = 0;
        let mut last = Row::default();
        while let Some(row) = rows.next()? {
            if row.field(0) == END {
                has_end = true;
                continue;
            }
            if columns == 0 {
                columns = row.fields.len();
            }
            self.row(&row, columns, reading);
            last = row;
        }
        if let Some(why) = rows.broken.take() {
            reading.broken(&why);
        } else if let Some(why) = rows::cut_off(&last, columns) {
            reading.broken(&why);
        } else if !has_end {
            reading.broken("it has no end mark (0x1A)");
        }
        Ok(())
    }

    fn row(&mut self, row: &Row, columns: usize, reading: &mut Reading) {
        let at = At::Line(row.line);
        let id = row.field(0);
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            let what = format!("the row begins with {} and not with a number", quoted(id));
            return reading.problem(at, None, what);
        }
        if row.fields.len() != columns {
            let what = format!("the row has {} fields and not {columns}", row.fields.len());
            reading.problem(at, Some(id), what);
        }
        let kept = || {
            let fields = row.fields.clone();
            let line = row.line;
            (
                reading.part.clone(),
                Row {
                    line,
                    fields,
                    is_open: false,
                },
            )
        };
        match columns {
            12 => self.entry(row, reading),
            5 => self.aliases.push(kept()),
            6 => self.addresses.push(kept()),
            2 => self.continued.push(kept()),
            _ => reading.problem(
                at,
                Some(id),
                format!("no file of OFAC has {columns} columns"),
            ),
        }
    }

    /// `ent_num, name, type, programs, title, call sign, vessel type, tonnage, GRT, flag, owner,
    /// remarks`
    fn entry(&mut self, row: &Row, reading: &mut Reading) {
        let at = At::Line(row.line);
        let id = row.field(0);
        reading.records += 1;
        if reading.has(id) {
            let what = "the number was there before; both rows are one entry".to_owned();
            reading.problem(at, Some(id), what);
        }
        let Some(mut draft) = reading.entry(at, id) else {
            return;
        };
        draft.kind(kind(row.field(2)));
        draft.listed_name(NameKind::Primary, row.field(1));
        programs(&mut draft, row.field(3));
        let value = |place: usize| Some(row.field(place)).filter(|field| *field != "-0-");
        if let Some(title) = value(4) {
            draft.position(title);
        }
        if let Some(sign) = value(5) {
            draft.identifier(IdentifierKind::CallSign, sign, "", Some("Call sign"));
        }
        for (place, label) in [
            (6, "Vessel type"),
            (7, "Tonnage"),
            (8, "GRT"),
            (10, "Owner"),
        ] {
            if let Some(text) = value(place) {
                draft.remark(&format!("{label}: {text}"));
            }
        }
        if let Some(flag) = value(9) {
            draft.countries(Role::Registration, flag);
        }
        let remarks = Remarks {
            part: reading.part.clone(),
            line: row.line,
            text: raw(row, 11).to_owned(),
        };
        self.remarks.insert(id.to_owned(), remarks);
    }

    /// Joins aliases, addresses and remarks to the entries.
    pub(crate) fn join(mut self, reading: &mut Reading) {
        for (part, row) in self.continued {
            reading.part = part;
            match self.remarks.get_mut(row.field(0)) {
                // The text goes on within a word or before a space.
                Some(remarks) => remarks.text.push_str(raw(&row, 1)),
                None => strange(reading, &row, "remarks"),
            }
        }
        for (id, remarks) in self.remarks {
            reading.part = remarks.part;
            if let Some(mut draft) = reading.entry(At::Line(remarks.line), &id) {
                remarks::read(&mut draft, &remarks.text);
            }
        }
        for (part, row) in self.aliases {
            reading.part = part;
            match reading.known(At::Line(row.line), row.field(0)) {
                Some(mut draft) => alias(&mut draft, &row),
                None => strange(reading, &row, "an alias"),
            }
        }
        for (part, row) in self.addresses {
            reading.part = part;
            match reading.known(At::Line(row.line), row.field(0)) {
                Some(mut draft) => address(&mut draft, &row),
                None => strange(reading, &row, "an address"),
            }
        }
    }
}

/// A field with the spaces at its ends, where it says anything.
fn raw(row: &Row, place: usize) -> &str {
    let field = row.fields.get(place).map_or("", String::as_str);
    if field.trim() == "-0-" { "" } else { field }
}

/// A row for an entry that the publication does not have.
fn strange(reading: &mut Reading, row: &Row, what: &str) {
    let what = format!("{what} of an entry that is not in the list");
    reading.problem(At::Line(row.line), Some(row.field(0)), what);
}

/// `ent_num, alt_num, type, name, remarks`
fn alias(draft: &mut Draft<'_>, row: &Row) {
    let kind = alias_kind(row.field(2), "");
    if kind.is_none() {
        draft.problem(format!(
            "the kind of alias {} is not known",
            quoted(row.field(2))
        ));
    }
    draft.listed_name(kind.unwrap_or(NameKind::Strong), row.field(3));
    if row.field(4) != "-0-" {
        draft.remark(row.field(4));
    }
}

/// `ent_num, add_num, address, city and code, country, remarks`
fn address(draft: &mut Draft<'_>, row: &Row) {
    let value = |place: usize| Some(row.field(place)).filter(|field| *field != "-0-");
    let pieces = [value(2).unwrap_or_default(), value(3).unwrap_or_default()];
    draft.address(&pieces, value(4).unwrap_or_default());
    if let Some(remark) = value(5) {
        draft.remark(remark);
    }
}

/// `a.k.a.`, `f.k.a.`, `n.k.a.` in any spelling, and what the XML says of its quality.
fn alias_kind(word: &str, category: &str) -> Option<NameKind> {
    match rows::folded(word).as_str() {
        "aka" | "nka" if category == "weak" => Some(NameKind::Weak),
        "aka" | "nka" => Some(NameKind::Strong),
        "fka" => Some(NameKind::Former),
        _ => None,
    }
}

/// Nothing said means an organization.
fn kind(word: &str) -> Kind {
    match word.trim().to_lowercase().as_str() {
        "individual" => Kind::Person,
        "vessel" => Kind::Vessel,
        "aircraft" => Kind::Aircraft,
        _ => Kind::Organization,
    }
}

/// `SDGT] [IFSR`, `[SDGT] [IFSR]` or one program.
fn programs(draft: &mut Draft<'_>, text: &str) {
    draft.topic(Topic::Sanction);
    for program in text.split(['[', ']', ';']).map(str::trim) {
        match program {
            "" | "-0-" => continue,
            "SDGT" | "FTO" | "SDT" => draft.topic(Topic::Terrorism),
            "SDNT" | "SDNTK" | "TCO" | "ILLICIT-DRUGS-EO14059" => draft.topic(Topic::Crime),
            _ => {}
        }
        draft.program(program);
    }
}
