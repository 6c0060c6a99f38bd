//! `cargo xtask bench screening`: how well names are matched, on labeled sets.
//!
//! Prints the tables of the screening engine's targets: name pairs, whole entities, customers with
//! spoiled names, names across scripts. `--fit` fits the weights anew and prints their table.

mod customers;
mod data;
mod deltas;
mod entities;
mod fit;
mod listed;
mod media;
mod pairs;
mod parties;
mod scripts;
mod speed;

use std::path::PathBuf;
use std::sync::Arc;

use screening::knowledge::Knowledge;
use screening::words::Analyzer;

const USAGE: &str =
    "usage: cargo xtask bench screening [--data FOLDER] [--fit] [--plain] [--wrong] \
    [pairs|entities|customers|scripts|speed|deltas|media ...]

  --data FOLDER  where the lists and labeled sets are (default /work/shared/data)
  --fit          fit the weights on all sets and print the table for weights.rs
  --plain        without reference tables
  --set N=VALUE  another value for one of the numbers of fitting, to try it
  --wrong        print what is judged wrong
";

const DATA: &str = "/work/shared/data";

/// What the command line asks for.
pub(crate) struct Options {
    pub(crate) data: PathBuf,
    pub(crate) wrong: bool,
    pub(crate) analyzer: Arc<Analyzer>,
    pub(crate) tuning: fit::Tuning,
}

/// Prints one part.
type Report = fn(&Options) -> Result<(), String>;

/// Runs the parts that the arguments name; all where they name none.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let mut data = PathBuf::from(DATA);
    let (mut fit, mut plain, mut wrong, mut common) = (false, false, false, false);
    let mut parts = Vec::new();
    let mut tuning = fit::Tuning::default();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--set" => tuning.set(&arguments.next().ok_or(USAGE)?)?,
            "--data" => data = arguments.next().ok_or(USAGE)?.into(),
            "--fit" => fit = true,
            "--plain" => plain = true,
            "--wrong" => wrong = true,
            "--common" => common = true,
            "pairs" | "entities" | "customers" | "scripts" | "speed" | "deltas" | "media" => {
                parts.push(argument);
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    if !data.is_dir() {
        let folder = data.display();
        return Err(format!(
            "there is no folder {folder}: name the data with --data FOLDER"
        ));
    }
    let knowledge = if plain {
        Knowledge::empty()
    } else {
        let tables = data.join("reference");
        Knowledge::load(&tables).map_err(|problem| problem.to_string())?
    };
    let analyzer = Arc::new(Analyzer::new(Arc::new(knowledge)));
    let options = Options {
        data,
        wrong,
        analyzer,
        tuning,
    };
    if common {
        return listed::common_words(&options);
    }
    if fit {
        return fit::run(&options);
    }
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let reports: [(&str, Report); 7] = [
        ("pairs", pairs::report),
        ("entities", entities::report),
        ("scripts", scripts::report),
        ("customers", customers::report),
        ("speed", speed::report),
        ("deltas", deltas::report),
        ("media", media::report),
    ];
    for (part, report) in reports {
        if wanted(part) {
            report(&options)?;
        }
    }
    Ok(())
}
