//! What is not as it was sent, and where that comes from.

use serde_json::{Value, json};

/// One thing that is not as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The client's reference in the source.
    pub reference: String,
    /// Its profile.
    pub profile: String,
    /// What differs: a path, or `applications`, `documents`, `notes`.
    pub what: String,
    /// What was sent.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// Where it comes from, as far as it is known.
    pub cause: Cause,
}

/// Where a difference comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Not known: the server did not keep it, or somebody changed it there.
    Unknown,
    /// It is as it was sent; the source says something else since.
    RowChanged,
    /// It was sent, and no row of the source stands for it any more.
    RowGone,
    /// An application stands for a product that the row no longer names.
    ProductLeft,
    /// The run did not make it: somebody, or the server, added it since.
    Added,
}

impl Cause {
    /// The cause as `differences.csv` words it; empty when it is not known.
    pub fn in_words(self) -> &'static str {
        match self {
            Cause::Unknown => "",
            Cause::RowChanged => "the row was changed after it was sent",
            Cause::RowGone => "it was sent and the source no longer has it",
            Cause::ProductLeft => {
                "the row no longer names this product; its application stands until a person ends it"
            }
            Cause::Added => "it was added on the server after the run",
        }
    }
}

/// Differences by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CauseCounts {
    /// Of every cause.
    pub all: u64,
    /// [`Cause::RowChanged`].
    pub row_changed: u64,
    /// [`Cause::RowGone`].
    pub row_gone: u64,
    /// [`Cause::ProductLeft`].
    pub product_left: u64,
    /// [`Cause::Added`].
    pub added: u64,
}

impl CauseCounts {
    pub(super) fn count(&mut self, cause: Cause) {
        self.all += 1;
        match cause {
            Cause::Unknown => {}
            Cause::RowChanged => self.row_changed += 1,
            Cause::RowGone => self.row_gone += 1,
            Cause::ProductLeft => self.product_left += 1,
            Cause::Added => self.added += 1,
        }
    }

    /// Those that come from the source: what was sent and what is on the server agree.
    pub fn of_source(&self) -> u64 {
        self.row_changed + self.row_gone + self.product_left
    }

    /// [`Cause::Unknown`]: changed or missing on the server.
    pub fn changed(&self) -> u64 {
        self.all - self.of_source() - self.added
    }
}

impl Difference {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "key": self.reference,
            "profile_id": self.profile,
            "what": self.what,
            "expected": self.expected,
            "found": self.found,
            "cause": match self.cause {
                Cause::Unknown => "changed_on_server",
                Cause::RowChanged => "row_changed",
                Cause::RowGone => "row_gone",
                Cause::ProductLeft => "product_left",
                Cause::Added => "added_on_server",
            },
        })
    }
}
