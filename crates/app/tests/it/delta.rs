//! The source changes between two runs: only what changed moves, and nothing is there twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::Method;
use serde_json::{Value, json};

use crate::binary::folder;
use crate::proxy::{Proxy, Trouble};
use crate::verify::Migrated;

const MAPPING: &str = r#"
version: 1
name: delta
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
  products: {from: PRODUCT, aliases: {C: current_account, S: savings_account}, on_error: reject product}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.personal_details.name.given_names, from: FIRST, steps: [split_words]}
    - {to: collected_data.personal_details.name.family_name, from: NAME}
    - {to: collected_data.personal_details.dob, from: BORN}
    - {to: collected_data.contact_details.email, from: EMAIL}
    - {to: "collected_data.address_history[0].address.type", constant: STRUCTURED}
    - {to: "collected_data.address_history[0].address.country", from: PRODUCT, steps: [{lookup: {values: {C: GBR, S: GBR}}}]}
companies:
  source: companies
  key: NO
  products: {always: [current_account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.metadata.name, from: NAME}
    - {to: collected_data.metadata.number, from: NUMBER}
    - {to: collected_data.metadata.country_of_incorporation, constant: GBR}
associates:
  source: links
  owner: COMPANY
  person: PERSON
  role: {from: ROLE, lists: {D: officers.directors, S: officers.secretaries, H: ownership_structure.shareholders}}
  entry:
    - {to: appointed_on, from: SINCE}
  fields:
    - {to: collected_data.personal_details.name.given_names, from: FIRST, steps: [split_words]}
    - {to: collected_data.personal_details.name.family_name, from: NAME}
    - {to: collected_data.personal_details.dob, from: BORN}
documents:
  source: scans
  owner: NO
  folder: scans
  file: FILE
  type:
    from: TYPE
    types:
      P: {document_type: PASSPORT, category: PROOF_OF_IDENTITY}
      B: {document_type: BANK_STATEMENT, category: PROOF_OF_ADDRESS}
  fields:
    - {to: extracted_data.expiry, from: UNTIL}
notes:
  source: notes
  owner: NO
  fields: [{to: text, from: TEXT}]
"#;

const PEOPLE: &str = "NO,FIRST,NAME,BORN,EMAIL,PRODUCT\n1,Molly,Bloom,1980-01-01,m@example.com,C\n\
                      2,Bob,Cole,1981-01-01,b@example.com,C\n3,Cy,Dole,1982-01-01,c@example.com,C\n\
                      4,Di,Eld,1983-01-01,d@example.com,C\n";
const LINKS: &str = "COMPANY,PERSON,FIRST,NAME,BORN,ROLE,SINCE\nC,1,,,,D,2001-01-01\nC,3,,,,S,2002-02-02\n\
                     C,,Ina,Foe,1970-07-07,D,2003-03-03\nC,2,,,,H,2004-04-04\n";
const SCANS: &str = "NO,FILE,TYPE,UNTIL\n1,a.pdf,P,2030-01-01\n2,b.pdf,P,2031-01-01\n";
const NOTES: &str = "NO,TEXT\n1,was here\n1,twice\n1,twice\n2,stays\n";

fn pdf(text: &str) -> String {
    format!("%PDF-1.4\n{text}\nstartxref\n9\n%%EOF\n")
}

fn write(book: &Path, file: &str, text: &str) {
    fs::write(book.join(file), text).unwrap();
}

/// A small book with scans: four people, a company that lists one more, two scans, four notes.
pub(crate) fn book(name: &str) -> PathBuf {
    let book: PathBuf = folder(&format!("{name}-book"));
    fs::create_dir_all(book.join("scans")).unwrap();
    write(&book, "mapping.yaml", MAPPING);
    write(&book, "people.csv", PEOPLE);
    write(
        &book,
        "companies.csv",
        "NO,NAME,NUMBER\nC,C Limited,00000001\n",
    );
    write(&book, "links.csv", LINKS);
    write(&book, "scans.csv", SCANS);
    write(&book, "scans/a.pdf", &pdf("a"));
    write(&book, "scans/b.pdf", &pdf("b"));
    write(&book, "notes.csv", NOTES);
    book
}

/// The small book, brought over.
pub(crate) fn new(name: &str) -> Migrated {
    let book = book(name);
    let migrated = Migrated::new(name, &book, &book.join("mapping.yaml"));
    let run = migrated.migrate("run", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    migrated
}

impl Migrated {
    pub(crate) fn profile(&self, file: &str, reference: &str) -> String {
        let clients = self.clients(file);
        let mut clients = clients
            .into_iter()
            .filter(|(client, _)| client == reference);
        clients.next().unwrap().1
    }

    fn data(&self, file: &str, reference: &str) -> Value {
        let profile = self.profile(file, reference);
        self.ask(
            "GET",
            &format!("/profiles/{profile}/collected_data"),
            &Value::Null,
        )
    }

    /// All profiles, customers and associates.
    pub(crate) fn profiles_count(&self) -> usize {
        let all = "CUSTOMER,PREVIOUS_CUSTOMER,APPLICANT,INACTIVE_APPLICANT";
        let path = format!("/profiles?categories={all}&limit=1");
        let found = self.ask("GET", &path, &Value::Null);
        usize::try_from(found["count"].as_u64().unwrap()).unwrap()
    }

    /// The texts of a client's notes, in order.
    pub(crate) fn notes(&self, reference: &str) -> Vec<String> {
        let profile = self.profile("people.csv", reference);
        let tasks = self.ask("GET", &format!("/profiles/{profile}/tasks"), &Value::Null);
        let mut texts = Vec::new();
        for task in tasks.as_array().unwrap() {
            let path = format!(
                "/profiles/{profile}/tasks/{}/notes",
                task["id"].as_str().unwrap()
            );
            let notes = self.ask("GET", &path, &Value::Null);
            let notes = notes.as_array().unwrap().iter();
            texts.extend(notes.map(|note| note["text"].as_str().unwrap().to_owned()));
        }
        texts
    }

    /// The rows of a result file, as `column, column, …` of those named by their places.
    fn results(&self, file: &str, columns: &[usize]) -> Vec<String> {
        let text = fs::read_to_string(self.data.join("state/results").join(file)).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows = reader.records().map(Result::unwrap);
        rows.map(|row| {
            columns
                .iter()
                .map(|at| &row[*at])
                .collect::<Vec<_>>()
                .join(" | ")
        })
        .collect()
    }

    /// Runs again: everything agrees afterwards but for what others added, and once more moves nothing.
    fn runs_clean(&self, added: u64) {
        let run = self.migrate("run", &[]);
        assert_eq!(
            run.code,
            0,
            "{}{}{:#?}",
            run.data,
            run.talk,
            self.results("differences.csv", &[0, 2, 3, 4])
        );
        let (report, run) = self.verify();
        assert_eq!(
            run.code,
            i32::from(added > 0),
            "{:#}",
            report["differences"]
        );
        assert_eq!(
            report["difference_counts"]["all"], added,
            "{:#}",
            report["differences"]
        );
        assert_eq!(report["difference_counts"]["added_on_server"], added);
        let run = self.migrate("watch", &[]);
        assert_eq!(run.code, 0, "{}", run.data);
        let changes = self.results("changes.csv", &[0, 1, 4, 6]);
        let again = self.migrate("run", &[]);
        assert_eq!(again.code, 0, "{}", again.data);
        assert_eq!(self.results("changes.csv", &[0, 1, 4, 6]), changes);
    }
}

fn entries<'v>(data: &'v Value, list: &str) -> Vec<&'v Value> {
    let entries = data.pointer(list).and_then(Value::as_array);
    entries.into_iter().flatten().collect()
}

/// Ends the application for a product by hand.
fn end(book: &Migrated, applications: &str, product: &str) {
    let all = book.ask("GET", applications, &Value::Null);
    let mut all = all.as_array().unwrap().iter();
    let old = all.find(|one| one["product"]["alias"] == product).unwrap();
    // What was never approved is rejected: the contract's only end for it.
    let status = if old["status"] == "APPLIED" {
        "REJECTED"
    } else {
        "CANCELLED"
    };
    let path = format!("{applications}/{}", old["id"].as_str().unwrap());
    book.ask("POST", &path, &json!({"status": status}));
}

#[test]
fn a_changed_client_is_updated_and_what_others_added_stays() {
    let book = new("delta-client");
    let profile = book.profile("people.csv", "1");
    book.edit(&profile, |data| {
        data["personal_details"]["gender"] = json!("F");
    });
    let people = PEOPLE
        .replace("Molly,Bloom", "Molly Ann,Bloom")
        .replace(",b@example.com,", ",,")
        .replace("c@example.com,C", "c@example.com,S");
    write(&book.book, "people.csv", &people);
    let watched = book.migrate("watch", &[]);
    assert_eq!(watched.code, 1, "{}", watched.talk);
    assert!(
        watched.data.contains("0 new rows and bring 3 changed"),
        "{}",
        watched.data
    );
    let profiles = book.profiles_count();
    let run = book.migrate("run", &[]);
    assert_eq!(run.code, 1, "{}{}", run.data, run.talk);
    assert_eq!(
        book.results("changes.csv", &[1, 4, 5]),
        [
            "1 | collected_data | updated",
            "2 | collected_data | updated",
            "3 | application for current_account | the row no longer names it; it stays until a person ends it",
            "3 | application for savings_account | added",
        ]
    );
    // The old product's application is told until a person ends it.
    let told = "3 | application for current_account | not named";
    assert_eq!(book.results("differences.csv", &[0, 2, 3]), [told]);
    let (report, verified) = book.verify();
    assert_eq!(verified.code, 1, "{}", verified.talk);
    assert_eq!(report["difference_counts"]["product_left"], 1);
    let applications = format!("/profiles/{}/applications", book.profile("people.csv", "3"));
    end(&book, &applications, "current_account");
    book.runs_clean(1);
    let data = book.data("people.csv", "1");
    assert_eq!(
        data["personal_details"]["name"]["given_names"],
        json!(["Molly", "Ann"])
    );
    assert_eq!(data["personal_details"]["gender"], "F");
    assert_eq!(book.data("people.csv", "2")["contact_details"], Value::Null);
    assert_eq!(
        book.ask("GET", &applications, &Value::Null)
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(book.profiles_count(), profiles);
}

#[test]
fn a_client_changed_on_both_sides_is_told_and_left_alone() {
    let book = new("delta-conflict");
    let profile = book.profile("people.csv", "1");
    book.edit(&profile, |data| {
        data["personal_details"]["name"]["family_name"] = json!("By Hand");
    });
    let people = PEOPLE
        .replace("Bloom,1980-01-01", "Bloom,1980-12-12")
        .replace("Cole", "Coal");
    write(&book.book, "people.csv", &people);
    let watched = book.migrate("watch", &[]);
    assert!(watched.data.contains("conflict"), "{}", watched.data);
    let run = book.migrate("run", &[]);
    assert_eq!(run.code, 1, "{}", run.data);
    let name = "collected_data.personal_details.name.family_name";
    assert_eq!(
        book.results("conflicts.csv", &[1, 2, 4, 5, 6, 7]),
        [format!("1 | 1 | {name} | Bloom | Bloom | By Hand")]
    );
    assert_eq!(
        book.results("people.csv", &[3])[..2],
        ["failed", "migrated"]
    );
    let data = book.ask(
        "GET",
        &format!("/profiles/{profile}/collected_data"),
        &Value::Null,
    );
    assert_eq!(data["personal_details"]["name"]["family_name"], "By Hand");
    assert_eq!(data["personal_details"]["dob"], "1980-01-01");
    assert_eq!(
        book.data("people.csv", "2")["personal_details"]["name"]["family_name"],
        "Coal"
    );
    // Put right on the server, it goes on.
    book.edit(&profile, |data| {
        data["personal_details"]["name"]["family_name"] = json!("Bloom");
    });
    book.runs_clean(0);
}

#[test]
fn an_edited_link_takes_the_place_of_the_old_one() {
    let book = new("delta-links");
    let before = book.data("companies.csv", "C");
    let ina = entries(&before, "/officers/directors")[1]["linked_profile"]["id"].clone();
    let profiles = book.profiles_count();
    let links = LINKS
        .replace("C,1,,,,D,2001-01-01", "C,1,,,,D,2001-09-09")
        .replace("C,3,,,,S,", "C,3,,,,D,")
        .replace("Ina,Foe", "Ina,Fowler")
        .replace("C,2,,,,H,", "C,4,,,,H,");
    write(&book.book, "links.csv", &links);
    book.runs_clean(0);
    let data = book.data("companies.csv", "C");
    let directors: Vec<String> = (entries(&data, "/officers/directors").iter())
        .map(|entry| {
            format!(
                "{} {}",
                entry["appointed_on"], entry["linked_profile"]["display_name"]
            )
        })
        .collect();
    let wanted = [
        "\"2001-09-09\" \"Molly Bloom\"",
        "\"2003-03-03\" \"Ina Fowler\"",
        "\"2002-02-02\" \"Cy Dole\"",
    ];
    assert_eq!(directors, wanted);
    assert_eq!(entries(&data, "/officers/secretaries").len(), 0);
    assert_eq!(
        entries(&data, "/officers/directors")[1]["linked_profile"]["id"],
        ina
    );
    let shareholders = entries(&data, "/ownership_structure/shareholders");
    assert_eq!(shareholders.len(), 1);
    assert_eq!(shareholders[0]["linked_profile"]["display_name"], "Di Eld");
    assert_eq!(book.profiles_count(), profiles);
}

#[test]
fn an_edited_link_that_was_changed_by_hand_is_left_alone() {
    let book = new("delta-link-conflict");
    let company = book.profile("companies.csv", "C");
    book.edit(&company, |data| {
        data["officers"]["directors"][0]["appointed_on"] = json!("1999-01-01");
    });
    write(
        &book.book,
        "links.csv",
        &LINKS
            .replace("2001-01-01", "2001-09-09")
            .replace("2002-02-02", "2002-09-09"),
    );
    let run = book.migrate("run", &[]);
    assert_eq!(run.code, 1, "{}", run.data);
    assert_eq!(
        book.results("conflicts.csv", &[0, 1, 2]),
        ["links.csv | 1 | C"]
    );
    assert_eq!(book.results("links.csv", &[3])[..2], ["failed", "migrated"]);
    let data = book.data("companies.csv", "C");
    let days: Vec<&Value> = (entries(&data, "/officers/directors").into_iter())
        .map(|entry| &entry["appointed_on"])
        .collect();
    assert_eq!(days, ["1999-01-01", "2003-03-03"]);
    assert_eq!(
        entries(&data, "/officers/secretaries")[0]["appointed_on"],
        "2002-09-09"
    );
}

#[test]
fn edited_documents_and_notes_are_replaced_and_not_doubled() {
    let book = new("delta-documents");
    let id = |data: &Value| entries(data, "/documents")[0]["id"].clone();
    let (first, second) = (
        id(&book.data("people.csv", "1")),
        id(&book.data("people.csv", "2")),
    );
    // Another day and type in one row; another file under the same name in the other. Rows move.
    let scans = SCANS.replace("1,a.pdf,P,2030-01-01", "2,c.pdf,P,\n1,a.pdf,B,2033-03-03");
    write(&book.book, "scans.csv", &scans);
    write(&book.book, "scans/b.pdf", &pdf("another b"));
    write(&book.book, "scans/c.pdf", &pdf("c"));
    write(
        &book.book,
        "notes.csv",
        &NOTES.replacen("twice", "thrice", 1),
    );
    book.runs_clean(0);
    let data = book.data("people.csv", "1");
    let documents = entries(&data, "/documents");
    assert_eq!(documents.len(), 1, "{documents:#?}");
    assert_eq!(documents[0]["id"], first);
    assert_eq!(documents[0]["document_type"], "BANK_STATEMENT");
    assert_eq!(documents[0]["extracted_data"]["expiry"], "2033-03-03");
    let data = book.data("people.csv", "2");
    let documents = entries(&data, "/documents");
    assert_eq!((documents.len(), &documents[0]["id"]), (2, &second));
    let notes = book.notes("1");
    assert_eq!(notes[..3], ["was here", "twice", "twice"], "{notes:?}");
    assert!(
        notes[3].starts_with("thrice\n\n[Replaces note "),
        "{notes:?}"
    );
    assert_eq!((notes.len(), book.notes("2").len()), (4, 1));
    // And back again.
    write(&book.book, "notes.csv", NOTES);
    write(
        &book.book,
        "scans.csv",
        &scans.replace("1,a.pdf,B,2033-03-03", "1,a.pdf,P,2030-01-01"),
    );
    book.runs_clean(0);
    let data = book.data("people.csv", "1");
    let documents = entries(&data, "/documents");
    assert_eq!(
        (documents.len(), &documents[0]["document_type"]),
        (1, &json!("PASSPORT"))
    );
    let notes = book.notes("1");
    assert!(
        notes.len() == 5 && notes[4].starts_with("twice\n\n[Replaces note "),
        "{notes:?}"
    );
}

#[test]
fn a_new_image_that_was_answered_and_not_kept_is_sent_again() {
    let book = new("delta-lies");
    write(&book.book, "scans/b.pdf", &pdf("another b"));
    let lied = AtomicBool::new(false);
    let rule = move |method: &Method, path: &str| {
        let is_image = method == Method::POST && path.ends_with("/document_images");
        if is_image && !lied.swap(true, Ordering::Relaxed) {
            Trouble::Lie
        } else {
            Trouble::None
        }
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::with_rule(&book.server().address, rule));
    let run = book.migrate_by(&proxy.url, "run", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    assert_eq!(proxy.made.lies.load(Ordering::Relaxed), 1);
    let (report, verified) = book.verify();
    assert_eq!(verified.code, 0, "{report}");
}
