//! What was being sent when a run was cut off, and whose row changed since: nothing is there
//! twice.

use std::sync::Arc;
use std::time::Duration;

use migrate::progress::Silent;
use migrate::{Error, run};
use serde_json::Value;

use crate::repeated::{Book, MAPPING};
use crate::runs::{ran, result_rows};

/// Runs until the answers to requests to paths that end so are lost.
async fn cut_off(book: &Book, path: &'static str) {
    book.server.state().trouble.refuses_reused_keys = true;
    book.server.state().trouble.loses_answers_to = Some(path);
    let mut hasty = book.options.clone();
    hasty.patience.give_up_after = Duration::from_millis(200);
    let outcome = run(hasty, Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    book.server.state().trouble.loses_answers_to = None;
}

/// The texts of a client's notes.
fn notes(book: &Book, reference: &str) -> Vec<String> {
    let profile = book.profile(reference);
    let state = book.server.state();
    let notes = state.profiles[&profile].notes.iter();
    notes
        .map(|note| note["text"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_whose_row_changed_is_replaced_where_it_is_there() {
    let book = Book::new("tried-note").await;
    book.write("notes.csv", "NO,TEXT\n2,was here\n");
    cut_off(&book, "/notes").await;
    book.write("notes.csv", "NO,TEXT\n2,was there\n");
    let sent = book.server.state().requests_count;
    for _ in 0..2 {
        let summary = ran(&book.options).await;
        assert!(summary.is_clean(), "{summary}");
        let notes = notes(&book, "2");
        assert_eq!(
            (notes.len(), notes[0].as_str()),
            (2, "was here"),
            "{notes:?}"
        );
        assert!(
            notes[1].starts_with("was there\n\n[Replaces note "),
            "{notes:?}"
        );
    }
    assert!(book.server.state().requests_count > sent);
}

/// The documents and the count of the images of a client.
fn documents(book: &Book, reference: &str) -> (Vec<Value>, usize) {
    let profile = book.profile(reference);
    let state = book.server.state();
    let profile = &state.profiles[&profile];
    let documents = profile.data["documents"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    (documents, profile.images.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_whose_row_changed_is_there_once_as_it_is_now() {
    for (name, path) in [("document", "/documents"), ("image", "/document_images")] {
        let book = Book::new(&format!("tried-{name}")).await;
        let types = "types: {P: {document_type: PASSPORT, category: PROOF_OF_IDENTITY}";
        let both = "types: {D: {document_type: DRIVING_LICENCE, category: PROOF_OF_IDENTITY}, \
                    P: {document_type: PASSPORT, category: PROOF_OF_IDENTITY}";
        assert!(MAPPING.contains(types));
        book.write("mapping.yaml", &MAPPING.replace(types, both));
        cut_off(&book, path).await;
        assert_eq!(documents(&book, "2").1, 1);
        book.write("scans.csv", "NO,FILE,TYPE\n2,a.pdf,D\n");
        for _ in 0..2 {
            let summary = ran(&book.options).await;
            assert!(summary.is_clean(), "{name}: {summary}");
            let (documents, images) = documents(&book, "2");
            assert_eq!((documents.len(), images), (1, 1), "{name}: {documents:?}");
            assert_eq!(documents[0]["document_type"], "DRIVING_LICENCE", "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_row_changed_is_there_once_as_it_is_now() {
    let book = Book::new("tried-link").await;
    let since = "  entry: [{to: appointed_on, from: SINCE}]\n  fields:\n    - {to: \
                 collected_data.personal_details.name.family_name, from: NAME}\ndocuments";
    let plain = "  fields:\n    - {to: collected_data.personal_details.name.family_name, from: NAME}\n\
                 documents";
    assert!(MAPPING.contains(plain));
    book.write("mapping.yaml", &MAPPING.replace(plain, since));
    let links = "COMPANY,PERSON,NAME,ROLE,SINCE\nC,1,,D,2001-01-01\n";
    book.write("links.csv", links);
    assert!(ran(&book.options).await.is_clean());
    // One that comes later is added to what is there.
    book.write("links.csv", &format!("{links}C,3,,D,2003-03-03\n"));
    cut_off(&book, "/collected_data").await;
    book.write("links.csv", &format!("{links}C,3,,D,2004-04-04\n"));
    for _ in 0..2 {
        let summary = ran(&book.options).await;
        assert!(summary.is_clean(), "{summary}");
        let company = book.profile("C");
        let state = book.server.state();
        let directors = state.profiles[&company].data["officers"]["directors"].clone();
        let days: Vec<&Value> = directors
            .as_array()
            .expect("there are some")
            .iter()
            .map(|one| &one["appointed_on"])
            .collect();
        assert_eq!(days, ["2001-01-01", "2004-04-04"], "{directors}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_is_told_when_its_row_is_gone() {
    let links = "COMPANY,PERSON,NAME,ROLE\nC,1,,D\n";
    for (path, file, gone, told) in [
        ("/documents", "scans.csv", "NO,FILE,TYPE\n", "document"),
        (
            "/document_images",
            "scans.csv",
            "NO,FILE,TYPE\n",
            "document",
        ),
        ("/notes", "notes.csv", "NO,TEXT\n", "note"),
        ("/collected_data", "links.csv", links, "link"),
    ] {
        let book = Book::new(&format!("tried-gone{}", path.replace('/', "-"))).await;
        book.write("notes.csv", "NO,TEXT\n");
        book.write("links.csv", links);
        if told == "link" {
            assert!(ran(&book.options).await.is_clean());
            book.write("links.csv", &format!("{links}C,3,,D\n"));
        }
        if told == "note" {
            book.write("notes.csv", "NO,TEXT\n2,was here\n");
        }
        cut_off(&book, path).await;
        book.write(file, gone);
        for _ in 0..2 {
            let summary = ran(&book.options).await;
            let rows = result_rows(&book.options.state, "differences.csv");
            assert_eq!(rows.len(), 1, "{path}: {rows:?}");
            assert_eq!((&rows[0][2], summary.differences), (told, 1), "{rows:?}");
            // Whether a link is there, the company says.
            let is_open = rows[0][4].contains("cut off");
            assert_eq!(is_open, told != "link", "{path}: {rows:?}");
        }
    }
}
