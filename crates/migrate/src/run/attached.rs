//! What hangs on a profile, as it is on the server: links, documents, files, notes, tags.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::compare::{Comparing, plain};
use super::difference::Cause;
use super::links::{pointer, same};
use super::read_back::Purpose;
use super::{Occurrences, Work, gone, id, undo};
use crate::api::{Call, Failure};
use crate::book::{Associate, Judged, Scan};
use crate::mapping::ASSOCIATE_LISTS;
use crate::{Error, hex};

/// One entry of a company's lists that links a profile.
struct Entry<'v> {
    list: &'static str,
    profile: &'v str,
    value: &'v Value,
    is_known: bool,
}

/// Looks for every planned link in the company's lists, and for those that no row stands for any
/// more; how many are there, and how many of them are so though the ledger was not sure of it.
pub(super) fn linked(
    work: &Work,
    profile: &Value,
    comparing: &mut Comparing<'_>,
) -> Result<(u64, u64), Error> {
    let mut entries = entries(profile);
    let wanted = wanted(work, comparing.target.client)?;
    let mut there: Vec<String> = Vec::new();
    let mut open = Vec::new();
    for wanted in &wanted {
        let linked = &wanted.profile;
        let says = |entry: &&mut Entry<'_>| {
            is_entry(entry, wanted.associate, linked) && says_all(entry, &wanted.entry)
        };
        match entries
            .iter_mut()
            .filter(|entry| !entry.is_known)
            .find(says)
        {
            Some(entry) => {
                entry.is_known = true;
                there.push(linked.clone());
            }
            None => open.push(wanted),
        }
    }
    for wanted in open {
        let linked = &wanted.profile;
        let list = wanted.associate.list.as_deref().unwrap_or_default();
        let mut free = entries
            .iter_mut()
            .filter(|entry| !entry.is_known && entry.profile == linked);
        let place = free.position(|entry| entry.list == list);
        let mut free = entries
            .iter_mut()
            .filter(|entry| !entry.is_known && entry.profile == linked);
        let Some(entry) = free.nth(place.unwrap_or_default()) else {
            comparing.differ(list, &format!("a link to {linked}"), "none");
            continue;
        };
        entry.is_known = true;
        there.push(linked.clone());
        let (expected, found) = told_apart(wanted, entry);
        comparing.differ(list, &format!("a link to {linked}{expected}"), &found);
    }
    let unsure_count = gone_links(work, &mut entries, &mut there, comparing)?;
    for entry in entries.iter().filter(|entry| !entry.is_known) {
        let name = format!("link to {} in {}", entry.profile, entry.list);
        let linked = &entry.value["linked_profile"]["display_name"];
        comparing.has_extra(name, &plain(linked));
    }
    Ok((there.len() as u64, unsure_count))
}

/// Links that were sent and that no row stands for any more; how many are there of those that may have
/// been sent. One of those that is not there was not.
fn gone_links(
    work: &Work,
    entries: &mut [Entry<'_>],
    there: &mut Vec<String>,
    comparing: &mut Comparing<'_>,
) -> Result<u64, Error> {
    let target = comparing.target;
    let gone = target.gone.iter();
    let gone = gone.filter(|thing| thing.kind == gone::Kind::Link);
    let mut before: Vec<(&str, &str, Option<&gone::Thing>)> = gone
        .map(|thing| (thing.answer.as_str(), thing.why.as_str(), Some(thing)))
        .collect();
    // The tool may have been killed between making a company with its links and writing them down.
    for profile in &target.sent_links {
        if !there.contains(profile) && before.iter().all(|(known, ..)| known != profile) {
            before.push((profile, gone::GONE_OR_OTHER, None));
        }
    }
    let mut unsure_count = 0;
    for (linked, why, thing) in before {
        let is_changed = thing.is_some_and(|thing| thing.is_changed);
        let is_sure = thing.is_some_and(|thing| thing.sending == gone::Sending::Sure);
        let mut free = entries.iter_mut().filter(|entry| !entry.is_known);
        if let Some(entry) = free.find(|entry| entry.profile == linked) {
            entry.is_known = true;
            there.push(linked.to_owned());
            unsure_count += u64::from(!is_sure);
            comparing.gone(gone::Kind::Link, (why, is_changed));
        } else if let Some(thing) = thing.filter(|_| !is_sure && comparing.purpose == Purpose::Run)
        {
            work.ledger.forget_intent(&thing.step)?;
        }
    }
    Ok(unsure_count)
}

fn entries(profile: &Value) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for list in ASSOCIATE_LISTS {
        let found = profile["collected_data"].pointer(&pointer(list));
        for value in found.and_then(Value::as_array).into_iter().flatten() {
            if let Some(profile) = value["linked_profile"]["id"].as_str() {
                entries.push(Entry {
                    list,
                    profile,
                    value,
                    is_known: false,
                });
            }
        }
    }
    entries
}

/// A link that the ledger says is there.
struct Wanted<'a> {
    associate: &'a Associate,
    /// What its entry says.
    entry: Value,
    /// The profile it leads to.
    profile: String,
}

/// The links of a client that the ledger says are there.
fn wanted(work: &Work, client: Option<usize>) -> Result<Vec<Wanted<'_>>, Error> {
    let mut wanted = Vec::new();
    let planned = client.map(|place| &work.followers[place].associates);
    for associate in planned.into_iter().flatten() {
        let associate = &work.book.associates[*associate];
        if let Some(profile) = done_with(work, &associate.row)? {
            wanted.push(Wanted {
                associate,
                entry: associate.entry.get()?,
                profile,
            });
        }
    }
    Ok(wanted)
}

/// The profile a row is done with, if it is done and still says what it said then.
pub(super) fn done_with(work: &Work, row: &Judged) -> Result<Option<String>, Error> {
    let done = work.planned(row)?.filter(|state| state.state == "done");
    Ok(done.and_then(|state| state.profile))
}

fn is_entry(entry: &Entry<'_>, associate: &Associate, linked: &str) -> bool {
    entry.profile == linked && Some(entry.list) == associate.list.as_deref()
}

fn says_all(entry: &Entry<'_>, sent: &Value) -> bool {
    let mut sent = sent.as_object().into_iter().flatten();
    sent.all(|(name, value)| same(&entry.value[name.as_str()], value))
}

/// In what an entry differs from its row: what was sent, and what is there.
fn told_apart(wanted: &Wanted<'_>, entry: &Entry<'_>) -> (String, String) {
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    if Some(entry.list) != wanted.associate.list.as_deref() {
        found.push(format!("it is in {}", entry.list));
    }
    for (name, value) in wanted.entry.as_object().into_iter().flatten() {
        let have = &entry.value[name.as_str()];
        if !same(have, value) {
            let have = if have.is_null() {
                "none".to_owned()
            } else {
                plain(have)
            };
            expected.push(format!(", {name} {}", plain(value)));
            found.push(format!("{name} {have}"));
        }
    }
    (expected.concat(), found.join(", "))
}

/// Looks for the tags of the client or of the person named inline, and for others.
pub(super) fn tagged(
    work: &Work,
    profile: &Value,
    comparing: &mut Comparing<'_>,
) -> Result<(), Error> {
    let target = comparing.target;
    let sent: Vec<String>;
    let (owner, tags) = match (target.client, &target.inline_owner) {
        (Some(place), _) => {
            let client = &work.book.clients[place];
            (client.row.reference.as_str(), &*client.tags)
        }
        (None, Some(owner)) => {
            let map = work.book.mapping.associates.as_ref();
            (owner.as_str(), map.map_or(&[][..], |map| &map.tags))
        }
        // What the run put on a client whose row is gone, only the ledger says.
        (None, None) => {
            sent = work.ledger.tags(&target.reference)?;
            (target.reference.as_str(), sent.as_slice())
        }
    };
    let mut wanted: Vec<&String> = Vec::new();
    for tag in tags {
        if work.ledger.answer(&format!("{owner}/tag/{tag}"))?.is_some() {
            wanted.push(tag);
        }
    }
    let tags = profile["tags"].as_array();
    let names = || tags.into_iter().flatten();
    for tag in &wanted {
        if !names().any(|found| found["name"].as_str().map(str::trim) == Some(tag.trim())) {
            comparing.differ("tags", tag, "");
        }
    }
    for tag in names().filter(|tag| tag["is_automatic"] != true) {
        let name = plain(&tag["name"]);
        // Whoever took it back, and whenever: it is no longer what a run has made of it.
        if name.trim() == undo::TAG {
            comparing.differ_by(Cause::Added, &format!("tag {name}"), "", &name);
        } else if !wanted.iter().any(|wanted| wanted.trim() == name) {
            comparing.has_extra(format!("tag {name}"), &name);
        }
    }
    Ok(())
}

/// Looks for the documents and files of a profile, by their content too; how many documents there
/// are of those sent.
pub(super) async fn documented(
    work: &Work,
    profile: &Value,
    comparing: &mut Comparing<'_>,
) -> Result<u64, Error> {
    let documents = profile["collected_data"]["documents"].as_array();
    let documents: Vec<&Value> = documents.into_iter().flatten().collect();
    let mut known: HashSet<String> = HashSet::new();
    let mut count = 0;
    if let Some(place) = comparing.target.client {
        let mut names = Occurrences::default();
        for scan in &work.followers[place].documents {
            let scan = &work.book.documents[*scan];
            let step = format!("{}/document/{}", scan.row.reference, names.name(&scan.row));
            if done_with(work, &scan.row)?.is_none() {
                continue;
            }
            if scan.kind.as_ref().is_some_and(|kind| kind.is_file) {
                filed(work, scan, &step, comparing).await?;
            } else if let Some(found) = document(work, scan, (&step, &documents), comparing).await?
            {
                known.insert(id(found));
                known.extend(images(found).map(str::to_owned));
                count += 1;
            }
        }
    }
    count += gone_documents(&documents, &mut known, comparing);
    for document in &documents {
        if !id(document).is_empty() && !known.contains(&id(document)) {
            let name = format!("document {}", id(document));
            comparing.has_extra(name, &plain(&document["document_type"]));
            known.extend(images(document).map(str::to_owned));
        }
    }
    let sent = work
        .ledger
        .answers(&format!("{}/document/", comparing.target.reference))?;
    known.extend(sent);
    for image in profile["document_images"].as_array().into_iter().flatten() {
        if !known.contains(&id(image)) {
            let name = format!("document image {}", id(image));
            comparing.has_extra(name, &plain(&image["document_type"]));
        }
    }
    Ok(count)
}

/// Documents that no row stands for any more; how many are there.
fn gone_documents(
    documents: &[&Value],
    known: &mut HashSet<String>,
    comparing: &mut Comparing<'_>,
) -> u64 {
    let wanted = comparing.target.gone_count(gone::Kind::Document);
    let gone = comparing.target.gone.iter();
    let gone = gone.filter(|thing| thing.kind == gone::Kind::Document);
    let answers: HashSet<&str> = gone.map(|thing| thing.answer.as_str()).collect();
    let there: Vec<String> = (documents.iter().map(|document| id(document)))
        .filter(|id| answers.contains(id.as_str()))
        .collect();
    let count = there.len();
    if count < wanted {
        comparing.differ("documents", &format!("{wanted} others"), &count.to_string());
    }
    known.extend(there);
    count as u64
}

/// Looks for one document, its fields and the content of its image.
async fn document<'v>(
    work: &Work,
    scan: &Scan,
    (step, documents): (&str, &[&'v Value]),
    comparing: &mut Comparing<'_>,
) -> Result<Option<&'v Value>, Error> {
    let name = format!("document {}", file_name(scan));
    let sent = work
        .ledger
        .answer(&format!("{step}/document"))?
        .unwrap_or_default();
    let Some(found) = documents.iter().find(|document| id(document) == sent) else {
        comparing.differ(&name, "there", "not there");
        return Ok(None);
    };
    if let Some(kind) = &scan.kind {
        let mut wanted = scan.document(kind, "")?;
        if let Value::Object(fields) = &mut wanted {
            fields.remove("images");
        }
        // What a document has beside what was sent is part of it.
        let extras = std::mem::take(&mut comparing.extras);
        comparing.compare(&name, (&wanted, &wanted), found);
        comparing.extras = extras;
    }
    let Some(file) = &scan.file else {
        return Ok(Some(found));
    };
    let images: Vec<&str> = images(found).collect();
    let [image] = images.as_slice() else {
        comparing.differ(&name, "1 image", &images.len().to_string());
        return Ok(Some(found));
    };
    let path = format!(
        "/profiles/{}/document_images/{image}",
        comparing.target.profile
    );
    hold(work, &path, (&name, &file.sha256), comparing).await?;
    Ok(Some(found))
}

/// Looks for a file that was sent as such.
async fn filed(
    work: &Work,
    scan: &Scan,
    step: &str,
    comparing: &mut Comparing<'_>,
) -> Result<(), Error> {
    let sent = work
        .ledger
        .answer(&format!("{step}/file"))?
        .unwrap_or_default();
    let path = format!("/profiles/{}/files/{sent}", comparing.target.profile);
    let sha256 = scan.file.as_ref().map(|file| file.sha256.as_str());
    let name = format!("file {}", file_name(scan));
    hold(work, &path, (&name, sha256.unwrap_or_default()), comparing).await
}

/// Holds the content that a path gives to what was sent. A run does so once: servers write down who
/// reads a file, and a run that has nothing to send should leave nothing behind.
async fn hold(
    work: &Work,
    path: &str,
    (name, sha256): (&str, &str),
    comparing: &mut Comparing<'_>,
) -> Result<(), Error> {
    let held = format!("{path}/held");
    if comparing.purpose == Purpose::Run && work.ledger.answer(&held)?.as_deref() == Some(sha256) {
        work.files_held_before.fetch_add(1, Ordering::Relaxed);
        return Ok(());
    }
    match work.api.read(Call::get(path)).await {
        Ok(answer) => match content(&answer.body) {
            Some(Err(NotBase64)) => {
                let sent = format!("sha256 {sha256}");
                comparing.differ(name, &sent, "a content that is no base64");
            }
            Some(Ok(bytes)) => {
                work.files_held.fetch_add(1, Ordering::Relaxed);
                let found = hex(&Sha256::digest(&bytes));
                if found != sha256 {
                    comparing.differ(
                        name,
                        &format!("sha256 {sha256}"),
                        &format!("sha256 {found}"),
                    );
                } else if comparing.purpose == Purpose::Run {
                    work.ledger.finish(&held, sha256)?;
                }
            }
            // A server may keep the content to itself.
            None => {
                work.files_unheld.fetch_add(1, Ordering::Relaxed);
            }
        },
        Err(failure @ (Failure::KeyRefused | Failure::Fatal(_))) => return Err(failure.into()),
        Err(failure) => {
            let sent = format!("sha256 {sha256}");
            comparing.differ(name, &sent, &format!("it cannot be read: {failure}"));
        }
    }
    Ok(())
}

/// What a server gave for a content says nothing.
#[derive(Debug, PartialEq, Eq)]
struct NotBase64;

/// As servers write base64: the padding may be left out, and the last sign may hold bits too many.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The content in an answer, if there is one: base64 with or without the head of a data URI, in lines or
/// in one, in the letters for addresses too.
fn content(answer: &Value) -> Option<Result<Vec<u8>, NotBase64>> {
    let text = answer["data"]
        .as_str()
        .or_else(|| answer["decrypted_data"].as_str())?;
    let text = text.split_once(";base64,").map_or(text, |(_, data)| data);
    let letters = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let letters = letters.map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    });
    let letters: Vec<u8> = letters.collect();
    Some(BASE64.decode(letters).map_err(|_| NotBase64))
}

fn images(document: &Value) -> impl Iterator<Item = &str> {
    let images = document["images"].as_array().into_iter().flatten();
    images.filter_map(|image| image["id"].as_str())
}

/// The name of a scan's file, without its folder.
fn file_name(scan: &Scan) -> String {
    let name = scan.file.as_ref().and_then(|file| file.path.file_name());
    name.map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The notes on all tasks of a profile, each with its task.
pub(super) async fn notes(work: &Work, profile: &Value) -> Result<Vec<(String, Value)>, Error> {
    let mut have = Vec::new();
    for task in profile["tasks"].as_array().into_iter().flatten() {
        let path = format!("/profiles/{}/tasks/{}/notes", id(profile), id(task));
        match work.api.call(Call::get(path)).await {
            Ok(answer) => {
                let notes = answer.body.as_array().cloned().unwrap_or_default();
                have.extend(notes.into_iter().map(|note| (id(task), note)));
            }
            Err(Failure::Refused { .. } | Failure::Unclear(_)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(have)
}

/// Looks in the audit for notes and files that the run did not make. A server whose audit does not
/// name them tells nothing.
pub(super) async fn audited(work: &Work, comparing: &mut Comparing<'_>) -> Result<(), Error> {
    let path = format!("/profiles/{}/audit-items", comparing.target.profile);
    let items = match work.api.call(Call::get(path)).await {
        Ok(answer) => answer.body,
        Err(Failure::Refused { .. } | Failure::Unclear(_)) => return Ok(()),
        Err(failure) => return Err(failure.into()),
    };
    let items = || items.as_array().into_iter().flatten();
    let deleted: HashSet<&str> = (items().filter(|item| item["action"] == "deleted-a-task-note"))
        .filter_map(|item| item["ref_data"]["note"].as_str())
        .collect();
    for item in items() {
        let (what, made) = match item["action"].as_str() {
            Some("added-a-task-note") => ("note", &item["ref_data"]["note"]),
            Some("added-a-file") => ("file", &item["ref_data"]["file"]),
            _ => continue,
        };
        let Some(made) = made.as_str() else { continue };
        if !deleted.contains(made) && !work.has_made(made)? {
            comparing.has_extra(format!("{what} {made}"), &plain(&item["message"]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_content_is_read_however_its_base64_is_written() {
        let check = |answer: Value, expected: Option<Result<&[u8], NotBase64>>| {
            let expected = expected.map(|it| it.map(<[u8]>::to_vec));
            assert_eq!(content(&answer), expected, "{answer}");
        };
        let bytes: &[u8] = b"\xfb\xff\xfe?";
        for data in [
            "+//+Pw==",
            "+//+Pw",
            "-__-Pw==",
            "+//+\r\nPw==\r\n",
            "data:application/pdf;base64,+//+Pw==",
        ] {
            check(json!({"data": data}), Some(Ok(bytes)));
        }
        check(json!({"decrypted_data": "+//+Pw=="}), Some(Ok(bytes)));
        check(json!({"data": "+//+?w=="}), Some(Err(NotBase64)));
        check(json!({"data": "+//+P"}), Some(Err(NotBase64)));
        check(json!({"data": null}), None);
        check(json!({"id": "1"}), None);
    }
}
