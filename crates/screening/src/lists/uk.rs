//! The consolidated list of the UK Treasury (ConList.csv): a line with its date, a header, and one
//! row for each name, date of birth and address of a group.

use std::io::{self, BufRead};

use super::problem::{At, quoted};
use super::reading::{Draft, Reading};
use super::rows::{self, Columns, Row, Rows};
use super::text;
use crate::entry::{Kind, NameKind, Role, Topic};

pub(crate) fn read(input: &mut dyn BufRead, reading: &mut Reading) -> io::Result<()> {
    let mut rows = Rows::new(input, b',');
    let mut columns: Option<Columns> = None;
    let mut last = Row::default();
    while let Some(row) = rows.next()? {
        if let Some(columns) = &columns {
            reading.records += 1;
            entry(reading, columns, &row);
            last = row;
        } else if row.field(0).eq_ignore_ascii_case("last updated") {
            reading.published = Some(row.field(1).to_owned());
        } else {
            let found = Columns::of(&row);
            if found.place(&["groupid"]).is_none() || found.place(&["name6"]).is_none() {
                let why = format!("line {} is no header with Name 6 and Group ID", row.line);
                reading.broken(&why);
                return Ok(());
            }
            columns = Some(found);
        }
    }
    let wanted = columns.as_ref().map_or(0, Columns::count);
    if let Some(why) = rows.broken.take().or_else(|| rows::cut_off(&last, wanted)) {
        reading.broken(&why);
    }
    Ok(())
}

fn entry(reading: &mut Reading, columns: &Columns, row: &Row) {
    let at = At::Line(row.line);
    let field = |name: &str| columns.field(row, &[name]);
    let id = field("groupid");
    if id.is_empty() {
        return reading.problem(
            at,
            None,
            "the row has no Group ID and was left out".to_owned(),
        );
    }
    if row.fields.len() != columns.count() {
        let counts = (row.fields.len(), columns.count());
        let what = format!("the row has {} fields and not {}", counts.0, counts.1);
        reading.problem(at, Some(id), what);
    }
    let Some(mut draft) = reading.entry(at, id) else {
        return;
    };
    let kind = match field("grouptype").to_lowercase().as_str() {
        "individual" => Kind::Person,
        "entity" => Kind::Organization,
        "ship" => Kind::Vessel,
        other => {
            draft.problem(format!("the group type {} is not known", quoted(other)));
            Kind::Unknown
        }
    };
    draft.kind(kind);
    draft.topic(Topic::Sanction);
    names(&mut draft, &field);
    for part in text::counted(field("title")) {
        draft.title(part);
    }
    draft.born(field("dob"));
    place_of_birth(&mut draft, field("townofbirth"), field("countryofbirth"));
    draft.countries(Role::Nationality, field("nationality"));
    documents(&mut draft, columns, row);
    for part in text::counted(field("position")) {
        draft.position(part);
    }
    let lines = [
        "address1", "address2", "address3", "address4", "address5", "address6",
    ];
    let zip = columns.field(row, &["postzipcode", "postcode"]);
    let pieces: Vec<&str> = lines.map(&field).into_iter().chain([zip]).collect();
    draft.address(&pieces, field("country"));
    draft.program(field("regime"));
    draft.listed_on(field("listedon"));
    remarks(&mut draft, field("otherinformation"));
}

fn names<'r>(draft: &mut Draft<'_>, field: &impl Fn(&str) -> &'r str) {
    let kind = match field("aliastype").to_lowercase().as_str() {
        "fka" => NameKind::Former,
        "prime alias" | "primary name" | "primary name variation" => NameKind::Primary,
        _ if field("aliasquality").eq_ignore_ascii_case("low quality") => NameKind::Weak,
        _ => NameKind::Strong,
    };
    let given = ["name1", "name2", "name3", "name4", "name5"].map(field);
    draft.parted_name(kind, &given.join(" "), field("name6"));
    let language = text::language(field("nonlatinscriptlanguage")).unwrap_or_default();
    let original = NameKind::OriginalScript;
    draft.name_in(original, field("namenonlatinscript"), language);
}

fn place_of_birth(draft: &mut Draft<'_>, town: &str, country: &str) {
    let found = draft.countries(Role::Birth, country);
    let towns = text::counted(town);
    if let ([town], [_]) = (towns.as_slice(), found.as_slice()) {
        let place = [*town, country].map(str::trim);
        let place: Vec<&str> = place.into_iter().filter_map(text::said).collect();
        draft.birth_place(&place.join(", "));
    } else {
        draft.birth_place(town);
    }
}

/// Documents are texts for people; those of a column each are numbers of later publications.
fn documents(draft: &mut Draft<'_>, columns: &Columns, row: &Row) {
    let numbers = [
        ("Passport", &["passportnumber", "passportdetails"][..]),
        (
            "National ID No.",
            &["nationalidentificationnumber", "ninumber"][..],
        ),
    ];
    for (label, names) in numbers {
        for part in text::counted(columns.field(row, names)) {
            let number = number(part);
            match number {
                Some(number) => draft.labelled(label, number, &country_of(part)),
                None => draft.remark(&format!("{label}: {part}")),
            }
            if number.is_some_and(|number| number.len() < part.len()) {
                draft.remark(&format!("{label}: {part}"));
            }
        }
    }
    let ships = [
        ("IMO number", "imonumber"),
        ("Website", "website"),
        ("Email Address", "emailaddress"),
        ("Phone Number", "phonenumber"),
        (
            "Business Registration Number",
            "businessregistrationnumbers",
        ),
    ];
    for (label, name) in ships {
        draft.labelled(label, columns.field(row, &[name]), "");
    }
}

/// The first word with three digits or more: `Passport number: OP0053090 (expires 2019)`.
fn number(text: &str) -> Option<&str> {
    text.split([' ', ',', ';', '(', ')', ':'])
        .map(|word| {
            let word = word.trim_matches(['.', '\'', '"', '-']);
            word.strip_prefix("no.").unwrap_or(word)
        })
        .find(|word| word.bytes().filter(u8::is_ascii_digit).count() >= 3)
}

/// The country that a text about a document names: `R512768 (Afghan)`.
fn country_of(text: &str) -> String {
    let codes = countries::codes(text);
    codes
        .found
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// `UN Ref QDe.004. Emir for …`
fn remarks(draft: &mut Draft<'_>, text: &str) {
    draft.remark(text);
    let folded = text.to_ascii_lowercase();
    if let Some(at) = folded.find("un ref") {
        let rest = text.get(at + "un ref".len()..).unwrap_or_default();
        let reference = rest
            .trim_start_matches([':', ' ', '.'])
            .split([' ', ',', ';', ')'])
            .next()
            .unwrap_or_default();
        if reference.bytes().any(|byte| byte.is_ascii_digit()) {
            draft.reference(&format!("UN {}", reference.trim_end_matches('.')));
        }
    }
}
