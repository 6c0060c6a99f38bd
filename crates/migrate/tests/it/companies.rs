//! Companies and their owners: in which order they come, and what becomes of links that fail.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use migrate::ledger::Ledger;
use migrate::progress::Silent;
use migrate::window::Wanted;
use migrate::{Error, Options, Scope, run};
use serde_json::json;

use crate::runs::{options, ran, result_rows};
use crate::server::{Deed, Server, Trouble};

const MAPPING: &str = r"
version: 1
name: companies
as_of: 2025-06-30
sources:
  individuals: {file: individuals.csv}
  companies: {file: companies.csv}
  associates: {file: associates.csv}
individuals:
  source: individuals
  key: NO
  products: {always: [account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.personal_details.name.family_name, from: NAME}
companies:
  source: companies
  key: NO
  products: {always: [account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.metadata.name, from: NAME}
associates:
  source: associates
  owner: COMPANY
  person: PERSON
  role:
    from: ROLE
    lists: {D: officers.directors, S: ownership_structure.shareholders}
  share_lists: [ownership_structure.shareholders]
  ownership_lists: [ownership_structure.shareholders]
  entry:
    - {to: total_percentage, from: SHARE, steps: [percentage]}
  fields:
    - {to: collected_data.personal_details.name.family_name, from: NAME}
";

/// Options for a book with one individual (`P`), these companies, and these links, such as `A>B`
/// (company A lists B), `A>P` or `A>` (a person named inline).
fn book(name: &str, companies: &str, links: &str, server: &Server) -> Options {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("companies-{name}"));
    fs::create_dir_all(&folder).expect("a folder can be made");
    let write = |file: &str, text: &str| {
        fs::write(folder.join(file), text).expect("a file can be written");
    };
    write("individuals.csv", "NO,NAME\nP,Person\n");
    let rows: Vec<String> = companies
        .split(' ')
        .map(|company| format!("{company},{company} Limited"))
        .collect();
    write("companies.csv", &format!("NO,NAME\n{}\n", rows.join("\n")));
    let rows: Vec<String> = links
        .split(' ')
        .map(|link| {
            let (company, person) = link.split_once('>').expect("a link");
            let (name, role) = match person {
                "" => ("Inline", "D"),
                "P" => ("", "D"),
                _ => ("", "S"),
            };
            format!("{company},{person},{name},{role},10")
        })
        .collect();
    write(
        "associates.csv",
        &format!("COMPANY,PERSON,NAME,ROLE,SHARE\n{}\n", rows.join("\n")),
    );
    write("mapping.yaml", MAPPING);
    Options {
        mapping: folder.join("mapping.yaml"),
        ..options(
            &folder,
            &server.url,
            Scope::All,
            &format!("companies-{name}-state"),
        )
    }
}

/// What was done to companies, such as `create A 2 1`: the deed, the company, its links, its
/// applications.
fn told(server: &Server) -> Vec<String> {
    let state = server.state();
    let of_clients = state.deeds.iter().filter(|deed| !deed.reference.is_empty());
    of_clients
        .map(
            |Deed {
                 what,
                 reference,
                 links,
                 applications,
             }| { format!("{what} {reference} {links} {applications}") },
        )
        .collect()
}

/// The outcome of every link and what is said of it.
fn links(options: &Options) -> Vec<String> {
    let rows = result_rows(&options.state, "associates.csv");
    rows.iter()
        .map(|row| format!("{} {}", &row[3], &row[6]).trim().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_never_without_its_owners() {
    let server = Server::start(Trouble::default()).await;
    let options = book("chain", "A B C", "A>B A>P A> B>C C>P", &server);
    let summary = ran(&options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(summary.links, 5);
    let expected = [
        "create P 0 1",
        "create C 1 1",
        "create B 1 1",
        "create A 3 1",
    ];
    assert_eq!(told(&server), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn companies_in_a_circle_apply_once_it_is_whole() {
    let server = Server::start(Trouble::default()).await;
    let options = book("circle", "T C B A", "T>A A>C C>B B>A A>P B>", &server);
    let summary = ran(&options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(summary.links, 6);
    assert_eq!(
        told(&server),
        [
            "create P 0 1",
            // From the first of the book by the links, each with who is not of the circle.
            "create C 0 0",
            "create B 1 0",
            "create A 1 0",
            "replace C 1 0",
            "replace B 2 0",
            "replace A 2 0",
            "apply C 1 1",
            "apply B 2 1",
            "apply A 2 1",
            "create T 1 1",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_waits_until_automation_is_done_with_its_owners() {
    let server = Server::start(Trouble {
        automates: Some(("B".to_owned(), 3)),
        ..Trouble::default()
    })
    .await;
    ran(&book("rest", "A B", "A>B", &server)).await;
    let expected = ["create P 0 1", "create B 0 1", "rest B 0 1", "create A 1 1"];
    assert_eq!(told(&server), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_comes_without_an_owner_that_failed_and_gets_it_later() {
    let server = Server::start(Trouble {
        refuses: Some("B".to_owned()),
        automation_links: true,
        ..Trouble::default()
    })
    .await;
    let options = book("late", "A B", "A>B A>P", &server);
    assert!(!ran(&options).await.is_clean());
    assert_eq!(
        links(&options),
        ["failed the linked client did not come over", "migrated"]
    );
    assert_eq!(told(&server), ["create P 0 1", "create A 1 1"]);

    server.state().trouble.refuses = None;
    let summary = ran(&options).await;
    assert!(summary.is_clean(), "{summary}");
    // Its first try finds that automation has added somebody meanwhile.
    let after = ["create B 0 1", "replace A 1 1", "replace A 2 1"];
    assert_eq!(told(&server)[2..], after);
    let state = server.state();
    let company = state
        .profiles
        .values()
        .find(|one| one.data["customer_ref"] == "A");
    let company = company.expect("it is there");
    assert_eq!(
        company.data["unauthorized_persons"][0]["resolver_id"],
        "auto"
    );
    assert_eq!(
        company.data["officers"]["directors"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_whose_answer_was_lost_is_not_made_again_with_other_owners() {
    let server = Server::start(Trouble {
        refuses: Some("B".to_owned()),
        loses_answer_of: Some("A".to_owned()),
        ..Trouble::default()
    })
    .await;
    let mut options = book("lost", "A B", "A>B A>P", &server);
    options.patience.give_up_after = Duration::from_millis(100);
    let outcome = run(options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    assert_eq!(told(&server), ["create P 0 1", "create A 1 1"]);

    // By now the owner comes over, so the body of the company would be another.
    server.state().trouble = Trouble::default();
    let summary = ran(&options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(told(&server)[2..], ["create B 0 1", "replace A 2 1"]);
    assert_eq!(links(&options), ["migrated", "migrated"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_mended_after_its_answer_was_lost_is_not_brought_over_twice() {
    let server = Server::start(Trouble {
        loses_answer_of: Some("P".to_owned()),
        ..Trouble::default()
    })
    .await;
    let mut options = book("mended", "A", "A>P", &server);
    options.patience.give_up_after = Duration::from_millis(100);
    let outcome = run(options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    server.state().trouble = Trouble::default();
    let people: PathBuf = options.source.join("individuals.csv");
    fs::write(people, "NO,NAME\nP,Mended\n").expect("a file can be written");
    let summary = ran(&options).await;
    // What was sent first is there, and is brought up to what the row says by now.
    assert_eq!(summary.differences, 0, "{summary}");
    let deeds = ["create P 0 1", "replace P 0 1", "create A 1 1"];
    assert_eq!(told(&server), deeds);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_key_stands_for_something_else_is_not_brought_over_under_another() {
    let server = Server::start(Trouble {
        loses_answer_of: Some("P".to_owned()),
        ..Trouble::default()
    })
    .await;
    let mut options = book("reused", "A", "A>P", &server);
    options.patience.give_up_after = Duration::from_millis(100);
    let outcome = run(options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    // As if a version that wrote no intents down had sent it.
    let ledger = rusqlite::Connection::open(options.state.join("ledger.sqlite"));
    let forgotten = ledger
        .expect("it is there")
        .execute("delete from intent", ());
    assert_eq!(forgotten, Ok(1));
    server.state().trouble = Trouble {
        refuses_reused_keys: true,
        ..Trouble::default()
    };
    let people = options.source.join("individuals.csv");
    for _ in 0..2 {
        fs::write(&people, "NO,NAME\nP,Mended\n").expect("a file can be written");
        let summary = ran(&options).await;
        let row = &result_rows(&options.state, "individuals.csv")[0];
        assert!(!summary.is_clean(), "{summary} {row:?} {:?}", told(&server));
        let advice = "put the row and the mapping back as they were and run again";
        assert!(row[6].contains(advice), "{row:?}");
    }
    fs::write(&people, "NO,NAME\nP,Person\n").expect("a file can be written");
    assert!(ran(&options).await.is_clean());
    let of_people = told(&server)
        .into_iter()
        .filter(|deed| deed.contains(" P "));
    assert_eq!(of_people.collect::<Vec<_>>(), ["create P 0 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_comes_without_a_link_that_the_server_refuses() {
    let server = Server::start(Trouble {
        refuses_links_to: Some("B".to_owned()),
        ..Trouble::default()
    })
    .await;
    let options = book("unlinked", "A B", "A>B A>A A>P", &server);
    assert!(!ran(&options).await.is_clean());
    assert_eq!(
        links(&options),
        [
            "failed HTTP 400: 201 this link cannot be",
            "rejected",
            "failed HTTP 400: 201 this link cannot be",
        ]
    );
    assert_eq!(
        told(&server),
        ["create P 0 1", "create B 0 1", "create A 0 1"]
    );
    let company = &result_rows(&options.state, "companies.csv")[0];
    // The book itself warns that the company owns itself.
    assert_eq!((&company[2], &company[3]), ("A", "migrated_with_warning"));

    server.state().trouble = Trouble::default();
    ran(&options).await;
    assert_eq!(told(&server)[3..], ["replace A 2 1"]);
    assert_eq!(links(&options)[2], "migrated");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_applications_stand_is_told_client_by_client() {
    let server = Server::start(Trouble::default()).await;
    let options = book("standing", "A", "A>P", &server);
    let summary = ran(&options).await;
    let rows = result_rows(&options.state, "standing.csv");
    let told: Vec<[&str; 4]> = rows
        .iter()
        .map(|row| [&row[0], &row[2], &row[3], &row[4]])
        .collect();
    let flag = "REQUIRES_MANUAL_TASK_COMPLETION";
    let expected = [
        ["A", "account", "APPLIED", flag],
        ["P", "account", "APPLIED", flag],
    ];
    assert_eq!(told, expected);
    assert_eq!(
        json!(summary.standing),
        json!({format!("APPLIED {flag}"): 2})
    );
}

/// Killed between the making of a circle and its applications: those would go through the checks.
#[tokio::test(flavor = "multi_thread")]
async fn a_circle_that_is_still_to_apply_wants_its_window() {
    let server = Server::start(Trouble::default()).await;
    let mut options = book("circle-window", "A B C", "A>B B>A C>A", &server);
    ran(&options).await;
    options.window = Some(Wanted {
        checks: vec!["identity".to_owned()],
        reason: "a test".to_owned(),
        lease_seconds: 60,
    });
    // Everything was sent, so none is opened.
    ran(&options).await;
    let ledger = Ledger::open(&options.state).expect("a state");
    ledger.distrust("B/application/account").expect("a step");
    drop(ledger);
    let refused = run(options.clone(), Arc::new(Silent)).await;
    let refused = refused.expect_err("this server has no windows").to_string();
    assert!(refused.contains("cannot switch checks off"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_whose_answer_was_lost_has_the_links_that_it_was_made_with() {
    let server = Server::start(Trouble {
        loses_answer_of: Some("A".to_owned()),
        never: Some((501, true)),
        never_count: Some(1),
        ..Trouble::default()
    })
    .await;
    let options = book("lost-once", "A", "A>P A>", &server);
    let summary = ran(&options).await;
    assert_eq!(server.state().profiles.len(), 3);
    for row in result_rows(&options.state, "associates.csv") {
        assert_eq!(&row[3], "migrated", "{row:?}");
    }
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(summary.links, 2, "{summary}");
}
