//! The products that a client's row names by now, against those that were applied for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::clients::{application_start, create_step};
use crate::Error;
use crate::ledger::Ledger;

/// Where a remembered body names the products that its row named once and no longer does.
const LEFT: &str = "left_products";

/// How the products of a client stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::run) struct Products {
    /// Named by now, and never applied for.
    pub(in crate::run) fresh: BTreeSet<String>,
    /// Named again, after a run had told that it was not named any more.
    pub(in crate::run) again: BTreeSet<String>,
    /// Applied for, and no longer named: a person decides whether such an application ends.
    pub(in crate::run) left: BTreeSet<String>,
    /// Those of [`left`](Products::left) that no run has told yet.
    pub(in crate::run) newly_left: BTreeSet<String>,
    /// They are applied for once the profile is there, as those of companies in a circle are.
    pub(in crate::run) is_later: bool,
}

impl Products {
    /// Of the client with this reference, whose row makes this body by now.
    pub(in crate::run) fn of(
        ledger: &Ledger,
        reference: &str,
        now: &Value,
    ) -> Result<Products, Error> {
        let Some(sent) = ledger.sent(&create_step(reference))? else {
            // An older version of the tool did not keep what it sent.
            return Ok(Products::default());
        };
        let sent: Value = serde_json::from_str(&sent).unwrap_or_default();
        let (first, is) = (aliases(&sent), aliases(now));
        let told: BTreeSet<String> = texts(&sent[LEFT]).collect();
        let mut applied = first.clone();
        let start = application_start(reference);
        for step in ledger.finished_from(&start)? {
            applied.extend(step.strip_prefix(&start).map(str::to_owned));
        }
        applied.extend(told.iter().cloned());
        let left: BTreeSet<String> = applied.difference(&is).cloned().collect();
        Ok(Products {
            fresh: is.difference(&applied).cloned().collect(),
            again: is.intersection(&told).cloned().collect(),
            newly_left: left.difference(&told).cloned().collect(),
            left,
            is_later: first.is_empty() && told.is_empty(),
        })
    }

    /// Whether a run has nothing to do and nothing to tell that was not told before.
    pub(in crate::run) fn is_settled(&self) -> bool {
        let is_fresh = !self.is_later && !self.fresh.is_empty();
        !is_fresh && self.again.is_empty() && self.newly_left.is_empty()
    }

    /// What a run would do about them, in words.
    pub(in crate::run) fn in_words(&self) -> String {
        let fresh = self.fresh.iter().filter(|_| !self.is_later);
        let fresh = fresh.map(|alias| format!("application for {alias}"));
        let again = self.again.iter();
        let again = again.map(|alias| format!("application for {alias}, which is named again"));
        let left = self.newly_left.iter();
        let left = left.map(|alias| format!("application for {alias}, which is no longer named"));
        let all: Vec<String> = fresh.chain(again).chain(left).collect();
        all.join("; ")
    }

    /// Writes into a body that is remembered what is left.
    pub(in crate::run) fn put_into(&self, body: &mut Value) {
        keep_left(body, json!(self.left));
    }
}

/// Carries what is left over from one remembered body into the next.
pub(super) fn carry(before: &Value, body: &mut Value) {
    keep_left(body, before[LEFT].clone());
}

fn keep_left(body: &mut Value, left: Value) {
    let Value::Object(fields) = body else {
        return;
    };
    if left.as_array().is_some_and(|left| !left.is_empty()) {
        fields.insert(LEFT.to_owned(), left);
    } else {
        fields.remove(LEFT);
    }
}

fn aliases(body: &Value) -> BTreeSet<String> {
    let applications = body["applications"].as_array().into_iter().flatten();
    applications.map(|one| alias(one).to_owned()).collect()
}

/// The alias of the product that an application is for.
pub(in crate::run) fn alias(application: &Value) -> &str {
    application["product"]["alias"].as_str().unwrap_or_default()
}

fn texts(list: &Value) -> impl Iterator<Item = String> + '_ {
    let texts = list.as_array().into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(products: &[&str]) -> Value {
        let applications = products.iter();
        let applications = applications.map(|alias| json!({"product": {"alias": alias}}));
        json!({"applications": applications.collect::<Vec<_>>()})
    }

    #[test]
    fn a_product_that_is_no_longer_named_is_new_once_and_stays_left() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let of = |now: &[&str]| Products::of(&ledger, "1", &body(now)).unwrap();
        let remember = |mut body: Value, products: &Products| {
            products.put_into(&mut body);
            ledger.remember("1/create", &body.to_string()).unwrap();
        };
        assert!(of(&["b"]).is_settled(), "an older tool kept nothing");
        remember(body(&["a"]), &Products::default());
        assert!(of(&["a"]).is_settled());
        let changed = of(&["b"]);
        assert_eq!(
            changed.in_words(),
            "application for b; application for a, which is no longer named"
        );
        ledger.finish("1/application/b", "id").unwrap();
        ledger.finish("10/application/c", "id").unwrap();
        remember(body(&["b"]), &changed);
        let settled = of(&["b"]);
        assert!(settled.is_settled() && settled.left.contains("a"));
        let back = of(&["a"]);
        assert_eq!(
            back.in_words(),
            "application for a, which is named again; application for b, which is no longer named"
        );
        assert!(back.fresh.is_empty());
    }

    #[test]
    fn what_is_applied_for_later_is_neither_fresh_nor_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        ledger.remember("1/create", &body(&[]).to_string()).unwrap();
        let of = |now: &[&str]| Products::of(&ledger, "1", &body(now)).unwrap();
        assert!(of(&["a"]).is_settled());
        ledger.finish("1/application/a", "id").unwrap();
        assert!(of(&["a"]).is_settled());
        assert!(of(&["b"]).newly_left.contains("a"));
    }
}
