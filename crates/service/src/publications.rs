//! Publishing policy: numbered immutable versions of one institution, published per environment.

use document::Problems;
use serde_json::json;
use store::Commit;
use store::configs::{ConfigRow, PublicationRow};
use store::jobs::NewJob;

use crate::administration::{self, Deed};
use crate::change::Answer;
use crate::once::{self, Made, Start};
use crate::platform::PUBLICATION_KNOWN_MILLISECONDS_MAX;
use crate::{Caller, Environment, Failure, Kind, Platform, accounts, convert, render};

/// Largest policy document, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Tries when two people publish at once.
const ATTEMPTS_MAX: usize = 5;

/// How long after publishing the open applications begin to move, in microseconds: until then every
/// node has heard of it, so that none goes on under the version before.
const MOVE_MICROSECONDS: i64 = 2 * 1_000 * PUBLICATION_KNOWN_MILLISECONDS_MAX.cast_signed();

/// Why a document was not published.
#[derive(Debug)]
pub enum NotPublished {
    /// It has mistakes: each with its place and a hint.
    Mistakes(Problems),
    /// Something else.
    Failure(Failure),
}

impl From<Failure> for NotPublished {
    fn from(failure: Failure) -> NotPublished {
        NotPublished::Failure(failure)
    }
}

impl From<store::Error> for NotPublished {
    fn from(error: store::Error) -> NotPublished {
        NotPublished::Failure(error.into())
    }
}

/// A version as it would be published: compiled on top of what the institution has.
pub async fn check(
    platform: &Platform,
    institution: u128,
    document: &str,
) -> Result<config::Published, NotPublished> {
    let latest = store::configs::latest(&platform.store, institution).await?;
    let number = latest.as_ref().map_or(0, |row| row.number);
    let previous = match number {
        0 => None,
        number => Some(platform.config(institution, number).await?),
    };
    let version = u64::try_from(number + 1).unwrap_or_default();
    config::compile("policy", document, version, previous.as_deref())
        .map_err(NotPublished::Mistakes)
}

/// Stores a document as the next version and publishes it to the caller's account. A document
/// equal to the latest version is published again under its number; one that the account works by
/// already stays as it is. The answer says the number, and whether nothing has changed.
pub async fn publish(
    platform: &Platform,
    caller: &Caller,
    document: &str,
    author: &str,
) -> Result<Answer, NotPublished> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    for _ in 0..ATTEMPTS_MAX {
        check(platform, caller.institution, document).await?;
        let latest = store::configs::latest(&platform.store, caller.institution).await?;
        let known = known(platform, caller, document, latest.as_ref()).await?;
        let number = known.unwrap_or_else(|| latest.map_or(1, |row| row.number + 1));
        let mut commit = Commit::new();
        if known.is_none() {
            commit = commit.guard(store::configs::insert(&ConfigRow {
                institution: caller.institution,
                number,
                document: document.to_owned(),
                created_at: platform.now_micros(),
                author: author.to_owned(),
            }));
        }
        let by = (caller, author);
        let (commit, is_new) = put(platform, by, commit, (Deed::PolicyPublished, number)).await?;
        let answer = render::answer(&json!({ "number": number, "unchanged": !is_new }))?;
        match once::commit(platform, caller, commit, &answer.body).await? {
            Made::Lost(_) => {}
            made @ (Made::Now | Made::Before(_)) => {
                platform.forget_accounts();
                return Ok(made.answer(answer)?);
            }
        }
    }
    Err(contended().into())
}

/// Publishes to the caller's account the version that another environment works by.
pub async fn promote(
    platform: &Platform,
    caller: &Caller,
    from: Environment,
    author: &str,
) -> Result<Answer, Failure> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    let source = accounts::of(platform, from).await?;
    for _ in 0..ATTEMPTS_MAX {
        let current = store::configs::current(&platform.store, source.account).await?;
        let number = current
            .ok_or_else(|| Failure::not_found("published policy"))?
            .number;
        platform.config(caller.institution, number).await?;
        let (by, commit) = ((caller, author), Commit::new());
        let (commit, is_new) = put(platform, by, commit, (Deed::PolicyPromoted, number)).await?;
        let answer = render::answer(&json!({
            "number": number,
            "from": from.name(),
            "to": caller.environment.name(),
            "unchanged": !is_new,
        }))?;
        match once::commit(platform, caller, commit, &answer.body).await? {
            Made::Lost(_) => {}
            made @ (Made::Now | Made::Before(_)) => {
                platform.forget_accounts();
                return made.answer(answer);
            }
        }
    }
    Err(contended())
}

/// The number of a document that need not be stored again: the account works by it, or it is the
/// latest one.
async fn known(
    platform: &Platform,
    caller: &Caller,
    document: &str,
    latest: Option<&ConfigRow>,
) -> Result<Option<i64>, Failure> {
    if let Some(current) = store::configs::current(&platform.store, caller.account).await? {
        let config = platform.config(caller.institution, current.number).await?;
        if config.document == document {
            return Ok(Some(current.number));
        }
    }
    let latest = latest.filter(|row| row.document == document);
    Ok(latest.map(|row| row.number))
}

fn contended() -> Failure {
    Failure::new(
        Kind::Busy,
        wire::value::ErrorCode::DataPresent,
        "others are publishing at the same time; look at the newest version and try again",
    )
}

/// Adds what publishes a version to the caller's account, and says whether that is anything: nothing
/// when the account works by that version already.
async fn put(
    platform: &Platform,
    (caller, author): (&Caller, &str),
    commit: Commit,
    (deed, number): (Deed, i64),
) -> Result<(Commit, bool), Failure> {
    let account = caller.account;
    let current = store::configs::current(&platform.store, account).await?;
    if current
        .as_ref()
        .is_some_and(|current| current.number == number)
    {
        return Ok((commit, false));
    }
    let before = current.as_ref().map(|current| current.number);
    let reference = json!({ "number": number, "before": before });
    let deed = administration::write(platform, (account, &caller.actor), deed, reference)?;
    let now = platform.now_micros();
    let publication = PublicationRow {
        account,
        sequence: current.map_or(1, |current| current.sequence + 1),
        number,
        published_at: now,
        author: author.to_owned(),
    };
    let job = NewJob {
        account,
        key: format!("publish:{number}"),
        kind: "publish".to_owned(),
        profile_id: None,
        due_at: now.saturating_add(MOVE_MICROSECONDS),
        body: "{}".to_owned(),
        created_at: now,
    };
    let commit = commit
        .guard(store::configs::publish(&publication))
        .write(store::jobs::enqueue(&job))
        .write(deed);
    Ok((commit, true))
}

/// The document an account works by, with its number.
pub async fn current(platform: &Platform, caller: &Caller) -> Result<(i64, String), Failure> {
    let current = store::configs::current(&platform.store, caller.account).await?;
    let current = current.ok_or_else(|| Failure::not_found("published policy"))?;
    let config = platform.config(caller.institution, current.number).await?;
    Ok((current.number, config.document.clone()))
}

/// One version of the caller's institution.
pub async fn version(platform: &Platform, caller: &Caller, number: i64) -> Result<String, Failure> {
    Ok(platform
        .config(caller.institution, number)
        .await?
        .document
        .clone())
}

/// The newest versions, as JSON: number, time, author.
pub async fn versions(platform: &Platform, caller: &Caller) -> Result<serde_json::Value, Failure> {
    const SHOWN_MAX: i64 = 200;
    let rows = store::configs::list(&platform.store, caller.institution, SHOWN_MAX).await?;
    let current = store::configs::current(&platform.store, caller.account).await?;
    let current = current.map(|current| current.number);
    let versions = rows.into_iter().map(|row| {
        json!({
            "number": row.number,
            "created_at": wire::time::DateTime::from_micros(row.created_at),
            "author": row.author,
            "is_published": current == Some(row.number),
        })
    });
    Ok(json!({
        "institution": convert::id(caller.institution),
        "versions": versions.collect::<Vec<_>>(),
    }))
}
