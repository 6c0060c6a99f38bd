//! How dates are written: formats, and the step that reads them.

use std::sync::Arc;

use document::Value;

use super::{Context, Step};

/// The rule for years of two digits: the latest year that makes the person at least 18 on the date
/// in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwoDigitYear {
    /// Column of the date (same format) on which the person was an adult.
    pub adult_on: usize,
    /// The warning given.
    pub warn: String,
}

/// How dates are written: words for day, month and year in any order with signs between them.
///
/// | word | stands for |
/// | --- | --- |
/// | `DD`, `MM` | two digits |
/// | `D`, `M` | one or two digits; a sign must follow |
/// | `YYYY` | four digits |
/// | `MON` | the first three letters of an English month |
/// | `MONTH` | the English month |
/// | `TIME` | at the end, after a space or `T`: a time of day, which is cut off with its zone |
///
/// With month names of its own, `MON` and `MONTH` both stand for one of those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFormat {
    /// Its pieces, in order.
    pub parts: Vec<DatePart>,
    /// January to December as the book writes them, in lower case; `None`: in English.
    pub months: Option<Arc<[String]>>,
}

/// A piece of a [`DateFormat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePart {
    /// `YYYY`, four digits.
    Year,
    /// `MM`, two digits.
    Month,
    /// `M`, one or two digits.
    ShortMonth,
    /// `MON`, an English month's first three letters.
    MonthName,
    /// `MONTH`, an English month.
    LongMonthName,
    /// `DD`, two digits.
    Day,
    /// `D`, one or two digits.
    ShortDay,
    /// `TIME`, a time of day that is cut off.
    Time,
    /// Any other sign, as it is.
    Sign(char),
}

const WORDS: [(&str, DatePart); 8] = [
    ("YYYY", DatePart::Year),
    ("MONTH", DatePart::LongMonthName),
    ("MON", DatePart::MonthName),
    ("MM", DatePart::Month),
    ("M", DatePart::ShortMonth),
    ("DD", DatePart::Day),
    ("D", DatePart::ShortDay),
    ("TIME", DatePart::Time),
];

impl DateFormat {
    /// Reads a format such as `DD/MM/YYYY`; `None` unless it has one day, month and year each, at
    /// most one time at its end, and a sign after every number of one or two digits.
    pub fn parse(text: &str) -> Option<DateFormat> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(sign) = rest.chars().next() {
            let word = WORDS.iter().find(|(word, _)| rest.starts_with(word));
            let (length, part) = word
                .map_or((sign.len_utf8(), DatePart::Sign(sign)), |(word, part)| {
                    (word.len(), *part)
                });
            parts.push(part);
            rest = &rest[length..];
        }
        let parts = parts;
        let count = |wanted: &[DatePart]| parts.iter().filter(|part| wanted.contains(part)).count();
        let months = [
            DatePart::Month,
            DatePart::ShortMonth,
            DatePart::MonthName,
            DatePart::LongMonthName,
        ];
        let is_complete = count(&[DatePart::Year]) == 1
            && count(&[DatePart::Day, DatePart::ShortDay]) == 1
            && count(&months) == 1;
        let fits = parts.iter().enumerate().all(|(place, part)| {
            let next = parts.get(place + 1);
            match part {
                DatePart::Sign('T') => next == Some(&DatePart::Time),
                DatePart::Sign(sign) => !sign.is_alphanumeric(),
                DatePart::ShortDay | DatePart::ShortMonth => {
                    next.is_none_or(|next| matches!(next, DatePart::Sign(_)))
                }
                DatePart::Time => {
                    let before = place.checked_sub(1).map(|place| parts[place]);
                    let is_apart = matches!(before, Some(DatePart::Sign('T' | ' ')));
                    next.is_none() && is_apart
                }
                _ => true,
            }
        });
        (is_complete && fits).then_some(DateFormat {
            parts,
            months: None,
        })
    }
}

/// Reads the setting of `date`.
pub(super) fn date_step(setting: &Value<'_>, context: &Context<'_>) -> Option<Step> {
    let fields = setting.fields()?;
    let own = fields
        .optional("format")
        .and_then(|format| read_date_format(&format));
    let months = fields.optional("months").and_then(|value| months(&value));
    let two_digit_year = fields.optional_mapping("two_digit_year").and_then(|rule| {
        let adult_on = rule
            .required("adult_on")
            .and_then(|column| context.column(&column));
        let warn = rule.text("warn").to_owned();
        rule.finish();
        Some(TwoDigitYear {
            adult_on: adult_on?,
            warn,
        })
    });
    let future = fields.optional_text("future").map(str::to_owned);
    let format = own.or_else(|| context.date_format.cloned());
    if format.is_none() && !fields.has("format") {
        fields.report("the field \"format\" is missing");
    }
    fields.finish();
    let format = format?;
    Some(Step::Date {
        format: DateFormat {
            months: months.or(format.months),
            parts: format.parts,
        },
        two_digit_year,
        future,
    })
}

/// Twelve names, each once, whatever their case.
fn months(value: &Value<'_>) -> Option<Arc<[String]>> {
    let names: Vec<String> = value
        .texts()?
        .iter()
        .map(|name| name.to_lowercase())
        .collect();
    let is_repeated = |place: usize| names[..place].contains(&names[place]);
    let is_whole = names.len() == 12 && names.iter().all(|name| !name.trim().is_empty());
    if !is_whole || (0..names.len()).any(is_repeated) {
        value.report_with_hint(
            "these are not the names of twelve months",
            "write all twelve from January on, each as the book has it",
        );
        return None;
    }
    Some(names.into())
}

/// Reads a date format, or reports it.
pub(in crate::mapping) fn read_date_format(value: &Value<'_>) -> Option<DateFormat> {
    let format = DateFormat::parse(value.text()?);
    if format.is_none() {
        value.report_with_hint(
            "this is no date format",
            "write DD (or D), MM (or M, MON, MONTH) and YYYY with signs between them, such as \
             DD/MM/YYYY; TIME after a space or T at the end is cut off",
        );
    }
    format
}
