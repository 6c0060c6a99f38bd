//! Which file holds what, and which of its columns is what: by names, by what is in them, and by
//! where they lead.

use wire::country;

use super::codes;
use super::words::{self, Fit, Meaning, Part};
use crate::inspect::{Column, Inspected, Kind, Table};
use crate::text;

/// A file whose rows become a part.
pub(super) struct File<'t> {
    pub(super) part: Part,
    /// What inspection calls it.
    pub(super) name: &'t str,
    pub(super) table: &'t Table,
    pub(super) used: Vec<Used<'t>>,
}

/// A column that is used.
pub(super) struct Used<'t> {
    pub(super) meaning: Meaning,
    pub(super) column: &'t Column,
    /// Why it may be another; none when it is sure.
    pub(super) doubt: Option<String>,
}

impl<'t> File<'t> {
    /// The column of a meaning, the first of several.
    pub(super) fn one(&self, meaning: Meaning) -> Option<&Used<'t>> {
        self.all(meaning).next()
    }

    /// The columns of a meaning, in order.
    pub(super) fn all(&self, meaning: Meaning) -> impl Iterator<Item = &Used<'t>> {
        let used = self.used.iter();
        used.filter(move |used| used.meaning == meaning)
    }
}

/// The files of each part, and of those that nothing is made of, why.
pub(super) struct Found<'t> {
    pub(super) files: Vec<File<'t>>,
    pub(super) left: Vec<(&'t str, String)>,
}

/// Finds out what the files of a book hold.
pub(super) fn find(inspected: &[Inspected]) -> Found<'_> {
    let mut files: Vec<File<'_>> = Vec::new();
    let mut left = Vec::new();
    for one in inspected {
        match &one.outcome {
            Err(error) => left.push((one.file.as_str(), error.to_string())),
            Ok(table) => match most_likely(&one.file, table) {
                Some(file) => files.push(file),
                None => left.push((one.file.as_str(), unseen(table).to_owned())),
            },
        }
    }
    let mut kept: Vec<File<'_>> = Vec::new();
    for part in Part::ALL {
        let (mut of_part, others) = files.into_iter().partition(|file| file.part == part);
        files = others;
        take_best(&mut of_part, &mut left);
        kept.append(&mut of_part);
    }
    link(&mut kept);
    Found { files: kept, left }
}

/// Why nothing is made of a file.
fn unseen(table: &Table) -> &'static str {
    let scans = assign(Part::Documents, table);
    let has = |meaning| scans.iter().any(|used| used.meaning == meaning);
    if has(Meaning::FileName) && has(Meaning::Reference) && !has(Meaning::DocumentType) {
        return "its rows look like documents, and no column says of which type they are";
    }
    "it is not seen what its rows are"
}

/// Of several files of a part, the one with the most columns that are known, then the most rows: a
/// mapping has one of each.
fn take_best<'t>(files: &mut Vec<File<'t>>, left: &mut Vec<(&'t str, String)>) {
    files.sort_by_key(|file| std::cmp::Reverse((file.used.len(), file.table.rows)));
    for other in files.drain(files.len().min(1)..).collect::<Vec<_>>() {
        let best = &files[0];
        let is_same = best.table.source.columns == other.table.source.columns;
        let part = other.part.name();
        left.push((
            other.name,
            if is_same {
                format!(
                    "it has the same columns as {}: load one of the two, never both",
                    best.name
                )
            } else {
                format!(
                    "its rows look like {part} too, and a mapping has one source of them, here {}",
                    best.name
                )
            },
        ));
    }
}

/// The part that most of a file's columns are known of.
fn most_likely<'t>(name: &'t str, table: &'t Table) -> Option<File<'t>> {
    let mut best: Option<(usize, File<'t>)> = None;
    for part in Part::ALL {
        let used = assign(part, table);
        let file = File {
            part,
            name,
            table,
            used,
        };
        if !has_what_it_takes(&file) {
            continue;
        }
        let known = file
            .used
            .iter()
            .filter(|used| used.meaning != Meaning::Other)
            .count();
        let said = if words::says(name, part) {
            FILE_NAME_COUNTS
        } else {
            0
        };
        let score = known * 2 + said;
        if best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, file));
        }
    }
    best.map(|(_, file)| file)
}

/// A file's name counts as much as so many halves of a column.
const FILE_NAME_COUNTS: usize = 5;

/// What a file must have to be of a part at all.
fn has_what_it_takes(file: &File<'_>) -> bool {
    let has = |meaning| file.one(meaning).is_some();
    let leads = file
        .table
        .columns
        .iter()
        .any(|column| !column.refers.is_empty());
    match file.part {
        Part::Individuals => has(Meaning::FamilyName) || has(Meaning::FullName),
        Part::Companies => has(Meaning::LegalName),
        Part::Associates => has(Meaning::Role) && (leads || has(Meaning::Reference)),
        Part::Documents => {
            has(Meaning::FileName)
                && has(Meaning::DocumentType)
                && (leads || has(Meaning::Reference))
        }
        Part::Notes => has(Meaning::Text) && (leads || has(Meaning::Reference)),
    }
}

/// Gives the columns of a table their meanings in a part: the best fit first.
fn assign(part: Part, table: &Table) -> Vec<Used<'_>> {
    let mut fitting: Vec<(Fit, usize, Meaning, Option<String>)> = Vec::new();
    for (place, column) in table.columns.iter().enumerate() {
        for (meaning, fit) in words::meanings(&column.name, part) {
            if let Ok(doubt) = doubt(meaning, fit, column) {
                fitting.push((fit, place, meaning, doubt));
            }
        }
    }
    fitting.sort_by_key(|(fit, place, ..)| (std::cmp::Reverse(*fit), *place));
    let mut used: Vec<(usize, Used<'_>)> = Vec::new();
    for (_, place, meaning, doubt) in fitting {
        let may_be_many = matches!(meaning, Meaning::AddressLine | Meaning::Other);
        let is_taken = used
            .iter()
            .any(|(at, known)| *at == place || (known.meaning == meaning && !may_be_many));
        if !is_taken {
            let column = &table.columns[place];
            used.push((
                place,
                Used {
                    meaning,
                    column,
                    doubt,
                },
            ));
        }
    }
    by_content(part, table, &mut used);
    reference(part, table, &mut used);
    used.sort_by_key(|(place, _)| *place);
    used.into_iter().map(|(_, used)| used).collect()
}

/// What columns are by their values alone, when nothing else is.
fn by_content<'t>(part: Part, table: &'t Table, used: &mut Vec<(usize, Used<'t>)>) {
    let is_client = matches!(part, Part::Individuals | Part::Companies);
    for (place, column) in table.columns.iter().enumerate() {
        let meaning = match &column.kind {
            Kind::Email if is_client => Meaning::Email,
            Kind::Percentage if part == Part::Associates => Meaning::Share,
            Kind::Nationality if part == Part::Individuals => Meaning::Nationality,
            Kind::Country if is_client => Meaning::Country,
            _ if part == Part::Documents && are_files(column) => Meaning::FileName,
            _ => continue,
        };
        let is_taken = |(at, known): &(usize, Used<'_>)| *at == place || known.meaning == meaning;
        if !used.iter().any(is_taken) {
            let doubt = Some(format!("its values look like it: {}", column.kind));
            used.push((
                place,
                Used {
                    meaning,
                    column,
                    doubt,
                },
            ));
        }
    }
}

/// The column of the client's reference: of clients the key, of others what leads to them.
fn reference<'t>(part: Part, table: &'t Table, used: &mut Vec<(usize, Used<'t>)>) {
    let is_client = matches!(part, Part::Individuals | Part::Companies);
    let fits = |column: &Column| {
        if is_client {
            column.is_key
        } else {
            !column.refers.is_empty()
        }
    };
    let named = used
        .iter()
        .find(|(_, used)| used.meaning == Meaning::Reference);
    let any_fits = table.columns.iter().any(fits);
    if part == Part::Associates || named.is_some_and(|(_, used)| fits(used.column) || !any_fits) {
        return;
    }
    let free = |place: &usize| {
        !used.iter().any(|(at, used)| {
            at == place && !matches!(used.meaning, Meaning::Reference | Meaning::Other)
        })
    };
    let columns = table.columns.iter().enumerate();
    let found = columns
        .filter(|(place, column)| fits(column) && free(place))
        .map(|(place, _)| place)
        .next();
    let Some(place) = found else { return };
    used.retain(|(at, used)| *at != place && used.meaning != Meaning::Reference);
    let column = &table.columns[place];
    let doubt = is_client
        .then(|| "each row has a value of its own in it, and its name says nothing".to_owned());
    used.push((
        place,
        Used {
            meaning: Meaning::Reference,
            column,
            doubt,
        },
    ));
}

/// Of the columns of associates that lead to clients, which is the company's and which the
/// associate's.
fn link(files: &mut [File<'_>]) {
    let companies = files.iter().find(|file| file.part == Part::Companies);
    let Some(companies) = companies.map(|file| file.name.to_owned()) else {
        return;
    };
    let Some(file) = files.iter_mut().find(|file| file.part == Part::Associates) else {
        return;
    };
    let leads_to_companies =
        |column: &&Column| column.refers.first().is_some_and(|to| to.file == companies);
    let table = file.table;
    let columns = || {
        table
            .columns
            .iter()
            .filter(|column| !column.refers.is_empty())
    };
    let named = |meaning| file.one(meaning).map(|used| used.column);
    let owner = named(Meaning::Reference).filter(leads_to_companies);
    let owner = owner
        .or_else(|| columns().find(leads_to_companies))
        .or(named(Meaning::Reference));
    let is_owner = |column: &Column| owner.is_some_and(|owner| owner.name == column.name);
    let person = named(Meaning::Person).filter(|column| !is_owner(column));
    let person = person.or_else(|| columns().find(|column| !is_owner(column)));
    for (meaning, column) in [(Meaning::Reference, owner), (Meaning::Person, person)] {
        let Some(column) = column else { continue };
        file.used
            .retain(|used| used.meaning != meaning && used.column.name != column.name);
        file.used.push(Used {
            meaning,
            column,
            doubt: None,
        });
    }
}

/// Why a column that may have a meaning by its name may be another all the same, if it may.
///
/// Errors: what is in it says that it is another.
fn doubt(meaning: Meaning, fit: Fit, column: &Column) -> Result<Option<String>, &'static str> {
    match (wrong(meaning, column), fit) {
        (None, Fit::Whole(_) | Fit::Words(_)) => Ok(None),
        (None, Fit::End(_)) => Ok(Some("only the end of its name says so".to_owned())),
        (Some(why), Fit::Whole(_)) => Ok(Some(why.to_owned())),
        (Some(why), Fit::Words(_) | Fit::End(_)) => Err(why),
    }
}

/// What in a column's values is against a meaning.
#[expect(clippy::too_many_lines, reason = "one arm for each meaning")]
fn wrong(meaning: Meaning, column: &Column) -> Option<&'static str> {
    if column.kind == Kind::Empty {
        return None;
    }
    let is_dated = matches!(column.kind, Kind::Date(_));
    let all = |fits: &dyn Fn(&str) -> bool| {
        let (fitting, others): (Vec<_>, Vec<_>) =
            column.values.iter().partition(|(value, _)| fits(value));
        others.len() * 4 <= fitting.len()
    };
    let is_strange = |value: &str| codes::country(value).is_some();
    let has_letters = |value: &str| value.chars().any(char::is_alphabetic);
    match meaning {
        Meaning::BirthDate
        | Meaning::OpenedOn
        | Meaning::ReviewedOn
        | Meaning::IncorporationDate
        | Meaning::AppointedOn
        | Meaning::ResignedOn
        | Meaning::IssuedOn
        | Meaning::ExpiresOn
        | Meaning::NotedOn => {
            (!is_dated).then_some("most of its values are no dates in one format")
        }
        Meaning::Email => {
            (column.kind != Kind::Email).then_some("many of its values are no e-mail addresses")
        }
        Meaning::Country | Meaning::IncorporationCountry => {
            (!all(&|value| country::find(value).is_some() || is_strange(value)))
                .then_some("many of its values are no countries")
        }
        Meaning::Nationality => {
            (!all(&|value| country::nationality(value).is_some() || is_strange(value)))
                .then_some("many of its values are no countries")
        }
        Meaning::Share => {
            let is_share = |value: &str| text::percentage(&value.replace(',', ".")).is_some();
            (!all(&is_share)).then_some("many of its values are no percentages")
        }
        Meaning::Gender => (!all(&|value| {
            codes::meaning(value, codes::GENDERS).is_some() || value.chars().count() < 3
        }))
        .then_some("many of its values are no known genders"),
        Meaning::Role
        | Meaning::Status
        | Meaning::Product
        | Meaning::DocumentType
        | Meaning::Risk
        | Meaning::ReviewOutcome
        | Meaning::EntityKind => {
            (column.distinct > CODES_COUNT_MAX).then_some("it has many different values")
        }
        Meaning::FileName => {
            (!are_files(column)).then_some("many of its values are no names of files")
        }
        Meaning::GivenNames
        | Meaning::FamilyName
        | Meaning::FullName
        | Meaning::LegalName
        | Meaning::TradingName
        | Meaning::Author
        | Meaning::Text
        | Meaning::Town => {
            (is_dated || !all(&has_letters)).then_some("many of its values are no text")
        }
        Meaning::Reference
        | Meaning::Person
        | Meaning::RegisterNumber
        | Meaning::Phone
        | Meaning::Postcode => is_dated.then_some("its values are dates"),
        Meaning::AddressLine
        | Meaning::HouseNumber
        | Meaning::County
        | Meaning::Website
        | Meaning::Title
        | Meaning::MiddleNames
        | Meaning::Occupation
        | Meaning::SourceOfFunds
        | Meaning::Industry
        | Meaning::DocumentNumber
        | Meaning::Other => None,
    }
}

/// More different values than this are no codes.
const CODES_COUNT_MAX: u64 = 40;

fn are_files(column: &Column) -> bool {
    let is_file = |(value, _): &&(String, u64)| {
        let ending = value.rsplit_once('.').map(|(_, ending)| ending.len());
        ending.is_some_and(|length| (3..=4).contains(&length))
    };
    let files = column.values.iter().filter(is_file).count();
    files * 2 > column.values.len()
}
