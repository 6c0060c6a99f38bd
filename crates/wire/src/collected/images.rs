//! The images that the documents in collected data name.

use serde_json::Value;
use uuid::Uuid;

use super::AssociateList;
use super::associates::entries;
use crate::field_error::join;

/// An image that a document names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedImage {
    /// The path of its id: `documents[0].images[0].id`.
    pub field: String,
    pub id: Uuid,
}

/// Every image that a document names, documents of associates without a profile included. What is
/// no UUID is passed over: that is a mistake of its own.
pub fn images(data: &Value) -> Vec<NamedImage> {
    let mut found = Vec::new();
    collect(data, "", &mut found);
    found
}

fn collect(data: &Value, path: &str, found: &mut Vec<NamedImage>) {
    let documents = data["documents"].as_array().into_iter().flatten();
    for (at, document) in documents.enumerate() {
        let images = document["images"].as_array().into_iter().flatten();
        for (place, image) in images.enumerate() {
            let id = image["id"].as_str();
            if let Some(id) = id.and_then(|id| Uuid::try_parse(id).ok()) {
                let field = join(path, &format!("documents[{at}].images[{place}].id"));
                found.push(NamedImage { field, id });
            }
        }
    }
    for list in AssociateList::ALL {
        for (place, entry) in entries(data, *list).iter().enumerate() {
            if let Some(data) = entry.get("immediate_data") {
                let below = format!("{}[{place}].immediate_data", list.path());
                collect(data, &join(path, &below), found);
            }
        }
    }
}
