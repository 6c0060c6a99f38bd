//! Rows that were sent, then became something that does not come over, and then something that does:
//! what was sent of them first is brought up to date, and nothing is sent beside it.

use crate::repeated::Book;
use crate::runs::ran;

/// A book that was brought over, and then again with this text of a file, which does not come over.
async fn worse(name: &str, file: &str, text: &str) -> Book {
    let book = Book::new(&format!("twice-changed-{name}")).await;
    assert!(ran(&book.options).await.is_clean());
    book.write(file, text);
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
