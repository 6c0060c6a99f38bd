//! The statements: every SQL text of the program is a `static` of this type, named and listed, so
//! that one test can prepare all of them on both databases.
//!
//! A *table* names its columns once; inserts, updates and deletes by key are made from it, one row
//! at a time for SQLite and any number of rows at a time for PostgreSQL. What is left is written by
//! hand, one text for both databases where that can be, else one for each.

use std::sync::OnceLock;

use crate::error::Error;
use crate::value::{Kind, Value};

mod text;

/// The columns of a table that statements write, in the order of their values.
#[derive(Debug)]
pub struct Table {
    /// The name in the schema.
    pub name: &'static str,
    /// The columns that tell rows apart; they come first among `columns`.
    pub key: &'static [&'static str],
    /// Name and kind of every column.
    pub columns: &'static [(&'static str, Kind)],
}

/// One SQL statement with its name. Parameters are `$1`, `$2` … in the order of the values.
#[derive(Debug)]
pub struct Statement {
    name: &'static str,
    form: Form,
    across: Option<&'static str>,
    texts: OnceLock<Texts>,
}

#[derive(Debug)]
pub(crate) enum Form {
    /// Insert a row of the table.
    Insert {
        table: &'static Table,
        conflict: Clash,
    },
    /// Set some columns of the row with this key: the key's values first, then the columns'.
    Update {
        table: &'static Table,
        set: &'static [&'static str],
    },
    /// Delete the row with this key.
    Delete { table: &'static Table },
    /// Read rows.
    Select {
        sqlite: &'static str,
        postgres: &'static str,
    },
    /// Any other change.
    Change {
        sqlite: &'static str,
        postgres: &'static str,
        batch: Option<Batch>,
    },
    /// A change that returns rows: a claim. Not for commits.
    Claim {
        sqlite: &'static str,
        postgres: &'static str,
    },
}

/// What an insert does when the key exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clash {
    /// Fail.
    Fail,
    /// Keep the row that is there.
    Keep,
    /// Overwrite every column.
    Overwrite,
    /// What this clause after `do update set` says.
    Set(&'static str),
}

/// The same change for many rows at once: the parameters are arrays of these kinds.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) postgres: &'static str,
    pub(crate) kinds: &'static [Kind],
}

/// The texts of a statement, made once.
#[derive(Debug)]
pub(crate) struct Texts {
    /// The kinds of the parameters, where the statement knows them.
    pub(crate) kinds: Option<Vec<Kind>>,
    /// One row at a time.
    pub(crate) sqlite: String,
    /// One row at a time, keeping a row that exists; for `Guard::Fresh`.
    pub(crate) sqlite_fresh: Option<String>,
    /// One row at a time, or rows found.
    pub(crate) postgres: String,
    /// Many rows at a time, with arrays for parameters.
    pub(crate) postgres_batch: Option<String>,
    /// Many rows, keeping those that exist and returning the keys of the new ones.
    pub(crate) postgres_fresh: Option<String>,
}

impl Statement {
    /// Inserts a row; a row that exists fails the commit.
    pub const fn insert(name: &'static str, table: &'static Table) -> Statement {
        Statement::new(
            name,
            Form::Insert {
                table,
                conflict: Clash::Fail,
            },
        )
    }

    /// Inserts a row, or keeps the one that exists.
    pub const fn insert_or_keep(name: &'static str, table: &'static Table) -> Statement {
        Statement::new(
            name,
            Form::Insert {
                table,
                conflict: Clash::Keep,
            },
        )
    }

    /// Inserts a row, or overwrites all columns of the one that exists.
    pub const fn upsert(name: &'static str, table: &'static Table) -> Statement {
        Statement::new(
            name,
            Form::Insert {
                table,
                conflict: Clash::Overwrite,
            },
        )
    }

    /// Inserts a row, or sets what the clause says (`excluded` is the new row).
    pub const fn upsert_with(
        name: &'static str,
        table: &'static Table,
        set: &'static str,
    ) -> Statement {
        Statement::new(
            name,
            Form::Insert {
                table,
                conflict: Clash::Set(set),
            },
        )
    }

    /// Sets some columns of the row with a key. A row that is absent is no error: guard it.
    pub const fn update(
        name: &'static str,
        table: &'static Table,
        set: &'static [&'static str],
    ) -> Statement {
        Statement::new(name, Form::Update { table, set })
    }

    /// Deletes the row with a key.
    pub const fn delete(name: &'static str, table: &'static Table) -> Statement {
        Statement::new(name, Form::Delete { table })
    }

    /// Reads rows; one text for both databases.
    pub const fn select(name: &'static str, sql: &'static str) -> Statement {
        Statement::new(
            name,
            Form::Select {
                sqlite: sql,
                postgres: sql,
            },
        )
    }

    /// Reads rows; a text for each database.
    pub const fn select_each(
        name: &'static str,
        sqlite: &'static str,
        postgres: &'static str,
    ) -> Statement {
        Statement::new(name, Form::Select { sqlite, postgres })
    }

    /// Changes rows; one text for both databases.
    pub const fn change(name: &'static str, sql: &'static str) -> Statement {
        Statement::new(
            name,
            Form::Change {
                sqlite: sql,
                postgres: sql,
                batch: None,
            },
        )
    }

    /// Changes rows; a text for each database, and one for many sets of values at once, whose
    /// parameters are arrays of the kinds.
    pub(crate) const fn change_each(
        name: &'static str,
        sqlite: &'static str,
        postgres: &'static str,
        batch: Option<Batch>,
    ) -> Statement {
        Statement::new(
            name,
            Form::Change {
                sqlite,
                postgres,
                batch,
            },
        )
    }

    /// Changes rows and returns them; for `Store::claim` alone.
    pub(crate) const fn claim(
        name: &'static str,
        sqlite: &'static str,
        postgres: &'static str,
    ) -> Statement {
        Statement::new(name, Form::Claim { sqlite, postgres })
    }

    /// Says why this statement may look at rows of more than one account. A lint refuses every
    /// other statement that does.
    pub const fn across_accounts(mut self, reason: &'static str) -> Statement {
        self.across = Some(reason);
        self
    }

    const fn new(name: &'static str, form: Form) -> Statement {
        Statement {
            name,
            form,
            across: None,
            texts: OnceLock::new(),
        }
    }

    /// The name, `noun.verb`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Why the statement may look across accounts, if it may.
    pub fn reason_across_accounts(&self) -> Option<&'static str> {
        self.across
    }

    /// The text for SQLite.
    pub fn sqlite(&self) -> &str {
        &self.texts().sqlite
    }

    /// The text for PostgreSQL, one row at a time.
    pub fn postgres(&self) -> &str {
        &self.texts().postgres
    }

    /// Every other text that the statement may send: the database's name and the text.
    pub fn variants(&self) -> Vec<(&'static str, &str)> {
        let texts = self.texts();
        let all = [
            ("sqlite", &texts.sqlite_fresh),
            ("postgres", &texts.postgres_batch),
            ("postgres", &texts.postgres_fresh),
        ];
        all.into_iter()
            .filter_map(|(name, text)| text.as_deref().map(|text| (name, text)))
            .collect()
    }

    pub(crate) fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| Texts {
            kinds: self.kinds(),
            ..text::write(&self.form)
        })
    }

    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// The table a generated statement writes; the statement's own name for the rest.
    pub(crate) fn table_name(&self) -> &'static str {
        match &self.form {
            Form::Insert { table, .. } | Form::Update { table, .. } | Form::Delete { table } => {
                table.name
            }
            _ => self.name,
        }
    }

    /// The kinds of the parameters, where the statement knows them.
    pub(crate) fn kinds(&self) -> Option<Vec<Kind>> {
        match &self.form {
            Form::Insert { table, .. } => {
                Some(table.columns.iter().map(|(_, kind)| *kind).collect())
            }
            Form::Update { table, set } => {
                let mut kinds = table.kinds_of(table.key);
                kinds.extend(table.kinds_of(set));
                Some(kinds)
            }
            Form::Delete { table } => Some(table.kinds_of(table.key)),
            Form::Change {
                batch: Some(batch), ..
            } => Some(batch.kinds.to_vec()),
            Form::Change { batch: None, .. } | Form::Select { .. } | Form::Claim { .. } => None,
        }
    }

    /// The values of the key, by which two writes of a generated statement are told apart.
    pub(crate) fn key<'values>(&self, values: &'values [Value]) -> &'values [Value] {
        match &self.form {
            Form::Insert { table, .. } | Form::Update { table, .. } | Form::Delete { table } => {
                values.get(..table.key.len()).unwrap_or(values)
            }
            _ => values,
        }
    }

    /// Refuses values that do not fit.
    pub(crate) fn check(&self, values: &[Value]) -> Result<(), Error> {
        if let Some(kinds) = &self.texts().kinds {
            let fits = kinds.len() == values.len()
                && kinds
                    .iter()
                    .zip(values)
                    .all(|(kind, value)| value.fits(*kind));
            if !fits {
                return Err(Error::refused(format!(
                    "the values of statement \"{}\" do not fit its {} parameters",
                    self.name,
                    kinds.len()
                )));
            }
        }
        values.iter().try_for_each(Value::check)
    }

    /// Refuses a read or a claim where a write must stand.
    pub(crate) fn check_writes(&self) -> Result<(), Error> {
        match self.form {
            Form::Select { .. } | Form::Claim { .. } => Err(Error::refused(format!(
                "statement \"{}\" cannot be in a commit",
                self.name
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses a read or a commit's write where a query must stand.
    pub(crate) fn check_reads(&self) -> Result<(), Error> {
        match self.form {
            Form::Select { .. } => Ok(()),
            _ => Err(Error::refused(format!(
                "statement \"{}\" is not a query",
                self.name
            ))),
        }
    }

    /// Refuses what is not a plain insert where a fresh row is asked for.
    pub(crate) fn check_fresh(&self) -> Result<(), Error> {
        match self.form {
            Form::Insert {
                conflict: Clash::Fail,
                ..
            } => Ok(()),
            _ => Err(Error::refused(format!(
                "statement \"{}\" is not a plain insert, so it cannot say whether a row is new",
                self.name
            ))),
        }
    }
}

impl Table {
    /// The kinds of some columns; a name that is none of them is left out, and a test finds it.
    fn kinds_of(&self, names: &[&str]) -> Vec<Kind> {
        names.iter().filter_map(|name| self.kind_of(name)).collect()
    }

    pub(crate) fn kind_of(&self, name: &str) -> Option<Kind> {
        self.columns
            .iter()
            .find(|(column, _)| *column == name)
            .map(|(_, kind)| *kind)
    }
}
