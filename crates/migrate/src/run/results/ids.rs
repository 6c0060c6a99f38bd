//! `ids.csv`: which profile each client of the book has become.

use std::path::Path;

use serde_json::Value;

use super::super::Work;
use super::super::clients::create_step;
use super::super::gone::{Gone, Kind, inline_steps};
use super::super::read_back::ReadBack;
use super::{ResultFile, writer};
use crate::Error;
use crate::book::Client;

/// Writes a line for each profile that this state has made: the client's reference in the old system, of
/// a person named inline the company's with a mark; the profile; its role; and its applications with
/// their products, in one order, joined by `;`. Without a look at the server nothing is known of
/// applications.
pub(super) fn write(
    work: &Work,
    gone: &Gone,
    read_back: Option<&ReadBack>,
    path: &Path,
) -> Result<(), Error> {
    let mut file = writer(path)?;
    file.write(["key", "profile_id", "kind", "products", "application_ids"])?;
    let add = |file: &mut ResultFile, reference: &str, profile: &str, kind: &str| {
        let found = read_back.map(|found| found.standing.of(profile));
        let found = found.transpose()?.unwrap_or_default();
        let mut of_profile: Vec<(&str, &str)> = found
            .iter()
            .map(|one| (one.product.as_str(), one.application.as_str()))
            .collect();
        of_profile.sort_unstable();
        let (products, ids): (Vec<&str>, Vec<&str>) = of_profile.into_iter().unzip();
        file.write([
            reference,
            profile,
            kind,
            &products.join(";"),
            &ids.join(";"),
        ])
    };
    for client in work.book.clients.iter().filter(|one| one.becomes_profile()) {
        let reference = &client.row.reference;
        if let Some(profile) = work.ledger.answer(&create_step(reference))? {
            add(&mut file, reference, &profile, &role(client))?;
        }
    }
    let mut inline: Vec<(String, String)> = inline_steps(work)?.into_iter().collect();
    inline.sort_unstable_by(|one, other| one.1.cmp(&other.1));
    for (profile, step) in inline {
        let reference = step.strip_suffix("/create").unwrap_or(&step);
        let kind = sent_role(work, &step)?;
        add(&mut file, reference, &profile, &kind)?;
    }
    for (reference, things) in &gone.things {
        for thing in things.iter().filter(|thing| thing.kind == Kind::Client) {
            let kind = sent_role(work, &thing.step)?;
            add(&mut file, reference, &thing.answer, &kind)?;
        }
    }
    file.end()
}

/// The role of a client's profile, as the API says it.
fn role(client: &Client) -> String {
    let role = if client.is_associate_only {
        "ASSOCIATED"
    } else {
        "CUSTOMER"
    };
    format!("{}_{role}", client.entity.as_str())
}

/// The role that a step made a profile with, as the API says it; empty where an older tool did not
/// remember it.
fn sent_role(work: &Work, step: &str) -> Result<String, Error> {
    let body = work.ledger.sent(step)?.unwrap_or_default();
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    Ok(body["role"].as_str().unwrap_or_default().to_owned())
}
