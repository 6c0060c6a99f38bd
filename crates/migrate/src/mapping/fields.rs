//! Reading what all parts of a mapping have in common: cells, fields, targets.

use std::collections::BTreeMap;

use document::Fields;

use super::steps::{Context, Step, read_step};
use super::targets::{self, Body};
use super::template::read_template;
use super::{Cells, Field, OnError, Origin, Segment, Target, Template};

/// The highest index a target path may have.
const TARGET_INDEX_MAX: usize = 99;

/// What stands in `missing` for every column.
const EVERY_COLUMN: &str = "*";

/// Clean-up and missing words of a file's cells.
pub(super) fn cells(fields: &Fields<'_>, context: &Context<'_>) -> Cells {
    let clean = fields
        .list("clean")
        .iter()
        .filter_map(|value| {
            let step = read_step(value, context)?;
            if !step.cleans() {
                let message = format!(
                    "the step \"{}\" is none for every cell: it can fail, or makes more than text",
                    step.name()
                );
                value.report_with_hint(message, "put it into the steps of the fields that need it");
            }
            Some(step)
        })
        .collect();
    let mut missing = BTreeMap::new();
    let mut missing_everywhere = Vec::new();
    for (column, words) in fields.entries("missing") {
        let words = words
            .texts()
            .unwrap_or_default()
            .into_iter()
            .map(str::to_owned)
            .collect();
        match context.columns.iter().position(|have| *have == column.text) {
            Some(place) => {
                missing.insert(place, words);
            }
            None if column.text == EVERY_COLUMN => missing_everywhere = words,
            None if context.columns.is_empty() => {}
            None => {
                let message = format!(
                    "no column of {} is called \"{}\"",
                    context.file, column.text
                );
                let path = format!("{}.missing", fields.path());
                fields.collector().report(&path, column.place, message);
            }
        }
    }
    Cells {
        clean,
        missing,
        missing_everywhere,
    }
}

/// The steps of a field. `is_list` says whether it begins with several values.
fn steps(fields: &Fields<'_>, mut is_list: bool, context: &Context<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for value in fields.list("steps") {
        let Some(step) = read_step(&value, context) else {
            continue;
        };
        if is_list && step.needs_one_text() {
            let message = format!(
                "the step \"{}\" takes one value, and here are several",
                step.name()
            );
            let hint = "put first_present or join before it, or make the field of one column";
            value.report_with_hint(message, hint);
        }
        is_list = step.makes_list().unwrap_or(is_list);
        steps.push(step);
    }
    steps
}

/// The target fields under a key, which are sent as this body.
pub(super) fn read_fields(
    fields: &Fields<'_>,
    key: &str,
    context: &Context<'_>,
    body: Body<'_>,
) -> Vec<Field> {
    let mut read: Vec<Field> = Vec::new();
    for value in fields.list(key) {
        let Some(field) = value
            .fields()
            .and_then(|fields| read_field(fields, context, body))
        else {
            continue;
        };
        if let Some(before) = read.iter().find(|before| before.to == field.to) {
            let message = format!(
                "{} is the target of line {} too: one of the two values would be lost",
                field.to, before.origin.place.line
            );
            let hint =
                "make one field of several columns with from: [FIRST, SECOND], or take one away";
            let collector = fields.collector();
            collector.report_with_hint(&field.origin.path, field.origin.place, message, hint);
        }
        read.push(field);
    }
    read
}

fn read_field(fields: Fields<'_>, context: &Context<'_>, body: Body<'_>) -> Option<Field> {
    let to = fields.required("to").and_then(|value| {
        let target = Target::parse(value.text()?);
        match &target {
            Some(target) => targets::check(&value, target, body),
            None => value.report_with_hint(
                "this is no path",
                "write names with dots between them, such as collected_data.address_history[0]",
            ),
        }
        Some((target?, Origin::of(&value)))
    });
    let named = to.as_ref().map(|(to, _)| to.last_name());
    let made = read_value(&fields, context, &named.unwrap_or_default());
    fields.finish();
    let (to, origin) = to?;
    Some(Field { to, origin, ..made })
}

/// What a field is made of, and how; where it goes is for the caller to say.
pub(super) fn read_value(fields: &Fields<'_>, context: &Context<'_>, name: &str) -> Field {
    let from: Vec<usize> = fields
        .optional("from")
        .map(|value| {
            let columns = if value.scalar().is_some() {
                vec![value]
            } else {
                value.list().unwrap_or_default()
            };
            columns
                .iter()
                .filter_map(|column| context.column(column))
                .collect()
        })
        .unwrap_or_default();
    let template = fields.optional("template");
    let constant = fields.optional_text("constant").map(str::to_owned);
    match [fields.has("from"), template.is_some(), constant.is_some()] {
        [true, false, false] | [false, true, false] | [false, false, true] => {}
        [_, false, _] => {
            fields.report("a field is made from columns or is a constant, one of the two");
        }
        _ => fields.report(
            "a field is made from columns, by a template or is a constant, one of the three",
        ),
    }
    let template = template.and_then(|value| read_template(&value, context));
    let steps = steps(fields, from.len() > 1, context);
    let required = fields.optional_text("required").map(str::to_owned);
    let wanted = fields.optional_text("wanted").map(str::to_owned);
    if required.is_some() && wanted.is_some() {
        fields.report("a field is required (its row is rejected without it) or wanted (it warns), one of the two");
    }
    let on_error = on_error(fields, || format!("invalid_value:{name}"));
    Field {
        to: Target(Vec::new()),
        origin: Origin::default(),
        from: template.as_ref().map_or(from, Template::columns),
        template,
        constant,
        steps,
        required,
        wanted,
        on_error,
    }
}

/// `on_error: reject CODE`, `warn CODE` or `leave_out`; `reject` with the standard code unless said.
pub(super) fn on_error(fields: &Fields<'_>, standard: impl FnOnce() -> String) -> OnError {
    let Some(value) = fields.optional("on_error") else {
        return OnError::Reject(standard());
    };
    let words: Vec<&str> = value
        .text()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    match words.as_slice() {
        ["reject", code] => OnError::Reject((*code).to_owned()),
        ["warn", code] => OnError::Warn((*code).to_owned()),
        ["leave_out"] => OnError::LeaveOut,
        _ => {
            value.report_with_hint(
                "this does not say what to do with a wrong value",
                "write reject CODE, warn CODE or leave_out",
            );
            OnError::LeaveOut
        }
    }
}

impl Target {
    /// Reads a path such as `collected_data.address_history[0].address.county`.
    pub fn parse(text: &str) -> Option<Target> {
        let mut segments = Vec::new();
        for part in text.split('.') {
            let (name, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(fits) {
                return None;
            }
            segments.push(Segment::Key(name.to_owned()));
            while let Some(after) = rest.strip_prefix('[') {
                let (index, left) = after.split_once(']')?;
                let index = index
                    .parse()
                    .ok()
                    .filter(|index| *index <= TARGET_INDEX_MAX)?;
                segments.push(Segment::Index(index));
                rest = left;
            }
            if !rest.is_empty() {
                return None;
            }
        }
        Some(Target(segments))
    }

    /// The last name of the path, for default reasons.
    pub fn last_name(&self) -> String {
        let name = self.0.iter().rev().find_map(|segment| match segment {
            Segment::Key(name) => Some(name.clone()),
            Segment::Index(_) => None,
        });
        name.unwrap_or_default()
    }
}
