//! What happens to the cells of a row on their way to its fields, told to whoever watches the row.
//!
//! A field is told as [`Event::Field`], the cells it is made of (each [`Event::Cell`], its clean-up,
//! [`Event::Cleaned`]), its steps, and [`Event::Made`]. What else is made of cells, such as the
//! reference of the row, is begun by [`Event::Aside`] instead.

use serde_json::Value;

use crate::mapping::{Field, OnError};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    /// A field is begun.
    Field {
        /// Its target path.
        to: String,
        /// Its value, where it is a constant.
        constant: Option<String>,
    },
    /// Something that is no field is begun.
    Aside(&'static str),
    /// A cell of this column is looked at.
    Cell(usize, String),
    /// A cell is clean.
    Cleaned(Cleaned),
    /// A step was done, with the value after it.
    Step(&'static str, Option<Value>),
    /// A step cannot read the value.
    Stuck(&'static str),
    /// A reason was given.
    Reason(OnError),
    /// A field has this value, or none.
    Made(Option<Value>),
    /// A constant is left out, since nothing stands beside it.
    Alone,
}

/// What a cell came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cleaned {
    /// There is something in it.
    Present,
    /// There is nothing in it.
    Empty,
    /// It has one of the words that mean nothing.
    MissingWord,
}

impl Event {
    pub(super) fn field(field: &Field) -> Event {
        Event::Field {
            to: field.to.to_string(),
            constant: field.constant.clone(),
        }
    }
}
