use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use store::{Commit, Statement, Store, Write};

use crate::binary::{Run, Server, folder, master_key, run};

static FORGET: Statement = Statement::change(
    "test.forget_key_check",
    "update institution set key_check = null",
);

fn serve(data: &Path) -> Run {
    let data = data.to_str().unwrap();
    run(&["serve", "--data", data, "--listen", "127.0.0.1:0"])
}

fn doctor(data: &Path) -> Run {
    run(&["doctor", "--data", data.to_str().unwrap()])
}

/// Does something with the database, and gives the check of its key and how many rows there are.
fn stored(data: &Path, write: Option<Write>) -> (Option<String>, Vec<(String, i64)>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open_sqlite(data.join("usher.sqlite")).await.unwrap();
        store.commit(Commit::new().writes(write)).await.unwrap();
        let institutions = store::institutions::list(&store).await.unwrap();
        let counts = store::tables::counts(&store).await.unwrap();
        store.close().await;
        (institutions[0].key_check.clone(), counts)
    })
}

/// Neither `serve` nor `doctor` takes the key at hand, and nothing is written under it.
#[track_caller]
fn is_refused(data: &Path) {
    let before = stored(data, None);
    let path = data.join("encryption.key");
    let said = format!("the encryption key in {} is not the one of", path.display());
    let serve = serve(data);
    assert_eq!(serve.code, 2, "{}", serve.talk);
    assert!(serve.talk.contains(&said), "{}", serve.talk);
    assert!(serve.talk.contains("from the backup"), "{}", serve.talk);
    let doctor = doctor(data);
    assert_eq!(doctor.code, 1, "{}", doctor.data);
    assert!(doctor.data.contains(&said), "{}", doctor.data);
    assert_eq!(stored(data, None), before);
}

#[test]
fn another_key_than_that_of_the_installation_is_refused() {
    let data = folder("encryption-other");
    assert_eq!(Server::start(&data).stop(), Some(0));
    let path = data.join("encryption.key");
    let right = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{}\n", "5a".repeat(32))).unwrap();
    is_refused(&data);
    fs::write(&path, &right).unwrap();
    let well = doctor(&data);
    assert!(
        well.data.contains("it opens what is stored"),
        "{}",
        well.data
    );
    let other = data.join("other.key");
    fs::write(&other, "5a".repeat(32)).unwrap();
    let named = [
        ["serve", "--listen", "127.0.0.1:0"],
        ["--data", data.to_str().unwrap(), "--encryption-key-file"],
    ];
    let named = run(&[&named.concat()[..], &[other.to_str().unwrap()]].concat());
    assert_eq!(named.code, 2, "{}", named.talk);
    assert!(
        named.talk.contains("other.key is not the one of")
            && named.talk.contains("USHER_ENCRYPTION_KEY_FILE"),
        "{}",
        named.talk
    );
    assert_eq!(Server::start(&data).stop(), Some(0));
}

#[test]
fn an_installation_made_before_the_check_is_judged_by_its_secrets() {
    let data = folder("encryption-before");
    let server = Server::start(&data);
    let hook = json!({ "url": "https://example.com/hook", "secret": "correct-horse" });
    let key = master_key(&data, "live");
    let made = server.ask("POST", "/admin/webhooks", &key, &hook.to_string());
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(server.stop(), Some(0));
    assert_eq!(stored(&data, Some(Write::new(&FORGET, vec![]))).0, None);
    let path = data.join("encryption.key");
    let right = fs::read_to_string(&path).unwrap();
    fs::write(&path, "5a".repeat(32)).unwrap();
    is_refused(&data);
    fs::write(&path, right).unwrap();
    assert_eq!(Server::start(&data).stop(), Some(0));
    assert!(stored(&data, None).0.is_some());
}

#[test]
fn a_node_with_another_key_is_refused_by_a_shared_database() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(url) = runtime.block_on(store::testing::scratch_postgres_url()) else {
        return;
    };
    runtime.block_on(async {
        let store = Store::open_postgres(&url, store::PostgresOptions::default());
        let settings = service::Settings {
            encryption_key: [9; 32],
            ..service::Settings::default()
        };
        let now = Arc::new(|| jiff::Timestamp::UNIX_EPOCH);
        let platform = service::Platform::new(store.await.unwrap(), settings, now);
        let founded = service::accounts::found(&platform, "Bank", "Europe/London").await;
        founded.unwrap();
    });
    let data = folder("encryption-shared");
    let key = data.join("encryption.key");
    fs::write(&key, "5a".repeat(32)).unwrap();
    let with = |command: &[&str]| {
        let place = ["--database-url", &url, "--data", data.to_str().unwrap()];
        run(&[command, &place].concat())
    };
    for command in [&["worker"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let refused = with(command);
        assert_eq!(refused.code, 2, "{}", refused.talk);
        assert!(
            refused.talk.contains("is not the one of"),
            "{}",
            refused.talk
        );
    }
    let doctor = with(&["doctor"]);
    assert!(doctor.data.contains("is not the one of"), "{}", doctor.data);
    fs::write(&key, "09".repeat(32)).unwrap();
    let doctor = with(&["doctor"]);
    assert!(
        doctor.data.contains("it opens what is stored"),
        "{}",
        doctor.data
    );
    // A demonstration in a folder of its own does not take it either.
    let empty = folder("encryption-shared-demo");
    let demo = ["demo", "--exit", "--database-url", &url, "--data"];
    let demo = run(&[&demo[..], &[empty.to_str().unwrap()]].concat());
    assert_eq!(demo.code, 2, "{}", demo.talk);
    assert!(demo.talk.contains("was not made by"), "{}", demo.talk);
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 0);
}

#[test]
fn a_lost_database_is_not_taken_for_a_new_installation() {
    let data = folder("encryption-lost");
    assert_eq!(Server::start(&data).stop(), Some(0));
    let database = data.join("usher.sqlite");
    let refused = |state: &str, left: &str| {
        let said = format!("usher.sqlite {state}, and {}", data.join(left).display());
        let (serve, doctor) = (serve(&data), doctor(&data));
        assert_eq!(serve.code, 2, "{}", serve.talk);
        assert!(serve.talk.contains(&said), "{}", serve.talk);
        assert!(
            serve.talk.contains("hint: bring the database"),
            "{}",
            serve.talk
        );
        assert_eq!(doctor.code, 1, "{}", doctor.data);
        assert!(doctor.data.contains(&said), "{}", doctor.data);
    };
    fs::write(&database, "").unwrap();
    refused("is empty", "encryption.key");
    assert_eq!(fs::metadata(&database).unwrap().len(), 0);
    fs::remove_file(&database).unwrap();
    refused("is gone", "master-keys.txt");
    assert!(!database.exists());
    fs::write(&database, "").unwrap();
    fs::remove_file(data.join("encryption.key")).unwrap();
    refused("is empty", "master-keys.txt");
}

#[test]
fn a_key_from_elsewhere_is_no_sign_of_an_installation() {
    let elsewhere = folder("encryption-named-key").join("key");
    let named = ["--encryption-key-file", elsewhere.to_str().unwrap()];
    fs::write(&elsewhere, "5a".repeat(32)).unwrap();
    // A first start that was killed as it made its database.
    let begun = |name: &str| {
        let data = folder(name);
        fs::write(data.join("usher.sqlite"), "").unwrap();
        data
    };
    let doctor = |data: &Path, more: &[&str]| {
        let place = ["doctor", "--data", data.to_str().unwrap()];
        run(&[&place, more].concat()).data
    };
    let said = "says that there was an installation";
    let told = doctor(&begun("encryption-named"), &named);
    assert!(!told.contains(said), "{told}");
    let data = begun("encryption-own");
    fs::write(data.join("encryption.key"), "5a".repeat(32)).unwrap();
    let told = doctor(&data, &[]);
    assert!(told.contains(said), "{told}");
}
