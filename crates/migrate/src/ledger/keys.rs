//! Idempotency keys: what makes two requests one, whichever state folder they come from.
//!
//! The key of a step is made of the account, the book, the step, and whom it is for: the `customer_ref`
//! of a profile that is to be made (its whole body where it has none), else the profile the step goes
//! to. Two runs of one book from two state folders so come to the same keys, and the server answers
//! the later one with what the earlier one made. A step that the server refused for good, or answered
//! and did not keep, counts that, and its next try has another key.
//!
//! The server is asked to share such a key with the whole account; not so one of the state's own, and
//! none of a state that an older tool began, whose answers are kept by API key.
//!
//! What is made on purpose beside what is there (`--again`) has keys of the state's own.

use rusqlite::{OptionalExtension, named_params};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Ledger;
use crate::{Error, hex};

pub(super) const SCHEMA: &str = "
-- A step that makes a profile whose idempotency key is this state's own.
create table if not exists own_key (key text primary key) without rowid;
";

/// The fact of a ledger that says how it makes its idempotency keys; one that does not say was begun by
/// a tool that made them all of the run's id.
const KEYS: &str = "keys";
/// What it says.
const SHARED: &str = "shared";
/// The end of the name of a step that makes a profile.
const CREATE: &str = "/create";
/// What stands between a company's reference and a person named inline.
const INLINE: &str = "/inline/";

/// An idempotency key, and whether it is one for every API key of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) id: Uuid,
    pub(crate) is_shared: bool,
}

impl Ledger {
    /// Decides, before anything else is written into a new ledger, how it makes its keys.
    pub(super) fn choose_keys(&self) -> Result<(), Error> {
        if self.fact("id")?.is_none() {
            self.set_fact(KEYS, SHARED)?;
        }
        Ok(())
    }

    /// The idempotency key of a step that nobody else does: the same for every try until the server
    /// refuses it for good.
    pub fn idempotency_key(&self, step: &str) -> Result<Uuid, Error> {
        let name = format!("{step}#{}", self.failures(step)?);
        Ok(Uuid::new_v5(&self.run, name.as_bytes()))
    }

    /// The idempotency key of a step that another state of the same book would do too, of the path
    /// and the body it sends. It stands for one body: of a step the body follows from its name, and
    /// where it does not (a row edited since) the server says so instead of making a second.
    pub(crate) fn shared_key(&self, step: &str, path: &str, body: &str) -> Result<Key, Error> {
        if self.fact(KEYS)?.as_deref() != Some(SHARED) || self.is_own(step)? {
            return Ok(Key {
                id: self.idempotency_key(step)?,
                is_shared: false,
            });
        }
        let whom = match step.strip_suffix(CREATE) {
            Some(_) => named(body),
            // "/profiles/ID/…": which task a note goes to depends on when one looks.
            None => path.split('/').nth(2).unwrap_or_default().to_owned(),
        };
        let mut name = String::new();
        for fact in ["institution", "environment", "book"] {
            name.push_str(&self.fact(fact)?.unwrap_or_default());
            name.push('\0');
        }
        let name = format!("{name}{step}\0{whom}\0{}", self.failures(step)?);
        Ok(Key {
            id: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()),
            is_shared: true,
        })
    }

    /// How often the server refused a step for good, or did not keep it.
    fn failures(&self, step: &str) -> Result<i64, Error> {
        let connection = self.connection();
        let failures: Option<i64> = connection
            .prepare_cached("select failures from step where key = :key")?
            .query_row(named_params! {":key": step}, |row| row.get(0))
            .optional()?;
        Ok(failures.unwrap_or_default())
    }

    /// Whether a step makes a profile beside one that is there: of people named inline the company's
    /// step says so.
    fn is_own(&self, step: &str) -> Result<bool, Error> {
        let Some(owner) = step.strip_suffix(CREATE) else {
            return Ok(false);
        };
        let company = owner.rsplit_once(INLINE);
        let connection = self.connection();
        let mut own = connection.prepare_cached("select 1 from own_key where key = :key")?;
        for name in [Some(owner), company.map(|(reference, _)| reference)] {
            let Some(name) = name else { continue };
            if own.exists(named_params! {":key": format!("{name}{CREATE}")})? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// From now on these steps, none of which was sent, make profiles of this state's own.
    pub(crate) fn own_keys(&self, steps: impl Iterator<Item = String>) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for step in steps {
            transaction
                .prepare_cached("insert into own_key (key) values (:key) on conflict do nothing")?
                .execute(named_params! {":key": step})?;
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Whom a profile that is to be made is of.
fn named(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let data = &value["collected_data"];
    let mut names = ["customer_ref", "customer_reference"].iter();
    match names.find_map(|name| data[*name].as_str()) {
        Some(reference) => format!("= {reference}"),
        None => format!("# {}", hex(&Sha256::digest(body))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(ledger: &Ledger, step: &str, path: &str, body: &str) -> Key {
        ledger.shared_key(step, path, body).unwrap()
    }

    #[test]
    fn a_key_is_the_same_from_every_state_and_another_for_everything_else() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let open = |at: usize| {
            let ledger = Ledger::open(folders[at].path()).unwrap();
            ledger.settle("book", "b").unwrap();
            ledger.settle("environment", "demo").unwrap();
            ledger
        };
        let (one, other) = (open(0), open(1));
        let body = r#"{"collected_data": {"customer_ref": "1"}}"#;
        let create = ("1/create", "/profiles");
        let first = key(&one, create.0, create.1, body);
        assert_eq!(first, key(&other, create.0, create.1, body));
        // A server that compares bodies says that the row is another by now.
        let edited = r#"{"collected_data": {"customer_ref": "1", "more": 1}}"#;
        assert_eq!(first, key(&other, create.0, create.1, edited));
        let same = |step: &str, path: &str, body: &str| {
            let both = [&one, &other].map(|ledger| key(ledger, step, path, body));
            assert_eq!(both[0], both[1], "{step}");
            both[0]
        };
        let mut all = vec![
            first,
            same("2/create", "/profiles", body),
            same(
                "1/create",
                "/profiles",
                r#"{"collected_data": {"customer_ref": "2"}}"#,
            ),
            same("1/create", "/profiles", r#"{"collected_data": {}}"#),
            same("1/create", "/profiles", r#"{"collected_data": {"a": 1}}"#),
            same("1/tag/x", "/profiles/p/tags", "{}"),
            same("1/tag/x", "/profiles/q/tags", "{}"),
        ];
        let note = |task: &str| {
            same(
                "1/note/x.1",
                &format!("/profiles/p/tasks/{task}/notes"),
                "{}",
            )
        };
        assert_eq!(note("a"), note("b"));
        one.refuse("1/create").unwrap();
        all.push(key(&one, create.0, create.1, body));
        other.own_keys(["1/create".to_owned()].into_iter()).unwrap();
        all.push(key(&other, create.0, create.1, body));
        one.set_fact("environment", "live").unwrap();
        all.push(key(&one, create.0, create.1, body));
        one.set_fact("book", "c").unwrap();
        all.push(key(&one, create.0, create.1, body));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        // People named inline go with their company.
        let inline = "1/inline/0123456789abcdef/create";
        assert_ne!(
            key(&one, inline, "/profiles", "{}"),
            key(&other, inline, "/profiles", "{}")
        );
    }

    #[test]
    fn a_state_of_an_older_tool_keeps_its_keys() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        ledger.set_fact(KEYS, "").unwrap();
        drop(ledger);
        let ledger = Ledger::open(folder.path()).unwrap();
        let own = ledger.idempotency_key("1/create").unwrap();
        let old = key(&ledger, "1/create", "/profiles", "{}");
        assert_eq!((old.id, old.is_shared), (own, false));
    }
}
