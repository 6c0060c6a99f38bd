//! Rows that people have mended in a file of rejected rows, and that stand in for the source's.
//!
//! A run writes what it rejects as `results/rejected-FILE`, in the source's own format, with three columns
//! behind its own: [`TAG_COLUMN`], which says which row it was, [`REASONS_COLUMN`] and [`LINE_COLUMN`]. That file, mended,
//! is given back with `--mended` ([`take`]); the state folder keeps its rows, and whatever reads the
//! book with that state reads them instead of the source's, with the source's file name and row number,
//! for as long as the source says there what it said when they were mended. So everything that waited
//! for such a row (associates, documents, notes) is judged anew with it.
//!
//! Cells go out and come back byte for byte: nothing is put before a cell that a spreadsheet would take for a
//! formula, since it would come back as data.

mod rejected;
mod tag;
mod take;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use rejected::RejectedFile;
pub use tag::{LINE_COLUMN, REASONS_COLUMN, TAG_COLUMN};

use crate::book::{Keep, Kept};
use crate::ledger::{self, MendedRow};
use crate::mapping::{Mapping, Source};
use crate::source::{self, Record};
use crate::{Error, Options, hex};

/// The mended rows of one source.
#[derive(Debug, Default)]
pub(crate) struct Mended {
    /// By the hash of the row as the source has it.
    by_hash: HashMap<String, Vec<Entry>>,
    /// By number: the hashes that rows had there as the source has or had them.
    by_number: HashMap<u64, Vec<String>>,
    /// By row: what the source says there, of rows that a mended one stood in for.
    applied: Mutex<BTreeMap<u64, Kept<Vec<String>>>>,
    /// By row: the number it was given back under, edited or as it was.
    given: Mutex<BTreeMap<u64, u64>>,
    /// Numbers of rows that were given back as they were, and count for that.
    counting: Mutex<HashSet<u64>>,
    keep: Option<Keep>,
}

/// One mended row.
#[derive(Debug)]
struct Entry {
    number: u64,
    cells: Kept<Vec<String>>,
    hash: String,
    /// Given now, and not yet kept by the state.
    is_new: bool,
}

/// Gives a mapping's sources the rows that the state keeps as mended, and those of the files that the
/// options give. What rows hold goes into `keep`.
///
/// Errors: a mended file that cannot be read, is of no source, or has rows that the state does not know.
pub(crate) fn lay_over(mapping: &mut Mapping, options: &Options, keep: &Keep) -> Result<(), Error> {
    let mut mended = stored(&options.state, keep)?;
    for path in &options.mended {
        take::take(mapping, (&options.state, path), keep, &mut mended)?;
    }
    for source in &mut mapping.sources {
        source.mended = mended.remove(&source.file).map(Arc::new);
    }
    Ok(())
}

/// Gives a mapping's sources the rows that a state folder keeps as mended, if there is one: the book is
/// then what a run with this state reads.
///
/// Errors: a ledger that cannot be read.
pub(crate) fn lay_kept(
    mapping: &mut Mapping,
    state: Option<&Path>,
    keep: &Keep,
) -> Result<(), Error> {
    let Some(state) = state else { return Ok(()) };
    let mut mended = stored(state, keep)?;
    for source in &mut mapping.sources {
        source.mended = mended.remove(&source.file).map(Arc::new);
    }
    Ok(())
}

/// By file: what a state folder keeps.
fn stored(state: &Path, keep: &Keep) -> Result<HashMap<String, Mended>, Error> {
    let mut mended: HashMap<String, Mended> = HashMap::new();
    ledger::each_mended(state, |row| {
        let cells = keep.put(&row.cells)?;
        let of_file = mended.entry(row.file.clone()).or_default();
        of_file.keep.get_or_insert_with(|| keep.clone());
        of_file.add((row.number, &row.original), &row.hash, cells, false);
        Ok(())
    })?;
    Ok(mended)
}

impl Mended {
    /// Adds a row, instead of what stood there before.
    fn add(
        &mut self,
        (number, original): (u64, &str),
        hash: &str,
        cells: Kept<Vec<String>>,
        is_new: bool,
    ) {
        let originals = self.by_number.entry(number).or_default();
        if !originals.iter().any(|known| known == original) {
            originals.push(original.to_owned());
        }
        let entries = self.by_hash.entry(original.to_owned()).or_default();
        entries.retain(|entry| entry.number != number);
        entries.push(Entry {
            number,
            cells,
            hash: hash.to_owned(),
            is_new,
        });
    }

    /// The source's own hash of the row that a hash, or its beginning, stands for: mended or not.
    fn original(&self, number: u64, start: &str) -> Option<String> {
        let is_it = |original: &&String| {
            let mut entries = self.by_hash.get(*original).into_iter().flatten();
            original.starts_with(start)
                || entries.any(|entry| entry.number == number && entry.hash.starts_with(start))
        };
        self.by_number.get(&number)?.iter().find(is_it).cloned()
    }

    /// Whether a row was given back, edited or as it was. The state keeps that, where it counts.
    pub(crate) fn counts(&self, row: u64) -> bool {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(number) = given.get(&row) else {
            return false;
        };
        let counting = self.counting.lock();
        counting
            .unwrap_or_else(PoisonError::into_inner)
            .insert(*number);
        true
    }

    /// What the source says on a row that a mended one stands in for.
    pub(crate) fn before(&self, row: u64) -> Result<Option<Vec<String>>, Error> {
        let applied = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        applied.get(&row).map(Kept::get).transpose()
    }

    /// The rows that were given now, for the ledger.
    pub(crate) fn new_rows(&self, file: &str) -> Result<Vec<MendedRow>, Error> {
        let mut rows = Vec::new();
        let counting = self.counting.lock().unwrap_or_else(PoisonError::into_inner);
        for (original, entries) in &self.by_hash {
            let is_kept = |entry: &&Entry| {
                entry.is_new && (entry.hash != *original || counting.contains(&entry.number))
            };
            for entry in entries.iter().filter(is_kept) {
                rows.push(MendedRow {
                    file: file.to_owned(),
                    number: entry.number,
                    original: original.clone(),
                    cells: entry.cells.get()?,
                    hash: entry.hash.clone(),
                });
            }
        }
        Ok(rows)
    }
}

/// Puts mended rows in the places of a source's, one reading of it long.
#[derive(Debug)]
pub(crate) struct LayOver<'a> {
    source: &'a Source,
    /// Original hash and number of those that stand in for a row already.
    used: HashSet<(String, u64)>,
    /// Original hash and number of those whose own place says what it said; once it is asked for.
    in_place: Option<HashSet<(String, u64)>>,
}

impl<'a> LayOver<'a> {
    pub(crate) fn of(source: &'a Source) -> LayOver<'a> {
        LayOver {
            source,
            used: HashSet::new(),
            in_place: None,
        }
    }

    /// The row that counts: the mended one, unless the source says something else by now. Rows that
    /// moved are found by their content; one that is where it was stays there, whoever else says the
    /// same.
    ///
    /// Errors: the source or what is kept of mended rows cannot be read.
    pub(crate) fn row(&mut self, mut record: Record) -> Result<Record, Error> {
        let Some(mended) = &self.source.mended else {
            return Ok(record);
        };
        let hash = hex(&record.hash());
        let Some(entries) = mended.by_hash.get(&hash) else {
            return Ok(record);
        };
        let mut entry = entries.iter().find(|entry| entry.number == record.row);
        if entry.is_none() {
            if self.in_place.is_none() {
                self.in_place = Some(in_place(self.source, mended)?);
            }
            let is_free = |entry: &&Entry| {
                let place = (hash.clone(), entry.number);
                let is_there = self.in_place.as_ref();
                !self.used.contains(&place) && is_there.is_none_or(|it| !it.contains(&place))
            };
            entry = entries.iter().find(is_free);
        }
        let Some(entry) = entry else {
            return Ok(record);
        };
        let given = mended.given.lock();
        given
            .unwrap_or_else(PoisonError::into_inner)
            .insert(record.row, entry.number);
        self.used.insert((hash.clone(), entry.number));
        if entry.hash == hash {
            return Ok(record);
        }
        let cells = entry.cells.get()?;
        let before = std::mem::replace(&mut record.cells, cells);
        record.fault = None;
        if let Some(keep) = &mended.keep {
            let before = keep.put(&before)?;
            let mut applied = mended
                .applied
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            applied.insert(record.row, before);
        }
        Ok(record)
    }
}

/// The mended rows in whose own places the source says what it said when they were mended.
fn in_place(source: &Source, mended: &Mended) -> Result<HashSet<(String, u64)>, Error> {
    let mut in_place = HashSet::new();
    for record in source::records(source)? {
        let record = record?;
        if let Some(originals) = mended.by_number.get(&record.row) {
            let hash = hex(&record.hash());
            if originals.contains(&hash) {
                in_place.insert((hash, record.row));
            }
        }
    }
    Ok(in_place)
}
