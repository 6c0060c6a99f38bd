//! What this state has sent and the source no longer has.
//!
//! The ledger's finished steps are what was sent; the book says which steps its rows stand for. A
//! finished step that no row stands for any more is told as a difference, since nothing can be
//! unsent: its row is gone, says something else, or no longer comes over. A row that is there still
//! but does not come over is found by the name its step had. A step that was sent and cut off is told
//! too when no row will try it again: whether it was carried out is not known.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::clients::create_step;
use super::links::inline_owner;
use super::{Follower, Work, content_name, evidence};
use crate::Error;
use crate::book::{Judged, Person};

/// The steps that made people named inline, by the profile they made.
pub(super) fn inline_steps(work: &Work) -> Result<HashMap<String, String>, Error> {
    let replaced = work.ledger.replaced()?;
    let finished = work.ledger.finished()?.into_iter();
    let inline = finished.filter(|(step, _)| {
        let is_inline = parsed(step).is_some_and(|(kind, _, _)| kind == Kind::Inline);
        is_inline && !replaced.contains(step)
    });
    Ok(inline.map(|(step, profile)| (profile, step)).collect())
}

/// Everything that was sent and that no row stands for any more.
#[derive(Debug, Default)]
pub(super) struct Gone {
    /// By the client's reference.
    pub(super) things: BTreeMap<String, Vec<Thing>>,
    /// By source and number: rows that do not come over now but did, and the profile they became or
    /// went to.
    rows: HashMap<(usize, u64), String>,
}

/// One thing that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    /// The step that sent it.
    pub(super) step: String,
    /// What the server made: of clients, people and links the profile.
    pub(super) answer: String,
    /// What became of its row.
    pub(super) why: String,
}

/// What was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Client,
    Inline,
    Link,
    Document,
    File,
    Note,
    Evidence,
}

impl Kind {
    /// Its name in `differences.csv`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Kind::Client => "client",
            Kind::Inline => "person named inline",
            Kind::Link => "link",
            Kind::Document => "document",
            Kind::File => "file",
            Kind::Note => "note",
            Kind::Evidence => "evidence",
        }
    }
}

/// What became of a row that is not found by the name of its step.
pub(super) const GONE_OR_OTHER: &str = "its row is gone or says something else now";

/// Finds what was sent and is no longer in the book.
pub(super) fn find(work: &Work) -> Result<Gone, Error> {
    let stood_for = StoodFor::by(work);
    // Rows that were edited stand in for what was sent of them before.
    let replaced = work.ledger.replaced()?;
    let mut finished = work.ledger.finished()?;
    finished.retain(|(step, _)| !replaced.contains(step));
    let paired = |name: &str| work.delta.is_paired(name);
    let unknown = work.ledger.unknown()?;
    let profiles: HashMap<&str, &str> = finished
        .iter()
        .map(|(step, answer)| (step.as_str(), answer.as_str()))
        .collect();
    let links = finished.iter().filter(|(step, _)| {
        parsed(step).is_some_and(|(kind, _, name)| kind == Kind::Link && stood_for.comes(name))
    });
    let linked: HashSet<&str> = links.map(|(_, profile)| profile.as_str()).collect();
    let known = profiles.iter().map(|(step, answer)| (*step, *answer));
    let sent = known.chain(unknown.iter().map(|step| (step.as_str(), "")));
    let mut gone = Gone::default();
    for (step, answer) in sent {
        let Some((kind, reference, name)) = parsed(step) else {
            continue;
        };
        // Of a person who is linked still, the mapping makes something else since.
        let is_linked = kind == Kind::Inline && linked.contains(answer);
        if stood_for.comes(name) || is_linked || paired(name) {
            continue;
        }
        let row = stood_for.0.get(name).copied().flatten();
        if let Some(row) = row {
            let profile = match kind {
                Kind::Document | Kind::File | Kind::Note | Kind::Evidence => profiles
                    .get(create_step(reference).as_str())
                    .copied()
                    .unwrap_or_default(),
                Kind::Client | Kind::Inline | Kind::Link => answer,
            };
            if !profile.is_empty() {
                let place = (row.source, row.record.row);
                gone.rows.insert(place, profile.to_owned());
            }
        }
        let things = gone.things.entry(reference.to_owned()).or_default();
        things.push(Thing {
            kind,
            step: step.to_owned(),
            answer: answer.to_owned(),
            why: why(kind, row, answer),
        });
    }
    Ok(gone)
}

/// What became of the row of something that was sent.
fn why(kind: Kind, row: Option<&Judged>, answer: &str) -> String {
    let mut why = match row {
        Some(row) => {
            let (number, reasons) = (row.record.line, row.verdict.reasons.join(";"));
            format!("its row (line {number}) no longer comes over: {reasons}")
        }
        None if kind == Kind::Client => "its row is gone".to_owned(),
        None => GONE_OR_OTHER.to_owned(),
    };
    if answer.is_empty() {
        why.push_str("; its sending was cut off: look whether it is on the server");
    }
    why
}

impl Gone {
    /// The profile that a row which does not come over now became or went to.
    pub(super) fn profile(&self, row: &Judged) -> Option<&str> {
        let profile = self.rows.get(&(row.source, row.record.row));
        profile.map(String::as_str)
    }

    /// How many things there are.
    pub(super) fn count(&self) -> usize {
        self.things.values().map(Vec::len).sum()
    }
}

/// The names of steps the book's rows stand for; with a row where it does not come over.
struct StoodFor<'a>(HashMap<String, Option<&'a Judged>>);

impl<'a> StoodFor<'a> {
    fn by(work: &'a Work) -> StoodFor<'a> {
        let mut names = HashMap::new();
        let (coming, others): (Vec<_>, Vec<_>) = work
            .book
            .clients
            .iter()
            .partition(|client| client.becomes_profile());
        for client in coming {
            names.insert(create_step(&client.row.reference), None);
            for evidence in evidence::of(client) {
                names.insert(evidence::step(&client.row.reference, evidence), None);
            }
        }
        for client in others {
            let name = create_step(&client.row.reference);
            names.entry(name).or_insert(Some(&client.row));
        }
        let mut counts: HashMap<String, u32> = HashMap::new();
        let (coming, others): (Vec<_>, Vec<_>) =
            followers(work).partition(|(_, row, has_owner)| *has_owner && row.verdict.migrates());
        for (is_coming, rows) in [(true, coming), (false, others)] {
            for (part, row, _) in rows {
                let start = format!("{}/{part}/{}", row.reference, content_name(row));
                let count = counts.entry(start.clone()).or_default();
                *count += 1;
                names.insert(format!("{start}.{count}"), (!is_coming).then_some(row));
            }
        }
        for associate in &work.book.associates {
            let is_coming = associate.owner.is_some() && associate.row.verdict.migrates();
            if associate.person == Person::Inline {
                let owner = inline_owner(&associate.row.reference, associate);
                let row = names
                    .entry(create_step(&owner))
                    .or_insert(Some(&associate.row));
                if is_coming {
                    *row = None;
                }
            }
        }
        StoodFor(names)
    }
}

impl StoodFor<'_> {
    /// Whether a row of that name comes over.
    fn comes(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(None))
    }
}

/// The rows that follow clients and come over, each with the name it gives its step.
pub(super) fn coming(work: &Work) -> Vec<(String, Follower<'_>)> {
    let book = &work.book;
    let links = book.associates.iter().filter(|one| one.owner.is_some());
    let scans = book.documents.iter().filter(|one| one.owner.is_some());
    let notes = book.notes.iter().filter(|one| one.owner.is_some());
    let rows = (links.map(Follower::Link))
        .chain(scans.map(Follower::Document))
        .chain(notes.map(Follower::Note));
    let mut counts: HashMap<String, u32> = HashMap::new();
    rows.filter(|row| row.judged().verdict.migrates())
        .map(|row| {
            let judged = row.judged();
            let start = format!(
                "{}/{}/{}",
                judged.reference,
                row.part(),
                content_name(judged)
            );
            let count = counts.entry(start.clone()).or_default();
            *count += 1;
            (format!("{start}.{count}"), row)
        })
        .collect()
}

/// Every row that follows a client, with its part of a step's name and whether its client comes over.
fn followers(work: &Work) -> impl Iterator<Item = (&'static str, &Judged, bool)> {
    let book = &work.book;
    let links = (book.associates.iter()).map(|one| ("associate", &one.row, one.owner.is_some()));
    let scans = (book.documents.iter()).map(|one| ("document", &one.row, one.owner.is_some()));
    let notes = (book.notes.iter()).map(|one| ("note", &one.row, one.owner.is_some()));
    links.chain(scans).chain(notes)
}

/// What a step sent, for which reference, and the name a row gives it; `None` for steps that are
/// part of another.
pub(super) fn parsed(step: &str) -> Option<(Kind, &str, &str)> {
    if let Some(owner) = step.strip_suffix("/create") {
        return Some(match owner.rsplit_once("/inline/") {
            Some((reference, person)) if is_hash(person) => (Kind::Inline, reference, step),
            Some(_) | None => (Kind::Client, owner, step),
        });
    }
    let of = |name: &str, part: &str| {
        let (reference, content) = name.rsplit_once(part)?;
        let (hash, count) = content.split_once('.')?;
        (is_hash(hash) && count.parse::<u32>().is_ok()).then_some(reference.len())
    };
    for (part, end, kind) in [
        ("/associate/", "", Kind::Link),
        ("/note/", "", Kind::Note),
        ("/evidence/", "", Kind::Evidence),
        ("/document/", "/document", Kind::Document),
        ("/document/", "/file", Kind::File),
    ] {
        if let Some(name) = step.strip_suffix(end)
            && let Some(length) = of(name, part)
        {
            return Some((kind, &name[..length], name));
        }
    }
    None
}

fn is_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|sign| sign.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_what_it_sent_and_for_whom() {
        let check = |step: &str, expected: &str| {
            let told = parsed(step).map(|(kind, reference, name)| {
                format!("{} of {reference} by {name}", kind.as_str())
            });
            assert_eq!(told.unwrap_or_default(), expected, "{step}");
        };
        let hash = "0123456789abcdef";
        check("a/b/create", "client of a/b by a/b/create");
        let inline = format!("a/inline/{hash}/create");
        check(&inline, &format!("person named inline of a by {inline}"));
        let name = format!("a/document/{hash}.2");
        check(
            &format!("{name}/document"),
            &format!("document of a by {name}"),
        );
        check(&format!("{name}/file"), &format!("file of a by {name}"));
        check(&format!("{name}/image"), "");
        let name = format!("a/note/{hash}.1");
        check(&name, &format!("note of a by {name}"));
        let name = format!("a/evidence/{hash}.1");
        check(&name, &format!("evidence of a by {name}"));
        check("a/tag/x", "");
        check("a/application/x", "");
    }
}
