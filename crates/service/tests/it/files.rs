//! Files at rest: what lies in the database tells nothing, and what was altered there is not served.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use service::idempotency::Idempotency;
use service::key_check::{self, Fit};
use service::{Caller, Kind, files};
use store::files::CHUNK_BYTES;
use store::{Commit, Statement, Write};
use uuid::Uuid;

use crate::harness::World;
use crate::life::{parse, person};

const POLICY: &str = include_str!("life.yaml");

/// A document of two pieces that no database can make smaller, all of it printable.
fn random_document() -> Vec<u8> {
    let mut noise = vec![0; CHUNK_BYTES];
    rand::fill(&mut noise[..]);
    [b"%PDF-1.7 ", STANDARD.encode(noise).as_bytes()].concat()
}

/// Parts of a text, of which a database keeps at least some in one place.
fn parts(text: &[u8]) -> Vec<String> {
    let places = (1..8).map(|eighth| text.len() / 8 * eighth);
    let parts = places.map(|place| text[place..place + 24].to_vec());
    parts.map(|part| String::from_utf8(part).unwrap()).collect()
}

/// Uploads under an idempotency key, so that an answer is kept, too; returns the id.
async fn upload(world: &World, profile: u128, document: &[u8]) -> u128 {
    let idempotency = Some(Idempotency {
        key: Uuid::from_u128(rand::random()).to_string(),
        is_shared: false,
        request_hash: [1; 32],
    });
    let caller = Caller {
        idempotency,
        ..world.caller.clone()
    };
    let body = json!({ "data": STANDARD.encode(document), "name": "passport.pdf" });
    let answer = files::upload(&world.platform, &caller, profile, parse(body)).await;
    let file: Value = serde_json::from_str(&answer.unwrap().body).unwrap();
    let id: Uuid = file["id"].as_str().unwrap().parse().unwrap();
    id.as_u128()
}

/// Where the database keeps its files; nothing when it is on another machine.
fn folder(store: &store::Store, url: Option<&str>) -> Option<PathBuf> {
    if let Some(path) = store.path() {
        return path.parent().map(Path::to_owned);
    }
    let asked = Command::new("psql")
        .args(["-At", "-c", "show data_directory", "-d", url?])
        .output();
    let told = String::from_utf8(asked.ok()?.stdout).ok()?;
    let folder = PathBuf::from(told.trim());
    folder.is_dir().then_some(folder)
}

/// Whether a file of the folder has one of these texts in it.
fn is_found(folder: &Path, texts: &[String]) -> bool {
    let mut grep = Command::new("grep");
    grep.args(["-r", "-a", "-s", "-l", "-F"]);
    for text in texts {
        grep.args(["-e", text]);
    }
    // Files of other tests may vanish meanwhile, which grep calls a failure.
    let found = grep.arg(folder).output().unwrap();
    !found.stdout.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_uploaded_is_nowhere_in_the_files_of_the_database() {
    let mut places = vec![(store::testing::scratch_sqlite().await, None)];
    if let Some(url) = store::testing::scratch_postgres_url().await {
        let options = store::PostgresOptions::default();
        let store = store::Store::open_postgres(&url, options).await.unwrap();
        places.push((store, Some(url)));
    }
    for (store, url) in places {
        let Some(folder) = folder(&store, url.as_deref()) else {
            eprintln!("skipped PostgreSQL: its data folder cannot be looked into");
            continue;
        };
        let world = World::new(store, POLICY).await;
        let planted = format!("Planted{:032x}", rand::random::<u128>());
        let profile = world.create(person(&planted)).await;
        let document = random_document();
        let file = upload(&world, profile, &document).await;
        let back = files::content(&world.platform, &world.caller, profile, file).await;
        assert!(back.unwrap().bytes == document, "read back otherwise");
        world.quiet().await;
        assert!(
            is_found(&folder, &[planted]),
            "{folder:?}: the name of the profile is looked for in the wrong place"
        );
        assert!(!is_found(&folder, &parts(&document)), "{folder:?}");
        let sent = STANDARD.encode(&document);
        assert!(!is_found(&folder, &parts(sent.as_bytes())), "{folder:?}");
        world.stop();
    }
}

/// The pieces of a file, as stored.
async fn pieces(world: &World, file: u128) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    for number in 0.. {
        let piece =
            store::files::load_chunk(&world.platform.store, world.caller.account, file, number);
        let Some(piece) = piece.await.unwrap() else {
            break;
        };
        pieces.push(piece);
    }
    pieces
}

/// Puts other pieces in the place of those stored.
async fn alter(world: &World, file: u128, pieces: &[Vec<u8>]) {
    let account = world.caller.account;
    let insert = |(number, piece): (i64, &Vec<u8>)| {
        store::files::insert_chunk(account, file, number, piece.clone())
    };
    let commit = Commit::new()
        .write(store::files::delete_chunks(account, file))
        .writes((0..).zip(pieces).map(insert));
    world.platform.store.commit(commit).await.unwrap();
}

/// Pieces that are not those stored, each with how they differ.
fn altered(stored: &[Vec<u8>], others: &[Vec<u8>]) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut all = Vec::new();
    for number in 0..stored.len() {
        let length = stored[number].len();
        for at in [0, length / 2, length - 1] {
            let mut pieces = stored.to_vec();
            pieces[number][at] ^= 1;
            all.push((format!("a bit of byte {at} of piece {number}"), pieces));
        }
        let mut pieces = stored.to_vec();
        pieces[number].pop();
        all.push((format!("piece {number} is shorter"), pieces));
        let mut pieces = stored.to_vec();
        pieces[number].clone_from(&others[number]);
        all.push((format!("piece {number} is another file's"), pieces));
    }
    all.push(("swapped".to_owned(), stored.iter().rev().cloned().collect()));
    all.push(("the last is gone".to_owned(), stored[..1].to_vec()));
    all.push(("nothing is left".to_owned(), Vec::new()));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_altered_in_the_database_is_refused_and_not_served() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let profile = world.create(person("Alex")).await;
        let document = random_document();
        let file = upload(&world, profile, &document).await;
        let stored = pieces(&world, file).await;
        assert_eq!(stored.len(), 2, "{name}");
        let another = upload(&world, profile, &random_document()).await;
        let others = pieces(&world, another).await;
        for (how, pieces) in altered(&stored, &others) {
            alter(&world, file, &pieces).await;
            let read = files::read(&world.platform, &world.caller, profile, file).await;
            let failure = read.expect_err(&how);
            assert_eq!(failure.kind, Kind::Internal, "{name}: {how}: {failure}");
        }
        alter(&world, file, &stored).await;
        let back = files::content(&world.platform, &world.caller, profile, file).await;
        assert!(back.unwrap().bytes == document, "{name}");
        world.stop();
    }
}

static FORGET: Statement = Statement::change(
    "test.forget_key_check",
    "update institution set key_check = null",
);

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_judged_by_its_check_or_else_by_a_file() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let (store, right) = (&world.platform.store, &[0; 32]);
        let fit = async |key| key_check::look(store, key).await.unwrap();
        let forget = async || {
            let commit = Commit::new().write(Write::new(&FORGET, vec![]));
            store.commit(commit).await.unwrap();
        };
        assert_eq!(fit(right).await, Fit::Right, "{name}");
        assert_eq!(fit(&[1; 32]).await, Fit::Wrong, "{name}");
        forget().await;
        assert_eq!(fit(&[1; 32]).await, Fit::Unproven, "{name}");
        let profile = world.create(person("Alex")).await;
        upload(&world, profile, &random_document()).await;
        assert_eq!(fit(right).await, Fit::Right, "{name}");
        let settled = key_check::settle(store, &[1; 32]).await.unwrap();
        assert_eq!(settled, Fit::Wrong, "{name}");
        let institutions = store::institutions::list(store).await.unwrap();
        assert_eq!(institutions[0].key_check, None, "{name}");
        let settled = key_check::settle(store, right).await.unwrap();
        assert_eq!(settled, Fit::Right, "{name}");
        let institutions = store::institutions::list(store).await.unwrap();
        assert!(institutions[0].key_check.is_some(), "{name}");
        world.quiet().await;
        world.stop();
    }
}
