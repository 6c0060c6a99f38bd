//! What a client costs in requests, where automation has nothing to do for it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::ends::decided;
use crate::repeated::Book;
use crate::runs::ran;

/// Clients of these books.
const CLIENTS_COUNT: u64 = 30;

async fn with_people(book: &Book) -> BTreeMap<String, u64> {
    let people = (1..=CLIENTS_COUNT).fold("NO,NAME,BORN\n".to_owned(), |rows, number| {
        format!("{rows}{number},N{number},1980-01-01\n")
    });
    book.write("people.csv", &people);
    book.write("companies.csv", "NO,NAME\n");
    book.write("links.csv", "COMPANY,PERSON,NAME,ROLE\n");
    book.write("scans.csv", "NO,FILE,TYPE\n");
    let begun = Instant::now();
    let summary = ran(&book.options).await;
    assert!(begun.elapsed() < Duration::from_secs(20), "{summary}");
    book.server.state().routes.clone()
}

/// Requests per client of each kind, of those that there is one of for each client at least.
fn per_client(routes: &BTreeMap<String, u64>) -> Vec<String> {
    let each = routes.iter().filter(|(_, count)| **count >= CLIENTS_COUNT);
    each.map(|(route, count)| format!("{route} {}", count / CLIENTS_COUNT))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_at_rest_is_written_looked_up_once_and_read_back_once() {
    let book = Book::new("at-rest").await;
    book.write("notes.csv", "NO,TEXT\n");
    let routes = with_people(&book).await;
    let expected = ["GET /4.0/profiles/{id} 2", "POST /4.0/profiles 1"];
    assert_eq!(per_client(&routes), expected, "{routes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_tasks_are_asked_for_once_before_its_decisions_are_sent() {
    let book = decided("at-rest-decided").await;
    book.server.state().trouble.task = Some("identity");
    let routes = with_people(&book).await;
    let expected = [
        "GET /4.0/profiles/{id} 2",
        "GET /4.0/profiles/{id}/applications 1",
        "GET /4.0/profiles/{id}/tasks 1",
        "GET /4.0/profiles/{id}/tasks/{id} 1",
        "GET /4.0/profiles/{id}/tasks/{id}/notes 3",
        "POST /4.0/profiles 1",
        "POST /4.0/profiles/{id}/tasks/{id}/notes 1",
    ];
    assert_eq!(per_client(&routes), expected, "{routes:?}");
}
