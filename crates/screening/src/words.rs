//! A name as written becomes an analyzed [`Name`]: words with their kinds and weights.
//!
//! The cast: an [`Analyzer`] holds what is known of words; a [`Pool`] keeps one copy of each
//! distinct [`Word`]; a [`Name`] is a short row of [`Token`]s that point to words. Names are
//! analyzed once and compared often.

pub mod fold;
mod sound;
mod split;
pub mod tables;

use std::collections::HashMap;
use std::sync::Arc;

pub use fold::Script;
pub use sound::{letters, skeleton};
pub use tables::FormClass;

use crate::knowledge::Knowledge;

/// Words of one name that are compared; later ones are ignored.
pub const TOKENS_MAX: usize = 16;

/// Whose name it is. What may be either is analyzed as an organization's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bearer {
    Person,
    Organization,
}

/// What a word does in its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenKind {
    Word,
    /// One letter that stands for a name.
    Initial,
    Number,
    /// "bin", "al", "van der".
    Particle,
    /// "of", "the", "and" in an organization's name.
    Stop,
    /// "Dr", "Sheikh": says rank.
    Title,
}

/// What is known of a distinct word, whichever names it is in.
#[derive(Debug, PartialEq)]
pub struct Word {
    /// As written, folded: lower case, without sounding marks.
    pub text: Box<str>,
    /// In ASCII letters and digits; empty where nothing of it has such a form.
    pub ascii: Box<str>,
    pub script: Script,
    /// Its consonants by class ([`skeleton`]); zero where there are too few.
    pub skeleton: u64,
    /// Which letters it has ([`letters`]).
    pub letters: u32,
    /// The groups of name parts that it belongs to, ascending.
    pub groups: Box<[u32]>,
    /// The nickname links that it has, ascending: two words with one in common are nicknames.
    pub nicknames: Box<[u32]>,
    /// How much the word tells: about .3 for the commonest, 1.1 for a rare one.
    pub rarity: f32,
}

/// One word at its place in a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub word: Arc<Word>,
    pub kind: TokenKind,
    /// How much an agreement on it says.
    pub weight: f32,
}

/// A legal form that was found in an organization's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    pub class: FormClass,
    /// The form itself: equal for "Ltd" and "Limited" where the tables say so.
    pub id: u16,
}

/// An analyzed name.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    pub kind: Bearer,
    /// The words that are compared, in their order ("LAST, First" is turned round).
    pub tokens: Box<[Token]>,
    pub form: Option<Form>,
    /// The sum of the tokens' weights.
    pub weight: f32,
}

impl Name {
    /// Neighbors written as one word: two or three tokens from the first place given, and their
    /// letters together. For indexes; comparing does this itself.
    pub fn joined(&self) -> impl Iterator<Item = (usize, usize, String)> + '_ {
        let places = 0..self.tokens.len();
        places.flat_map(move |at| {
            (2..=JOINED_TOKENS_MAX).filter_map(move |count| {
                let run = self.tokens.get(at..at + count)?;
                let length: usize = run.iter().map(|token| token.word.ascii.len()).sum();
                (length <= JOINED_BYTES_MAX).then(|| {
                    (
                        at,
                        count,
                        run.iter().map(|token| &*token.word.ascii).collect(),
                    )
                })
            })
        })
    }
}

/// Neighboring tokens that are joined at most.
pub const JOINED_TOKENS_MAX: usize = 3;

/// Letters of joined tokens at most.
pub const JOINED_BYTES_MAX: usize = 32;

/// One copy of each distinct word.
#[derive(Debug, Default)]
pub struct Pool {
    words: HashMap<Box<str>, Arc<Word>>,
}

impl Pool {
    /// How many distinct words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Is there no word yet?
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn word(&mut self, analyzer: &Analyzer, text: &str) -> Arc<Word> {
        if let Some(word) = self.words.get(text) {
            return Arc::clone(word);
        }
        let word = Arc::new(analyzer.word(text));
        self.words.insert(text.into(), Arc::clone(&word));
        word
    }
}

/// What the tables say of one word.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) title: bool,
    pub(crate) particle: bool,
    pub(crate) stop: bool,
    pub(crate) number: Option<(u32, bool)>,
    rarity: Option<f32>,
}

/// Turns names as written into analyzed names.
#[derive(Debug)]
pub struct Analyzer {
    knowledge: Arc<Knowledge>,
    lexicon: HashMap<Box<str>, Entry>,
    forms: split::Forms,
}

impl Analyzer {
    /// An analyzer with the small tables of this crate and the knowledge given.
    pub fn new(knowledge: Arc<Knowledge>) -> Analyzer {
        let forms = split::Forms::new(&knowledge);
        let mut lexicon: HashMap<Box<str>, Entry> = HashMap::new();
        for word in tables::TITLES {
            lexicon.entry((*word).into()).or_default().title = true;
        }
        for word in tables::PARTICLES {
            lexicon.entry((*word).into()).or_default().particle = true;
        }
        for word in tables::STOPS {
            lexicon.entry((*word).into()).or_default().stop = true;
        }
        for (word, number, opens) in tables::numbers() {
            lexicon.entry(word.into()).or_default().number = Some((number, opens));
        }
        for (word, rarity) in tables::common() {
            lexicon.entry(word.into()).or_default().rarity = Some(rarity);
        }
        Analyzer {
            knowledge,
            lexicon,
            forms,
        }
    }

    /// The name, analyzed, with words of its own.
    pub fn analyze(&self, kind: Bearer, text: &str) -> Name {
        self.analyze_into(&mut Pool::default(), kind, text)
    }

    /// The name, analyzed, its words shared with the other names of the pool.
    pub fn analyze_into(&self, pool: &mut Pool, kind: Bearer, text: &str) -> Name {
        let parts = split::split(self, kind, text);
        let mut tokens: Vec<Token> = Vec::with_capacity(parts.words.len().min(TOKENS_MAX));
        for part in parts.words {
            if tokens.len() == TOKENS_MAX {
                break;
            }
            let word = pool.word(self, &part.text);
            let again = tokens.iter().any(|token| token.word.text == word.text);
            let aside = if again || part.aside { ASIDE } else { 1.0 };
            let weight = weight(kind, part.kind, &word) * aside;
            tokens.push(Token {
                word,
                kind: part.kind,
                weight,
            });
        }
        let weight = tokens.iter().map(|token| token.weight).sum();
        Name {
            kind,
            tokens: tokens.into(),
            form: parts.form,
            weight,
        }
    }

    pub(crate) fn entry(&self, folded: &str) -> Entry {
        self.lexicon.get(folded).copied().unwrap_or_default()
    }

    pub(crate) fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    pub(crate) fn forms(&self) -> &split::Forms {
        &self.forms
    }

    fn word(&self, text: &str) -> Word {
        let mut ascii = String::new();
        fold::ascii(text, &mut ascii);
        let known = self
            .lexicon
            .get(ascii.as_str())
            .and_then(|entry| entry.rarity);
        let rarity = known.unwrap_or(match ascii.len() {
            0..=2 => 0.7,
            3 => 0.85,
            4 => 0.95,
            _ => 1.05,
        });
        let script = fold::script(text);
        let signs = text.chars().take(4).count();
        let rarity = match (script, signs) {
            (Script::East, 1) => rarity.min(0.5),
            (Script::East, 2) => rarity.min(0.85),
            (Script::East | Script::Latin | Script::Other, _) => rarity,
        };
        Word {
            script,
            skeleton: skeleton(&ascii),
            letters: letters(&ascii),
            groups: self.knowledge.groups(text).into(),
            nicknames: self.knowledge.nicknames(&ascii).into(),
            rarity,
            text: text.into(),
            ascii: ascii.into(),
        }
    }
}

/// What a word counts that has been in the name before, or stands after a stroke ("A/B" is A, also
/// called B).
const ASIDE: f32 = 0.25;

fn weight(kind: Bearer, token: TokenKind, word: &Word) -> f32 {
    match (token, kind) {
        (TokenKind::Word, _) => word.rarity,
        (TokenKind::Initial, _) | (TokenKind::Number, Bearer::Person) => 0.3,
        (TokenKind::Number, Bearer::Organization) => 0.6,
        (TokenKind::Particle, _) => 0.12,
        (TokenKind::Stop, _) => 0.08,
        (TokenKind::Title, _) => 0.1,
    }
}
