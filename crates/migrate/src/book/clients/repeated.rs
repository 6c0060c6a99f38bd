//! Several rows with one reference: the first counts when they say the same. When they differ none does,
//! until somebody says which: by leaving the others out, in the source, by the scope, or in a file of
//! mended rows.

use std::sync::Arc;

use super::super::references::in_order;
use super::super::{Scope, Verdict};
use super::Draft;
use crate::Error;
use crate::mapping::Mapping;
use crate::text;

/// So many rows of one reference are named; the others are counted.
const ROWS_NAMED_MAX: usize = 5;

/// Judges the rows whose reference others have too.
///
/// Errors: as [`Kept::get`](crate::book::Kept::get).
pub(super) fn find(mapping: &Mapping, scope: Scope, drafts: &mut [Draft]) -> Result<(), Error> {
    let mut places = in_order(drafts, |draft| &draft.reference);
    places.retain(|place| drafts[*place].bad.is_none());
    let mut found = Vec::new();
    for places in places.chunk_by(|one, other| drafts[*one].reference == drafts[*other].reference) {
        if places.len() == 1 {
            continue;
        }
        let is_left =
            |place: &&usize| scope == Scope::All || drafts[**place].out_of_scope.is_none();
        let in_scope: Vec<usize> = places.iter().filter(is_left).copied().collect();
        for (which, places) in [(0, places), (1, &in_scope)] {
            let verdicts = judge(mapping, drafts, places)?;
            found.extend(verdicts.into_iter().map(|verdict| (which, verdict)));
        }
    }
    for (which, (place, verdict, advice)) in found {
        drafts[place].repeated[which] = Some(verdict);
        // What the scope solves needs no advice.
        drafts[place].advice = advice.filter(|_| which == 1);
    }
    Ok(())
}

/// A row, what becomes of it, and what can be done about it.
type Judgement = (usize, Verdict, Option<Arc<str>>);

/// What becomes of rows with one reference; nothing is said of one that counts.
fn judge(mapping: &Mapping, drafts: &[Draft], places: &[usize]) -> Result<Vec<Judgement>, Error> {
    let skip = |places: &[usize], rule: &str| -> Vec<Judgement> {
        let verdict = Verdict::skip(mapping.reasons.of(rule, ""));
        let verdicts = places.iter().map(|place| (*place, verdict.clone(), None));
        verdicts.collect()
    };
    if say_the_same(drafts, places)? {
        return Ok(skip(places.get(1..).unwrap_or_default(), "duplicate_same"));
    }
    // Whoever gives back some of them, edited or as they were, has left the others out.
    let is_given = |place: &usize| {
        let mended = mapping.sources[drafts[*place].source].mended.as_ref();
        mended.is_some_and(|mended| mended.counts(drafts[*place].record.row))
    };
    let (given, others): (Vec<usize>, Vec<usize>) =
        places.iter().partition(|place| is_given(place));
    if !given.is_empty() && !others.is_empty() && say_the_same(drafts, &given)? {
        let repeated = skip(&given[1..], "duplicate_same");
        return Ok([skip(&others, "duplicate_left_out"), repeated].concat());
    }
    let verdict = Verdict::reject(vec![mapping.reasons.of("duplicate_conflict", "")]);
    let advice: Arc<str> = advice(mapping, drafts, places).into();
    let verdicts = places.iter();
    let verdicts = verdicts.map(|place| (*place, verdict.clone(), Some(Arc::clone(&advice))));
    Ok(verdicts.collect())
}

/// Whether rows say the same, but for white space.
fn say_the_same(drafts: &[Draft], places: &[usize]) -> Result<bool, Error> {
    let said = |place: usize| -> Result<(usize, Vec<String>), Error> {
        let cells = drafts[place].record.cells.get()?;
        let cells = cells.iter().map(|cell| text::collapse_space(cell));
        Ok((drafts[place].source, cells.collect()))
    };
    let [first, others @ ..] = places else {
        return Ok(true);
    };
    let wanted = said(*first)?;
    for place in others {
        if said(*place)? != wanted {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Which rows they are, and what can be done.
fn advice(mapping: &Mapping, drafts: &[Draft], places: &[usize]) -> String {
    let mut named = Vec::new();
    let shown = &places[..places.len().min(ROWS_NAMED_MAX)];
    for places in shown.chunk_by(|one, other| drafts[*one].source == drafts[*other].source) {
        let file = &mapping.sources[drafts[places[0]].source].file;
        let list = |number: fn(&Draft) -> u64| {
            let numbers = places
                .iter()
                .map(|place| number(&drafts[*place]).to_string());
            numbers.collect::<Vec<_>>().join(" and ")
        };
        let (rows, lines) = (list(|one| one.record.row), list(|one| one.record.line));
        let many = if places.len() == 1 { "" } else { "s" };
        named.push(format!("row{many} {rows} of {file} (line{many} {lines})"));
    }
    let more = match places.len() - shown.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    format!(
        "{}{more} have this key and say different things, so none of them comes over: leave all but one of \
         them out, in the source, by the mapping's scope, or by taking the others' lines out of this \
         source's file of rejected rows and giving that back with --mended",
        named.join(" and ")
    )
}
