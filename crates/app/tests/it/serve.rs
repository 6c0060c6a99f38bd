use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::binary::{Answer, Server, exchange, folder, master_key, run};

/// Profiles asked for before the plug is pulled, and afterwards.
const ASKED: usize = 400;
/// The plug is pulled after so many answers.
const ANSWERED_BEFORE_KILL: usize = 120;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn person(number: usize) -> String {
    json!({
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": {
            "entity_type": "INDIVIDUAL",
            "customer_ref": format!("R-{number}"),
            "personal_details": {
                "name": { "given_names": ["Alex"], "family_name": format!("Wheeler {number}") },
                "dob": "1980-04-01",
            },
            "address_history": [{ "address": { "type": "STRUCTURED", "country": "GBR" } }],
        },
        "applications": [{ "product": { "alias": "current_account" } }],
    })
    .to_string()
}

/// The token under which the checks of a profile are held.
fn lease(data: &Path, profile: &Value) -> i64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = store::Store::open_sqlite(data.join("usher.sqlite"))
            .await
            .unwrap();
        let key = format!("checks:{}", profile.as_str().unwrap().replace('-', ""));
        let job = store::jobs::load(&store, service::accounts::DEMO, &key)
            .await
            .unwrap();
        store.close().await;
        job.expect("there is no such job").lease
    })
}

/// Asks for profiles one after the other until the server is gone.
fn ask_until_killed(address: &str, key: &str, answered: &mpsc::Sender<(usize, Answer)>) {
    for number in 0..ASKED {
        let once = format!("once-{number}");
        let headers = [("apikey", key), ("idempotency-key", once.as_str())];
        let Some(answer) = exchange(
            address,
            "POST",
            "/4.0/profiles",
            (&headers, &person(number)),
        ) else {
            return;
        };
        let _ = answered.send((number, answer));
    }
}

#[test]
fn what_was_answered_before_a_kill_is_there_afterwards() {
    let data = folder("serve-kill");
    let server = Server::start(&data);
    let key = master_key(&data, "demo");
    let published = server.ask("POST", "/admin/config", &key, config::DEMO);
    assert_eq!(published.status, 200, "{published:?}");
    let (sender, receiver) = mpsc::channel();
    let (address, asking_key) = (server.address.clone(), key.clone());
    let asking = std::thread::spawn(move || ask_until_killed(&address, &asking_key, &sender));
    let mut answers: Vec<(usize, Answer)> = receiver.iter().take(ANSWERED_BEFORE_KILL).collect();
    server.kill();
    asking.join().unwrap();
    answers.extend(receiver.try_iter());
    assert!(
        answers.len() < ASKED,
        "the server was not killed in the middle"
    );

    let server = Server::start(&data);
    for (number, before) in &answers {
        assert_eq!(before.status, 200, "{before:?}");
        let path = format!("/4.0/profiles/{}", before.body["id"].as_str().unwrap());
        let after = server.ask("GET", &path, &key, "");
        assert_eq!(after.status, 200, "{number}: {after:?}");
        assert_eq!(
            after.body["collected_data"]["customer_ref"],
            format!("R-{number}")
        );
        let once = format!("once-{number}");
        let headers = [("apikey", key.as_str()), ("idempotency-key", &once)];
        let again = server
            .send("POST", "/4.0/profiles", &headers, &person(*number))
            .unwrap();
        assert_eq!(again.body["id"], before.body["id"], "{number}");
    }
    // The one that was on its way has at most one effect, too.
    let (number, _) = answers.last().unwrap();
    let once = format!("once-{}", number + 1);
    let headers = [("apikey", key.as_str()), ("idempotency-key", &once)];
    let ask = || {
        server
            .send("POST", "/4.0/profiles", &headers, &person(number + 1))
            .unwrap()
    };
    let (one, other) = (ask(), ask());
    assert_eq!((one.status, &one.body["id"]), (200, &other.body["id"]));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_start_takes_up_what_a_killed_server_held() {
    let data = folder("serve-leases");
    let server = Server::start(&data);
    let key = master_key(&data, "demo");
    let published = server.ask("POST", "/admin/config", &key, config::DEMO);
    assert_eq!(published.status, 200, "{published:?}");
    // The demo provider takes half a minute to answer for this name, and its job is held meanwhile.
    let made = server.ask(
        "POST",
        "/4.0/profiles",
        &key,
        &person(1).replace("Alex", "Alex DELAY30"),
    );
    let path = format!("/4.0/profiles/{}", made.body["id"].as_str().unwrap());
    let before = loop {
        match lease(&data, &made.body["id"]) {
            0 => std::thread::sleep(Duration::from_millis(50)),
            token => break token,
        }
    };
    server.kill();
    let server = Server::start(&data);
    let after = lease(&data, &made.body["id"]);
    assert_ne!(after, before, "the job is still held by the dead");
    assert_eq!(server.ask("GET", &path, &key, "").status, 200);
}

#[test]
fn the_first_start_makes_what_only_its_owner_may_read() {
    let data = folder("serve-first").join("deep/data");
    let server = Server::start(&data);
    let (demo, live) = (master_key(&data, "demo"), master_key(&data, "live"));
    assert_eq!(mode(&data), 0o700);
    for file in ["master-keys.txt", "encryption.key", "usher.sqlite"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
    for key in [&demo, &live] {
        assert_eq!(server.ask("GET", "/4.0/whoami", key, "").status, 200);
    }
    assert_eq!(
        server.ask("GET", "/4.0/whoami", "usher_demo_0", "").status,
        401
    );
    assert_eq!(server.stop(), Some(0));
    let server = Server::start(&data);
    assert_eq!(master_key(&data, "demo"), demo);
    assert!(!data.join("master-keys-2.txt").exists());
    assert_eq!(server.ask("GET", "/4.0/whoami", &demo, "").status, 200);
}

#[test]
fn two_servers_never_share_a_folder() {
    let data = folder("serve-lock");
    let server = Server::start(&data);
    let name = data.to_str().unwrap();
    let second = run(&["serve", "--data", name, "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 2, "{}", second.talk);
    assert!(
        second.talk.contains("another usher is at work"),
        "{}",
        second.talk
    );
    let demo = run(&["demo", "--exit", "--data", name]);
    assert_eq!(demo.code, 2, "{}", demo.talk);
    assert!(demo.talk.contains("was not made by"), "{}", demo.talk);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_lost_encryption_key_is_never_replaced() {
    let data = folder("serve-key");
    assert_eq!(Server::start(&data).stop(), Some(0));
    let (name, key) = (data.to_str().unwrap(), data.join("encryption.key"));
    let serve = || run(&["serve", "--data", name, "--listen", "127.0.0.1:0"]);
    fs::write(&key, "not a key").unwrap();
    let run = serve();
    assert!(
        run.code == 2 && run.talk.contains("is no encryption key"),
        "{}",
        run.talk
    );
    fs::remove_file(&key).unwrap();
    let run = serve();
    assert!(
        run.code == 2 && run.talk.contains("hint: bring it back"),
        "{}",
        run.talk
    );
    assert!(!key.exists());
}

#[test]
fn a_log_level_that_is_none_is_a_mistake_of_usage() {
    let data = folder("serve-logs");
    let run = run(&[
        "serve",
        "--data",
        data.to_str().unwrap(),
        "--log-level",
        "loud",
    ]);
    assert!(
        run.code == 2 && run.talk.contains("hint: write one of error"),
        "{}",
        run.talk
    );
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "nothing was made");
}
