//! What is wrong with the ownership of a company as a whole: rings, and shares over 100 %.

use std::collections::BTreeMap;

use super::{Associate, Client, Person};
use crate::Error;
use crate::graph::{Edges, components};
use crate::mapping::Mapping;

/// Shares may exceed 100 by this much before it is said; a sum of rounded figures.
const SHARE_TOLERANCE: f64 = 1e-6;

/// Warns companies that own each other in a ring, and companies whose shares exceed 100 %.
pub(super) fn warn(
    mapping: &Mapping,
    clients: &mut [Client],
    associates: &[Associate],
) -> Result<(), Error> {
    let Some(map) = &mapping.associates else {
        return Ok(());
    };
    let is_in = |lists: &[String], associate: &Associate| {
        associate
            .list
            .as_ref()
            .is_some_and(|list| lists.contains(list))
    };
    let mut shares: BTreeMap<usize, f64> = BTreeMap::new();
    let mut owners = Edges::new();
    for associate in associates {
        let Some(owner) = associate.owner else {
            continue;
        };
        // No link says that a company owns itself, but the warning does.
        let is_own = associate.person == Person::Client(owner);
        let is_coming = associate.row.verdict.migrates();
        if !is_coming && !is_own {
            continue;
        }
        if is_coming && is_in(&map.share_lists, associate) {
            let share = associate.entry.get()?["total_percentage"]
                .as_f64()
                .unwrap_or_default();
            *shares.entry(owner).or_default() += share;
        }
        if let (true, Person::Client(person)) =
            (is_in(&map.ownership_lists, associate), &associate.person)
        {
            owners.entry(owner).or_default().insert(*person);
        }
    }
    let over = mapping.reasons.of("shares_over_100", "");
    for (company, sum) in shares {
        if sum > 100.0 + SHARE_TOLERANCE {
            clients[company].warn(&over);
        }
    }
    let circular = mapping.reasons.of("circular_ownership", "");
    let rings = components(&owners).into_iter().filter(|one| one.is_circle);
    for company in rings.flat_map(|ring| ring.nodes) {
        clients[company].warn(&circular);
    }
    Ok(())
}
