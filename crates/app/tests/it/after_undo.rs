//! What is said and done of a state that was taken back.

use std::fs;

use serde_json::Value;

use crate::binary::run;
use crate::delta;

/// What an undo of the demo policy needs.
const YES: [&str; 3] = ["--yes", "--reason", "identity_not_verified"];

#[test]
fn nobody_of_a_run_that_was_taken_back_is_monitored_and_all_may_come_over_anew() {
    let mut migrated = delta::new("after-undo");
    let monitored = |report: &Value| report["totals"]["customers_monitored"].clone();
    let (report, _) = migrated.verify();
    assert_eq!(monitored(&report), 5, "{}", report["totals"]);
    let done = migrated.of_run("undo", &YES);
    assert_eq!(done.code, 0, "{}{}", done.data, done.talk);
    let (report, _) = migrated.verify();
    assert_eq!(monitored(&report), 0, "{}", report["totals"]);

    // What a run would do is refuse, whatever the rows say.
    let watched = migrated.migrate("watch", &[]);
    assert_eq!(watched.code, 1, "{}{}", watched.data, watched.talk);
    let told = "6 profiles of this state were taken back: a run refuses to send anything";
    assert!(watched.data.contains(told), "{}", watched.data);

    // From another state they come over anew, without --again.
    let other = migrated.data.join("other-state");
    let url = format!("http://{}", migrated.server().address);
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let anew = [
        "migrate",
        "run",
        "--url",
        &url,
        "--key",
        &migrated.key,
        "--source",
        &text(&migrated.book),
        "--mapping",
        &text(&migrated.mapping),
        "--state",
        &text(&other),
    ];
    let anew = run(&anew);
    assert_eq!(anew.code, 0, "{}{}", anew.data, anew.talk);
    let report = fs::read_to_string(other.join("results/report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(monitored(&report), 5, "{}", report["totals"]);
    assert_eq!(report["totals"]["clients_made_again"], 0);
    drop(migrated.server.take());
}

#[test]
fn what_cannot_be_is_said_by_what_is_wrong() {
    let folder = crate::binary::folder("said-by-what-is-wrong");
    let book = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let mapping = book.join("mapping.yaml");
    let (book, mapping) = (book.to_str().unwrap(), mapping.to_str().unwrap());
    let state = folder.join("state");
    let state = state.to_str().unwrap();
    let place = ["--source", book, "--mapping", mapping, "--state", state];
    let said = |command: &str, more: &[&str], parts: &[&str]| {
        let found = run(&[&["migrate", command], &place[..], more].concat());
        assert_eq!(found.code, 2, "{}", found.talk);
        for part in parts {
            assert!(found.talk.contains(part), "{part}: {}", found.talk);
        }
    };
    let url = ["--url", "http://127.0.0.1:1"];
    let with = |more: [&'static str; 2]| [url, more].concat();
    said(
        "run",
        &with(["--key", " "]),
        &["the API key is empty in --key", "--key-file"],
    );
    let mended = [&with(["--key", "k"])[..], &["--mended", "nosuch=r2.csv"]].concat();
    said(
        "run",
        &mended,
        &["no source is called nosuch", "the mapping has "],
    );
    let file = folder.join("nowhere/m.yaml");
    let init = [
        "migrate",
        "init",
        "--source",
        book,
        "-o",
        file.to_str().unwrap(),
    ];
    let written = run(&init);
    assert_eq!(written.code, 2, "{}", written.talk);
    assert!(
        written.talk.contains("there is no folder"),
        "{}",
        written.talk
    );
}
