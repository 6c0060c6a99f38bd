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
    let full: Vec<(f64, bool)> = pairs
        .iter()
        .zip(&judged)
        .filter(|(pair, _)| pair.kind != "alias")
        .map(|(_, judged)| *judged)
        .collect();
    let alias = pairs
        .iter()
        .zip(&judged)
        .filter(|(pair, _)| pair.kind == "alias");
    let bridged = alias
        .clone()
        .filter(|(_, (score, _))| *score >= pairs::THRESHOLD)
        .count();
    let tally = Tally::of(&full, pairs::THRESHOLD);
    let (best, at) = data::best(&full);
    let mut out = format!(
        "## Whole entities ({} pairs), threshold {}\n\n",
        full.len(),
        pairs::THRESHOLD
    );
    out.push_str("| P | R | F1 | best F1 | alias recall | target F1 |\n| --- | --- | --- | --- | --- | --- |\n");
    let _ = writeln!(
        out,
        "| {:.3} | {:.3} | {:.3} | {best:.3} @{at:.2} | {bridged}/{} | .98 (floor .975) |\n",
        tally.precision(),
        tally.recall(),
        tally.f1(),
        alias.count(),
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
