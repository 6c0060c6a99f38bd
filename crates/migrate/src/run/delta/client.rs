//! Clients and people named inline whose rows changed after they were sent.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::Work;
use super::super::clients::{application_step, apply, body, create_step};
use super::super::targets::sent;
use super::super::undo::look::is_open;
use super::products::{self, Products, alias};
use super::{Clash, Edit, Merged, Rewritten, merge, rewrite};
use crate::Error;
use crate::api::{Call, Failure};
use crate::book::Associate;

/// Brings a client's profile up to what its row says now; whether it is.
pub(in crate::run) async fn update(
    work: &Work,
    place: usize,
    profile: &str,
) -> Result<bool, Error> {
    let client = &work.book.clients[place];
    let step = create_step(&client.row.reference);
    let (base, links) = sent(work, &step)?;
    let now = body(client)?;
    if base.is_null() {
        return Ok(true);
    }
    if base != now["collected_data"] {
        let versions = (&base, &now["collected_data"]);
        match updated(work, &client.row.reference, profile, versions).await? {
            Rewritten::Done => work.tell_change(&client.row, profile, "collected_data", "updated"),
            Rewritten::Nothing => {}
            Rewritten::Clashes(clashes) => {
                work.tell_conflict(&client.row, profile, clashes)?;
                return Ok(false);
            }
            Rewritten::Failed(message) | Rewritten::Unclear(message) => {
                if client.row.verdict.migrates() {
                    work.row_failed(&client.row, &message)?;
                }
                return Ok(false);
            }
        }
    }
    let is_sent = applied(work, place, profile, &step, &now).await?;
    if is_sent && base != now["collected_data"] {
        remember(work, &step, now, &links)?;
    }
    Ok(is_sent)
}

/// Remembers the body by now, the links that the profile was made with, and the products that are left.
fn remember(work: &Work, step: &str, mut body: Value, links: &[String]) -> Result<(), Error> {
    let before = work.ledger.sent(step)?.unwrap_or_default();
    products::carry(
        &serde_json::from_str(&before).unwrap_or_default(),
        &mut body,
    );
    if !links.is_empty() {
        body[super::super::targets::MADE_WITH_LINKS] = json!(links);
    }
    work.ledger.remember(step, &body.to_string())
}

async fn updated(
    work: &Work,
    reference: &str,
    profile: &str,
    (base, now): (&Value, &Value),
) -> Result<Rewritten, Error> {
    rewrite(work, (reference, "update"), profile, |data| {
        match merge("collected_data", base, now, data) {
            Merged::Same => Edit::Nothing,
            Merged::Changed(data) => Edit::Put(data),
            Merged::Clashes(clashes) => Edit::Clashes(clashes),
        }
    })
    .await
}

/// Applies for products that the row names only now, and tells of those it names no more: ending an
/// application is a decision, and a person's.
async fn applied(
    work: &Work,
    place: usize,
    profile: &str,
    step: &str,
    now: &Value,
) -> Result<bool, Error> {
    let client = &work.book.clients[place];
    let products = Products::of(&work.ledger, &client.row.reference, now)?;
    if products.is_settled() {
        return Ok(true);
    }
    let fail = |message: &str| {
        if client.row.verdict.migrates() {
            work.row_failed(&client.row, message)?;
        }
        Ok(false)
    };
    let ended = match ended(work, profile, &products.again).await? {
        Ok(ended) => ended,
        Err(message) => return fail(&message),
    };
    let is_wanted = |alias: &str| {
        ended.contains(alias) || (!products.is_later && products.fresh.contains(alias))
    };
    for alias in &ended {
        // What was answered then was for the application that has ended since.
        let step = application_step(&client.row.reference, alias);
        if work.ledger.answer(&step)?.is_some() {
            work.ledger.distrust(&step)?;
        }
    }
    let applications = now["applications"].as_array().into_iter().flatten();
    let wanted: Vec<&Value> = applications.filter(|one| is_wanted(alias(one))).collect();
    if let Some(message) = apply(work, place, profile, &json!(wanted)).await? {
        return fail(&message);
    }
    let tell = |alias: &str, how: &str| {
        let what = format!("application for {alias}");
        work.tell_change(&client.row, profile, &what, how);
    };
    for one in &wanted {
        tell(alias(one), "added");
    }
    for alias in products.again.difference(&ended) {
        tell(alias, "the row names it again; it stands still");
    }
    for alias in &products.newly_left {
        let how = "the row no longer names it; it stays until a person ends it";
        tell(alias, how);
    }
    let body = work.ledger.sent(step)?.unwrap_or_default();
    let mut body: Value = serde_json::from_str(&body).unwrap_or_default();
    if !products.is_later {
        body["applications"] = now["applications"].clone();
    }
    products.put_into(&mut body);
    work.ledger.remember(step, &body.to_string())?;
    Ok(true)
}

/// Which of these products have no application that stands on the server any more; or why that cannot
/// be known.
async fn ended(
    work: &Work,
    profile: &str,
    products: &BTreeSet<String>,
) -> Result<Result<BTreeSet<String>, String>, Error> {
    let mut ended = products.clone();
    if ended.is_empty() {
        return Ok(Ok(ended));
    }
    let path = format!("/profiles/{profile}/applications");
    let applications = match work.api.call(Call::get(path)).await {
        Ok(answer) => answer.body,
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
            return Ok(Err(message));
        }
        Err(failure) => return Err(failure.into()),
    };
    for application in applications.as_array().into_iter().flatten() {
        if is_open(application) {
            ended.remove(alias(application));
        }
    }
    Ok(Ok(ended))
}

/// The profile of a person named inline whose row changed and who is the same person still; its data
/// is brought up to what the row says now. `None` when it is somebody else.
pub(in crate::run) async fn person(
    work: &Work,
    associate: &Associate,
    (old, step): (&str, &str),
) -> Result<Option<Result<String, Vec<Clash>>>, Error> {
    let profile = match (work.ledger.answer(old)?, work.ledger.tried(old)?) {
        (Some(profile), _) => profile,
        // The link may not be there; the person is.
        (None, Some(tried)) => tried.path,
        (None, None) => return Ok(None),
    };
    let Some(made_by) = work.delta.inline_step(&profile) else {
        return Ok(None);
    };
    let (base, _) = sent(work, made_by)?;
    let body = associate.body.get()?;
    let now = &body["collected_data"];
    if base.is_null() || !is_same_person(&base, now) {
        return Ok(None);
    }
    let reference = &associate.row.reference;
    match updated(work, reference, &profile, (&base, now)).await? {
        Rewritten::Done => {
            work.tell_change(&associate.row, &profile, "person named inline", "updated");
        }
        Rewritten::Nothing => {}
        Rewritten::Clashes(clashes) => return Ok(Some(Err(clashes))),
        Rewritten::Failed(message) | Rewritten::Unclear(message) => {
            let clash = Clash {
                path: "person named inline".to_owned(),
                sent: String::new(),
                source: String::new(),
                server: message,
            };
            return Ok(Some(Err(vec![clash])));
        }
    }
    let body = body.to_string();
    work.ledger.replace(made_by, step, (&profile, &body))?;
    Ok(Some(Ok(profile)))
}

/// Two versions of a row name one person when the day of birth is the same, or first and family name.
fn is_same_person(was: &Value, is: &Value) -> bool {
    let (was, is) = (&was["personal_details"], &is["personal_details"]);
    let agree = |path: &str| {
        let value = was.pointer(path).filter(|value| !value.is_null());
        value.is_some() && value == is.pointer(path)
    };
    agree("/dob") || (agree("/name/family_name") && agree("/name/given_names/0"))
}
