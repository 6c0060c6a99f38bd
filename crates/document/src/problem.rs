//! Mistakes in a document, and the collector that gathers them.

use std::cell::{Cell, RefCell};
use std::fmt;

use crate::Place;

/// How many problems of one document are kept; the rest are only counted.
pub const PROBLEMS_COUNT_MAX: usize = 200;

/// One mistake: where, what, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path of the value, such as `products[0].policy`; empty for the document as a whole.
    pub path: String,
    /// Place in the document.
    pub place: Place,
    /// A sentence without a full stop, in lower case.
    pub message: String,
    /// What to do about it, if the reader has an idea.
    pub hint: Option<String>,
}

/// Every mistake found in one document, in the order of their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// Name of the document, usually its file name.
    pub name: String,
    /// The mistakes; never empty, at most [`PROBLEMS_COUNT_MAX`].
    pub list: Vec<Problem>,
    /// How many more there were.
    pub more: usize,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:", self.name)?;
            if problem.place.line > 0 {
                write!(f, "{}:", problem.place)?;
            }
            if !problem.path.is_empty() {
                write!(f, " {}:", problem.path)?;
            }
            write!(f, " {}", problem.message)?;
            if let Some(hint) = &problem.hint {
                write!(f, "\n  hint: {hint}")?;
            }
        }
        if self.more > 0 {
            write!(f, "\n{}: and {} more", self.name, self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Gathers the mistakes of one document while it is read. Shared by reference, so that nested
/// readers can report without handing it about.
#[derive(Debug)]
pub struct Collector {
    name: String,
    found: RefCell<Vec<Problem>>,
    more: Cell<usize>,
}

impl Collector {
    /// A collector for the document called `name` (usually its file name).
    pub fn new(name: &str) -> Collector {
        Collector {
            name: name.to_owned(),
            found: RefCell::default(),
            more: Cell::new(0),
        }
    }

    /// Reports a mistake at a path and place.
    pub fn report(&self, path: &str, place: Place, message: impl Into<String>) {
        self.push(path, place, message.into(), None);
    }

    /// Reports a mistake together with what to do about it.
    pub fn report_with_hint(
        &self,
        path: &str,
        place: Place,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(path, place, message.into(), Some(hint.into()));
    }

    /// Whether nothing has been reported so far.
    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// Ends the reading: every mistake at once, sorted by place, or nothing.
    pub fn finish(self) -> Result<(), Problems> {
        let mut list = self.found.into_inner();
        if list.is_empty() {
            return Ok(());
        }
        list.sort_by_key(|problem| problem.place);
        Err(Problems {
            name: self.name,
            list,
            more: self.more.get(),
        })
    }

    fn push(&self, path: &str, place: Place, message: String, hint: Option<String>) {
        let mut found = self.found.borrow_mut();
        if found.len() == PROBLEMS_COUNT_MAX {
            self.more.set(self.more.get() + 1);
            return;
        }
        found.push(Problem {
            path: path.to_owned(),
            place,
            message,
            hint,
        });
    }
}
