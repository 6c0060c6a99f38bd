//! The names of an index in flat arrays.

use std::collections::HashMap;
use std::sync::Arc;

use super::table::{count, place};
use crate::words::{Bearer, Form, Name, Token, TokenKind, Word};

/// Names by number: their words as numbers of the dictionary, and what is asked of a name first.
#[derive(Debug, Default)]
pub(super) struct Names {
    starts: Vec<u32>,
    tokens: Vec<NameToken>,
    facts: Vec<NameFact>,
    owners: Vec<u32>,
    /// The few names with a legal form.
    forms: Vec<(u32, Form)>,
}

/// A word at its place in a name of the index.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameToken {
    pub(super) word: u32,
    pub(super) weight: f32,
    pub(super) kind: TokenKind,
}

/// What is asked of a name first.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameFact {
    pub(super) weight: f32,
    pub(super) bearer: Bearer,
    /// Words proper: no initials, numbers or particles.
    pub(super) words: u8,
    /// One word alone, or initials, or little besides one word: such a name may be found by any of
    /// its words.
    pub(super) slight: bool,
    /// Letters that stand for names.
    pub(super) initials: u8,
}

/// What the words of a name weigh besides its heaviest, below which the name is slight.
pub(super) const REST_WEIGHT_MIN: f32 = 0.45;

impl Names {
    pub(super) fn len(&self) -> usize {
        self.owners.len()
    }

    pub(super) fn fact(&self, name: u32) -> NameFact {
        self.facts[place(name)]
    }

    pub(super) fn owner(&self, name: u32) -> u32 {
        self.owners[place(name)]
    }

    pub(super) fn tokens(&self, name: u32) -> &[NameToken] {
        let (from, to) = (self.starts[place(name)], self.starts[place(name) + 1]);
        &self.tokens[place(from)..place(to)]
    }

    /// The names with their numbers.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (u32, &[NameToken])> + Clone {
        (0..count(self.len())).map(|name| (name, self.tokens(name)))
    }

    /// The name as it is compared.
    pub(super) fn name(&self, words: &[Arc<Word>], name: u32) -> Name {
        let token = |token: &NameToken| Token {
            word: Arc::clone(&words[place(token.word)]),
            kind: token.kind,
            weight: token.weight,
        };
        let fact = self.fact(name);
        let form = self.forms.binary_search_by_key(&name, |(name, _)| *name);
        Name {
            kind: fact.bearer,
            tokens: self.tokens(name).iter().map(token).collect(),
            form: form.ok().map(|at| self.forms[at].1),
            weight: fact.weight,
        }
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.starts.capacity() * 4
            + self.tokens.capacity() * size_of::<NameToken>()
            + self.facts.capacity() * size_of::<NameFact>()
            + self.owners.capacity() * 4
            + self.forms.capacity() * size_of::<(u32, Form)>()
    }
}

/// Names that come in one by one, and their distinct words.
#[derive(Default)]
pub(super) struct Intake {
    names: Names,
    words: Vec<Arc<Word>>,
    ids: HashMap<Box<str>, u32>,
}

impl Intake {
    /// Takes a name in; names without words are left out, they are like no other.
    pub(super) fn add(&mut self, owner: u32, name: &Name) {
        if name.tokens.is_empty() {
            return;
        }
        let number = count(self.names.len());
        if self.names.starts.is_empty() {
            self.names.starts.push(0);
        }
        for token in &name.tokens {
            let word = self.word(&token.word);
            self.names.tokens.push(NameToken {
                word,
                weight: token.weight,
                kind: token.kind,
            });
        }
        self.names.starts.push(count(self.names.tokens.len()));
        self.names.facts.push(fact(name));
        self.names.owners.push(owner);
        self.names
            .forms
            .extend(name.form.map(|form| (number, form)));
    }

    fn word(&mut self, word: &Arc<Word>) -> u32 {
        if let Some(id) = self.ids.get(&word.text) {
            return *id;
        }
        let id = count(self.words.len());
        self.words.push(Arc::clone(word));
        self.ids.insert(word.text.clone(), id);
        id
    }

    pub(super) fn done(mut self) -> (Names, Vec<Arc<Word>>) {
        let names = &mut self.names;
        if names.starts.is_empty() {
            names.starts.push(0);
        }
        names.starts.shrink_to_fit();
        names.tokens.shrink_to_fit();
        names.facts.shrink_to_fit();
        names.owners.shrink_to_fit();
        names.forms.shrink_to_fit();
        (self.names, self.words)
    }
}

fn fact(name: &Name) -> NameFact {
    let heaviest = name
        .tokens
        .iter()
        .map(|token| token.weight)
        .fold(0.0, f32::max);
    let words = name
        .tokens
        .iter()
        .filter(|token| token.kind == TokenKind::Word)
        .count();
    let initials = name
        .tokens
        .iter()
        .filter(|token| token.kind == TokenKind::Initial)
        .count();
    NameFact {
        weight: name.weight,
        bearer: name.kind,
        words: u8::try_from(words).unwrap_or(u8::MAX),
        slight: words <= 1 || initials > 0 || name.weight - heaviest < REST_WEIGHT_MIN,
        initials: u8::try_from(initials).unwrap_or(u8::MAX),
    }
}
