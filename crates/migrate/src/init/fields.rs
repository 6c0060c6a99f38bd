//! Fields of a mapping: what they are made of, and how they are written.

use std::collections::BTreeSet;

use wire::country;

use super::codes::{self, Codes};
use super::dates::{Dates, Written};
use super::files::{File, Used};
use super::page::{Page, pairs, yaml};
use super::words::Meaning;
use crate::inspect::Column;

/// How many values are named that are not known.
const UNKNOWN_SHOWN_MAX: usize = 5;

/// What is written of a part, and where.
pub(super) struct Section<'a, 't> {
    pub(super) page: &'a mut Page,
    pub(super) file: &'a File<'t>,
    pub(super) dates: &'a Dates,
    /// The columns that something was made of.
    pub(super) written: BTreeSet<&'t str>,
}

/// A field that is to be written.
#[derive(Default)]
pub(super) struct Line {
    pub(super) to: &'static str,
    pub(super) required: Option<&'static str>,
    pub(super) on_error: Option<&'static str>,
    pub(super) steps: Vec<String>,
}

impl Line {
    pub(super) fn to(to: &'static str) -> Line {
        Line {
            to,
            ..Line::default()
        }
    }

    pub(super) fn required(self, code: &'static str) -> Line {
        Line {
            required: Some(code),
            ..self
        }
    }

    pub(super) fn on_error(self, what: &'static str) -> Line {
        Line {
            on_error: Some(what),
            ..self
        }
    }

    pub(super) fn step(mut self, step: impl Into<String>) -> Line {
        self.steps.push(step.into());
        self
    }

    /// With a warning of text that a spreadsheet or a browser would obey.
    pub(super) fn watched(self) -> Line {
        self.step("{formula_like: formula_like_text}")
            .step("{markup: markup_in_text}")
    }
}

impl<'t> Section<'_, 't> {
    /// Writes a field of the column of a meaning, if there is one.
    pub(super) fn field(&mut self, meaning: Meaning, line: &Line) -> bool {
        let file = self.file;
        let Some(used) = file.one(meaning) else {
            return false;
        };
        self.field_of(&[used], line);
        true
    }

    /// Writes a field of some columns.
    pub(super) fn field_of(&mut self, used: &[&Used<'t>], line: &Line) {
        self.doubts(2, used);
        self.take(used);
        let names: Vec<String> = used.iter().map(|used| yaml(&used.column.name)).collect();
        let from = match &names[..] {
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        self.write(line, ("from", &from));
    }

    /// Keeps in mind that something is made of columns.
    pub(super) fn take(&mut self, used: &[&Used<'t>]) {
        let names = used.iter().map(|used| used.column.name.as_str());
        self.written.extend(names);
    }

    /// Writes a field of a template of some columns.
    pub(super) fn template(&mut self, used: &[&Used<'t>], template: &str, line: &Line) {
        self.doubts(2, used);
        self.take(used);
        self.write(line, ("template", &yaml(template)));
    }

    fn write(&mut self, line: &Line, (source, from): (&str, &str)) {
        let steps = (!line.steps.is_empty()).then(|| format!("[{}]", line.steps.join(", ")));
        if steps.is_none() && line.required.is_none() && line.on_error.is_none() {
            let to = yaml(line.to);
            self.page
                .line(2, format!("- {{to: {to}, {source}: {from}}}"));
            return;
        }
        self.page.line(2, format!("- to: {}", line.to));
        self.page.line(3, format!("{source}: {from}"));
        for (key, value) in [("required", line.required), ("on_error", line.on_error)] {
            if let Some(value) = value {
                self.page.line(3, format!("{key}: {value}"));
            }
        }
        if let Some(steps) = steps {
            self.page.line(3, format!("steps: {steps}"));
        }
    }

    /// A constant beside other values.
    pub(super) fn constant(&mut self, to: &str, value: &str) {
        let to = yaml(to);
        self.page
            .line(2, format!("- {{to: {to}, constant: {value}}}"));
    }

    /// Marks the columns that may be others.
    pub(super) fn doubts(&mut self, level: usize, used: &[&Used<'_>]) {
        for used in used {
            if let Some(why) = &used.doubt {
                let name = yaml(&used.column.name);
                self.page.check(level, format!("is {name} meant? {why}"));
            }
        }
    }

    /// Writes a field of a date.
    pub(super) fn date(&mut self, meaning: Meaning, line: Line) {
        let file = self.file;
        if let Some(used) = file.one(meaning) {
            let step = self.date_step(used.column, None);
            self.field_of(&[used], &line.step(step));
        }
    }

    /// The step that reads a column's dates.
    pub(super) fn date_step(&mut self, column: &Column, future: Option<&str>) -> String {
        let mut settings = Vec::new();
        if let Written::Own(format, is_one_of_several) = self.dates.written(column) {
            if is_one_of_several {
                let kind = column.kind.to_string();
                let name = yaml(&column.name);
                self.page
                    .check(2, format!("{name} fits several formats ({kind})"));
            }
            settings.push(format!("format: {}", yaml(format)));
        }
        if let Some(code) = future {
            settings.push(format!("future: {code}"));
        }
        if settings.is_empty() {
            "date".to_owned()
        } else {
            format!("{{date: {{{}}}}}", settings.join(", "))
        }
    }

    /// A lookup of a column's codes, with a mark of those that are not known.
    pub(super) fn lookup(&mut self, column: &Column, known: Codes, others: &str) -> String {
        let table: Vec<(&str, &str)> = column
            .values
            .iter()
            .filter_map(|(code, _)| Some((code.as_str(), codes::meaning(code, known)?)))
            .filter(|(_, meaning)| *meaning != codes::LEFT_OUT)
            .collect();
        let unknown = column
            .values
            .iter()
            .filter(|(code, _)| codes::meaning(code, known).is_none());
        let unknown: Vec<String> = unknown
            .map(|(code, count)| format!("{} ({count})", yaml(code)))
            .collect();
        if !unknown.is_empty() {
            let name = yaml(&column.name);
            self.page.check(
                2,
                format!("what does {name} mean by {}?", unknown.join(", ")),
            );
        }
        let table = if table.is_empty() {
            // A table needs an entry.
            let values = known.iter().map(|(value, _)| (*value, *value));
            let values = values.filter(|(value, _)| *value != codes::LEFT_OUT);
            pairs(values)
        } else {
            pairs(table.into_iter())
        };
        format!("{{lookup: {{values: {table}{others}}}}}")
    }

    /// The steps that read a column's countries by one of `country` and `nationality`: names that only
    /// other languages have are looked up before.
    pub(super) fn countries(&mut self, column: &Column, step: &str) -> Vec<String> {
        let is_known = |value: &str| match step {
            "nationality" => country::nationality(value).is_some(),
            _ => country::find(value).is_some(),
        };
        let strange = column.values.iter().filter(|(value, _)| !is_known(value));
        let (named, unknown): (Vec<_>, Vec<_>) =
            strange.partition(|(value, _)| codes::country(value).is_some());
        if !unknown.is_empty() {
            let shown = unknown.iter().take(UNKNOWN_SHOWN_MAX);
            let shown: Vec<String> = shown
                .map(|(value, count)| format!("{} ({count})", yaml(value)))
                .collect();
            let more = if unknown.len() > UNKNOWN_SHOWN_MAX {
                " and others"
            } else {
                ""
            };
            let name = yaml(&column.name);
            self.page.check(
                2,
                format!("{name} has unknown countries: {}{more}", shown.join(", ")),
            );
        }
        let seen = column.values.len() as u64;
        if column.distinct > seen && !(named.is_empty() && unknown.is_empty()) {
            let name = yaml(&column.name);
            let others = column.distinct - seen;
            let why = format!("{name} has {others} rarer values that were not looked at");
            self.page.check(2, why);
        }
        let table = named
            .iter()
            .filter_map(|(value, _)| Some((value.as_str(), codes::country(value)?)));
        let table: Vec<(&str, &str)> = table.collect();
        let lookup = format!(
            "{{lookup: {{values: {}, others: keep}}}}",
            pairs(table.iter().copied())
        );
        let lookup = (!table.is_empty()).then_some(lookup);
        lookup.into_iter().chain([step.to_owned()]).collect()
    }

    /// Writes a field of a country.
    pub(super) fn country(&mut self, used: &Used<'t>, step: &str, mut line: Line) {
        line.steps = self.countries(used.column, step);
        self.field_of(&[used], &line);
    }

    /// The words that stand for nothing, of the columns that are used.
    pub(super) fn missing(&mut self) {
        let file = self.file;
        let mut lines = Vec::new();
        for used in file
            .used
            .iter()
            .filter(|used| used.meaning != Meaning::Other)
        {
            let (words, names): (Vec<_>, Vec<_>) = used
                .column
                .missing
                .iter()
                .partition(|(word, _)| !may_be_name(word, used.meaning));
            let column = yaml(&used.column.name);
            if !words.is_empty() {
                let words: Vec<String> = words.iter().map(|(word, _)| quoted(word)).collect();
                lines.push(Ok(format!("{column}: [{}]", words.join(", "))));
            }
            if !names.is_empty() {
                let names: Vec<String> = names
                    .iter()
                    .map(|(word, count)| format!("{} ({count})", yaml(word)))
                    .collect();
                lines.push(Err(format!(
                    "{column} has {}: a name, or nothing?",
                    names.join(", ")
                )));
            }
        }
        if lines.is_empty() {
            return;
        }
        let has_words = lines.iter().any(Result::is_ok);
        if has_words {
            self.page.comment(
                1,
                "Words that mean \"nothing here\". An empty cell always does.",
            );
            self.page.line(1, "missing:");
        }
        for line in lines {
            match line {
                Ok(line) => self.page.line(2, line),
                Err(why) => self.page.check(if has_words { 2 } else { 1 }, why),
            }
        }
    }

    /// Names the columns that are not used.
    pub(super) fn unused(&mut self) {
        let columns = self.file.table.columns.iter();
        let unused: Vec<String> = columns
            .filter(|column| !self.written.contains(column.name.as_str()))
            .map(|column| {
                let name = yaml(&column.name);
                match column.filled {
                    0 => format!("{name} (empty)"),
                    _ => format!("{name} ({})", column.kind),
                }
            })
            .collect();
        if !unused.is_empty() {
            self.page.comment(
                1,
                format!("Columns that are not used: {}.", unused.join(", ")),
            );
        }
    }

    /// What is done to every cell.
    pub(super) fn clean(&mut self) {
        self.page.line(1, "clean:");
        for step in CLEAN {
            self.page.line(2, format!("- {step}"));
        }
    }
}

/// What is done to every cell: repair comes before trimming, since a misread letter may look like a
/// no-break space.
const CLEAN: [&str; 4] = [
    "mojibake_repair: mojibake_repaired",
    "control_characters: control_char_removed",
    "trim",
    "collapse_space",
];

/// Whether a word for nothing may be somebody's name, as `Null` and `None` are.
fn may_be_name(word: &str, meaning: Meaning) -> bool {
    let is_name = matches!(
        meaning,
        Meaning::GivenNames
            | Meaning::MiddleNames
            | Meaning::FamilyName
            | Meaning::FullName
            | Meaning::LegalName
    );
    is_name && word.chars().all(char::is_alphabetic)
}

/// A word in quotes, whatever it is: `null` without them is no word.
fn quoted(word: &str) -> String {
    let plain = yaml(word);
    if plain.starts_with('"') {
        plain
    } else {
        format!("\"{plain}\"")
    }
}
