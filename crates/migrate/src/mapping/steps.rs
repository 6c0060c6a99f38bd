//! The closed list of steps a value can take, and how they are written.
//!
//! Where a step leaves nothing of a text, the value is missing for the steps behind it. `clean`, for
//! every cell of a file, takes only steps that make text of text and cannot fail.
//!
//! | step | does | fails when |
//! | --- | --- | --- |
//! | `mojibake_repair: CODE` | repairs UTF-8 that was read as Latin-1 or Windows-1252; warns | |
//! | `mojibake_repair: {warn: CODE, misread_as: windows-1250}` | the same for UTF-8 that was read as another encoding of one byte a letter; Latin letters and signs only | |
//! | `control_characters: CODE` | removes NUL and other control characters; warns | |
//! | `trim` | removes white space of every kind at both ends | |
//! | `collapse_space` | makes every run of white space one space | |
//! | `remove_space` | removes all white space | |
//! | `upper`, `lower` | letter case | |
//! | `default: TEXT` | stands in for a missing value | |
//! | `first_present` | the first of several columns that has a value | |
//! | `join: TEXT` | several values to one, with TEXT between | |
//! | `split_words` | one text to a list of its words | |
//! | `list` | one text to a list of one | |
//! | `lookup: {values: {A: B}, others: fail / keep / leave_out}` | a table; `fail` unless said | not in it |
//! | `lookup: {table: NAME, others: …}` | the same with a table of the section `tables`, which several fields share | not in it |
//! | `regex: {find: PATTERN, replace: TEXT}` | everything that PATTERN finds becomes TEXT, with `$1` or `${name}` for its groups; linear in time | |
//! | `regex: {find: PATTERN, capture: GROUP}` | the group (number or name; 0 is the whole) of the first that is found | nothing is found |
//! | `given_names: ORDER`, `family_name: ORDER` | a part of a name in one cell; ORDER is `last, first`, `first last` or `last first`, or `{order: ORDER, particles: [van, de]}`; the rules are in `names.rs` | not written in that order |
//! | `date: {format: DD/MM/YYYY, months: [Januar, …], two_digit_year: {adult_on: COLUMN, warn: CODE}, future: CODE}` | to ISO; the format of [`DateFormat`]; a future date rejects with CODE | not a real date in that format |
//! | `country` | any form to ISO alpha-3 | no such country |
//! | `nationality` | as `country`, also adjectives | no such country |
//! | `email` | checks the form | not an address |
//! | `percentage`, `percentage: {decimal: ",", thousands: "."}` | a number from 0 to 100, `%` allowed | anything else |
//! | `number`, `number: {decimal: ",", thousands: "."}` | a decimal number; a point and no thousands unless said | anything else |
//! | `sha256: {salt: NAME, digits: 64}` | HMAC-SHA-256 under a salt of the section `salts`, so many hexadecimal digits | |
//! | `flag` | `true` or `false` | anything else |
//! | `pad_digits: {length: 8, when: {column: COLUMN, country: GBR}, warn: CODE}` | gives lost zeros back to a number of digits only | |
//! | `formula_like: CODE` | warns of text that begins with `= + - @`; changes nothing | |
//! | `markup: CODE` | warns of HTML tags and entities; changes nothing | |

mod dates;
mod names;
mod numbers;
mod pattern;

use std::collections::BTreeMap;

use document::Value;
use wire::country;

use super::Encoding;
use super::salts::Salt;
pub(super) use dates::read_date_format;
pub use dates::{DateFormat, DatePart, TwoDigitYear};
pub use names::{NameOrder, NamePart, NameStep};
pub use numbers::NumberFormat;
pub(crate) use pattern::Found;
pub use pattern::Pattern;

/// One step of a field. The module's table says what each does.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `mojibake_repair`
    MojibakeRepair {
        /// The warning given when something was repaired.
        warn: String,
        /// What the text was read as; Windows-1252 stands for Latin-1 too.
        misread_as: Encoding,
    },
    /// `control_characters`
    ControlCharacters(String),
    /// `trim`
    Trim,
    /// `collapse_space`
    CollapseSpace,
    /// `remove_space`
    RemoveSpace,
    /// `upper`
    Upper,
    /// `lower`
    Lower,
    /// `default`
    Default(String),
    /// `first_present`
    FirstPresent,
    /// `join`
    Join(String),
    /// `split_words`
    SplitWords,
    /// `list`
    List,
    /// `lookup`
    Lookup {
        /// The table.
        values: BTreeMap<String, String>,
        /// What happens to other values.
        others: Others,
    },
    /// `date`
    Date {
        /// How dates are written.
        format: DateFormat,
        /// Read two-digit years too.
        two_digit_year: Option<TwoDigitYear>,
        /// The reason a date after the mapping's `as_of` rejects with.
        future: Option<String>,
    },
    /// `country`
    Country,
    /// `nationality`
    Nationality,
    /// `email`
    Email,
    /// `percentage`
    Percentage(NumberFormat),
    /// `number`
    Number(NumberFormat),
    /// `regex`
    Regex(Pattern),
    /// `given_names` and `family_name`
    Name(NameStep),
    /// `sha256`
    Sha256 {
        /// What it is salted with.
        salt: Salt,
        /// How many of the 64 digits are kept.
        digits: usize,
    },
    /// `flag`
    Flag,
    /// `pad_digits`
    PadDigits {
        /// How many digits the number has.
        length: usize,
        /// Only when this column names this country (alpha-3).
        when: Option<(usize, String)>,
        /// The warning given when zeros were put back.
        warn: String,
    },
    /// `formula_like`
    FormulaLike(String),
    /// `markup`
    Markup(String),
}

impl Step {
    /// Its name, as the mapping writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Step::MojibakeRepair { .. } => "mojibake_repair",
            Step::ControlCharacters(_) => "control_characters",
            Step::Trim => "trim",
            Step::CollapseSpace => "collapse_space",
            Step::RemoveSpace => "remove_space",
            Step::Upper => "upper",
            Step::Lower => "lower",
            Step::Default(_) => "default",
            Step::FirstPresent => "first_present",
            Step::Join(_) => "join",
            Step::SplitWords => "split_words",
            Step::List => "list",
            Step::Lookup { .. } => "lookup",
            Step::Date { .. } => "date",
            Step::Country => "country",
            Step::Nationality => "nationality",
            Step::Email => "email",
            Step::Percentage(_) => "percentage",
            Step::Number(_) => "number",
            Step::Regex(_) => "regex",
            Step::Name(step) => match step.part {
                NamePart::Given => "given_names",
                NamePart::Family => "family_name",
            },
            Step::Sha256 { .. } => "sha256",
            Step::Flag => "flag",
            Step::PadDigits { .. } => "pad_digits",
            Step::FormulaLike(_) => "formula_like",
            Step::Markup(_) => "markup",
        }
    }
}

impl Step {
    /// Whether it may stand in `clean`: it makes text of text, cannot fail and looks at no other cell.
    pub(super) fn cleans(&self) -> bool {
        match self {
            Step::MojibakeRepair { .. }
            | Step::ControlCharacters(_)
            | Step::Trim
            | Step::CollapseSpace
            | Step::RemoveSpace
            | Step::Upper
            | Step::Lower
            | Step::Sha256 { .. }
            | Step::FormulaLike(_)
            | Step::Markup(_) => true,
            Step::Lookup { others, .. } => *others != Others::Fail,
            Step::Regex(pattern) => pattern.replaces(),
            Step::PadDigits { when, .. } => when.is_none(),
            Step::Default(_)
            | Step::FirstPresent
            | Step::Join(_)
            | Step::SplitWords
            | Step::List
            | Step::Date { .. }
            | Step::Country
            | Step::Nationality
            | Step::Email
            | Step::Percentage(_)
            | Step::Number(_)
            | Step::Name(_)
            | Step::Flag => false,
        }
    }

    /// Whether it can do nothing with several values.
    pub(super) fn needs_one_text(&self) -> bool {
        matches!(
            self,
            Step::Percentage(_) | Step::Number(_) | Step::Flag | Step::Name(_)
        )
    }

    /// Whether several values or one come out of it; `None` when as many as went in.
    pub(super) fn makes_list(&self) -> Option<bool> {
        match self {
            Step::List | Step::SplitWords => Some(true),
            Step::Name(step) => Some(step.part == NamePart::Given),
            Step::Join(_) | Step::FirstPresent => Some(false),
            _ => None,
        }
    }
}

/// What a lookup does with a value that is not in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// The field's `on_error` decides.
    Fail,
    /// The value stays as it is.
    Keep,
    /// The value is missing.
    LeaveOut,
}

/// What the reading of steps needs to know of the mapping around them.
pub(super) struct Context<'a> {
    /// The columns of the file.
    pub(super) columns: &'a [String],
    /// The file's name, for messages.
    pub(super) file: &'a str,
    /// The book's date format, for `date` without one.
    pub(super) date_format: Option<&'a DateFormat>,
    /// The salts the mapping names; `None` for one that could not be read, which has been told.
    pub(super) salts: &'a BTreeMap<String, Option<Salt>>,
    /// The tables the mapping names.
    pub(super) tables: &'a BTreeMap<String, BTreeMap<String, String>>,
}

impl Context<'_> {
    /// The position of a column, or a report.
    pub(super) fn column(&self, value: &Value<'_>) -> Option<usize> {
        let name = value.text()?;
        let place = self.columns.iter().position(|column| column == name);
        if place.is_none() && !self.columns.is_empty() {
            value.report_unknown(
                &format!("column of {}", self.file),
                self.columns.iter().map(String::as_str),
            );
        }
        place
    }
}

/// Every step by its name.
pub(super) const STEP_NAMES: &[&str] = &[
    "mojibake_repair",
    "control_characters",
    "trim",
    "collapse_space",
    "remove_space",
    "upper",
    "lower",
    "default",
    "first_present",
    "join",
    "split_words",
    "list",
    "lookup",
    "date",
    "country",
    "nationality",
    "email",
    "percentage",
    "number",
    "regex",
    "given_names",
    "family_name",
    "sha256",
    "flag",
    "pad_digits",
    "formula_like",
    "markup",
];

/// Reads one step: a name, or a mapping of one name to its setting.
pub(super) fn read_step(value: &Value<'_>, context: &Context<'_>) -> Option<Step> {
    if value.scalar().is_some() {
        return plain_step(value, context);
    }
    let entries = value.entries()?;
    let [(name, setting)] = entries.as_slice() else {
        value.report("a step is one name, or one name with its setting");
        return None;
    };
    let text = || setting.text().map(str::to_owned);
    Some(match name.text.as_str() {
        "mojibake_repair" => mojibake_step(setting)?,
        "control_characters" => Step::ControlCharacters(text()?),
        "formula_like" => Step::FormulaLike(text()?),
        "markup" => Step::Markup(text()?),
        "default" => Step::Default(text()?),
        "join" => Step::Join(text()?),
        "lookup" => lookup_step(setting, context)?,
        "date" => dates::date_step(setting, context)?,
        "regex" => pattern::regex_step(setting)?,
        "given_names" => names::name_step(NamePart::Given, setting)?,
        "family_name" => names::name_step(NamePart::Family, setting)?,
        "percentage" => Step::Percentage(numbers::number_format(setting)?),
        "number" => Step::Number(numbers::number_format(setting)?),
        "sha256" => sha256_step(setting, context)?,
        "pad_digits" => pad_step(setting, context)?,
        known if STEP_NAMES.contains(&known) => {
            setting.report(format!("the step \"{known}\" has no setting"));
            return None;
        }
        unknown => {
            let hint = document::suggest(unknown, STEP_NAMES.iter().copied()).map_or_else(
                || format!("the steps are {}", STEP_NAMES.join(", ")),
                |near| format!("did you mean \"{near}\"?"),
            );
            let message = format!("no step is called \"{unknown}\"");
            value
                .collector()
                .report_with_hint(value.path(), name.place, message, hint);
            return None;
        }
    })
}

fn plain_step(value: &Value<'_>, context: &Context<'_>) -> Option<Step> {
    Some(match value.text()? {
        "trim" => Step::Trim,
        "collapse_space" => Step::CollapseSpace,
        "remove_space" => Step::RemoveSpace,
        "upper" => Step::Upper,
        "lower" => Step::Lower,
        "first_present" => Step::FirstPresent,
        "split_words" => Step::SplitWords,
        "list" => Step::List,
        "country" => Step::Country,
        "nationality" => Step::Nationality,
        "email" => Step::Email,
        "percentage" => Step::Percentage(NumberFormat::default()),
        "number" => Step::Number(NumberFormat::default()),
        "flag" => Step::Flag,
        "date" => {
            let Some(format) = context.date_format else {
                value.report_with_hint(
                    "this date has no format",
                    "write date: {format: DD/MM/YYYY}, or date_format at the top of the mapping",
                );
                return None;
            };
            Step::Date {
                format: format.clone(),
                two_digit_year: None,
                future: None,
            }
        }
        known if STEP_NAMES.contains(&known) => {
            value.report(format!("the step \"{known}\" needs a setting"));
            return None;
        }
        _ => {
            value.report_unknown("step", STEP_NAMES.iter().copied());
            return None;
        }
    })
}

fn mojibake_step(setting: &Value<'_>) -> Option<Step> {
    if setting.scalar().is_some() {
        return Some(Step::MojibakeRepair {
            warn: setting.text()?.to_owned(),
            misread_as: Encoding::Windows1252,
        });
    }
    let fields = setting.fields()?;
    let warn = fields.text("warn").to_owned();
    let encodings: Vec<(&str, Encoding)> = Encoding::NAMES
        .iter()
        .filter(|(_, one)| one.may_be_misread_as())
        .copied()
        .collect();
    let misread_as = fields.one_of("misread_as", &encodings);
    fields.finish();
    Some(Step::MojibakeRepair {
        warn,
        misread_as: misread_as?,
    })
}

fn lookup_step(setting: &Value<'_>, context: &Context<'_>) -> Option<Step> {
    let fields = setting.fields()?;
    let mut values = texts_by_key(&fields.entries("values"));
    if let Some(name) = fields.optional("table") {
        let table = name.text().and_then(|text| context.tables.get(text));
        match table {
            Some(table) if values.is_empty() => values.clone_from(table),
            Some(_) => fields.report("a lookup has values or a table, one of the two"),
            None => {
                name.report_unknown("table", context.tables.keys().map(String::as_str));
                return None;
            }
        }
    }
    let others = fields.optional_one_of(
        "others",
        &[
            ("fail", Others::Fail),
            ("keep", Others::Keep),
            ("leave_out", Others::LeaveOut),
        ],
    );
    if values.is_empty() {
        fields.report("a lookup needs values, or a table that has some");
    }
    fields.finish();
    Some(Step::Lookup {
        values,
        others: others.unwrap_or(Others::Fail),
    })
}

/// The most hexadecimal digits a hash has.
const HASH_DIGITS_MAX: usize = 64;
/// Fewer hexadecimal digits of a hash would make equals of many.
const HASH_DIGITS_MIN: usize = 16;

fn sha256_step(setting: &Value<'_>, context: &Context<'_>) -> Option<Step> {
    let fields = setting.fields()?;
    let digits = fields.optional_integer("digits", HASH_DIGITS_MIN..=HASH_DIGITS_MAX);
    let salt = fields.required("salt").and_then(|value| {
        let found = context.salts.get(value.text()?);
        if found.is_none() {
            value.report_unknown("salt", context.salts.keys().map(String::as_str));
        }
        found?.clone()
    });
    fields.finish();
    Some(Step::Sha256 {
        salt: salt?,
        digits: digits.unwrap_or(HASH_DIGITS_MAX),
    })
}

fn pad_step(setting: &Value<'_>, context: &Context<'_>) -> Option<Step> {
    let fields = setting.fields()?;
    let length = fields.integer("length", 2..=30_usize);
    let warn = fields.text("warn").to_owned();
    let when = fields.optional_mapping("when").and_then(|rule| {
        let column = rule
            .required("column")
            .and_then(|column| context.column(&column));
        let country = rule.required("country").and_then(|country| {
            let code = country.text()?;
            let known = country::by_alpha3(code);
            if known.is_none() {
                let near = country::alpha3(code).map(|code| format!("write {code}"));
                let hint = near.unwrap_or_else(|| "write its alpha-3 code, such as GBR".to_owned());
                country.report_with_hint(format!("\"{code}\" is no code of a country"), hint);
            }
            Some(code.to_owned())
        });
        rule.finish();
        Some((column?, country?))
    });
    fields.finish();
    Some(Step::PadDigits { length, when, warn })
}

/// The entries of a mapping of texts.
pub(super) fn texts_by_key(entries: &[(&document::Key, Value<'_>)]) -> BTreeMap<String, String> {
    entries
        .iter()
        .filter_map(|(key, value)| Some((key.text.clone(), value.text()?.to_owned())))
        .collect()
}
