//! Everybody a run would make a profile of, and who is linked with whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::Kind;
use crate::book::{Entity, Judged, Person};
use crate::run::{client_body, day_of, evidence_of, inline_owner, list_mut};
use crate::{Book, Error};

/// Profiles of a part, unless more are linked with each other.
const PART_MEMBERS: usize = 500;
/// Profiles that the server takes at once.
const PART_MEMBERS_MAX: usize = 5_000;

/// One profile to be made.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// What results call it.
    pub(crate) reference: String,
    pub(crate) kind: Kind,
    origin: Origin,
    /// Its associates: the row that links each, and its position among the members.
    below: Vec<(usize, usize)>,
}

/// What a member is made of, as a position in the book.
#[derive(Clone, Copy, Debug)]
enum Origin {
    Client(usize),
    Inline(usize),
}

impl Member {
    /// The row that it is made of.
    pub(crate) fn row<'b>(&self, book: &'b Book) -> &'b Judged {
        match self.origin {
            Origin::Client(place) => &book.clients[place].row,
            Origin::Inline(place) => &book.associates[place].row,
        }
    }

    /// Whom it lists, by reference, each once.
    pub(super) fn associates(&self, members: &[Member]) -> Vec<String> {
        let below: BTreeSet<usize> = self.below.iter().map(|(_, member)| *member).collect();
        below
            .into_iter()
            .map(|at| members[at].reference.clone())
            .collect()
    }

    /// Whom it lists, with the list, as positions among the members.
    pub(crate) fn listed<'b>(&self, book: &'b Book) -> impl Iterator<Item = (usize, &'b str)> {
        self.below.iter().filter_map(|(row, member)| {
            let list = book.associates[*row].list.as_deref()?;
            Some((*member, list))
        })
    }

    /// Person or company.
    pub(crate) fn entity(&self, book: &Book) -> Entity {
        match self.origin {
            Origin::Client(place) => book.clients[place].entity,
            Origin::Inline(place) => book.associates[place].entity,
        }
    }

    /// What a simulation is sent of it: the body that a run sends, with links by reference.
    pub(crate) fn request(&self, book: &Book, members: &[Member]) -> Result<Value, Error> {
        let (mut profile, tags) = match self.origin {
            Origin::Client(place) => {
                let client = &book.clients[place];
                (client_body(client)?, client.tags.to_vec())
            }
            Origin::Inline(place) => {
                let map = book.mapping.associates.as_ref();
                let tags = map.map(|map| map.tags.clone()).unwrap_or_default();
                (book.associates[place].body.get()?, tags)
            }
        };
        for (associate, member) in &self.below {
            let associate = &book.associates[*associate];
            let Some(list) = &associate.list else {
                continue;
            };
            let mut entry = associate.entry_of("")?;
            entry["linked_profile"] = json!({ "reference": members[*member].reference });
            list_mut(&mut profile["collected_data"], list).push(entry);
        }
        let updates = self.task_updates(book);
        Ok(json!({
            "reference": self.reference,
            "profile": profile,
            "tags": tags,
            "task_updates": updates,
        }))
    }

    /// The passes of the old system that a run would bring over, today.
    fn task_updates(&self, book: &Book) -> Vec<Value> {
        let Origin::Client(place) = self.origin else {
            return Vec::new();
        };
        let today = day_of(Uuid::now_v7());
        let evidence = evidence_of(&book.clients[place]).iter();
        let passes = evidence.filter_map(|evidence| {
            Some(json!({
                "task": &*evidence.task,
                "only_open": !evidence.is_always,
                "update": evidence.pass(&self.reference, today)?,
            }))
        });
        passes.collect()
    }
}

/// The members of a book, clients first, in its order.
pub(crate) fn of(book: &Book) -> Vec<Member> {
    let mut members = Vec::new();
    let mut place_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (place, client) in book.clients.iter().enumerate() {
        if !client.becomes_profile() {
            continue;
        }
        place_of.insert(place, members.len());
        members.push(Member {
            reference: client.row.reference.clone(),
            kind: if client.is_associate_only {
                Kind::Associate
            } else {
                Kind::Client
            },
            origin: Origin::Client(place),
            below: Vec::new(),
        });
    }
    let mut inline: BTreeMap<String, usize> = BTreeMap::new();
    for (place, associate) in book.associates.iter().enumerate() {
        let (Some(owner), true) = (associate.owner, associate.row.verdict.migrates()) else {
            continue;
        };
        let Some(company) = place_of.get(&owner).copied() else {
            continue;
        };
        let member = match associate.person {
            // A run says so too, and leaves the link out.
            Person::Client(person) if person == owner => continue,
            Person::Client(person) => place_of.get(&person).copied(),
            Person::Inline | Person::Unknown => {
                let reference = inline_owner(&book.clients[owner].row.reference, associate);
                Some(*inline.entry(reference.clone()).or_insert_with(|| {
                    members.push(named_inline(reference, place));
                    members.len() - 1
                }))
            }
        };
        if let Some(member) = member {
            members[company].below.push((place, member));
        }
    }
    members
}

/// Whether all of these references are members.
///
/// Errors: the first that is none, with what its row says where it has one.
pub(super) fn all_come(
    members: &[Member],
    references: &[String],
    book: &Book,
) -> Result<(), Error> {
    let known: BTreeSet<&str> = members.iter().map(|one| one.reference.as_str()).collect();
    let Some(missing) = references.iter().find(|one| !known.contains(one.as_str())) else {
        return Ok(());
    };
    let mut clients = book.clients.iter().map(|client| &client.row);
    let Some(row) = clients.find(|row| row.reference == *missing) else {
        return Err(Error::Row {
            message: format!(
                "no client {missing} comes over in this scope: no row has this reference"
            ),
            hint: "give the reference as the mapping's `key` makes it".to_owned(),
        });
    };
    let (file, line) = (&book.mapping.sources[row.source].file, row.record.line);
    let (verdict, reasons) = (row.verdict.disposition(), row.verdict.reasons.join(", "));
    Err(Error::Row {
        message: format!(
            "no client {missing} comes over in this scope: line {line} of {file} is to \
             {verdict} ({reasons})"
        ),
        hint: "give another --scope, or mend the row".to_owned(),
    })
}

fn named_inline(reference: String, place: usize) -> Member {
    Member {
        reference,
        kind: Kind::Inline,
        origin: Origin::Inline(place),
        below: Vec::new(),
    }
}

impl std::fmt::Display for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reference)
    }
}

/// How large parts are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Parts are filled up to here.
    pub(super) wanted: usize,
    /// No part is larger.
    pub(super) max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            wanted: PART_MEMBERS,
            max: PART_MEMBERS_MAX,
        }
    }
}

/// Members that are asked about together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// By position, in the order of the book.
    pub(super) members: Vec<usize>,
    /// Those of them who are listed by somebody who is not among them.
    pub(super) apart: BTreeSet<usize>,
}

/// Divides members so that those who are linked stay together: what becomes of one depends on the
/// other. Where more are linked than a part may hold, companies are asked about with everybody below
/// them, and without those above.
///
/// Errors: one company with more below it than a part may hold.
pub(super) fn parts(members: &[Member], limits: Limits) -> Result<Vec<Part>, Error> {
    let mut parts: Vec<Part> = Vec::new();
    let mut open = Part::default();
    for group in linked_groups(members) {
        if group.len() > limits.max {
            parts.extend(split(members, &group, limits)?);
            continue;
        }
        if !open.members.is_empty() && open.members.len() + group.len() > limits.wanted {
            parts.push(std::mem::take(&mut open));
        }
        open.members.extend(group);
    }
    if !open.members.is_empty() {
        parts.push(open);
    }
    for part in &mut parts {
        part.members.sort_unstable();
    }
    Ok(parts)
}

/// Everybody linked with each other, group by group, in the order of their first.
fn linked_groups(members: &[Member]) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..members.len()).collect();
    for (at, member) in members.iter().enumerate() {
        for (_, below) in &member.below {
            let (one, other) = (leader_of(&mut leader, at), leader_of(&mut leader, *below));
            leader[one.max(other)] = one.min(other);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..members.len() {
        groups
            .entry(leader_of(&mut leader, at))
            .or_default()
            .push(at);
    }
    groups.into_values().collect()
}

fn leader_of(leader: &mut [usize], mut at: usize) -> usize {
    while leader[at] != at {
        leader[at] = leader[leader[at]];
        at = leader[at];
    }
    at
}

/// Parts of a group that is too large: each member is asked about once, with everybody below it.
fn split(members: &[Member], group: &[usize], limits: Limits) -> Result<Vec<Part>, Error> {
    let mut parts: Vec<Part> = Vec::new();
    let mut open: BTreeSet<usize> = BTreeSet::new();
    let mut had: BTreeSet<usize> = BTreeSet::new();
    // Companies first: whoever is below one comes with it.
    let (companies, others): (Vec<usize>, Vec<usize>) =
        group.iter().partition(|at| !members[**at].below.is_empty());
    for at in companies.into_iter().chain(others) {
        if had.contains(&at) {
            continue;
        }
        let below = with_below(members, at);
        if below.len() > limits.max {
            return Err(Error::Option(format!(
                "company {} has {} associates at all levels; a forecast can ask about at most {} \
                 profiles at once",
                members[at],
                below.len() - 1,
                limits.max - 1,
            )));
        }
        if !open.is_empty() && open.union(&below).count() > limits.wanted.max(below.len()) {
            parts.push(part(members, std::mem::take(&mut open)));
        }
        had.extend(below.iter().copied());
        open.extend(below);
    }
    if !open.is_empty() {
        parts.push(part(members, open));
    }
    Ok(parts)
}

fn with_below(members: &[Member], at: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        if found.insert(at) {
            open.extend(members[at].below.iter().map(|(_, member)| *member));
        }
    }
    found
}

fn part(members: &[Member], inside: BTreeSet<usize>) -> Part {
    let outside = (0..members.len()).filter(|at| !inside.contains(at));
    let listed: BTreeSet<usize> = outside
        .flat_map(|at| members[at].below.iter().map(|(_, member)| *member))
        .collect();
    Part {
        apart: inside.intersection(&listed).copied().collect(),
        members: inside.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members with links such as `1>2 1>3`; as many as the largest number.
    fn members(count: usize, links: &str) -> Vec<Member> {
        let mut members: Vec<Member> = (0..count)
            .map(|at| named_inline(at.to_string(), at))
            .collect();
        for link in links.split_whitespace() {
            let (above, below) = link.split_once('>').unwrap();
            let below = below.parse().unwrap();
            members[above.parse::<usize>().unwrap()]
                .below
                .push((0, below));
        }
        members
    }

    #[track_caller]
    fn check(links: &str, (wanted, max): (usize, usize), expected: &str) {
        let members = members(8, links);
        let parts = parts(&members, Limits { wanted, max }).unwrap();
        let shown = |part: &Part| {
            let one = |at: &usize| {
                let mark = if part.apart.contains(at) { "'" } else { "" };
                format!("{at}{mark}")
            };
            part.members.iter().map(one).collect::<Vec<_>>().join(" ")
        };
        let shown: Vec<String> = parts.iter().map(shown).collect();
        assert_eq!(shown.join(" | "), expected, "{links}");
    }

    #[test]
    fn those_who_are_linked_are_asked_about_together() {
        check("", (3, 5), "0 1 2 | 3 4 5 | 6 7");
        check("0>7 7>3", (3, 5), "0 3 7 | 1 2 4 | 5 6");
        check("0>7 7>3 3>6", (3, 5), "0 3 6 7 | 1 2 4 | 5");
        check("0>1 1>0", (2, 5), "0 1 | 2 3 | 4 5 | 6 7");
    }

    #[test]
    fn a_group_that_is_too_large_is_asked_about_company_by_company() {
        check("0>1 0>2 3>2 3>4", (3, 3), "0 1 2' | 2' 3 4 | 5 6 7");
    }

    #[test]
    fn a_company_that_is_too_large_is_refused_by_name() {
        let members = members(8, "5>1 5>2 5>3");
        let error = parts(&members, Limits { wanted: 2, max: 3 }).unwrap_err();
        assert!(
            error.to_string().contains("company 5 has 3 associates"),
            "{error}"
        );
    }
}
