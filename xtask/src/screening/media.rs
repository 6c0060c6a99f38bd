//! Parties of enforcement releases, found in their texts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use screening::index::{Index, Scratch};
use screening::media::{self, Document, Fingerprint, Reports, Wanted};
use screening::monitor::Book;
use screening::words::{Bearer, Name};

use super::speed::{micros, per, percentile};
use super::{Options, data, parties};

/// A release, and the parties that it names.
struct Release {
    document: Document,
    parties: Vec<String>,
}

/// The score from which on a name in a text is taken for a party's.
const THRESHOLD: f64 = 0.7;

/// Prints how many of the penalized parties are found in the releases about them.
pub(crate) fn report(options: &Options) -> Result<(), String> {
    let releases = releases(options)?;
    let mut out = String::new();
    let _ = writeln!(out, "\n## Adverse media: {} releases\n", releases.len());
    one_by_one(&mut out, options, &releases);
    all_at_once(&mut out, options, &releases);
    against_book(&mut out, options, &releases)?;
    copies(&mut out, &releases);
    crate::say(&out)
}

fn releases(options: &Options) -> Result<Vec<Release>, String> {
    let folder = options.data.join("adverse_media");
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for line in data::text(&folder.join("ofac_penalties.jsonl"))?.lines() {
        let value: serde_json::Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        if let (Some(id), Some(name)) = (value["id"].as_str(), value["name"].as_str()) {
            names.insert(id.to_owned(), name.to_owned());
        }
    }
    let text = data::text(&folder.join("ofac_enforcement_releases.jsonl.zst"))?;
    let mut releases = Vec::new();
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let field = |key: &str| value[key].as_str().unwrap_or("").to_owned();
        let ids = field("penalty_ids");
        let parties: BTreeSet<String> = ids
            .split(',')
            .filter_map(|id| names.get(id.trim()).cloned())
            .collect();
        releases.push(Release {
            document: Document {
                id: field("url"),
                text: field("text"),
                source: "OFAC".to_owned(),
                link: Some(field("url")),
                ..Document::default()
            },
            parties: parties
                .into_iter()
                .filter(|party| is_named(party))
                .collect(),
        });
    }
    Ok(releases)
}

/// Parties that the table does not name ("An individual").
fn is_named(party: &str) -> bool {
    let lower = party.to_lowercase();
    ![
        "individual",
        "unnamed",
        "undisclosed",
        "entity",
        "company",
        "person",
    ]
    .iter()
    .any(|word| {
        lower == *word
            || lower.starts_with(&format!("an {word}"))
            || lower.starts_with(&format!("one {word}"))
            || lower.starts_with(&format!("{word}s"))
            || lower.starts_with(&format!("a {word}"))
    })
}

fn analyzed(options: &Options, party: &str) -> Name {
    options.analyzer.analyze(Bearer::Organization, party)
}

fn one_by_one(out: &mut String, options: &Options, releases: &[Release]) {
    let (mut all, mut found, mut told) = (0, 0, 0);
    let mut missed = Vec::new();
    let mut scratch = Scratch::default();
    for release in releases {
        for party in &release.parties {
            let name = analyzed(options, party);
            let index = Index::of([(0, &name)].into_iter());
            let wanted = Wanted {
                kind: Bearer::Organization,
                names: &index,
            };
            let mentions = media::mentions(
                &release.document,
                &[wanted],
                THRESHOLD,
                &options.analyzer,
                &mut scratch,
            );
            all += 1;
            found += usize::from(!mentions.is_empty());
            told += usize::from(
                mentions
                    .iter()
                    .any(|mention| !mention.categories.is_empty()),
            );
            if mentions.is_empty() {
                missed.push(party.as_str());
            }
        }
    }
    let _ = writeln!(
        out,
        "party after party: {found} of {all} found in their releases ({:.3}); {told} with a category",
        per(found) / per(all).max(1.0)
    );
    if options.wrong {
        for party in missed {
            let _ = writeln!(out, "  missed: {party}");
        }
    }
}

fn all_at_once(out: &mut String, options: &Options, releases: &[Release]) {
    let parties: BTreeSet<&String> = releases
        .iter()
        .flat_map(|release| &release.parties)
        .collect();
    let parties: Vec<&String> = parties.into_iter().collect();
    let names: Vec<Name> = parties
        .iter()
        .map(|party| analyzed(options, party))
        .collect();
    let index = Index::of((0..).zip(&names));
    let mut scratch = Scratch::remembering();
    let (mut all, mut found, mut others) = (0, 0, 0);
    let mut times: Vec<Duration> = Vec::new();
    for release in releases {
        let wanted = Wanted {
            kind: Bearer::Organization,
            names: &index,
        };
        let start = Instant::now();
        let mentions = media::mentions(
            &release.document,
            &[wanted],
            THRESHOLD,
            &options.analyzer,
            &mut scratch,
        );
        times.push(start.elapsed());
        let of = |owner: u32| parties[owner as usize];
        let named: BTreeSet<&String> = mentions.iter().map(|mention| of(mention.owner)).collect();
        all += release.parties.len();
        found += release
            .parties
            .iter()
            .filter(|party| named.contains(party))
            .count();
        others += named
            .iter()
            .filter(|party| !release.parties.contains(party))
            .count();
    }
    let _ = writeln!(
        out,
        "all {} parties at once: {found} of {all} found ({:.3}), {others} parties of other releases found as well; {:.1} ms a release at p50, {:.0} at most",
        parties.len(),
        per(found) / per(all).max(1.0),
        micros(percentile(&mut times, 0.5)) / 1e3,
        micros(percentile(&mut times, 1.0)) / 1e3,
    );
}

fn against_book(out: &mut String, options: &Options, releases: &[Release]) -> Result<(), String> {
    let book = Book::of(parties::book(options)?);
    let mut scratch = Scratch::remembering();
    let mut times: Vec<Duration> = Vec::new();
    let mut mentions = 0;
    for release in releases {
        let start = Instant::now();
        mentions += book
            .mentions(
                &release.document,
                THRESHOLD,
                &options.analyzer,
                &mut scratch,
            )
            .len();
        times.push(start.elapsed());
    }
    let _ = writeln!(
        out,
        "each release against {} clients: {:.1} ms at p50, {:.0} at most; {mentions} clients named",
        book.len(),
        micros(percentile(&mut times, 0.5)) / 1e3,
        micros(percentile(&mut times, 1.0)) / 1e3,
    );
    Ok(())
}

fn copies(out: &mut String, releases: &[Release]) {
    let mut reports = Reports::default();
    let copies = releases
        .iter()
        .filter(|release| {
            reports
                .add(Fingerprint::of(&release.document.text))
                .is_some()
        })
        .count();
    let _ = writeln!(out, "{copies} releases are copies of others");
}
