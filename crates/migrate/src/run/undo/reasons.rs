//! What the policy wants to be said of a rejection, before anything is taken back.
//!
//! What was never approved is rejected, and a policy may want one of its reasons for that. A server
//! that refuses for want of it would leave half an account taken back.

use std::collections::BTreeSet;

use document::{Collector, Fields};

use crate::api::{Api, Call, Failure};

/// A reason to reject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    alias: String,
    /// Aliases of the products it is for; none: for all.
    products: Vec<String>,
}

/// The reasons to reject of the published policy; `None` where it cannot be read: on another server,
/// or with a key that is no administrator's.
///
/// Errors: a server that refuses every request or does not answer.
pub(super) async fn read(api: &Api) -> Result<Option<Vec<Reason>>, Failure> {
    match api.first_call(Call::get_admin("/admin/config")).await {
        Ok(answer) => Ok(answer.body["document"].as_str().and_then(of)),
        Err(Failure::KeyRefused | Failure::Refused { .. } | Failure::Unclear(_)) => Ok(None),
        Err(failure @ Failure::Fatal(_)) => Err(failure),
    }
}

fn of(text: &str) -> Option<Vec<Reason>> {
    let root = document::parse("policy", text).ok()?;
    let collector = Collector::new("policy");
    let fields = Fields::of(&root, &collector)?;
    let reasons = fields.list("decision_reasons").into_iter();
    let reasons = reasons.filter_map(|value| {
        let fields = value.fields()?;
        let products = fields.texts("products").into_iter();
        (fields.text("type") == "rejection").then(|| Reason {
            alias: fields.text("alias").to_owned(),
            products: products.map(str::to_owned).collect(),
        })
    });
    Some(reasons.collect())
}

/// Why the reasons given will not do for applications for these products, with those that would.
pub(super) fn lacking(
    known: &[Reason],
    given: &[String],
    products: &BTreeSet<&str>,
) -> Option<String> {
    for product in products {
        let is_for = |reason: &&Reason| {
            reason.products.is_empty() || reason.products.iter().any(|one| one == product)
        };
        let usable: Vec<&str> = (known.iter().filter(is_for))
            .map(|reason| reason.alias.as_str())
            .collect();
        let list = usable.join(", ");
        if given.is_empty() && !usable.is_empty() {
            return Some(format!(
                "the policy wants a reason to reject applications for {product}: add --reason ALIAS, one \
                 of {list}"
            ));
        }
        if let Some(unknown) = given.iter().find(|one| !usable.contains(&one.as_str())) {
            return Some(format!(
                "{unknown} is no reason of the policy to reject applications for {product}; there are: \
                 {list}"
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_must_be_one_for_every_product() {
        let text = "decision_reasons:\n  - {alias: a, type: rejection}\n  - {alias: b, type: rejection, \
                    products: [p]}\n  - {alias: c, type: approval}\n";
        let known = of(text).unwrap();
        assert_eq!(known.len(), 2);
        let check = |known: &[Reason], given: &[&str], products: &[&str], expected: &str| {
            let given: Vec<String> = given.iter().map(|one| (*one).to_owned()).collect();
            let told = lacking(known, &given, &products.iter().copied().collect());
            let told = told.unwrap_or_default();
            assert!(
                told.contains(expected) && told.is_empty() == expected.is_empty(),
                "{told}"
            );
        };
        check(&known, &[], &["p"], "one of a, b");
        check(&known, &[], &["q"], "one of a");
        check(&known, &[], &[], "");
        check(&known, &["a"], &["p", "q"], "");
        check(&known, &["b"], &["p"], "");
        check(
            &known,
            &["b"],
            &["p", "q"],
            "b is no reason of the policy to reject applications for q",
        );
        check(&known, &["c"], &["p"], "there are: a, b");
        check(&[], &[], &["p"], "");
    }
}
