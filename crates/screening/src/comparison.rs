//! Comparing two names, with what else is known of their bearers: a score, and why.

use crate::alignment::{Alignment, align};
use crate::evidence::{self, Evidence};
use crate::likeness::Reason;
use crate::terms::{self, COUNT, Values};
use crate::weights;
use crate::words::Name;

/// How likely two names are one party's: log-odds, and the same as a number between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Comparison {
    pub log_odds: f64,
    pub score: f64,
}

impl Comparison {
    fn new(log_odds: f64) -> Comparison {
        Comparison {
            log_odds,
            score: score(log_odds),
        }
    }
}

/// Log-odds as a number between 0 and 1.
pub fn score(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// One of the pieces that a comparison is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    pub name: &'static str,
    /// The words that it speaks of, as folded.
    pub words: Vec<String>,
    pub log_odds: f64,
}

/// Words of the left name that stand for words of the right one.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    pub left: String,
    pub right: String,
    pub reason: Reason,
    /// Were several words of one name taken for one of the other?
    pub joined: bool,
    pub similarity: f32,
}

/// A comparison with its reasons: the terms, added in their order, are exactly the log-odds.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub terms: Vec<Term>,
    pub alignment: Vec<Edge>,
    pub log_odds: f64,
    pub score: f64,
}

/// Log-odds below which a name of several words that is the same, word for word, never falls.
const SAME_NAME_LOG_ODDS: f64 = 3.0;

/// Compares two names. The order of the two does not matter.
pub fn compare_names(one: &Name, other: &Name) -> Comparison {
    let (left, right, _) = ordered(one, other);
    let alignment = align(left, right);
    let values = terms::values(left, right, &alignment);
    let mut sum = 0.0;
    for (_, log_odds) in products(left, right, &values) {
        sum += log_odds;
    }
    if let Some(more) = same_name(left, right, &values, sum) {
        sum += more;
    }
    Comparison::new(sum)
}

/// Compares two names and says why; `left` and `right` in the answer are the names as given.
pub fn explain_names(one: &Name, other: &Name) -> Explanation {
    let (left, right, turned) = ordered(one, other);
    let alignment = align(left, right);
    let values = terms::values(left, right, &alignment);
    let mut found = Vec::new();
    let mut sum = 0.0;
    for (term, log_odds) in products(left, right, &values) {
        sum += log_odds;
        let words = terms::words(term, left, right, &alignment);
        found.push(Term {
            name: terms::NAMES[term],
            words,
            log_odds,
        });
    }
    if let Some(more) = same_name(left, right, &values, sum) {
        sum += more;
        found.push(Term {
            name: "the same name",
            words: Vec::new(),
            log_odds: more,
        });
    }
    let comparison = Comparison::new(sum);
    Explanation {
        terms: found,
        alignment: edges(left, right, &alignment, turned),
        log_odds: comparison.log_odds,
        score: comparison.score,
    }
}

/// Compares two names with the evidence on their bearers.
pub fn compare(one: (&Name, &Evidence), other: (&Name, &Evidence)) -> Comparison {
    with_evidence(compare_names(one.0, other.0), one.1, other.1)
}

/// A comparison of names with the evidence added to it.
pub fn with_evidence(names: Comparison, one: &Evidence, other: &Evidence) -> Comparison {
    let mut sum = names.log_odds;
    for finding in evidence::findings(one, other) {
        sum += weights::EVIDENCE[finding.term];
    }
    Comparison::new(sum)
}

/// Compares two names with the evidence on their bearers and says why.
pub fn explain(one: (&Name, &Evidence), other: (&Name, &Evidence)) -> Explanation {
    let mut explanation = explain_names(one.0, other.0);
    for finding in evidence::findings(one.1, other.1) {
        let log_odds = weights::EVIDENCE[finding.term];
        explanation.log_odds += log_odds;
        let name = evidence::NAMES[finding.term];
        explanation.terms.push(Term {
            name,
            words: Vec::new(),
            log_odds,
        });
    }
    explanation.score = score(explanation.log_odds);
    explanation
}

/// The values of the terms for two names; for fitting weights.
pub fn term_values(one: &Name, other: &Name) -> Values {
    let (left, right, _) = ordered(one, other);
    terms::values(left, right, &align(left, right))
}

/// The terms that count for something, with their parts of the log-odds.
fn products<'a>(
    left: &Name,
    right: &Name,
    values: &'a Values,
) -> impl Iterator<Item = (usize, f64)> + use<'a> {
    let weights = weights::of(terms::bearer(left, right));
    let all = (0..COUNT).map(|term| (term, weights[term] * f64::from(values[term])));
    all.filter(|(_, log_odds)| *log_odds != 0.0)
}

/// What is missing to the least that the same name of several words has.
fn same_name(left: &Name, right: &Name, values: &Values, sum: f64) -> Option<f64> {
    let same = terms::is_same(values) && left.tokens.len().min(right.tokens.len()) > 1;
    (same && sum < SAME_NAME_LOG_ODDS).then_some(SAME_NAME_LOG_ODDS - sum)
}

/// The two names in an order of their own; `true` where that turned them round.
fn ordered<'a>(one: &'a Name, other: &'a Name) -> (&'a Name, &'a Name, bool) {
    let words = |name: &'a Name| {
        name.tokens
            .iter()
            .map(|token| (&*token.word.text, token.kind))
    };
    let turned = words(one).cmp(words(other)).is_gt();
    if turned {
        (other, one, true)
    } else {
        (one, other, false)
    }
}

fn edges(left: &Name, right: &Name, alignment: &Alignment, turned: bool) -> Vec<Edge> {
    let edge = |m: &crate::alignment::Match| {
        let left = terms::text(left, m.left.at, m.left.count);
        let right = terms::text(right, m.right.at, m.right.count);
        let (left, right) = if turned { (right, left) } else { (left, right) };
        Edge {
            left,
            right,
            reason: m.likeness.reason,
            joined: m.left.count + m.right.count > 2,
            similarity: m.likeness.similarity,
        }
    };
    alignment.matches.iter().map(edge).collect()
}
