//! Differences between two trees, key by key.

use document::{Kind, Node};

/// Longer values are not spelled out.
const VALUE_CHARS_MAX: usize = 60;

/// Keys that name an entry of a list, so that the same entry is found at another place.
const NAMING_KEYS: [&str; 4] = ["alias", "name", "branch", "description"];

/// Compares two entries whose naming key has been compared already.
pub(super) fn compare_entries(old: &Node, new: &Node, naming_key: &str, details: &mut Vec<String>) {
    if let (Kind::Mapping(_), Kind::Mapping(_)) = (&old.kind, &new.kind) {
        for key in keys(old, new) {
            if key != naming_key && key != "renamed_from" {
                compare(key, old.get(key), new.get(key), details);
            }
        }
    } else {
        compare("entries", Some(old), Some(new), details);
    }
}

/// Notes what differs between two values at a path.
pub(super) fn compare(
    path: &str,
    old: Option<&Node>,
    new: Option<&Node>,
    details: &mut Vec<String>,
) {
    let old = old.filter(|node| node.kind != Kind::Null);
    let new = new.filter(|node| node.kind != Kind::Null);
    match (old, new) {
        (None, None) => {}
        (None, Some(new)) => details.push(format!("{path}: added {}", shown(new))),
        (Some(old), None) => details.push(format!("{path}: removed, was {}", shown(old))),
        (Some(old), Some(new)) => match (&old.kind, &new.kind) {
            (Kind::Mapping(_), Kind::Mapping(_)) => {
                for key in keys(old, new) {
                    compare(
                        &format!("{path}.{key}"),
                        old.get(key),
                        new.get(key),
                        details,
                    );
                }
            }
            (Kind::Sequence(before), Kind::Sequence(after)) => {
                compare_lists(path, before, after, details);
            }
            _ if same(old, new) => {}
            _ => details.push(format!("{path}: {} → {}", shown(old), shown(new))),
        },
    }
}

/// The keys of both mappings, those of the new one first.
fn keys<'a>(old: &'a Node, new: &'a Node) -> Vec<&'a str> {
    let of = |node: &'a Node| match &node.kind {
        Kind::Mapping(entries) => entries.iter().map(|(key, _)| key.text.as_str()).collect(),
        _ => Vec::new(),
    };
    let mut all: Vec<&str> = of(new);
    for key in of(old) {
        if !all.contains(&key) {
            all.push(key);
        }
    }
    all
}

fn compare_lists(path: &str, old: &[Node], new: &[Node], details: &mut Vec<String>) {
    if old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new)) {
        return;
    }
    let all_have = |key: &str| {
        let has = |node: &Node| node.get(key).is_some_and(|name| scalar(name).is_some());
        old.iter().chain(new).all(has)
    };
    if old.iter().chain(new).all(|node| scalar(node).is_some()) {
        compare_words(path, old, new, details);
    } else if let Some(key) = NAMING_KEYS.into_iter().find(|key| all_have(key)) {
        compare_named(path, key, old, new, details);
    } else if old.len() == new.len() {
        for (index, (old, new)) in old.iter().zip(new).enumerate() {
            compare(&format!("{path}[{index}]"), Some(old), Some(new), details);
        }
    } else {
        details.push(format!("{path}: {} entries → {}", old.len(), new.len()));
    }
}

fn compare_words(path: &str, old: &[Node], new: &[Node], details: &mut Vec<String>) {
    let missing = |from: &[Node], among: &[Node]| {
        let words = from
            .iter()
            .filter(|one| !among.iter().any(|other| same(one, other)));
        let words: Vec<&str> = words.filter_map(scalar).collect();
        shortened(&words.join(", "))
    };
    let (added, removed) = (missing(new, old), missing(old, new));
    match (added.is_empty(), removed.is_empty()) {
        (true, true) => details.push(format!("{path}: in another order")),
        (false, true) => details.push(format!("{path}: added {added}")),
        (true, false) => details.push(format!("{path}: removed {removed}")),
        (false, false) => details.push(format!("{path}: added {added}; removed {removed}")),
    }
}

fn compare_named(path: &str, key: &str, old: &[Node], new: &[Node], details: &mut Vec<String>) {
    let name = |node: &Node| {
        node.get(key)
            .and_then(scalar)
            .unwrap_or_default()
            .to_owned()
    };
    let find = |list: &[Node], wanted: &str| list.iter().position(|node| name(node) == wanted);
    let count = details.len();
    for node in new {
        let at = format!("{path}.{}", name(node));
        match find(old, &name(node)) {
            Some(index) => compare(&at, Some(&old[index]), Some(node), details),
            None => details.push(format!("{at}: added")),
        }
    }
    for node in old {
        if find(new, &name(node)).is_none() {
            details.push(format!("{path}.{}: removed", name(node)));
        }
    }
    if details.len() == count {
        details.push(format!("{path}: in another order"));
    }
}

/// Whether two values are the same, wherever they stand and however they are written.
fn same(old: &Node, new: &Node) -> bool {
    match (&old.kind, &new.kind) {
        (Kind::Scalar { text: old, .. }, Kind::Scalar { text: new, .. }) => old == new,
        (Kind::Null, Kind::Null) => true,
        (Kind::Sequence(old), Kind::Sequence(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new))
        }
        (Kind::Mapping(_), Kind::Mapping(_)) => {
            let both = |key: &str| match (old.get(key), new.get(key)) {
                (Some(old), Some(new)) => same(old, new),
                _ => false,
            };
            keys(old, new).into_iter().all(both)
        }
        _ => false,
    }
}

/// The text of a scalar.
pub(super) fn scalar(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

fn shown(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar { text, .. } => shortened(text),
        Kind::Sequence(items) => {
            let words: Option<Vec<&str>> = items.iter().map(scalar).collect();
            words.map_or_else(
                || format!("a list of {}", items.len()),
                |words| shortened(&words.join(", ")),
            )
        }
        Kind::Mapping(entries) => {
            let keys: Vec<&str> = entries.iter().map(|(key, _)| key.text.as_str()).collect();
            shortened(&format!("{{{}}}", keys.join(", ")))
        }
        Kind::Null => "nothing".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= VALUE_CHARS_MAX {
        return text.to_owned();
    }
    let start: String = text.chars().take(VALUE_CHARS_MAX).collect();
    format!("{start}…")
}
