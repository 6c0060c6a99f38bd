//! Words and folders of the mapping that fit nothing in the book: what they mean to do would not be done,
//! without a word.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use document::suggest;

use super::Scan;
use crate::mapping::{ClientMap, Mapping, ScopeRule};

/// Other values that are kept, as what could have been meant.
const VALUES_COUNT_MAX: usize = 1_000;

/// The values that a scope rule's column has.
#[derive(Debug, Default)]
pub(super) struct ScopeValues {
    /// Those that the rule has.
    found: BTreeSet<String>,
    /// Others, up to [`VALUES_COUNT_MAX`].
    others: BTreeSet<String>,
}

impl ScopeValues {
    /// A row has this value.
    pub(super) fn meet(&mut self, rule: &ScopeRule, value: &str) {
        let (values, most) = if rule.leave_out.contains_key(value) {
            (&mut self.found, usize::MAX)
        } else {
            (&mut self.others, VALUES_COUNT_MAX)
        };
        if values.len() < most && !values.contains(value) {
            values.insert(value.to_owned());
        }
    }

    /// What is to be said of words of the rule that no row has.
    pub(super) fn remarks(&self, mapping: &Mapping, map: &ClientMap) -> Vec<String> {
        let Some(rule) = &map.scope else {
            return Vec::new();
        };
        let source = &mapping.sources[map.source];
        let column = source.columns.get(rule.column).map_or("", String::as_str);
        let absent = rule.leave_out.keys();
        let absent = absent.filter(|word| !self.found.contains(*word));
        absent
            .map(|word| {
                let meant = suggest(word, self.others.iter().map(String::as_str));
                let meant = meant.map_or_else(String::new, |it| format!("; did you mean \"{it}\"?"));
                format!(
                    "scope: no row of {} has \"{word}\" in {column}, so it leaves nobody out{meant}",
                    source.file
                )
            })
            .collect()
    }
}

/// What is to be said of the folder of the scans, where it is not there.
pub(super) fn of_folder(mapping: &Mapping, source: &Path, scans: &[Scan]) -> Option<String> {
    let map = mapping.documents.as_ref().filter(|_| !scans.is_empty())?;
    if source.join(&map.folder).is_dir() {
        return None;
    }
    let folders = fs::read_dir(source).into_iter().flatten().flatten();
    let folders = folders.filter(|entry| entry.path().is_dir());
    let names: Vec<String> = folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let meant = suggest(&map.folder, names.iter().map(String::as_str));
    let meant = meant.map_or_else(String::new, |it| format!("; did you mean \"{it}\"?"));
    Some(format!(
        "documents: there is no folder {} in {}, so every scan is missing{meant}",
        map.folder,
        source.display()
    ))
}
