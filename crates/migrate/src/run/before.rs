//! Whether the book was brought over before, from a state this run knows nothing of.
//!
//! A profile is found again by its step in the ledger. A run with an empty ledger would make every
//! client a second time, so it looks for some of them on the server first.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Work, clients, id};
use crate::Error;
use crate::api::{Call, Failure};
use crate::book::Client;

/// How many clients are looked for at most: as many from the beginning, where a run that was
/// stopped early got to, as from the whole book.
const LOOKED_FOR_MAX: usize = 10;
/// How many profiles are asked for per client: references that begin alike are found too.
const FOUND_MAX: u32 = 200;

/// Refuses to go on when clients of the book are on the server and the ledger is new.
pub(super) async fn refuse_repetition(work: &Work) -> Result<(), Error> {
    if work.options.may_repeat || work.ledger.is_begun()? {
        return Ok(());
    }
    let some = sample(&work.book.clients);
    let mut found = Vec::new();
    for (client, reference) in &some {
        match look_for(work, reference).await {
            Ok(profile) => found.extend(profile.map(|profile| (*client, profile))),
            Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
                let what = "not looked for clients that are on the server already";
                work.reporter.say(&format!("{what}: {message}"));
                return Ok(());
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    let Some((client, profile)) = found.first() else {
        return Ok(());
    };
    Err(Error::Repeated(format!(
        "{} of {} clients looked for are on the server already (line {} of {} is profile {profile}), \
         and the state folder {} does not know them; nothing was sent",
        found.len(),
        some.len(),
        client.row.record.line,
        work.file(&client.row),
        work.ledger.folder().display(),
    )))
}

/// Some clients with the references their profiles would be found by.
fn sample(clients: &[Client]) -> Vec<(&Client, String)> {
    let named: Vec<(&Client, String)> = clients
        .iter()
        .filter(|client| client.becomes_profile())
        .filter_map(|client| {
            let body = clients::body(client);
            let reference = body["collected_data"]["customer_ref"].as_str()?.trim();
            (!reference.is_empty()).then(|| (client, reference.to_owned()))
        })
        .collect();
    let half = LOOKED_FOR_MAX / 2;
    let rest = named.len().saturating_sub(half);
    let stride = rest.div_ceil(half).max(1);
    let (first, rest) = named.split_at(named.len() - rest);
    let spread = rest.iter().step_by(stride);
    first.iter().chain(spread).cloned().collect()
}

/// The profile of a customer reference.
async fn look_for(work: &Work, reference: &str) -> Result<Option<String>, Failure> {
    let words = utf8_percent_encode(reference, NON_ALPHANUMERIC);
    let path = format!("/profiles?q={words}&limit={FOUND_MAX}");
    let answer = work.api.call(Call::get(path)).await?;
    let results = answer.body["results"].as_array();
    let mut results = results.into_iter().flatten();
    let has_it = |profile: &&serde_json::Value| {
        profile["collected_data"]["customer_ref"].as_str() == Some(reference)
    };
    Ok(results.find(has_it).map(id))
}
