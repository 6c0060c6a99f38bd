//! What `usher migrate verify` and the report of a run claim is what they looked at.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::delta;
use crate::proxy::{Proxy, Trouble};
use crate::verify::Migrated;

#[test]
fn a_tag_taken_from_a_person_named_inline_is_named() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let book = Migrated::new("verify-inline-tag", &folder, &folder.join("mapping.yaml"));
    let run = book.migrate("run", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    let path = "/profiles?limit=200";
    let found = book.ask("GET", path, &Value::Null);
    let people = found["results"].as_array().unwrap().iter();
    let called = |one: &&Value| {
        let name = &one["collected_data"]["personal_details"]["name"];
        name["given_names"] == json!(["Lavinia"]) && name["family_name"] == "Pennywhistle"
    };
    let person = people.clone().find(called).unwrap()["id"].clone();
    let path = format!("/profiles/{}", person.as_str().unwrap());
    let profile = book.ask("GET", &path, &Value::Null);
    let tags = profile["tags"].as_array().unwrap().iter();
    let tag = tags.clone().find(|tag| tag["name"] == "migrated").unwrap();
    let path = format!("{path}/tags/{}", tag["id"].as_str().unwrap());
    let (report, clean) = book.verify();
    assert_eq!(clean.code, 0, "{report}");
    let removed = book
        .server()
        .ask("DELETE", &format!("/4.0{path}"), &book.key, "");
    assert!((200..300).contains(&removed.status), "{removed:?}");
    let (report, run) = book.verify();
    assert_eq!(run.code, 1, "{}", run.talk);
    let differences = report["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 1, "{report}");
    assert_eq!(differences[0]["what"], "tags");
    assert_eq!(differences[0]["expected"], "migrated");
    assert_eq!(differences[0]["profile_id"], person);
}

#[test]
fn a_report_claims_no_more_than_was_looked_at() {
    let book = delta::new("verify-claims");
    let page = |file: &str| fs::read_to_string(book.data.join(file)).unwrap();
    let of_run = page("state/results/report.html");
    assert!(
        of_run.contains("is on the server as it was sent."),
        "{of_run}"
    );
    assert!(
        of_run.contains("What others added was not looked for"),
        "{of_run}"
    );
    assert!(!of_run.contains("nothing was added"), "{of_run}");
    assert!(!of_run.contains("by an earlier run"), "{of_run}");
    let (report, _) = book.verify();
    let files = report["totals"]["files_compared"].as_u64().unwrap();
    assert!(files == 2, "{}", report["totals"]);
    let of_verify = page("verify.html");
    let claim = "as it was sent, and nothing was added since.";
    assert!(of_verify.contains(claim), "{of_verify}");
    // A second run fetches no file again, and says so.
    assert_eq!(book.migrate("run", &[]).code, 0);
    let again = page("state/results/report.html");
    assert!(
        again.contains("0 files were fetched and compared by SHA-256"),
        "{again}"
    );
    let earlier = format!("{files} files more were compared by an earlier run");
    assert!(again.contains(&earlier), "{again}");
}

#[test]
fn a_file_that_a_busy_server_gives_later_is_no_difference() {
    let book = delta::new("verify-busy");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let was_limited = AtomicBool::new(false);
    let proxy = runtime.block_on(Proxy::with_rule(&book.server().address, move |_, path| {
        let is_image = path.contains("/document_images/");
        if is_image && !was_limited.swap(true, Ordering::Relaxed) {
            Trouble::LimitedFor(6)
        } else {
            Trouble::None
        }
    }));
    let run = book.migrate_by(&proxy.url, "verify", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    assert_eq!(proxy.made.limited.load(Ordering::Relaxed), 1);
}
