//! What a publication changes of the one before it.

use std::collections::BTreeMap;

use screening::entry::Entry;
use store::lists::SnapshotRow;

use super::content;
use crate::{Failure, Platform};

/// Entries by what happened to them, each by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Listed now and not before.
    pub added: Vec<Entry>,
    /// Listed otherwise: as before and as now.
    pub changed: Vec<(Entry, Entry)>,
    /// Listed no more.
    pub removed: Vec<Entry>,
}

/// What leads from one snapshot of a source to another; from none at all, every entry is added.
pub(super) async fn between(
    platform: &Platform,
    before: Option<&SnapshotRow>,
    after: &SnapshotRow,
) -> Result<Changes, Failure> {
    let before = match before {
        Some(row) => content::read(platform, row).await?,
        None => content::Entries::default(),
    };
    let after = content::read(platform, after).await?;
    Ok(compare(&before, &after))
}

fn compare(before: &[Entry], after: &[Entry]) -> Changes {
    let mut by_id: BTreeMap<&str, (Option<&Entry>, Option<&Entry>)> = BTreeMap::new();
    for entry in before {
        by_id.entry(&entry.id).or_default().0 = Some(entry);
    }
    for entry in after {
        by_id.entry(&entry.id).or_default().1 = Some(entry);
    }
    let mut changes = Changes::default();
    for pair in by_id.into_values() {
        match pair {
            (None, Some(now)) => changes.added.push(now.clone()),
            (Some(then), Some(now)) if then != now => {
                changes.changed.push((then.clone(), now.clone()));
            }
            (Some(then), None) => changes.removed.push(then.clone()),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use screening::entry::{Name, NameKind};

    use super::*;

    fn entry(id: &str, name: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            names: vec![Name::new(NameKind::Primary, name)],
            ..Entry::default()
        }
    }

    #[test]
    fn entries_are_told_apart_by_their_ids_whatever_their_order() {
        let before = [entry("1", "A"), entry("2", "B"), entry("3", "C")];
        let after = [entry("4", "D"), entry("3", "C"), entry("2", "Bee")];
        let changes = compare(&before, &after);
        assert_eq!(changes.added, [entry("4", "D")]);
        assert_eq!(changes.changed, [(entry("2", "B"), entry("2", "Bee"))]);
        assert_eq!(changes.removed, [entry("1", "A")]);
    }
}
