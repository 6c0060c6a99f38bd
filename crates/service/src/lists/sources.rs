//! Where lists come from, and what is loaded of each.

use serde::Serialize;
use serde_json::{Value, json};
use store::Commit;
use store::lists::{SourceRow, SwapRow};
use wire::time::DateTime;

use super::Snapshot;
use super::changes::{self, Changes};
use super::fetch;
use super::load::{check_name, told_to_accounts};
use crate::administration::Deed;
use crate::{Actor, Failure, Platform};

/// Snapshots of one source that are shown.
pub const SNAPSHOTS_SHOWN_MAX: i64 = 1_000;
/// The shortest time between two fetches, in seconds.
pub const EVERY_SECONDS_MIN: i64 = 60;
/// The longest, in seconds.
pub const EVERY_SECONDS_MAX: i64 = 31 * 24 * 60 * 60;

/// A source to be added.
#[derive(Clone, Debug)]
pub struct NewSource {
    pub name: String,
    /// Empty: each publication is looked at.
    pub format: String,
    /// Where it is fetched from.
    pub address: Option<String>,
    pub every_seconds: Option<i64>,
}

/// How a source is fetched.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fetching {
    pub address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_seconds: Option<i64>,
    /// What the last fetch has brought.
    pub last: Value,
}

/// A source with what counts of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetching: Option<Fetching>,
    /// The snapshot that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Snapshot>,
    /// How many snapshots of it are kept.
    pub kept: usize,
    /// Since when the present one counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime>,
}

/// All sources of an institution, by name, and the number of the swap that they are at.
pub async fn status(platform: &Platform, institution: u128) -> Result<(i64, Vec<Source>), Failure> {
    let store = &platform.store;
    let sequence = store::lists::sequence(store, institution).await?;
    let swaps = store::lists::current(store, institution, sequence).await?;
    let mut sources = Vec::new();
    for row in store::lists::sources(store, institution).await? {
        let swap = swaps.iter().find(|swap| swap.source == row.name);
        let kept = store::lists::latest(store, institution, &row.name, SNAPSHOTS_SHOWN_MAX).await?;
        let number = swap.and_then(|swap| swap.number);
        let current = kept.iter().find(|one| Some(one.number) == number);
        sources.push(Source {
            fetching: fetching(&row)?,
            current: current.map(Snapshot::of).transpose()?,
            since: swap.map(|swap| DateTime::from_micros(swap.at)),
            kept: kept.len(),
            name: row.name,
        });
    }
    Ok((sequence, sources))
}

fn fetching(row: &SourceRow) -> Result<Option<Fetching>, Failure> {
    let Some(address) = &row.address else {
        return Ok(None);
    };
    let body: Value = serde_json::from_str(&row.body).map_err(Failure::internal)?;
    Ok(Some(Fetching {
        address: address.clone(),
        every_seconds: row.every_seconds,
        last: body["last"].clone(),
    }))
}

/// Adds a source, or sets where a known one is fetched from.
pub async fn add(
    platform: &Platform,
    institution: u128,
    source: NewSource,
    by: &Actor,
) -> Result<(), Failure> {
    check_name(&source.name)?;
    if !source.format.is_empty() {
        let known: Result<screening::lists::Format, String> = source.format.parse();
        known.map_err(|message| Failure::field("format", message))?;
    }
    if source
        .every_seconds
        .is_some_and(|every| !(EVERY_SECONDS_MIN..=EVERY_SECONDS_MAX).contains(&every))
    {
        let message = format!("must be {EVERY_SECONDS_MIN} to {EVERY_SECONDS_MAX} seconds");
        return Err(Failure::field("every", message));
    }
    if let Some(address) = &source.address {
        // Whether private addresses are allowed is for the node to say that fetches it.
        crate::outbound::check_url(address, true).map_err(|why| Failure::field("address", why))?;
    }
    let now = platform.now_micros();
    let told = json!({
        "source": source.name,
        "address": source.address,
        "every_seconds": source.every_seconds,
    });
    let row = SourceRow {
        institution,
        name: source.name,
        format: source.format,
        address: source.address,
        every_seconds: source.every_seconds,
        created_at: now,
        body: json!({ "format": 1 }).to_string(),
    };
    let mut commit = Commit::new().write(store::lists::set_source(&row));
    if let Some(account) = account(platform, institution).await?
        && row.every_seconds.is_some()
    {
        let job = fetch::job(account, &row.name, (now, now));
        commit = commit.write(store::jobs::enqueue(&job));
    }
    let commit = told_to_accounts(
        platform,
        commit,
        (institution, by),
        Deed::ListSourceSet,
        &told,
    )
    .await?;
    Ok(platform.store.commit(commit).await?)
}

/// The account in which the jobs of an institution's lists are.
async fn account(platform: &Platform, institution: u128) -> Result<Option<i64>, Failure> {
    let accounts = store::accounts::list(&platform.store).await?;
    let of_institution = accounts.iter().find(|one| one.institution == institution);
    Ok(of_institution.map(|account| account.account))
}

/// Takes a source away: nobody is screened against it from then on. Its snapshots are kept, since
/// old screenings cite them.
pub async fn remove(
    platform: &Platform,
    institution: u128,
    name: &str,
    by: &Actor,
) -> Result<(), Failure> {
    let store = &platform.store;
    let known = store::lists::sources(store, institution).await?;
    if !known.iter().any(|source| source.name == name) {
        return Err(Failure::not_found("list"));
    }
    let sequence = store::lists::sequence(store, institution).await?;
    let counts = store::lists::current(store, institution, sequence).await?;
    let counts = counts
        .iter()
        .any(|swap| swap.source == name && swap.number.is_some());
    let mut commit = Commit::new().write(store::lists::remove_source(institution, name));
    if let Some(account) = account(platform, institution).await? {
        commit = commit.write(store::jobs::cancel(account, &fetch::key(name)));
    }
    if counts {
        commit = commit.guard(store::lists::swap(&SwapRow {
            institution,
            sequence: sequence + 1,
            source: name.to_owned(),
            number: None,
            at: platform.now_micros(),
            body: json!({ "format": 1, "by": by }).to_string(),
        }));
    }
    let told = json!({ "source": name });
    let commit = told_to_accounts(
        platform,
        commit,
        (institution, by),
        Deed::ListSourceRemoved,
        &told,
    )
    .await?;
    store.commit(commit).await?;
    platform.lists.look_again();
    Ok(())
}

/// What leads from one snapshot of a source to another: from the one before the last to the last,
/// unless numbers say otherwise.
pub async fn diff(
    platform: &Platform,
    institution: u128,
    source: &str,
    numbers: Option<(i64, i64)>,
) -> Result<(Option<Snapshot>, Snapshot, Changes), Failure> {
    let store = &platform.store;
    let (before, after) = if let Some((before, after)) = numbers {
        let before = store::lists::load(store, institution, source, before).await?;
        let before = before.ok_or_else(|| Failure::not_found("snapshot of this list"))?;
        let after = store::lists::load(store, institution, source, after).await?;
        (Some(before), after)
    } else {
        let latest = store::lists::latest(store, institution, source, 2).await?;
        let mut latest = latest.into_iter();
        let after = latest.next();
        (latest.next(), after)
    };
    let after = after.ok_or_else(|| Failure::not_found("snapshot of this list"))?;
    let changes = changes::between(platform, before.as_ref(), &after).await?;
    let before = before.as_ref().map(Snapshot::of).transpose()?;
    Ok((before, Snapshot::of(&after)?, changes))
}
