//! What an alignment says, in numbers: the terms whose weighted sum is the log-odds of two names
//! being one party's.

use crate::alignment::{Alignment, Match};
use crate::likeness::{self, Reason};
use crate::words::{Bearer, Name, Script, Token, TokenKind};

/// How many terms there are.
pub const COUNT: usize = 39;

/// The terms, in the order of the tables of weights. Each is between 0 and a few.
pub const NAMES: [&str; COUNT] = [
    "start",
    "spelling",
    "worst word",
    "second worst word",
    "conflict",
    "conflict share",
    "extra",
    "extra share",
    "coverage",
    "no word",
    "one word",
    "three words",
    "single against more",
    "both single",
    "rarity",
    "initials",
    "initials clash",
    "order",
    "first word open",
    "last word open",
    "numbers clash",
    "number extra",
    "legal forms clash",
    "legal form extra",
    "other script",
    "name parts",
    "sound",
    "joined",
    "nickname",
    "short word",
    "first letter",
    "ending",
    "same",
    "edits",
    "near miss",
    "extra inside",
    "bad word",
    "some conflict",
    "mostly extra",
];

/// Which way a term may count: 1 for, -1 against, 0 either.
pub const SIGNS: [i8; COUNT] = [
    0, -1, -1, -1, -1, -1, -1, -1, 1, -1, -1, 1, 0, 0, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, 1, -1, 1, 1, -1, -1, -1,
];

/// The values of the terms for two names.
pub type Values = [f32; COUNT];

/// The values of all terms.
pub(crate) fn values(left: &Name, right: &Name, alignment: &Alignment) -> Values {
    let edges = Edges::of(left, right, alignment);
    let open_left = (left.weight - edges.left).max(0.0);
    let open_right = (right.weight - edges.right).max(0.0);
    let small = left.weight.min(right.weight).max(0.05);
    let large = left.weight.max(right.weight).max(0.05);
    let both = open_left.min(open_right);
    let extra = (open_left - open_right).abs();
    let single = (count_words(left) <= 1, count_words(right) <= 1);
    let numbers = open_numbers(left, right, alignment);
    let forms = forms(left, right);
    let ends = open_ends(left, right, alignment);
    let share = |mass: f32| {
        if edges.mass > 0.0 {
            mass / edges.mass
        } else {
            0.0
        }
    };
    [
        1.0,
        share(edges.unlike),
        edges.worst.0,
        edges.worst.1,
        both.min(3.0),
        both / small,
        extra.min(4.0),
        extra / large,
        edges.mass / small,
        flag(edges.words == 0),
        flag(edges.words == 1),
        flag(edges.words >= 3),
        flag(single.0 != single.1),
        flag(single.0 && single.1),
        (edges.alike / 3.0).min(1.0),
        edges.initials.min(3.0),
        initials_clash(left, right, alignment),
        order(alignment),
        ends.0,
        ends.1,
        numbers.0,
        numbers.1,
        forms.0,
        forms.1,
        share(edges.other_script),
        share(edges.name_parts),
        share(edges.sound),
        share(edges.joined),
        share(edges.nicknames),
        share(edges.short),
        share(edges.first_letter),
        share(edges.ending),
        flag(both + extra < 0.01 && edges.unlike == 0.0),
        edges.edits.min(6.0) / 2.0,
        near_miss(left, right, alignment),
        inside(left, alignment.left).max(inside(right, alignment.right)) / large,
        (edges.worst.0 - BAD_WORD).max(0.0),
        flag(both > CONFLICT_SOME),
        ((extra - edges.mass) / large).max(0.0),
    ]
}

/// Beyond this, what is unlike in a word says more for each letter.
const BAD_WORD: f32 = 0.2;

/// Weight that both sides keep without a match, from which on it is more than a particle.
const CONFLICT_SOME: f32 = 0.25;

/// How alike the likest words without a match are, of which both sides have one: a slip too large
/// to be taken for the same word, against another name.
fn near_miss(left: &Name, right: &Name, alignment: &Alignment) -> f32 {
    let mut best = 0.0_f32;
    for (_, a) in open_words(left, alignment.left) {
        for (_, b) in open_words(right, alignment.right) {
            let (x, y) = (a.word.ascii.as_bytes(), b.word.ascii.as_bytes());
            if x.first() != y.first() || x.len().abs_diff(y.len()) > 3 {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "lengths of words are small")]
            let similarity = 1.0 - likeness::edits(x, y) / x.len().max(y.len()) as f32;
            best = best.max(similarity * a.weight.min(b.weight).min(1.0));
        }
    }
    (best - 0.3).max(0.0)
}

fn open_words(name: &Name, matched: u32) -> impl Iterator<Item = (usize, &Token)> {
    let words = name.tokens.iter().enumerate();
    words.filter(move |(at, token)| matched >> at & 1 == 0 && is_word(token))
}

/// The weight without a match that lies between words that have one.
fn inside(name: &Name, matched: u32) -> f32 {
    let last = u32::BITS - matched.leading_zeros();
    let between = matched.trailing_zeros()..last;
    let tokens = (0_u32..).zip(name.tokens.iter());
    tokens
        .filter(|(at, _)| between.contains(at) && matched >> at & 1 == 0)
        .map(|(_, token)| token.weight)
        .sum()
}

fn flag(it: bool) -> f32 {
    if it { 1.0 } else { 0.0 }
}

fn is_word(token: &Token) -> bool {
    token.kind == TokenKind::Word
}

fn count_words(name: &Name) -> usize {
    name.tokens.iter().filter(|token| is_word(token)).count()
}

/// Sums over the matches.
#[derive(Default)]
struct Edges {
    left: f32,
    right: f32,
    /// The weight that both sides have in matches, and how much of it is alike and not.
    mass: f32,
    alike: f32,
    unlike: f32,
    worst: (f32, f32),
    words: usize,
    initials: f32,
    name_parts: f32,
    sound: f32,
    joined: f32,
    nicknames: f32,
    short: f32,
    first_letter: f32,
    ending: f32,
    edits: f32,
    other_script: f32,
}

impl Edges {
    fn of(left: &Name, right: &Name, alignment: &Alignment) -> Edges {
        let mut edges = Edges::default();
        for m in &alignment.matches {
            edges.add(left, right, m);
        }
        edges
    }

    fn add(&mut self, left: &Name, right: &Name, m: &Match) {
        let (a, b) = (&left.tokens[m.left.at], &right.tokens[m.right.at]);
        let weight = m.weight();
        let unlike = 1.0 - m.likeness.similarity;
        self.left += m.left_weight;
        self.right += m.right_weight;
        self.mass += weight;
        self.alike += weight * m.likeness.similarity;
        self.unlike += weight * unlike;
        let badness = unlike * weight.min(1.0);
        if badness > self.worst.0 {
            self.worst = (badness, self.worst.0);
        } else if badness > self.worst.1 {
            self.worst.1 = badness;
        }
        let word = |run: &[Token]| run.iter().any(is_word);
        let left_word = word(&left.tokens[m.left.at..m.left.at + m.left.count]);
        let right_word = word(&right.tokens[m.right.at..m.right.at + m.right.count]);
        if left_word && right_word {
            self.words += m.left.count.max(m.right.count).min(2);
        }
        let across = (a.word.script == Script::Latin) != (b.word.script == Script::Latin);
        if across && matches!(m.likeness.reason, Reason::Sound | Reason::Typo(_)) {
            self.other_script += weight;
        }
        if m.left.count + m.right.count > 2 && m.likeness.reason != Reason::Acronym {
            self.joined += weight;
        }
        self.add_reason(a, b, m, weight);
    }

    fn add_reason(&mut self, a: &Token, b: &Token, m: &Match, weight: f32) {
        match m.likeness.reason {
            Reason::NamePart => self.name_parts += weight,
            Reason::Nickname => self.nicknames += weight,
            Reason::Sound if a.word.script == b.word.script => self.sound += weight,
            Reason::Exact | Reason::Sound => {}
            Reason::Initial | Reason::Acronym => self.initials += 1.0,
            Reason::Typo(count) => {
                self.edits += f32::from(count);
                if m.left.count + m.right.count == 2 {
                    self.add_typo(&a.word.ascii, &b.word.ascii, weight);
                }
            }
        }
    }

    fn add_typo(&mut self, a: &str, b: &str, weight: f32) {
        let (a, b) = (a.as_bytes(), b.as_bytes());
        if a.len().min(b.len()) <= 5 {
            self.short += weight;
        }
        if a.first() != b.first() {
            self.first_letter += weight;
        }
        if a.len() == b.len() && a[..a.len() - 1] == b[..b.len() - 1] {
            self.ending += weight;
        }
    }
}

/// How many pairs of matches are the other way round, as a share; of a name of two words, all.
fn order(alignment: &Alignment) -> f32 {
    let (mut turned, mut pairs) = (0.0_f32, 0.0_f32);
    for (at, one) in alignment.matches.iter().enumerate() {
        for other in &alignment.matches[at + 1..] {
            let weight = one.weight().min(other.weight());
            pairs += weight;
            if (one.left.at < other.left.at) != (one.right.at < other.right.at) {
                turned += weight;
            }
        }
    }
    if pairs > 0.0 { turned / pairs } else { 0.0 }
}

fn initials_clash(left: &Name, right: &Name, alignment: &Alignment) -> f32 {
    let open = |name: &Name, matched: u32, kind: TokenKind| {
        let tokens = name.tokens.iter().enumerate();
        tokens
            .filter(|(at, token)| matched >> at & 1 == 0 && token.kind == kind)
            .count()
    };
    let left_initials = open(left, alignment.left, TokenKind::Initial);
    let right_initials = open(right, alignment.right, TokenKind::Initial);
    let left_words = open(left, alignment.left, TokenKind::Word);
    let right_words = open(right, alignment.right, TokenKind::Word);
    let clashes = left_initials.min(right_initials + right_words)
        + right_initials.min(left_initials + left_words);
    #[expect(clippy::cast_precision_loss, reason = "at most sixteen tokens")]
    let clashes = clashes.min(2) as f32;
    clashes / 2.0
}

/// Numbers without a match: on both sides, and on one side alone.
fn open_numbers(left: &Name, right: &Name, alignment: &Alignment) -> (f32, f32) {
    let open = |name: &Name, matched: u32| {
        let tokens = name.tokens.iter().enumerate();
        tokens
            .filter(|(at, token)| matched >> at & 1 == 0 && token.kind == TokenKind::Number)
            .any(|_| true)
    };
    let (left, right) = (open(left, alignment.left), open(right, alignment.right));
    (flag(left && right), flag(left != right))
}

/// Legal forms: how much two clash, and whether one side alone has one that says something.
fn forms(left: &Name, right: &Name) -> (f32, f32) {
    match (left.form, right.form) {
        (Some(a), Some(b)) if a.class == b.class && a.id == b.id => (0.0, 0.0),
        (Some(a), Some(b)) if a.class == b.class => (0.2, 0.0),
        (Some(a), Some(b)) => {
            let vague = [a.class, b.class].contains(&crate::words::FormClass::Plain);
            (if vague { 0.3 } else { 1.0 }, 0.0)
        }
        (None, None) => (0.0, 0.0),
        (Some(_), None) | (None, Some(_)) => (0.0, 1.0),
    }
}

/// Is the first, is the last word of either name without a match? Half for each side.
fn open_ends(left: &Name, right: &Name, alignment: &Alignment) -> (f32, f32) {
    let open = |name: &Name, matched: u32| {
        let mut words = name
            .tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| is_word(token));
        let is_open = |(at, token): (usize, &Token)| {
            if matched >> at & 1 == 0 {
                0.5 * token.weight.min(1.0)
            } else {
                0.0
            }
        };
        let first = words.next();
        let last = words.next_back().or(first);
        (first.map_or(0.0, is_open), last.map_or(0.0, is_open))
    };
    let (a, b) = (open(left, alignment.left), open(right, alignment.right));
    (a.0 + b.0, a.1 + b.1)
}

/// Which weights a comparison takes.
pub(crate) fn bearer(left: &Name, right: &Name) -> Bearer {
    left.kind.max(right.kind)
}

/// The words that a term speaks of.
pub(crate) fn words(term: usize, left: &Name, right: &Name, alignment: &Alignment) -> Vec<String> {
    let matched = |wanted: fn(&Match) -> bool| -> Vec<String> {
        let matches = alignment.matches.iter().filter(|m| wanted(m));
        matches
            .flat_map(|m| {
                [
                    text(left, m.left.at, m.left.count),
                    text(right, m.right.at, m.right.count),
                ]
            })
            .collect()
    };
    let open = |wanted: fn(&Token) -> bool| -> Vec<String> {
        let of = |name: &Name, matched: u32| -> Vec<String> {
            let tokens = name.tokens.iter().enumerate();
            tokens
                .filter(|(at, token)| matched >> at & 1 == 0 && wanted(token))
                .map(|(_, token)| token.word.text.to_string())
                .collect()
        };
        let mut words = of(left, alignment.left);
        words.extend(of(right, alignment.right));
        words
    };
    match NAMES[term] {
        "spelling" | "bad word" | "worst word" | "second worst word" | "edits" | "short word"
        | "first letter" | "ending" => matched(|m| m.likeness.similarity < 1.0),
        "conflict" | "conflict share" | "extra" | "extra share" | "first word open"
        | "last word open" | "near miss" | "extra inside" | "some conflict" | "mostly extra" => {
            open(|_| true)
        }
        "numbers clash" | "number extra" => open(|token| token.kind == TokenKind::Number),
        "initials clash" => open(|token| token.kind == TokenKind::Initial),
        "name parts" => matched(|m| m.likeness.reason == Reason::NamePart),
        "nickname" => matched(|m| m.likeness.reason == Reason::Nickname),
        "sound" => matched(|m| m.likeness.reason == Reason::Sound),
        "joined" => matched(|m| m.left.count + m.right.count > 2),
        "initials" => matched(|m| matches!(m.likeness.reason, Reason::Initial | Reason::Acronym)),
        _ => Vec::new(),
    }
}

/// A run of tokens as text.
pub(crate) fn text(name: &Name, at: usize, count: usize) -> String {
    let words: Vec<&str> = name.tokens[at..at + count]
        .iter()
        .map(|token| &*token.word.text)
        .collect();
    words.join(" ")
}

/// Are the two names the same, word for word?
pub(crate) fn is_same(values: &Values) -> bool {
    values[32] > 0.5
}
