//! The names of columns: each has one, and no two the same.

use super::Broken;
use crate::mapping::Header;

/// The names that a mapping finds columns by.
pub(super) fn of(written: Vec<String>, header: &Header) -> Result<Vec<String>, Broken> {
    let names = match &header.names {
        None if !header.is_there => {
            let message = "it has no header, and the mapping does not name its columns";
            return Err(Broken::new(message).hint(format!(
                "it has {}: add columns: [NAME, NAME, …]",
                crate::numbered(written.len(), "column", "columns")
            )));
        }
        None if written.iter().all(String::is_empty) => {
            return Err(Broken::new("it has no header"));
        }
        None => numbered(written),
        Some(names) if names.len() != written.len() => {
            return Err(Broken::new(format!(
                "the mapping names {}, and it has {}",
                crate::numbered(names.len(), "column", "columns"),
                written.len()
            )));
        }
        Some(names) => names.clone(),
    };
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) {
            let broken = Broken::new(format!("two columns are called \"{name}\""));
            let apart: Vec<String> = apart(&names).iter().map(|name| quoted(name)).collect();
            return Err(broken.hint(format!(
                "name them apart in the mapping: columns: [{}]",
                apart.join(", ")
            )));
        }
    }
    Ok(names)
}

/// With a name for columns that have none: their place.
pub(crate) fn numbered(names: Vec<String>) -> Vec<String> {
    let name = |(place, name): (usize, String)| {
        if name.is_empty() {
            format!("#{}", place + 1)
        } else {
            name
        }
    };
    names.into_iter().enumerate().map(name).collect()
}

/// The names with `#2`, `#3` behind those that are there again.
pub(crate) fn apart(names: &[String]) -> Vec<String> {
    let mut apart: Vec<String> = Vec::new();
    for name in names {
        let mut free = name.clone();
        let mut number = 2;
        while apart.contains(&free) || (free != *name && names.contains(&free)) {
            free = format!("{name}#{number}");
            number += 1;
        }
        apart.push(free);
    }
    apart
}

/// A name as a list of a mapping takes it.
pub(crate) fn quoted(name: &str) -> String {
    let is_plain = name
        .chars()
        .all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '-'));
    let is_word = !matches!(name, "" | "~" | "null" | "-" | "Null" | "NULL");
    if is_plain && is_word && !name.starts_with('-') {
        name.to_owned()
    } else {
        serde_json::Value::from(name).to_string()
    }
}
