//! Whether clients have second profiles: made on the server by somebody else, with their references.
//!
//! The server is not asked for one client after another. It is asked for its profiles, page by page, and
//! those that the run did not make are held against the references that it sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::before::{NO_SEARCH, reference_in};
use super::gone::{Kind, parsed};
use super::marks::Marks;
use super::targets::sent;
use super::{Cause, Difference, Work, id};
use crate::Error;
use crate::api::{Call, Failure};

/// What is said where the server does not list its profiles.
pub(super) const NOT_LOOKED_FOR: &str = "second profiles of the clients were not looked for";
/// How many profiles are asked for at a time.
const PAGE_COUNT: usize = 200;

/// Profiles by their reference.
type Others = BTreeMap<String, BTreeSet<String>>;

/// The clients with second profiles; else why they could not be looked for.
pub(super) async fn look(work: &Work) -> Result<Result<Vec<Difference>, String>, Error> {
    let mut wanted = Marks::default();
    each_reference(work, |reference, _, _| {
        wanted.insert(reference);
    })?;
    let mut others = match listed(work, &wanted).await? {
        Ok(others) => others,
        Err(why) => return Ok(Err(why)),
    };
    leave_out_known(work, &mut others).await?;
    let mut differences = Vec::new();
    each_reference(work, |reference, key, profile| {
        if let Some(others) = others.get(reference) {
            let mut ids = others.clone();
            ids.insert(profile.to_owned());
            differences.push(Difference {
                reference: key.to_owned(),
                profile: profile.to_owned(),
                what: format!("profiles with customer_ref {reference}"),
                expected: profile.to_owned(),
                found: ids.into_iter().collect::<Vec<_>>().join(", "),
                cause: Cause::Added,
            });
        }
    })?;
    Ok(Ok(differences))
}

/// Gives the `customer_ref` of each client that was sent with one, its key in the book and its profile.
fn each_reference(work: &Work, mut give: impl FnMut(&str, &str, &str)) -> Result<(), Error> {
    for finished in work.ledger.finished() {
        let (step, profile) = finished?;
        let Some((Kind::Client, key, _)) = parsed(&step) else {
            continue;
        };
        let (data, _) = sent(work, &step)?;
        if let Some(reference) = reference_in(&json!({"collected_data": data})) {
            give(&reference, key, &profile);
        }
    }
    Ok(())
}

/// The account's profiles that have a wanted reference and were not made by the run.
async fn listed(work: &Work, wanted: &Marks) -> Result<Result<Others, String>, Error> {
    let mut others = Others::new();
    let mut offset = 0;
    loop {
        let path = format!("/profiles?limit={PAGE_COUNT}&offset={offset}");
        let answer = match work.api.call(Call::get(path)).await {
            Ok(answer) => answer.body,
            Err(Failure::Refused {
                status, message, ..
            }) if NO_SEARCH.contains(&status) => {
                return Ok(Err(format!(
                    "the server does not list its profiles: {message}"
                )));
            }
            Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
                return Ok(Err(message));
            }
            Err(failure) => return Err(failure.into()),
        };
        let Some(results) = answer["results"].as_array() else {
            return Ok(Err("the answer has no list of results".to_owned()));
        };
        for profile in results {
            let Some(reference) = reference_in(profile).filter(|one| wanted.contains(one)) else {
                continue;
            };
            let id = id(profile);
            if !work.has_made(&id)? {
                others.entry(reference).or_default().insert(id);
            }
        }
        offset += results.len();
        let count = answer["count"].as_u64();
        let is_more = count.map_or(results.len() == PAGE_COUNT, |count| count > offset as u64);
        if !is_more || work.is_stopped() {
            return Ok(Ok(others));
        }
        if results.is_empty() {
            let count = count.unwrap_or_default();
            let why = format!("the answer ends after {offset} of {count} profiles");
            return Ok(Err(why));
        }
    }
}

/// Leaves out profiles that were taken back, and those that were there when the clients were told to come
/// all the same, which are told as such.
async fn leave_out_known(work: &Work, others: &mut Others) -> Result<(), Error> {
    if others.is_empty() {
        return Ok(());
    }
    let doubled = work.ledger.doubled()?.into_iter();
    let mut known: BTreeSet<String> = doubled.map(|(_, _, _, profile)| profile).collect();
    for profile in others.values().flatten() {
        if !known.contains(profile) && work.is_taken_back(profile).await? {
            known.insert(profile.clone());
        }
    }
    for profiles in others.values_mut() {
        profiles.retain(|profile| !known.contains(profile));
    }
    others.retain(|_, profiles| !profiles.is_empty());
    Ok(())
}
