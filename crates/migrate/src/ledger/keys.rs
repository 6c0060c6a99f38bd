//! Idempotency keys: what makes two requests one, whichever state folder they come from.
//!
//! The key of a step is made of the account, the book, the step, and whom it is for: the `customer_ref`
//! of a profile that is to be made, where it has one, else the profile the step goes to. The body is no
//! part of it. Two runs of one book from two state folders so come to the same keys, and the server answers
//! the later one with what the earlier one made. A step that was answered and not kept counts that, and its
//! next try has another key; so does one that was refused by a server that may keep its refusals. Before
//! a profile is made under such a key, the server is asked whether somebody else made it meanwhile.
//!
//! The server is asked to share a key with the whole account, so that it is known when the API key is
//! another by then; none of a state that an older tool began, whose answers are kept by API key.
//!
//! What is made on purpose beside what is there (`--again`) has keys of the state's own. A step whose outcome
//! is not known keeps the key it was first sent under ([`super::tried`]).

use rusqlite::{Connection, OptionalExtension, named_params};
use serde_json::Value;
use uuid::Uuid;

use super::Ledger;
use crate::Error;

pub(super) const SCHEMA: &str = "
-- A step that makes a profile whose idempotency key is this state's own. A step of a person named inline
-- is so when it is first intended, if its company's is.
create table if not exists own_key (key text primary key) without rowid;
";

/// The fact of a ledger that says how it makes its idempotency keys; one that does not say was begun by
/// a tool that made them all of the run's id.
const KEYS: &str = "keys";
/// What it says, where an older tool shared no key of the state's own.
const SHARED: &str = "shared";
/// What it says of a new ledger.
const ALL_SHARED: &str = "all shared";
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
            self.set_fact(KEYS, ALL_SHARED)?;
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
        let keys = self.fact(KEYS)?.unwrap_or_default();
        if ![SHARED, ALL_SHARED].contains(&keys.as_str()) || self.is_own(step)? {
            return Ok(Key {
                id: self.idempotency_key(step)?,
                is_shared: keys == ALL_SHARED,
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
    pub(crate) fn failures(&self, step: &str) -> Result<i64, Error> {
        let connection = self.connection();
        let failures: Option<i64> = connection
            .prepare_cached("select failures from step where key = :key")?
            .query_row(named_params! {":key": step}, |row| row.get(0))
            .optional()?;
        Ok(failures.unwrap_or_default())
    }

    /// Whether a step makes a profile beside one that is there.
    fn is_own(&self, step: &str) -> Result<bool, Error> {
        let connection = self.connection();
        let mut own = connection.prepare_cached("select 1 from own_key where key = :key")?;
        Ok(own.exists(named_params! {":key": step})?)
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

/// A step that is intended for the first time has a key of this state's own when it makes the profile
/// of a person named inline by a company whose step has one. One that was begun before keeps its key.
pub(super) fn inherit(connection: &Connection, step: &str) -> Result<(), Error> {
    let owner = step.strip_suffix(CREATE);
    let Some((company, _)) = owner.and_then(|owner| owner.rsplit_once(INLINE)) else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "insert into own_key (key)
             select :key where exists (select 1 from own_key where key = :company)
             on conflict do nothing",
        )?
        .execute(named_params! {":key": step, ":company": format!("{company}{CREATE}")})?;
    Ok(())
}

/// Whom a profile that is to be made is of: the step says it where nothing else does.
fn named(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let data = &value["collected_data"];
    let mut names = ["customer_ref", "customer_reference"].iter();
    let reference = names.find_map(|name| data[*name].as_str());
    reference.map_or_else(String::new, |reference| format!("= {reference}"))
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
    }

    #[test]
    fn a_profile_without_a_reference_has_one_key_whatever_is_sent_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let link = r#"{"collected_data": {"officers": {"directors": [{"linked_profile": {}}]}}}"#;
        let keys = ["{}", link].map(|body| key(&ledger, "C/create", "/profiles", body));
        assert_eq!(keys[0], keys[1]);
        assert!(keys[0].is_shared);
    }

    #[test]
    fn a_person_named_inline_goes_with_the_company_unless_begun_before() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let (begun, later) = ("1/inline/a/create", "1/inline/b/create");
        let shared = |step: &str| {
            key(&ledger, step, "/profiles", "{}").id != ledger.idempotency_key(step).unwrap()
        };
        ledger.intend(begun, "{}").unwrap();
        let key_before = key(&ledger, begun, "/profiles", "{}");
        ledger
            .own_keys(["1/create".to_owned()].into_iter())
            .unwrap();
        ledger.intend(begun, "{}").unwrap();
        ledger.intend(later, "{}").unwrap();
        assert_eq!(key(&ledger, begun, "/profiles", "{}"), key_before);
        assert!(!shared(later) && !shared("1/create"));
        // Once its outcome is known, it goes with its company too.
        ledger.refuse(begun).unwrap();
        ledger.intend(begun, "{}").unwrap();
        assert!(!shared(begun));
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
