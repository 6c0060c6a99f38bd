//! What the API key turns out to be allowed: one refusal is of one client, the same for every client is of
//! the key.
//!
//! Only what a run cannot do without counts: requests with an effect, and the search for clients. What is
//! read besides is left out by whoever reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Call, is_id, route};

/// For so many clients a kind of request may be refused, with none of its kind allowed before; then the
/// key is known to lack the right to it.
const REFUSED_COUNT_MAX: usize = 5;
/// The search for clients, as a kind of request.
const SEARCH: &str = "GET /profiles";

/// What was seen, by kind of request such as `POST /profiles/{id}/tags`.
#[derive(Debug, Default)]
pub(super) struct Rights(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    by_kind: BTreeMap<String, Right>,
    /// Something was allowed for the first time, and nobody has written it down yet.
    is_news: bool,
}

#[derive(Clone, Debug)]
enum Right {
    /// It was allowed once, so a refusal is of one thing.
    Had,
    /// For whom it was refused, as hashes; it was never allowed.
    Refused(BTreeSet<[u8; 32]>),
}

impl Rights {
    /// A request was carried out.
    pub(super) fn had(&self, call: &Call<'_>) {
        let Some(kind) = kind(call) else { return };
        let mut seen = self.seen();
        if !matches!(seen.by_kind.get(&kind), Some(Right::Had)) {
            seen.by_kind.insert(kind, Right::Had);
            seen.is_news = true;
        }
    }

    /// A request was answered 403.
    pub(super) fn refused(&self, call: &Call<'_>) {
        let Some(kind) = kind(call) else { return };
        let mut seen = self.seen();
        let right = seen.by_kind.entry(kind);
        match right.or_insert_with(|| Right::Refused(BTreeSet::new())) {
            Right::Refused(whom) if whom.len() < REFUSED_COUNT_MAX => {
                whom.insert(whom_of(call));
            }
            Right::Refused(_) | Right::Had => {}
        }
    }

    /// These kinds were allowed in an earlier run.
    pub(super) fn had_before<'a>(&self, kinds: impl Iterator<Item = &'a str>) {
        let mut seen = self.seen();
        for kind in kinds {
            seen.by_kind.insert(kind.to_owned(), Right::Had);
        }
    }

    /// Every kind that was allowed, once more of them are known than when this was last asked.
    pub(super) fn news(&self) -> Option<Vec<String>> {
        let mut seen = self.seen();
        if !std::mem::take(&mut seen.is_news) {
            return None;
        }
        let had = seen.by_kind.iter();
        let had = had.filter(|(_, right)| matches!(right, Right::Had));
        Some(had.map(|(kind, _)| kind.clone()).collect())
    }

    /// What the key may not do at all, in words; `None` as long as nothing says so.
    pub(super) fn lacking(&self) -> Option<String> {
        let seen = self.seen();
        let lacking = seen.by_kind.iter().find_map(|(kind, right)| match right {
            Right::Refused(whom) if whom.len() >= REFUSED_COUNT_MAX => Some(kind),
            Right::Refused(_) | Right::Had => None,
        });
        lacking.map(|kind| {
            format!(
                "the server knows the API key and does not allow it {kind}: it answered 403 for each of \
                 the first {REFUSED_COUNT_MAX} clients, and never allowed it before"
            )
        })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The kind of a request that counts.
fn kind(call: &Call<'_>) -> Option<String> {
    let kind = format!("{} {}", call.method, route(&call.path));
    let counts = !call.is_admin && (!call.has_no_effect() || kind == SEARCH);
    counts.then_some(kind)
}

/// Whom a request is for: the profile in its path; else the client in its body, with links or without;
/// else what it says.
fn whom_of(call: &Call<'_>) -> [u8; 32] {
    let path = call.path.split('?').next().unwrap_or_default();
    if let Some(profile) = path.split('/').find(|part| is_id(part)) {
        return Sha256::digest(profile).into();
    }
    let Some(body) = &call.body else {
        return Sha256::digest(&call.path).into();
    };
    let read: Value = serde_json::from_slice(body).unwrap_or_default();
    match read["collected_data"]["customer_ref"].as_str() {
        Some(reference) => Sha256::digest(reference).into(),
        None => Sha256::digest(body).into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_right_is_lacking_only_when_it_was_refused_for_several_from_the_start() {
        let rights = Rights::default();
        let id = |number: u128| Uuid::from_u128(number);
        let tag = |profile: u128| {
            let path = format!("/profiles/{}/tags", id(profile));
            Call::post(path, &json!({"name": "x"}), Uuid::now_v7())
        };
        let make = |reference: &str, links: u32| {
            let data = json!({"customer_ref": reference, "links": links});
            Call::post(
                "/profiles",
                &json!({"collected_data": data}),
                Uuid::now_v7(),
            )
        };
        // Other things of one profile, other bodies of one client.
        (0..9).for_each(|_| rights.refused(&tag(1)));
        (0..9).for_each(|links| rights.refused(&make("C1", links)));
        (2..5).for_each(|profile| rights.refused(&tag(profile)));
        // What a run can do without.
        for profile in 0..9 {
            let path = format!("/profiles/{}/audit-items", id(profile));
            rights.refused(&Call::get(path));
        }
        assert_eq!(rights.lacking(), None);
        rights.refused(&tag(5));
        let said = rights.lacking().unwrap();
        assert!(
            said.contains(
                "POST /profiles/{id}/tags: it answered 403 for each of the first 5 clients"
            ),
            "{said}"
        );
        rights.had(&tag(6));
        assert_eq!(rights.lacking(), None);
        assert_eq!(
            rights.news(),
            Some(vec!["POST /profiles/{id}/tags".to_owned()])
        );
        assert_eq!(rights.news(), None);
        let search = |reference: u32| Call::get(format!("/profiles?q={reference}&limit=200"));
        (0..5).for_each(|reference| rights.refused(&search(reference)));
        assert!(rights.lacking().unwrap().contains("GET /profiles"));
        rights.had_before(["GET /profiles"].into_iter());
        assert_eq!(rights.lacking(), None);
        assert_eq!(rights.news(), None);
    }
}
