//! Fitting the weights: logistic regression with a ridge towards a prior and with signs that are
//! held, on name pairs, whole entities and customers together.
//!
//! Names of persons and of organizations have weights of their own; evidence has one set. A pair of
//! entities counts by its best pair of names under the weights so far, which are therefore fitted a
//! few times over.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use screening::comparison::term_values;
use screening::evidence::Evidence;
use screening::terms::{self, Values};
use screening::words::Bearer;
use screening::{evidence, weights};

use super::customers::{self, Candidates};
use super::data::{self, Tally};
use super::{Options, entities, listed, pairs, scripts};

const TERMS: usize = terms::COUNT;
const ALL: usize = 2 * TERMS + evidence::COUNT;

/// How often the best pairs of names are chosen anew.
const ROUNDS: usize = 3;

/// What can be tried without building anew (`--set NAME=VALUE`).
#[derive(Clone, Copy)]
pub(crate) struct Tuning {
    /// How strongly the weights are held to the prior.
    ridge: f64,
    /// What one sample of each set counts, by its label.
    pair: [f64; 2],
    entity: [f64; 2],
    customer: [f64; 2],
    name_only: [f64; 2],
    scripts: [f64; 2],
}

impl Default for Tuning {
    fn default() -> Tuning {
        Tuning {
            ridge: 0.5,
            pair: [1.2, 3.5],
            entity: [4.0, 2.0],
            customer: [0.1, 2.0],
            name_only: [0.005, 0.05],
            scripts: [0.05, 0.1],
        }
    }
}

impl Tuning {
    /// Reads `NAME=VALUE`.
    pub(crate) fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or("--set wants NAME=VALUE")?;
        let value: f64 = value.parse().map_err(|error| format!("{value}: {error}"))?;
        let place = match name {
            "ridge" => &mut self.ridge,
            "pair-no" => &mut self.pair[0],
            "pair-yes" => &mut self.pair[1],
            "entity-no" => &mut self.entity[0],
            "entity-yes" => &mut self.entity[1],
            "customer-no" => &mut self.customer[0],
            "customer-yes" => &mut self.customer[1],
            "name-only-no" => &mut self.name_only[0],
            "name-only-yes" => &mut self.name_only[1],
            "scripts-no" => &mut self.scripts[0],
            "scripts-yes" => &mut self.scripts[1],
            _ => return Err(format!("there is nothing called {name} to set")),
        };
        *place = value;
        Ok(())
    }

    fn weight(&self, sample: &Sample) -> f64 {
        let label = usize::from(sample.label);
        match sample.set {
            Set::Pair => self.pair[label],
            Set::Entity => self.entity[label],
            Set::Customer => self.customer[label],
            Set::NameOnly => self.name_only[label],
            Set::Scripts => self.scripts[label],
        }
    }
}

/// Everything that the weights are fitted to, with the values of every pair of names.
pub(crate) struct Material {
    samples: Vec<Sample>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Pair,
    Entity,
    Customer,
    NameOnly,
    Scripts,
}

struct Sample {
    bearer: Bearer,
    set: Set,
    /// Pairs of names with the evidence on their bearers; the best counts.
    choices: Vec<(Values, Vec<u8>)>,
    label: bool,
    /// What must not be parted in cross-validation.
    group: usize,
    /// What it is, for a reader.
    text: String,
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
    Ok(judge(&material, &options.tuning)
        .into_iter()
        .take(pairs.len())
        .collect())
}

/// Every sample's score by weights that were fitted without its group.
fn judge(material: &Material, tuning: &Tuning) -> Vec<(f64, bool)> {
    let mut judged = vec![(0.0, false); material.samples.len()];
    for fold in 0..FOLDS {
        let weights = fit(material, tuning, |group| group % FOLDS != fold);
        for (at, sample) in material.samples.iter().enumerate() {
            if sample.group % FOLDS == fold {
                let log_odds = sample
                    .best(&weights)
                    .map_or(f64::NEG_INFINITY, |(best, _)| best);
                judged[at] = (1.0 / (1.0 + (-log_odds).exp()), sample.label);
            }
        }
    }
    judged
}

/// Fits on everything and prints the tables for `weights.rs`, and what cross-validation says.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let pairs = pairs::read(options)?;
    let material = material(options, &pairs)?;
    let judged = judge(&material, &options.tuning);
    let mut out = String::from("// Cross-validated:\n");
    for (set, name) in [
        (Set::Pair, "name pairs"),
        (Set::Entity, "entities"),
        (Set::Customer, "customers"),
        (Set::NameOnly, "customers, name only"),
        (Set::Scripts, "Hebrew names"),
    ] {
        let of_set = |(sample, _): &(&Sample, &(f64, bool))| sample.set == set;
        let all = material.samples.iter().zip(&judged).filter(of_set);
        let judged: Vec<(f64, bool)> = all.map(|(_, judged)| *judged).collect();
        let tally = Tally::of(&judged, pairs::THRESHOLD);
        let (best, at) = data::best(&judged);
        let _ = writeln!(
            out,
            "// {name}: P {:.3} R {:.4} F1 {:.3} best {best:.3} @{at:.2}; {} false alarms",
            tally.precision(),
            tally.recall(),
            tally.f1(),
            tally.alarms
        );
    }
    if options.wrong {
        for (sample, (score, label)) in material.samples.iter().zip(&judged) {
            if (*score >= pairs::THRESHOLD) != *label && sample.set != Set::NameOnly {
                let _ = writeln!(out, "// {score:.2} {label} {}", sample.text);
            }
        }
    }
    let weights = fit(&material, &options.tuning, |_| true);
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
            set: Set::Pair,
            choices: vec![(pair.values, Vec::new())],
            label: pair.is_match,
            group,
            text: format!("{} {} | {}", pair.quality, pair.one, pair.other),
        })
        .collect();
    let entities = entities::read(options)?;
    let doubted = entities::doubted(&entities);
    for (group, (pair, doubted)) in entities.into_iter().zip(doubted).enumerate() {
        if doubted {
            continue;
        }
        let found = findings(&pair.left.evidence, &pair.right.evidence);
        samples.push(Sample {
            bearer: pair.bearer,
            set: Set::Entity,
            choices: pair
                .values()
                .into_iter()
                .map(|values| (values, found.clone()))
                .collect(),
            label: pair.is_match,
            // The pairs of one entity follow each other.
            group: group / 6,
            text: format!("{} {} | {}", pair.kind, pair.left.id, pair.right.id),
        });
    }
    script_samples(options, &mut samples)?;
    customer_samples(options, &mut samples)?;
    Ok(Material { samples })
}

/// Names in Hebrew letters with their own Latin ones, and each with the likest of others'.
fn script_samples(options: &Options, samples: &mut Vec<Sample>) -> Result<(), String> {
    let names = scripts::read(options)?;
    for (group, (latin, hebrew)) in names.iter().enumerate() {
        let others = names.iter().cycle().skip(group + 1).take(names.len() - 1);
        let wrong = others.map(|(_, hebrew)| (term_values(latin, hebrew), Vec::new()));
        let sample = |choices, label| Sample {
            bearer: Bearer::Person,
            set: Set::Scripts,
            choices,
            label,
            group,
            text: String::new(),
        };
        samples.push(sample(vec![(term_values(latin, hebrew), Vec::new())], true));
        samples.push(sample(wrong.collect(), false));
    }
    Ok(())
}

fn findings(one: &Evidence, other: &Evidence) -> Vec<u8> {
    let found = evidence::findings(one, other);
    found
        .filter_map(|finding| u8::try_from(finding.term).ok())
        .collect()
}

/// Customers are compared with so many of the names that are likest by the weights of the crate.
const HITS_MAX: usize = 6;

/// Others than listed people are kept where a name comes as near as this.
const NEAR_LOG_ODDS: f64 = -4.0;

fn customer_samples(options: &Options, samples: &mut Vec<Sample>) -> Result<(), String> {
    let listed = listed::read(options)?;
    let candidates = Candidates::new(&listed);
    let spoiled = customers::spoiled(options)?
        .into_iter()
        .map(|customer| (customer, true));
    let others = customers::others(options)?
        .into_iter()
        .map(|customer| (customer, false));
    for (group, (customer, label)) in spoiled.chain(others).enumerate() {
        let mut near: Vec<(f64, usize, Values)> = candidates
            .of(&customer.name)
            .into_iter()
            .map(|place| {
                let values = term_values(&customer.name, &listed.names[place].0);
                (dot(weights::of(Bearer::Person), &values), place, values)
            })
            .filter(|(log_odds, ..)| label || *log_odds > NEAR_LOG_ODDS)
            .collect();
        if near.is_empty() {
            continue;
        }
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        near.truncate(HITS_MAX);
        let choices = near.iter().map(|(_, place, values)| {
            let theirs = &listed.entities[listed.names[*place].1];
            (*values, findings(&customer.evidence, theirs))
        });
        let sample = |set, choices| Sample {
            bearer: Bearer::Person,
            set,
            choices,
            label,
            group,
            text: customer.text.clone(),
        };
        samples.push(sample(Set::Customer, choices.collect()));
        let plain = near.iter().map(|(.., values)| (*values, Vec::new()));
        samples.push(sample(Set::NameOnly, plain.collect()));
    }
    Ok(())
}

impl Sample {
    /// The likeliest of the choices by the weights.
    fn best(&self, weights: &Weights) -> Option<(f64, &(Values, Vec<u8>))> {
        let scored = self.choices.iter().map(|choice| {
            let (values, found) = choice;
            let names = dot(&weights[start(self.bearer)..][..TERMS], values);
            let evidence: f64 = found
                .iter()
                .map(|term| weights[2 * TERMS + usize::from(*term)])
                .sum();
            (names + evidence, choice)
        });
        scored.max_by(|a, b| a.0.total_cmp(&b.0))
    }
}

fn dot(weights: &[f64], values: &Values) -> f64 {
    weights
        .iter()
        .zip(values)
        .map(|(weight, value)| weight * f64::from(*value))
        .sum()
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
    -0.2, 0.0, 0.0, 0.0, 0.0, 0.0,
];

fn signs() -> Vec<i8> {
    [terms::SIGNS.as_slice(), &terms::SIGNS, &evidence::SIGNS].concat()
}

/// Fits on the samples whose group is wanted.
fn fit(material: &Material, tuning: &Tuning, wanted: impl Fn(usize) -> bool) -> Weights {
    let prior = prior();
    let mut weights = prior.clone();
    let samples: Vec<&Sample> = material
        .samples
        .iter()
        .filter(|sample| wanted(sample.group))
        .collect();
    for _ in 0..ROUNDS {
        let lines: Vec<Line> = samples
            .iter()
            .filter_map(|sample| line(sample, tuning, &weights))
            .collect();
        weights = regress(&lines, tuning.ridge, &prior, weights);
    }
    weights
}

fn line(sample: &Sample, tuning: &Tuning, weights: &Weights) -> Option<Line> {
    let (_, (best, found)) = sample.best(weights)?;
    let from = start(sample.bearer);
    let names = best.iter().enumerate().filter(|(_, value)| **value != 0.0);
    let mut values: Vec<(usize, f64)> = names
        .map(|(term, value)| (from + term, f64::from(*value)))
        .collect();
    values.extend(
        found
            .iter()
            .map(|term| (2 * TERMS + usize::from(*term), 1.0)),
    );
    let label = if sample.label { 1.0 } else { 0.0 };
    Some(Line {
        values,
        label,
        weight: tuning.weight(sample),
    })
}

/// Newton steps at most.
const STEPS_MAX: usize = 25;

/// Newton's method; each step is a quadratic problem with held signs, solved place by place.
fn regress(lines: &[Line], ridge: f64, prior: &Weights, mut weights: Weights) -> Weights {
    let signs = signs();
    let mut loss = loss_of(lines, ridge, prior, &weights);
    for _ in 0..STEPS_MAX {
        let (slope, bend) = derivatives(lines, ridge, prior, &weights);
        let target = solve(&slope, &bend, &signs, &weights);
        let mut step = 1.0;
        let mut next = target.clone();
        let mut next_loss = loss_of(lines, ridge, prior, &next);
        while next_loss > loss && step > 1e-3 {
            step /= 2.0;
            next = weights
                .iter()
                .zip(&target)
                .map(|(w, t)| w + step * (t - w))
                .collect();
            next_loss = loss_of(lines, ridge, prior, &next);
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

fn loss_of(lines: &[Line], ridge: f64, prior: &Weights, weights: &Weights) -> f64 {
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
    fit + 0.5 * ridge * held
}

fn derivatives(
    lines: &[Line],
    ridge: f64,
    prior: &Weights,
    weights: &Weights,
) -> (Vec<f64>, Vec<f64>) {
    let mut slope: Vec<f64> = weights
        .iter()
        .zip(prior)
        .map(|(w, p)| ridge * (w - p))
        .collect();
    let mut bend = vec![0.0; ALL * ALL];
    for place in 0..ALL {
        bend[place * ALL + place] = ridge;
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
