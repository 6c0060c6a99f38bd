//! One client under two references: both come over, both with a warning.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::nicknames::are_forms_of_one;
use super::{Client, Entity};
use crate::Error;
use crate::mapping::Mapping;

/// How many letters two spellings of one name may differ by.
const NAME_DIFFERENCE_LETTERS_MAX: usize = 2;
/// Names shorter than this may differ by one letter only.
const NAME_LETTERS_MIN: usize = 8;
/// Persons born on one day are compared pairwise; larger groups are looked through for equal
/// names only.
pub(crate) const GROUP_ROWS_MAX: usize = 2_000;

/// Warns both rows of every likely pair: persons of one date of birth whose names differ by no more
/// than a slip of the fingers or are everyday forms of one name, companies of one country and number.
pub(super) fn warn(mapping: &Mapping, clients: &mut [Client]) -> Result<(), Error> {
    let looks = |client: &Client| {
        let map = match client.entity {
            Entity::Individual => &mapping.individuals,
            Entity::Company => &mapping.companies,
        };
        map.as_ref().is_some_and(|map| map.find_possible_duplicates)
    };
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, client) in clients.iter().enumerate() {
        if client.row.verdict.migrates()
            && looks(client)
            && let Some(key) = group_key(client)?
        {
            groups.entry(key).or_default().push(place);
        }
    }
    let mut found = HashSet::new();
    for places in groups.into_values().filter(|places| places.len() > 1) {
        match clients[places[0]].entity {
            Entity::Company => found.extend(places),
            Entity::Individual => found.extend(alike(clients, &places)?),
        }
    }
    let warning = mapping.reasons.of("possible_duplicate", "");
    for place in found {
        clients[place].warn(&warning);
    }
    Ok(())
}

/// What likely pairs have in common.
pub(crate) fn group_key(client: &Client) -> Result<Option<String>, Error> {
    let body = client.body.get()?;
    let data = &body["collected_data"];
    let born = || {
        Some(format!(
            "born {}",
            data["personal_details"]["dob"].as_str()?
        ))
    };
    let numbered = || {
        let metadata = &data["metadata"];
        let country = metadata["country_of_incorporation"].as_str()?;
        Some(format!("number {country} {}", metadata["number"].as_str()?))
    };
    Ok(match client.entity {
        Entity::Individual => born(),
        Entity::Company => numbered(),
    })
}

fn alike(clients: &[Client], places: &[usize]) -> Result<HashSet<usize>, Error> {
    let names = places
        .iter()
        .map(|place| Ok(Name::of(&clients[*place].body.get()?)))
        .collect::<Result<Vec<Name>, Error>>()?;
    let found = if names.len() > GROUP_ROWS_MAX {
        equal(&names)
    } else {
        like(&names)
    };
    Ok(found.into_iter().map(|place| places[place]).collect())
}

/// The places of names that others are like, compared pairwise.
fn like(names: &[Name]) -> HashSet<usize> {
    let mut found = HashSet::new();
    for (left, one) in names.iter().enumerate() {
        for (right, other) in names.iter().enumerate().skip(left + 1) {
            if one.is_like(other) && !one.whole.is_empty() {
                found.extend([left, right]);
            }
        }
    }
    found
}

/// The places of names that are there more than once. A placeholder for an unknown day of birth makes
/// groups of hundreds of thousands.
fn equal(names: &[Name]) -> HashSet<usize> {
    let mut groups: HashMap<&Name, Vec<usize>> = HashMap::new();
    for (place, name) in names.iter().enumerate() {
        if !name.whole.is_empty() {
            groups.entry(name).or_default().push(place);
        }
    }
    let groups = groups.into_values().filter(|places| places.len() > 1);
    groups.flatten().collect()
}

/// A person's name as folded letters.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// All given names and the family name.
    pub(crate) whole: Vec<char>,
    /// The first given name and the family name.
    short: Vec<char>,
    /// The first given name.
    first: String,
    /// The family name.
    family: Vec<char>,
}

impl Name {
    pub(crate) fn of(body: &Value) -> Name {
        let name = &body["collected_data"]["personal_details"]["name"];
        let given: Vec<&str> = name["given_names"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let family = name["family_name"].as_str().unwrap_or_default();
        let letters = |parts: &[&str]| -> Vec<char> {
            let words = parts
                .iter()
                .chain([&family])
                .flat_map(|part| wire::fold::words(part));
            words
                .flat_map(|word| word.chars().collect::<Vec<_>>())
                .collect()
        };
        Name {
            whole: letters(&given),
            short: letters(given.get(..1).unwrap_or_default()),
            first: wire::fold::words(given.first().unwrap_or(&"")).concat(),
            family: letters(&[]),
        }
    }

    pub(crate) fn is_like(&self, other: &Name) -> bool {
        differ_by_a_slip(&self.whole, &other.whole)
            || differ_by_a_slip(&self.short, &other.short)
            || (differ_by_a_slip(&self.family, &other.family)
                && are_forms_of_one(&self.first, &other.first))
    }
}

/// Whether one name becomes the other by a few inserted, dropped, replaced or swapped letters.
fn differ_by_a_slip(left: &[char], right: &[char]) -> bool {
    let shorter = left.len().min(right.len());
    let allowed = if shorter < NAME_LETTERS_MIN {
        1
    } else {
        NAME_DIFFERENCE_LETTERS_MAX
    };
    left.len().abs_diff(right.len()) <= allowed && edits(left, right) <= allowed
}

/// Inserted, dropped, replaced and swapped letters between two words.
fn edits(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for row in 1..=left.len() {
        let mut current = vec![row];
        for column in 1..=right.len() {
            let replaced = above[column - 1] + usize::from(left[row - 1] != right[column - 1]);
            let mut best = replaced.min(above[column] + 1).min(current[column - 1] + 1);
            let is_swap = row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1];
            if is_swap {
                best = best.min(before[column - 2] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_a_slip_are_alike() {
        let check = |left: &str, right: &str, expected: bool| {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            let found = differ_by_a_slip(&letters(left), &letters(right));
            assert_eq!(found, expected, "{left} {right}");
        };
        check("emilygoodwin", "emilygoodwin", true);
        check("emikygoodwin", "emilygoodwin", true);
        check("kerslakeling", "kerslakleing", true);
        check("katiefitzpztick", "katiefitzpatrick", true);
        check("speabbrsx", "spearsxyz", false);
        check("annlee", "anlee", true);
        check("annlee", "anle", false);
        check("johnsmith", "janesmyth", false);
    }

    #[test]
    fn a_large_group_is_looked_through_in_one_go() {
        let names: Vec<Name> = (0..200_000)
            .map(|number| {
                let family = match number {
                    7 | 150_000 => "Twice".to_owned(),
                    _ => format!("Once{number}"),
                };
                let name = serde_json::json!({"given_names": ["Ann"], "family_name": family});
                let body =
                    serde_json::json!({"collected_data": {"personal_details": {"name": name}}});
                Name::of(&body)
            })
            .collect();
        let begun = std::time::Instant::now();
        assert_eq!(equal(&names), HashSet::from([7, 150_000]));
        assert!(begun.elapsed() < std::time::Duration::from_secs(20));
    }
}
