//! One row through its fields: from cells to the JSON that is sent, with reasons and warnings.

mod content;
mod event;

use jiff::civil::Date;
use serde_json::{Map, Value};
use wire::country;

use crate::mapping::{
    Cells, Field, Found, NamePart, OnError, Others, Segment, Step, Target, Template,
};
use crate::{date, names, text};
use content::Content;
pub(crate) use event::{Cleaned, Event};

/// What became of one row's fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapped {
    /// The JSON made of them.
    pub(crate) body: Value,
    /// Reasons to reject the row, each once, in the order found.
    pub(crate) rejects: Vec<String>,
    /// Warnings, each once, in the order found.
    pub(crate) warnings: Vec<String>,
}

/// The cells of one row after clean-up, and what cleaning them warned of.
pub(crate) struct Row<'a> {
    cells: &'a [String],
    rules: &'a Cells,
    as_of: Date,
    rejects: Vec<String>,
    warnings: Vec<String>,
    /// Who is told what happens; in a run, nobody.
    watch: Option<&'a mut Vec<Event>>,
}

impl<'a> Row<'a> {
    /// The day that dates are judged against.
    pub(crate) fn as_of(&self) -> Date {
        self.as_of
    }

    /// A row of a file with these rules; `as_of` is the day dates are judged against.
    pub(crate) fn new(cells: &'a [String], rules: &'a Cells, as_of: Date) -> Row<'a> {
        Row {
            cells,
            rules,
            as_of,
            rejects: Vec::new(),
            warnings: Vec::new(),
            watch: None,
        }
    }

    /// The row, telling what happens to it.
    pub(crate) fn watched(self, watch: &'a mut Vec<Event>) -> Row<'a> {
        Row {
            watch: Some(watch),
            ..self
        }
    }

    /// The cleaned text of a column; `None` when it is empty or one of its missing words.
    pub(crate) fn cell(&mut self, column: usize) -> Option<String> {
        let text = self.cells.get(column)?.clone();
        self.tell(|| Event::Cell(column, text.clone()));
        let text = self.cleaned(text).unwrap_or_default();
        let words = self.rules.missing.get(&column).into_iter().flatten();
        let mut words = words.chain(&self.rules.missing_everywhere);
        let cleaned = if text.is_empty() {
            Cleaned::Empty
        } else if words.any(|word| *word == text) {
            Cleaned::MissingWord
        } else {
            Cleaned::Present
        };
        self.tell(|| Event::Cleaned(cleaned));
        (cleaned == Cleaned::Present).then_some(text)
    }

    fn cleaned(&mut self, text: String) -> Option<String> {
        let mut value = Content::Text(text);
        let rules = self.rules;
        for step in &rules.clean {
            value = self.step(step, value).ok()?;
        }
        match value {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Makes the fields. Constants come last, and only where something else stands beside them.
    pub(crate) fn fields(self, fields: &[Field]) -> Mapped {
        self.fields_and(fields, |_| ())
    }

    /// As [`Row::fields`], and then something else of the same row.
    pub(crate) fn fields_and(
        mut self,
        fields: &[Field],
        then: impl FnOnce(&mut Row<'a>),
    ) -> Mapped {
        let mut body = Value::Object(Map::new());
        for field in fields.iter().filter(|field| field.constant.is_none()) {
            if let Some(value) = self.field(field) {
                place(&mut body, &field.to, value);
            }
        }
        let mut constants: Vec<&Field> = fields
            .iter()
            .filter(|field| field.constant.is_some())
            .collect();
        constants.sort_by_key(|field| std::cmp::Reverse(field.to.0.len()));
        for field in constants {
            let Some(value) = self.field(field) else {
                continue;
            };
            if has_parent(&body, &field.to) {
                place(&mut body, &field.to, value);
            } else {
                self.tell(|| Event::Alone);
            }
        }
        drop_gaps(&mut body);
        then(&mut self);
        Mapped {
            body,
            rejects: self.rejects,
            warnings: self.warnings,
        }
    }

    /// Does what `on_error` says, as if a field had failed.
    pub(crate) fn fail(&mut self, on_error: &OnError) {
        match on_error {
            OnError::Reject(reason) => self.reject(reason),
            OnError::Warn(reason) => self.warn(reason),
            OnError::LeaveOut => {}
        }
    }

    /// The row after `on_error`, without any fields.
    pub(crate) fn failed(mut self, on_error: &OnError) -> Mapped {
        self.fail(on_error);
        self.fields(&[])
    }

    fn field(&mut self, field: &Field) -> Option<Value> {
        self.tell(|| Event::field(field));
        self.one(field)
    }

    /// The value of a field, wherever it goes.
    pub(crate) fn one(&mut self, field: &Field) -> Option<Value> {
        let value = self.value(field);
        self.tell(|| Event::Made(value.clone()));
        value
    }

    fn value(&mut self, field: &Field) -> Option<Value> {
        let mut content = match (&field.constant, &field.template) {
            (Some(constant), _) => Content::Text(constant.clone()),
            (None, Some(template)) => self.filled(template),
            (None, None) => self.columns(&field.from),
        };
        for step in &field.steps {
            match self.step(step, content) {
                Ok(next) => content = next,
                Err(Failed::Value) => {
                    self.fail(&field.on_error);
                    if !matches!(field.on_error, OnError::Reject(_)) {
                        self.miss(field);
                    }
                    return None;
                }
                Err(Failed::Told) => return None,
            }
        }
        let value = content.into_json();
        if value.is_none() {
            self.miss(field);
        }
        value
    }

    /// Says what is to be said of a field without a value.
    fn miss(&mut self, field: &Field) {
        if let Some(reason) = &field.required {
            self.reject(reason);
        }
        if let Some(reason) = &field.wanted {
            self.warn(reason);
        }
    }

    fn filled(&mut self, template: &Template) -> Content {
        let text = template.fill(|column| self.cell(column));
        self.tell(|| Event::Step("template", text.clone().map(Value::String)));
        text.map_or(Content::Missing, Content::Text)
    }

    fn columns(&mut self, columns: &[usize]) -> Content {
        if let [column] = columns {
            return self.cell(*column).map_or(Content::Missing, Content::Text);
        }
        Content::list(
            columns
                .iter()
                .filter_map(|column| self.cell(*column))
                .collect(),
        )
    }

    fn step(&mut self, step: &Step, content: Content) -> Result<Content, Failed> {
        let outcome = self.apply(step, content).map(Content::settled);
        self.tell(|| match &outcome {
            Ok(content) => Event::Step(step.name(), content.clone().into_json()),
            Err(_) => Event::Stuck(step.name()),
        });
        outcome
    }

    fn apply(&mut self, step: &Step, content: Content) -> Result<Content, Failed> {
        Ok(match (step, content) {
            (Step::Default(text), Content::Missing) => Content::Text(text.clone()),
            (_, Content::Missing) => Content::Missing,
            (Step::Default(_), content) => content,
            (Step::Join(between), Content::List(texts)) => Content::Text(texts.join(between)),
            (Step::FirstPresent, Content::List(texts)) => texts
                .into_iter()
                .next()
                .map_or(Content::Missing, Content::Text),
            (Step::SplitWords, Content::Text(text)) => {
                Content::list(text.split_whitespace().map(str::to_owned).collect())
            }
            (Step::List, Content::Text(text)) => Content::List(vec![text]),
            (Step::Join(_) | Step::FirstPresent | Step::SplitWords | Step::List, content) => {
                content
            }
            (Step::Name(step), Content::Text(text)) => {
                let words = names::part(&text, step).ok_or(Failed::Value)?;
                match step.part {
                    NamePart::Given => Content::list(words),
                    NamePart::Family => Content::Text(words.join(" ")),
                }
            }
            (step, Content::Text(text)) => self.apply_to_text(step, text)?,
            (step, Content::List(texts)) => {
                let made = texts.into_iter();
                let made = made.map(|text| self.apply_to_text(step, text));
                Content::of_all(made.collect::<Result<Vec<Content>, Failed>>()?)
            }
            (_, done @ Content::Json(_)) => done,
        })
    }

    fn apply_to_text(&mut self, step: &Step, text: String) -> Result<Content, Failed> {
        let alpha3 = |found: Option<&country::Country>| {
            found
                .map(|country| country.alpha3.to_owned())
                .ok_or(Failed::Value)
        };
        let text = match step {
            Step::MojibakeRepair { warn, misread_as } => {
                self.changed(text::repair_mojibake(&text, *misread_as), text, warn)
            }
            Step::ControlCharacters(warning) => {
                self.changed(text::remove_controls(&text), text, warning)
            }
            Step::Trim => text.trim().to_owned(),
            Step::CollapseSpace => text::collapse_space(&text),
            Step::RemoveSpace => text.chars().filter(|c| !c.is_whitespace()).collect(),
            Step::Upper => text.to_uppercase(),
            Step::Lower => text.to_lowercase(),
            Step::Lookup { values, others } => match (values.get(&text), others) {
                (Some(value), _) => value.clone(),
                (None, Others::Keep) => text,
                (None, Others::LeaveOut) => return Ok(Content::Missing),
                (None, Others::Fail) => return Err(Failed::Value),
            },
            Step::Country => alpha3(country::find(&text))?,
            Step::Nationality => alpha3(country::nationality(&text))?,
            Step::Email if text::is_email(&text) => text,
            Step::Email => return Err(Failed::Value),
            Step::FormulaLike(warning) => {
                self.warn_if(text::is_formula_like(&text), warning);
                text
            }
            Step::Markup(warning) => {
                self.warn_if(text::has_markup(&text), warning);
                text
            }
            Step::Percentage(format) => return number(text::percentage_in(&text, *format)),
            Step::Number(format) => return number(text::decimal_in(&text, *format)),
            Step::Regex(pattern) => match pattern.apply(&text) {
                Found::Text(text) => text,
                Found::Nothing => return Ok(Content::Missing),
                Found::Missed => return Err(Failed::Value),
            },
            Step::Sha256 { salt, digits } => salt.hash(&text)[..*digits].to_owned(),
            Step::Flag => match text.as_str() {
                "true" => return Ok(Content::Json(Value::Bool(true))),
                "false" => return Ok(Content::Json(Value::Bool(false))),
                _ => return Err(Failed::Value),
            },
            Step::Date { .. } => self.date(step, &text)?,
            Step::PadDigits { .. } => self.padded(step, text),
            Step::Default(_)
            | Step::FirstPresent
            | Step::Join(_)
            | Step::SplitWords
            | Step::Name(_)
            | Step::List => text,
        };
        Ok(Content::Text(text))
    }

    fn date(&mut self, step: &Step, text: &str) -> Result<String, Failed> {
        let Step::Date {
            format,
            two_digit_year,
            future,
        } = step
        else {
            return Err(Failed::Value);
        };
        let mut found = date::parse(text, format);
        if let (None, Some(rule)) = (found, two_digit_year) {
            let adult_on = self
                .cell(rule.adult_on)
                .and_then(|text| date::parse(&text, format));
            found = date::parse_two_digit_year(text, format, adult_on.unwrap_or(self.as_of));
            self.warn_if(found.is_some(), &rule.warn);
        }
        let found = found.ok_or(Failed::Value)?;
        if let (true, Some(reason)) = (found > self.as_of, future) {
            self.reject(reason);
            return Err(Failed::Told);
        }
        Ok(found.to_string())
    }

    fn padded(&mut self, step: &Step, text: String) -> String {
        let Step::PadDigits { length, when, warn } = step else {
            return text;
        };
        let applies = when.as_ref().is_none_or(|(column, wanted)| {
            let named = self.cell(*column);
            named.as_deref().and_then(country::alpha3) == Some(wanted.as_str())
        });
        let is_short = text.len() < *length && text.bytes().all(|byte| byte.is_ascii_digit());
        if !applies || !is_short {
            return text;
        }
        self.warn(warn);
        format!("{text:0>length$}")
    }

    fn changed(&mut self, changed: Option<String>, text: String, warning: &str) -> String {
        self.warn_if(changed.is_some(), warning);
        changed.unwrap_or(text)
    }

    fn warn_if(&mut self, condition: bool, warning: &str) {
        if condition {
            self.warn(warning);
        }
    }

    fn reject(&mut self, reason: &str) {
        add(&mut self.rejects, reason);
        self.tell(|| Event::Reason(OnError::Reject(reason.to_owned())));
    }

    /// Warns of the row.
    pub(crate) fn warn(&mut self, warning: &str) {
        add(&mut self.warnings, warning);
        self.tell(|| Event::Reason(OnError::Warn(warning.to_owned())));
    }

    /// Tells what happened, if anybody watches.
    pub(crate) fn tell(&mut self, event: impl FnOnce() -> Event) {
        if let Some(watch) = &mut self.watch {
            watch.push(event());
        }
    }
}

/// Why a step stopped a field.
enum Failed {
    /// The value cannot be read; the field's `on_error` decides.
    Value,
    /// The reason was given already.
    Told,
}

fn number(found: Option<f64>) -> Result<Content, Failed> {
    let number = found
        .and_then(serde_json::Number::from_f64)
        .ok_or(Failed::Value)?;
    Ok(Content::Json(Value::Number(number)))
}

/// Adds a reason unless it is there.
pub(crate) fn add(reasons: &mut Vec<String>, reason: &str) {
    if !reasons.iter().any(|have| have == reason) {
        reasons.push(reason.to_owned());
    }
}

fn place(body: &mut Value, target: &Target, value: Value) {
    let mut at = body;
    for segment in &target.0 {
        at = match segment {
            Segment::Key(name) => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                &mut at[name.as_str()]
            }
            Segment::Index(index) => {
                if !at.is_array() {
                    *at = Value::Array(Vec::new());
                }
                let Value::Array(items) = at else { return };
                while items.len() <= *index {
                    items.push(Value::Null);
                }
                &mut items[*index]
            }
        };
    }
    *at = value;
}

/// Removes the gaps of lists whose earlier entries have no value.
fn drop_gaps(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(drop_gaps);
        }
        Value::Object(entries) => entries.values_mut().for_each(drop_gaps),
        _ => {}
    }
}

fn has_parent(body: &Value, target: &Target) -> bool {
    let Some((_, parents)) = target.0.split_last() else {
        return false;
    };
    let mut at = Some(body);
    for segment in parents {
        at = at.and_then(|value| match segment {
            Segment::Key(name) => value.get(name.as_str()),
            Segment::Index(index) => value.get(index),
        });
    }
    at.is_some_and(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::{
        DateFormat, Encoding, NameOrder, NameStep, NumberFormat, Origin, Pattern, Salt,
        TwoDigitYear,
    };

    /// One field over the columns `a;b`, told as `value [rejects] [warnings]`.
    fn told(cells: &str, columns: &[usize], steps: Vec<Step>) -> String {
        let cells: Vec<String> = cells.split(';').map(str::to_owned).collect();
        let rules = Cells {
            clean: vec![Step::Trim],
            ..Cells::default()
        };
        let field = Field {
            to: Target::parse("x").expect("a path"),
            origin: Origin::default(),
            from: columns.to_vec(),
            template: None,
            constant: None,
            steps,
            required: Some("missing".to_owned()),
            wanted: None,
            on_error: OnError::Reject("wrong".to_owned()),
        };
        let as_of = "2025-06-30".parse().expect("a date");
        let mapped = Row::new(&cells, &rules, as_of).fields(&[field]);
        format!(
            "{} {:?} {:?}",
            mapped.body["x"], mapped.rejects, mapped.warnings
        )
    }

    #[track_caller]
    fn check(step: &Step, cells: &str, expected: &str) {
        let found = told(cells, &[0], vec![step.clone()]);
        assert_eq!(found, expected, "{step:?} of {cells:?}");
    }

    #[test]
    fn text_steps_change_text() {
        check(&Step::Upper, "straße", r#""STRASSE" [] []"#);
        check(&Step::Lower, "ÀB", r#""àb" [] []"#);
        check(&Step::RemoveSpace, " 0 1\u{a0}2 ", r#""012" [] []"#);
        check(&Step::CollapseSpace, "a \t b", r#""a b" [] []"#);
        check(&Step::Default("z".into()), "", r#""z" [] []"#);
        check(&Step::Default("z".into()), "a", r#""a" [] []"#);
        check(&Step::Upper, "\u{a0}", r#"null ["missing"] []"#);
    }

    #[test]
    fn checks_fail_as_the_field_says() {
        check(&Step::Country, "u.k.", r#""GBR" [] []"#);
        check(&Step::Country, "NA", r#""NAM" [] []"#);
        check(&Step::Country, "Ruritania", r#"null ["wrong"] []"#);
        check(&Step::Country, "British", r#"null ["wrong"] []"#);
        check(&Step::Nationality, "British", r#""GBR" [] []"#);
        check(&Step::Email, "a@b", r#"null ["wrong"] []"#);
        let percentage = Step::Percentage(NumberFormat::default());
        check(&percentage, "51%", "51.0 [] []");
        check(&percentage, "-5", r#"null ["wrong"] []"#);
        check(&Step::Flag, "true", "true [] []");
        check(&Step::Flag, "yes", r#"null ["wrong"] []"#);
    }

    #[test]
    fn a_field_that_is_required_is_missing_after_an_error_too() {
        let outcome = |on_error: OnError| {
            let field = Field {
                to: Target::parse("x").expect("a path"),
                origin: Origin::default(),
                from: vec![0],
                template: None,
                constant: None,
                steps: vec![Step::Country],
                required: Some("missing".to_owned()),
                wanted: None,
                on_error,
            };
            let (cells, rules) = (["Ruritania".to_owned()], Cells::default());
            let as_of = "2025-06-30".parse().expect("a date");
            let mapped = Row::new(&cells, &rules, as_of).fields(&[field]);
            format!("{:?} {:?}", mapped.rejects, mapped.warnings)
        };
        let warned = outcome(OnError::Warn("odd".to_owned()));
        assert_eq!(warned, r#"["missing"] ["odd"]"#);
        assert_eq!(outcome(OnError::LeaveOut), r#"["missing"] []"#);
        let rejected = outcome(OnError::Reject("wrong".to_owned()));
        assert_eq!(rejected, r#"["wrong"] []"#);
    }

    #[test]
    fn warnings_leave_the_text_as_it_is_or_mend_it() {
        check(&Step::FormulaLike("f".into()), "=1", r#""=1" [] ["f"]"#);
        check(
            &Step::Markup("m".into()),
            "<b>x</b>",
            r#""<b>x</b>" [] ["m"]"#,
        );
        check(
            &Step::MojibakeRepair {
                warn: "r".into(),
                misread_as: Encoding::Windows1252,
            },
            "MÃ¼ller",
            r#""Müller" [] ["r"]"#,
        );
        check(
            &Step::ControlCharacters("c".into()),
            "a\0b",
            r#""ab" [] ["c"]"#,
        );
        let pad = |country: &str| Step::PadDigits {
            length: 8,
            when: Some((1, country.to_owned())),
            warn: "p".into(),
        };
        check(&pad("GBR"), "9163779;UK", r#""09163779" [] ["p"]"#);
        check(&pad("GBR"), "9163779;FR", r#""9163779" [] []"#);
        check(&pad("GBR"), "OC22183;UK", r#""OC22183" [] []"#);
        check(&pad("GBR"), "09163779;UK", r#""09163779" [] []"#);
    }

    #[test]
    fn patterns_replace_or_capture() {
        let replace = |find, with| Step::Regex(Pattern::of(find, Some(with), 0));
        check(&replace("^0+", ""), "0042", r#""42" [] []"#);
        check(&replace("^0+", ""), "42", r#""42" [] []"#);
        check(&replace("^0+$", ""), "000", r#"null ["missing"] []"#);
        check(&replace(r"(\w+) (\w+)", "$2 $1"), "a b", r#""b a" [] []"#);
        let capture = |find, group| Step::Regex(Pattern::of(find, None, group));
        check(&capture(r"\((.+)\)", 1), "x (y)", r#""y" [] []"#);
        check(&capture(r"\((.+)\)", 1), "x", r#"null ["wrong"] []"#);
        check(&capture(r"x(y)?", 1), "x", r#"null ["missing"] []"#);
    }

    #[test]
    fn names_come_apart_and_hashes_hide() {
        let name = |part| {
            Step::Name(NameStep {
                part,
                order: NameOrder::LastCommaFirst,
                particles: [].into(),
            })
        };
        check(
            &name(NamePart::Given),
            "Byron, Augusta Ada",
            r#"["Augusta","Ada"] [] []"#,
        );
        check(
            &name(NamePart::Family),
            "Byron, Augusta Ada",
            r#""Byron" [] []"#,
        );
        check(&name(NamePart::Family), "Byron", r#"null ["wrong"] []"#);
        // RFC 4231, case 2.
        let hash = Step::Sha256 {
            salt: Salt::of("Jefe"),
            digits: 32,
        };
        let expected = r#""5bdcc146bf60754e6a042426089575c7" [] []"#;
        check(&hash, "what do ya want for nothing?", expected);
    }

    #[test]
    fn lookups_fail_keep_or_leave_out() {
        let lookup = |others| Step::Lookup {
            values: [("M".to_owned(), "male".to_owned())].into(),
            others,
        };
        check(&lookup(Others::Fail), "M", r#""male" [] []"#);
        check(&lookup(Others::Fail), "U", r#"null ["wrong"] []"#);
        check(&lookup(Others::Keep), "U", r#""U" [] []"#);
        check(&lookup(Others::LeaveOut), "U", r#"null ["missing"] []"#);
    }

    #[test]
    fn dates_are_judged_against_the_day_of_the_export() {
        let date = || Step::Date {
            format: DateFormat::parse("DD/MM/YYYY").expect("a format"),
            two_digit_year: Some(TwoDigitYear {
                adult_on: 1,
                warn: "two".into(),
            }),
            future: Some("future".into()),
        };
        check(&date(), "30/06/2025", r#""2025-06-30" [] []"#);
        check(&date(), "01/07/2025", r#"null ["future"] []"#);
        check(&date(), "31/02/1999", r#"null ["wrong"] []"#);
        check(&date(), "13/12/38;05/03/2013", r#""1938-12-13" [] ["two"]"#);
        check(&date(), "31/02/99;05/03/2013", r#"null ["wrong"] []"#);
    }

    #[test]
    fn several_columns_become_a_list_or_one_text() {
        let join = || Step::Join(" ".into());
        let zeros = || Step::Regex(Pattern::of("^0+", Some(""), 0));
        let number = Step::Number(NumberFormat::default());
        for (cells, steps, expected) in [
            ("Ann Mary;Lee", vec![join()], r#""Ann Mary Lee" [] []"#),
            (
                "Ann Mary;Lee",
                vec![join(), Step::SplitWords],
                r#"["Ann","Mary","Lee"] [] []"#,
            ),
            ("Ann;", vec![join()], r#""Ann" [] []"#),
            (";", vec![join()], r#"null ["missing"] []"#),
            (";Lee", vec![Step::FirstPresent], r#""Lee" [] []"#),
            ("a;b", vec![], r#"["a","b"] [] []"#),
            ("a;b", vec![Step::Upper], r#"["A","B"] [] []"#),
            // What a step leaves nothing of is missing, as an empty cell is.
            ("000;7", vec![zeros(), Step::FirstPresent], r#""7" [] []"#),
            ("000;7", vec![zeros(), join()], r#""7" [] []"#),
            (
                "000;0",
                vec![zeros(), Step::Default("z".into())],
                r#""z" [] []"#,
            ),
            ("1;2", vec![number], "[1.0,2.0] [] []"),
        ] {
            assert_eq!(told(cells, &[0, 1], steps), expected, "{cells}");
        }
        assert_eq!(told("a", &[0], vec![Step::List]), r#"["a"] [] []"#);
    }

    #[test]
    fn lists_have_no_gaps_and_constants_need_company() {
        let rules = Cells::default();
        let field = |to: &str, from: Vec<usize>, constant: Option<&str>| Field {
            to: Target::parse(to).expect("a path"),
            origin: Origin::default(),
            from,
            template: None,
            constant: constant.map(str::to_owned),
            steps: Vec::new(),
            required: None,
            wanted: None,
            on_error: OnError::LeaveOut,
        };
        let fields = [
            field("list[0].type", vec![], Some("t")),
            field("list[0].name", vec![0], None),
            field("list[1].type", vec![], Some("t")),
            field("list[1].name", vec![1], None),
        ];
        let cells = [String::new(), "b".to_owned()];
        let as_of = "2025-06-30".parse().expect("a date");
        let mapped = Row::new(&cells, &rules, as_of).fields(&fields);
        assert_eq!(
            mapped.body.to_string(),
            r#"{"list":[{"name":"b","type":"t"}]}"#
        );
    }

    #[test]
    fn a_path_has_names_and_small_indexes() {
        for path in ["a", "a.b_c", "a[0].b", "a[0][99]"] {
            assert!(Target::parse(path).is_some(), "{path}");
        }
        for path in [
            "", ".", "a.", "a..b", "[0]", "a[x]", "a[-1]", "a[100]", "a[0]b", "a b",
        ] {
            assert!(Target::parse(path).is_none(), "{path}");
        }
    }
}
