//! Pairs of names with a label: one party's or not.

use std::fmt::Write as _;

use screening::comparison::{compare_names, term_values};
use screening::terms::Values;
use screening::words::{Bearer, Name};

use super::data::{self, Tally};
use super::{Options, fit};

/// One labeled pair.
pub(crate) struct Pair {
    pub(crate) one: String,
    pub(crate) other: String,
    pub(crate) bearer: Bearer,
    pub(crate) is_match: bool,
    pub(crate) quality: String,
    pub(crate) names: (Name, Name),
    pub(crate) values: Values,
}

/// The threshold that the authors of the set use.
pub(crate) const THRESHOLD: f64 = 0.7;

/// Who bears names of a schema of the labeled sets.
pub(crate) fn bearer(schema: &str) -> Bearer {
    if schema == "Person" {
        Bearer::Person
    } else {
        Bearer::Organization
    }
}

/// Reads the labeled pairs.
pub(crate) fn read(options: &Options) -> Result<Vec<Pair>, String> {
    let folder = options.data.join("name_pairs");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().contains("cases"))
        .collect();
    files.sort();
    let mut pairs = Vec::new();
    for file in files {
        for row in data::rows(&data::text(&file)?, true) {
            let [_, schema, one, other, label, quality, ..] = row.as_slice() else {
                continue;
            };
            let bearer = bearer(schema);
            let analyze = |text: &str| options.analyzer.analyze(bearer, text);
            let names = (analyze(one), analyze(other));
            pairs.push(Pair {
                one: one.clone(),
                other: other.clone(),
                bearer,
                is_match: label == "true",
                quality: quality.clone(),
                values: term_values(&names.0, &names.1),
                names,
            });
        }
    }
    Ok(pairs)
}

/// Prints how the weights of the crate do on the pairs, and what group-wise cross-validation says
/// that weights fitted the same way do on pairs that they have not seen.
pub(crate) fn report(options: &Options) -> Result<(), String> {
    let pairs = read(options)?;
    let judged: Vec<(f64, bool)> = pairs
        .iter()
        .map(|pair| {
            (
                compare_names(&pair.names.0, &pair.names.1).score,
                pair.is_match,
            )
        })
        .collect();
    let crossed = fit::cross_validate(options, &pairs)?;
    let mut out = format!("## Name pairs ({}), threshold {THRESHOLD}\n\n", pairs.len());
    out.push_str(
        "| weights | P | R | F1 | best F1 | target |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    row(&mut out, "of the crate (fitted on these)", &judged);
    row(
        &mut out,
        "fitted anew, group-wise cross-validation",
        &crossed,
    );
    let strong = |judged: &[(f64, bool)]| {
        let missed = pairs.iter().zip(judged).filter(|(pair, (score, label))| {
            pair.quality == "STRONG" && (*score >= THRESHOLD) != *label
        });
        missed.count()
    };
    let _ = writeln!(
        out,
        "\nSTRONG pairs judged wrong: {} (target 0)\n",
        strong(&judged)
    );
    speed(&mut out, options, &pairs);
    if options.wrong {
        wrong(&mut out, &pairs, &crossed);
    }
    crate::say(&out)
}

/// How often the pairs are compared for the clock.
const ROUNDS: u32 = 100;

/// Prints what analyzing a name and comparing two analyzed ones take, on one thread.
fn speed(out: &mut String, options: &Options, pairs: &[Pair]) {
    let count = f64::from(ROUNDS) * f64::from(u32::try_from(pairs.len()).unwrap_or(1));
    let clock = std::time::Instant::now();
    let mut sum = 0.0;
    for _ in 0..ROUNDS {
        for pair in pairs {
            sum += compare_names(&pair.names.0, &pair.names.1).log_odds;
        }
    }
    let compare = clock.elapsed().as_secs_f64() * 1e6 / count;
    let clock = std::time::Instant::now();
    let mut tokens = 0;
    for _ in 0..ROUNDS {
        for pair in pairs {
            tokens += options
                .analyzer
                .analyze(pair.bearer, &pair.one)
                .tokens
                .len();
        }
    }
    let analyze = clock.elapsed().as_secs_f64() * 1e6 / count;
    let _ = writeln!(
        out,
        "comparing {compare:.2} us, analyzing a name {analyze:.2} us\n"
    );
    let _ = std::hint::black_box((sum, tokens));
}

fn row(out: &mut String, name: &str, judged: &[(f64, bool)]) {
    let tally = Tally::of(judged, THRESHOLD);
    let (best, at) = data::best(judged);
    let _ = writeln!(
        out,
        "| {name} | {:.3} | {:.3} | {:.3} | {best:.3} @{at:.2} | .85 (floor .82) |",
        tally.precision(),
        tally.recall(),
        tally.f1(),
    );
}

fn wrong(out: &mut String, pairs: &[Pair], judged: &[(f64, bool)]) {
    for (pair, (score, label)) in pairs.iter().zip(judged) {
        if (*score >= THRESHOLD) != *label {
            let quality = &pair.quality;
            let _ = writeln!(
                out,
                "{score:.2} {label} {quality} | {} | {}",
                pair.one, pair.other
            );
        }
    }
}
