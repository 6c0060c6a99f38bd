//! `usher migrate inspect`: what is in the files of a book, before there is a mapping.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use migrate::inspect::{self, Chosen, Column, Inspected, Oddity, Table};
use migrate::mapping::{Encoding, Format, Input, Source};
use migrate::progress::harmless;

use crate::ending::Ending;
use crate::trouble::Trouble;
use crate::{migration, say, table};

/// Options of `usher migrate inspect`.
#[derive(Args, Debug)]
pub(crate) struct InspectOptions {
    /// Folder with the source files, or one file: CSV, TSV, JSON lines, XLSX, SQLite, Parquet
    #[arg(value_name = "PATH", required_unless_present_any = ["sqlite", "postgres", "command"])]
    #[arg(conflicts_with_all = ["sqlite", "postgres", "command"])]
    path: Option<PathBuf>,
    #[command(flatten)]
    written: Written,
    /// Look at the answer of a query (--sql) against this SQLite file
    #[arg(long, value_name = "FILE", requires = "sql", group = "database")]
    #[arg(conflicts_with_all = ["postgres", "command"])]
    sqlite: Option<PathBuf>,
    /// Look at the answer of a query (--sql) against PostgreSQL; the connection string is in the
    /// environment as USHER_CONNECTION_NAME, or given by --connection NAME=FILE
    #[arg(
        long,
        value_name = "NAME",
        requires = "sql",
        group = "database",
        conflicts_with = "command"
    )]
    postgres: Option<String>,
    /// The query
    #[arg(long, value_name = "QUERY", requires = "database")]
    sql: Option<String>,
    /// Show letters as x and digits as 9: the form of values and none of their content
    #[arg(long)]
    mask: bool,
    /// Print JSON, for other programs
    #[arg(long)]
    json: bool,
    /// Look at what a command prints; everything behind it is its arguments, so it comes last
    #[arg(long, value_name = "PROGRAM", num_args = 1.., allow_hyphen_values = true)]
    command: Option<Vec<String>>,
}

/// How a source is written, instead of what is found out.
#[derive(Args, Debug)]
pub(crate) struct Written {
    /// How bytes become text, instead of what is found out
    #[arg(long, value_parser = encodings())]
    encoding: Option<Encoding>,
    /// Sign between fields: one character, or tab
    #[arg(long, value_name = "SIGN", value_parser = sign)]
    delimiter: Option<u8>,
    /// Sign around fields that need one
    #[arg(long, value_name = "SIGN", value_parser = sign)]
    quote: Option<u8>,
    /// Lines above the header, instead of what is found out
    #[arg(long, value_name = "N")]
    skip_lines: Option<u64>,
    /// Sheet of a spreadsheet; each unless said
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// How rows are written, instead of what the file's ending says
    #[arg(long)]
    format: Option<Rows>,
}

/// How rows are written, as a mapping says it.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Rows {
    /// Text with a sign between fields
    Csv,
    /// One JSON object a line
    #[value(name = "json_lines")]
    JsonLines,
    /// A spreadsheet
    Xlsx,
    /// Parquet
    Parquet,
}

impl Written {
    pub(crate) fn chosen(&self) -> Chosen {
        Chosen {
            encoding: self.encoding,
            delimiter: self.delimiter,
            quote: self.quote,
            skip_lines: self.skip_lines,
            sheet: self.sheet.clone(),
            format: self.format.map(|format| match format {
                Rows::Csv => Format::Delimited,
                Rows::JsonLines => Format::JsonLines,
                Rows::Xlsx => Format::Spreadsheet { sheet: None },
                Rows::Parquet => Format::Parquet,
            }),
        }
    }
}

/// The encodings by the names that a mapping gives them.
fn encodings() -> impl TypedValueParser<Value = Encoding> {
    let names = Encoding::NAMES.iter().map(|(name, _)| *name);
    PossibleValuesParser::new(names).map(|chosen| {
        let known = Encoding::NAMES.iter().find(|(name, _)| *name == chosen);
        known.map_or(Encoding::Utf8, |(_, encoding)| *encoding)
    })
}

fn sign(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [sign] if sign.is_ascii() => Ok(*sign),
        _ => Err("write one ASCII character, or tab".to_owned()),
    }
}

/// Carries it out.
pub(crate) fn run(options: &InspectOptions) -> Result<Ending, Trouble> {
    let files = looked_at(options)?;
    if options.json {
        let json = inspect::to_json(&files, options.mask);
        say::data(&format!("{json:#}"));
    } else {
        let shown = files.iter().map(|file| shown(&files, file, options.mask));
        say::data(&shown.collect::<Vec<_>>().join("\n\n"));
    }
    if files.iter().all(|file| file.outcome.is_ok()) {
        return Ok(Ending::Well);
    }
    say::talk("not every file can be read, see above");
    Ok(Ending::Wrong)
}

fn looked_at(options: &InspectOptions) -> Result<Vec<Inspected>, Trouble> {
    let chosen = options.written.chosen();
    let query = options.sql.clone().unwrap_or_default();
    let (input, path) = if let Some(words) = &options.command {
        (Input::Command(words.clone()), PathBuf::new())
    } else if let Some(file) = &options.sqlite {
        (Input::Sqlite { query }, file.clone())
    } else if let Some(connection) = options.postgres.clone() {
        (Input::Postgres { connection, query }, PathBuf::new())
    } else {
        let path = options.path.clone().unwrap_or_default();
        return inspect::inspect(&path, &chosen).map_err(migration::trouble);
    };
    Ok(vec![inspect::inspect_input(input, &path, &chosen)])
}

fn shown(files: &[Inspected], file: &Inspected, mask: bool) -> String {
    match &file.outcome {
        Ok(found) => format!(
            "{}: {}",
            table::harmless(&file.file),
            contents(files, found, mask)
        ),
        Err(error) => harmless(&match error.hint() {
            Some(hint) => format!("{error}\n  hint: {hint}"),
            None => error.to_string(),
        }),
    }
}

fn contents(files: &[Inspected], found: &Table, mask: bool) -> String {
    let mut text = format!(
        "{}, {}; {}\n",
        migrate::numbered(found.rows, "row", "rows"),
        migrate::numbered(found.columns.len(), "column", "columns"),
        written(&found.source),
    );
    let rows: Vec<[String; 6]> = found
        .columns
        .iter()
        .map(|column| row(found, column, mask))
        .collect();
    let header = [
        ("column", 24),
        ("type", 40),
        ("filled", 6),
        ("distinct", 9),
        ("length", 9),
        ("values", 60),
    ];
    text.push_str(&table::text(header, &rows));
    let leads = found.columns.iter();
    let leads: Vec<[String; 3]> = leads
        .flat_map(|column| self::leads(files, (found, column), mask))
        .collect();
    if !leads.is_empty() {
        let header = [("column", 24), ("leads to", 60), ("of its values", 13)];
        text.push_str("\n\n");
        text.push_str(&table::text(header, &leads));
    }
    let odd = oddities(found, mask);
    if !odd.is_empty() {
        let header = [
            ("rows", 9),
            ("first line", 10),
            ("column", 24),
            ("oddity", 80),
        ];
        text.push_str("\n\n");
        text.push_str(&table::text(header, &odd));
    }
    text
}

/// How a source is written.
fn written(source: &Source) -> String {
    let mut text = match (&source.input, &source.format) {
        (Input::Sqlite { .. } | Input::Postgres { .. }, _) => "a query".to_owned(),
        (_, Format::Spreadsheet { .. }) => "a spreadsheet".to_owned(),
        (_, Format::JsonLines) => {
            format!("JSON lines, {}", source.encoding.name())
        }
        (_, Format::Parquet | Format::Table) => "Parquet".to_owned(),
        (_, Format::Delimited) => format!(
            "{}, delimiter \"{}\", quote {}",
            source.encoding.name(),
            inspect::sign_name(source.delimiter),
            inspect::sign_name(source.quote),
        ),
    };
    let above = match source.header.skip_lines {
        0 => String::new(),
        1 => ", 1 line above the header".to_owned(),
        lines => format!(", {lines} lines above the header"),
    };
    text.push_str(&above);
    text
}

fn row(found: &Table, column: &Column, mask: bool) -> [String; 6] {
    let mut kind = column.kind.to_string();
    if column.is_key {
        kind.push_str(", key");
    }
    // A column is full only when it is, not when it almost is.
    let filled = (column.filled * 100).checked_div(column.rows).unwrap_or(0);
    let values = column.shown(mask).map(|(value, count)| match count {
        1 => value,
        count => format!("{value} ({count})"),
    });
    let length = match column.length {
        (least, most) if least == most => most.to_string(),
        (least, most) => format!("{least}–{most}"),
    };
    [
        found.name(column, mask).into_owned(),
        kind,
        format!("{filled} %"),
        column.distinct.to_string(),
        length,
        values.collect::<Vec<_>>().join(", "),
    ]
}

/// The keys of other files that a column's values are.
fn leads(
    files: &[Inspected],
    (found, column): (&Table, &Column),
    mask: bool,
) -> impl Iterator<Item = [String; 3]> {
    let keys = column.refers.iter();
    keys.map(move |key| {
        let to = inspect::name_elsewhere(files, key, mask);
        let to = format!("{} {to}", key.file);
        let from = found.name(column, mask).into_owned();
        [from, to, format!("{} %", key.percent)]
    })
}

/// What is odd about rows and columns; what is there most often first.
fn oddities(found: &Table, mask: bool) -> Vec<[String; 4]> {
    let of_columns = found.columns.iter().flat_map(|column| {
        let odd = column.oddities.iter();
        odd.map(move |odd| (found.name(column, mask), odd))
    });
    let of_rows = found.oddities.iter().map(|odd| ("".into(), odd));
    let mut all: Vec<(Cow<'_, str>, &Oddity)> = of_rows.chain(of_columns).collect();
    all.sort_by_key(|(_, odd)| std::cmp::Reverse(odd.rows));
    let row = |(column, odd): &(Cow<'_, str>, &Oddity)| {
        let [rows, line] = [odd.rows, odd.line].map(|number| number.to_string());
        [rows, line, column.to_string(), odd.shown(mask).to_owned()]
    };
    all.iter().map(row).collect()
}
