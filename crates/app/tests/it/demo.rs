use std::fs;
use std::path::Path;

use crate::binary::{Run, Server, folder, master_key, run};

fn demo(data: &Path) -> Run {
    run(&["demo", "--exit", "--data", data.to_str().unwrap()])
}

/// How many rows each table has.
fn rows(data: &Path) -> Vec<(String, i64)> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = store::Store::open_sqlite(data.join("usher.sqlite"))
            .await
            .unwrap();
        let counts = store::tables::counts(&store).await.unwrap();
        store.close().await;
        counts
    })
}

#[test]
fn told_twice_the_story_changes_nothing() {
    let data = folder("demo-twice");
    let first = demo(&data);
    assert_eq!(first.code, 0, "{}{}", first.data, first.talk);
    let counts = rows(&data);
    let count = |table: &str| counts.iter().find(|(name, _)| name == table).unwrap().1;
    assert!(
        count("profile") > 40 && count("file") > 5 && count("note") > 5,
        "{counts:?}"
    );
    let keys = fs::read_to_string(data.join("demo-key.txt")).unwrap();
    let second = demo(&data);
    assert_eq!(second.code, 0, "{}{}", second.data, second.talk);
    assert_eq!(rows(&data), counts);
    assert_eq!(fs::read_to_string(data.join("demo-key.txt")).unwrap(), keys);
    assert!(!data.join("master-keys-2.txt").exists());
    assert_eq!(second.data, first.data);
}

#[test]
fn no_fictitious_client_comes_into_another_installation() {
    let data = folder("demo-other");
    let server = Server::start(&data);
    let key = master_key(&data, "demo");
    let published = server.ask("POST", "/admin/config", &key, config::DEMO);
    assert_eq!(published.status, 200, "{published:?}");
    assert_eq!(server.stop(), Some(0));
    let names = || {
        let inside = fs::read_dir(&data).unwrap();
        let mut names: Vec<_> = inside.map(|one| one.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    let demo = demo(&data);
    assert_eq!(demo.code, 2, "{}{}", demo.data, demo.talk);
    let said = format!("{} was not made by `usher demo`", data.display());
    assert!(demo.talk.contains(&said), "{}", demo.talk);
    assert!(demo.talk.contains("hint: name a folder"), "{}", demo.talk);
    assert_eq!(names(), before);
    let counts = rows(&data);
    for (table, count) in [("profile", 0), ("api_key", 2), ("publication", 1)] {
        assert!(counts.contains(&(table.to_owned(), count)), "{counts:?}");
    }
}

#[test]
fn the_story_has_every_ending() {
    let data = folder("demo-endings");
    let told = demo(&data);
    assert_eq!(told.code, 0, "{}{}", told.data, told.talk);
    let line = |reference: &str| {
        let found = told.data.lines().find(|line| line.starts_with(reference));
        found
            .unwrap_or_else(|| panic!("{reference}: {}", told.data))
            .to_owned()
    };
    for (reference, words) in [
        ("P-1001", "approved"),
        ("P-1003", "Identity not verified"),
        ("P-1004", "verify_identity"),
        ("P-1005", "screening"),
        ("P-1006", "screening"),
        ("P-1007", "verify_identity"),
        ("P-1008", "source_of_funds"),
        (
            "P-1009",
            "Savings accounts are not open to customers of high risk",
        ),
        ("P-1010", "We do not serve residents of this country"),
        ("P-1011", "age"),
        ("P-1014", "invalid_date:dob"),
        ("P-1015", "unknown_country"),
        ("P-1017", "duplicate_ref_conflict"),
        ("P-1018", "=HYPERLINK"),
        ("P-1019", "<b>Hartigan</b>"),
        ("P-1020", "Jürgen Müllerhof"),
        ("P-1021", "out_of_scope:closed"),
        ("P-1022", "bad_row:too_many_columns"),
        ("P-1032", "李"),
        ("C-2001", "decision"),
        ("C-2003", "identify_officers"),
        ("C-2010", "verify_company"),
    ] {
        assert!(line(reference).contains(words), "{}", line(reference));
    }
    assert!(
        told.data.contains("Imogen FAIL Thistlewood is rejected"),
        "{}",
        told.data
    );
    let secrets = fs::read_to_string(data.join("master-keys.txt")).unwrap();
    let secrets = secrets
        .lines()
        .filter_map(|line| line.strip_prefix("demo ").or(line.strip_prefix("live ")));
    for secret in secrets {
        assert!(!told.data.contains(secret) && !told.talk.contains(secret));
    }
}

#[test]
fn the_story_is_the_same_on_postgresql() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(url) = runtime.block_on(store::testing::scratch_postgres_url()) else {
        return;
    };
    let data = folder("demo-postgresql");
    let name = data.to_str().unwrap();
    let tell = || run(&["demo", "--exit", "--data", name, "--database-url", &url]);
    let first = tell();
    assert_eq!(first.code, 0, "{}{}", first.data, first.talk);
    assert!(!data.join("usher.sqlite").exists());
    let doctor = run(&["doctor", "--data", name, "--database-url", &url]);
    assert!(doctor.data.contains("ok     rows"), "{}", doctor.data);
    let second = tell();
    assert_eq!(
        (second.code, &second.data),
        (0, &first.data),
        "{}",
        second.talk
    );
}
