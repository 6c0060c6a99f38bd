//! Two runs of one book into one account at the same instant, from two state folders, under two API
//! keys.

use std::fs;
use std::process::Child;
use std::time::Duration;

use serde_json::{Value, json};

use crate::binary::run;
use crate::delta;
use crate::runners::started;
use crate::verify::Migrated;

/// Until a run that waits has looked whether anybody of its book is there.
const LOOKED: Duration = Duration::from_secs(3);

#[test]
fn two_runs_of_one_book_at_one_instant_make_nothing_twice() {
    let book = delta::book("doubled-two");
    let place = Migrated::new("doubled-two", &book, &book.join("mapping.yaml"));
    let body = json!({"name": "second runner", "environment": "demo"}).to_string();
    let issued = place.server().ask("POST", "/admin/keys", &place.key, &body);
    let second = issued.body["key"].as_str().unwrap().to_owned();
    let (url, mapping) = (
        format!("http://{}", place.server().address),
        place.mapping.to_str().unwrap().to_owned(),
    );
    let states = [
        ("state", place.key.as_str()),
        ("other-state", second.as_str()),
    ];
    let states = states.map(|(name, key)| (place.data.join(name), key));
    let runs: Vec<Child> = states
        .iter()
        .map(|(state, key)| {
            fs::create_dir(state).unwrap();
            let state = state.to_str().unwrap();
            assert_eq!(run(&["migrate", "pause", "--state", state]).code, 0);
            let book = ["--source", book.to_str().unwrap(), "--mapping", &mapping];
            let place = ["--url", &url, "--key", key, "--state", state];
            started(&[&["migrate", "run"], &book[..], &place].concat(), "paused")
        })
        .collect();
    std::thread::sleep(LOOKED);
    for (state, _) in &states {
        let resumed = run(&["migrate", "resume", "--state", state.to_str().unwrap()]);
        assert_eq!(resumed.code, 0, "{}", resumed.talk);
    }
    let ended: Vec<Option<i32>> = runs
        .into_iter()
        .map(|mut run| run.wait().unwrap().code())
        .collect();
    assert_eq!(ended, [Some(0), Some(0)]);
    // Four people, a company, and one whom it names inline.
    assert_eq!(place.profiles_count(), 6);
    assert_eq!(place.notes("1").len(), 3);
    let results = |at: usize| {
        let file = states[at].0.join("results/people.csv");
        let text = fs::read_to_string(file).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows = reader.records().map(|row| row.unwrap()[5].to_owned());
        rows.collect::<Vec<_>>()
    };
    assert_eq!(results(0), results(1));
    has_nothing_twice(&place);
    let (report, verified) = place.verify();
    assert_eq!(verified.code, 0, "{:#}", report["differences"]);
}

/// Whether clients have each of their applications, documents and images once.
fn has_nothing_twice(place: &Migrated) {
    for (file, reference) in [
        ("people.csv", "1"),
        ("people.csv", "2"),
        ("companies.csv", "C"),
    ] {
        let profile = place.profile(file, reference);
        let profile = place.ask("GET", &format!("/profiles/{profile}"), &Value::Null);
        let count = |list: &Value| list.as_array().map_or(0, Vec::len);
        let mut products: Vec<&str> = profile["applications"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["product"]["alias"].as_str().unwrap())
            .collect();
        assert!(products.contains(&"current_account"), "{products:?}");
        // Whom a company lists has an application as such.
        let all = products.len();
        products.sort_unstable();
        products.dedup();
        assert_eq!(products.len(), all, "{products:?}");
        let images = usize::from(file == "people.csv");
        assert_eq!(count(&profile["document_images"]), images, "{reference}");
        let documents = &profile["collected_data"]["documents"];
        assert_eq!(count(documents), images, "{reference}");
    }
}
