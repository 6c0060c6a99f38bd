//! Rows that were sent, then became something that does not come over, and then something that does:
//! what was sent of them first is brought up to date, and nothing is sent beside it.

use serde_json::Value;

use crate::repeated::Book;
use crate::runs::ran;

/// A book that was brought over, and then again with this text of a file, which does not come over.
async fn worse(name: &str, file: &str, text: &str) -> Book {
    let book = Book::new(&format!("twice-changed-{name}")).await;
    assert!(ran(&book.options).await.is_clean());
    book.write(file, text);
    book.server.state().trouble.forbids = Some(("POST", "/notes", "wrong"));
    for _ in 0..2 {
        let summary = ran(&book.options).await;
        assert!(!summary.is_clean(), "{summary}");
    }
    book
}

/// Brings a text of a file over; a second run leaves what is there then as it is.
async fn mended(book: &Book, file: &str, text: &str) {
    book.write(file, text);
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    let effects = book.server.state().effects_count;
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(book.server.state().effects_count, effects);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_was_refused_once_replaces_what_was_sent_before() {
    let (file, notes) = ("notes.csv", "NO,TEXT\n1,twice\n1,twice\n2,");
    let book = worse("note", file, &format!("{notes}wrong\n")).await;
    mended(&book, file, &format!("{notes}was there\n")).await;
    let profile = book.profile("2");
    let notes = book.server.state().profiles[&profile].notes.clone();
    assert_eq!(notes.len(), 2, "{notes:?}");
    let text = notes[1]["text"].to_string();
    assert!(text.contains("[Replaces note "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_named_inline_who_was_rejected_once_is_the_same_person() {
    let (file, links) = ("links.csv", "COMPANY,PERSON,NAME,ROLE\nC,1,,D\nC,3,,D\nC,,");
    let book = worse("link", file, &format!("{links}Ina,X\n")).await;
    mended(&book, file, &format!("{links}Ida,D\n")).await;
    let company = book.profile("C");
    let state = book.server.state();
    let directors = &state.profiles[&company].data["officers"]["directors"];
    let links_count = directors.as_array().map(Vec::len);
    assert_eq!((state.profiles.len(), links_count), (5, Some(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_whose_file_was_missing_once_is_the_same_document() {
    let (file, scans) = ("scans.csv", "NO,FILE,TYPE\n2,");
    let book = worse("document", file, &format!("{scans}none.pdf,P\n")).await;
    book.write("scans/c.pdf", "%PDF-1.4\nother\nstartxref\n9\n%%EOF\n");
    mended(&book, file, &format!("{scans}c.pdf,P\n")).await;
    let profile = book.profile("2");
    let state = book.server.state();
    let documents = &state.profiles[&profile].data["documents"];
    assert_eq!(documents.as_array().map(Vec::len), Some(1), "{documents}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_row_where_one_was_taken_away_stands_for_itself() {
    let (file, notes) = ("notes.csv", "NO,TEXT\n1,twice\n1,twice\n2,was here\n");
    let book = Book::new("twice-changed-other").await;
    book.write(file, &format!("{notes}2,second\n2,third\n"));
    assert!(ran(&book.options).await.is_clean());
    // The third takes the place of the second, which is gone; then it goes back behind another.
    book.write(file, &format!("{notes}2,third\n"));
    ran(&book.options).await;
    book.write(file, &format!("{notes}2,fourth\n2,third\n"));
    ran(&book.options).await;
    let profile = book.profile("2");
    let notes = book.server.state().profiles[&profile].notes.clone();
    let texts: Vec<&Value> = notes.iter().map(|one| &one["text"]).collect();
    assert_eq!(texts, ["was here", "second", "third", "fourth"]);
}
