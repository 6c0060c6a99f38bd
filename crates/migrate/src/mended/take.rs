//! Taking in a file of mended rows.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::rejected::signs;
use super::tag::{TAG_COLUMN, Tag, header};
use super::{Mended, hex};
use crate::Error;
use crate::book::Keep;
use crate::ledger;
use crate::mapping::{Format, Header, Input, Mapping, Source};
use crate::run::names_of;
use crate::source::{self, Record};

/// Adds the rows of one file to those of its source: `FILE`, recognized by its name, or `SOURCE=FILE`
/// with the source's name in the mapping or its file's. That a row came back as it was is remembered: others
/// of its reference may have been left out.
///
/// Errors: the file cannot be read, is of no source, has another header, a row without its tag, a row
/// twice, or a row that the state does not know. Nothing is kept of it then.
pub(super) fn take(
    mapping: &Mapping,
    (state, given): (&Path, &Path),
    keep: &Keep,
    mended: &mut HashMap<String, Mended>,
) -> Result<(), Error> {
    let (source, path) = of_source(mapping, given)?;
    let known = ledger::Known::of_run(state)?;
    let file = opened(source, path)?;
    let mut lines: HashMap<u64, u64> = HashMap::new();
    for record in source::records(&file)? {
        let record = record?;
        let line = record.line;
        let wrong = |message: String, hint: String| wrong(&file, line, &message, hint);
        let Some((cells, tag)) = taken_apart(&record) else {
            if record.cells.iter().all(String::is_empty) {
                continue;
            }
            return Err(wrong(
                format!("the row has no {TAG_COLUMN} as it was written"),
                "leave that column as it is; a new row belongs into the source".to_owned(),
            ));
        };
        if let Some(other) = lines.insert(tag.number, line) {
            return Err(wrong(
                format!(
                    "row {} of {} is here a second time",
                    tag.number, source.file
                ),
                format!("it is on line {other} too: leave one of them"),
            ));
        }
        let of_file = mended.entry(source.file.clone()).or_default();
        of_file.keep.get_or_insert_with(|| keep.clone());
        let original = match of_file.original(tag.number, &tag.start) {
            Some(original) => original,
            None => original(&known, (mapping, source), &tag)
                .map_err(|(message, hint)| wrong(message, hint))?,
        };
        let (cells, hash) = as_wide(cells, &tag);
        if !hash.starts_with(&tag.start) || hash == original {
            let cells = keep.put(&cells)?;
            of_file.add((tag.number, &original), &hash, cells, true);
        }
    }
    Ok(())
}

/// Which source a file is of.
fn of_source<'a>(mapping: &'a Mapping, given: &Path) -> Result<(&'a Source, PathBuf), Error> {
    let text = given.to_string_lossy();
    if let Some((name, path)) = text.split_once('=') {
        let mut sources = mapping.sources.iter();
        if let Some(source) = sources.find(|one| one.name == name || one.file == name) {
            return Ok((source, PathBuf::from(path)));
        }
        if !given.exists() {
            let names = mapping.sources.iter().map(|one| one.name.as_str());
            let names: Vec<&str> = names.collect();
            return Err(Error::Option(format!(
                "--mended: no source is called {name}; the mapping has {}",
                names.join(", ")
            )));
        }
    }
    let name = given.file_name().unwrap_or_default().to_string_lossy();
    let mut sources = mapping.sources.iter();
    if let Some(source) = sources.find(|source| names_of(mapping, source).rejected == name) {
        return Ok((source, given.to_owned()));
    }
    if !given.exists() {
        return Err(Error::Source {
            file: given.display().to_string(),
            message: "there is no such file".to_owned(),
            hint: Some(
                "the rejected rows are in the results of the state folder, as rejected-FILE"
                    .to_owned(),
            ),
        });
    }
    let names = mapping.sources.iter().map(|source| source.name.as_str());
    let names: Vec<&str> = names.collect();
    Err(Error::Option(format!(
        "{} does not say which source its rows are of: give it the name that it was written under, such \
         as rejected-FILE, or write --mended SOURCE=FILE with one of {}",
        given.display(),
        names.join(", ")
    )))
}

/// The mended file as a source of its own; its header must be as it was.
fn opened(source: &Source, path: PathBuf) -> Result<Source, Error> {
    let (delimiter, quote, encoding) = signs(source);
    let mut file = Source {
        name: source.name.clone(),
        file: path.display().to_string(),
        path,
        input: Input::File,
        format: Format::Delimited,
        encoding,
        delimiter,
        quote,
        header: Header::default(),
        columns: Vec::new(),
        limit: source.limit,
        accepts_short_end: source.accepts_short_end,
        digest: None,
        spool: None,
        mended: None,
    };
    source::settle(&mut file, None)?;
    let mut found = file.columns.clone();
    let wanted = header(source);
    // What a spreadsheet adds where rows were longer.
    while found.len() > wanted.len() && found.last().is_some_and(|name| name.starts_with('#')) {
        found.pop();
    }
    // An older version wrote none of the lines.
    let older = wanted.len() - 1;
    if found != wanted && found != wanted[..older] {
        let delimiter = char::from(delimiter).escape_default();
        let hint = format!(
            "its first line must be {}, separated by {delimiter}, as it was written",
            wanted.join(", ")
        );
        return Err(wrong(
            &file,
            1,
            "the columns are not those of the rejected rows",
            hint,
        ));
    }
    Ok(file)
}

/// The cells before the tag, and the tag. Rows may have more or fewer cells than columns, so it is
/// looked for from behind.
fn taken_apart(record: &Record) -> Option<(Vec<String>, Tag)> {
    let mut places = record.cells.iter().enumerate().rev();
    let (place, tag) = places.find_map(|(place, cell)| Some((place, Tag::parse(cell)?)))?;
    Some((record.cells[..place].to_vec(), tag))
}

/// The cells without the empty ones that a spreadsheet adds to short rows: those alone mend nothing. A row
/// that is too long stays so, whatever its last cells hold: its values may stand in wrong columns.
fn as_wide(cells: Vec<String>, tag: &Tag) -> (Vec<String>, String) {
    let hash = |cells: &[String]| {
        hex(&Record {
            row: 0,
            line: 0,
            cells: cells.to_vec(),
            fault: None,
        }
        .hash())
    };
    let given = hash(&cells);
    if given.starts_with(&tag.start) {
        return (cells, given);
    }
    let mut short = cells.clone();
    while short.last().is_some_and(String::is_empty) {
        short.pop();
        let hash = hash(&short);
        if hash.starts_with(&tag.start) {
            return (short, hash);
        }
    }
    (cells, given)
}

/// The hash of the row that a tag names, as the source had it; or what is wrong, and what to do.
fn original(
    known: &ledger::Known,
    (mapping, source): (&Mapping, &Source),
    tag: &Tag,
) -> Result<String, (String, String)> {
    let (number, file) = (tag.number, &source.file);
    let hash = known.hash(file, number);
    let newest = format!(
        "mend the newest {} of this state",
        names_of(mapping, source).rejected
    );
    match hash.map_err(|error| (error.to_string(), newest.clone()))? {
        Some(hash) if hash.starts_with(&tag.start) => Ok(hash),
        Some(_) => Err((
            format!("row {number} of {file} says something else by now than when it was rejected"),
            newest,
        )),
        None => Err((
            format!("this state knows no row {number} of {file}"),
            newest,
        )),
    }
}

fn wrong(file: &Source, line: u64, message: &str, hint: String) -> Error {
    Error::Source {
        file: file.file.clone(),
        message: format!("line {line}: {message}"),
        hint: Some(hint),
    }
}
