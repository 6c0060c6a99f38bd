//! Neighbors in the names of an index that somebody may write as one word.
//!
//! A word that stands for several begins or ends with one of them, spelled as it is or with one
//! edit. So the runs of neighbors are kept by their first and by their last word, and a look-up
//! asks for each beginning and each ending of the word whether it is a word of the dictionary.

use std::collections::HashMap;

use super::dictionary::{Dictionary, Joined, Seen};
use super::names::{NameToken, Names};
use super::table::{Keyed, Rows, count, place};
use crate::likeness::edits_max;
use crate::words::fold::WORD_BYTES_MAX;
use crate::words::{JOINED_BYTES_MAX, JOINED_TOKENS_MAX, TokenKind, Word};

/// The distinct runs of neighbors.
#[derive(Debug)]
pub(super) struct Runs {
    /// Ascending by length.
    all: Box<[Run]>,
    /// The first run that is so long or longer, by length.
    first_of_length: [u32; LENGTHS + 1],
    by_first: Rows,
    by_last: Rows,
    by_skeleton: Keyed<u64>,
    /// The names that have a run.
    names: Rows,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    words: [u32; JOINED_TOKENS_MAX],
    letters: u32,
    length: u8,
}

/// No word at this place of a run.
const NONE: u32 = u32::MAX;

/// Lengths of runs that are told apart.
const LENGTHS: usize = JOINED_BYTES_MAX + 1;

/// Edits that a run and a word may be apart at most.
const EDITS_MAX: usize = 3;

/// A run that a word may stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunNear {
    pub(super) run: u32,
    pub(super) similarity: f32,
}

/// Letters of a word that may stand for several, at least.
const LETTERS_MIN: usize = 4;
/// Letters of a word from which on its beginning may have an edit and its ending another.
const LETTERS_TWO_EDITS: usize = 8;
/// Letters of a beginning or an ending with an edit; where both have one, the longer is looked up.
const EDITED_LETTERS_MIN: usize = 4;

impl Runs {
    pub(super) fn of(names: &Names, dictionary: &Dictionary) -> Runs {
        let mut ids: HashMap<[u32; JOINED_TOKENS_MAX], u32> = HashMap::new();
        let mut runs: Vec<Run> = Vec::new();
        let mut members: Vec<(u32, u32)> = Vec::new();
        for (name, tokens) in names.numbered() {
            for_each_run(dictionary, tokens, |run| {
                let id = *ids.entry(run.words).or_insert_with(|| {
                    runs.push(run);
                    count(runs.len() - 1)
                });
                if members.last() != Some(&(id, name)) {
                    members.push((id, name));
                }
            });
        }
        drop(ids);
        let (runs, members) = by_length(&runs, members);
        let numbered = || (0_u32..).zip(&runs);
        let last = |run: &Run| run.words.iter().rev().find(|word| **word != NONE).copied();
        let firsts = numbered().map(|(id, run)| (run.words[0], id));
        let lasts = numbered().map(|(id, run)| (last(run).unwrap_or(0), id));
        let sounds = numbered().filter_map(|(id, run)| {
            let skeleton = crate::words::skeleton(&text(run, dictionary));
            (usize::from(run.length) >= 6 && skeleton != 0).then_some((skeleton, id))
        });
        Runs {
            by_first: Rows::of(dictionary.len(), firsts),
            by_last: Rows::of(dictionary.len(), lasts),
            by_skeleton: Keyed::of(sounds.collect()),
            names: Rows::of(runs.len(), members.iter().copied()),
            first_of_length: std::array::from_fn(|length| {
                count(runs.partition_point(|run| usize::from(run.length) < length))
            }),
            all: runs.into(),
        }
    }

    /// The runs that a word may stand for.
    pub(super) fn near(
        &self,
        word: &Word,
        dictionary: &Dictionary,
        seen: &mut Seen,
        near: &mut Vec<RunNear>,
    ) {
        let letters = word.ascii.as_bytes();
        if !(LETTERS_MIN..=WORD_BYTES_MAX).contains(&letters.len()) {
            return;
        }
        seen.begin(self.all.len());
        if word.skeleton != 0 {
            for run in self.by_skeleton.of_key(word.skeleton) {
                if seen.first_time(*run) {
                    near.extend(self.consider(*run, word, dictionary));
                }
            }
        }
        let mut ends = Ends::default();
        ends.of(letters, dictionary);
        for first in &ends.firsts {
            for run in self.of_length(self.by_first.row(*first), letters.len()) {
                if self.may_be(*run, word) && seen.first_time(*run) {
                    near.extend(self.consider(*run, word, dictionary));
                }
            }
        }
        for last in &ends.lasts {
            for run in self.of_length(self.by_last.row(*last), letters.len()) {
                if self.may_be(*run, word) && seen.first_time(*run) {
                    near.extend(self.consider(*run, word, dictionary));
                }
            }
        }
    }

    /// Those of the runs that are about as long; runs ascend by length.
    fn of_length<'a>(&self, runs: &'a [u32], length: usize) -> &'a [u32] {
        let bound = |length: usize| self.first_of_length[length.min(LENGTHS)];
        let (from, to) = (
            bound(length.saturating_sub(EDITS_MAX)),
            bound(length + EDITS_MAX + 1),
        );
        let start = runs.partition_point(|run| *run < from);
        let end = start + runs[start..].partition_point(|run| *run < to);
        &runs[start..end]
    }

    /// Is the run near enough the word by length and letters?
    fn may_be(&self, id: u32, word: &Word) -> bool {
        let run = &self.all[place(id)];
        let (length, asked) = (usize::from(run.length), word.ascii.len());
        let edits = (length / 5).min(edits_max(length.max(asked)));
        length.abs_diff(asked) <= edits
            && (run.letters ^ word.letters).count_ones() as usize <= 2 * edits
    }

    fn consider(&self, run: u32, word: &Word, dictionary: &Dictionary) -> Option<RunNear> {
        let joined = Joined::of(text(&self.all[place(run)], dictionary));
        let similarity = joined.alike(word)?;
        Some(RunNear { run, similarity })
    }

    /// The names that have the run.
    pub(super) fn names(&self, run: u32) -> &[u32] {
        self.names.row(run)
    }

    /// The words of the run, in their order.
    pub(super) fn words(&self, run: u32) -> impl Iterator<Item = u32> + '_ {
        self.all[place(run)]
            .words
            .iter()
            .copied()
            .filter(|word| *word != NONE)
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.all.len() * size_of::<Run>()
            + self.by_first.bytes()
            + self.by_last.bytes()
            + self.by_skeleton.bytes()
            + self.names.bytes()
    }
}

/// Words of the dictionary that a word may begin or end with.
#[derive(Default)]
struct Ends {
    firsts: Vec<u32>,
    lasts: Vec<u32>,
}

impl Ends {
    fn of(&mut self, letters: &[u8], dictionary: &Dictionary) {
        let mut swapped = [0_u8; WORD_BYTES_MAX];
        let swapped = &mut swapped[..letters.len()];
        for at in 1..letters.len() {
            let (head, tail) = letters.split_at(at);
            dictionary.spelled(head, |id| add(&mut self.firsts, id));
            dictionary.spelled(tail, |id| add(&mut self.lasts, id));
            if letters[at] != letters[at - 1] {
                // The two letters where the words meet may have changed places.
                swapped.copy_from_slice(letters);
                swapped.swap(at - 1, at);
                let (swapped_head, swapped_tail) = swapped.split_at(at);
                dictionary.spelled(swapped_head, |id| add(&mut self.firsts, id));
                dictionary.spelled(swapped_tail, |id| add(&mut self.lasts, id));
            }
            if letters.len() >= LETTERS_TWO_EDITS {
                if head.len() >= EDITED_LETTERS_MIN {
                    dictionary.spelled_with_an_edit(head, |id| add(&mut self.firsts, id));
                }
                if tail.len() >= EDITED_LETTERS_MIN {
                    dictionary.spelled_with_an_edit(tail, |id| add(&mut self.lasts, id));
                }
            }
        }
    }
}

fn add(ids: &mut Vec<u32>, id: u32) {
    if !ids.contains(&id) {
        ids.push(id);
    }
}

fn for_each_run(dictionary: &Dictionary, tokens: &[NameToken], mut found: impl FnMut(Run)) {
    for at in 0..tokens.len() {
        let mut run = Run {
            words: [NONE; JOINED_TOKENS_MAX],
            letters: 0,
            length: 0,
        };
        let mut length = 0;
        for (slot, token) in tokens[at..].iter().take(JOINED_TOKENS_MAX).enumerate() {
            let fact = dictionary.fact(token.word);
            length += usize::from(fact.length);
            let parts = matches!(token.kind, TokenKind::Title | TokenKind::Number);
            if parts || length > JOINED_BYTES_MAX {
                break;
            }
            run.words[slot] = token.word;
            run.letters |= fact.letters;
            run.length = u8::try_from(length).unwrap_or(u8::MAX);
            if slot > 0 && length >= LETTERS_MIN {
                found(run);
            }
        }
    }
}

fn text(run: &Run, dictionary: &Dictionary) -> String {
    let words = run.words.iter().filter(|word| **word != NONE);
    words
        .map(|word| &*dictionary.words[place(*word)].ascii)
        .collect()
}

/// The runs in the order of their lengths, and their members with the new numbers.
fn by_length(runs: &[Run], mut members: Vec<(u32, u32)>) -> (Vec<Run>, Vec<(u32, u32)>) {
    let mut order: Vec<u32> = (0..count(runs.len())).collect();
    order.sort_by_key(|run| runs[place(*run)].length);
    let mut numbers = vec![0; runs.len()];
    for (number, run) in (0..).zip(&order) {
        numbers[place(*run)] = number;
    }
    for (run, _) in &mut members {
        *run = numbers[place(*run)];
    }
    (order.iter().map(|run| runs[place(*run)]).collect(), members)
}
