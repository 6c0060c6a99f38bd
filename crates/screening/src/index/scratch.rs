//! Memory that searches use again: nothing in it changes an answer.

use std::collections::HashMap;
use std::sync::Arc;

use super::Index;
use super::dictionary::{Near, Seen};
use super::runs::RunNear;
use super::table::{count, place};
use crate::words::{Token, TokenKind};

/// Memory for one search at a time; one for each thread.
#[derive(Default)]
pub struct Scratch {
    pub(super) seen: Seen,
    round: u32,
    /// By word of the index: the round in which it was marked, and its first edge.
    marks: Vec<(u32, u32)>,
    edges: Vec<Edge>,
    /// By name of the index: which tokens it has been touched by.
    pub(super) masks: Vec<u32>,
    pub(super) touched: Vec<u32>,
    memo: Option<Memo>,
}

/// A word of the index stands for tokens of the name asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) bits: u32,
    pub(super) weight: f32,
    pub(super) similarity: f32,
    next: u32,
}

const LAST: u32 = u32::MAX;

impl Edge {
    pub(super) fn of(bits: u32, weight: f32, similarity: f32) -> Edge {
        Edge {
            bits,
            weight,
            similarity,
            next: LAST,
        }
    }
}

/// What the index has for a word.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) words: Vec<Near>,
    pub(super) runs: Vec<RunNear>,
}

/// What was found for words before.
#[derive(Default)]
struct Memo {
    by_index: HashMap<u64, HashMap<Box<str>, Arc<Found>>>,
    words: usize,
}

/// Words that are remembered; then all are forgotten.
const MEMO_WORDS_MAX: usize = 50_000;

impl Scratch {
    /// Memory that keeps what was found for a word, for many searches in a row.
    pub fn remembering() -> Scratch {
        Scratch {
            memo: Some(Memo::default()),
            ..Scratch::default()
        }
    }

    pub(super) fn begin(&mut self, index: &Index) {
        if self.marks.len() < index.dictionary.len() {
            self.marks.resize(index.dictionary.len(), (0, LAST));
        }
        if self.masks.len() < index.names.len() {
            self.masks.resize(index.names.len(), 0);
        }
        if self.round == u32::MAX {
            self.marks.fill((0, LAST));
            self.round = 0;
        }
        self.round += 1;
        self.edges.clear();
        self.touched.clear();
    }

    pub(super) fn mark(&mut self, word: u32, mut edge: Edge) {
        let mark = &mut self.marks[place(word)];
        if mark.0 == self.round {
            edge.next = mark.1;
        }
        *mark = (self.round, count(self.edges.len()));
        self.edges.push(edge);
    }

    /// The tokens that a word of the index stands for.
    pub(super) fn edges(&self, word: u32) -> impl Iterator<Item = Edge> + '_ {
        let (round, first) = self.marks[place(word)];
        let mut at = if round == self.round { first } else { LAST };
        std::iter::from_fn(move || {
            let edge = *self.edges.get(place(at))?;
            at = edge.next;
            Some(edge)
        })
    }

    /// Notes that a name has a match for tokens.
    pub(super) fn touch(&mut self, name: u32, bits: u32) {
        let mask = &mut self.masks[place(name)];
        if *mask == 0 {
            self.touched.push(name);
        }
        *mask |= bits;
    }

    /// The words and runs of the index that are like the token.
    pub(super) fn near(&mut self, index: &Index, token: &Token) -> Arc<Found> {
        let plain = token.kind == TokenKind::Word;
        if let Some(memo) = self.memo.as_ref().filter(|_| plain)
            && let Some(of_index) = memo.by_index.get(&index.serial)
            && let Some(found) = of_index.get(&token.word.text)
        {
            return Arc::clone(found);
        }
        let mut found = Found::default();
        if plain {
            index
                .dictionary
                .similar(&token.word, &mut self.seen, &mut found.words);
            let runs = &index.runs;
            runs.near(
                &token.word,
                &index.dictionary,
                &mut self.seen,
                &mut found.runs,
            );
        } else {
            index.dictionary.same(&token.word, &mut found.words);
        }
        let found = Arc::new(found);
        if let Some(memo) = self.memo.as_mut().filter(|_| plain) {
            memo.keep(index.serial, &token.word.text, &found);
        }
        found
    }
}

impl Memo {
    fn keep(&mut self, index: u64, text: &str, found: &Arc<Found>) {
        if self.words == MEMO_WORDS_MAX {
            *self = Memo::default();
        }
        self.words += 1;
        let words = self.by_index.entry(index).or_default();
        words.insert(text.into(), Arc::clone(found));
    }
}
