//! The real publications of OFAC's list, one after the other, against a book of clients.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use screening::engine::{Engine, List, Settings};
use screening::entry::Entry;
use screening::index::Scratch;
use screening::monitor::{Book, Change, Client, Event, What};

use super::speed::{megabytes, micros, per, percentile};
use super::{Options, data, parties};

const LIST: &str = "sdn";

/// Prints what each publication costs, and whether the hits afterwards are those of screening
/// every client anew.
pub(crate) fn report(options: &Options) -> Result<(), String> {
    let folder = options.data.join("ofac_sdn");
    let base = data::text(&folder.join("sdn_2021-08-18.csv.zst"))?;
    let mut entries: BTreeMap<String, Entry> = parties::sdn(&base).into_iter().collect();
    let clients = parties::book(options)?;
    let start = Instant::now();
    let book = Book::of(clients.clone());
    let built = start.elapsed();
    let mut hits = screened(options, &entries, &clients);
    let deltas = data::text(&folder.join("sdn_deltas_2021-08-18_2024-05-03.jsonl.zst"))?;
    let mut times: Vec<Duration> = Vec::new();
    let (mut names, mut events) = (0, 0);
    let mut scratch = Scratch::default();
    for line in deltas.lines() {
        let delta: serde_json::Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let changed = changed(&delta);
        names += changed.iter().filter(|(_, entry)| entry.is_some()).count();
        let changes = changes(&entries, &changed);
        let start = Instant::now();
        let told = book.events(
            &changes,
            Settings::default().threshold,
            &options.analyzer,
            &mut scratch,
        );
        times.push(start.elapsed());
        events += told.len();
        follow(&mut hits, told);
        publish(&mut entries, changed);
    }
    let mut out = String::new();
    let _ = writeln!(
        out,
        "\n## {} publications against {} clients\n\nindex of the clients: {:.2} s, {:.0} MB",
        times.len(),
        book.len(),
        built.as_secs_f64(),
        megabytes(book.bytes())
    );
    let all: Duration = times.iter().sum();
    let _ = writeln!(
        out,
        "{names} names added or changed, {events} events, {:.2} s in all; {}",
        all.as_secs_f64(),
        spread(&mut times)
    );
    let anew = screened(options, &entries, &clients);
    let _ = writeln!(
        out,
        "{} hits at the end; screening all {} clients anew finds {}: {}",
        hits.len(),
        per(clients.len()),
        anew.len(),
        if anew == hits {
            "the same"
        } else {
            "NOT the same"
        }
    );
    crate::say(&out)
}

/// What a publication changes, entry by entry.
fn changes<'a>(
    entries: &'a BTreeMap<String, Entry>,
    changed: &'a BTreeMap<String, Option<Entry>>,
) -> Vec<Change<'a>> {
    let change = |(id, after): (&'a String, &'a Option<Entry>)| Change {
        list: LIST,
        before: entries.get(id),
        after: after.as_ref(),
    };
    changed.iter().map(change).collect()
}

/// The hits after what a publication made of them.
fn follow(hits: &mut BTreeMap<(String, String), f64>, told: Vec<Event>) {
    for event in told {
        let key = (event.client, event.entry);
        match event.what {
            What::New { score } | What::Changed { score, .. } => hits.insert(key, score),
            What::Withdrawn { .. } => hits.remove(&key),
        };
    }
}

/// The list after a publication.
fn publish(entries: &mut BTreeMap<String, Entry>, changed: BTreeMap<String, Option<Entry>>) {
    for (id, after) in changed {
        match after {
            Some(entry) => entries.insert(id, entry),
            None => entries.remove(&id),
        };
    }
}

/// How long a publication takes, beside the goals.
fn spread(times: &mut [Duration]) -> String {
    let mut at = |share| micros(percentile(times, share)) / 1e3;
    format!(
        "per publication p50 {:.2} ms (goal 1), p99 {:.1}, max {:.1} (goal 40)",
        at(0.5),
        at(0.99),
        at(1.0)
    )
}

/// Rows added, changed and removed, by id.
fn changed(delta: &serde_json::Value) -> BTreeMap<String, Option<Entry>> {
    let mut changed = BTreeMap::new();
    for id in delta["remove"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
    {
        changed.insert(id.to_owned(), None);
    }
    for kind in ["add", "change"] {
        for row in delta[kind].as_array().into_iter().flatten() {
            let fields = row
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(serde_json::Value::as_str);
            let quoted: Vec<String> = fields
                .map(|field| format!("\"{}\"", field.replace('"', "\"\"")))
                .collect();
            for (id, entry) in parties::sdn(&quoted.join(",")) {
                changed.insert(id, Some(entry));
            }
        }
    }
    changed
}

/// The score of every client and entry that hit.
fn screened(
    options: &Options,
    entries: &BTreeMap<String, Entry>,
    clients: &[Client],
) -> BTreeMap<(String, String), f64> {
    let entries: Vec<Entry> = entries.values().cloned().collect();
    let list = List {
        id: LIST,
        entries: &entries,
    };
    let engine = Engine::build(&[list], Arc::clone(&options.analyzer));
    let mut scratch = Scratch::remembering();
    let mut hits = BTreeMap::new();
    for client in clients {
        for found in engine.find(&client.subject, &Settings::default(), &mut scratch) {
            let entry = engine.entry_of(&found).1.to_owned();
            hits.insert((client.id.clone(), entry), found.whole.score);
        }
    }
    hits
}
