//! A publication becomes the snapshot that counts, or is refused and changes nothing.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use screening::lists::{Hints, Part, Unreadable};
use screening::snapshot::{self, Header, KEPT_PERCENT_MIN, Load, Snapshot as Taken};
use serde::Serialize;
use serde_json::{Value, json};
use store::Commit;
use store::lists::{SnapshotRow, SourceRow, SwapRow};
use wire::time::DateTime;
use wire::value::ErrorCode;

use super::{Body, NAME_PARTS, Snapshot, changes, content, hexadecimal};
use crate::administration::{self, Deed};
use crate::platform::FreshIds;
use crate::{Actor, Failure, Kind, Platform};

/// Files of one publication at most.
pub const PARTS_MAX: usize = 16;
/// Longest name of a source, in characters.
pub const NAME_CHARS_MAX: usize = 40;
/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 500;
/// How often a load that others were faster than is tried again.
const TRIES_MAX: usize = 5;
/// Pieces of a load that did not end are cleared away after so long.
const LEFT_BEHIND_SECONDS: i64 = 60 * 60;
/// Problems that are kept in words.
const PROBLEMS_KEPT_MAX: usize = 50;

/// What is to be loaded.
pub struct Loading {
    /// The source; else it is called as the format is.
    pub source: Option<String>,
    /// The files, each with its name.
    pub parts: Vec<(String, Box<dyn Read + Send>)>,
    /// What the files do not say.
    pub hints: Hints,
    /// What the publication is called; else what it says itself, or the day.
    pub publication: Option<String>,
    /// Why a publication that is much smaller than the one before is taken.
    pub accept_smaller: Option<String>,
    /// Who loads it.
    pub by: Actor,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Loaded {
    /// The same bytes as those that count already; nothing was stored.
    Unchanged { snapshot: Snapshot },
    /// It counts from now on.
    Swapped {
        snapshot: Box<Snapshot>,
        /// What counted before.
        before: Option<Box<Snapshot>>,
        /// Entries by what happened to them.
        added: usize,
        changed: usize,
        removed: usize,
        /// The number of the swap.
        lists_as_of: i64,
    },
}

/// What was read and may be taken.
pub(super) struct Fit {
    /// What it says that it is called.
    pub(super) called: Option<String>,
    /// Of the bytes as published.
    pub(super) sha256: Vec<u8>,
    /// The contents, as the pieces hold them.
    pub(super) bytes: Vec<u8>,
    pub(super) entries: i64,
    pub(super) body: Body,
}

/// Loads a publication for an institution.
pub async fn load(
    platform: &Platform,
    institution: u128,
    loading: Loading,
) -> Result<Loaded, Failure> {
    let mut named = Named::of(&loading)?;
    let (parts, hints) = (loading.parts, loading.hints);
    let (source, now) = (named.source.clone(), platform.now());
    let read = tokio::task::spawn_blocking(move || read(&source, parts, (&hints, now))).await;
    let fit = read.map_err(Failure::internal)??;
    if named.source.is_empty() {
        named.source.clone_from(&fit.body.read_as);
    }
    take(platform, institution, &named, fit).await
}

/// A file as a part of a publication; one whose name ends in `.zst` is unpacked while it is read.
pub fn part(path: &Path) -> std::io::Result<(String, Box<dyn Read + Send>)> {
    let file = File::open(path)?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    match name.strip_suffix(".zst") {
        Some(plain) => Ok((plain.to_owned(), Box::new(zstd::Decoder::new(file)?))),
        None => Ok((name, Box::new(file))),
    }
}

/// Makes what was read count, unless it counts already or is too small.
pub(super) async fn take(
    platform: &Platform,
    institution: u128,
    named: &Named,
    fit: Fit,
) -> Result<Loaded, Failure> {
    clear(platform, institution).await?;
    let id = domain::Ids::fresh(&mut FreshIds::at(platform.now()));
    let mut pieces = None;
    for _ in 0..TRIES_MAX {
        let current = current(platform, institution, &named.source).await?;
        if let Some(same) = current.as_ref().filter(|row| row.sha256 == fit.sha256) {
            let snapshot = Snapshot::of(same)?;
            return Ok(Loaded::Unchanged { snapshot });
        }
        named.refuse_smaller(&fit, current.as_ref())?;
        let written = match pieces {
            Some(written) => written,
            None => content::write(&platform.store, (institution, id), &fit.bytes).await?,
        };
        pieces = Some(written);
        let row = row(platform, (institution, id), (named, &fit), written)?;
        if let Some(loaded) = swap(platform, (named, row), current).await? {
            return Ok(loaded);
        }
    }
    let message = "other loads were faster each time; try again";
    Err(Failure::new(
        Kind::Conflict,
        ErrorCode::InvalidInputData,
        message,
    ))
}

/// What a load is called, checked.
pub(super) struct Named {
    pub(super) source: String,
    pub(super) publication: Option<String>,
    pub(super) accept_smaller: Option<String>,
    pub(super) by: Actor,
}

impl Named {
    fn of(loading: &Loading) -> Result<Named, Failure> {
        if let Some(source) = &loading.source {
            check_name(source)?;
        }
        if loading.parts.is_empty() || loading.parts.len() > PARTS_MAX {
            let message = format!("must be 1 to {PARTS_MAX} files of one publication");
            return Err(Failure::field("files", message));
        }
        let reason = loading.accept_smaller.as_deref().map(str::trim);
        if reason.is_some_and(|text| text.is_empty() || text.chars().count() > REASON_CHARS_MAX) {
            let message = format!("must be a reason of 1 to {REASON_CHARS_MAX} characters");
            return Err(Failure::field("accept_smaller", message));
        }
        let publication = loading.publication.clone();
        let is_text = |text: &String| {
            let count = text.chars().count();
            (1..=100).contains(&count) && !text.chars().any(char::is_control)
        };
        if publication.as_ref().is_some_and(|text| !is_text(text)) {
            let message = "must be 1 to 100 characters on one line";
            return Err(Failure::field("publication", message));
        }
        Ok(Named {
            source: loading.source.clone().unwrap_or_default(),
            publication,
            accept_smaller: reason.map(str::to_owned),
            by: loading.by.clone(),
        })
    }

    fn refuse_smaller(&self, fit: &Fit, current: Option<&SnapshotRow>) -> Result<(), Failure> {
        let entries = fit.entries;
        let before = current.map_or(0, |row| row.entries);
        let percent = i64::try_from(KEPT_PERCENT_MIN).unwrap_or_default();
        if self.accept_smaller.is_some() || entries * 100 >= before * percent {
            return Ok(());
        }
        Err(refused(format!(
            "the publication has {entries} entries and the one before it {before}: less than \
             {percent} % of them, so it may be cut off; the list stays as it was"
        )))
    }
}

/// Refuses a name that a policy could not name.
pub(super) fn check_name(name: &str) -> Result<(), Failure> {
    let signs =
        |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "_-".contains(sign);
    let fits = (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(signs);
    if fits && name != NAME_PARTS {
        return Ok(());
    }
    let message = format!(
        "must be a name other than {NAME_PARTS} of 1 to {NAME_CHARS_MAX} small letters, digits, \"-\" and \"_\", such as ofac"
    );
    Err(Failure::field("source", message))
}

fn refused(message: String) -> Failure {
    Failure::new(Kind::Invalid, ErrorCode::InvalidInputData, message)
}

/// Reads the files; refuses what is not whole.
fn read(
    source: &str,
    parts: Vec<(String, Box<dyn Read + Send>)>,
    (hints, now): (&Hints, Timestamp),
) -> Result<Fit, Failure> {
    let parts = parts
        .into_iter()
        .map(|(name, reader)| Part::new(name, reader));
    let publication =
        screening::lists::read(parts.collect(), hints).map_err(|error| unreadable(&error))?;
    if let Some(refusal) = snapshot::refuse(&publication, None) {
        return Err(refused(format!("{refusal}; the list stays as it was")));
    }
    let load = Load {
        source: source.to_owned(),
        loaded_at: now,
    };
    let snapshot = Taken::unchecked(publication, load);
    let header = snapshot.header();
    let digits = &header.sha256;
    let byte = |at| u8::from_str_radix(digits.get(at..at + 2).unwrap_or_default(), 16);
    let sha256: Result<Vec<u8>, _> = (0..digits.len()).step_by(2).map(byte).collect();
    let problems = header.problems.first().iter().take(PROBLEMS_KEPT_MAX);
    Ok(Fit {
        called: header.published.clone(),
        sha256: sha256.map_err(Failure::internal)?,
        bytes: content::to_bytes(snapshot.entries())?,
        entries: i64::try_from(snapshot.entries().len()).map_err(Failure::internal)?,
        body: Body {
            format: 1,
            read_as: header.format.to_string(),
            kinds: kinds(header),
            problems: header.problems.count(),
            first_problems: problems.map(ToString::to_string).collect(),
            accepted_because: None,
        },
    })
}

fn unreadable(error: &Unreadable) -> Failure {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    refused(format!("{error}{}", cause.unwrap_or_default()))
}

async fn current(
    platform: &Platform,
    institution: u128,
    source: &str,
) -> Result<Option<SnapshotRow>, Failure> {
    let store = &platform.store;
    let swaps = store::lists::current(store, institution, i64::MAX).await?;
    let number = swaps.iter().find(|swap| swap.source == source);
    match number.and_then(|swap| swap.number) {
        Some(number) => Ok(store::lists::load(store, institution, source, number).await?),
        None => Ok(None),
    }
}

fn row(
    platform: &Platform,
    (institution, id): (u128, u128),
    (named, fit): (&Named, &Fit),
    pieces: i64,
) -> Result<SnapshotRow, Failure> {
    let today = DateTime::from_micros(platform.now_micros()).to_string();
    let day = today.split('T').next().unwrap_or(&today).to_owned();
    let called = named.publication.clone().or_else(|| fit.called.clone());
    let body = Body {
        accepted_because: named.accept_smaller.clone(),
        ..fit.body.clone()
    };
    Ok(SnapshotRow {
        institution,
        source: named.source.clone(),
        number: 0,
        id,
        publication: called.unwrap_or(day),
        sha256: fit.sha256.clone(),
        loaded_at: platform.now_micros(),
        loaded_by: administration::who(named.by.clone()).name,
        entries: fit.entries,
        pieces,
        size_bytes: i64::try_from(fit.bytes.len()).map_err(Failure::internal)?,
        body: serde_json::to_string(&body).map_err(Failure::internal)?,
    })
}

fn kinds(header: &Header) -> Vec<(String, u64)> {
    let kinds = header.counts.kinds.iter();
    kinds
        .map(|(kind, count)| (format!("{kind:?}").to_lowercase(), *count))
        .collect()
}

/// Makes the snapshot count: its row, the swap and the audit of each account, in one commit. Nothing
/// is answered where another load was faster.
async fn swap(
    platform: &Platform,
    (named, mut row): (&Named, SnapshotRow),
    before: Option<SnapshotRow>,
) -> Result<Option<Loaded>, Failure> {
    let store = &platform.store;
    let institution = row.institution;
    let latest = store::lists::latest(store, institution, &row.source, 1).await?;
    row.number = latest.first().map_or(0, |row| row.number) + 1;
    let sequence = store::lists::sequence(store, institution).await? + 1;
    let swap = SwapRow {
        institution,
        sequence,
        source: row.source.clone(),
        number: Some(row.number),
        at: row.loaded_at,
        body: json!({ "format": 1, "by": named.by }).to_string(),
    };
    let told = told(named, &row, (before.as_ref(), sequence));
    let commit = Commit::new()
        .guard(store::lists::insert(&row))
        .guard(store::lists::swap(&swap));
    let by = (institution, &named.by);
    let mut commit = told_to_accounts(platform, commit, by, Deed::ListLoaded, &told).await?;
    let known = store::lists::sources(store, institution).await?;
    if !known.iter().any(|source| source.name == row.source) {
        commit = commit.guard(store::lists::add_source(&SourceRow {
            institution,
            name: row.source.clone(),
            format: String::new(),
            address: None,
            every_seconds: None,
            created_at: row.loaded_at,
            body: json!({ "format": 1 }).to_string(),
        }));
    }
    let changes = match row.source.as_str() {
        NAME_PARTS => changes::Changes::default(),
        _ => changes::between(platform, before.as_ref(), &row).await?,
    };
    match store.commit(commit).await {
        Ok(()) => platform.lists.look_again(),
        Err(store::Error::Conflict { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    Ok(Some(Loaded::Swapped {
        snapshot: Box::new(Snapshot::of(&row)?),
        before: before.as_ref().map(Snapshot::of).transpose()?.map(Box::new),
        added: changes.added.len(),
        changed: changes.changed.len(),
        removed: changes.removed.len(),
        lists_as_of: sequence,
    }))
}

/// What the audit says of a load.
fn told(
    named: &Named,
    row: &SnapshotRow,
    (before, sequence): (Option<&SnapshotRow>, i64),
) -> Value {
    json!({
        "source": row.source,
        "snapshot": row.number,
        "publication": row.publication,
        "sha256": hexadecimal(&row.sha256),
        "entries": row.entries,
        "before": before.map(|before| before.number),
        "accepted_because": named.accept_smaller,
        "lists_as_of": sequence,
    })
}

/// Writes what was done to the lists into the audit of each account that shares them.
pub(super) async fn told_to_accounts(
    platform: &Platform,
    mut commit: Commit,
    (institution, by): (u128, &Actor),
    deed: Deed,
    told: &Value,
) -> Result<Commit, Failure> {
    for account in store::accounts::list(&platform.store).await? {
        if account.institution == institution {
            let write = administration::write(platform, (account.account, by), deed, told.clone())?;
            commit = commit.write(write);
        }
    }
    Ok(commit)
}

/// Clears away the pieces of loads that did not end, long ago.
async fn clear(platform: &Platform, institution: u128) -> Result<(), Failure> {
    let long_ago = platform.now() - SignedDuration::from_secs(LEFT_BEHIND_SECONDS);
    let before = domain::Ids::fresh(&mut FreshIds::at(long_ago));
    let left = store::lists::left_behind(&platform.store, institution, before).await?;
    for id in left {
        let commit = Commit::new().write(store::lists::delete_pieces(institution, id));
        platform.store.commit(commit).await?;
    }
    Ok(())
}
