//! The order in which companies come over: owners before the companies they own.
//!
//! A company's automation begins when it is created, so everybody it lists must be there by then.
//! Companies stand in levels by their links: below are those that list no company, above them those
//! that list only companies below. Companies that list each other in a circle have no such order
//! and come over together, as one [`Group`], in an order that depends on nothing but the book.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Followers;
use crate::Book;
use crate::book::{Entity, Person};
use crate::graph::{Edges, components};

/// Companies that come over together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// One company; or all of a circle, first the one that all others are looked at from, then by
    /// their distance from it.
    pub(super) members: Vec<usize>,
    /// Whether they list each other.
    pub(super) is_circle: bool,
}

/// The companies of a book by level, owners first.
pub(super) fn levels(book: &Book, followers: &[Followers]) -> Vec<Vec<Group>> {
    let companies = book
        .clients
        .iter()
        .enumerate()
        .filter(|(_, client)| client.entity == Entity::Company && client.becomes_profile());
    let places: Vec<usize> = companies.map(|(place, _)| place).collect();
    let mut edges = Edges::new();
    for place in &places {
        let listed = followers[*place].associates.iter();
        let owners = listed.filter_map(|at| match book.associates[*at].person {
            Person::Client(owner) if book.clients[owner].entity == Entity::Company => Some(owner),
            Person::Client(_) | Person::Inline | Person::Unknown => None,
        });
        // A company that lists itself is told so when it comes over; it waits for nobody.
        edges.insert(*place, owners.filter(|owner| owner != place).collect());
    }
    let is_customer = |place: usize| !book.clients[place].is_associate_only;
    in_levels(&edges, &is_customer)
}

fn in_levels(edges: &Edges, is_customer: &dyn Fn(usize) -> bool) -> Vec<Vec<Group>> {
    let mut levels: Vec<Vec<Group>> = Vec::new();
    let mut level_of: BTreeMap<usize, usize> = BTreeMap::new();
    for component in components(edges).into_iter().rev() {
        let listed = component
            .nodes
            .iter()
            .filter_map(|node| edges.get(node))
            .flatten();
        let below = listed.filter_map(|owner| level_of.get(owner)).max();
        let level = below.map_or(0, |below| below + 1);
        level_of.extend(component.nodes.iter().map(|node| (*node, level)));
        if levels.len() <= level {
            levels.resize_with(level + 1, Vec::new);
        }
        levels[level].push(Group {
            members: from_root(&component.nodes, edges, is_customer),
            is_circle: component.is_circle,
        });
    }
    for level in &mut levels {
        level.sort_by(|one, other| one.members.cmp(&other.members));
    }
    levels
}

/// The members of a circle by their distance from its root. The server takes the oldest customer
/// for the root; the one that comes first here is created first.
fn from_root(
    nodes: &BTreeSet<usize>,
    edges: &Edges,
    is_customer: &dyn Fn(usize) -> bool,
) -> Vec<usize> {
    let root = nodes.iter().copied().find(|node| is_customer(*node));
    let Some(root) = root.or_else(|| nodes.first().copied()) else {
        return Vec::new();
    };
    let mut order = vec![root];
    let mut open = VecDeque::from([root]);
    while let Some(at) = open.pop_front() {
        for next in edges.get(&at).into_iter().flatten() {
            if nodes.contains(next) && !order.contains(next) {
                order.push(*next);
                open.push_back(*next);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::edges;

    /// Levels from below, such as `3 | 2 | (1 4)`; companies 100 and above are no customers.
    #[track_caller]
    fn check(links: &str, expected: &str) {
        let level = |groups: &Vec<Group>| {
            let told = groups.iter().map(|group| {
                let members: Vec<String> = group.members.iter().map(ToString::to_string).collect();
                let members = members.join(" ");
                if group.is_circle {
                    format!("({members})")
                } else {
                    members
                }
            });
            told.collect::<Vec<_>>().join(" ")
        };
        let levels = in_levels(&edges(links), &|place| place < 100);
        let told: Vec<String> = levels.iter().map(level).collect();
        assert_eq!(told.join(" | "), expected, "{links}");
    }

    #[test]
    fn owners_come_before_the_companies_that_list_them() {
        check("1>2 2>3 4>3", "3 | 2 4 | 1");
        check("1>2 1>3 3>2", "2 | 3 | 1");
    }

    #[test]
    fn a_circle_comes_as_one_from_its_oldest_customer() {
        check("2>1 1>2 9>1 1>5", "5 | (1 2) | 9");
        check("1>2 2>3 3>1", "(1 2 3)");
        check("1>3 3>2 2>1", "(1 3 2)");
        check("100>7 7>100", "(7 100)");
        check("101>100 100>101", "(100 101)");
    }
}
