//! Circles of companies that own each other, and how deep a company lies.
//!
//! A link whose companies lie on a circle is left out of the passing rule only where it leads back
//! up: every member of the circle is still required by somebody, and nobody waits for itself. Which
//! links those are depends on nothing but the links themselves, not on the order they were made.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Companies looked at above one; beyond, links count as not circular and as deep as can be.
pub const COMPANIES_MAX: usize = 2_000;

/// A company, everything above it, and which of them are customers.
#[derive(Clone, Debug, Default)]
pub struct Above {
    /// The companies that list each profile.
    pub parents: BTreeMap<u128, BTreeSet<u128>>,
    /// Profiles that are customers in their own right.
    pub customers: BTreeSet<u128>,
}

impl Above {
    /// Everything above `of`; itself only when it lies on a circle.
    pub fn ancestors(&self, of: u128) -> BTreeSet<u128> {
        let mut found = BTreeSet::new();
        let mut open = vec![of];
        while let Some(at) = open.pop() {
            for parent in self.parents.get(&at).into_iter().flatten() {
                if found.insert(*parent) {
                    open.push(*parent);
                }
            }
        }
        found
    }

    /// Companies that lie on a circle with `company`, itself among them; empty when none do.
    pub fn circle(&self, company: u128) -> BTreeSet<u128> {
        let above = self.ancestors(company);
        let mut circle: BTreeSet<u128> = above
            .iter()
            .copied()
            .filter(|other| self.ancestors(*other).contains(&company))
            .collect();
        if !circle.is_empty() {
            circle.insert(company);
        }
        circle
    }

    /// Whether the link from `company` down to `child` leads back up a circle.
    ///
    /// Within the circle every member has a level: its distance from the root, which is the member
    /// nearest to a customer (or, where there is none, to a company that nobody lists), else the
    /// oldest. A link that does not lead to a deeper level leads back. The circle is entered at its
    /// root: with another one, the link by which its members are reached could be left out.
    pub fn is_circular(&self, company: u128, child: u128) -> bool {
        if company == child {
            return true;
        }
        let circle = self.circle(company);
        if !circle.contains(&child) {
            return false;
        }
        let levels = self.levels(&circle);
        levels.get(&child) <= levels.get(&company)
    }

    fn levels(&self, circle: &BTreeSet<u128>) -> BTreeMap<u128, u32> {
        let rank = |id: &&u128| (self.distance(**id), **id);
        let Some(root) = circle.iter().min_by_key(rank) else {
            return BTreeMap::new();
        };
        let children = |of: u128| {
            circle.iter().copied().filter(move |child| {
                self.parents
                    .get(child)
                    .is_some_and(|parents| parents.contains(&of))
            })
        };
        let mut levels = BTreeMap::from([(*root, 0)]);
        let mut open = VecDeque::from([*root]);
        while let Some(at) = open.pop_front() {
            let next = levels[&at] + 1;
            for child in children(at) {
                if let std::collections::btree_map::Entry::Vacant(entry) = levels.entry(child) {
                    entry.insert(next);
                    open.push_back(child);
                }
            }
        }
        levels
    }

    /// How many links lie between `company` and where it is asked about: the nearest customer above
    /// it or, where there is none, the nearest company that nobody lists; the greatest number when
    /// there is neither.
    fn distance(&self, company: u128) -> u32 {
        let is_customer = |at: &u128| self.customers.contains(at);
        let is_top = |at: &u128| self.parents.get(at).is_none_or(BTreeSet::is_empty);
        let climbed = self.climb(company, is_customer);
        climbed
            .or_else(|| self.climb(company, is_top))
            .unwrap_or(u32::MAX)
    }

    /// How many links lie between `company` and the nearest above it that is `there`.
    fn climb(&self, company: u128, there: impl Fn(&u128) -> bool) -> Option<u32> {
        let mut seen = BTreeSet::from([company]);
        let mut level = vec![company];
        for links in 0.. {
            if level.iter().any(&there) {
                return Some(links);
            }
            let above = level.iter().filter_map(|at| self.parents.get(at)).flatten();
            level = above
                .copied()
                .filter(|parent| seen.insert(*parent))
                .collect();
            if level.is_empty() {
                return None;
            }
        }
        None
    }

    /// How many links lie between `company` and the nearest customer above it; 0 for a customer
    /// and for a company that nobody lists.
    pub fn depth(&self, company: u128) -> u32 {
        let mut seen = BTreeSet::from([company]);
        let mut level = vec![company];
        let mut depth = 0;
        while !level.is_empty() {
            if level.iter().any(|at| self.customers.contains(at)) {
                return depth;
            }
            let above = level.iter().filter_map(|at| self.parents.get(at)).flatten();
            let next: Vec<u128> = above
                .copied()
                .filter(|parent| seen.insert(*parent))
                .collect();
            if next.is_empty() {
                return depth;
            }
            level = next;
            depth += 1;
        }
        depth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads "1>2 2>3, customers 1": company 1 lists 2, 2 lists 3.
    fn above(text: &str) -> Above {
        let (links, customers) = text.split_once(", customers ").unwrap_or((text, ""));
        let mut above = Above::default();
        for link in links.split(' ') {
            let (parent, child) = link.split_once('>').unwrap();
            let parents = above.parents.entry(child.parse().unwrap()).or_default();
            parents.insert(parent.parse().unwrap());
        }
        above.customers = customers
            .split_whitespace()
            .map(|one| one.parse().unwrap())
            .collect();
        above
    }

    fn circular(text: &str) -> String {
        let above_all = above(text);
        let links = text.split(',').next().unwrap().split(' ');
        let back = links.filter(|link| {
            let (parent, child) = link.split_once('>').unwrap();
            above_all.is_circular(parent.parse().unwrap(), child.parse().unwrap())
        });
        back.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_links_that_lead_back_up_are_circular() {
        assert_eq!(circular("1>2 2>3 1>3"), "");
        assert_eq!(circular("1>2 2>1"), "2>1");
        assert_eq!(circular("1>2 2>1, customers 2"), "1>2");
        assert_eq!(circular("1>2 2>3 3>1"), "3>1");
        assert_eq!(circular("9>1 1>2 2>3 3>1, customers 9"), "3>1");
        assert_eq!(circular("1>2 1>3 2>3 3>2 3>1 2>1"), "2>3 3>2 3>1 2>1");
        assert_eq!(circular("5>5"), "5>5");
    }

    #[test]
    fn a_circle_is_followed_from_where_it_is_entered_whoever_is_oldest() {
        assert_eq!(circular("9>3 1>2 2>3 3>1, customers 9"), "2>3");
        assert_eq!(circular("9>8 8>2 1>2 2>3 3>1, customers 9"), "1>2");
        assert_eq!(circular("9>3 1>2 2>3 3>1"), "2>3");
        assert_eq!(circular("9>3 8>7 7>1 1>2 2>3 3>1, customers 9 8"), "2>3");
        assert_eq!(circular("9>3 1>2 2>3 3>1, customers 9 2"), "1>2");
    }

    #[test]
    fn everybody_on_a_circle_but_its_root_is_required_by_somebody() {
        let text = "1>2 2>3 3>4 4>2 3>1 4>1";
        let above = above(text);
        for child in 2..=4 {
            let parents = &above.parents[&child];
            assert!(
                parents
                    .iter()
                    .any(|parent| !above.is_circular(*parent, child)),
                "{child}"
            );
        }
    }

    #[test]
    fn depth_counts_links_to_the_nearest_customer() {
        let all = above("1>2 2>3 3>4 9>4, customers 1 9");
        assert_eq!([1, 2, 3, 4].map(|at| all.depth(at)), [0, 1, 2, 1]);
        assert_eq!(above("1>2 2>1").depth(2), 1);
    }
}
