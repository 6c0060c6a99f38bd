//! What changed between two versions, in the document's own words.

mod tree;

use std::fmt;

use document::{Kind, Node};

use crate::names;
use crate::published::Published;
use crate::section::Section;

/// One thing that differs between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What became of it.
    pub change: Change,
    /// What it is: "task", "risk model" …; "document" for what belongs to no section.
    pub noun: &'static str,
    /// Its alias in the new version; that in the old one when it was removed.
    pub alias: String,
    /// For changed things, each key with what it was and is.
    pub details: Vec<String>,
}

/// What became of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone; what has lasting ids is kept as retired.
    Removed,
    /// Some of its keys differ.
    Changed,
    /// It had this alias before; other keys may differ too.
    Renamed(String),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, alias) = (self.noun, &self.alias);
        match &self.change {
            Change::Added => write!(f, "added {noun} {alias}")?,
            Change::Removed => write!(f, "removed {noun} {alias}")?,
            Change::Changed => write!(f, "changed {noun} {alias}")?,
            Change::Renamed(from) => write!(f, "renamed {noun} {from} to {alias}")?,
        }
        for detail in &self.details {
            write!(f, "\n  {detail}")?;
        }
        Ok(())
    }
}

/// What differs between two versions, section by section in the order of the new document; what
/// was removed comes last in its section. Comments, order of keys and spelling do not count.
pub fn diff(old: &Published, new: &Published) -> Vec<Line> {
    // Both have been compiled, so both are documents.
    let parse = |published: &Published| document::parse("", &published.document).ok();
    let (Some(old), Some(new)) = (parse(old), parse(new)) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let mut details = Vec::new();
    for key in ["format", "institution"] {
        tree::compare(key, old.get(key), new.get(key), &mut details);
    }
    if !details.is_empty() {
        lines.push(line(Change::Changed, "document", "itself", details));
    }
    for section in Section::ALL {
        compare_section(section, &old, &new, &mut lines);
    }
    lines
}

fn line(change: Change, noun: &'static str, alias: &str, details: Vec<String>) -> Line {
    Line {
        change,
        noun,
        alias: alias.to_owned(),
        details,
    }
}

fn compare_section(section: Section, old: &Node, new: &Node, lines: &mut Vec<Line>) {
    let (old, new) = (entries(section, old), entries(section, new));
    let mut met: Vec<&str> = Vec::new();
    for (alias, node) in &new {
        let Some((before, was)) = counterpart(alias, node, &old, &new) else {
            lines.push(line(Change::Added, section.noun(), alias, Vec::new()));
            continue;
        };
        met.push(before);
        let mut details = Vec::new();
        tree::compare_entries(was, node, section.naming_key(), &mut details);
        if before != *alias {
            let change = Change::Renamed(before.to_owned());
            lines.push(line(change, section.noun(), alias, details));
        } else if !details.is_empty() {
            lines.push(line(Change::Changed, section.noun(), alias, details));
        }
    }
    for (alias, _) in old.iter().filter(|(alias, _)| !met.contains(alias)) {
        lines.push(line(Change::Removed, section.noun(), alias, Vec::new()));
    }
}

type Entries<'a> = Vec<(&'a str, &'a Node)>;

fn entries(section: Section, root: &Node) -> Entries<'_> {
    let Some(node) = root.get(section.key()) else {
        return Vec::new();
    };
    match &node.kind {
        Kind::Mapping(entries) => entries
            .iter()
            .map(|(key, node)| (key.text.as_str(), node))
            .collect(),
        Kind::Sequence(items) => items
            .iter()
            .filter_map(|item| Some((tree::scalar(item.get(section.naming_key())?)?, item)))
            .collect(),
        Kind::Scalar { .. } | Kind::Null => Vec::new(),
    }
}

/// The entry of the old document that an entry of the new one continues.
fn counterpart<'o>(
    alias: &str,
    node: &Node,
    old: &Entries<'o>,
    new: &Entries<'_>,
) -> Option<(&'o str, &'o Node)> {
    let find = |alias: &str| old.iter().find(|(known, _)| *known == alias).copied();
    find(alias).or_else(|| {
        let former = names::former(node);
        let gone = |alias: &&str| !new.iter().any(|(known, _)| known == alias);
        former.into_iter().filter(gone).find_map(find)
    })
}
