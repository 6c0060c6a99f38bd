//! What this state has sent and the source no longer has.
//!
//! The ledger's finished steps are what was sent; the book says which steps its rows stand for. A
//! finished step that no row stands for any more is told as a difference, since nothing can be
//! unsent: its row is gone, says something else, or no longer comes over. A row that is there still
//! but does not come over is found by the name its step had.

use std::collections::{BTreeMap, HashMap};

use super::clients::create_step;
use super::links::inline_owner;
use super::{Work, content_name};
use crate::Error;
use crate::book::{Judged, Person};

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
        }
    }
}

/// Finds what was sent and is no longer in the book.
pub(super) fn find(work: &Work) -> Result<Gone, Error> {
    let stood_for = StoodFor::by(work);
    let mut gone = Gone::default();
    let finished = work.ledger.finished()?;
    let profiles: HashMap<&str, &str> = finished
        .iter()
        .map(|(step, answer)| (step.as_str(), answer.as_str()))
        .collect();
    for (step, answer) in &finished {
        let Some((kind, reference, name)) = parsed(step) else {
            continue;
        };
        let why = match stood_for.0.get(name) {
            Some(None) => continue,
            Some(Some(row)) => {
                let profile = match kind {
                    Kind::Document | Kind::File | Kind::Note => profiles
                        .get(create_step(reference).as_str())
                        .copied()
                        .unwrap_or_default(),
                    Kind::Client | Kind::Inline | Kind::Link => answer,
                };
                let place = (row.source, row.record.row);
                gone.rows.insert(place, profile.to_owned());
                let (number, reasons) = (row.record.line, row.verdict.reasons.join(";"));
                format!("its row (line {number}) no longer comes over: {reasons}")
            }
            None if matches!(kind, Kind::Client) => "its row is gone".to_owned(),
            None => "its row is gone or says something else now".to_owned(),
        };
        let things = gone.things.entry(reference.to_owned()).or_default();
        things.push(Thing {
            kind,
            step: step.clone(),
            answer: answer.clone(),
            why,
        });
    }
    Ok(gone)
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
            if is_coming && associate.person == Person::Inline {
                let owner = inline_owner(&associate.row.reference, associate);
                names.insert(create_step(&owner), None);
            }
        }
        StoodFor(names)
    }
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
fn parsed(step: &str) -> Option<(Kind, &str, &str)> {
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
        check("a/tag/x", "");
        check("a/application/x", "");
    }
}
