//! What steps make of a client's values.

use serde_json::Value;

use super::find::client_map;
use super::make_client;
use super::passage::{self, After, Line};
use crate::book::Client;
use crate::mapping::Step;
use crate::{Book, Error};

/// One step that changed a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The step, as the mapping writes it.
    pub(crate) step: &'static str,
    /// The field that was made.
    pub(crate) field: String,
    /// The value before, as JSON or as the cell has it.
    pub(crate) before: String,
    /// The value after; `None` when there is none.
    pub(crate) after: Option<String>,
}

/// Steps that only warn.
const SILENT_STEPS: [&str; 2] = ["formula_like", "markup"];

/// Every change that the mapping makes to a client's values, in order.
///
/// Errors: as [`Kept::get`](crate::book::Kept::get).
pub(crate) fn of(book: &Book, client: &Client) -> Result<Vec<Change>, Error> {
    let Some(map) = client_map(&book.mapping, client.entity) else {
        return Ok(Vec::new());
    };
    let columns = &book.mapping.sources[client.row.source].columns;
    let cells = client.row.record.cells.get()?;
    let mut events = Vec::new();
    make_client(
        (map, &book.mapping),
        &cells,
        book.mapping.as_of,
        &mut events,
    );
    let mut changes = Vec::new();
    for passage in passage::of(events, columns) {
        let field = map.fields.iter().find(|it| it.to.to_string() == passage.to);
        let Some(field) = field else { continue };
        let mut value = InTheMaking {
            columns: field
                .from
                .iter()
                .map(|place| columns[*place].as_str())
                .collect(),
            clean: map.cells.clean.iter().map(Step::name).collect(),
            ..InTheMaking::default()
        };
        for line in passage.lines {
            value.go_on(line, &passage.to, &mut changes);
        }
    }
    Ok(changes)
}

/// A field's value between two steps.
#[derive(Default)]
struct InTheMaking<'a> {
    /// The columns the field is made of.
    columns: Vec<&'a str>,
    /// The steps that clean every cell.
    clean: Vec<&'static str>,
    /// Its cells so far, those with something in them.
    cells: Vec<String>,
    /// The value after the last step of the field itself.
    after: Option<String>,
    /// The cell at hand only helps a step to decide.
    is_aside: bool,
}

impl InTheMaking<'_> {
    fn go_on(&mut self, line: Line, field: &str, changes: &mut Vec<Change>) {
        match line {
            Line::Cell(column, cell) => {
                self.is_aside = !self.columns.contains(&column.as_str());
                if !self.is_aside && !cell.is_empty() {
                    self.cells.push(cell);
                }
            }
            Line::Step(step, after) => {
                let is_of_cell = self.clean.contains(&step) && self.after.is_none();
                if self.is_aside && self.clean.contains(&step) {
                    return;
                }
                self.is_aside = false;
                let after = match after {
                    After::Value(value) => Some(told(&value)),
                    After::Nothing => None,
                    After::Same | After::Unreadable => return,
                };
                let before = match (&self.after, is_of_cell) {
                    (Some(before), _) => before.clone(),
                    (None, true) => self.cells.last().cloned().unwrap_or_default(),
                    (None, false) => self.cells.join(" + "),
                };
                if !SILENT_STEPS.contains(&step) && after.as_ref() != Some(&before) {
                    changes.push(Change {
                        step,
                        field: field.to_owned(),
                        before,
                        after: after.clone(),
                    });
                }
                match (is_of_cell, self.cells.last_mut(), after) {
                    (true, Some(cell), Some(after)) => *cell = after,
                    (true, _, _) => {}
                    (false, _, after) => self.after = after,
                }
            }
            Line::Constant(_) | Line::MissingWord(_) | Line::Reason(_) => {}
        }
    }
}

fn told(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
