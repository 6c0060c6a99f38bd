//! `cargo xtask fuzz`: changes the samples of lists at random and reads them, looking for what
//! panics or takes long. The samples are those of the tests; nothing is learned from a run but what
//! it prints.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ::screening::lists::{self, Format, Hints, Part};
use ::screening::snapshot::{Load, Snapshot};
use sha2::{Digest as _, Sha256};

const USAGE: &str = "usage: cargo xtask fuzz [--seconds N] [--target T] [--seed S]

  --seconds N  for each target (10)
  --target T   one only: the word of a format, changes or snapshot
  --seed S     another run (1)
";

/// Inputs grow no larger than this.
const INPUT_BYTES_MAX: usize = 64 << 10;
/// An input that takes longer is kept as a find.
const SLOW: Duration = Duration::from_secs(2);
/// So many finds of a target are written down.
const FINDS_MAX: usize = 10;

/// What is done with each input.
type Run = fn(Option<Format>, &[u8]);

struct Target {
    name: String,
    format: Option<Format>,
    seeds: Vec<Vec<u8>>,
    run: Run,
}

struct Settings {
    seconds: u64,
    target: Option<String>,
    seed: u64,
}

pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let settings = settings(arguments)?;
    let targets = targets()?;
    let wanted = |target: &&Target| {
        settings
            .target
            .as_ref()
            .is_none_or(|name| *name == target.name)
    };
    let chosen: Vec<&Target> = targets.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = targets.iter().map(|target| &*target.name).collect();
        return Err(format!(
            "there is no such target; there are {}",
            names.join(", ")
        ));
    }
    // Every panic is caught and told in the table.
    std::panic::set_hook(Box::new(|_| {}));
    let mut table = format!(
        "{:<16} {:>11} {:>12} {:>8} {:>6}\n",
        "target", "executions", "per second", "slowest", "finds"
    );
    let mut finds = Vec::new();
    for target in chosen {
        let found = fuzz(target, &settings);
        let _ = writeln!(
            table,
            "{:<16} {:>11} {:>12} {:>6}ms {:>6}",
            target.name,
            found.executions,
            found.executions / settings.seconds.max(1),
            found.slowest.as_millis(),
            found.finds.len()
        );
        finds.extend(found.finds);
    }
    let _ = std::panic::take_hook();
    crate::say(&table)?;
    if finds.is_empty() {
        return Ok(());
    }
    let finds: Vec<String> = finds
        .iter()
        .map(|find| find.display().to_string())
        .collect();
    Err(format!(
        "inputs that panicked or were slow:\n{}",
        finds.join("\n")
    ))
}

fn settings(mut arguments: impl Iterator<Item = String>) -> Result<Settings, String> {
    let mut settings = Settings {
        seconds: 10,
        target: None,
        seed: 1,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        let number = |text: String| text.parse().map_err(|_| format!("{text:?} is no number"));
        match argument.as_str() {
            "--seconds" => settings.seconds = number(value()?)?,
            "--seed" => settings.seed = number(value()?)?,
            "--target" => settings.target = Some(value()?),
            "--help" => return Err(USAGE.to_owned()),
            other => return Err(format!("there is no option {other:?}\n\n{USAGE}")),
        }
    }
    Ok(settings)
}

/// A target for each format, its seeds the samples that are found to have it.
fn targets() -> Result<Vec<Target>, String> {
    let mut seeds: BTreeMap<Format, Vec<Vec<u8>>> = BTreeMap::new();
    let mut snapshots = Vec::new();
    for bytes in samples()? {
        let parts = vec![Part::new("sample", &bytes[..])];
        // What is no list says how one is read.
        if let Ok(found) = lists::read(parts, &Hints::default()) {
            seeds.entry(found.format).or_default().push(bytes);
            let load = Load {
                source: "sample".to_owned(),
                loaded_at: jiff::Timestamp::UNIX_EPOCH,
            };
            let form = Snapshot::unchecked(found, load).encode();
            snapshots.push(form.map_err(|error| error.to_string())?);
        }
    }
    let changes = seeds
        .get(&Format::FollowTheMoney)
        .cloned()
        .unwrap_or_default();
    let target = |name: &str, format, seeds, run| Target {
        name: name.to_owned(),
        format,
        seeds,
        run,
    };
    let mut targets: Vec<Target> = Vec::new();
    for (format, seeds) in seeds {
        targets.push(target(&format.to_string(), Some(format), seeds, read_list));
    }
    targets.push(target("changes", None, changes, read_changes));
    targets.push(target("snapshot", None, snapshots, read_snapshot));
    Ok(targets)
}

fn samples() -> Result<Vec<Vec<u8>>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/screening/tests/samples");
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(wrong)? {
        files.push(entry.map_err(wrong)?.path());
    }
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).map_err(wrong))
        .collect()
}

/// Reads an input as what it was made from, and as what it looks like now.
fn read_list(format: Option<Format>, input: &[u8]) {
    for format in [format, None] {
        let hints = Hints {
            format,
            ..Hints::default()
        };
        let _ = lists::read(vec![Part::new("input", input)], &hints);
    }
}

fn read_changes(_: Option<Format>, input: &[u8]) {
    let _ = lists::operations(Part::new("input", input), &Hints::default());
}

fn read_snapshot(_: Option<Format>, input: &[u8]) {
    let _ = Snapshot::decode(&sealed(input));
}

/// A changed snapshot with the length and digest that it should have, so that what they protect is
/// reached.
fn sealed(input: &[u8]) -> Vec<u8> {
    let mut sealed = input.to_vec();
    if let Some((front, body)) = sealed.split_at_mut_checked(50) {
        front[10..18].copy_from_slice(&(body.len() as u64).to_le_bytes());
        front[18..].copy_from_slice(&Sha256::digest(&*body));
    }
    sealed
}

#[derive(Default)]
struct Found {
    executions: u64,
    slowest: Duration,
    finds: Vec<PathBuf>,
}

fn fuzz(target: &Target, settings: &Settings) -> Found {
    let mut chance = Chance(settings.seed);
    let mut found = Found::default();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(settings.seconds) && found.finds.len() < FINDS_MAX {
        let Some(seed) = target.seeds.get(chance.below(target.seeds.len())) else {
            break;
        };
        let input = changed(&mut chance, seed, &target.seeds);
        let began = Instant::now();
        let done = std::panic::catch_unwind(|| (target.run)(target.format, &input));
        let took = began.elapsed();
        found.executions += 1;
        found.slowest = found.slowest.max(took);
        if done.is_err() || took > SLOW {
            found
                .finds
                .push(kept(&target.name, found.finds.len(), &input));
        }
    }
    found
}

/// Writes an input down and says where.
fn kept(target: &str, number: usize, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fuzz");
    let path = folder.join(format!("{target}-{number}"));
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, input));
    if written.is_err() {
        return PathBuf::from(format!("{} (could not be written)", path.display()));
    }
    path
}

/// Pieces that mean something to one parser or another.
const PIECES: &[&str] = &[
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "\u{1a}",
    "-0- ",
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#x41;",
    "&#0;",
    "&x;",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "{",
    "}",
    "[",
    "]",
    "null",
    "1e999",
    "\\u0000",
    "\\ud800",
    "00/00/0000",
    "31/02/1960",
    "circa ",
    "1) ",
    "2) ",
    "(a) ",
    "(b) ",
    " to ",
    " or ",
    "9999999999999",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "محمد",
    "金",
    "\u{301}\u{301}\u{301}",
    "İ",
    "ﬃ",
    "𝔄",
];

fn changed(chance: &mut Chance, seed: &[u8], seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut input = seed.to_vec();
    for _ in 0..=chance.below(12) {
        let start = chance.below(input.len() + 1);
        let end = (start + chance.below(64)).min(input.len());
        match chance.below(7) {
            0 => drop(input.drain(start..end)),
            1 => input.truncate(start),
            2 => {
                let times = 1 + chance.below(40);
                let piece = input[start..end].repeat(times);
                input.splice(start..end, piece);
            }
            3 => {
                let piece = PIECES[chance.below(PIECES.len())].repeat(1 + chance.below(3));
                input.splice(start..end.min(start + 1), piece.into_bytes());
            }
            4 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                let until = (from + chance.below(400)).min(other.len());
                input.splice(start..end, other[from..until].iter().copied());
            }
            _ => {
                for byte in &mut input[start..end.min(start + 3)] {
                    *byte = chance.byte();
                }
            }
        }
        input.truncate(INPUT_BYTES_MAX);
    }
    input
}

/// Numbers that look random and are the same in each run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below the bound, or 0.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 32).unwrap_or_default() % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}
