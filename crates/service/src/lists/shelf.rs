//! The lists of now, ready to be searched; and those of any time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use providers::screening::List;
use screening::engine::{self, Engine};
use screening::words::Analyzer;
use store::lists::SnapshotRow;

use super::content::{self, Entries};
use super::{NAME_PARTS, hexadecimal, names};
use crate::{Failure, Platform};

/// How long a node may go on with the lists it has after another node has swapped one, in
/// milliseconds. A swap on the same node counts at once.
pub const LISTS_KNOWN_MILLISECONDS_MAX: u64 = 1_000;

/// All lists of an institution at one time. Never changes.
pub struct Lists {
    /// The number of the swap that they are at.
    pub as_of: i64,
    /// Which they are, by name.
    pub lists: Vec<List>,
    /// The tables of name parts, where any are loaded.
    pub names: Option<List>,
    /// The entries of each.
    pub(super) entries: Vec<Entries>,
    pub(super) engine: Engine,
}

/// Where a node keeps the lists of now, by institution.
#[derive(Default)]
pub struct Shelf {
    known: Mutex<Known>,
    /// Held by whoever looks for newer lists and makes them ready.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    lists: BTreeMap<u128, (Arc<Lists>, Option<Instant>)>,
    /// Counts the calls to look again, so that what was read before is not taken for new after.
    asked: u64,
}

impl Shelf {
    /// Looks again at the next use, because a list was swapped.
    pub(super) fn look_again(&self) {
        let mut known = self.known();
        known.asked += 1;
        for (_, seen) in known.lists.values_mut() {
            *seen = None;
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self, institution: u128) -> Option<Arc<Lists>> {
        let known = self.known();
        let (lists, seen) = known.lists.get(&institution)?;
        let is_fresh = seen.is_some_and(|seen| {
            seen.elapsed() < Duration::from_millis(LISTS_KNOWN_MILLISECONDS_MAX)
        });
        is_fresh.then(|| lists.clone())
    }

    fn last(&self, institution: u128) -> Option<Arc<Lists>> {
        let known = self.known();
        known
            .lists
            .get(&institution)
            .map(|(lists, _)| lists.clone())
    }
}

/// The lists of an institution as they were at most [`LISTS_KNOWN_MILLISECONDS_MAX`] ago.
pub async fn current(platform: &Platform, institution: u128) -> Result<Arc<Lists>, Failure> {
    if let Some(lists) = platform.lists.fresh(institution) {
        return Ok(lists);
    }
    look(platform, institution).await
}

/// As [`current`], but as they are at this moment.
pub(super) async fn look(platform: &Platform, institution: u128) -> Result<Arc<Lists>, Failure> {
    let _turn = platform.lists.turn.lock().await;
    let (seen, asked) = (Instant::now(), platform.lists.known().asked);
    let sequence = store::lists::sequence(&platform.store, institution).await?;
    let last = platform.lists.last(institution);
    let lists = match last {
        Some(last) if last.as_of == sequence => last,
        last => Arc::new(make(platform, institution, sequence, last.as_deref()).await?),
    };
    let mut known = platform.lists.known();
    let seen = (known.asked == asked).then_some(seen);
    known.lists.insert(institution, (lists.clone(), seen));
    Ok(lists)
}

/// The lists as they were right after a swap.
pub async fn as_of(
    platform: &Platform,
    institution: u128,
    sequence: i64,
) -> Result<Arc<Lists>, Failure> {
    match platform.lists.last(institution) {
        Some(last) if last.as_of == sequence => Ok(last),
        last => Ok(Arc::new(
            make(platform, institution, sequence, last.as_deref()).await?,
        )),
    }
}

/// Reads the snapshots that counted then, those already known excepted, and makes them ready off
/// the threads that serve requests.
async fn make(
    platform: &Platform,
    institution: u128,
    sequence: i64,
    known: Option<&Lists>,
) -> Result<Lists, Failure> {
    let store = &platform.store;
    let (mut lists, mut entries, mut tables) = (Vec::new(), Vec::new(), None);
    for swap in store::lists::current(store, institution, sequence).await? {
        let Some(number) = swap.number else { continue };
        let row = store::lists::load(store, institution, &swap.source, number).await?;
        let row = row.ok_or_else(|| Failure::internal("a list has no such snapshot"))?;
        if row.source == NAME_PARTS {
            tables = Some(row);
            continue;
        }
        let list = cited(&row);
        let same = known.and_then(|known| {
            let place = known.lists.iter().position(|one| *one == list)?;
            known.entries.get(place).cloned()
        });
        entries.push(match same {
            Some(same) => same,
            None => content::read(platform, &row).await?,
        });
        lists.push(list);
    }
    let names = tables.as_ref().map(cited);
    let analyzer = match known.filter(|known| known.names == names) {
        Some(known) => known.engine.analyzer().clone(),
        None => Arc::new(Analyzer::new(
            names::knowledge(platform, tables.as_ref()).await?,
        )),
    };
    let (of_engine, ids) = (entries.clone(), lists.clone());
    let engine = tokio::task::spawn_blocking(move || build(&ids, &of_engine, analyzer)).await;
    Ok(Lists {
        as_of: sequence,
        lists,
        names,
        entries,
        engine: engine.map_err(Failure::internal)?,
    })
}

fn cited(row: &SnapshotRow) -> List {
    List {
        name: row.source.clone(),
        publication: row.publication.clone(),
        snapshot: row.number,
        sha256: hexadecimal(&row.sha256),
    }
}

fn build(lists: &[List], entries: &[Entries], analyzer: Arc<Analyzer>) -> Engine {
    let pairs = lists.iter().zip(entries);
    let lists: Vec<engine::List<'_>> = pairs
        .map(|(list, entries)| engine::List {
            id: &list.name,
            entries,
        })
        .collect();
    Engine::build(&lists, analyzer)
}
