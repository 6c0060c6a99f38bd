//! The ledger of a run: what was done, so that nothing is done twice or forgotten.
//!
//! One SQLite file in the state folder. A *step* is one request with an effect; its key says what it
//! does, not when, and its idempotency key is made of the book and the step's key ([`keys`]), so that
//! a step whose outcome was lost is found again by the server, and one that another state folder sent
//! is not done twice. A finished step is never sent again. A *row* is one row of a source file with what became of it. Killing the tool at any instant leaves
//! a step either finished, or unfinished under the same idempotency key.
//!
//! An idempotency key stands for one body. Most steps are named by what their body is made of. The
//! body that creates a profile may be another on the next try (its row was mended, an owner that had
//! failed came over), and must not make a second profile: it is written down as an *intent* before
//! it is sent, and until its outcome is known the step is tried with that body and no other.
//! Every other request is written down too ([`tried`]), and keeps its key until its outcome is known.

mod doubled;
mod folder;
mod keys;
mod mended;
mod origin;
mod record;
mod tried;
mod trouble;
mod undone;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, ToSql, named_params};
use uuid::Uuid;

use crate::Error;
use crate::control::{self, LOCK_FILE};
pub(crate) use doubled::Doubled;
pub use folder::make_folder;
pub(crate) use folder::refuse as refuse_folder;
pub(crate) use mended::{Known, MendedRow, each_mended};
pub(crate) use origin::Whose;
pub(crate) use record::Seen;
pub(crate) use tried::Tried;
pub(crate) use trouble::Trouble;
pub(crate) use undone::UNDONE_AT;

const SCHEMA: &str = "
create table if not exists run (name text primary key, value text not null) without rowid;
-- One request with an effect. answer is null until it is finished; failures counts definite refusals,
-- each of which gives the step a new idempotency key.
create table if not exists step (
  key text primary key, answer text, failures integer not null default 0
) without rowid;
-- The body of a step that was sent, until its outcome is known.
create table if not exists intent (key text primary key, body text not null) without rowid;
-- The body of a finished step that had an intent: what a profile was made of.
create table if not exists sent (key text primary key, body text not null) without rowid;
-- One row of a source file. state: planned, done, failed; a row that does not come over stays planned.
create table if not exists source_row (
  file text not null, number integer not null, line integer not null, reference text not null,
  hash text not null, disposition text not null, reasons text not null,
  state text not null default 'planned', profile text, error text,
  primary key (file, number)
) without rowid;
";

/// The name of the ledger's file in the state folder.
pub const FILE: &str = "ledger.sqlite";

/// How many steps are read from the ledger at a time.
const PAGE_COUNT: i64 = 10_000;

/// The ledger of one run.
#[derive(Debug)]
pub struct Ledger {
    connection: Mutex<Connection>,
    run: Uuid,
    folder: PathBuf,
    /// Held for as long as the ledger is open.
    _lock: File,
}

/// What is known of a source row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowState {
    /// `planned`, `done` or `failed`.
    pub state: String,
    /// The profile it became or went to.
    pub profile: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// What was found beside it when it was last read back.
    pub warnings: Vec<String>,
}

impl RowState {
    /// A row's state from its state, profile, error and warnings, in columns from this one on.
    fn of(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<RowState> {
        let warnings: Option<String> = row.get(at + 3)?;
        let warnings = warnings.unwrap_or_default();
        let warnings = warnings.split(';').filter(|one| !one.is_empty());
        Ok(RowState {
            state: row.get(at)?,
            profile: row.get(at + 1)?,
            error: row.get(at + 2)?,
            warnings: warnings.map(str::to_owned).collect(),
        })
    }
}

/// A source row as it is written into the ledger.
#[derive(Clone, Debug)]
pub struct RowEntry<'a> {
    /// The source file.
    pub file: &'a str,
    /// Data row, from 1.
    pub number: u64,
    /// Physical line.
    pub line: u64,
    /// The reference it stands under.
    pub reference: &'a str,
    /// Hash of its content.
    pub hash: String,
    /// `migrate`, `migrate_with_warning`, `reject` or `skip`.
    pub disposition: &'a str,
    /// Its reasons, joined by `;`.
    pub reasons: String,
}

impl Ledger {
    /// Opens or makes the ledger of a state folder.
    ///
    /// Errors: [`Error::Locked`] while another run has it; [`Error::State`] when the folder cannot
    /// be used.
    pub fn open(folder: &Path) -> Result<Ledger, Error> {
        make_folder(folder)?;
        let broken = |error: std::io::Error| unusable(folder, &error);
        let lock = File::create(folder.join(LOCK_FILE)).map_err(broken)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(Error::Locked(folder.display().to_string()));
            }
            Err(fs::TryLockError::Error(error)) => return Err(broken(error)),
        }
        // Before anybody is told that a run is under way, who could ask it to stop.
        control::forget_stop(folder).map_err(broken)?;
        let connection = Connection::open(folder.join(FILE))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.execute_batch(SCHEMA)?;
        connection.execute_batch(record::SCHEMA)?;
        connection.execute_batch(mended::SCHEMA)?;
        connection.execute_batch(undone::SCHEMA)?;
        connection.execute_batch(keys::SCHEMA)?;
        connection.execute_batch(trouble::SCHEMA)?;
        connection.execute_batch(doubled::SCHEMA)?;
        connection.execute_batch(origin::SCHEMA)?;
        connection.execute_batch(tried::SCHEMA)?;
        let mut ledger = Ledger {
            connection: Mutex::new(connection),
            run: Uuid::nil(),
            folder: folder.to_owned(),
            _lock: lock,
        };
        ledger.choose_keys()?;
        ledger.choose_origins()?;
        let run = ledger.settle("id", &Uuid::now_v7().to_string())?;
        ledger.run = run
            .parse()
            .map_err(|_| Error::State("the run has no id".to_owned()))?;
        Ok(ledger)
    }

    /// Opens the ledger of a state folder that a run has used.
    ///
    /// Errors: [`Error::Option`] when there is none; as [`Ledger::open`].
    pub fn of_run(folder: &Path) -> Result<Ledger, Error> {
        if !folder.join("ledger.sqlite").is_file() {
            return Err(Error::Option(format!(
                "{} is not the state folder of a run: there is no ledger in it; give the --state of \
                 the run",
                folder.display()
            )));
        }
        Ledger::open(folder)
    }

    /// The run's id.
    pub fn run(&self) -> Uuid {
        self.run
    }

    /// The state folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A fact of the run: the value given when it was first asked for.
    pub fn settle(&self, name: &str, value: &str) -> Result<String, Error> {
        let connection = self.connection();
        connection
            .prepare_cached(
                "insert into run (name, value) values (:name, :value) on conflict do nothing",
            )?
            .execute(named_params! {":name": name, ":value": value})?;
        let settled = connection
            .prepare_cached("select value from run where name = :name")?
            .query_row(named_params! {":name": name}, |row| row.get(0))?;
        Ok(settled)
    }

    /// A fact of the run that may change, if it is known.
    pub fn fact(&self, name: &str) -> Result<Option<String>, Error> {
        let connection = self.connection();
        let value = connection
            .prepare_cached("select value from run where name = :name")?
            .query_row(named_params! {":name": name}, |row| row.get(0))
            .optional()?;
        Ok(value)
    }

    /// Sets a fact of the run that may change.
    pub fn set_fact(&self, name: &str, value: &str) -> Result<(), Error> {
        self.connection()
            .prepare_cached("insert or replace into run (name, value) values (:name, :value)")?
            .execute(named_params! {":name": name, ":value": value})?;
        Ok(())
    }

    /// Forgets a fact of the run.
    pub(crate) fn forget_fact(&self, name: &str) -> Result<(), Error> {
        self.connection()
            .prepare_cached("delete from run where name = :name")?
            .execute(named_params! {":name": name})?;
        Ok(())
    }

    /// Whether no step was tried and no window was opened yet: nothing of it is in any account.
    pub(crate) fn is_unused(&self) -> Result<bool, Error> {
        let connection = self.connection();
        let mut used = connection.prepare_cached(
            "select 1 from step union all select 1 from intent union all select 1 from tried
             union all select 1 from run
               where name in ('window', 'open window', 'windows held', 'webhook') and value <> ''
             limit 1",
        )?;
        Ok(!used.exists([])?)
    }

    /// The answer of a finished step.
    pub fn answer(&self, step: &str) -> Result<Option<String>, Error> {
        let connection = self.connection();
        let answer = connection
            .prepare_cached("select answer from step where key = :key")?
            .query_row(named_params! {":key": step}, |row| {
                row.get::<_, Option<String>>(0)
            })
            .optional()?;
        Ok(answer.flatten())
    }

    /// The body to send for a step: `body`, unless another was sent and its outcome is not known.
    pub fn intend(&self, step: &str, body: &str) -> Result<String, Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let added = transaction
            .prepare_cached(
                "insert into intent (key, body) values (:key, :body) on conflict do nothing",
            )?
            .execute(named_params! {":key": step, ":body": body})?;
        if added == 1 {
            keys::inherit(&transaction, step)?;
            transaction.commit()?;
            return Ok(body.to_owned());
        }
        drop(transaction);
        let intended = connection
            .prepare_cached("select body from intent where key = :key")?
            .query_row(named_params! {":key": step}, |row| row.get(0))?;
        Ok(intended)
    }

    /// The body to send for a step instead of another, which was not carried out; its key stays.
    pub(crate) fn intend_instead(&self, step: &str, body: &str) -> Result<String, Error> {
        self.connection()
            .prepare_cached("update intent set body = :body where key = :key")?
            .execute(named_params! {":key": step, ":body": body})?;
        self.intend(step, body)
    }

    /// The body that was sent for a step and whose outcome is not known.
    pub fn intent(&self, step: &str) -> Result<Option<String>, Error> {
        let connection = self.connection();
        let body = connection
            .prepare_cached("select body from intent where key = :key")?
            .query_row(named_params! {":key": step}, |row| row.get(0))
            .optional()?;
        Ok(body)
    }

    /// Forgets what was intended for a step: its key stands for something else.
    pub fn forget_intent(&self, step: &str) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for statement in [
            "delete from intent where key = :key",
            "delete from tried where key = :key",
        ] {
            let mut statement = transaction.prepare_cached(statement)?;
            statement.execute(named_params! {":key": step})?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// A step is done, with what it answered (an id).
    pub fn finish(&self, step: &str, answer: &str) -> Result<(), Error> {
        self.finish_by(step, answer, Whose::Own)
    }

    /// The server refused a step for good; its next try is a new one.
    pub fn refuse(&self, step: &str) -> Result<(), Error> {
        self.conclude(
            step,
            "insert into step (key, failures) values (:key, 1)
             on conflict (key) do update set failures = failures + 1",
            named_params! {":key": step},
            Whose::Own,
        )
    }

    /// A step that was answered was not carried out: it counts as not done, and its next try is a
    /// new one, under another idempotency key.
    pub fn distrust(&self, step: &str) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for statement in [
            "update step set answer = null, failures = failures + 1 where key = :key",
            "delete from sent where key = :key",
            "delete from intent where key = :key",
            "delete from tried where key = :key",
        ] {
            let mut statement = transaction.prepare_cached(statement)?;
            statement.execute(named_params! {":key": step})?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Writes down the outcome of a step; its intent has done its work.
    fn conclude(
        &self,
        step: &str,
        statement: &str,
        values: &[(&str, &dyn ToSql)],
        whose: Whose,
    ) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.prepare_cached(statement)?.execute(values)?;
        transaction
            .prepare_cached(
                "insert or replace into sent (key, body)
                 select key, body from intent where key = :key and exists
                   (select 1 from step where key = :key and answer is not null)",
            )?
            .execute(named_params! {":key": step})?;
        for statement in [
            "delete from intent where key = :key",
            "delete from tried where key = :key",
            "delete from origin where key = :key",
            // What is done anew stands for itself.
            "delete from replaced where key = :key and exists
               (select 1 from step where key = :key and answer is not null)",
        ] {
            let mut statement = transaction.prepare_cached(statement)?;
            statement.execute(named_params! {":key": step})?;
        }
        if whose != Whose::Own {
            transaction
                .prepare_cached("insert into origin (key, whose) values (:key, :whose)")?
                .execute(named_params! {":key": step, ":whose": whose.word()})?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Every finished step with its answer.
    pub fn finished(&self) -> impl Iterator<Item = Result<(String, String), Error>> {
        let mut page = Vec::new().into_iter();
        let mut after = Some(String::new());
        std::iter::from_fn(move || {
            if let Some(step) = page.next() {
                return Some(Ok(step));
            }
            match self.finished_after(&after.take()?) {
                Ok(steps) => {
                    after = steps.last().map(|(step, _)| step.clone());
                    page = steps.into_iter();
                    page.next().map(Ok)
                }
                Err(error) => Some(Err(error)),
            }
        })
    }

    /// The next [`PAGE_COUNT`] of them.
    fn finished_after(&self, step: &str) -> Result<Vec<(String, String)>, Error> {
        let connection = self.connection();
        let mut steps = connection.prepare_cached(
            "select key, answer from step where key > :step and answer is not null
             order by key limit :count",
        )?;
        let steps = steps
            .query_map(named_params! {":step": step, ":count": PAGE_COUNT}, |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(steps.collect::<Result<_, _>>()?)
    }

    /// Whether a finished step was answered so.
    pub fn is_answer(&self, answer: &str) -> Result<bool, Error> {
        let connection = self.connection();
        let found = connection
            .prepare_cached("select 1 from step where answer = :answer limit 1")?
            .exists(named_params! {":answer": answer})?;
        Ok(found)
    }

    /// The steps that were sent and whose outcome is not known.
    pub fn unknown(&self) -> Result<Vec<String>, Error> {
        let connection = self.connection();
        let mut steps = connection.prepare_cached("select key from intent order by key")?;
        let steps = steps.query_map([], |row| row.get(0))?;
        Ok(steps.collect::<Result<_, _>>()?)
    }

    /// The body that a finished step made a profile of, unless an older tool sent it.
    pub fn sent(&self, step: &str) -> Result<Option<String>, Error> {
        let connection = self.connection();
        let body = connection
            .prepare_cached("select body from sent where key = :key")?
            .query_row(named_params! {":key": step}, |row| row.get(0))
            .optional()?;
        Ok(body)
    }

    /// Writes down every row of the book. Rows whose content changed since an earlier run lose their
    /// old error and what the last look back warned of, and their profile only where another row
    /// stands in their place. What last came over from a place stays known, while it is `gone`: of the
    /// hashes of what was sent and has no row, the first signs. What only moved stands elsewhere.
    pub fn plan<'a>(
        &self,
        rows: impl Iterator<Item = RowEntry<'a>>,
        gone: &BTreeSet<String>,
    ) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare(
                "insert into source_row (file, number, line, reference, hash, disposition, reasons)
                 values (:file, :number, :line, :reference, :hash, :disposition, :reasons)
                 on conflict (file, number) do update set line = excluded.line,
                   state = case when hash = excluded.hash and state = 'done' then 'done' else 'planned' end,
                   profile = case when reference = excluded.reference then profile end,
                   error = null, reference = excluded.reference, hash = excluded.hash,
                   disposition = excluded.disposition, reasons = excluded.reasons",
            )?;
            let mut forget = transaction.prepare(
                "delete from row_warning where file = :file and number = :number and not exists
                   (select 1 from source_row where file = :file and number = :number
                      and hash = :hash and reference = :reference)",
            )?;
            let mut keep = transaction.prepare(
                "insert into came_over (file, number, hash)
                 select file, number, hash from source_row
                 where file = :file and number = :number and hash <> :hash
                 on conflict (file, number) do update set hash = excluded.hash
                   where exists (select 1 from source_row
                     where file = :file and number = :number and state = 'done')",
            )?;
            for row in rows {
                keep.execute(named_params! {
                    ":file": row.file,
                    ":number": signed(row.number),
                    ":hash": row.hash,
                })?;
                forget.execute(named_params! {
                    ":file": row.file,
                    ":number": signed(row.number),
                    ":hash": row.hash,
                    ":reference": row.reference,
                })?;
                insert.execute(named_params! {
                    ":file": row.file,
                    ":number": signed(row.number),
                    ":line": signed(row.line),
                    ":reference": row.reference,
                    ":hash": row.hash,
                    ":disposition": row.disposition,
                    ":reasons": row.reasons,
                })?;
            }
        }
        record::keep_gone(&transaction, gone)?;
        transaction.commit()?;
        Ok(())
    }

    /// A row came over; `profile` is what it became or went to.
    pub fn row_done(&self, file: &str, number: u64, profile: &str) -> Result<(), Error> {
        self.connection()
            .prepare_cached(
                "update source_row set state = 'done', profile = :profile, error = null
                 where file = :file and number = :number",
            )?
            .execute(
                named_params! {":file": file, ":number": signed(number), ":profile": profile},
            )?;
        Ok(())
    }

    /// A row did not come over though it should have.
    pub fn row_failed(&self, file: &str, number: u64, error: &str) -> Result<(), Error> {
        self.connection()
            .prepare_cached(
                "update source_row set state = 'failed', error = :error
                 where file = :file and number = :number",
            )?
            .execute(named_params! {":file": file, ":number": signed(number), ":error": error})?;
        Ok(())
    }

    /// What is known of a row.
    pub fn row(&self, file: &str, number: u64) -> Result<Option<RowState>, Error> {
        let connection = self.connection();
        let row = connection
            .prepare_cached(
                "select state, profile, error,
                   (select reasons from row_warning as warned
                    where warned.file = source_row.file and warned.number = source_row.number)
                 from source_row where file = :file and number = :number",
            )?
            .query_row(
                named_params! {":file": file, ":number": signed(number)},
                |row| RowState::of(row, 0),
            )
            .optional()?;
        Ok(row)
    }

    /// What is known of the row that begins on a line: the hash of its content, and its state.
    pub fn row_at(&self, file: &str, line: u64) -> Result<Option<(String, RowState)>, Error> {
        let connection = self.connection();
        let row = connection
            .prepare_cached(
                "select hash, state, profile, error,
                   (select reasons from row_warning as warned
                    where warned.file = source_row.file and warned.number = source_row.number)
                 from source_row where file = :file and line = :line",
            )?
            .query_row(
                named_params! {":file": file, ":line": signed(line)},
                |row| Ok((row.get(0)?, RowState::of(row, 1)?)),
            )
            .optional()?;
        Ok(row)
    }

    /// What is said of a fact that is there and cannot be read. To take it for none would lose it.
    pub(crate) fn unreadable(&self, name: &str) -> Error {
        Error::State(format!(
            "the ledger in {} cannot be read where it says \"{name}\": put the state folder back \
             from a copy, and do not change it by hand",
            self.folder.display()
        ))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn unusable(folder: &Path, error: &std::io::Error) -> Error {
    Error::State(format!(
        "the state folder {} cannot be used: {error}",
        folder.display()
    ))
}

/// SQLite has no unsigned integers; row numbers never come near the limit.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
