//! What is wrong with the ownership of a company as a whole: rings, and shares over 100 %.

use std::collections::{BTreeMap, BTreeSet};

use super::{Associate, Client, Person};
use crate::mapping::Mapping;

/// Shares may exceed 100 by this much before it is said; a sum of rounded figures.
const SHARE_TOLERANCE: f64 = 1e-6;

/// Warns companies that own each other in a ring, and companies whose shares exceed 100 %.
pub(super) fn warn(mapping: &Mapping, clients: &mut [Client], associates: &[Associate]) {
    let Some(map) = &mapping.associates else {
        return;
    };
    let coming = || {
        associates
            .iter()
            .filter(|associate| associate.row.verdict.migrates())
    };
    let is_in = |lists: &[String], associate: &Associate| {
        associate
            .list
            .as_ref()
            .is_some_and(|list| lists.contains(list))
    };
    let mut shares: BTreeMap<usize, f64> = BTreeMap::new();
    let mut owners: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for associate in coming() {
        let Some(owner) = associate.owner else {
            continue;
        };
        if is_in(&map.share_lists, associate) {
            let share = associate.entry["total_percentage"]
                .as_f64()
                .unwrap_or_default();
            *shares.entry(owner).or_default() += share;
        }
        if let (true, Person::Client(person)) =
            (is_in(&map.ownership_lists, associate), &associate.person)
        {
            owners.entry(owner).or_default().insert(*person);
        }
    }
    let over = mapping.reasons.of("shares_over_100", "");
    for (company, sum) in shares {
        if sum > 100.0 + SHARE_TOLERANCE {
            clients[company].warn(&over);
        }
    }
    let circular = mapping.reasons.of("circular_ownership", "");
    for company in in_rings(&owners) {
        clients[company].warn(&circular);
    }
}

/// The nodes that can reach themselves: members of strongly connected components of more than one
/// node, or with an edge to themselves (Kosaraju's two passes, without recursion).
fn in_rings(edges: &BTreeMap<usize, BTreeSet<usize>>) -> BTreeSet<usize> {
    let mut reversed: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (from, targets) in edges {
        for to in targets {
            reversed.entry(*to).or_default().insert(*from);
        }
    }
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for start in edges.keys() {
        visit(*start, edges, &mut seen, &mut order);
    }
    let mut rings = BTreeSet::new();
    let mut assigned = BTreeSet::new();
    for start in order.into_iter().rev() {
        let mut component = Vec::new();
        visit(start, &reversed, &mut assigned, &mut component);
        let is_ring = component.len() > 1
            || edges
                .get(&start)
                .is_some_and(|targets| targets.contains(&start));
        if is_ring {
            rings.extend(component);
        }
    }
    rings
}

/// Visits everything reachable that was not seen before, adding nodes in the order they are left.
fn visit(
    start: usize,
    edges: &BTreeMap<usize, BTreeSet<usize>>,
    seen: &mut BTreeSet<usize>,
    left: &mut Vec<usize>,
) {
    let mut stack = vec![(start, false)];
    while let Some((node, is_done)) = stack.pop() {
        if is_done {
            left.push(node);
            continue;
        }
        if !seen.insert(node) {
            continue;
        }
        stack.push((node, true));
        let targets = edges.get(&node).into_iter().flatten();
        stack.extend(
            targets
                .filter(|to| !seen.contains(to))
                .map(|to| (*to, false)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &str, expected: &str) {
        let mut graph: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for edge in edges.split(' ') {
            let (from, to) = edge.split_once('>').unwrap();
            graph
                .entry(from.parse().unwrap())
                .or_default()
                .insert(to.parse().unwrap());
        }
        let rings: Vec<String> = in_rings(&graph).iter().map(ToString::to_string).collect();
        assert_eq!(rings.join(" "), expected, "{edges}");
    }

    #[test]
    fn rings_of_owners_are_found_and_chains_are_not() {
        check("1>2 2>1", "1 2");
        check("1>2 2>3 3>4", "");
        check("1>1", "1");
        check("1>2 2>3 3>1 3>4 4>5", "1 2 3");
        check("1>2 2>1 2>3 3>4 4>5 5>4", "1 2 4 5");
        check("1>2 1>3 2>4 3>4", "");
    }
}
