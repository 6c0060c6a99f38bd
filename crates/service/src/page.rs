//! Lists that may be too long for one answer: a part of them, and where the next part begins.

use store::pages::Part;
use uuid::Uuid;

use crate::change::Answer;

/// The part of a list that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The last entry that was read before; `None` begins at the start.
    pub after: Option<u128>,
    /// How many entries at most.
    pub limit: i64,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The entries.
    pub answer: Answer,
    /// The last entry of this part, when there are more after it.
    pub next: Option<Uuid>,
}

impl Page {
    /// Which rows of a profile to read.
    pub(crate) fn part(&self, account: i64, profile_id: u128) -> Part {
        Part {
            account,
            profile_id,
            after: self.after,
            limit: self.rows(),
        }
    }

    /// How many rows to read: one more than asked for shows whether there are more.
    pub(crate) fn rows(&self) -> i64 {
        self.limit.saturating_add(1)
    }

    /// Cuts entries to the page; says the id of the last one when something was cut off.
    pub(crate) fn cut<T>(&self, entries: &mut Vec<T>, id: impl Fn(&T) -> Uuid) -> Option<Uuid> {
        let limit = usize::try_from(self.limit).unwrap_or_default();
        if entries.len() <= limit {
            return None;
        }
        entries.truncate(limit);
        entries.last().map(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_only_when_it_is_longer_than_the_page() {
        let page = Page {
            after: None,
            limit: 2,
        };
        let cut = |mut entries: Vec<u128>| {
            let next = page.cut(&mut entries, |entry| Uuid::from_u128(*entry));
            (entries, next.map(|id| id.as_u128()))
        };
        assert_eq!(cut(vec![]), (vec![], None));
        assert_eq!(cut(vec![1, 2]), (vec![1, 2], None));
        assert_eq!(cut(vec![1, 2, 3]), (vec![1, 2], Some(2)));
    }
}
