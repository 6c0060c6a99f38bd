//! Customers against the lists: people of the UN list with spoiled names, who must be found, and
//! people who are on no list, who must not.
//!
//! The treatment: person after person one of [`SPOILS`] in turn, each choice drawn from a generator
//! with [`SEED`]. A typo drops, doubles, changes or swaps a letter within one word of four letters
//! or more; two typos fall on two words where there are two.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts of customers and of groups"
)]

use std::collections::HashMap;
use std::fmt::Write as _;

use screening::comparison::{Comparison, compare_names, explain, with_evidence};
use screening::evidence::Evidence;
use screening::words::{Bearer, Name, Token, TokenKind};

use super::data;
use super::listed::{self, Listed};
use super::{Options, pairs};

const SEED: u64 = 20_261_123;

const SPOILS: [&str; 5] = ["as listed", "typo", "two typos", "swapped", "joined"];

/// A customer.
pub(crate) struct Customer {
    pub(crate) text: String,
    pub(crate) name: Name,
    pub(crate) evidence: Evidence,
    pub(crate) spoil: usize,
}

/// The people of the UN list, with spoiled names.
pub(crate) fn spoiled(options: &Options) -> Result<Vec<Customer>, String> {
    let text = data::text(
        &options
            .data
            .join("screening_eval/positives_un_untreated.csv"),
    )?;
    let mut dice = Dice(SEED);
    let rows = data::rows(&text, true);
    Ok(rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let spoil = at % SPOILS.len();
            let name = treat(&row[0], spoil, &mut dice);
            customer(options, row, name, spoil)
        })
        .collect())
}

/// People who are on no list.
pub(crate) fn others(options: &Options) -> Result<Vec<Customer>, String> {
    let mut customers = Vec::new();
    for file in ["negatives_global_dev.csv.zst", "negatives_us_dev.csv.zst"] {
        let text = data::text(&options.data.join("screening_eval").join(file))?;
        let rows = data::rows(&text, true);
        customers.extend(
            rows.iter()
                .map(|row| customer(options, row, row[0].clone(), 0)),
        );
    }
    Ok(customers)
}

fn customer(options: &Options, row: &[String], text: String, spoil: usize) -> Customer {
    let field = |at: usize| {
        row.get(at)
            .map(String::as_str)
            .filter(|field| !field.is_empty())
    };
    let evidence = data::evidence(field(5).into_iter(), field(7).into_iter(), field(4));
    Customer {
        name: options.analyzer.analyze(Bearer::Person, &text),
        text,
        evidence,
        spoil,
    }
}

fn treat(name: &str, spoil: usize, dice: &mut Dice) -> String {
    let mut words: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
    match SPOILS[spoil] {
        "typo" => typo(&mut words, dice),
        "two typos" => {
            typo(&mut words, dice);
            typo(&mut words, dice);
        }
        "swapped" => {
            let turn = 1 + dice.below(words.len().max(2) - 1);
            let count = words.len();
            words.rotate_left(turn % count.max(1));
        }
        "joined" if words.len() > 1 => {
            let at = dice.below(words.len() - 1);
            let tail = words.remove(at + 1);
            words[at].push_str(&tail);
        }
        _ => {}
    }
    words.join(" ")
}

fn typo(words: &mut [String], dice: &mut Dice) {
    let long: Vec<usize> = (0..words.len())
        .filter(|at| words[*at].chars().count() >= 4)
        .collect();
    if long.is_empty() {
        return;
    }
    let word = &mut words[long[dice.below(long.len())]];
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + dice.below(letters.len() - 2);
    match dice.below(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 => letters[at] = char::from(b'A' + u8::try_from(dice.below(26)).unwrap_or(0)),
        _ => letters.swap(at, at + 1),
    }
    *word = letters.into_iter().collect();
}

/// A small generator: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound.max(1) as u64).unwrap_or(0)
    }
}

/// Names that share a key with a customer's name: enough for measuring, not the engine's index.
pub(crate) struct Candidates<'a> {
    listed: &'a Listed,
    postings: HashMap<u64, Vec<u32>>,
}

/// Candidates that are compared with one customer.
const CANDIDATES_MAX: usize = 60;

impl<'a> Candidates<'a> {
    pub(crate) fn new(listed: &'a Listed) -> Candidates<'a> {
        let mut postings: HashMap<u64, Vec<u32>> = HashMap::new();
        for (place, (name, _)) in (0_u32..).zip(&listed.names) {
            for (key, _) in keys(name) {
                let names = postings.entry(key).or_default();
                if names.last() != Some(&place) {
                    names.push(place);
                }
            }
        }
        Candidates { listed, postings }
    }

    /// The places of the names that share most with this one.
    pub(crate) fn of(&self, name: &Name) -> Vec<usize> {
        let mut shared: HashMap<u32, f32> = HashMap::new();
        for (key, weight) in keys(name) {
            for place in self.postings.get(&key).into_iter().flatten() {
                *shared.entry(*place).or_default() += weight;
            }
        }
        let mut found: Vec<(u32, f32)> = shared.into_iter().collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(CANDIDATES_MAX);
        found
            .into_iter()
            .filter_map(|(place, _)| usize::try_from(place).ok())
            .collect()
    }
}

/// The keys of the words of a name, and of joined neighbors, with what each is worth.
fn keys(name: &Name) -> Vec<(u64, f32)> {
    let mut found = Vec::new();
    for token in name
        .tokens
        .iter()
        .filter(|token| token.kind == TokenKind::Word)
    {
        word_keys(token, &mut found);
    }
    let joined = name.joined().map(|(at, count, text)| {
        let weight: f32 = name.tokens[at..at + count]
            .iter()
            .map(|token| token.weight)
            .sum();
        (hash(&text), weight)
    });
    found.extend(joined);
    found
}

fn word_keys(token: &Token, found: &mut Vec<(u64, f32)>) {
    let weight = token.weight;
    found.push((hash(&token.word.ascii), weight));
    if token.word.skeleton != 0 {
        found.push((token.word.skeleton | 1 << 63, 0.5 * weight));
    }
    let share = 0.9 * weight / (1.0 + token.word.groups.len().min(4) as f32);
    found.extend(
        token
            .word
            .groups
            .iter()
            .map(|group| (u64::from(*group) | 1 << 62, share)),
    );
    let letters = &token.word.ascii;
    if letters.len() >= 4 {
        found.push((hash(&letters[..3]) ^ 0x55, 0.3 * weight));
        found.push((hash(&letters[letters.len() - 3..]) ^ 0xAA, 0.3 * weight));
    }
}

fn hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    hash >> 3
}

/// Prints how many listed people are found and how many others are taken for one.
pub(crate) fn report(options: &Options) -> Result<(), String> {
    let listed = listed::read(options)?;
    let candidates = Candidates::new(&listed);
    let mut out = format!(
        "## Customers against {} names of {} entities, threshold {}\n\n",
        listed.names.len(),
        listed.entities.len(),
        pairs::THRESHOLD
    );
    let _ = writeln!(
        out,
        "Treatment, seed {SEED}, person after person: {}. A typo drops, doubles, changes or swaps a \
         letter within a word of four letters or more.\n",
        SPOILS.join(", ")
    );
    out.push_str("| customers | name only | with birth, country, gender | target |\n| --- | --- | --- | --- |\n");
    let spoiled = spoiled(options)?;
    let (plain, full) = scores(&candidates, &spoiled);
    for (spoil, what) in SPOILS.iter().enumerate() {
        let of = |scores: &[f64]| {
            let mine: Vec<f64> = (spoiled.iter().zip(scores))
                .filter(|(customer, _)| customer.spoil == spoil)
                .map(|(_, score)| *score)
                .collect();
            share(&mine)
        };
        let _ = writeln!(
            out,
            "| found: {what} | {:.4} | {:.4} | |",
            of(&plain),
            of(&full)
        );
    }
    let _ = writeln!(
        out,
        "| found: all {} | {:.4} | {:.4} | .995 (floor .99) |",
        spoiled.len(),
        share(&plain),
        share(&full)
    );
    if options.wrong {
        missed(&mut out, &spoiled, &full);
    }
    let others = others(options)?;
    for half in others.chunks(others.len().div_ceil(2)) {
        let (plain, full) = scores(&candidates, half);
        let (plain, full) = (share(&plain) * 100.0, share(&full) * 100.0);
        let _ = writeln!(
            out,
            "| flagged of {} others, % | {plain:.3} | {full:.3} | .2 |",
            half.len()
        );
    }
    if options.wrong {
        for customer in others.iter().step_by(FLAGGED_EVERY) {
            flagged(&mut out, &candidates, customer);
        }
    }
    out.push('\n');
    crate::say(&out)
}

/// Shows who is listed and was not found.
fn missed(out: &mut String, spoiled: &[Customer], scores: &[f64]) {
    let missed = spoiled.iter().zip(scores);
    for (customer, score) in missed.filter(|(_, score)| **score < pairs::THRESHOLD) {
        let _ = writeln!(
            out,
            "missed {score:.2} {} ({})",
            customer.text, SPOILS[customer.spoil]
        );
    }
}

/// One in so many customers is shown where it is flagged.
const FLAGGED_EVERY: usize = 10;

/// Shows why a customer who is on no list is taken for someone.
fn flagged(out: &mut String, candidates: &Candidates, customer: &Customer) {
    for place in candidates.of(&customer.name) {
        let (name, entity) = &candidates.listed.names[place];
        let theirs = &candidates.listed.entities[*entity];
        let why = explain((&customer.name, &customer.evidence), (name, theirs));
        if why.score < pairs::THRESHOLD {
            continue;
        }
        let _ = write!(out, "{:.2} {}:", why.score, customer.text);
        for edge in &why.alignment {
            let _ = write!(out, " {}={} {:?}", edge.left, edge.right, edge.reason);
        }
        for term in &why.terms {
            let _ = write!(out, "; {} {:.2}", term.name, term.log_odds);
        }
        out.push('\n');
        return;
    }
}

fn share(scores: &[f64]) -> f64 {
    let found = scores
        .iter()
        .filter(|score| **score >= pairs::THRESHOLD)
        .count();
    found as f64 / scores.len().max(1) as f64
}

/// The best score of each customer by name alone, and with the evidence.
fn scores(candidates: &Candidates, customers: &[Customer]) -> (Vec<f64>, Vec<f64>) {
    let best = |customer: &Customer| {
        let (mut plain, mut full) = (0.0_f64, 0.0_f64);
        for place in candidates.of(&customer.name) {
            let (name, entity) = &candidates.listed.names[place];
            let names: Comparison = compare_names(&customer.name, name);
            let theirs = &candidates.listed.entities[*entity];
            plain = plain.max(names.score);
            full = full.max(with_evidence(names, &customer.evidence, theirs).score);
        }
        (plain, full)
    };
    customers.iter().map(best).unzip()
}
