//! Opening what is looked at: every file that may have rows, every sheet, every table.

use std::fs;
use std::path::{Path, PathBuf};

use super::detect::{self, Chosen, Doubt};
use crate::Error;
use crate::mapping::{Encoding, Format, Header, Input, Source, ending, format_of};
use crate::source::{self, apart};

/// Endings of the files that are looked at in a folder.
const ENDINGS: [&str; 13] = [
    "csv", "tsv", "txt", "tab", "psv", "jsonl", "ndjson", "xlsx", "xlsm", "parquet", "db",
    "sqlite", "sqlite3",
];
/// Those of them that are SQLite files.
const SQLITE_ENDINGS: [&str; 3] = ["db", "sqlite", "sqlite3"];
/// How many rows are compared to find the header.
const LOOK_ROWS_MAX: usize = 100;

/// A source that can be read: its rows are in no memory.
pub(super) struct Opened {
    pub(super) source: Source,
    /// Names that several columns have.
    pub(super) doubled: Vec<String>,
    /// Why its encoding may be another.
    pub(super) doubt: Option<Doubt>,
}

/// A source before it is read.
pub(super) struct Unread {
    pub(super) input: Input,
    path: PathBuf,
    format: Format,
    chosen: Chosen,
}

/// Gives what is at a path, by name, one after the other.
pub(super) fn path(
    path: &Path,
    chosen: &Chosen,
    mut give: impl FnMut(String, Result<Opened, Error>),
) -> Result<(), Error> {
    for path in files(path)? {
        let name = path.file_name().map(|name| name.to_string_lossy());
        let file = name.unwrap_or_default().into_owned();
        match parts(&path, chosen) {
            Ok(parts) => {
                for (part, unread) in parts {
                    let name = part.map_or(file.clone(), |part| format!("{file}#{part}"));
                    give(name, unread.read());
                }
            }
            Err(error) => give(file, Err(error)),
        }
    }
    Ok(())
}

/// A query or a command.
pub(super) fn input(input: Input, path: &Path, chosen: &Chosen) -> Unread {
    let format = match &input {
        Input::Command(_) | Input::File => chosen.format.clone().unwrap_or(Format::Delimited),
        Input::Sqlite { .. } | Input::Postgres { .. } => Format::Table,
    };
    Unread {
        input,
        path: path.to_owned(),
        format,
        chosen: chosen.clone(),
    }
}

/// The sheets of a spreadsheet, the tables of a database, or the file itself.
fn parts(path: &Path, chosen: &Chosen) -> Result<Vec<(Option<String>, Unread)>, Error> {
    let ending = ending(&path.to_string_lossy());
    let unread = |input: Input, format: Format| Unread {
        input,
        path: path.to_owned(),
        format,
        chosen: chosen.clone(),
    };
    if chosen.format.is_none() && SQLITE_ENDINGS.contains(&ending.as_str()) {
        let tables = source::tables(path)?.into_iter().map(|table| {
            let query = format!("select * from \"{}\"", table.replace('"', "\"\""));
            (Some(table), unread(Input::Sqlite { query }, Format::Table))
        });
        return Ok(tables.collect());
    }
    let format = chosen.format.clone().unwrap_or_else(|| format_of(&ending));
    let Format::Spreadsheet { .. } = format else {
        return Ok(vec![(None, unread(Input::File, format))]);
    };
    let sheets = match &chosen.sheet {
        Some(sheet) => vec![sheet.clone()],
        None => source::sheets(path)?,
    };
    let is_one = sheets.len() == 1 && chosen.sheet.is_none();
    let sheets = sheets.into_iter().map(|sheet| {
        let part = (!is_one).then(|| sheet.clone());
        let format = Format::Spreadsheet {
            sheet: part.clone(),
        };
        (part, unread(Input::File, format))
    });
    Ok(sheets.collect())
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let broken = |message: String, hint: Option<&str>| Error::Source {
        file: path.display().to_string(),
        message,
        hint: hint.map(str::to_owned),
    };
    let details = fs::metadata(path).map_err(|error| broken(error.to_string(), None))?;
    if !details.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|error| broken(error.to_string(), None))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let is_known = ENDINGS.contains(&ending(&path.to_string_lossy()).as_str());
            path.is_file() && is_known
        })
        .collect();
    found.sort();
    if found.is_empty() {
        let endings = ENDINGS.join(", ");
        let message = format!("no file in it ends in {endings}");
        return Err(broken(
            message,
            Some("name one file to look at it whatever it is called"),
        ));
    }
    Ok(found)
}

impl Unread {
    /// Finds out how it is written.
    pub(super) fn read(self) -> Result<Opened, Error> {
        let chosen = &self.chosen;
        let mut source = Source {
            name: String::new(),
            file: self.path.display().to_string(),
            path: self.path.clone(),
            input: self.input,
            format: self.format,
            encoding: chosen.encoding.unwrap_or(Encoding::Utf8),
            delimiter: chosen.delimiter.unwrap_or(b','),
            quote: chosen.quote.unwrap_or(b'"'),
            header: Header::default(),
            columns: Vec::new(),
            limit: source::LIMIT,
            // It is told as something odd.
            accepts_short_end: true,
            digest: None,
            spool: None,
            mended: None,
        };
        let mut doubt = None;
        if (&source.input, &source.format) == (&Input::File, &Format::Delimited) {
            if !self.path.is_file() {
                return Err(Error::Source {
                    file: self.path.display().to_string(),
                    message: "it is no plain file".to_owned(),
                    hint: None,
                });
            }
            let found = detect::detect(&self.path, chosen)?;
            source.encoding = found.encoding;
            source.delimiter = found.delimiter;
            source.quote = found.quote;
            doubt = found.doubt;
        }
        source.header.skip_lines = chosen.skip_lines.unwrap_or(0);
        source::gather(&mut source, chosen.delimiter)?;
        let has_lines = matches!(
            source.format,
            Format::Delimited | Format::Spreadsheet { .. }
        );
        if chosen.skip_lines.is_none() && has_lines {
            let rows = source::first(&source, LOOK_ROWS_MAX)?;
            let above = detect::lines_above(&rows);
            if above > 0 {
                source.header.skip_lines = above;
                source::gather(&mut source, chosen.delimiter)?;
            }
        }
        let doubled = name_apart(&mut source)?;
        source.columns = source::header(&source)?;
        source.digest = Some(source::digest(&source)?);
        Ok(Opened {
            source,
            doubled,
            doubt,
        })
    }
}

/// Names columns apart that are called the same: the names that several have.
fn name_apart(source: &mut Source) -> Result<Vec<String>, Error> {
    if matches!(source.format, Format::JsonLines | Format::Parquet) {
        return Ok(Vec::new());
    }
    let first = source::first(source, 1)?.into_iter().next();
    let names = first.map_or_else(Vec::new, |(_, names)| names);
    let names = source::numbered(names.iter().map(|name| name.trim().to_owned()).collect());
    let mut doubled: Vec<String> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) && !doubled.contains(name) {
            doubled.push(name.clone());
        }
    }
    if !doubled.is_empty() {
        source.header.names = Some(apart(&names));
    }
    Ok(doubled)
}
