//! The text of an attempt: plain, aligned, at most 80 columns wide but for the JSON, and without
//! anything in it that plays tricks on a terminal.

use std::fmt::Write;

use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Attempt;
use super::passage::{After, End, Line, Passage};
use crate::mapping::OnError;

/// The widest line, in columns.
const LINE_COLUMNS_MAX: usize = 80;
/// The widest label; a longer one has a line of its own.
const LABEL_COLUMNS_MAX: usize = 30;
/// The widest name of a column; a longer one is cut.
const NAME_COLUMNS_MAX: usize = 60;
/// A longer text is cut after so many lines; its length is told.
const TEXT_LINES_MAX: usize = 8;
/// A longer text in JSON is cut after so many characters; its length is told.
const JSON_CHARS_MAX: usize = 600;

/// The whole text; long values are cut unless it is to be full.
pub(super) fn of(attempt: &Attempt, is_full: bool) -> String {
    let mut page = Page {
        is_full,
        ..Page::default()
    };
    cells(&mut page, attempt);
    if attempt.passages.is_empty() {
        page.title("Not mapped: it has not as many cells as the header has columns");
    } else {
        passages(&mut page, attempt);
    }
    verdict(&mut page, attempt);
    requests(&mut page, attempt);
    page.text.trim_end().to_owned()
}

/// The row as it is written.
fn cells(page: &mut Page, attempt: &Attempt) {
    let record = &attempt.row.record;
    page.title(&format!(
        "{}, line {} (row {} of {}), as it is read",
        plain(&attempt.file),
        record.line,
        record.row,
        attempt.part
    ));
    let count = attempt.columns.len().max(attempt.cells.len());
    let name = |place: usize| match attempt.columns.get(place) {
        Some(name) => column(name),
        None => format!("({}, no column)", place + 1),
    };
    let names: Vec<String> = (0..count).map(name).collect();
    let width = label_width(names.iter().map(String::as_str));
    for (place, name) in names.iter().enumerate() {
        let cell = match attempt.cells.get(place) {
            Some(cell) => quoted_or_empty(cell),
            None => words("no cell"),
        };
        page.line(2, width, name, &cell);
    }
}

fn passages(page: &mut Page, attempt: &Attempt) {
    let labels = attempt.passages.iter().flat_map(|passage| &passage.lines);
    let labels: Vec<String> = labels.map(label).collect();
    let width = label_width(labels.iter().map(String::as_str));
    let (fields, others): (Vec<&Passage>, Vec<&Passage>) = attempt
        .passages
        .iter()
        .partition(|passage| passage.is_field);
    for (title, passages) in [("Besides fields", others), ("Fields", fields)] {
        if passages.is_empty() {
            continue;
        }
        page.title(title);
        for passage in passages {
            page.line(2, 0, "", &words(&passage.to));
            for line in &passage.lines {
                page.line(4, width, &label(line), &said(line));
            }
            page.line(4, width, "=", &end(passage));
        }
    }
}

fn label(line: &Line) -> String {
    match line {
        Line::Cell(name, _) => column(name),
        Line::MissingWord(_) => "missing".to_owned(),
        Line::Constant(_) => "constant".to_owned(),
        Line::Step(name, _) => (*name).to_owned(),
        Line::Reason(OnError::Reject(_)) => "reject".to_owned(),
        Line::Reason(OnError::Warn(_)) => "warn".to_owned(),
        Line::Reason(OnError::LeaveOut) => "left out".to_owned(),
    }
}

fn said(line: &Line) -> Vec<String> {
    match line {
        Line::Cell(_, text) => quoted_or_empty(text),
        Line::MissingWord(name) => words(&format!(
            "nothing: this word of {} means an empty cell",
            column(name)
        )),
        Line::Constant(text) => quoted(text),
        Line::Step(_, After::Value(value)) => shown(value),
        Line::Step(_, After::Same) => words("same"),
        Line::Step(_, After::Nothing) => words("nothing is left"),
        Line::Step(_, After::Unreadable) => words("cannot be read"),
        Line::Reason(OnError::Reject(code) | OnError::Warn(code)) => words(&plain(code)),
        Line::Reason(OnError::LeaveOut) => Vec::new(),
    }
}

fn end(passage: &Passage) -> Vec<String> {
    let is_unreadable = |line: &Line| matches!(line, Line::Step(_, After::Unreadable));
    match &passage.end {
        End::Value(value) => shown(value),
        End::Reason(OnError::Reject(code)) => words(&format!("reject {}", plain(code))),
        End::Reason(OnError::Warn(code)) => words(&format!("left out, warn {}", plain(code))),
        End::Reason(OnError::LeaveOut) => words("left out"),
        End::Alone => words("left out: nothing stands beside this constant"),
        End::Nothing if passage.lines.iter().any(is_unreadable) => {
            words("left out: it cannot be read")
        }
        End::Nothing if passage.is_field => words("left out: nothing in it"),
        End::Nothing => words("nothing"),
    }
}

fn verdict(page: &mut Page, attempt: &Attempt) {
    page.title(&format!(
        "Verdict, with the whole book read, in scope {}",
        attempt.scope.as_str()
    ));
    let verdict = &attempt.row.verdict;
    let none = ["none".to_owned()];
    let or_none = |list: &[String]| -> Vec<String> {
        let list = if list.is_empty() {
            none.as_slice()
        } else {
            list
        };
        list.to_vec()
    };
    let refused = attempt
        .requests
        .iter()
        .flat_map(|request| &request.mistakes);
    let refused: Vec<String> = refused.cloned().collect();
    let advice = attempt.row.advice.iter();
    let advice: Vec<String> = advice.map(ToString::to_string).collect();
    let rows = [
        ("disposition", vec![verdict.disposition().to_owned()]),
        ("reasons", or_none(&verdict.reasons)),
        ("what to do", advice),
        ("products", or_none(&attempt.products)),
        ("tags", or_none(&attempt.tags)),
        ("the API refuses", refused),
        ("note", attempt.remarks.clone()),
    ];
    let rows = || rows.iter().filter(|(_, lines)| !lines.is_empty());
    let width = label_width(rows().map(|(label, _)| *label));
    for (label, lines) in rows() {
        for (place, line) in lines.iter().enumerate() {
            let label = if place == 0 { label } else { "" };
            page.line(2, width, label, &words(&plain(line)));
        }
    }
}

fn requests(page: &mut Page, attempt: &Attempt) {
    for request in &attempt.requests {
        let to = plain(&request.to);
        page.title(&match (attempt.is_sent, request.mistakes.is_empty()) {
            (true, true) => format!("What is sent: {to}"),
            (true, false) => format!("What is sent, and refused by the API as it is: {to}"),
            (false, _) => format!("Not sent, but for its verdict it would be: {to}"),
        });
        let body = if page.is_full {
            json(&request.body)
        } else {
            json(&shortened(&request.body))
        };
        page.text.push_str(&body);
        page.text.push('\n');
    }
}

/// Lines under each other.
#[derive(Default)]
struct Page {
    text: String,
    is_full: bool,
}

impl Page {
    fn title(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(0, 0, "", &words(title));
    }

    /// A label and what it says; its pieces are kept whole where it goes on in the next line.
    fn line(&mut self, indent: usize, width: usize, label: &str, pieces: &[String]) {
        let start = if width == 0 {
            indent
        } else {
            indent + width + 2
        };
        let mut line = format!("{:indent$}{label}", "");
        if line.width() > start.saturating_sub(usize::from(width > 0)) && width > 0 {
            self.push(&line);
            line.clear();
        }
        let mut count = 1;
        pad(&mut line, start);
        for (place, piece) in pieces.iter().enumerate() {
            if line.width() + piece.width() > LINE_COLUMNS_MAX && line.width() > start {
                self.push(&line);
                line.clear();
                pad(&mut line, start);
                count += 1;
                if count > TEXT_LINES_MAX && !self.is_full {
                    let _ = write!(line, "… and {} more signs", pieces.len() - place);
                    break;
                }
            }
            line.push_str(piece);
        }
        self.push(&line);
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

fn pad(line: &mut String, width: usize) {
    let gap = width.saturating_sub(line.width());
    line.extend(std::iter::repeat_n(' ', gap));
}

fn label_width<'a>(labels: impl Iterator<Item = &'a str>) -> usize {
    let widest = labels
        .map(UnicodeWidthStr::width)
        .filter(|width| *width <= LABEL_COLUMNS_MAX);
    widest.max().unwrap_or_default()
}

/// Words of our own, each a piece.
fn words(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

fn quoted_or_empty(text: &str) -> Vec<String> {
    if text.is_empty() {
        words("empty")
    } else {
        quoted(text)
    }
}

/// A text in quotes, sign by sign.
fn quoted(text: &str) -> Vec<String> {
    let mut pieces = vec!["\"".to_owned()];
    let mut is_first = true;
    for sign in text.chars() {
        pieces.push(match sign {
            '"' | '\\' => format!("\\{sign}"),
            sign if is_hidden(sign) || is_first && is_mark(sign) => sign.escape_debug().to_string(),
            sign => sign.to_string(),
        });
        is_first = false;
    }
    pieces.push("\"".to_owned());
    pieces
}

/// A value as it would be written in JSON, sign by sign.
fn shown(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let mut pieces = vec!["[".to_owned()];
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    pieces.push(", ".to_owned());
                }
                pieces.extend(shown(item));
            }
            pieces.push("]".to_owned());
            pieces
        }
        value => vec![value.to_string()],
    }
}

/// The name of a column, or as much of it as there is room for.
fn column(name: &str) -> String {
    let name = plain(name);
    if name.width() <= NAME_COLUMNS_MAX {
        return name;
    }
    let short: String = name.chars().take(NAME_COLUMNS_MAX / 2).collect();
    format!("{short}…")
}

/// A text without quotes; signs that cannot be seen are escaped.
pub(crate) fn plain(text: &str) -> String {
    let sign = |sign: char| {
        if is_hidden(sign) {
            sign.escape_debug().to_string()
        } else {
            sign.to_string()
        }
    };
    text.chars().map(sign).collect()
}

/// JSON whose long texts are cut, with how much is left out.
fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.char_indices().nth(JSON_CHARS_MAX) {
            Some((at, _)) => {
                let (start, rest) = text.split_at(at);
                let more = rest.chars().count();
                Value::String(format!("{start}… and {more} more signs"))
            }
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(shortened).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, value)| (name.clone(), shortened(value)))
                .collect()
        }
        value => value.clone(),
    }
}

/// JSON over several lines; signs that cannot be seen are escaped as JSON does it.
fn json(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if sign == '\n' || !is_hidden(sign) {
            out.push(sign);
            continue;
        }
        for unit in sign.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

/// Whether a sign cannot be seen, or moves others: controls, directions, odd spaces.
fn is_hidden(sign: char) -> bool {
    let is_plain = sign == ' ' || sign.is_ascii_graphic();
    !is_plain && !is_mark(sign) && sign.escape_debug().len() > 1
}

/// Whether a sign is put onto the one before it.
fn is_mark(sign: char) -> bool {
    !sign.is_control() && sign.width() == Some(0) && format!("a{sign}").escape_debug().count() == 2
}
