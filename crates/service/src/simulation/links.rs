//! Links to profiles of the same request: `"linked_profile": {"reference": "…"}`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;
use wire::collected::AssociateList;
use wire::field_error::FieldError;

/// A link by reference in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    list: AssociateList,
    index: usize,
    /// The row it leads to.
    pub(super) target: usize,
}

/// Who is called what: rows by reference.
pub(super) type Names = BTreeMap<String, usize>;

/// The links of a body, or what is wrong with them.
pub(super) fn read(body: &Value, names: &Names) -> Result<Vec<Link>, Vec<FieldError>> {
    let mut links = Vec::new();
    let mut mistakes = Vec::new();
    for list in AssociateList::ALL {
        let entries = body.pointer(&pointer(*list)).and_then(Value::as_array);
        for (index, entry) in entries.into_iter().flatten().enumerate() {
            let linked = &entry["linked_profile"];
            if linked.is_null() {
                continue;
            }
            let at = format!("collected_data.{}[{index}].linked_profile", list.path());
            let mut wrong = |field: &str, message: &str| {
                let field = format!("{at}{field}");
                mistakes.push(FieldError::invalid(field, message));
            };
            match (&linked["reference"], &linked["id"]) {
                (Value::String(reference), Value::Null) => match names.get(reference) {
                    Some(target) => links.push(Link {
                        list: *list,
                        index,
                        target: *target,
                    }),
                    None => wrong(".reference", "names no profile of this request"),
                },
                (Value::Null, Value::String(_)) => wrong(
                    ".id",
                    "names what is stored, and a simulation sees nothing of it; send the profile \
                     along and link it by its reference",
                ),
                _ => wrong(
                    "",
                    "must be {\"reference\": …} of a profile of this request",
                ),
            }
        }
    }
    if mistakes.is_empty() {
        Ok(links)
    } else {
        Err(mistakes)
    }
}

/// A body with its links as the API takes them: those whose profile `id_of` knows; the others are
/// left out with their entries.
pub(super) fn put(body: &Value, links: &[Link], id_of: impl Fn(usize) -> Option<u128>) -> Value {
    let mut body = body.clone();
    let mut gone: BTreeSet<(AssociateList, usize)> = BTreeSet::new();
    for link in links {
        let Some(Value::Array(entries)) = body.pointer_mut(&pointer(link.list)) else {
            continue;
        };
        if let Some(id) = id_of(link.target) {
            entries[link.index]["linked_profile"] = json!({ "id": Uuid::from_u128(id) });
        } else {
            gone.insert((link.list, link.index));
        }
    }
    for (list, index) in gone.into_iter().rev() {
        if let Some(Value::Array(entries)) = body.pointer_mut(&pointer(list)) {
            entries.remove(index);
        }
    }
    body
}

fn pointer(list: AssociateList) -> String {
    format!("/collected_data/{}", list.path().replace('.', "/"))
}

/// The circles among `open` whose links all lead into the circle or to somebody who has had their
/// turn: those that can be made next. Two passes over rows and links (Kosaraju), without recursion.
pub(super) fn circles(open: &BTreeSet<usize>, links: &[Vec<Link>]) -> Vec<BTreeSet<usize>> {
    let mut forward: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut backward: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for from in open {
        for to in links[*from].iter().map(|link| link.target) {
            if open.contains(&to) {
                forward.entry(*from).or_default().push(to);
                backward.entry(to).or_default().push(*from);
            }
        }
    }
    let (mut seen, mut left) = (BTreeSet::new(), Vec::new());
    for start in open {
        visit(*start, &forward, &mut seen, &mut left);
    }
    let mut assigned = BTreeSet::new();
    let mut circles = Vec::new();
    for start in left.into_iter().rev() {
        let mut members = Vec::new();
        visit(start, &backward, &mut assigned, &mut members);
        let members: BTreeSet<usize> = members.into_iter().collect();
        let mut targets = members.iter().filter_map(|at| forward.get(at)).flatten();
        // A row alone without such a link is no circle, and was made before.
        if targets.clone().next().is_some() && targets.all(|to| members.contains(to)) {
            circles.push(members);
        }
    }
    circles
}

/// Visits everything reachable that was not seen before, adding rows in the order they are left.
fn visit(
    start: usize,
    edges: &BTreeMap<usize, Vec<usize>>,
    seen: &mut BTreeSet<usize>,
    left: &mut Vec<usize>,
) {
    let mut stack = vec![(start, false)];
    while let Some((at, is_done)) = stack.pop() {
        if is_done {
            left.push(at);
        } else if seen.insert(at) {
            stack.push((at, true));
            let targets = edges.get(&at).into_iter().flatten();
            stack.extend(
                targets
                    .filter(|to| !seen.contains(to))
                    .map(|to| (*to, false)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Circles that can be made next, of links such as `0>1 1>0`.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut links = vec![Vec::new(); 10];
        let mut open = BTreeSet::new();
        for edge in text.split_whitespace() {
            let (from, to) = edge.split_once('>').unwrap();
            let (from, target): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
            open.extend([from, target]);
            let list = AssociateList::ALL[0];
            links[from].push(Link {
                list,
                index: 0,
                target,
            });
        }
        let mut told: Vec<String> = circles(&open, &links)
            .iter()
            .map(|circle| format!("{circle:?}"))
            .collect();
        told.sort();
        assert_eq!(told.join(" "), expected, "{text}");
    }

    #[test]
    fn a_circle_is_made_when_those_it_lists_have_had_their_turn() {
        check("0>1 1>0", "{0, 1}");
        check("3>3", "{3}");
        check("0>1 1>0 1>2 2>3 3>2", "{2, 3}");
        check("0>1 1>0 1>4 4>2 2>3 3>2", "{2, 3}");
        check("0>1 1>0 2>3 3>2 5>0", "{0, 1} {2, 3}");
    }
}
