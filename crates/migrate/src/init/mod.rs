//! A first mapping of a book, from what [`inspect`](crate::inspect) sees in its files.
//!
//! Files and columns are known by their names (the [`vocabulary`], in several languages), by what is
//! in them and by where they lead; codes by what they stand for in many books ([`codes`]). What is
//! not certain is written all the same and marked `# CHECK: why`, so that the mapping can be tried at
//! once and each guess be found. Nothing is left out in silence: columns and files that are not used
//! are listed in comments.

mod clients;
mod codes;
mod companies;
mod dates;
mod fields;
mod files;
mod others;
mod page;
mod vocabulary;
mod words;

use std::collections::BTreeSet;
use std::path::Path;

use document::Problems;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::inspect::{self, Chosen, Inspected};
use crate::mapping::{self, Encoding, Format, Input, Source};
use crate::{Error, clock};
use dates::Dates;
use fields::Section;
use files::{File, Found};
use page::{Page, list, yaml};
use words::Part;

/// The date format of a book without dates.
const FORMAT_UNKNOWN: &str = "YYYY-MM-DD";
/// What stands at the top of a first mapping.
const INTRODUCTION: &str = "A first mapping, written by `usher migrate init`: which column becomes \
    which field, and what happens to a wrong value. Guesses are marked with CHECK and the reason; \
    take the mark away when you have looked at one.";
/// And what can be done with it.
const NEXT: &str =
    "The first judges every row and sends nothing, the second shows one row step by step.";

/// A first mapping.
#[derive(Debug)]
pub struct Draft {
    /// The mapping, as a file has it.
    pub text: String,
    /// How many guesses are marked in it.
    pub checks: usize,
    /// The files, in the order of the mapping, then those that nothing is made of.
    pub files: Vec<Drafted>,
    /// What the reading of the mapping says against it; none, unless something was not foreseen.
    pub problems: Option<Problems>,
}

/// What a file is in a first mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// The file.
    pub file: String,
    /// What its rows become; or why nothing is made of them.
    pub becomes: Result<&'static str, String>,
    /// Columns that are used.
    pub used: usize,
    /// Columns it has.
    pub columns: usize,
}

/// Drafts a mapping of the files in a folder.
///
/// Errors: the folder is not there, or none of its files holds clients.
pub fn draft(folder: &Path, chosen: &Chosen) -> Result<Draft, Error> {
    let refuse = |message: &str, hint: &str| Error::Source {
        file: folder.display().to_string(),
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
    };
    if folder.is_file() {
        return Err(refuse(
            "it is a file",
            "name the folder that has the book's files",
        ));
    }
    let inspected = inspect::inspect(folder, chosen)?;
    let found = files::find(&inspected);
    if !found
        .files
        .iter()
        .any(|file| matches!(file.part, Part::Individuals | Part::Companies))
    {
        let hint = "look at them with `usher migrate inspect`, and write the mapping by hand";
        return Err(refuse(
            "no file in it looks like individuals or companies",
            hint,
        ));
    }
    let mut page = Page::default();
    let used = write(&mut page, &found, (folder, chosen))?;
    let problems = mapping::read("mapping.yaml", &page.text, folder).err();
    Ok(Draft {
        text: page.text,
        checks: page.checks,
        files: drafted(&found, &inspected, &used),
        problems,
    })
}

fn drafted(found: &Found<'_>, inspected: &[Inspected], used: &[usize]) -> Vec<Drafted> {
    let used = found.files.iter().zip(used).map(|(file, used)| Drafted {
        file: file.name.to_owned(),
        becomes: Ok(file.part.name()),
        columns: file.table.columns.len(),
        used: *used,
    });
    let columns = |name: &str| {
        let file = inspected.iter().find(|one| one.file == name);
        file.and_then(|file| file.outcome.as_ref().ok())
            .map_or(0, |table| table.columns.len())
    };
    let left = found.left.iter().map(|(name, why)| Drafted {
        file: (*name).to_owned(),
        becomes: Err(why.clone()),
        used: 0,
        columns: columns(name),
    });
    used.chain(left).collect()
}

/// Writes the mapping, and gives of each file how many columns something was made of.
fn write(
    page: &mut Page,
    found: &Found<'_>,
    (folder, chosen): (&Path, &Chosen),
) -> Result<Vec<usize>, Error> {
    let today = clock::now().to_zoned(TimeZone::UTC).date();
    let dates = Dates::of(&found.files);
    let name = folder.canonicalize().ok();
    let name = name
        .as_deref()
        .and_then(Path::file_name)
        .map(|name| name.to_string_lossy());
    let name = name.unwrap_or("book".into());
    page.comment(0, INTRODUCTION);
    page.line(0, "#");
    page.line(
        0,
        "#   usher migrate run --source FOLDER --mapping THIS --dry-run",
    );
    page.line(
        0,
        "#   usher migrate try --source FOLDER --mapping THIS --row N",
    );
    page.line(0, "#");
    page.comment(0, NEXT);
    page.blank();
    page.line(0, "version: 1");
    page.line(0, format!("name: {}", yaml(&name)));
    page.blank();
    export(page, found, &dates, today)?;
    sources(page, found, chosen);
    let mut used = Vec::new();
    for file in &found.files {
        page.heading(heading(file.part));
        let mut section = Section {
            page,
            file,
            dates: &dates,
            written: BTreeSet::new(),
        };
        match file.part {
            Part::Individuals | Part::Companies => {
                short_years(&mut section, today)?;
                clients::write(&mut section);
            }
            Part::Associates => others::associates(&mut section),
            Part::Documents => others::documents(&mut section, folder),
            Part::Notes => others::notes(&mut section),
        }
        used.push(section.written.len());
    }
    Ok(used)
}

fn heading(part: Part) -> &'static str {
    match part {
        Part::Individuals => "Individuals: one row, one INDIVIDUAL_CUSTOMER.",
        Part::Companies => "Companies: one row, one COMPANY_CUSTOMER.",
        Part::Associates => "Associates: one row, one entry in a list of its company.",
        Part::Documents => "Documents: one row, one scan of a client.",
        Part::Notes => "Notes: put on the client's first live task.",
    }
}

/// The day of the export and the date format.
fn export(page: &mut Page, found: &Found<'_>, dates: &Dates, today: Date) -> Result<(), Error> {
    page.comment(
        0,
        "The day of the export: \"in the future\" is judged against it, never against today.",
    );
    let latest = dates::latest(&found.files, dates, today)?;
    match &latest {
        Some((_, file, column)) => {
            page.check(
                0,
                format!(
                    "this is the latest day in {} of {}",
                    yaml(column),
                    yaml(file)
                ),
            );
        }
        None => page.check(0, "no column says it; this is today"),
    }
    let day = latest.map_or(today, |(day, ..)| day);
    page.line(0, format!("as_of: {day}"));
    page.blank();
    page.comment(0, "The date format of the book; a column may have its own.");
    if dates.format.is_none() {
        page.check(0, "no column with dates was found");
    }
    if !dates.as_well.is_empty() {
        page.check(
            0,
            format!(
                "nothing in the book tells it from {}",
                dates.as_well.join(", ")
            ),
        );
    }
    page.line(
        0,
        format!("date_format: {}", dates.format.unwrap_or(FORMAT_UNKNOWN)),
    );
    page.blank();
    Ok(())
}

fn sources(page: &mut Page, found: &Found<'_>, chosen: &Chosen) {
    page.comment(0, "The files, relative to the folder that --source names.");
    encodings(page, found, chosen);
    page.line(0, "sources:");
    for file in &found.files {
        let settings: Vec<String> = settings(file)
            .into_iter()
            .map(|(key, value)| format!("{key}: {value}"))
            .collect();
        page.line(
            1,
            format!("{}: {{{}}}", file.part.name(), settings.join(", ")),
        );
    }
    for (name, why) in &found.left {
        page.check(0, format!("{} is not used: {why}", yaml(name)));
    }
}

/// Tells of files in whose encoding any bytes are text: it is a guess.
fn encodings(page: &mut Page, found: &Found<'_>, chosen: &Chosen) {
    let is_guess = |file: &&File<'_>| {
        let source = &file.table.source;
        let is_sure = matches!(source.encoding, Encoding::Utf8 | Encoding::Utf16);
        source.format == Format::Delimited && !is_sure
    };
    let guesses = found.files.iter().filter(is_guess);
    let guesses: Vec<String> = guesses
        .map(|file| {
            format!(
                "{} of {}",
                file.table.source.encoding.name(),
                yaml(file.name)
            )
        })
        .collect();
    if chosen.encoding.is_none() && !guesses.is_empty() {
        let guesses = guesses.join(", ");
        let why = format!(
            "any bytes are text in these encodings: {guesses}. Look with `usher migrate try` at a \
             row that has accents"
        );
        page.check(0, why);
    }
}

/// How a mapping names a source and how it is written.
fn settings(file: &File<'_>) -> Vec<(&'static str, String)> {
    let source: &Source = &file.table.source;
    let path = source
        .path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let path = yaml(&path.unwrap_or_default());
    let mut settings = match &source.input {
        Input::Sqlite { query } => vec![("sqlite", path), ("query", yaml(query))],
        Input::File | Input::Postgres { .. } | Input::Command(_) => vec![("file", path)],
    };
    match &source.format {
        Format::Delimited => {
            settings.push(("encoding", source.encoding.name().to_owned()));
            settings.push(("delimiter", yaml(&inspect::sign_name(source.delimiter))));
            settings.push(("quote", yaml(&inspect::sign_name(source.quote))));
        }
        Format::JsonLines => {
            settings.push(("format", inspect::format_name(&source.format).to_owned()));
            if source.encoding != Encoding::Utf8 {
                settings.push(("encoding", source.encoding.name().to_owned()));
            }
        }
        Format::Spreadsheet { sheet } => {
            settings.push(("format", inspect::format_name(&source.format).to_owned()));
            settings.extend(sheet.iter().map(|sheet| ("sheet", yaml(sheet))));
        }
        Format::Parquet | Format::Table => {}
    }
    if source.header.skip_lines > 0 {
        settings.push(("skip_lines", source.header.skip_lines.to_string()));
    }
    if let Some(names) = &source.header.names {
        settings.push(("columns", list(names.iter().map(String::as_str))));
    }
    settings
}

/// Tells of dates of birth whose year has two digits: they are rejected unless the mapping says how
/// they are read.
fn short_years(section: &mut Section<'_, '_>, today: Date) -> Result<(), Error> {
    let file = section.file;
    let born = file.one(words::Meaning::BirthDate);
    let Some(born) = born else { return Ok(()) };
    let count = dates::two_digit_years(file, born.column, section.dates, today)?;
    if count > 0 {
        let opened = file.one(words::Meaning::OpenedOn);
        let opened = opened.map_or("COLUMN".to_owned(), |used| yaml(&used.column.name));
        section.page.check(0, format!(
            "dates in {} with a year of two digits, which are rejected: {count}. To read them as \
             the latest year that makes the person 18 on a day, add to the step date: \
             two_digit_year: {{adult_on: {opened}, warn: \"two_digit_year:dob\"}}",
            yaml(&born.column.name)
        ));
    }
    Ok(())
}
