//! What the result files of sources are called.
//!
//! `results/FILE`, and `results/rejected-FILE` for the rows to be mended: the source's file name, with
//! `_` for the separators of folders. Where another result has that name already, `source-` comes before it,
//! until it is free. The names depend on nothing but the mapping's file names, not on their order.

use std::collections::{BTreeMap, HashSet};

/// What the name of a file of rejected rows begins with.
const REJECTED: &str = "rejected-";
/// What comes before a name that another result has.
const BEFORE: &str = "source-";
/// The results that are of no single source.
const OWN: [&str; 10] = [
    "changes.csv",
    "conflicts.csv",
    "differences.csv",
    "doubled.csv",
    "ids.csv",
    "mended.csv",
    "pace.csv",
    "report.html",
    "report.json",
    "standing.csv",
];

/// The names of the two result files of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    /// What became of each row.
    pub(crate) all: String,
    /// The rows to be mended.
    pub(crate) rejected: String,
}

/// By source file: its names. `files` says of each whether its rejected rows keep its format; those of others
/// are CSV.
pub(crate) fn names<'a>(files: impl Iterator<Item = (&'a str, bool)>) -> BTreeMap<&'a str, Names> {
    let mut files: Vec<(&str, bool)> = files.collect();
    // Whoever has a name by itself keeps it.
    files.sort_by_key(|(file, _)| (file.contains(['/', '\\']), *file));
    // File systems may not tell capitals.
    let mut taken: HashSet<String> = OWN.iter().map(|&name| name.to_owned()).collect();
    let mut names = BTreeMap::new();
    for (file, keeps_format) in files {
        if names.contains_key(file) {
            continue;
        }
        let mut all = file.replace(['/', '\\'], "_");
        loop {
            let end = if keeps_format { "" } else { ".csv" };
            let rejected = format!("{REJECTED}{all}{end}");
            let both = [all.to_lowercase(), rejected.to_lowercase()];
            let is_free =
                !both[0].starts_with(REJECTED) && both.iter().all(|it| !taken.contains(it));
            if is_free {
                taken.extend(both);
                names.insert(file, Names { all, rejected });
                break;
            }
            all.insert_str(0, BEFORE);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_results_share_a_name() {
        let check = |files: &[(&str, bool)], expected: &[&str]| {
            let told = names(files.iter().copied());
            let told = told.iter().map(|(file, names)| {
                let Names { all, rejected } = names;
                format!("{file}: {all} {rejected}")
            });
            assert_eq!(told.collect::<Vec<_>>(), expected);
            let turned = names(files.iter().rev().copied());
            assert_eq!(turned, names(files.iter().copied()));
        };
        check(
            &[("people.csv", true), ("links.jsonl", false)],
            &[
                "links.jsonl: links.jsonl rejected-links.jsonl.csv",
                "people.csv: people.csv rejected-people.csv",
            ],
        );
        check(
            &[("Changes.csv", true), ("source-changes.csv", true)],
            &[
                "Changes.csv: source-Changes.csv rejected-source-Changes.csv",
                "source-changes.csv: source-source-changes.csv rejected-source-source-changes.csv",
            ],
        );
        check(
            &[("a/b.csv", true), ("a_b.csv", true), ("a\\b.csv", true)],
            &[
                "a/b.csv: source-a_b.csv rejected-source-a_b.csv",
                "a\\b.csv: source-source-a_b.csv rejected-source-source-a_b.csv",
                "a_b.csv: a_b.csv rejected-a_b.csv",
            ],
        );
        check(
            &[("rejected-a.csv", true), ("a.csv", true)],
            &[
                "a.csv: a.csv rejected-a.csv",
                "rejected-a.csv: source-rejected-a.csv rejected-source-rejected-a.csv",
            ],
        );
        check(
            &[("a", false), ("a.csv", true)],
            &[
                "a: a rejected-a.csv",
                "a.csv: source-a.csv rejected-source-a.csv",
            ],
        );
    }
}
