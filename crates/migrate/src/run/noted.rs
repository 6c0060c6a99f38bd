//! The notes of a client as they are on the server.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::attached::{done_with, notes};
use super::compare::{Comparing, plain};
use super::notes::sent;
use super::{Occurrences, Work, evidence, gone, id};
use crate::Error;

/// What a note says beside its text: who wrote it, and when.
const ABOUT: [&str; 2] = ["author_name", "created_on"];

/// A note that the ledger says is there.
struct Wanted {
    /// The id it was answered with.
    id: String,
    body: Value,
}

/// Looks for the client's notes on its tasks, each by its id, with its text, its author and its day;
/// how many are there. Of notes that no row stands for any more the text is not known: as many others
/// must be there.
pub(super) async fn noted(
    work: &Work,
    profile: &Value,
    comparing: &mut Comparing<'_>,
) -> Result<u64, Error> {
    let wanted = wanted(work, comparing.target.client)?;
    let gone = comparing.target.gone_count(gone::Kind::Note);
    if wanted.is_empty() && gone == 0 {
        return Ok(0);
    }
    let have = notes(work, profile).await?;
    let mut have: Vec<Value> = have.into_iter().map(|(_, note)| note).collect();
    let mut open = Vec::new();
    let mut count = 0;
    for wanted in wanted {
        match have.iter().position(|note| id(note) == wanted.id) {
            Some(place) => {
                let note = have.swap_remove(place);
                if text(&note) == text(&wanted.body) {
                    count += 1;
                } else {
                    none_like(comparing);
                }
                compare(&wanted, &note, comparing);
            }
            None => open.push(wanted),
        }
    }
    // What is there under another id was written by somebody else, and may say the same.
    for wanted in open {
        let is_like = |note: &Value| text(note) == text(&wanted.body);
        match have.iter().position(is_like) {
            Some(place) => {
                let note = have.swap_remove(place);
                compare(&wanted, &note, comparing);
                count += 1;
            }
            None => none_like(comparing),
        }
    }
    let client = comparing.target.client;
    for said in client.map_or_else(Vec::new, |place| evidence::note_texts(work, place)) {
        if let Some(place) = have.iter().position(|note| text(note) == said.trim()) {
            have.swap_remove(place);
        }
    }
    if have.len() < gone {
        comparing.differ("notes", &format!("{gone} others"), &have.len().to_string());
    }
    Ok(count + have.len().min(gone) as u64)
}

/// The notes of a client that are done, as they were sent.
fn wanted(work: &Work, client: Option<usize>) -> Result<Vec<Wanted>, Error> {
    let mut wanted = Vec::new();
    let mut names = Occurrences::default();
    let planned = client.map(|place| &work.followers[place].notes);
    for note in planned.into_iter().flatten() {
        let note = &work.book.notes[*note];
        let step = format!("{}/note/{}", note.row.reference, names.name(&note.row));
        if done_with(work, &note.row)?.is_none() {
            continue;
        }
        // What was sent says which note it replaces.
        let body = match sent(work, &step)? {
            Value::Null => note.body.get()?,
            sent => sent,
        };
        let id = work.ledger.answer(&step)?.unwrap_or_default();
        wanted.push(Wanted { id, body });
    }
    Ok(wanted)
}

fn none_like(comparing: &mut Comparing<'_>) {
    comparing.differ("notes", "a note as it was sent", "none like it");
}

/// Holds what is said about a note to what was sent.
fn compare(wanted: &Wanted, note: &Value, comparing: &mut Comparing<'_>) {
    for name in ABOUT {
        let (sent, found) = (plain(&wanted.body[name]), plain(&note[name]));
        if !sent.is_empty() && !is_same(sent.trim(), found.trim()) {
            comparing.differ(&format!("notes {name}"), &sent, &found);
        }
    }
}

fn text(note: &Value) -> &str {
    note["text"].as_str().unwrap_or_default().trim()
}

/// Whether two texts are the same, or one instant, to the second, written in two ways. One without an
/// offset is in UTC, and a day is its midnight.
fn is_same(sent: &str, found: &str) -> bool {
    let second = |text: &str| {
        let in_utc = || {
            Some(
                text.parse::<DateTime>()
                    .ok()?
                    .to_zoned(TimeZone::UTC)
                    .ok()?
                    .timestamp(),
            )
        };
        let instant = text.parse::<Timestamp>().ok().or_else(in_utc);
        instant.map(Timestamp::as_second)
    };
    sent == found || second(sent).is_some_and(|sent| second(found) == Some(sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_may_be_written_in_several_ways() {
        let check = |sent: &str, found: &str, expected: bool| {
            assert_eq!(is_same(sent, found), expected, "{sent} {found}");
        };
        check("M. Archer", "M. Archer", true);
        check("M. Archer", "J. Bligh", false);
        check("2022-05-12", "2022-05-12 00:00:00", true);
        check("2022-05-12T09:34:36.5Z", "2022-05-12 09:34:36", true);
        check(
            "2022-05-12T10:00:00Z",
            "2022-05-12T11:00:00.000+01:00",
            true,
        );
        check("2022-05-12", "2022-05-13T00:00:00Z", false);
        check("2022-05-12", "", false);
    }
}
