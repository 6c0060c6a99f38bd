//! How fast the engine screens, how much memory it takes, and whether it finds all.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use screening::comparison;
use screening::engine::{Engine, List, Settings, Subject};
use screening::entry::{Entry, Kind};
use screening::evidence::Evidence;
use screening::index::Scratch;
use screening::words::{Analyzer, Bearer, Name, Pool};

use super::customers::Customer;
use super::{Options, customers, parties};

/// Customers on no list that are screened one by one.
const OTHERS: usize = 1_500;
/// Customers whose hits are compared with those of comparing with every name.
const COMPARED: usize = 150;

/// Prints what screening costs, over the sanctions lists and with politicians.
pub(crate) fn report(options: &Options) -> Result<(), String> {
    let spoiled = customers::spoiled(options)?;
    let others = customers::others(options)?;
    let step = others.len() / OTHERS;
    let sample: Vec<&Customer> = spoiled
        .iter()
        .chain(others.iter().step_by(step.max(1)).take(OTHERS))
        .collect();
    let sanctions = parties::sanctions(options)?;
    let politicians = parties::politicians(options)?;
    for (title, lists) in [
        ("sanctions", vec![("sanctions", &sanctions)]),
        (
            "sanctions and politicians",
            vec![("sanctions", &sanctions), ("peps", &politicians)],
        ),
    ] {
        let lists: Vec<List> = lists
            .iter()
            .map(|(id, entries)| List {
                id,
                entries: entries.as_slice(),
            })
            .collect();
        let before = resident();
        let start = Instant::now();
        let engine = Engine::build(&lists, Arc::clone(&options.analyzer));
        let built = start.elapsed();
        let mut out = String::new();
        let (entries, names) = engine.counts();
        let _ = writeln!(
            out,
            "\n## Speed: {title}, {entries} entries, {names} names\n"
        );
        let _ = writeln!(out, "build {:.2} s (goal 1, floor 2)", built.as_secs_f64());
        let resident = resident().saturating_sub(before);
        let _ = writeln!(
            out,
            "memory {:.0} MB counted, {:.0} MB more resident (goal 80, floor 200 with politicians)",
            megabytes(engine.bytes()),
            megabytes(resident)
        );
        queries(&mut out, &engine, &sample);
        batch(&mut out, &engine, &spoiled, &others);
        recall(&mut out, &engine, &lists, &sample);
        crate::say(&out)?;
    }
    Ok(())
}

fn subject(analyzer: &Analyzer, customer: &Customer, evidence: bool) -> Subject {
    let evidence = if evidence {
        customer.evidence.clone()
    } else {
        Evidence::default()
    };
    Subject::new(analyzer, Bearer::Person, [customer.text.as_str()], evidence)
}

/// One by one, with nothing remembered between them.
fn queries(out: &mut String, engine: &Engine, sample: &[&Customer]) {
    let settings = Settings::default();
    for (title, evidence, told) in [
        ("name only", false, false),
        ("name, born, country, gender", true, false),
        ("the same, with all reasons told", true, true),
    ] {
        let mut scratch = Scratch::default();
        let mut times: Vec<Duration> = Vec::with_capacity(sample.len());
        for _ in 0..2 {
            times.clear();
            for customer in sample {
                let start = Instant::now();
                let subject = subject(engine.analyzer(), customer, evidence);
                let found = engine.find(&subject, &settings, &mut scratch);
                if told {
                    for found in found.iter().take(settings.max_hits) {
                        std::hint::black_box(engine.explain(&subject, found));
                    }
                }
                std::hint::black_box(found);
                times.push(start.elapsed());
            }
        }
        let _ = writeln!(
            out,
            "uncached, {title}: p50 {:.1} us, mean {:.1}, p99 {:.0}, max {:.0} (goal p50 25, p99 250; floor 80, 500)",
            micros(percentile(&mut times, 0.5)),
            micros(times.iter().sum::<Duration>()) / per(times.len()),
            micros(percentile(&mut times, 0.99)),
            micros(percentile(&mut times, 1.0)),
        );
    }
}

/// The whole book, one after the other, with look-ups remembered; and who is found that must be,
/// and who that must not.
fn batch(out: &mut String, engine: &Engine, spoiled: &[Customer], others: &[Customer]) {
    let settings = Settings::default();
    for evidence in [false, true] {
        let mut scratch = Scratch::remembering();
        let mut pool = Pool::default();
        let mut hit = |customers: &[Customer]| {
            let hits = customers.iter().filter(|customer| {
                let name =
                    engine
                        .analyzer()
                        .analyze_into(&mut pool, Bearer::Person, &customer.text);
                let subject = Subject {
                    kind: Bearer::Person,
                    names: vec![name],
                    evidence: if evidence {
                        customer.evidence.clone()
                    } else {
                        Evidence::default()
                    },
                };
                !engine.find(&subject, &settings, &mut scratch).is_empty()
            });
            hits.count()
        };
        let what = if evidence {
            "with evidence"
        } else {
            "name only"
        };
        let start = Instant::now();
        let flagged = hit(others);
        let seconds = start.elapsed().as_secs_f64();
        let found = hit(spoiled);
        let _ = writeln!(
            out,
            "batch of {}, {what}: {:.0} names/s on one core (goal 40,000, floor 25,000)",
            others.len(),
            per(others.len()) / seconds
        );
        let _ = writeln!(
            out,
            "at .7, {what}: found {found} of {} of the UN list ({:.4}), flagged {flagged} of {} others ({:.3} %)",
            spoiled.len(),
            per(found) / per(spoiled.len()),
            others.len(),
            100.0 * per(flagged) / per(others.len()),
        );
    }
}

/// Whether comparing with every name finds more.
fn recall(out: &mut String, engine: &Engine, lists: &[List], sample: &[&Customer]) {
    let entries: Vec<&Entry> = lists.iter().flat_map(|list| list.entries).collect();
    let mut pool = Pool::default();
    let analyzer = engine.analyzer();
    let persons: Vec<(Vec<Name>, Evidence)> = entries
        .iter()
        .filter(|entry| matches!(entry.kind, Kind::Person | Kind::Unknown))
        .map(|entry| {
            let texts = entry.names.iter().map(|name| name.text.as_str());
            let names = texts.map(|text| analyzer.analyze_into(&mut pool, Bearer::Person, text));
            (names.collect(), Evidence::of(entry))
        })
        .collect();
    let settings = Settings::default();
    let (mut all, mut found) = (0, 0);
    let mut scratch = Scratch::default();
    for (at, customer) in sample.iter().step_by(sample.len() / COMPARED).enumerate() {
        let subject = subject(analyzer, customer, at % 2 == 0);
        let asked = (&subject.names[0], &subject.evidence);
        let hits = persons.iter().filter(|(names, evidence)| {
            names.iter().any(|name| {
                !name.tokens.is_empty()
                    && comparison::compare(asked, (name, evidence)).score >= settings.threshold
            })
        });
        all += hits.count();
        found += engine.find(&subject, &settings, &mut scratch).len();
    }
    let _ = writeln!(
        out,
        "hits of {COMPARED} customers: {all} by comparing with every name, {found} by the index (goal: the same)"
    );
}

pub(crate) fn percentile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place"
    )]
    let at = (per(times.len()) * share) as usize;
    times
        .get(at.min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub(crate) fn per(count: usize) -> f64 {
    count as f64
}

pub(crate) fn megabytes(bytes: usize) -> f64 {
    per(bytes) / 1e6
}

/// Bytes of this process in memory.
pub(crate) fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}
