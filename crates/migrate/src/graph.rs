//! Circles in a graph of numbered nodes.

use std::collections::{BTreeMap, BTreeSet};

/// For each node, the nodes it points to.
pub(crate) type Edges = BTreeMap<usize, BTreeSet<usize>>;

/// Nodes that can reach each other; a node that lies on no circle is alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    /// Its nodes.
    pub(crate) nodes: BTreeSet<usize>,
    /// Whether its nodes lie on a circle: there are several, or the one points to itself.
    pub(crate) is_circle: bool,
}

/// The strongly connected components of the nodes that `edges` names, each before those that its
/// nodes point to. (Kosaraju's two passes, without recursion.)
pub(crate) fn components(edges: &Edges) -> Vec<Component> {
    let mut reversed = Edges::new();
    for (from, targets) in edges {
        for to in targets {
            reversed.entry(*to).or_default().insert(*from);
        }
    }
    let mut left = Vec::new();
    let mut seen = BTreeSet::new();
    for start in edges.keys() {
        visit(*start, edges, &mut seen, &mut left);
    }
    let mut components = Vec::new();
    let mut assigned = BTreeSet::new();
    for start in left.into_iter().rev() {
        let mut nodes = Vec::new();
        visit(start, &reversed, &mut assigned, &mut nodes);
        if nodes.is_empty() {
            continue;
        }
        let points_to_itself = edges.get(&start).is_some_and(|to| to.contains(&start));
        components.push(Component {
            is_circle: nodes.len() > 1 || points_to_itself,
            nodes: nodes.into_iter().collect(),
        });
    }
    components
}

/// Visits everything reachable that was not seen before, adding nodes in the order they are left.
fn visit(start: usize, edges: &Edges, seen: &mut BTreeSet<usize>, left: &mut Vec<usize>) {
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

/// Reads edges such as `1>2 2>3`.
#[cfg(test)]
pub(crate) fn edges(text: &str) -> Edges {
    let mut edges = Edges::new();
    for edge in text.split_whitespace() {
        let (from, to) = edge.split_once('>').unwrap();
        let targets = edges.entry(from.parse().unwrap()).or_default();
        targets.insert(to.parse().unwrap());
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, circles: &str) {
        let edges = edges(text);
        let components = components(&edges);
        let on_circles: BTreeSet<usize> = components
            .iter()
            .filter(|component| component.is_circle)
            .flat_map(|component| component.nodes.iter().copied())
            .collect();
        let told: Vec<String> = on_circles.iter().map(ToString::to_string).collect();
        assert_eq!(told.join(" "), circles, "{text}");
        let place = |node: usize| components.iter().position(|one| one.nodes.contains(&node));
        for (from, targets) in &edges {
            for to in targets {
                assert!(place(*from) <= place(*to), "{from} before {to} in {text}");
            }
        }
    }

    #[test]
    fn circles_are_found_and_chains_are_not() {
        check("1>2 2>1", "1 2");
        check("1>2 2>3 3>4", "");
        check("4>3 3>2 2>1", "");
        check("1>1", "1");
        check("1>2 2>3 3>1 3>4 4>5", "1 2 3");
        check("1>2 2>1 2>3 3>4 4>5 5>4", "1 2 4 5");
        check("1>2 1>3 2>4 3>4", "");
        check("5>4 4>5 9>5 4>1", "4 5");
    }
}
