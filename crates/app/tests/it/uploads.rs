//! Files, sent to the real server.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::binary::{Server, exchange, folder, master_key};

/// Many pieces, which take many commits.
const LARGE_BYTES: usize = 20 * 1024 * 1024;
/// How often an upload is begun that is to be cut off in the middle.
const ATTEMPTS_MAX: usize = 10;
const PATIENCE: Duration = Duration::from_mins(1);

/// A server with the demo policy, its key, and the path of a profile.
fn begin(data: &Path) -> (Server, String, String) {
    let server = Server::start(data);
    let key = master_key(data, "demo");
    let published = server.ask("POST", "/admin/config", &key, config::DEMO);
    assert_eq!(published.status, 200, "{published:?}");
    let person = json!({
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": {
            "entity_type": "INDIVIDUAL",
            "personal_details": { "name": { "given_names": ["Ada"], "family_name": "Byron" } },
        },
    });
    let profile = server.ask("POST", "/4.0/profiles", &key, &person.to_string());
    assert_eq!(profile.status, 200, "{profile:?}");
    let at = format!("/4.0/profiles/{}", profile.body["id"].as_str().unwrap());
    (server, key, at)
}

fn document(length: usize, filling: u8) -> Vec<u8> {
    let mut document = b"%PDF-1.7 ".to_vec();
    document.resize(length, filling);
    document
}

fn request(document: &[u8]) -> String {
    json!({ "data": STANDARD.encode(document), "name": "passport.pdf" }).to_string()
}

/// How many files and pieces of files the database has.
fn stored(data: &Path) -> (i64, i64) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let path = data.join("usher.sqlite");
        let store = store::Store::open_sqlite(path).await.unwrap();
        let counts = store::tables::counts(&store).await.unwrap();
        store.close().await;
        let of = |table: &str| counts.iter().find(|(name, _)| name == table).unwrap().1;
        (of("file"), of("file_chunk"))
    })
}

/// Sends a file, and pulls the plug when the first pieces are stored; whether it was in time.
fn cut_off(server: Server, data: &Path, key: &str, at: &str) -> bool {
    let (address, path) = (server.address.clone(), format!("{at}/files"));
    let (key, before) = (key.to_owned(), stored(data));
    let sending = std::thread::spawn(move || {
        let body = request(&document(LARGE_BYTES, b' '));
        exchange(&address, "POST", &path, (&[("apikey", &key)], &body))
    });
    let begun = Instant::now();
    while stored(data) == before {
        assert!(begun.elapsed() < PATIENCE, "nothing was stored");
    }
    server.kill();
    sending.join().unwrap().is_none() && stored(data).0 == before.0
}

#[test]
fn what_a_killed_upload_has_stored_is_cleared_away_by_the_next_start() {
    let data = folder("uploads-kill");
    let (mut server, key, at) = begin(&data);
    for attempt in 0.. {
        assert!(attempt < ATTEMPTS_MAX, "every upload ended before the kill");
        if cut_off(server, &data, &key, &at) {
            break;
        }
        server = Server::start(&data);
    }
    let (files, pieces) = stored(&data);
    let whole = files * i64::try_from(LARGE_BYTES.div_ceil(1024 * 1024)).unwrap();
    assert!(pieces > whole, "no piece was left behind");
    let server = Server::start(&data);
    let begun = Instant::now();
    while stored(&data) != (files, whole) {
        assert!(begun.elapsed() < PATIENCE, "{:?}", stored(&data));
        std::thread::sleep(Duration::from_millis(50));
    }
    let body = request(&document(1_000, b' '));
    let again = server.ask("POST", &format!("{at}/files"), &key, &body);
    assert_eq!(again.status, 200, "{again:?}");
}

#[test]
fn of_many_files_at_once_each_waits_for_its_turn_and_none_is_refused() {
    const AT_ONCE: u8 = 12;
    let data = folder("uploads-many");
    let (server, key, at) = begin(&data);
    let path = format!("{at}/files");
    let send = |filling: u8| {
        let document = document(512 * 1024, filling);
        let sent = server.ask("POST", &path, &key, &request(&document));
        assert_eq!(sent.status, 200, "{sent:?}");
        let own = format!("{path}/{}", sent.body["id"].as_str().unwrap());
        let read = server.ask("GET", &own, &key, "");
        assert_eq!(read.status, 200);
        let back = match &read.body["data"] {
            Value::String(text) => STANDARD.decode(text).unwrap(),
            other => panic!("{other}"),
        };
        assert!(back == document, "another file was read back");
    };
    let send = &send;
    std::thread::scope(|scope| {
        for filling in 0..AT_ONCE {
            scope.spawn(move || send(filling));
        }
    });
    assert_eq!(stored(&data).0, i64::from(AT_ONCE));
}
