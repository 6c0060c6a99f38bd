//! Every statement is listed, can be prepared on both databases, and stays within its account.

use std::collections::BTreeSet;
use std::path::Path;

use store::testing::{scratch_postgres_url, scratch_sqlite};
use store::{PostgresOptions, Statement, Store, statements};
use tokio_postgres::NoTls;

/// The texts of a statement for one database.
fn texts<'statement>(statement: &'statement Statement, database: &str) -> Vec<&'statement str> {
    let plain = if database == "sqlite" {
        statement.sqlite()
    } else {
        statement.postgres()
    };
    let variants = statement.variants();
    let of_database = variants
        .iter()
        .filter(|(name, _)| *name == database)
        .map(|(_, text)| *text);
    std::iter::once(plain).chain(of_database).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_can_be_prepared_on_both_databases() {
    let sqlite = scratch_sqlite().await;
    let connection = rusqlite::Connection::open(sqlite.path().unwrap()).unwrap();
    for statement in statements::all() {
        for text in texts(statement, "sqlite") {
            let prepared = connection.prepare(text);
            assert!(
                prepared.is_ok(),
                "{}: {:?}\n{text}",
                statement.name(),
                prepared.err()
            );
        }
    }
    let Some(url) = scratch_postgres_url().await else {
        return;
    };
    Store::open_postgres(&url, PostgresOptions::default())
        .await
        .unwrap();
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    for statement in statements::all() {
        for text in texts(statement, "postgres") {
            let prepared = client.prepare(text).await;
            assert!(
                prepared.is_ok(),
                "{}: {:?}\n{text}",
                statement.name(),
                prepared.err()
            );
        }
    }
}

#[test]
fn every_statement_is_listed_under_a_name_of_its_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut written = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            written += std::fs::read_to_string(path)
                .unwrap()
                .matches(": Statement =")
                .count();
        }
    }
    let names: BTreeSet<&str> = statements::all()
        .iter()
        .map(|listed| listed.name())
        .collect();
    assert_eq!(
        written,
        statements::all().len(),
        "a static is missing from a list of STATEMENTS"
    );
    assert_eq!(
        names.len(),
        statements::all().len(),
        "two statements share a name"
    );
}

/// Tables that belong to an institution, not to one of its accounts.
const OF_INSTITUTIONS: &[&str] = &[
    "institution",
    "config_version",
    "list_source",
    "list_snapshot",
    "list_piece",
    "list_swap",
];

fn stays_within_its_account(statement: &Statement) -> bool {
    let of_institution = |text: &str| {
        OF_INSTITUTIONS.iter().any(|table| {
            let names = ["from", "into", "update"].map(|verb| format!("{verb} {table} "));
            names.iter().any(|name| text.contains(name))
        })
    };
    ["sqlite", "postgres"]
        .iter()
        .flat_map(|database| texts(statement, database))
        .all(|text| {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            of_institution(&text)
                || text.contains("account = $1")
                || text.contains("(account, ") && text.starts_with("insert into")
                || text.contains("old_row.account = new_row.account")
        })
}

#[test]
fn every_statement_names_its_account_or_says_why_not() {
    for statement in statements::all() {
        let excused = statement.reason_across_accounts().is_some();
        assert!(
            excused || stays_within_its_account(statement),
            "{}",
            statement.name()
        );
    }
}

#[test]
fn the_lint_finds_a_statement_without_an_account() {
    static LOOSE: Statement = Statement::select("loose", "select id from profile where id = $1");
    assert!(!stays_within_its_account(&LOOSE));
}
