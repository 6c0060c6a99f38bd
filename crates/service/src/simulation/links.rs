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

/// The rows among `open` that lie on a circle of links.
pub(super) fn on_circles(open: &BTreeSet<usize>, links: &[Vec<Link>]) -> Vec<usize> {
    let reaches_itself = |start: &usize| {
        let mut seen = BTreeSet::new();
        let mut left = vec![*start];
        while let Some(at) = left.pop() {
            for link in &links[at] {
                if link.target == *start {
                    return true;
                }
                if open.contains(&link.target) && seen.insert(link.target) {
                    left.push(link.target);
                }
            }
        }
        false
    };
    open.iter().copied().filter(reaches_itself).collect()
}
