//! Looking at one profile before it is taken back.

use serde_json::{Value, json};

use super::super::compare::Comparing;
use super::super::delta::Products;
use super::super::read_back::Purpose;
use super::super::targets::{Kind, Target, sent_by};
use super::touched::{Touched, touched};
use super::{Client, Fate, Place};
use crate::Error;
use crate::api::{Call, Failure};

/// Fields that are named of one profile.
const FIELDS_NAMED_MAX: usize = 3;

/// What was found on a profile.
#[derive(Clone, Debug, Default)]
pub(super) struct Looked {
    pub(super) entity: String,
    /// Applications that are open: id and status.
    pub(super) open: Vec<(String, String)>,
    /// Products whose applications would be rejected: never approved.
    pub(super) rejected: Vec<String>,
    /// The profiles that list it.
    pub(super) parents: Vec<String>,
    pub(super) touched: Touched,
    /// Why it is not certainly this state's.
    pub(super) of_others: Option<String>,
    /// Why it cannot be judged.
    pub(super) gone: Option<String>,
}

/// Looks at a profile and its audit.
pub(super) async fn look_at(place: &Place, client: &Client) -> Result<Looked, Error> {
    let path = format!("/profiles/{}", client.profile);
    let profile = match place.api.call(Call::get(&path)).await {
        Ok(answer) => answer.body,
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
            return Ok(Looked {
                gone: Some(format!("it cannot be read: {message}")),
                ..Looked::default()
            });
        }
        Err(failure) => return Err(failure.into()),
    };
    let parents = profile["linked_to"].as_array().into_iter().flatten();
    let parents = parents.filter_map(|one| one["profile"]["id"].as_str());
    let mut looked = Looked {
        entity: text(&profile["collected_data"]["entity_type"]),
        open: open(&profile),
        rejected: rejected(&profile),
        parents: parents.map(str::to_owned).collect(),
        ..Looked::default()
    };
    // What was begun is not asked again who has touched it: this tool has.
    if client.fate == Fate::GoOn {
        return Ok(looked);
    }
    looked.gone = changed(place, client, &profile)?;
    if looked.gone.is_none() {
        let items = format!("{path}/audit-items");
        match place.api.call(Call::get(&items)).await {
            Ok(answer) => match touched(place, client, &answer.body)? {
                Ok(touched) => {
                    looked.of_others =
                        place
                            .owned
                            .doubted(&place.ledger, client, touched.made_at)?;
                    looked.touched = touched;
                }
                Err(why) => looked.gone = Some(why),
            },
            Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
                looked.gone = Some(format!("who has touched it cannot be told: {message}"));
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(looked)
}

/// The applications of a profile that are open.
pub(in crate::run) fn open(profile: &Value) -> Vec<(String, String)> {
    let applications = profile["applications"].as_array().into_iter().flatten();
    let open = applications.filter(|application| is_open(application));
    open.map(|one| (text(&one["id"]), text(&one["status"])))
        .collect()
}

/// Whether an application stands: it has not ended, and it is not hidden.
pub(in crate::run) fn is_open(application: &Value) -> bool {
    let status = application["status"].as_str();
    application["hidden"] != true && matches!(status, Some("APPLIED" | "APPROVED" | "IN_REVIEW"))
}

/// The products of applications that are open and were never approved.
fn rejected(profile: &Value) -> Vec<String> {
    let open = open(profile).into_iter();
    let applied: Vec<String> = open
        .filter(|(_, status)| status == "APPLIED")
        .map(|(id, _)| id)
        .collect();
    let applications = profile["applications"].as_array().into_iter().flatten();
    let applied = applications.filter(|one| applied.contains(&text(&one["id"])));
    applied.map(|one| text(&one["product"]["alias"])).collect()
}

/// Which fields are not as they were sent.
fn changed(place: &Place, client: &Client, profile: &Value) -> Result<Option<String>, Error> {
    let step = format!("{}/create", client.reference);
    let (sent, sent_links) = sent_by(&place.ledger, &step)?;
    if sent.is_null() {
        let why = "what was sent for it is not known: an older tool made it";
        return Ok(Some(why.to_owned()));
    }
    let target = Target {
        reference: client.reference.clone(),
        profile: client.profile.clone(),
        body: json!({"collected_data": sent}),
        sent: sent.clone(),
        sent_links,
        products: Products::default(),
        kind: Kind::Inline,
        client: None,
        inline_owner: None,
        gone: Vec::new(),
    };
    let seen = place.ledger.seen(&client.profile)?;
    let mut comparing = Comparing::new(&target, seen.is_some(), Purpose::Verify);
    let found = &profile["collected_data"];
    comparing.compare("collected_data", (&sent, &sent), found);
    let mut fields: Vec<String> = comparing
        .differences
        .into_iter()
        .map(|it| it.what)
        .collect();
    if let Some(seen) = seen {
        let extras = comparing.extras.into_keys();
        fields.extend(extras.filter(|name| !seen.extras.contains(name)));
    }
    if fields.is_empty() {
        return Ok(None);
    }
    let more = fields.len().saturating_sub(FIELDS_NAMED_MAX);
    fields.truncate(FIELDS_NAMED_MAX);
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Ok(Some(format!(
        "changed since it was sent: {}{more}",
        fields.join(", ")
    )))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
