//! Whole entities with a label: names, dates of birth and countries of the UK list against the UN
//! list, the truth being the UN reference that the UK list prints.

use std::fmt::Write as _;

use screening::comparison::{Comparison, compare_names, term_values, with_evidence};
use screening::evidence::Evidence;
use screening::terms::Values;
use screening::words::{Bearer, Name};
use serde_json::Value;

use super::data::{self, Tally};
use super::{Options, pairs};

/// One labeled pair of entities.
pub(crate) struct Pair {
    pub(crate) bearer: Bearer,
    pub(crate) left: Side,
    pub(crate) right: Side,
    pub(crate) is_match: bool,
    pub(crate) kind: String,
}

/// What one list says of a party.
pub(crate) struct Side {
    pub(crate) id: String,
    pub(crate) names: Vec<Name>,
    pub(crate) evidence: Evidence,
}

/// Reads the labeled entities.
pub(crate) fn read(options: &Options) -> Result<Vec<Pair>, String> {
    let folder = options.data.join("entity_pairs");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    let mut pairs = Vec::new();
    for file in files {
        for line in data::text(&file)?
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            let value: Value = serde_json::from_str(line)
                .map_err(|error| format!("{}: {error}", file.display()))?;
            pairs.push(Pair {
                bearer: pairs::bearer(value["left"]["schema"].as_str().unwrap_or_default()),
                left: side(options, &value["left"]),
                right: side(options, &value["right"]),
                is_match: value["is_match"].as_bool().unwrap_or_default(),
                kind: value["kind"].as_str().unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(pairs)
}

fn side(options: &Options, value: &Value) -> Side {
    let bearer = pairs::bearer(value["schema"].as_str().unwrap_or_default());
    let texts = |field: &str| {
        let values = value[field].as_array().into_iter().flatten();
        values
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .into_iter()
    };
    Side {
        id: value["id"].as_str().unwrap_or_default().to_owned(),
        names: texts("names")
            .map(|name| options.analyzer.analyze(bearer, name))
            .collect(),
        evidence: data::evidence(texts("dob"), texts("country"), value["gender"].as_str()),
    }
}

/// Which labels contradict the names: the UK list prints the references of other entries in some
/// remarks, and the set takes those for the entry's own.
///
/// A pair labeled as one party's is doubted where its sides share no name, letter for letter, but
/// the left one shares one with another party of the set; the pair with that other is doubted too.
pub(crate) fn doubted(pairs: &[Pair]) -> Vec<bool> {
    let same = |pair: &Pair| {
        pair.left.names.iter().any(|one| {
            let text = |name: &Name| -> Vec<String> {
                name.tokens
                    .iter()
                    .map(|token| token.word.text.to_string())
                    .collect()
            };
            pair.right
                .names
                .iter()
                .any(|other| text(one) == text(other))
        })
    };
    let mut doubted = vec![false; pairs.len()];
    for (at, pair) in pairs.iter().enumerate() {
        if !pair.is_match || same(pair) {
            continue;
        }
        for (other, second) in pairs.iter().enumerate() {
            if second.left.id == pair.left.id && !second.is_match && same(second) {
                doubted[at] = true;
                doubted[other] = true;
            }
        }
    }
    doubted
}

impl Pair {
    /// The best of all pairs of names, with the evidence.
    pub(crate) fn compare(&self) -> Comparison {
        let mut best = f64::NEG_INFINITY;
        for one in &self.left.names {
            for other in &self.right.names {
                best = best.max(compare_names(one, other).log_odds);
            }
        }
        let names = Comparison {
            log_odds: best,
            score: 0.0,
        };
        with_evidence(names, &self.left.evidence, &self.right.evidence)
    }

    /// The values of the terms for every pair of names.
    pub(crate) fn values(&self) -> Vec<Values> {
        let all = self.left.names.iter();
        all.flat_map(|one| {
            self.right
                .names
                .iter()
                .map(move |other| term_values(one, other))
        })
        .collect()
    }
}

/// Prints how well whole entities are told apart.
pub(crate) fn report(options: &Options) -> Result<(), String> {
    let pairs = read(options)?;
    let judged: Vec<(f64, bool)> = pairs
        .iter()
        .map(|pair| (pair.compare().score, pair.is_match))
        .collect();
    let doubted = doubted(&pairs);
    let rows = || pairs.iter().zip(&doubted).zip(&judged);
    let full = rows().filter(|((pair, _), _)| pair.kind != "alias");
    let trusted = full.clone().filter(|((_, doubted), _)| !**doubted);
    let alias = rows().filter(|((pair, doubted), _)| pair.kind == "alias" && !**doubted);
    let bridged = alias
        .clone()
        .filter(|(_, (score, _))| *score >= pairs::THRESHOLD)
        .count();
    let mut out = format!("## Whole entities, threshold {}\n\n", pairs::THRESHOLD);
    out.push_str(
        "| pairs | P | R | F1 | best F1 | target F1 |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    row(
        &mut out,
        "all",
        &full.map(|(_, judged)| *judged).collect::<Vec<_>>(),
    );
    row(
        &mut out,
        "without doubted labels",
        &trusted.map(|(_, judged)| *judged).collect::<Vec<_>>(),
    );
    let _ = writeln!(
        out,
        "\nFound by an alias alone (without doubted labels): {bridged}/{}\n",
        alias.count()
    );
    if options.wrong {
        for (pair, (score, label)) in pairs.iter().zip(&judged) {
            if (*score >= pairs::THRESHOLD) != *label {
                let kind = &pair.kind;
                let _ = writeln!(
                    out,
                    "{score:.2} {label} {kind} {} {}",
                    pair.left.id, pair.right.id
                );
            }
        }
    }
    crate::say(&out)
}

fn row(out: &mut String, name: &str, judged: &[(f64, bool)]) {
    let tally = Tally::of(judged, pairs::THRESHOLD);
    let (best, at) = data::best(judged);
    let _ = writeln!(
        out,
        "| {name}: {} | {:.3} | {:.3} | {:.3} | {best:.3} @{at:.2} | .98 (floor .975) |",
        judged.len(),
        tally.precision(),
        tally.recall(),
        tally.f1(),
    );
}
