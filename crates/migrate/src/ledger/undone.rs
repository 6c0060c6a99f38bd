//! What was taken back of a run.

use std::collections::{BTreeSet, HashMap, HashSet};

use rusqlite::named_params;

use super::Ledger;
use crate::Error;

pub(super) const SCHEMA: &str = "
-- A profile that was taken back: under which reference this state made it; is_done once all of it was.
create table if not exists undone (
  profile text primary key, reference text not null, is_done integer not null default 0
) without rowid;
";

/// The fact of a ledger that says when its run was taken back; empty once it is brought over again.
pub(crate) const UNDONE_AT: &str = "undone at";
/// What names of steps have behind a reference.
const PARTS: [&str; 9] = [
    "/create",
    "/tag/",
    "/application/",
    "/associate/",
    "/document/",
    "/note/",
    "/evidence/",
    "/kept",
    "/notes kept",
];

impl Ledger {
    /// When the run was taken back, as it is written.
    pub(crate) fn undone_at(&self) -> Result<Option<String>, Error> {
        let at = self.fact(UNDONE_AT)?;
        Ok(at.filter(|at| !at.is_empty()))
    }

    /// By profile: whether all of it was taken back.
    pub(crate) fn undone(&self) -> Result<HashMap<String, bool>, Error> {
        let connection = self.connection();
        let mut undone = connection.prepare_cached("select profile, is_done from undone")?;
        let undone = undone.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(undone.collect::<Result<_, _>>()?)
    }

    /// Whether all of a profile was taken back.
    pub(crate) fn is_undone(&self, profile: &str) -> Result<bool, Error> {
        let connection = self.connection();
        let count: i64 = connection
            .prepare_cached("select count(*) from undone where profile = :profile and is_done")?
            .query_row(named_params! {":profile": profile}, |row| row.get(0))?;
        Ok(count > 0)
    }

    /// A profile is being taken back from now on.
    pub(crate) fn begin_undo(&self, profile: &str, reference: &str) -> Result<(), Error> {
        self.connection()
            .prepare_cached(
                "insert into undone (profile, reference) values (:profile, :reference)
                 on conflict do nothing",
            )?
            .execute(named_params! {":profile": profile, ":reference": reference})?;
        Ok(())
    }

    /// A profile is not taken back after all: it stays with what was done to it by then.
    pub(crate) fn abandon_undo(&self, profile: &str) -> Result<(), Error> {
        self.connection()
            .prepare_cached("delete from undone where profile = :profile and not is_done")?
            .execute(named_params! {":profile": profile})?;
        Ok(())
    }

    /// How many profiles are half taken back.
    pub(crate) fn undoing_count(&self) -> Result<usize, Error> {
        let begun = self.undone()?.into_values().filter(|is_done| !is_done);
        Ok(begun.count())
    }

    /// A profile was taken back.
    pub(crate) fn finish_undo(&self, profile: &str) -> Result<(), Error> {
        self.connection()
            .prepare_cached("update undone set is_done = 1 where profile = :profile")?
            .execute(named_params! {":profile": profile})?;
        Ok(())
    }

    /// Forgets what was sent for the clients that were taken back, so that it is sent anew; how many
    /// they are. What was taken back stays on record.
    pub(crate) fn forget_undone(&self) -> Result<usize, Error> {
        let references = self.undone_references()?;
        let mut steps = BTreeSet::new();
        for finished in self.finished() {
            let (step, _) = finished?;
            if belongs(&step, &references) {
                steps.insert(step);
            }
        }
        // What was being sent when a run was cut off was meant for the profile that was taken back.
        let tried = self.all_tried()?.into_iter().map(|(step, _, _)| step);
        let cut_off = self.unknown()?.into_iter().chain(tried);
        steps.extend(cut_off.filter(|step| belongs(step, &references)));
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for statement in [
            "insert into step (key, failures) values (:key, 1)
             on conflict (key) do update set answer = null, failures = failures + 1",
            "delete from sent where key = :key",
            "delete from intent where key = :key",
            "delete from tried where key = :key",
            "delete from origin where key = :key",
            "delete from pair where key = :key or old = :key",
            "delete from replaced where key = :key or by = :key",
        ] {
            let mut statement = transaction.prepare(statement)?;
            for step in &steps {
                statement.execute(named_params! {":key": step})?;
            }
        }
        transaction.execute(
            "update source_row set state = 'planned', profile = null
             where profile in (select profile from undone where is_done)",
            [],
        )?;
        transaction.execute(
            "update run set value = '' where name = :name",
            named_params! {":name": UNDONE_AT},
        )?;
        transaction.commit()?;
        Ok(references.len())
    }

    /// The references under which what was taken back was made.
    pub(crate) fn undone_references(&self) -> Result<HashSet<String>, Error> {
        let connection = self.connection();
        let mut references = connection.prepare_cached(
            "select reference from undone join step
               on step.key = undone.reference || '/create' and step.answer = undone.profile
             where is_done",
        )?;
        let references = references.query_map([], |row| row.get(0))?;
        Ok(references.collect::<Result<_, _>>()?)
    }
}

/// Whether a step was done for one of these references.
fn belongs(step: &str, references: &HashSet<String>) -> bool {
    if let Some(owner) = step.strip_suffix("/create") {
        return references.contains(owner);
    }
    PARTS.iter().any(|part| {
        let mut places = step.match_indices(part);
        places.any(|(place, _)| references.contains(&step[..place]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_belongs_to_the_reference_it_was_done_for() {
        let references = HashSet::from(["a".to_owned(), "c/inline/0123456789abcdef".to_owned()]);
        let check = |step: &str, expected: bool| {
            assert_eq!(belongs(step, &references), expected, "{step}");
        };
        check("a/create", true);
        check("a/tag/migrated", true);
        check("a/document/0123456789abcdef.1/image", true);
        check("a/notes kept", true);
        check("a/b/create", false);
        check("a/tag/create", false);
        check("ab/create", false);
        check("c/create", false);
        check("c/inline/0123456789abcdef/tag/migrated", true);
    }

    #[test]
    fn what_was_being_sent_for_a_client_who_was_taken_back_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        for reference in ["a", "b"] {
            let note = format!("{reference}/note/0123456789abcdef.1");
            let path = format!("/profiles/{reference}/tasks/t/notes");
            let (create, body) = (format!("{reference}/create"), String::new());
            ledger.finish(&create, reference).unwrap();
            ledger.intend(&note, &path).unwrap();
            let key = ledger.shared_key(&note, &path, "").unwrap();
            let tried = crate::ledger::Tried { key, path, body };
            ledger.try_step(&note, &tried).unwrap();
        }
        ledger.begin_undo("a", "a").unwrap();
        ledger.finish_undo("a").unwrap();
        let note = "a/note/0123456789abcdef.1";
        let key = ledger.idempotency_key(note).unwrap();
        ledger.forget_undone().unwrap();
        assert_eq!(ledger.intent(note).unwrap(), None);
        assert_eq!(ledger.tried(note).unwrap(), None);
        // What is sent now is another request, whatever the key is made of.
        assert_ne!(ledger.idempotency_key(note).unwrap(), key);
        let other = "b/note/0123456789abcdef.1";
        assert_eq!(ledger.unknown().unwrap(), [other]);
        assert!(ledger.tried(other).unwrap().is_some());
    }

    #[test]
    fn only_what_was_wholly_taken_back_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        for (number, reference) in [(1, "a"), (2, "b"), (3, "c")] {
            ledger
                .plan(
                    std::iter::once(crate::ledger::RowEntry {
                        file: "people.csv",
                        number,
                        line: number + 1,
                        reference,
                        hash: String::new(),
                        disposition: "migrate",
                        reasons: String::new(),
                    }),
                    &BTreeSet::new(),
                )
                .unwrap();
            ledger
                .finish(&format!("{reference}/create"), reference)
                .unwrap();
            ledger.row_done("people.csv", number, reference).unwrap();
        }
        for reference in ["a", "b"] {
            ledger.begin_undo(reference, reference).unwrap();
        }
        ledger.finish_undo("a").unwrap();
        assert_eq!(ledger.undoing_count().unwrap(), 1);
        assert_eq!(ledger.forget_undone().unwrap(), 1);
        let told = [(1, "a"), (2, "b"), (3, "c")].map(|(number, reference)| {
            let answer = ledger.answer(&format!("{reference}/create")).unwrap();
            let row = ledger.row("people.csv", number).unwrap().unwrap();
            (answer.is_some(), row.state)
        });
        let done = (true, "done".to_owned());
        assert_eq!(told, [(false, "planned".to_owned()), done.clone(), done]);
        ledger.abandon_undo("a").unwrap();
        ledger.abandon_undo("b").unwrap();
        assert_eq!(
            ledger.undone().unwrap(),
            HashMap::from([("a".to_owned(), true)])
        );
    }
}
