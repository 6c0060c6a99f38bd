//! A run repeated with the same state: what the source, the account or the progress say by then.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use migrate::api::Patience;
use migrate::progress::Silent;
use migrate::{Error, Options, Reporter, Scope, Summary, run};

use crate::runs::{options, ran, result_rows};
use crate::server::{Notes, Server, Trouble};
use crate::shared;

pub(crate) const MAPPING: &str = r"
version: 1
name: repeated
as_of: 2025-06-30
sources:
  people: {file: people.csv}
  companies: {file: companies.csv}
  links: {file: links.csv}
  scans: {file: scans.csv}
  notes: {file: notes.csv}
individuals:
  source: people
  key: NO
  products: {always: [account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.personal_details.name.family_name, from: NAME}
    - {to: collected_data.personal_details.dob, from: BORN}
companies:
  source: companies
  key: NO
  products: {always: [account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.metadata.name, from: NAME}
associates:
  source: links
  owner: COMPANY
  person: PERSON
  role: {from: ROLE, lists: {D: officers.directors}}
  fields:
    - {to: collected_data.personal_details.name.family_name, from: NAME}
documents:
  source: scans
  owner: NO
  folder: scans
  file: FILE
  type: {from: TYPE, types: {P: {document_type: PASSPORT, category: PROOF_OF_IDENTITY}}}
notes:
  source: notes
  owner: NO
  fields: [{to: text, from: TEXT}]
";

pub(crate) const PEOPLE: &str =
    "NO,NAME,BORN\n1,Molly,1980-01-01\n2,Bob,1981-01-01\n3,Cy,1982-01-01\n";
const LINKS: &str = "COMPANY,PERSON,NAME,ROLE\nC,1,,D\nC,3,,D\nC,,Ina,D\n";

pub(crate) struct Book {
    pub(crate) folder: std::path::PathBuf,
    pub(crate) server: Server,
    pub(crate) options: Options,
}

impl Book {
    pub(crate) async fn new(name: &str) -> Book {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("repeated-{name}"));
        fs::create_dir_all(folder.join("scans")).expect("a folder can be made");
        let server = Server::start(Trouble::default()).await;
        let options = Options {
            mapping: folder.join("mapping.yaml"),
            ..options(
                &folder,
                &server.url,
                Scope::All,
                &format!("repeated-{name}-state"),
            )
        };
        let book = Book {
            folder,
            server,
            options,
        };
        book.write("mapping.yaml", MAPPING);
        book.write("people.csv", PEOPLE);
        book.write("companies.csv", "NO,NAME\nC,C Limited\n");
        book.write("links.csv", LINKS);
        book.write("scans/a.pdf", "%PDF-1.4\n...\nstartxref\n9\n%%EOF\n");
        book.write("scans.csv", "NO,FILE,TYPE\n2,a.pdf,P\n");
        book.write("notes.csv", "NO,TEXT\n2,was here\n1,twice\n1,twice\n");
        book
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).expect("a file can be written");
    }

    /// The id of a client's profile.
    pub(crate) fn profile(&self, reference: &str) -> String {
        let state = self.server.state();
        let mut profiles = state.profiles.iter();
        let found = profiles.find(|(_, profile)| profile.data["customer_ref"] == reference);
        found.expect("it is there").0.clone()
    }

    /// Reference, whether the profile is the reference's own, what, and what is said of it.
    fn differences(&self) -> Vec<String> {
        let rows = result_rows(&self.options.state, "differences.csv");
        rows.iter()
            .map(|row| {
                let own = if row[1] == self.profile(&row[0]) {
                    "own"
                } else {
                    "other"
                };
                let cause = row.get(5).unwrap_or("no cause");
                format!(
                    "{} {own} {}: {} / {} / {cause}",
                    &row[0], &row[2], &row[3], &row[4]
                )
            })
            .collect()
    }

    /// Outcome, profile and reasons of every row of a file.
    fn results(&self, file: &str) -> Vec<String> {
        let rows = result_rows(&self.options.state, file);
        let told = rows.iter().map(|row| {
            let profile = match &row[5] {
                "" => "-",
                id if id == self.profile("2") => "2",
                _ => "other",
            };
            format!("{} {} {profile} {}", &row[2], &row[3], &row[4])
        });
        told.collect()
    }
}

fn profiles(summary: &Summary) -> [u64; 6] {
    let profiles = summary.profiles.expect("it was read back");
    profiles.entries().map(|(_, count)| count)
}

const GONE: &str = "it was sent and the source no longer has it";

#[tokio::test(flavor = "multi_thread")]
async fn a_migrated_row_that_is_broken_later_is_a_difference_and_still_counted() {
    let book = Book::new("broken").await;
    let first = ran(&book.options).await;
    assert!(first.is_clean(), "{first}");
    let effects = book.server.state().effects_count;
    book.write(
        "people.csv",
        &PEOPLE.replace("1981-01-01", "1981-01-01,more"),
    );
    let second = ran(&book.options).await;
    assert_eq!(book.server.state().effects_count, effects);
    assert!(!second.is_clean(), "{second}");
    assert_eq!(profiles(&second), profiles(&first), "{second}");
    assert_eq!(
        book.results("people.csv")[1],
        "2 migrated_before 2 bad_row:too_many_columns"
    );
    assert_eq!(
        book.results("scans.csv"),
        ["2 migrated_before 2 owner_not_migrated"]
    );
    assert_eq!(
        book.results("notes.csv")[0],
        "2 migrated_before 2 owner_not_migrated"
    );
    let sent = "migrated from this state / its row (line";
    let says = |what: &str, line: u32, why: &str| {
        format!("2 own {what}: {sent} {line}) no longer comes over: {why} / {GONE}")
    };
    assert_eq!(
        book.differences(),
        [
            says("client", 3, "bad_row:too_many_columns"),
            says("document", 2, "owner_not_migrated"),
            says("note", 2, "owner_not_migrated"),
        ]
    );
    book.write("people.csv", PEOPLE);
    let mended = ran(&book.options).await;
    assert!(mended.is_clean(), "{mended}");
    assert_eq!(book.server.state().effects_count, effects);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrated_rows_that_are_deleted_later_are_differences_and_still_counted() {
    let book = Book::new("deleted").await;
    let first = ran(&book.options).await;
    assert!(first.is_clean(), "{first}");
    let effects = book.server.state().effects_count;
    // Row 2 goes, and a row that was not there before and cannot come stands in its place.
    book.write(
        "people.csv",
        "NO,NAME,BORN\n1,Molly,1980-01-01\n4,,,,\n3,Cy,1982-01-01\n",
    );
    book.write("scans.csv", "NO,FILE,TYPE\n");
    book.write("notes.csv", "NO,TEXT\n1,twice\n");
    book.write("links.csv", "COMPANY,PERSON,NAME,ROLE\nC,1,,D\n");
    let second = ran(&book.options).await;
    assert_eq!(book.server.state().effects_count, effects);
    assert!(!second.is_clean(), "{second}");
    assert_eq!(profiles(&second), profiles(&first), "{second}");
    assert_eq!(second.links, first.links, "{second}");
    assert_eq!(
        book.results("people.csv")[1],
        "4 rejected - bad_row:too_many_columns"
    );
    let says = |of: &str, what: &str, why: &str| {
        format!("{of} {what}: migrated from this state / its row is {why} / {GONE}")
    };
    let other = "gone or says something else now";
    assert_eq!(
        book.differences(),
        [
            says("1 own", "note", other),
            says("2 own", "client", "gone"),
            says("2 own", "document", other),
            says("2 own", "note", other),
            says("C own", "link", other),
            says("C own", "link", other),
            says("C other", "person named inline", other),
        ]
    );
    // What is gone from the server too is told as well.
    let id = book.profile("2");
    book.server.state().profiles.remove(&id);
    let third = ran(&book.options).await;
    assert_eq!(third.differences, second.differences + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_rejected_and_is_mended_is_sent() {
    let book = Book::new("mended").await;
    book.write(
        "people.csv",
        &PEOPLE.replace("1981-01-01", "1981-01-01,more"),
    );
    let first = ran(&book.options).await;
    assert_eq!(profiles(&first)[0], 2);
    book.write("people.csv", PEOPLE);
    let second = ran(&book.options).await;
    assert!(second.is_clean(), "{second}");
    assert_eq!(profiles(&second), [3, 1, 1, 0, 1, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_changed_after_it_was_sent_is_updated_and_told_from_a_changed_profile() {
    let book = Book::new("changed").await;
    ran(&book.options).await;
    let changed = PEOPLE.replace("Molly", "Polly").replace("1982-01-01", "");
    book.write("people.csv", &changed);
    let id = book.profile("2");
    if let Some(profile) = book.server.state().profiles.get_mut(&id) {
        profile.data["personal_details"]["name"]["family_name"] = "Rob".into();
    }
    for _ in 0..2 {
        let summary = ran(&book.options).await;
        assert!(!summary.is_clean(), "{summary}");
        let name = "collected_data.personal_details.name.family_name";
        assert_eq!(book.differences(), [format!("2 own {name}: Bob / Rob / ")]);
        assert_eq!(summary.to_json()["read_back"]["of_rows_changed"], 0);
        let id = book.profile("1");
        let details = book.server.state().profiles[&id].data["personal_details"].clone();
        assert_eq!(details["name"]["family_name"], "Polly");
        let id = book.profile("3");
        let details = book.server.state().profiles[&id].data["personal_details"].clone();
        assert!(details["dob"].is_null(), "{details}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_for_one_account_wherever_that_is_reached() {
    let book = Book::new("account").await;
    ran(&book.options).await;
    let moved = Options {
        base_urls: vec![format!(
            "{}/4.0/",
            book.server.url.replace("127.0.0.1", "localhost")
        )],
        ..book.options.clone()
    };
    assert!(ran(&moved).await.is_clean());
    book.server.state().trouble.environment = Some("live");
    let requests = book.server.state().requests_count;
    match run(moved, Arc::new(Silent)).await {
        Err(Error::State(message)) => {
            for part in [
                "begun with the demo account",
                "opens the live account",
                "--state",
            ] {
                assert!(message.contains(part), "{message}");
            }
        }
        outcome => panic!("{outcome:?}"),
    }
    assert_eq!(book.server.state().requests_count, requests + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_mapping_does_not_use_may_change_afterwards() {
    let book = Book::new("unused").await;
    assert!(ran(&book.options).await.is_clean());
    let effects = book.server.state().effects_count;
    let lines: Vec<String> = LINKS.lines().map(|line| format!("{line},x")).collect();
    book.write("links.csv", &lines.join("\n").replacen(",x", ",MORE", 1));
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary} {:#?}", book.differences());
    assert_eq!(summary.links, 3, "{summary}");
    assert_eq!(book.server.state().effects_count, effects);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_mapping_makes_of_people_named_inline_may_change_afterwards() {
    let book = Book::new("inline").await;
    let first = ran(&book.options).await;
    assert!(first.is_clean(), "{first}");
    let mapping = MAPPING.replace(
        "    - {to: collected_data.personal_details.name.family_name, from: NAME}\ndocuments",
        "    - {to: collected_data.personal_details.name.family_name, from: NAME, steps: [upper]}\ndocuments",
    );
    assert_ne!(mapping, MAPPING);
    book.write("mapping.yaml", &mapping);
    let summary = ran(&book.options).await;
    assert_eq!(profiles(&summary), profiles(&first), "{summary}");
    let name = "collected_data.personal_details.name.family_name";
    let told: Vec<String> = result_rows(&book.options.state, "differences.csv")
        .iter()
        .map(|row| format!("{} {} {} {}", &row[2], &row[3], &row[4], &row[5]))
        .collect();
    let cause = "the row was changed after it was sent";
    assert_eq!(told, [format!("{name} INA Ina {cause}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_and_cut_off_is_told_when_its_row_is_gone() {
    for (lost, told) in [("2", "client"), ("C", "link")] {
        let mut book = Book::new(&format!("cut-{lost}")).await;
        book.options.patience.give_up_after = Duration::from_millis(100);
        book.server.state().trouble.loses_answer_of = Some(lost.to_owned());
        let outcome = run(book.options.clone(), Arc::new(Silent)).await;
        assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
        book.server.state().trouble.loses_answer_of = None;
        if lost == "2" {
            let line = "\n2,Bob,1981-01-01";
            assert!(PEOPLE.contains(line));
            book.write("people.csv", &PEOPLE.replace(line, ""));
            book.write("scans.csv", "NO,FILE,TYPE\n");
            book.write("notes.csv", "NO,TEXT\n");
        } else {
            book.write("links.csv", &LINKS.replace("\nC,3,,D", ""));
        }
        for _ in 0..2 {
            let summary = ran(&book.options).await;
            let rows = result_rows(&book.options.state, "differences.csv");
            assert_eq!(rows.len(), 1, "{rows:?}");
            assert_eq!((&rows[0][0], &rows[0][2]), (lost, told), "{rows:?}");
            // The one whose answer was lost is found by its reference.
            assert!(!rows[0][4].contains("cut off"), "{rows:?}");
            assert_eq!(rows[0][1], book.profile(lost), "{rows:?}");
            assert_eq!(summary.differences, 1, "{summary}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_is_not_brought_over_again_from_a_state_that_does_not_know_it() {
    let book = Book::new("again").await;
    // Only the last client comes at first: it is found all the same, and no other one for it.
    book.write(
        "people.csv",
        "NO,NAME,BORN\n11,Ina,1980-01-01\n3/ä,Cy,1982-01-01\n",
    );
    let first = ran(&book.options).await;
    assert_eq!(profiles(&first)[0], 2, "{first}");
    let effects = book.server.state().effects_count;
    let people = PEOPLE.replace("\n3,", "\n3/ä,");
    book.write("people.csv", &people);
    let mut elsewhere = Options {
        state: book.folder.join("another-state"),
        ..book.options.clone()
    };
    let _ = fs::remove_dir_all(&elsewhere.state);
    for _ in 0..2 {
        match run(elsewhere.clone(), Arc::new(Silent)).await {
            Err(Error::Repeated(message)) => {
                assert!(message.starts_with("2 of 4 clients are"), "{message}");
                let profile = book.profile("3/ä");
                for part in [
                    "line 4 of people.csv",
                    profile.as_str(),
                    "another-state",
                    "already-there.csv",
                ] {
                    assert!(message.contains(part), "{message}");
                }
            }
            outcome => panic!("{outcome:?}"),
        }
    }
    assert_eq!(book.server.state().effects_count, effects);
    let found = fs::read_to_string(elsewhere.state.join("already-there.csv"));
    let lines: Vec<String> = (found.expect("it is there").lines())
        .map(str::to_owned)
        .collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[2].starts_with("\"companies.csv\",\"2\",\"C\""),
        "{lines:?}"
    );
    // With the state that knows them, and when it is wanted, it goes on.
    let known = ran(&book.options).await;
    assert_eq!(profiles(&known)[0], 4, "{known}");
    elsewhere.may_repeat = true;
    let second = ran(&elsewhere).await;
    assert_eq!(profiles(&second)[0], 3, "{second}");
    // By now this state knows them too.
    elsewhere.may_repeat = false;
    assert!(ran(&elsewhere).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_one_state_may_share_a_reference() {
    let mut book = Book::new("shared").await;
    let mapping = MAPPING.replacen("customer_ref, from: NO", "customer_ref, from: BORN", 1);
    book.write("mapping.yaml", &mapping);
    let people = "NO,NAME,BORN\n1,Molly,1980-01-01\n2,Bob,1980-01-01\n3,Cy,1980-01-01\n";
    book.write("people.csv", people);
    book.options.patience.give_up_after = Duration::from_millis(100);
    book.server.state().trouble.dies_after = Some(5);
    let outcome = run(book.options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    book.server.state().trouble.dies_after = None;
    let made = book.server.state().profiles.len();
    assert!((1..3).contains(&made), "{made}");
    // A row that is new since, so that the server is asked again.
    book.write("people.csv", &format!("{people}4,Di,1980-01-01\n"));
    let summary = ran(&book.options).await;
    assert_eq!(profiles(&summary)[0], 4, "{summary}");
}

/// A reporter that keeps what is told.
#[derive(Default)]
struct Kept(Mutex<Vec<(String, u64, u64)>>);

impl Reporter for Kept {
    fn begin(&self, part: &str, total: u64) {
        let mut parts = self.0.lock().expect("no test failed inside");
        parts.push((part.to_owned(), 0, total));
    }

    fn advance(&self) {
        let mut parts = self.0.lock().expect("no test failed inside");
        parts.last_mut().expect("a part has begun").1 += 1;
    }

    fn say(&self, _text: &str) {}

    fn end(&self) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_counts_the_rows_it_names() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble::default()).await;
    let options = options(&folder, &server.url, Scope::Active, "progress");
    let kept = Arc::new(Kept::default());
    let reporter: Arc<dyn Reporter> = Arc::<Kept>::clone(&kept);
    let summary = run(options, reporter).await.expect("it runs");
    let migrated = |name: &str| {
        let file = summary.files.iter().find(|file| file.file.contains(name));
        let outcomes = &file.expect("there is such a file").outcomes;
        outcomes["migrated"] + outcomes.get("migrated_with_warning").copied().unwrap_or(0)
    };
    let told = kept.0.lock().expect("no test failed inside").clone();
    let [individuals, companies, notes] = ["individuals", "companies", "notes"].map(|name| {
        let count = migrated(name);
        (name.to_owned(), count, count)
    });
    let profiles: u64 = profiles(&summary)[..4].iter().sum();
    let read_back = ("read back".to_owned(), profiles, profiles);
    assert_eq!(told, [individuals, companies, notes, read_back]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_whose_answer_was_lost_is_found_again_though_another_task_is_live_by_now() {
    let book = Book::new("note-lost").await;
    book.server.state().trouble = Trouble {
        notes: Notes::AnswerLost,
        refuses_reused_keys: true,
        ..Trouble::default()
    };
    let hasty = Options {
        patience: Patience {
            give_up_after: Duration::from_millis(300),
            ..book.options.patience
        },
        ..book.options.clone()
    };
    let killed = run(hasty, Arc::new(Silent)).await;
    assert!(killed.is_err(), "{killed:?}");
    book.server.state().trouble.notes = Notes::ToOtherTask;
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    let count = |reference: &str| {
        let profile = book.profile(reference);
        book.server.state().profiles[&profile].notes.len()
    };
    assert_eq!((count("1"), count("2")), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_under_another_name_or_day_is_a_difference() {
    let book = Book::new("note-about").await;
    let fields = "fields:\n    - {to: text, from: TEXT}\n    - {to: author_name, from: BY}\n    \
                  - {to: created_on, from: ON, steps: [{date: {format: YYYY-MM-DD}}]}\n";
    let mapping = MAPPING.replace("fields: [{to: text, from: TEXT}]\n", fields);
    book.write("mapping.yaml", &mapping);
    let notes = "NO,TEXT,BY,ON\n2,was here,Kay,2020-01-02\n1,twice,Kay,2020-01-03\n\
                 1,twice,Jim,2020-01-04\n";
    book.write("notes.csv", notes);
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    let (first, second) = (book.profile("1"), book.profile("2"));
    {
        let mut state = book.server.state();
        let notes = &mut state.profiles.get_mut(&first).expect("it is there").notes;
        notes[1]["author_name"] = "Somebody".into();
        let notes = &mut state.profiles.get_mut(&second).expect("it is there").notes;
        notes[0]["created_on"] = "2021-01-02 00:00:00".into();
    }
    let summary = ran(&book.options).await;
    assert_eq!(summary.differences, 2, "{summary}");
    let found = book.differences();
    assert!(
        found.iter().any(|one| one.contains("notes author_name")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|one| one.contains("notes created_on")),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_that_is_not_as_it_was_sent_is_a_difference_however_it_is_written() {
    let book = Book::new("content").await;
    // Signs of which base64 has two ways of writing.
    let scan = "%PDF-1.4\n~~~~~~???????>>>>>>\nstartxref\n9\n%%EOF\n";
    book.write("scans/a.pdf", scan);
    let summary = ran(&book.options).await;
    assert_eq!(summary.contents, (1, 0), "{summary}");
    let profile = book.profile("2");
    let sent = {
        let state = book.server.state();
        let sent = state.profiles[&profile].images[0]["data"].as_str();
        sent.expect("it was sent").to_owned()
    };
    let (_, letters) = sent.split_once(";base64,").expect("it has a head");
    assert!(letters.contains('+') && letters.contains('/'), "{letters}");
    let looked = async |data: &str| {
        {
            let mut state = book.server.state();
            let images = &mut state.profiles.get_mut(&profile).expect("there").images;
            images[0]["data"] = data.into();
        }
        let report = migrate::verify(book.options.clone(), Arc::new(Silent)).await;
        let report = report.unwrap_or_else(|error| panic!("{error}"));
        let differences: Vec<String> = report
            .differences
            .iter()
            .map(|it| it.found.clone())
            .collect();
        assert_eq!(report.totals.files_not_given, 0, "{data}");
        (report.is_clean(), differences)
    };
    let (first, second) = letters.split_at(20);
    assert!(looked(&format!("{first}\r\n{second}\r\n")).await.0);
    let other = letters.replace('+', "-").replace('/', "_");
    assert!(looked(other.trim_end_matches('=')).await.0);
    let (is_clean, told) = looked(&format!("{first}\u{fffd}{second}")).await;
    assert_eq!(
        (is_clean, told),
        (false, vec!["a content that is no base64".to_owned()])
    );
    assert!(!looked(&format!("AAAA{letters}")).await.0);
}
