//! Links between a company and its associates.
//!
//! They are part of what a company is created with (see [`super::companies`]). Those that were not
//! are added to what is there: the list is never replaced from memory. The data is read with its
//! ETag, entries are added, and the whole goes back with If-Match. When somebody else wrote in
//! between (automation adds links of its own), the entries are added to what the server answers
//! instead; an entry that automation made for the same person is completed and not doubled.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::clients::tag;
use super::delta::{self, Clash, Edit, Rewritten};
use super::prove::{NOT_KEPT, REPAIRS_COUNT_MAX};
use super::steps::Made;
use super::{Occurrences, Work};
use crate::Error;
use crate::book::{Associate, Person};
use crate::ledger::Whose;
use crate::mapping::ASSOCIATE_LISTS;

/// A link to be made.
pub(super) struct Link<'a> {
    pub(super) associate: &'a Associate,
    /// The step that is done once the link is there.
    step: String,
    pub(super) profile: String,
    list: String,
    entry: Value,
    /// The link that it stands in for.
    old: Option<Old>,
}

/// A link that was made, and whose row says something else by now.
struct Old {
    step: String,
    /// Where it was put; unknown for links of an older version of the tool.
    list: Option<String>,
    entry: Value,
    /// It was put there, and not only perhaps.
    is_sure: bool,
}

impl Old {
    fn of(work: &Work, step: &str) -> Result<Option<Old>, Error> {
        let answer = work.ledger.answer(step)?;
        let is_sure = answer.is_some();
        let (profile, sent) = match (answer, work.ledger.tried(step)?) {
            (Some(profile), _) => (profile, work.ledger.sent(step)?.unwrap_or_default()),
            (None, Some(tried)) => (tried.path, tried.body),
            (None, None) => return Ok(None),
        };
        let mut sent: Value = serde_json::from_str(&sent).unwrap_or_default();
        let entry = match sent["entry"].take() {
            Value::Null => json!({"linked_profile": {"id": profile}}),
            entry => entry,
        };
        Ok(Some(Old {
            step: step.to_owned(),
            list: sent["list"].as_str().map(str::to_owned),
            entry,
            is_sure,
        }))
    }
}

/// The links of a company that are still to be made, of those that `is_meant`. People named inline
/// get their profiles here; a link whose other end failed is told so.
pub(super) async fn gather(
    work: &Work,
    place: usize,
    is_meant: impl Fn(&Associate) -> bool,
) -> Result<Vec<Link<'_>>, Error> {
    let reference = &work.book.clients[place].row.reference;
    let mut names = Occurrences::default();
    let mut links = Vec::new();
    for associate in &work.followers[place].associates {
        let associate = &work.book.associates[*associate];
        let step = format!("{reference}/associate/{}", names.name(&associate.row));
        if !is_meant(associate) {
            continue;
        }
        if let Some(profile) = work.live(&step)? {
            work.row_done(&associate.row, &profile)?;
            continue;
        }
        let old = match work.delta.old(&step) {
            Some(old) => Old::of(work, old)?,
            None => None,
        };
        match profile(work, place, associate, old.as_ref()).await? {
            Ok(profile) => links.extend(link(associate, (step, old), profile)?),
            Err(message) => work.row_failed(&associate.row, &message)?,
        }
    }
    Ok(links)
}

/// Puts links into the data that a company is created with.
pub(super) fn put_into(data: &mut Value, links: &[Link<'_>]) {
    for link in links {
        list_mut(data, &link.list).push(link.entry.clone());
    }
}

/// Writes down that links are about to be put there: a run that is cut off may have done so. Gives the
/// steps of those that none was about to put there before.
pub(super) fn begin<'a>(work: &Work, links: &'a [Link<'_>]) -> Result<Vec<&'a str>, Error> {
    // Where one is changed, what was there is what it is found by.
    let new = links.iter().filter(|link| link.old.is_none());
    let links = new.map(|link| {
        let body = json!({"list": link.list, "entry": link.entry}).to_string();
        (link.step.as_str(), link.profile.as_str(), body)
    });
    work.ledger.try_links(links)
}

/// Writes down that links were surely not put there.
pub(super) fn forget(work: &Work, links: &[Link<'_>]) -> Result<(), Error> {
    let mut new = links.iter().filter(|link| link.old.is_none());
    new.try_for_each(|link| work.ledger.forget_intent(&link.step))
}

/// Adds links to a company that is there already, and writes down what became of them.
pub(super) async fn add(
    work: &Work,
    place: usize,
    company: &str,
    links: Vec<Link<'_>>,
) -> Result<(), Error> {
    if links.is_empty() {
        return Ok(());
    }
    let begun = begin(work, &links)?.into_iter();
    let begun: Vec<String> = begun.map(str::to_owned).collect();
    let (edited, new): (Vec<_>, Vec<_>) = links.into_iter().partition(|link| link.old.is_some());
    // One by one: what was changed on the server too keeps nothing else away.
    for link in edited {
        let link = [link];
        let outcome = merged(work, place, company, &link).await?;
        let [link] = &link;
        match outcome {
            Rewritten::Done => {
                work.tell_change(&link.associate.row, company, &link.list, "link changed");
                done(work, std::slice::from_ref(link), Whose::Own)?;
            }
            Rewritten::Nothing => done(work, std::slice::from_ref(link), Whose::Unclear)?,
            Rewritten::Clashes(clashes) => {
                work.tell_conflict(&link.associate.row, company, clashes)?;
            }
            Rewritten::Failed(message) | Rewritten::Unclear(message) => {
                failed(work, std::slice::from_ref(link), &message)?;
            }
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    match merged(work, place, company, &new).await? {
        Rewritten::Done => done(work, &new, Whose::Own),
        Rewritten::Nothing => done(work, &new, Whose::Unclear),
        Rewritten::Clashes(_) => failed(work, &new, delta::CONFLICT),
        Rewritten::Failed(message) => {
            // What an earlier run was about to put there may be there.
            for step in &begun {
                work.ledger.forget_intent(step)?;
            }
            failed(work, &new, &message)
        }
        Rewritten::Unclear(message) => failed(work, &new, &message),
    }
}

/// Writes down that links are there, and who has put them there.
pub(super) fn done(work: &Work, links: &[Link<'_>], whose: Whose) -> Result<(), Error> {
    for link in links {
        let body = json!({"list": link.list, "entry": link.entry}).to_string();
        if let Some(old) = &link.old {
            let now = (link.profile.as_str(), body.as_str());
            work.ledger.replace(&old.step, &link.step, now)?;
        } else {
            work.ledger.finish_by(&link.step, &link.profile, whose)?;
            work.ledger.remember(&link.step, &body)?;
        }
        work.row_done(&link.associate.row, &link.profile)?;
    }
    Ok(())
}

/// Writes down why links are not there.
pub(super) fn failed(work: &Work, links: &[Link<'_>], message: &str) -> Result<(), Error> {
    for link in links {
        work.row_failed(&link.associate.row, message)?;
    }
    Ok(())
}

/// The steps of the profile of a person named inline: one per person and company.
pub(crate) fn inline_owner(reference: &str, associate: &Associate) -> String {
    format!("{reference}/inline/{}", associate.person_name())
}

/// The profile of an associate of the company at `place`: a client's own, or one made for a person
/// named inline. Else why there is none.
async fn profile(
    work: &Work,
    place: usize,
    associate: &Associate,
    old: Option<&Old>,
) -> Result<Result<String, String>, Error> {
    if let Person::Client(person) = associate.person {
        let profile = work.profile(person)?;
        return Ok(profile.ok_or_else(|| "the linked client did not come over".to_owned()));
    }
    let reference = &work.book.clients[place].row.reference;
    let owner = inline_owner(reference, associate);
    let step = format!("{owner}/create");
    if let (Some(old), None) = (old, work.live(&step)?) {
        match delta::person(work, associate, (&old.step, &step)).await? {
            Some(Ok(profile)) => return Ok(Ok(profile)),
            Some(Err(clashes)) => {
                work.tell_conflict(&associate.row, "", clashes)?;
                return Ok(Err(delta::CONFLICT.to_owned()));
            }
            None => {}
        }
    }
    let tags = work.book.mapping.associates.as_ref();
    let tags = tags.map(|map| map.tags.as_slice()).unwrap_or_default();
    for _ in 0..=REPAIRS_COUNT_MAX {
        let profile = match work.make(&step, &associate.body.get()?).await? {
            Made::Now(profile) | Made::Before(profile) => profile,
            Made::Refused(message) => return Ok(Err(message)),
        };
        let refused = tag(work, &owner, &profile, tags).await?;
        match (work.keeps_person(&owner, &profile, tags).await?, refused) {
            (true, None) => return Ok(Ok(profile)),
            (true, Some(message)) => return Ok(Err(message)),
            (false, _) => {}
        }
    }
    Ok(Err(NOT_KEPT.to_owned()))
}

fn link(
    associate: &Associate,
    (step, old): (String, Option<Old>),
    profile: String,
) -> Result<Option<Link<'_>>, Error> {
    let Some(list) = associate.list.clone() else {
        return Ok(None);
    };
    let entry = associate.entry_of(&profile)?;
    Ok(Some(Link {
        associate,
        step,
        profile,
        list,
        entry,
        old,
    }))
}

/// Adds links to the company's data, or changes those they stand in for.
async fn merged(
    work: &Work,
    place: usize,
    company: &str,
    links: &[Link<'_>],
) -> Result<Rewritten, Error> {
    let reference = &work.book.clients[place].row.reference;
    delta::rewrite(work, (reference, "link"), company, |data| {
        let mut data = data.clone();
        let mut changed = false;
        for link in links {
            match link.old.as_ref().map(|old| exchange(&mut data, link, old)) {
                None => {}
                Some(Ok(is_changed)) => changed |= is_changed,
                Some(Err(clash)) => return Edit::Clashes(vec![clash]),
            }
        }
        let new: Vec<&Link<'_>> = links.iter().filter(|link| link.old.is_none()).collect();
        changed |= merge(&mut data, &new);
        if changed {
            Edit::Put(data)
        } else {
            Edit::Nothing
        }
    })
    .await
}

/// Puts a link where the one it stands in for was; whether it was not there yet.
fn exchange(data: &mut Value, link: &Link<'_>, old: &Old) -> Result<bool, Clash> {
    let is_sent = |entry: &Value, wanted: &Value| {
        let mut fields = wanted.as_object().into_iter().flatten();
        fields.all(|(name, value)| match name.as_str() {
            "linked_profile" => entry[name]["id"] == value["id"],
            name => same(&entry[name], value),
        })
    };
    let found = |data: &Value, list: &str, wanted: &Value| {
        let entries = data.pointer(&pointer(list)).and_then(Value::as_array);
        entries?.iter().position(|entry| is_sent(entry, wanted))
    };
    let lists = ASSOCIATE_LISTS.iter().copied();
    let mut lists = lists.filter(|list| old.list.as_deref().is_none_or(|known| known == *list));
    let Some((list, place)) = lists.find_map(|list| Some((list, found(data, list, &old.entry)?)))
    else {
        if found(data, &link.list, &link.entry).is_some() {
            return Ok(false);
        }
        if !old.is_sure {
            return Ok(merge(data, &[link]));
        }
        return Err(Clash {
            path: format!("link in {}", old.list.as_deref().unwrap_or("a list")),
            sent: old.entry.to_string(),
            source: link.entry.to_string(),
            server: "not there as it was sent".to_owned(),
        });
    };
    if list == link.list && is_sent(&link.entry, &old.entry) && is_sent(&old.entry, &link.entry) {
        return Ok(false);
    }
    let mut entry = list_mut(data, list).remove(place);
    if old.entry["linked_profile"]["id"] == link.entry["linked_profile"]["id"] {
        for (name, _) in old.entry.as_object().into_iter().flatten() {
            entry[name.as_str()] = Value::Null;
        }
        for (name, value) in link.entry.as_object().into_iter().flatten() {
            entry[name.as_str()] = value.clone();
        }
        if let Value::Object(fields) = &mut entry {
            fields.retain(|_, value| !value.is_null());
        }
    } else {
        entry = link.entry.clone();
    }
    let entries = list_mut(data, &link.list);
    let place = if list == link.list {
        place
    } else {
        entries.len()
    };
    entries.insert(place, entry);
    Ok(true)
}

/// Read back, a linked profile is a whole small profile; sent, it is its id.
pub(super) fn shorten_links(data: &mut Value) {
    for list in ASSOCIATE_LISTS {
        let Some(Value::Array(entries)) = data.pointer_mut(&pointer(list)) else {
            continue;
        };
        for entry in entries {
            let id = entry["linked_profile"]["id"].clone();
            if !id.is_null() {
                entry["linked_profile"] = json!({"id": id});
            }
        }
    }
}

/// Adds what is missing, and completes links somebody else made for the same person in the same
/// list; false when nothing was.
fn merge(data: &mut Value, links: &[&Link<'_>]) -> bool {
    let mut changed = false;
    let mut taken: HashMap<String, Vec<usize>> = HashMap::new();
    for link in links {
        let entries = list_mut(data, &link.list);
        let taken = taken.entry(link.list.clone()).or_default();
        let found = matching(entries, &link.entry, taken);
        let place = found.unwrap_or_else(|| {
            entries.push(Value::Object(Map::new()));
            entries.len() - 1
        });
        taken.push(place);
        changed |= complete(&mut entries[place], &link.entry);
    }
    changed
}

/// The entry that a link already has: one that says the same, else one that says nothing against it.
fn matching(entries: &[Value], wanted: &Value, taken: &[usize]) -> Option<usize> {
    let free = || (0..entries.len()).filter(|place| !taken.contains(place));
    let is_silent = |have: &Value, want: &Value| have.is_null() || want.is_null();
    free()
        .find(|place| says_the_same(&entries[*place], wanted, |_, _| false))
        .or_else(|| free().find(|place| says_the_same(&entries[*place], wanted, is_silent)))
}

/// Whether an entry links the same profile, and all its figures compare.
fn says_the_same(entry: &Value, wanted: &Value, also: impl Fn(&Value, &Value) -> bool) -> bool {
    let figures = ["appointed_on", "resigned_on", "total_percentage"];
    entry["linked_profile"]["id"] == wanted["linked_profile"]["id"]
        && figures.iter().all(|name| {
            let (have, want) = (&entry[*name], &wanted[*name]);
            same(have, want) || also(have, want)
        })
}

/// 43 is 43.0.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => (left - right).abs() < 1e-9,
        _ => left == right,
    }
}

/// Puts fields that an entry lacks; whether there were any.
fn complete(entry: &mut Value, wanted: &Value) -> bool {
    let mut changed = false;
    for (name, value) in wanted.as_object().into_iter().flatten() {
        if entry[name.as_str()].is_null() {
            entry[name.as_str()] = value.clone();
            changed = true;
        }
    }
    changed
}

/// A list of a company's data, made if it is not there.
pub(crate) fn list_mut<'d>(data: &'d mut Value, list: &str) -> &'d mut Vec<Value> {
    let mut at = data;
    for name in list.split('.') {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[name];
    }
    if !at.is_array() {
        *at = Value::Array(Vec::new());
    }
    match at {
        Value::Array(entries) => entries,
        _ => unreachable!("it was made a list above"),
    }
}

/// The JSON pointer of a list such as `officers.directors`.
pub(super) fn pointer(list: &str) -> String {
    format!("/{}", list.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_entry_made_by_automation_is_completed_and_not_doubled() {
        let have = entry(r#"{"linked_profile": {"id": "a"}, "resolver_id": "r"}"#);
        let want = entry(r#"{"linked_profile": {"id": "a"}, "total_percentage": 40.0}"#);
        assert!(says_the_same(&have, &want, |have, want| have.is_null() || want.is_null()));
        let mut have = have;
        assert!(complete(&mut have, &want));
        assert_eq!(have["total_percentage"], 40.0);
        assert_eq!(have["resolver_id"], "r");
        assert!(!complete(&mut have, &want));
    }

    #[test]
    fn another_tenure_of_the_same_person_is_another_entry() {
        let have = entry(r#"{"linked_profile": {"id": "a"}, "appointed_on": "2001-01-01"}"#);
        let want = entry(r#"{"linked_profile": {"id": "a"}, "appointed_on": "2011-01-01"}"#);
        assert!(!says_the_same(&have, &want, |have, want| have.is_null() || want.is_null()));
    }

    #[test]
    fn the_entry_that_says_the_same_is_taken_before_one_that_says_nothing() {
        let entries = [
            entry(r#"{"linked_profile": {"id": "a"}}"#),
            entry(r#"{"linked_profile": {"id": "a"}, "appointed_on": "2001-01-01"}"#),
        ];
        let want = entries[1].clone();
        assert_eq!(matching(&entries, &want, &[]), Some(1));
        assert_eq!(matching(&entries, &want, &[1]), Some(0));
        assert_eq!(matching(&entries, &want, &[0, 1]), None);
    }
}
