//! What was made of cells, step by step.

use serde_json::Value;

use crate::mapping::OnError;
use crate::row::{Cleaned, Event};

/// How one field was made, or something else of the row.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    /// The target path, or what else it is.
    pub(super) to: String,
    /// It is part of the JSON.
    pub(super) is_field: bool,
    /// What happened, in order.
    pub(super) lines: Vec<Line>,
    /// What came of it.
    pub(super) end: End,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// A cell of this column, as it is written.
    Cell(String, String),
    /// A word of this column that means nothing.
    MissingWord(String),
    /// The value is this one.
    Constant(String),
    /// A step with what it made.
    Step(&'static str, After),
    /// A reason that was given.
    Reason(OnError),
}

/// What a step made.
#[derive(Clone, Debug)]
pub(super) enum After {
    Value(Value),
    Same,
    Nothing,
    Unreadable,
}

/// What came of a field.
#[derive(Clone, Debug)]
pub(super) enum End {
    Value(Value),
    /// Nothing, for this reason.
    Reason(OnError),
    /// Nothing was in its cells.
    Nothing,
    /// A constant without anything beside it.
    Alone,
}

/// The passages that these events tell of.
pub(super) fn of(events: Vec<Event>, columns: &[String]) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut telling = Telling::default();
    for event in events {
        match event {
            Event::Field { to, constant } => passages.push(telling.begin(to, true, constant)),
            Event::Aside(what) => passages.push(telling.begin(what.to_owned(), false, None)),
            event => {
                if let Some(passage) = passages.last_mut() {
                    telling.go_on(passage, event, columns);
                }
            }
        }
    }
    passages
}

/// What is to be remembered from one event to the next.
#[derive(Default)]
struct Telling {
    /// The cell that is being cleaned: its column, and its value so far.
    cell: Option<(String, Value)>,
    /// The cells the field has so far that have something in them, and all of them.
    cells: (usize, usize),
    /// A step of the field itself was done.
    has_stepped: bool,
    /// The value of the field before its next step, null where it has none, if it is known.
    before: Option<Value>,
    /// Reasons whose step is still to be told.
    reasons: Vec<OnError>,
}

impl Telling {
    fn begin(&mut self, to: String, is_field: bool, constant: Option<String>) -> Passage {
        *self = Telling::default();
        self.before = constant.clone().map(Value::String);
        Passage {
            to,
            is_field,
            lines: constant.map(Line::Constant).into_iter().collect(),
            end: End::Nothing,
        }
    }

    fn go_on(&mut self, passage: &mut Passage, event: Event, columns: &[String]) {
        match event {
            Event::Cell(column, text) => {
                let name = columns.get(column).cloned().unwrap_or_default();
                let value = (!text.is_empty()).then(|| Value::String(text.clone()));
                let value = value.unwrap_or_default();
                passage.lines.push(Line::Cell(name.clone(), text));
                self.cell = Some((name, value));
            }
            Event::Cleaned(cleaned) => self.cleaned(passage, cleaned),
            Event::Step(name, value) => self.stepped(passage, name, value),
            Event::Stuck(name) => passage.lines.push(Line::Step(name, After::Unreadable)),
            Event::Reason(reason) => self.reasons.push(reason),
            Event::Made(value) => self.made(passage, value),
            Event::Alone => passage.end = End::Alone,
            Event::Field { .. } | Event::Aside(_) => {}
        }
    }

    fn cleaned(&mut self, passage: &mut Passage, cleaned: Cleaned) {
        let Some((column, value)) = self.cell.take() else {
            return;
        };
        if cleaned == Cleaned::MissingWord {
            passage.lines.push(Line::MissingWord(column));
        }
        self.cells.0 += usize::from(cleaned == Cleaned::Present);
        self.cells.1 += 1;
        if !self.has_stepped {
            self.before = match self.cells {
                (0, _) => Some(Value::Null),
                (1, 1) => Some(value),
                _ => None,
            };
        }
    }

    fn stepped(&mut self, passage: &mut Passage, name: &'static str, value: Option<Value>) {
        let value = value.unwrap_or_default();
        let before = self.before(value.clone());
        let is_same = before.as_ref() == Some(&value);
        // Nothing passes every step, and most cells are clean.
        let is_silent =
            is_same && (self.cell.is_some() || value.is_null()) && self.reasons.is_empty();
        if !is_silent {
            let after = match value {
                _ if is_same => After::Same,
                Value::Null => After::Nothing,
                value => After::Value(value),
            };
            passage.lines.push(Line::Step(name, after));
        }
        passage
            .lines
            .extend(self.reasons.drain(..).map(Line::Reason));
    }

    /// The value before a step that makes it this one.
    fn before(&mut self, value: Value) -> Option<Value> {
        if let Some((_, before)) = &mut self.cell {
            return Some(std::mem::replace(before, value));
        }
        self.has_stepped = true;
        self.before.replace(value)
    }

    fn made(&mut self, passage: &mut Passage, value: Option<Value>) {
        passage.end = match (value, self.reasons.pop()) {
            (Some(value), reason) => {
                self.reasons.extend(reason);
                End::Value(value)
            }
            (None, Some(reason)) => End::Reason(reason),
            (None, None) => End::Nothing,
        };
        passage
            .lines
            .extend(self.reasons.drain(..).map(Line::Reason));
    }
}
