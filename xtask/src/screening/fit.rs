//! Fitting the weights: logistic regression with a ridge towards a prior and with signs that are
//! held, on name pairs, whole entities and customers together.
//!
//! Names of persons and of organizations have weights of their own; evidence has one set. A pair of
//! entities counts by its best pair of names under the weights so far, which are therefore fitted a
//! few times over.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use screening::comparison::term_values;
use screening::terms::{self, Values};
use screening::words::Bearer;
use screening::{evidence, weights};

use super::customers::{self, Candidates};
use super::{Options, entities, listed, pairs};

const TERMS: usize = terms::COUNT;
const ALL: usize = 2 * TERMS + evidence::COUNT;

/// How often the best pairs of names are chosen anew.
const ROUNDS: usize = 3;

/// How strongly the weights are held to the prior.
const RIDGE: f64 = 1.0;

/// What each set counts, for one pair of it.
const PAIR_YES: f64 = 1.6;
const PAIR_NO: f64 = 1.0;
const ENTITY_YES: f64 = 1.0;
const ENTITY_NO: f64 = 1.0;
const CUSTOMER_YES: f64 = 0.5;
const CUSTOMER_NO: f64 = 0.5;

/// Everything that the weights are fitted to, with the values of every pair of names.
pub(crate) struct Material {
    samples: Vec<Sample>,
}

struct Sample {
    bearer: Bearer,
    /// Values of each pair of names; the best counts.
    names: Vec<Values>,
    evidence: Vec<usize>,
    label: bool,
    weight: f64,
    /// Where it is a name pair: its group.
    group: Option<usize>,
}

/// Weights by their places: persons, organizations, evidence.
type Weights = Vec<f64>;

/// Groups of name pairs for cross-validation.
const FOLDS: usize = 5;

/// Scores of the name pairs, each by weights that were fitted without any pair of its group.
pub(crate) fn cross_validate(
    options: &Options,
    pairs: &[pairs::Pair],
) -> Result<Vec<(f64, bool)>, String> {
    let material = material(options, pairs)?;
    let mut judged = vec![(0.0, false); pairs.len()];
    for fold in 0..FOLDS {
        let weights = fit(&material, |group| group % FOLDS != fold);
        for (at, sample) in material.samples.iter().take(pairs.len()).enumerate() {
            if sample.group.is_some_and(|group| group % FOLDS == fold) {
                let log_odds = names_log_odds(&weights, sample.bearer, &sample.names[0]);
                judged[at] = (1.0 / (1.0 + (-log_odds).exp()), sample.label);
            }
        }
    }
    Ok(judged)
}

/// Fits on everything and prints the tables for `weights.rs`.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let pairs = pairs::read(options)?;
    let material = material(options, &pairs)?;
    let weights = fit(&material, |_| true);
    let mut out = String::new();
    table(
        &mut out,
        "const PERSON: [f64; COUNT]",
        &weights[..TERMS],
        &terms::NAMES,
    );
    table(
        &mut out,
        "const ORGANIZATION: [f64; COUNT]",
        &weights[TERMS..2 * TERMS],
        &terms::NAMES,
    );
    let evidence = "pub const EVIDENCE: [f64; crate::evidence::COUNT]";
    table(&mut out, evidence, &weights[2 * TERMS..], &evidence::NAMES);
    crate::say(&out)
}

fn table(out: &mut String, head: &str, weights: &[f64], names: &[&str]) {
    let _ = writeln!(out, "{head} = [");
    for (weight, name) in weights.iter().zip(names) {
        let weight = if *weight == 0.0 { 0.0 } else { *weight };
        let _ = writeln!(out, "    {weight:.3}, // {name}");
    }
    let _ = writeln!(out, "];\n");
}

/// Groups of pairs that share a name, on either side.
fn groups(pairs: &[pairs::Pair]) -> Vec<usize> {
    let mut root: Vec<usize> = (0..pairs.len()).collect();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate() {
        let same = *first.entry(pair.other.to_lowercase()).or_insert(at);
        let (from, to) = (find(&root, at), find(&root, same));
        root[from.max(to)] = from.min(to);
    }
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    let roots: Vec<usize> = (0..pairs.len()).map(|at| find(&root, at)).collect();
    roots
        .into_iter()
        .map(|root| {
            let next = numbers.len();
            *numbers.entry(root).or_insert(next)
        })
        .collect()
}

fn find(root: &[usize], mut at: usize) -> usize {
    while root[at] != at {
        at = root[at];
    }
    at
}

fn material(options: &Options, pairs: &[pairs::Pair]) -> Result<Material, String> {
    let mut samples: Vec<Sample> = pairs
        .iter()
        .zip(groups(pairs))
        .map(|(pair, group)| Sample {
            bearer: pair.bearer,
            names: vec![pair.values],
            evidence: Vec::new(),
            label: pair.is_match,
            weight: if pair.is_match { PAIR_YES } else { PAIR_NO },
            group: Some(group),
        })
        .collect();
    for pair in entities::read(options)? {
        let found = evidence::findings(&pair.left.evidence, &pair.right.evidence);
        samples.push(Sample {
            bearer: pair.bearer,
            names: pair.values(),
            evidence: found.map(|finding| finding.term).collect(),
            label: pair.is_match,
            weight: if pair.is_match { ENTITY_YES } else { ENTITY_NO },
            group: None,
        });
    }
    customer_samples(options, &mut samples)?;
    Ok(Material { samples })
}

/// Customers are compared with so many of the names that are likest by the weights of the crate.
const HITS_MAX: usize = 3;

/// Others than listed people are kept where a name comes as near as this.
const NEAR_LOG_ODDS: f64 = -3.5;

fn customer_samples(options: &Options, samples: &mut Vec<Sample>) -> Result<(), String> {
    let listed = listed::read(options)?;
    let candidates = Candidates::new(&listed);
    let spoiled = customers::spoiled(options)?
        .into_iter()
        .map(|customer| (customer, true));
    let others = customers::others(options)?
        .into_iter()
        .map(|customer| (customer, false));
    for (customer, label) in spoiled.chain(others) {
        let mut near: Vec<(f64, usize, Values)> = candidates
            .of(&customer.name)
            .into_iter()
            .map(|place| {
                let values = term_values(&customer.name, &listed.names[place].0);
                (names_log_odds_of_crate(&values), place, values)
            })
            .filter(|(log_odds, ..)| label || *log_odds > NEAR_LOG_ODDS)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        near.truncate(if label { 1 } else { HITS_MAX });
        for (_, place, values) in near {
            let theirs = &listed.entities[listed.names[place].1];
            let found = evidence::findings(&customer.evidence, theirs);
            let found: Vec<usize> = found.map(|finding| finding.term).collect();
            for evidence in [Vec::new(), found] {
                samples.push(Sample {
                    bearer: Bearer::Person,
                    names: vec![values],
                    evidence,
                    label,
                    weight: if label { CUSTOMER_YES } else { CUSTOMER_NO },
                    group: None,
                });
            }
        }
    }
    Ok(())
}

fn names_log_odds_of_crate(values: &Values) -> f64 {
    dot(weights::of(Bearer::Person), values)
}

fn dot(weights: &[f64], values: &Values) -> f64 {
    weights
        .iter()
        .zip(values)
        .map(|(weight, value)| weight * f64::from(*value))
        .sum()
}

fn names_log_odds(weights: &Weights, bearer: Bearer, values: &Values) -> f64 {
    dot(&weights[start(bearer)..][..TERMS], values)
}

fn start(bearer: Bearer) -> usize {
    match bearer {
        Bearer::Person => 0,
        Bearer::Organization => TERMS,
    }
}

/// One line of the regression: places of its values, its label and what it counts.
struct Line {
    values: Vec<(usize, f64)>,
    label: f64,
    weight: f64,
}

/// The weights that the crate was begun with; the ridge holds to them.
fn prior() -> Weights {
    let mut prior = PRIOR_NAMES.to_vec();
    prior.extend(PRIOR_NAMES);
    prior.extend([
        2.5, 1.8, 2.0, 1.2, -0.6, -0.4, 0.8, 0.3, -3.0, 0.6, -0.5, -2.0, 8.0, -2.0,
    ]);
    prior
}

const PRIOR_NAMES: [f64; TERMS] = [
    1.0, -6.0, -3.0, -2.0, -2.5, -2.5, -0.4, -0.6, 3.0, -4.0, -1.5, 0.5, -1.0, 0.0, 1.5, -0.5,
    -1.0, -0.5, -0.5, -0.5, -0.5, -0.2, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, -0.5, -0.5, -0.5, -0.5, 2.0,
    -0.2,
];

fn signs() -> Vec<i8> {
    [terms::SIGNS.as_slice(), &terms::SIGNS, &evidence::SIGNS].concat()
}

/// Fits on the samples whose group is wanted; samples without a group are always in.
fn fit(material: &Material, wanted: impl Fn(usize) -> bool) -> Weights {
    let prior = prior();
    let mut weights = prior.clone();
    let samples: Vec<&Sample> = material
        .samples
        .iter()
        .filter(|sample| sample.group.is_none_or(&wanted))
        .collect();
    for _ in 0..ROUNDS {
        let lines: Vec<Line> = samples
            .iter()
            .filter_map(|sample| line(sample, &weights))
            .collect();
        weights = regress(&lines, &prior, &signs(), weights);
    }
    weights
}

fn line(sample: &Sample, weights: &Weights) -> Option<Line> {
    let log_odds = |values: &&Values| names_log_odds(weights, sample.bearer, values);
    let best = sample
        .names
        .iter()
        .max_by(|a, b| log_odds(a).total_cmp(&log_odds(b)))?;
    let from = start(sample.bearer);
    let names = best.iter().enumerate().filter(|(_, value)| **value != 0.0);
    let mut values: Vec<(usize, f64)> = names
        .map(|(term, value)| (from + term, f64::from(*value)))
        .collect();
    values.extend(sample.evidence.iter().map(|term| (2 * TERMS + term, 1.0)));
    let label = if sample.label { 1.0 } else { 0.0 };
    Some(Line {
        values,
        label,
        weight: sample.weight,
    })
}

/// Newton steps at most.
const STEPS_MAX: usize = 25;

/// Newton's method; each step is a quadratic problem with held signs, solved place by place.
fn regress(lines: &[Line], prior: &Weights, signs: &[i8], mut weights: Weights) -> Weights {
    let mut loss = loss_of(lines, prior, &weights);
    for _ in 0..STEPS_MAX {
        let (slope, bend) = derivatives(lines, prior, &weights);
        let target = solve(&slope, &bend, signs, &weights);
        let mut step = 1.0;
        let mut next = target.clone();
        let mut next_loss = loss_of(lines, prior, &next);
        while next_loss > loss && step > 1e-3 {
            step /= 2.0;
            next = weights
                .iter()
                .zip(&target)
                .map(|(w, t)| w + step * (t - w))
                .collect();
            next_loss = loss_of(lines, prior, &next);
        }
        let gain = loss - next_loss;
        if gain <= 0.0 {
            break;
        }
        weights = next;
        loss = next_loss;
        if gain < 1e-6 * loss {
            break;
        }
    }
    weights
}

fn margin(line: &Line, weights: &Weights) -> f64 {
    line.values
        .iter()
        .map(|(place, value)| weights[*place] * value)
        .sum()
}

fn loss_of(lines: &[Line], prior: &Weights, weights: &Weights) -> f64 {
    let fit: f64 = lines
        .iter()
        .map(|line| {
            let margin = margin(line, weights);
            let margin = if line.label > 0.5 { -margin } else { margin };
            line.weight
                * if margin > 30.0 {
                    margin
                } else {
                    margin.exp().ln_1p()
                }
        })
        .sum();
    let held: f64 = weights
        .iter()
        .zip(prior)
        .map(|(w, p)| (w - p) * (w - p))
        .sum();
    fit + 0.5 * RIDGE * held
}

fn derivatives(lines: &[Line], prior: &Weights, weights: &Weights) -> (Vec<f64>, Vec<f64>) {
    let mut slope: Vec<f64> = weights
        .iter()
        .zip(prior)
        .map(|(w, p)| RIDGE * (w - p))
        .collect();
    let mut bend = vec![0.0; ALL * ALL];
    for place in 0..ALL {
        bend[place * ALL + place] = RIDGE;
    }
    for line in lines {
        let chance = 1.0 / (1.0 + (-margin(line, weights)).exp());
        let pull = line.weight * (chance - line.label);
        let curve = line.weight * (chance * (1.0 - chance)).max(1e-6);
        for (place, value) in &line.values {
            slope[*place] += pull * value;
            for (other, second) in &line.values {
                bend[place * ALL + other] += curve * value * second;
            }
        }
    }
    (slope, bend)
}

/// The least point of the quadratic model around the weights where every weight keeps its sign.
fn solve(slope: &[f64], bend: &[f64], signs: &[i8], weights: &Weights) -> Weights {
    let mut next = weights.clone();
    for _ in 0..300 {
        let mut moved = 0.0_f64;
        for place in 0..ALL {
            let row = &bend[place * ALL..(place + 1) * ALL];
            let rest: f64 = row
                .iter()
                .zip(next.iter().zip(weights))
                .map(|(b, (n, w))| b * (n - w))
                .sum();
            let free = next[place] - (slope[place] + rest) / row[place];
            let held = match signs[place] {
                1 => free.max(0.0),
                -1 => free.min(0.0),
                _ => free,
            };
            moved = moved.max((held - next[place]).abs());
            next[place] = held;
        }
        if moved < 1e-7 {
            break;
        }
    }
    next
}
