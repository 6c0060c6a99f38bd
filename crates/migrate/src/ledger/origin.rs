//! Whose a finished step is: what another state of the same book has sent is answered to this one too.

use jiff::Timestamp;
use rusqlite::named_params;

use super::Ledger;
use crate::Error;

pub(super) const SCHEMA: &str = "
-- A finished step that this state did not do itself (whose: other), or not certainly (unclear).
create table if not exists origin (key text primary key, whose text not null) without rowid;
";

/// The fact of a ledger that says that it knows whose its steps are, from its first one on.
const ORIGINS: &str = "origins";
/// The fact of a ledger that says when it began, by the clock of the server, in seconds since 1970.
const BEGAN: &str = "began by the server's clock";

/// Who has done a finished step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// This state.
    Own,
    /// Another one, before this state first sent it.
    Other,
    /// An answer was lost, and what is there may be of this state or of another.
    Unclear,
}

impl Whose {
    const ALL: [Whose; 3] = [Whose::Own, Whose::Other, Whose::Unclear];

    pub(super) fn word(self) -> &'static str {
        match self {
            Whose::Own => "own",
            Whose::Other => "other",
            Whose::Unclear => "unclear",
        }
    }
}

impl Ledger {
    /// Decides, before anything else is written into a new ledger, that it knows whose its steps are.
    pub(super) fn choose_origins(&self) -> Result<(), Error> {
        if self.fact("id")?.is_none() {
            self.set_fact(ORIGINS, "known")?;
        }
        Ok(())
    }

    /// Whether the ledger knows whose its steps are; one that an older tool began does not.
    pub(crate) fn knows_origins(&self) -> Result<bool, Error> {
        Ok(self.fact(ORIGINS)?.is_some())
    }

    /// Writes down what the server's clock says, as long as nothing was sent: what it has made before is
    /// not this state's.
    pub(crate) fn begin_at(&self, told_at: Timestamp) -> Result<(), Error> {
        if self.is_unused()? {
            self.set_fact(BEGAN, &told_at.as_second().to_string())?;
        }
        Ok(())
    }

    /// When the state began, in seconds since 1970: by the server's clock; by this machine's where the
    /// server did not tell, or an older tool began.
    pub(crate) fn began_at(&self) -> Result<i64, Error> {
        if let Some(told) = self.fact(BEGAN)?.and_then(|told| told.parse().ok()) {
            return Ok(told);
        }
        let began = self.run().get_timestamp().map_or(0, |at| at.to_unix().0);
        Ok(i64::try_from(began).unwrap_or(i64::MAX))
    }

    /// Who has done a finished step.
    pub(crate) fn whose(&self, step: &str) -> Result<Whose, Error> {
        let connection = self.connection();
        let mut found = connection.prepare_cached("select whose from origin where key = :key")?;
        let mut words =
            found.query_map(named_params! {":key": step}, |row| row.get::<_, String>(0))?;
        let word = words.next().transpose()?;
        let known = Whose::ALL
            .into_iter()
            .find(|one| Some(one.word()) == word.as_deref());
        Ok(known.unwrap_or(Whose::Own))
    }

    /// The finished steps that another state has done.
    pub(crate) fn of_others(&self) -> Result<Vec<String>, Error> {
        let connection = self.connection();
        let mut steps = connection
            .prepare_cached("select key from origin where whose = :whose order by key")?;
        let steps = steps.query_map(named_params! {":whose": Whose::Other.word()}, |row| {
            row.get(0)
        })?;
        Ok(steps.collect::<Result<_, _>>()?)
    }

    /// A step is done, by whom, with what it answered (an id).
    pub(crate) fn finish_by(&self, step: &str, answer: &str, whose: Whose) -> Result<(), Error> {
        self.conclude(
            step,
            "insert into step (key, answer) values (:key, :answer)
             on conflict (key) do update set answer = excluded.answer",
            named_params! {":key": step, ":answer": answer},
            whose,
        )
    }
}
