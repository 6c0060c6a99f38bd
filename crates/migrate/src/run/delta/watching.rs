//! What a run would move, without moving it.

use std::sync::Arc;

use serde_json::Value;

use super::super::clients::{body, create_step, tag_step};
use super::super::evidence;
use super::super::gone::{self, coming};
use super::super::links::shorten_links;
use super::super::targets::sent;
use super::super::verify::opened;
use super::super::{Follower, Options, Work, same_book};
use super::{Merged, Products, find, merge};
use crate::Error;
use crate::api::{Call, Failure};
use crate::book::{Client, Judged};
use crate::progress::Reporter;

/// What is told of what a run would move; the rest is only counted.
pub const WATCHED_COUNT_MAX: usize = 10_000;

/// What a run would move.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// Rows that were not sent yet and would be.
    pub new: u64,
    /// Rows that changed since they were sent and would be brought up to date.
    pub changed: u64,
    /// What was sent and has no row any more; nothing is taken away.
    pub gone: u64,
    /// Clients that changed in the source and on the server; they would be left alone.
    pub conflicts: u64,
    /// Profiles that were taken back with this state. Where there are any, a run refuses to send anything
    /// unless it is told to make them again; and it would make all of those anew.
    pub taken_back: u64,
    /// Each of these, up to [`WATCHED_COUNT_MAX`]: what it is, file, row, key, and more words.
    pub lines: Vec<[String; 5]>,
}

impl Watched {
    /// Whether a run would move nothing and tell nothing.
    pub fn is_quiet(&self) -> bool {
        self.new + self.changed + self.gone + self.conflicts + self.taken_back == 0
    }

    fn tell(&mut self, what: &str, (file, row): (&str, u64), key: &str, more: &str) {
        if self.lines.len() < WATCHED_COUNT_MAX {
            let row = if row == 0 {
                String::new()
            } else {
                row.to_string()
            };
            let line = [what, file, &row, key, more];
            self.lines.push(line.map(str::to_owned));
        }
    }
}

/// Compares the book with what was sent, and clients that changed with the server. Sends nothing, and
/// changes nothing in the state folder. The scope is the run's, whatever the options say.
///
/// Errors: as [`verify`](super::super::verify::verify).
pub async fn watch(options: Options, reporter: Arc<dyn Reporter>) -> Result<Watched, Error> {
    let mut work = opened(options, reporter)?;
    work.delta = find(&work)?;
    work.agree_with_ledger().await?;
    same_book::look(&work)?;
    let mut watched = Watched::default();
    if work.ledger.undone_at()?.is_some() || work.ledger.undoing_count()? > 0 {
        let count = work.ledger.undone_references()?.len() + work.ledger.undoing_count()?;
        watched.taken_back = count as u64;
    }
    clients(&work, &mut watched).await?;
    followers(&work, &mut watched)?;
    for (reference, things) in gone::find(&work)?.things {
        for thing in things {
            watched.gone += 1;
            watched.tell(
                "gone",
                ("", 0),
                &reference,
                &format!("{}: {}", thing.kind.as_str(), thing.why),
            );
        }
    }
    Ok(watched)
}

async fn clients(work: &Work, watched: &mut Watched) -> Result<(), Error> {
    for client in work.book.clients.iter().filter(|one| one.becomes_profile()) {
        let (row, step) = (&client.row, create_step(&client.row.reference));
        let place = (work.file(row), row.record.row);
        let Some(profile) = work.ledger.answer(&step)? else {
            watched.new += 1;
            watched.tell("new", place, &row.reference, "client");
            continue;
        };
        let ((base, _), now) = (sent(work, &step)?, body(client)?);
        let mut changed = Vec::new();
        if !base.is_null() && base != now["collected_data"] {
            match merged(work, &profile, (&base, &now["collected_data"])).await? {
                Merged::Same => {}
                Merged::Changed(_) => changed.push("client".to_owned()),
                Merged::Clashes(clashes) => {
                    watched.conflicts += 1;
                    let paths: Vec<&str> =
                        clashes.iter().map(|clash| clash.path.as_str()).collect();
                    watched.tell("conflict", place, &row.reference, &paths.join(", "));
                }
            }
        }
        changed.extend(beside_data(work, client, &now)?);
        if !changed.is_empty() {
            watched.changed += 1;
            watched.tell("changed", place, &row.reference, &changed.join("; "));
        }
    }
    Ok(())
}

/// What else a run would send for a client who is there, or tell of it: products, tags, and what the old
/// system decided.
fn beside_data(work: &Work, client: &Client, now: &Value) -> Result<Vec<String>, Error> {
    let reference = &client.row.reference;
    let mut changed = Vec::new();
    let products = Products::of(&work.ledger, reference, now)?;
    if !products.is_settled() {
        changed.push(products.in_words());
    }
    for tag in client.tags.iter() {
        if work.ledger.answer(&tag_step(reference, tag))?.is_none() {
            changed.push(format!("tag {tag}"));
        }
    }
    for evidence in evidence::of(client) {
        let step = evidence::step(reference, evidence);
        if work.ledger.answer(&step)?.is_none() {
            changed.push(format!("evidence for {}", evidence.task));
        }
    }
    Ok(changed)
}

/// What the versions of a client come to. A profile that is gone is a conflict.
async fn merged(
    work: &Work,
    profile: &str,
    (base, now): (&Value, &Value),
) -> Result<Merged, Error> {
    let path = format!("/profiles/{profile}/collected_data");
    match work.api.call(Call::get(path)).await {
        Ok(answer) => {
            let mut data = answer.body;
            shorten_links(&mut data);
            Ok(merge("collected_data", base, now, &data))
        }
        Err(Failure::Refused { .. } | Failure::Unclear(_)) => {
            Ok(merge("collected_data", base, now, &Value::Null))
        }
        Err(failure) => Err(failure.into()),
    }
}

fn followers(work: &Work, watched: &mut Watched) -> Result<(), Error> {
    for (name, row) in coming(work) {
        let judged: &Judged = row.judged();
        let place = (work.file(judged), judged.record.row);
        let step = match &row {
            Follower::Link(_) | Follower::Note(_) => name.clone(),
            Follower::Document(scan) if scan.kind.as_ref().is_some_and(|kind| kind.is_file) => {
                format!("{name}/file")
            }
            Follower::Document(_) => format!("{name}/document"),
        };
        let what = row.part();
        if work.live(&step)?.is_some() {
            if is_other_content(work, &row, &step)? {
                watched.changed += 1;
                watched.tell(
                    "changed",
                    place,
                    &judged.reference,
                    "the file of a document",
                );
            }
        } else if work.delta.old(&name).is_some() {
            watched.changed += 1;
            watched.tell("changed", place, &judged.reference, what);
        } else {
            watched.new += 1;
            watched.tell("new", place, &judged.reference, what);
        }
    }
    Ok(())
}

/// Whether the file that a row names is another than was sent.
fn is_other_content(work: &Work, row: &Follower<'_>, step: &str) -> Result<bool, Error> {
    let Follower::Document(scan) = row else {
        return Ok(false);
    };
    let sent = work.ledger.sent(step)?.unwrap_or_default();
    let sent: Value = serde_json::from_str(&sent).unwrap_or_default();
    let sha256 = scan.file.as_ref().map(|file| file.sha256.as_str());
    Ok(sent["sha256"]
        .as_str()
        .is_some_and(|sent| Some(sent) != sha256))
}
