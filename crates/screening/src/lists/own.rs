//! An institution's own list: a table with a header, in any order of columns and however they are
//! spelled, divided by commas, semicolons, tabs or bars.

use std::io::{self, BufRead};

use super::problem::{At, quoted};
use super::reading::{Draft, Reading};
use super::rows::{self, Columns, Row, Rows};
use super::text;
use crate::entry::{IdentifierKind, Kind, NameKind, Role, Topic};

/// The columns: the name to write, other names that are understood, and what stands there.
pub const COLUMNS: &[(&str, &[&str], &str)] = &[
    (
        "id",
        &["reference", "ref", "number", "uid", "entityid"],
        "the entry's own reference, which must not change; without the column, the name and the date of birth are it",
    ),
    (
        "name",
        &[
            "fullname",
            "wholename",
            "primaryname",
            "companyname",
            "nameofindividualorentity",
        ],
        "the whole name; or else the next two",
    ),
    (
        "first name",
        &[
            "givenname",
            "givennames",
            "firstnames",
            "forename",
            "forenames",
        ],
        "given names",
    ),
    (
        "last name",
        &["surname", "familyname", "lastnames"],
        "the family name",
    ),
    (
        "type",
        &["kind", "entitytype", "schema", "partytype"],
        "person, organization, vessel or aircraft",
    ),
    (
        "aliases",
        &["alias", "aka", "alsoknownas", "othernames", "altnames"],
        "further names, divided by semicolons or bars",
    ),
    (
        "weak aliases",
        &["weakalias", "weakaka", "nicknames"],
        "names that many others bear",
    ),
    (
        "former names",
        &[
            "formername",
            "formerlyknownas",
            "fka",
            "previousnames",
            "previousname",
        ],
        "names no longer used",
    ),
    (
        "date of birth",
        &["dob", "birthdate", "dateofbirthorincorporation", "born"],
        "2001-02-03, 2001-02, 2001, 03/02/2001 (the day first), circa 2001, 2001 to 2003",
    ),
    ("place of birth", &["birthplace", "pob"], "town and country"),
    ("gender", &["sex"], "male or female"),
    (
        "nationality",
        &["nationalities", "citizenship", "citizenships"],
        "names, codes or adjectives",
    ),
    (
        "country",
        &[
            "countries",
            "jurisdiction",
            "countryofincorporation",
            "countryofresidence",
        ],
        "names or codes; nothing is said of why",
    ),
    (
        "address",
        &["addresses", "fulladdress"],
        "with the country after the last comma",
    ),
    (
        "passport",
        &["passportnumber", "passportno"],
        "numbers of passports",
    ),
    (
        "national id",
        &[
            "nationalidnumber",
            "idnumber",
            "identitynumber",
            "nationalidentificationnumber",
        ],
        "numbers of identity cards",
    ),
    (
        "tax number",
        &["taxid", "taxno", "vat", "vatnumber", "tin"],
        "numbers of taxation",
    ),
    (
        "registration number",
        &["companynumber", "registrationno", "registrationid"],
        "numbers of registers of companies",
    ),
    (
        "lei",
        &["legalentityidentifier"],
        "the legal entity identifier",
    ),
    ("imo", &["imonumber"], "the number of a vessel"),
    ("swift", &["bic", "swiftbic"], "of a bank"),
    (
        "wallet",
        &["wallets", "walletaddress", "cryptoaddress"],
        "addresses of digital currencies",
    ),
    (
        "position",
        &["positions", "office", "role", "function"],
        "offices held",
    ),
    (
        "topics",
        &["topic", "category", "categories", "reason"],
        "sanction, pep, crime, …; without it, internal",
    ),
    (
        "program",
        &["programs", "programme", "programmes", "regime", "list"],
        "under which it is listed",
    ),
    (
        "listed on",
        &["dateoflisting", "listeddate", "dateadded", "added"],
        "when it was listed",
    ),
    (
        "remarks",
        &[
            "remark",
            "notes",
            "note",
            "comments",
            "comment",
            "otherinformation",
        ],
        "anything else",
    ),
    (
        "link",
        &["links", "url", "source", "sourceurl"],
        "where it comes from",
    ),
];

/// The separator of a table by the marks in its first line.
pub(crate) fn separator(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |mark: u8| line.split(|byte| *byte == mark).count();
    let marks = [b',', b';', b'\t', b'|'];
    // The first of equals is the comma.
    let most = marks.iter().rev().max_by_key(|mark| count(**mark));
    most.copied().unwrap_or(b',')
}

/// Where the known columns of a header are, or why it is none.
pub(crate) fn header(row: &Row) -> Result<Columns, String> {
    let columns = Columns::of(row);
    let has = |name: &str| place(&columns, name).is_some();
    if has("name") || has("last name") {
        return Ok(columns);
    }
    let found: Vec<String> = row
        .fields
        .iter()
        .take(8)
        .map(|name| quoted(name.trim()))
        .collect();
    Err(format!(
        "its first line names no column for the name (name, or first name and last name); it has \
         {}",
        found.join(", ")
    ))
}

pub(crate) fn read(input: &mut dyn BufRead, reading: &mut Reading) -> io::Result<()> {
    let separator = separator(input.fill_buf()?);
    let mut rows = Rows::new(input, separator);
    let Some(first) = rows.next()? else {
        reading.broken("it is empty");
        return Ok(());
    };
    let columns = match header(&first) {
        Ok(columns) => columns,
        Err(why) => {
            reading.broken(&why);
            return Ok(());
        }
    };
    strange_columns(reading, &first);
    let mut last_is_open = None;
    while let Some(row) = rows.next()? {
        reading.records += 1;
        entry(reading, &columns, &row);
        last_is_open = rows::cut_off(&row, 0);
    }
    if let Some(why) = rows.broken.take().or(last_is_open) {
        reading.broken(&why);
    }
    Ok(())
}

/// Columns that nothing is read from are said once.
fn strange_columns(reading: &mut Reading, header: &Row) {
    for name in header.fields.iter().map(|name| name.trim()) {
        let folded = rows::folded(name);
        let is_known = COLUMNS.iter().any(|(column, others, _)| {
            rows::folded(column) == folded || others.contains(&&*folded)
        });
        if !is_known && !folded.is_empty() {
            let what = format!("the column {} is not known and not read", quoted(name));
            reading.problem(At::Line(header.line), None, what);
        }
    }
}

/// The place of a column by the name to write.
fn place(columns: &Columns, name: &str) -> Option<usize> {
    let folded = rows::folded(name);
    let (_, others, _) = COLUMNS.iter().find(|(column, ..)| *column == name)?;
    columns.place(&[&folded]).or_else(|| columns.place(others))
}

fn entry(reading: &mut Reading, columns: &Columns, row: &Row) {
    let at = At::Line(row.line);
    let field = |name: &str| place(columns, name).map_or("", |place| row.field(place));
    let parts = [field("first name"), field("last name")];
    let name = Some(field("name")).filter(|name| !name.is_empty());
    let whole = text::clean(&name.map_or_else(|| parts.join(" "), str::to_owned));
    if whole.is_empty() {
        return reading.problem(at, None, "the row has no name and was left out".to_owned());
    }
    let own = Some(field("id")).filter(|id| !id.is_empty());
    let id = own.map_or_else(
        || {
            format!(
                "{}/{}",
                rows::folded(&whole),
                rows::folded(field("date of birth"))
            )
        },
        text::clean,
    );
    if reading.has(&id) {
        let what = "the reference was there before; both rows are one entry".to_owned();
        reading.problem(at, Some(&id), what);
    }
    let Some(mut draft) = reading.entry(at, &id) else {
        return;
    };
    if row.fields.len() > columns.count() {
        let counts = (row.fields.len(), columns.count());
        let what = "the row has {} fields and the header {}: a separator may stand within a name";
        draft.problem(what.replacen("{}", &counts.0.to_string(), 1).replacen(
            "{}",
            &counts.1.to_string(),
            1,
        ));
    }
    kind(&mut draft, field("type"));
    match name {
        Some(name) => draft.listed_name(NameKind::Primary, name),
        None => draft.parted_name(NameKind::Primary, parts[0], parts[1]),
    }
    names(&mut draft, &field);
    facts(&mut draft, &field);
    numbers(&mut draft, &field);
    topics(&mut draft, field("topics"));
}

fn kind(draft: &mut Draft<'_>, text: &str) {
    let kind = match rows::folded(text).as_str() {
        "person" | "individual" | "natural" | "naturalperson" | "p" => Kind::Person,
        "organization" | "organisation" | "company" | "entity" | "legalentity" | "enterprise"
        | "legalperson" | "e" => Kind::Organization,
        "vessel" | "ship" => Kind::Vessel,
        "aircraft" | "airplane" => Kind::Aircraft,
        "" => Kind::Unknown,
        _ => {
            draft.problem(format!(
                "the type {} is none of person, organization, vessel and aircraft",
                quoted(text)
            ));
            Kind::Unknown
        }
    };
    draft.kind(kind);
}

/// The parts of a field that may hold several.
fn several(field: &str) -> impl Iterator<Item = &str> {
    field
        .split([';', '|', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn names<'r>(draft: &mut Draft<'_>, field: &impl Fn(&str) -> &'r str) {
    let kinds = [
        ("aliases", NameKind::Strong),
        ("weak aliases", NameKind::Weak),
        ("former names", NameKind::Former),
    ];
    for (column, kind) in kinds {
        for name in several(field(column)) {
            draft.listed_name(kind, name);
        }
    }
}

fn facts<'r>(draft: &mut Draft<'_>, field: &impl Fn(&str) -> &'r str) {
    draft.born(field("date of birth"));
    for place in several(field("place of birth")) {
        draft.birth_place(place);
    }
    draft.gender(field("gender"));
    draft.countries(Role::Nationality, field("nationality"));
    draft.countries(Role::Unspecified, field("country"));
    for address in several(field("address")) {
        draft.address_text(address);
    }
    for position in several(field("position")) {
        draft.position(position);
    }
    for program in several(field("program")) {
        draft.program(program);
    }
    draft.listed_on(field("listed on"));
    draft.remark(field("remarks"));
    for link in several(field("link")) {
        draft.link(link);
    }
}

fn numbers<'r>(draft: &mut Draft<'_>, field: &impl Fn(&str) -> &'r str) {
    let kinds = [
        ("passport", IdentifierKind::Passport),
        ("national id", IdentifierKind::NationalId),
        ("tax number", IdentifierKind::Tax),
        ("registration number", IdentifierKind::Registration),
        ("lei", IdentifierKind::Lei),
        ("imo", IdentifierKind::Imo),
        ("swift", IdentifierKind::Swift),
        ("wallet", IdentifierKind::Wallet),
    ];
    for (column, kind) in kinds {
        for number in several(field(column)) {
            draft.identifier(kind, number, "", None);
        }
    }
}

fn topics(draft: &mut Draft<'_>, text: &str) {
    let mut has_any = false;
    for word in text.split([';', '|', ',', '/']).map(rows::folded) {
        let topic = match word.as_str() {
            "" => continue,
            "sanction" | "sanctions" | "sanctioned" => Topic::Sanction,
            "sanctionlinked" => Topic::SanctionLinked,
            "pep" | "politicallyexposed" | "politicallyexposedperson" => Topic::Pep,
            "rca" | "pepassociate" | "associate" => Topic::PepAssociate,
            "crime" | "fraud" | "criminal" => Topic::Crime,
            "terrorism" | "terror" => Topic::Terrorism,
            "wanted" => Topic::Wanted,
            "exportcontrol" => Topic::ExportControl,
            "debarment" | "debarred" => Topic::Debarment,
            "regulatory" => Topic::Regulatory,
            "stateowned" => Topic::StateOwned,
            "adversemedia" => Topic::AdverseMedia,
            "watch" | "watchlist" => Topic::Watch,
            "internal" | "internalwatchlist" => Topic::Internal,
            _ => {
                draft.problem(format!("the topic {} is not known", quoted(&word)));
                continue;
            }
        };
        draft.topic(topic);
        has_any = true;
    }
    if !has_any {
        draft.topic(Topic::Internal);
    }
}
