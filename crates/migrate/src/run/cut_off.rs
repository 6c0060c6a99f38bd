//! Clients that were being sent when an earlier run was cut off.
//!
//! Whether their profiles were made is not known. Sent again under the same idempotency key, they are
//! found by a server that still knows the key. One that does not makes a second profile: keys are kept for a
//! while, and with most servers belong to the API key they came with. So before anything is sent, the server is asked
//! for the `customer_ref` that was sent, and the profile it finds is the client's. Who cannot be looked up, or
//! not be told from another, is not sent in this run.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::links::same;
use super::{Work, before, id};
use crate::Error;
use crate::ledger::Whose;
use crate::numbered;

/// So many profiles are named of which one may be a client's.
const NAMED_COUNT_MAX: usize = 5;

/// A client whose sending was cut off.
struct CutOff {
    step: String,
    /// The body that was sent.
    body: Value,
}

/// Finds out what became of the clients whose sending was cut off, as far as the server says: of those
/// that have a `customer_ref`, people named inline included. What is not found is sent again later,
/// under its own idempotency key.
///
/// Errors: a server that refuses the key or does not answer.
pub(super) async fn settle(work: &Work) -> Result<(), Error> {
    let mut by_reference: BTreeMap<String, Vec<CutOff>> = BTreeMap::new();
    let mut nameless_count = 0;
    for step in work.ledger.unknown()? {
        let Some(body) = work.ledger.intent(&step)?.filter(|_| is_profile(&step)) else {
            continue;
        };
        let body: Value = serde_json::from_str(&body).unwrap_or_default();
        match before::reference_in(&body) {
            Some(reference) => {
                let group = by_reference.entry(reference).or_default();
                group.push(CutOff { step, body });
            }
            None => nameless_count += 1,
        }
    }
    if nameless_count > 0 {
        work.reporter.say(&format!(
            "{} being sent when an earlier run was cut off, without a customer_ref to look for: what was \
             sent is sent again under the same idempotency key, which a server knows for a while, and \
             often only from the same API key",
            numbered(nameless_count, "client was", "clients were")
        ));
    }
    if by_reference.is_empty() {
        return Ok(());
    }
    if before::may_be_others(work)? {
        let what = "being sent when an earlier run was cut off, and not looked for now";
        let count: usize = by_reference.values().map(Vec::len).sum();
        work.reporter.say(&format!(
            "{} {what}: with --again others may have the same references",
            numbered(count, "client was", "clients were")
        ));
        return Ok(());
    }
    let undone = work.ledger.undone()?;
    for (reference, group) in by_reference {
        if work.is_stopped() {
            return Ok(());
        }
        settle_group(work, &reference, &group, &undone).await?;
    }
    Ok(())
}

fn is_profile(step: &str) -> bool {
    step.ends_with("/create")
}

/// Settles the clients of one `customer_ref`, nearly always a single one.
async fn settle_group(
    work: &Work,
    reference: &str,
    group: &[CutOff],
    undone: &HashMap<String, bool>,
) -> Result<(), Error> {
    let mut found: Vec<Value> = Vec::new();
    let searched = before::search(work, reference, reference, |profile| {
        let profile_id = id(profile);
        let is_own = undone.contains_key(&profile_id) || work.ledger.is_answer(&profile_id)?;
        if !is_own {
            found.push(profile.clone());
        }
        Ok(false)
    });
    let why_not = searched.await?.why_not();
    let mut there = Vec::new();
    for profile in found {
        // What another state made and took back is nobody's.
        if !work.is_taken_back(&id(&profile)).await? {
            there.push(profile);
        }
    }
    let pairs = if why_not.is_some() {
        Vec::new()
    } else {
        pairs(group, &there)
    };
    let is_open = |one: &&CutOff| pairs.iter().all(|(known, _)| known.step != one.step);
    // What is left of those that are there may be of any who are left.
    let is_ambiguous = pairs.len() < there.len();
    let open_count = group.len() - pairs.len();
    for one in group.iter().filter(is_open) {
        if let Some(why) = &why_not {
            work.hold_back(&one.step, why);
        } else if is_ambiguous {
            let left = there.iter().map(id);
            let left = left.filter(|it| pairs.iter().all(|(_, known)| id(known) != *it));
            let why = ambiguous(reference, open_count, &left.collect::<Vec<_>>());
            work.hold_back_saying(&one.step, why);
        }
    }
    for (one, profile) in pairs {
        let whose = Whose::Unclear;
        work.ledger.finish_by(&one.step, &id(profile), whose)?;
    }
    Ok(())
}

/// What is said of a client whose profile cannot be told from others, of so many clients.
fn ambiguous(reference: &str, count: usize, profiles: &[String]) -> String {
    let named = &profiles[..profiles.len().min(NAMED_COUNT_MAX)];
    let more = match profiles.len() - named.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let advice = if count == 1 {
        "Give those that are not its own another customer_ref on the server and run again: one that is \
         left counts as its own, and where none is left it is sent."
            .to_owned()
    } else {
        format!(
            "As {count} clients were cut off with it, a profile counts as one's own only where it holds \
             what was sent of one of them alone: change it so on the server, or give all of these \
             profiles another customer_ref, and run again: where none of them is left, all are sent."
        )
    };
    format!(
        "it was not sent: its sending was cut off, and whether one of the profiles with customer_ref \
         {reference} is its own cannot be told: {}{more}. {advice} A run with --again sends it without \
         looking",
        named.join(", ")
    )
}

/// Which profile is whose. Where there are several, only what was sent tells, and only when it says it
/// of one alone.
fn pairs<'a>(group: &'a [CutOff], found: &'a [Value]) -> Vec<(&'a CutOff, &'a Value)> {
    if let ([one], [profile]) = (group, found) {
        return vec![(one, profile)];
    }
    let is_of = |one: &CutOff, profile: &Value| {
        holds(&profile["collected_data"], &one.body["collected_data"])
    };
    let alone = |one: &&'a CutOff| {
        let mut theirs = found.iter().filter(|profile| is_of(one, profile));
        let profile = theirs.next().filter(|_| theirs.next().is_none())?;
        let others = group.iter().filter(|other| is_of(other, profile)).count();
        (others == 1).then_some((*one, profile))
    };
    group.iter().filter_map(|one| alone(&one)).collect()
}

/// Whether everything that was sent is there.
fn holds(found: &Value, sent: &Value) -> bool {
    match (found, sent) {
        (Value::Object(found), Value::Object(sent)) => sent.iter().all(|(name, sent)| {
            let found = found.get(name).unwrap_or(&Value::Null);
            sent.is_null() || holds(found, sent)
        }),
        (Value::Array(found), Value::Array(sent)) => sent
            .iter()
            .all(|sent| found.iter().any(|found| holds(found, sent))),
        (found, sent) => same(found, sent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_profile_is_a_clients_only_when_it_can_be_no_others() {
        let data = |name: &str| json!({"id": name, "collected_data": {"name": name, "more": 1}});
        let check = |sent: &[&str], found: &[&str], expected: &[&str]| {
            let group: Vec<CutOff> = sent
                .iter()
                .map(|name| CutOff {
                    step: (*name).to_owned(),
                    body: json!({"collected_data": {"name": name, "none": null}}),
                })
                .collect();
            let found: Vec<Value> = found.iter().map(|name| data(name)).collect();
            let told = pairs(&group, &found);
            let told: Vec<&str> = told.iter().map(|(one, _)| one.step.as_str()).collect();
            assert_eq!(told, expected, "{sent:?} {found:?}");
        };
        check(&["a"], &[], &[]);
        // The row was mended since, or the server writes it in another way.
        check(&["a"], &["A"], &["a"]);
        check(&["a", "b"], &["b"], &["b"]);
        check(&["a", "b"], &["b", "a"], &["a", "b"]);
        check(&["a", "a"], &["a"], &[]);
        check(&["a"], &["a", "a"], &[]);
        check(&["a"], &["a", "b"], &["a"]);
    }
}
