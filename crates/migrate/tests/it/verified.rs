//! Looking at everything again when the source says something else by then.

use std::sync::Arc;

use migrate::progress::Silent;
use migrate::report::Report;
use migrate::run::Cause;
use migrate::verify;

use crate::repeated::{Book, MAPPING, PEOPLE};
use crate::runs::ran;
use crate::server::Search;

async fn verified(book: &Book) -> Report {
    let report = verify(book.options.clone(), Arc::new(Silent)).await;
    report.unwrap_or_else(|error| panic!("{error}"))
}

/// A book that was brought over.
async fn brought(name: &str) -> Book {
    let book = Book::new(&format!("verified-{name}")).await;
    let mapping = MAPPING.replacen("  key: NO\n", "  key: NO\n  tags: [migrated]\n", 1);
    book.write("mapping.yaml", &mapping);
    book.write("scans/b.pdf", "%PDF-1.4\nother\nstartxref\n9\n%%EOF\n");
    assert!(ran(&book.options).await.is_clean());
    let report = verified(&book).await;
    assert!(report.is_clean(), "{:#?}", report.differences);
    book
}

/// Of each difference: the reference, what, and where it comes from.
fn told(report: &Report) -> Vec<(String, String, Cause)> {
    let differences = report.differences.iter();
    let told = differences.map(|one| (one.reference.clone(), one.what.clone(), one.cause));
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_below_a_new_one_are_the_rows_that_were_sent() {
    let book = brought("shifted").await;
    let before = verified(&book).await.totals;
    book.write(
        "people.csv",
        &PEOPLE.replacen('\n', "\n4,Di,1983-01-01\n", 1),
    );
    let links = "COMPANY,PERSON,NAME,ROLE\nC,,Ona,D\nC,1,,D\nC,3,,D\nC,,Ina,D\n";
    book.write("links.csv", links);
    book.write("scans.csv", "NO,FILE,TYPE\n1,b.pdf,P\n2,a.pdf,P\n");
    let notes = "NO,TEXT\n3,new\n2,was here\n1,twice\n1,twice\n1,twice\n";
    book.write("notes.csv", notes);
    let report = verified(&book).await;
    assert!(told(&report).is_empty(), "{:#?}", report.differences);
    // A third note that says the same is as new as any.
    assert_eq!(report.open_rows(), (0, 5), "{:#?}", report.files);
    let now = &report.totals;
    assert_eq!(now.entries(), before.entries());
    assert_eq!((now.files_compared, now.links_found), (1, 3));
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert!(verified(&book).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_of_a_row_that_changed_is_nobodys_addition() {
    let book = brought("changed").await;
    book.write("notes.csv", "NO,TEXT\n2,is gone\n1,twice\n1,twice\n");
    book.write("scans.csv", "NO,FILE,TYPE\n2,b.pdf,P\n");
    let links = "COMPANY,PERSON,NAME,ROLE\nC,1,,D\nC,3,,D\nC,,Ona,D\n";
    book.write("links.csv", links);
    let report = verified(&book).await;
    let of =
        |reference: &str, what: &str| (reference.to_owned(), what.to_owned(), Cause::RowChanged);
    let expected = [
        of("2", "document"),
        of("2", "note"),
        of("C", "link"),
        of("C", "person named inline"),
    ];
    assert_eq!(told(&report), expected, "{:#?}", report.differences);
    assert_eq!(report.open_rows(), (0, 3), "{:#?}", report.files);
    // Nobody says that the other person is the one who was sent: that one stays, and is told.
    book.write("links.csv", &links.replace("Ona", "Ina"));
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert!(verified(&book).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_run_put_on_a_client_is_not_the_servers_when_the_row_is_gone() {
    for (name, people) in [
        ("rejected", PEOPLE.replace("1981-01-01", "1981-01-01,more")),
        ("deleted", PEOPLE.replace("2,Bob,1981-01-01\n", "")),
    ] {
        let book = brought(name).await;
        book.write("people.csv", &people);
        let report = verified(&book).await;
        let causes = told(&report).into_iter().map(|(_, _, cause)| cause);
        let causes: Vec<Cause> = causes.collect();
        let expected = [Cause::RowGone; 3];
        assert_eq!(causes, expected, "{name}: {:#?}", report.differences);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_profile_of_a_client_is_named_and_looked_for_page_by_page() {
    let book = brought("second").await;
    let mut ids = [
        book.profile("2"),
        "00000000-0000-7000-8000-000000000001".to_owned(),
    ];
    {
        let mut state = book.server.state();
        let theirs = state.profiles[&ids[0]].clone();
        state.profiles.insert(ids[1].clone(), theirs);
    }
    ids.sort();
    let lists = || book.server.state().routes["GET /4.0/profiles"];
    let before = lists();
    let report = verified(&book).await;
    assert_eq!(lists(), before + 1);
    let [second] = report.differences.as_slice() else {
        panic!("{:#?}", report.differences);
    };
    assert_eq!(
        (second.reference.as_str(), second.cause),
        ("2", Cause::Added)
    );
    assert_eq!(second.found, ids.join(", "));
    // A server that gives less than it is asked for is asked for the rest.
    book.server.state().trouble.search = Search::OneByOne;
    assert_eq!(verified(&book).await.counts.added, 1);
    // One that was taken back is nobody's profile any more.
    for id in &ids {
        let is_own = *id == second.profile;
        let mut state = book.server.state();
        let profile = state.profiles.get_mut(id).expect("it is there");
        if !is_own {
            profile.tags = vec!["migration-undone".to_owned()];
        }
    }
    let report = verified(&book).await;
    assert!(report.is_clean(), "{:#?}", report.differences);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_list_its_profiles_is_said_to() {
    for search in [Search::Unknown, Search::CutOff] {
        let book = brought(&format!("unlisted-{search:?}")).await;
        book.server.state().trouble.search = search;
        let report = verified(&book).await;
        assert!(report.is_clean(), "{:#?}", report.differences);
        let page = report.to_html();
        assert!(
            page.contains("econd profiles of the clients were not looked for"),
            "{page}"
        );
    }
}
