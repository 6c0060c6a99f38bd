//! The `sources` of a mapping: files, queries and commands.
//!
//! | setting | is |
//! | --- | --- |
//! | `file: NAME` | a file below the source folder |
//! | `sqlite: NAME`, `query: SELECT …` | a query against a SQLite file below the source folder |
//! | `postgres: NAME`, `query: SELECT …` | a query against PostgreSQL; the connection string of that name comes from the environment (`USHER_CONNECTION_NAME`) or `--connection NAME=FILE`, never from the mapping |
//! | `command: [PROGRAM, ARGUMENT, …]` | a command that prints rows; it runs in the source folder, without a shell |
//! | `format:` | `csv`, `json_lines`, `xlsx` or `parquet`; unless said, by the file's ending (`.jsonl`, `.ndjson`, `.xlsx`, `.parquet`), else `csv` |
//! | `encoding:` | `utf-8` unless said, `windows-1252`, `windows-1250`, `windows-1251`, `latin-1`, `latin-2`, `latin-9`, `utf-16` |
//! | `delimiter:`, `quote:` | one sign each; `,` (a tab in files that end in `.tsv` or `.tab`) and `"` unless said |
//! | `limit_seconds: N` | how long a command or a query against PostgreSQL may take until the last row; an hour unless said |
//! | `skip_lines: N` | lines above the header: a title, the name of a report |
//! | `header: false` | there is no header: the first row is data, and `columns` has the names |
//! | `accept_short_end: true` | its last row may lack columns and a line end, as a trailer such as `42 records`: that row is rejected, and not the source refused |
//! | `columns: [NAME, …]` | what the columns are called instead, by place: for names that are there twice |
//! | `sheet: NAME` | the sheet of a spreadsheet that has several |

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use document::{Fields, Value};

use super::{Encoding, Format, Header, Input, Source};
use crate::attempt::text::plain;
use crate::source::{self, LIMIT};

/// How much of a header is shown, in characters.
const HEADER_CHARS_MAX: usize = 60;
/// The longest time that a mapping may give a command or a query, in seconds: a day.
const LIMIT_SECONDS_MAX: u64 = 24 * 60 * 60;
/// The most lines above a header.
const SKIP_LINES_MAX: u64 = 10_000;

/// The sources of a mapping, and which part reads which: one source, one part. A run's records know a
/// row by its source and its number, so two rows under one number would be one.
pub(super) struct Sources<'a> {
    list: Vec<(Source, Value<'a>)>,
    /// By place: the line of the part that reads it.
    taken: RefCell<BTreeMap<usize, usize>>,
    /// A part names a source that is not there, or that cannot be read.
    is_incomplete: Cell<bool>,
}

impl<'a> Sources<'a> {
    /// Reads the section `sources`, and the sources themselves.
    pub(super) fn read(fields: &Fields<'a>, folder: &Path) -> Sources<'a> {
        let mut list: Vec<(Source, Value<'a>)> = Vec::new();
        for (key, value) in fields.entries("sources") {
            let Some(source) = read_source(&key.text, &value, folder) else {
                continue;
            };
            let twin = list.iter().find(|(known, _)| is_same(known, &source));
            if let Some((_, twin)) = twin {
                let line = twin.place().line;
                let message = format!("{} is the source of line {line} too", source.file);
                let hint = "a row comes over once: take one of the two away";
                value.report_with_hint(message, hint);
            }
            list.push((source, value));
        }
        if list.is_empty() {
            fields.report("a mapping needs sources");
        }
        Sources {
            list,
            taken: RefCell::default(),
            is_incomplete: Cell::new(false),
        }
    }

    /// The source that a part of the mapping reads, and its place.
    pub(super) fn take(&self, part: &Fields<'_>) -> Option<(usize, &Source)> {
        let found = self.named(part);
        self.is_incomplete
            .set(self.is_incomplete.get() || found.is_none());
        found
    }

    fn named(&self, part: &Fields<'_>) -> Option<(usize, &Source)> {
        let value = part.required("source")?;
        let name = value.text()?;
        let names = || self.list.iter().map(|(source, _)| source.name.as_str());
        let Some(place) = names().position(|known| known == name) else {
            value.report_unknown("source", names());
            return None;
        };
        let before = self.taken.borrow_mut().insert(place, value.place().line);
        if let Some(line) = before {
            let message = format!("the rows of \"{name}\" are read by line {line} already");
            let hint = "each part of a mapping needs a source of its own: divide the file, or ask \
                        for the rows of each part with a query or a command";
            value.report_with_hint(message, hint);
        }
        Some((place, &self.list[place].0))
    }

    /// Tells of sources that no part reads: rows that would stay behind without a word.
    pub(super) fn report_unused(&self) {
        if self.is_incomplete.get() {
            return;
        }
        let taken = self.taken.borrow();
        let unused = self.list.iter().enumerate();
        for (_, (source, value)) in unused.filter(|(place, _)| !taken.contains_key(place)) {
            // One that cannot be read has been told.
            if source.digest.is_none() {
                continue;
            }
            let message = format!(
                "no part of the mapping reads the source \"{}\"",
                source.name
            );
            let hint = "take it out, or name it as the source of a part";
            value.report_with_hint(message, hint);
        }
    }

    pub(super) fn list(self) -> Vec<Source> {
        self.list.into_iter().map(|(source, _)| source).collect()
    }
}

/// Whether two sources are one file, or one sheet of it.
fn is_same(one: &Source, other: &Source) -> bool {
    let is_file = one.input == Input::File && other.input == Input::File;
    let is_one_path = || {
        let path = one.path.canonicalize();
        path.is_ok_and(|path| other.path.canonicalize().is_ok_and(|other| path == other))
    };
    let is_one_sheet = match (&one.format, &other.format) {
        (Format::Spreadsheet { sheet: Some(one) }, Format::Spreadsheet { sheet: Some(other) }) => {
            one == other
        }
        _ => true,
    };
    one.file == other.file || (is_file && is_one_sheet && is_one_path())
}

/// Reads a source's settings, then the source itself.
fn read_source(name: &str, value: &Value<'_>, folder: &Path) -> Option<Source> {
    let fields = value.fields()?;
    let (input, file) = input(name, &fields)?;
    let encoding = fields.optional_one_of("encoding", Encoding::NAMES);
    let delimiter = sign(&fields, "delimiter");
    let is_broken = fields.has("delimiter") && delimiter.is_none();
    let quote = sign(&fields, "quote");
    let ending = ending(&file);
    let format = format(&fields, &input, &ending);
    let mut source = Source {
        name: name.to_owned(),
        path: folder.join(&file),
        file: match &input {
            Input::File => file,
            Input::Sqlite { .. } | Input::Postgres { .. } | Input::Command(_) => name.to_owned(),
        },
        encoding: encoding.unwrap_or(Encoding::Utf8),
        delimiter: delimiter.unwrap_or(match ending.as_str() {
            "tsv" | "tab" => b'\t',
            _ => b',',
        }),
        quote: quote.unwrap_or(b'"'),
        header: header(&fields, &input, &format),
        limit: limit(&fields, &input),
        accepts_short_end: accepts_short_end(&fields, &format),
        input,
        format,
        columns: Vec::new(),
        digest: None,
        spool: None,
        mended: None,
    };
    if let Format::Spreadsheet { sheet: Some(sheet) } = &source.format {
        source.file = format!("{}#{sheet}", source.file);
    }
    fields.finish();
    if !is_broken && let Err(error) = source::settle(&mut source, delimiter) {
        match error.hint() {
            Some(hint) => value.report_with_hint(error.to_string(), hint),
            None => value.report(error.to_string()),
        }
    }
    if let Some((header, sign)) = divided_otherwise(&source) {
        let header: String = plain(header).chars().take(HEADER_CHARS_MAX).collect();
        let message = format!(
            "the header of {} is one column, \"{header}\": it looks as if it were divided by {sign}",
            source.file
        );
        let hint = format!("write delimiter: \"{sign}\" beside file");
        value.report_with_hint(message, hint);
        // Its columns are not known, so that none is told to be missing.
        source.columns.clear();
    }
    Some(source)
}

/// The header of text that is one column, and the sign that seems to divide it.
fn divided_otherwise(source: &Source) -> Option<(&str, &'static str)> {
    let [header] = source.columns.as_slice() else {
        return None;
    };
    let signs = [(";", ";"), ("\t", "tab"), ("|", "|"), (",", ",")];
    let most = signs
        .iter()
        .max_by_key(|(sign, _)| header.matches(sign).count());
    let (sign, name) = most.filter(|(sign, _)| header.contains(sign))?;
    let is_other = source.delimiter != sign.as_bytes()[0];
    (source.format == Format::Delimited && is_other).then_some((header.as_str(), *name))
}

/// Where the rows come from, and the file if it is one.
fn input(name: &str, fields: &Fields<'_>) -> Option<(Input, String)> {
    let given = ["file", "sqlite", "postgres", "command"];
    let given: Vec<&str> = given.into_iter().filter(|key| fields.has(key)).collect();
    let [given] = given[..] else {
        fields.report(format!(
            "say where the rows of {name} come from: one of file, sqlite, postgres, command"
        ));
        return None;
    };
    if given == "command" {
        let words = fields.texts("command").into_iter();
        let words: Vec<String> = words.map(str::to_owned).collect();
        return (!words.is_empty()).then_some((Input::Command(words), String::new()));
    }
    let place = fields.text(given).to_owned();
    if place.is_empty() {
        return None;
    }
    if given == "file" {
        return Some((Input::File, place));
    }
    let query = fields.text("query").to_owned();
    Some(if given == "sqlite" {
        (Input::Sqlite { query }, place)
    } else {
        let connection = place;
        (Input::Postgres { connection, query }, String::new())
    })
}

/// How long a command or a query may take.
fn limit(fields: &Fields<'_>, input: &Input) -> Duration {
    if !matches!(input, Input::Postgres { .. } | Input::Command(_)) {
        return LIMIT;
    }
    let seconds = fields.optional_integer("limit_seconds", 1..=LIMIT_SECONDS_MAX);
    seconds.map_or(LIMIT, Duration::from_secs)
}

/// Whether the last row may be the beginning of one, without a line end.
fn accepts_short_end(fields: &Fields<'_>, format: &Format) -> bool {
    let has_lines = matches!(format, Format::Delimited | Format::JsonLines);
    has_lines && fields.optional_flag("accept_short_end").unwrap_or(false)
}

/// The ending of a file's name, in small letters.
pub(crate) fn ending(file: &str) -> String {
    let ending = Path::new(file).extension();
    ending.map_or_else(String::new, |it| it.to_string_lossy().to_lowercase())
}

/// The format that an ending stands for.
pub(crate) fn format_of(ending: &str) -> Format {
    match ending {
        "jsonl" | "ndjson" => Format::JsonLines,
        "xlsx" | "xlsm" => Format::Spreadsheet { sheet: None },
        "parquet" => Format::Parquet,
        _ => Format::Delimited,
    }
}

fn format(fields: &Fields<'_>, input: &Input, ending: &str) -> Format {
    let words = [
        ("csv", Format::Delimited),
        ("json_lines", Format::JsonLines),
        ("xlsx", Format::Spreadsheet { sheet: None }),
        ("parquet", Format::Parquet),
    ];
    let known = match input {
        Input::File => &words[..],
        Input::Command(_) => &words[..2],
        Input::Sqlite { .. } | Input::Postgres { .. } => return Format::Table,
    };
    let said = fields.optional_one_of("format", known);
    let format = said.unwrap_or_else(|| format_of(ending));
    if let Format::Spreadsheet { .. } = format {
        let sheet = fields.optional_text("sheet").map(str::to_owned);
        return Format::Spreadsheet { sheet };
    }
    format
}

fn header(fields: &Fields<'_>, input: &Input, format: &Format) -> Header {
    let is_delimited = matches!(format, Format::Delimited | Format::Spreadsheet { .. });
    let mut header = Header::default();
    if is_delimited && !matches!(input, Input::Sqlite { .. } | Input::Postgres { .. }) {
        let lines = fields.optional_integer("skip_lines", 0..=SKIP_LINES_MAX);
        header.skip_lines = lines.unwrap_or_default();
        header.is_there = fields.optional_flag("header").unwrap_or(true);
    }
    if !matches!(format, Format::JsonLines | Format::Parquet) && fields.has("columns") {
        let names = fields.texts("columns").into_iter();
        header.names = Some(names.map(str::to_owned).collect());
    }
    header
}

fn sign(fields: &Fields<'_>, key: &str) -> Option<u8> {
    let value = fields.optional(key)?;
    match value.text() {
        Some("tab" | "\t") => Some(b'\t'),
        Some(text) if text.len() == 1 && text.is_ascii() => Some(text.as_bytes()[0]),
        _ => {
            value.report("this must be one ASCII character, or tab");
            None
        }
    }
}
