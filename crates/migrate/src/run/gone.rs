//! What this state has sent and the source no longer has.
//!
//! The ledger's finished steps are what was sent; the book says which steps its rows stand for. A
//! finished step that no row stands for any more is told as a difference, since nothing can be
//! unsent: its row is gone, says something else, or no longer comes over. A row that is there still
//! but does not come over is found by the name its step had. A step that was sent and cut off is told
//! too when no row will try it again: whether it was carried out is not known. So is an image whose
//! document was not sent.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::clients::create_step;
use super::delta::Delta;
use super::links::inline_owner;
use super::marks::{Mark, Tally};
use super::{Follower, Work, content_name, evidence};
use crate::Error;
use crate::book::{Judged, Person};

/// The steps that made people named inline, by the profile they made.
pub(super) fn inline_steps(work: &Work) -> Result<HashMap<String, String>, Error> {
    let replaced = work.ledger.replaced()?;
    let mut inline = HashMap::new();
    for finished in work.ledger.finished() {
        let (step, profile) = finished?;
        let is_inline = parsed(&step).is_some_and(|(kind, _, _)| kind == Kind::Inline);
        if is_inline && !replaced.contains(&step) {
            inline.insert(profile, step);
        }
    }
    Ok(inline)
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
    /// What the server made: of clients, people and links the profile. Empty where that is not known.
    pub(super) answer: String,
    /// How sure it is that it was sent.
    pub(super) sending: Sending,
    /// What became of its row.
    pub(super) why: String,
    /// Its row says something else now.
    pub(super) is_changed: bool,
}

/// How sure it is that something was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    /// It was.
    Sure,
    /// A run was cut off meanwhile.
    CutOff,
    /// Of a document only its image was.
    Image,
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
/// What became of a row that is found as another.
const OTHER: &str = "its row says something else now";

/// Finds what was sent and is no longer in the book.
pub(super) fn find(work: &Work) -> Result<Gone, Error> {
    let stood_for = StoodFor::by(work);
    // Rows that were edited stand in for what was sent of them before.
    let replaced = work.ledger.replaced()?;
    let finished = work.ledger.finished();
    let finished = finished.map(|sent| sent.map(|(step, answer)| (step, (answer, Sending::Sure))));
    let sent = finished.chain(cut_off(work)?.into_iter().map(Ok));
    let mut things = Vec::new();
    for sent in sent {
        let (step, (answer, sending)) = sent?;
        let Some((kind, _, name)) = parsed(&step).filter(|_| !replaced.contains(&step)) else {
            continue;
        };
        if !stood_for.comes(name) && !work.delta.is_paired(name) {
            let why = String::new();
            things.push(Thing {
                kind,
                step,
                answer,
                sending,
                why,
                is_changed: false,
            });
        }
    }
    let linked = linked(work, &stood_for, &things)?;
    let mut gone = Gone::default();
    for thing in things {
        // Of a person who is linked still, the mapping makes something else since.
        if thing.kind == Kind::Inline && linked.contains(&thing.answer) {
            continue;
        }
        gone.add(work, &stood_for, thing)?;
    }
    Ok(gone)
}

/// What was not sent whole as far as is known: the steps, of links the profiles they lead to, and how far
/// they came.
fn cut_off(work: &Work) -> Result<BTreeMap<String, (String, Sending)>, Error> {
    let images = unfollowed(work)?.into_iter();
    let images = images.map(|image| (as_document(&image), (String::new(), Sending::Image)));
    let unknown = work.ledger.unknown()?.into_iter();
    let unknown = unknown.map(|step| (step, (String::new(), Sending::CutOff)));
    let mut steps: BTreeMap<String, (String, Sending)> = images.chain(unknown).collect();
    for (step, path, _) in work.ledger.all_tried()? {
        let step = as_document(&step);
        let is_link = parsed(&step).is_some_and(|(kind, _, _)| kind == Kind::Link);
        if work.ledger.answer(&step)?.is_none() {
            let profile = if is_link { path } else { String::new() };
            steps.insert(step, (profile, Sending::CutOff));
        }
    }
    Ok(steps)
}

/// The steps that sent images whose documents were not sent, as far as is known.
pub(super) fn unfollowed(work: &Work) -> Result<Vec<String>, Error> {
    let mut images = Vec::new();
    for finished in work.ledger.finished() {
        let (step, _) = finished?;
        let document = as_document(&step);
        if document != step && work.ledger.answer(&document)?.is_none() {
            images.push(step);
        }
    }
    Ok(images)
}

/// The image of a document is a part of it.
pub(super) fn as_document(step: &str) -> String {
    match step.strip_suffix("/image") {
        Some(name) => format!("{name}/document"),
        None => step.to_owned(),
    }
}

/// Of the people who seem to be gone, those whom a row links still.
fn linked(
    work: &Work,
    stood_for: &StoodFor<'_>,
    things: &[Thing],
) -> Result<HashSet<String>, Error> {
    let people = things.iter().filter(|thing| thing.kind == Kind::Inline);
    let people: HashSet<&str> = people.map(|thing| thing.answer.as_str()).collect();
    let mut linked = HashSet::new();
    if people.is_empty() {
        return Ok(linked);
    }
    for finished in work.ledger.finished() {
        let (step, profile) = finished?;
        let is_coming = || {
            parsed(&step).is_some_and(|(kind, _, name)| kind == Kind::Link && stood_for.comes(name))
        };
        if people.contains(profile.as_str()) && is_coming() {
            linked.insert(profile);
        }
    }
    Ok(linked)
}

/// What became of the row of something that was sent.
fn why(thing: &Thing, row: Option<&Judged>) -> String {
    let mut why = match row {
        Some(row) => {
            let (number, reasons) = (row.record.line, row.verdict.reasons.join(";"));
            format!("its row (line {number}) no longer comes over: {reasons}")
        }
        None if thing.kind == Kind::Client => "its row is gone".to_owned(),
        None => GONE_OR_OTHER.to_owned(),
    };
    why.push_str(match (thing.sending, thing.kind) {
        // Whether a link is there, its company says when it is read back.
        (Sending::Sure, _) | (_, Kind::Link) => "",
        (Sending::CutOff, _) => "; its sending was cut off: look whether it is on the server",
        (Sending::Image, _) => {
            "; its image was sent, and no document with it: look at the images on the server"
        }
    });
    why
}

impl Gone {
    fn add(
        &mut self,
        work: &Work,
        stood_for: &StoodFor<'_>,
        mut thing: Thing,
    ) -> Result<(), Error> {
        let Some((kind, reference, name)) = parsed(&thing.step) else {
            return Ok(());
        };
        let row = stood_for.row(name);
        if let Some(row) = row.filter(|_| thing.sending == Sending::Sure) {
            let profile = match kind {
                Kind::Document | Kind::File | Kind::Note | Kind::Evidence => {
                    let profile = work.ledger.answer(&create_step(reference))?;
                    profile.unwrap_or_default()
                }
                Kind::Client | Kind::Inline | Kind::Link => thing.answer.clone(),
            };
            if !profile.is_empty() {
                self.rows.insert((row.source, row.record.row), profile);
            }
        }
        let things = self.things.entry(reference.to_owned()).or_default();
        thing.why = why(&thing, row);
        things.push(thing);
        Ok(())
    }

    /// The profile that a row which does not come over now became or went to.
    pub(super) fn profile(&self, row: &Judged) -> Option<&str> {
        let profile = self.rows.get(&(row.source, row.record.row));
        profile.map(String::as_str)
    }

    /// Tells what rows stand in for that a run would bring over from what is gone.
    pub(super) fn tell_changed(&mut self, delta: &Delta) {
        let things = || self.things.values().flatten();
        let is_paired =
            |thing: &Thing| parsed(&thing.step).is_some_and(|(_, _, name)| delta.is_paired(name));
        let changed = things().filter(|thing| is_paired(thing));
        let mut steps: HashSet<String> = changed.map(|thing| thing.step.clone()).collect();
        // Of a person named inline, the row is that of the link.
        let links =
            things().filter(|thing| thing.kind == Kind::Link && steps.contains(&thing.step));
        let people: HashSet<&str> = links.map(|thing| thing.answer.as_str()).collect();
        let inline = things()
            .filter(|thing| thing.kind == Kind::Inline && people.contains(thing.answer.as_str()));
        let inline: Vec<String> = inline.map(|thing| thing.step.clone()).collect();
        steps.extend(inline);
        let things = self.things.values_mut().flatten();
        for thing in things.filter(|thing| steps.contains(&thing.step)) {
            thing.is_changed = true;
            thing.why = thing.why.replace(GONE_OR_OTHER, OTHER);
        }
    }

    /// How many things there are.
    pub(super) fn count(&self) -> usize {
        self.things.values().map(Vec::len).sum()
    }
}

/// The names of steps the book's rows stand for, in order; with a row where it does not come over.
struct StoodFor<'a>(Vec<(Mark, Option<&'a Judged>)>);

impl<'a> StoodFor<'a> {
    fn by(work: &'a Work) -> StoodFor<'a> {
        let mut names = Vec::new();
        for client in &work.book.clients {
            let step = create_step(&client.row.reference);
            let is_coming = client.becomes_profile();
            names.push((Mark::of(&step), (!is_coming).then_some(&client.row)));
            if is_coming {
                for evidence in evidence::of(client) {
                    let step = evidence::step(&client.row.reference, evidence);
                    names.push((Mark::of(&step), None));
                }
            }
        }
        let mut tally = Tally::default();
        let (coming, others): (Vec<_>, Vec<_>) =
            followers(work).partition(|(_, row, has_owner)| *has_owner && row.verdict.migrates());
        for (is_coming, rows) in [(true, coming), (false, others)] {
            for (part, row, _) in rows {
                let name = tally.name(part, row);
                names.push((Mark::of(&name), (!is_coming).then_some(row)));
            }
        }
        for associate in &work.book.associates {
            let is_coming = associate.owner.is_some() && associate.row.verdict.migrates();
            if associate.person == Person::Inline {
                let owner = inline_owner(&associate.row.reference, associate);
                let step = create_step(&owner);
                names.push((Mark::of(&step), (!is_coming).then_some(&associate.row)));
            }
        }
        // Of rows with one name, one that comes over counts first.
        names.sort_by_key(|(name, row)| (*name, row.is_some()));
        names.dedup_by_key(|(name, _)| *name);
        StoodFor(names)
    }

    /// Whether a row of that name comes over.
    fn comes(&self, name: &str) -> bool {
        self.place(name).is_some_and(|at| self.0[at].1.is_none())
    }

    /// The row of that name, where it does not come over.
    fn row(&self, name: &str) -> Option<&'a Judged> {
        self.place(name).and_then(|at| self.0[at].1)
    }

    fn place(&self, name: &str) -> Option<usize> {
        let mark = Mark::of(name);
        self.0.binary_search_by_key(&mark, |(name, _)| *name).ok()
    }
}

impl Tally {
    /// The name a row that follows a client gives its step. Rows that say the same are told apart by
    /// their number.
    fn name(&mut self, part: &str, row: &Judged) -> String {
        let start = format!("{}/{part}/{}", row.reference, content_name(row));
        let count = self.count(&start);
        format!("{start}.{count}")
    }
}

/// The rows that follow clients and come over, each with the name it gives its step.
pub(super) fn coming(work: &Work) -> impl Iterator<Item = (String, Follower<'_>)> {
    let book = &work.book;
    let links = book.associates.iter().filter(|one| one.owner.is_some());
    let scans = book.documents.iter().filter(|one| one.owner.is_some());
    let notes = book.notes.iter().filter(|one| one.owner.is_some());
    let rows = (links.map(Follower::Link))
        .chain(scans.map(Follower::Document))
        .chain(notes.map(Follower::Note));
    let mut tally = Tally::default();
    rows.filter(|row| row.judged().verdict.migrates())
        .map(move |row| (tally.name(row.part(), row.judged()), row))
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
