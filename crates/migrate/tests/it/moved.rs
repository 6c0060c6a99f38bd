//! Rows that moved in their file: the place where one stood last says nothing of it any more.

use serde_json::Value;

use crate::repeated::Book;
use crate::runs::{ran, result_rows};

/// A book whose row `it` was brought over, then pushed down by one that does not come over, with
/// these texts of the file.
async fn pushed_down(name: &str, file: &str, [first, then]: [&str; 2]) -> Book {
    let book = Book::new(&format!("moved-{name}")).await;
    book.write("scans/c.pdf", "%PDF-1.4\nother\nstartxref\n9\n%%EOF\n");
    book.write(file, first);
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    book.write(file, then);
    ran(&book.options).await;
    book
}

/// How many directors, documents and notes the clients have that the files speak of.
fn counts(book: &Book) -> (usize, usize, usize) {
    let (company, person) = (book.profile("C"), book.profile("2"));
    let state = book.server.state();
    let count = |list: &Value| list.as_array().map_or(0, Vec::len);
    (
        count(&state.profiles[&company].data["officers"]["directors"]),
        count(&state.profiles[&person].data["documents"]),
        state.profiles[&person].notes.len(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moved_and_went_is_told_and_no_other_row_takes_its_place() {
    let (links, scans, notes) = ("COMPANY,PERSON,NAME,ROLE\n", "NO,FILE,TYPE\n", "NO,TEXT\n");
    for (told, file, head, rows, expected) in [
        (
            "link",
            "links.csv",
            links,
            ["C,1,,D\n", "C,9,,D\n", "C,3,,D\n"],
            (2, 1, 1),
        ),
        (
            "document",
            "scans.csv",
            scans,
            ["2,a.pdf,P\n", "2,no.pdf,P\n", "2,c.pdf,P\n"],
            (3, 2, 1),
        ),
        (
            "note",
            "notes.csv",
            notes,
            ["2,here\n", "2,bad,more\n", "2,there\n"],
            (3, 1, 2),
        ),
    ] {
        let [it, bad, other] = rows;
        let texts = [format!("{head}{it}"), format!("{head}{bad}{it}")];
        let book = pushed_down(told, file, [&texts[0], &texts[1]]).await;
        // It goes, before the row in its first place is mended or at once with it.
        for text in [format!("{head}{bad}"), format!("{head}{other}")] {
            book.write(file, &text);
            ran(&book.options).await;
        }
        for _ in 0..2 {
            let summary = ran(&book.options).await;
            let rows = result_rows(&book.options.state, "differences.csv");
            assert_eq!(
                (rows.len(), &rows[0][2]),
                (1, told),
                "{told}: {rows:?} {summary}"
            );
            assert_eq!(counts(&book), expected, "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_while_its_first_place_was_mended_is_told() {
    let links = "COMPANY,PERSON,NAME,ROLE\n";
    let texts = [
        format!("{links}C,1,,D\n"),
        format!("{links}C,9,,D\nC,1,,D\n"),
    ];
    let book = pushed_down("at-once", "links.csv", [&texts[0], &texts[1]]).await;
    book.write("links.csv", &format!("{links}C,3,,D\n"));
    let summary = ran(&book.options).await;
    let rows = result_rows(&book.options.state, "differences.csv");
    assert_eq!((rows.len(), &rows[0][2]), (1, "link"), "{rows:?} {summary}");
    assert_eq!(counts(&book).0, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moved_and_was_edited_is_replaced_by_its_own_row() {
    let texts = ["NO,TEXT\n2,here\n", "NO,TEXT\n2,bad,more\n2,here\n"];
    let book = pushed_down("edited", "notes.csv", texts).await;
    book.write("notes.csv", "NO,TEXT\n2,there\n2,now here\n");
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    let profile = book.profile("2");
    let state = book.server.state();
    let notes = &state.profiles[&profile].notes;
    let says = |start: &str| {
        let texts = notes.iter().filter_map(|note| note["text"].as_str());
        texts
            .filter(|text| text.starts_with(start))
            .collect::<String>()
    };
    assert_eq!(says("there"), "there", "{notes:?}");
    assert!(says("now here").contains("[Replaces note "), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_rows_that_say_the_same_one_that_was_broken_is_brought_up_to_date() {
    let book = pushed_down(
        "same",
        "notes.csv",
        ["NO,TEXT\n2,here\n2,here\n", "NO,TEXT\n2,bad,more\n2,here\n"],
    )
    .await;
    book.write("notes.csv", "NO,TEXT\n2,there\n2,here\n");
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    let profile = book.profile("2");
    let state = book.server.state();
    let notes = &state.profiles[&profile].notes;
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(
        notes[2]["text"]
            .as_str()
            .is_some_and(|text| text.contains("[Replaces note ")),
        "{notes:?}"
    );
}
