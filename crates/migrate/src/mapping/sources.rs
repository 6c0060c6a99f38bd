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
//! | `skip_lines: N` | lines above the header: a title, the name of a report |
//! | `header: false` | there is no header: the first row is data, and `columns` has the names |
//! | `columns: [NAME, …]` | what the columns are called instead, by place: for names that are there twice |
//! | `sheet: NAME` | the sheet of a spreadsheet that has several |

use std::path::Path;

use document::{Fields, Value};

use super::{Encoding, Format, Header, Input, Source};
use crate::attempt::text::plain;
use crate::source;

/// How much of a header is shown, in characters.
const HEADER_CHARS_MAX: usize = 60;
/// The most lines above a header.
const SKIP_LINES_MAX: u64 = 10_000;

/// Reads a source's settings, then the source itself.
pub(super) fn read_source(name: &str, value: &Value<'_>, folder: &Path) -> Option<Source> {
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
