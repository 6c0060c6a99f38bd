//! What was answered survives: a killed process, a full disk, a lost server.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use store::testing::{scratch_folder, scratch_postgres_url, scratch_sqlite};
use store::{
    Commit, Error, PostgresOptions, SqliteOptions, Store, files, links, messages, profiles,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::NoTls;

use crate::samples::{ACCOUNT, creation, id, profile, stored_profile};

/// Where the child writes; absent in a normal run.
const CHILD: &str = "USHER_TEST_CHILD";

/// Claims nothing: it is the child that the test below runs and kills. By itself it ends at once.
#[test]
fn writes_until_killed() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::open_sqlite(path).await.unwrap();
        let writers = (0..4).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..1_000_000 {
                    let row = stored_profile(&store).await;
                    println!("stored {}", row.id);
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_no_answered_commit() {
    let path = scratch_folder().join("killed.db");
    let mut stored: Vec<u128> = Vec::new();
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "survival::writes_until_killed", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let before = stored.len();
        for line in lines {
            let line = line.unwrap();
            // The harness may put its own words in front of the first line.
            stored.extend(
                line.split_once("stored ")
                    .and_then(|(_, id)| id.parse::<u128>().ok()),
            );
            if stored.len() == before + 100 * round {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(
            stored.len() >= before + 100 * round,
            "the child ended by itself"
        );
        let store = Store::open_sqlite(&path).await.unwrap();
        for id in &stored {
            assert!(
                profiles::version(&store, ACCOUNT, *id)
                    .await
                    .unwrap()
                    .is_some(),
                "{id}"
            );
        }
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_database_says_so_and_goes_on_when_there_is_room() {
    let path = scratch_folder().join("full.db");
    let options = SqliteOptions {
        file_bytes_max: Some(2 * 1024 * 1024),
        ..SqliteOptions::default()
    };
    let store = Store::open_sqlite_with(&path, options).await.unwrap();
    let piece = |number| {
        let write = files::insert_chunk(ACCOUNT, 1, number, vec![7; 256 * 1024]);
        Commit::new().write(write)
    };
    let mut kept = 0;
    let error = loop {
        match store.commit(piece(kept)).await {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
        assert!(kept < 100, "the limit was not kept");
    };
    assert!(matches!(error, Error::Full { .. }), "{error:?}");
    assert!(
        files::load_chunk(&store, ACCOUNT, 1, kept - 1)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        files::load_chunk(&store, ACCOUNT, 1, kept)
            .await
            .unwrap()
            .is_none()
    );
    store
        .commit(Commit::new().write(files::delete_chunks(ACCOUNT, 1)))
        .await
        .unwrap();
    store.commit(piece(kept)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_neighbor_of_a_commit_that_does_not_fit_is_told_the_truth() {
    let path = scratch_folder().join("full.db");
    let options = SqliteOptions {
        file_bytes_max: Some(2 * 1024 * 1024),
        ..SqliteOptions::default()
    };
    let store = Store::open_sqlite_with(&path, options).await.unwrap();
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let commit = if number % 4 == 3 {
                    let write = files::insert_chunk(ACCOUNT, number, 0, vec![7; 3 * 1024 * 1024]);
                    Commit::new().write(write)
                } else {
                    Commit::new().write(links::insert(ACCOUNT, number, 1))
                };
                (number, store.commit(commit).await)
            })
        })
        .collect();
    for task in tasks {
        let (number, outcome) = task.await.unwrap();
        let found = !links::parents(&store, ACCOUNT, number, 1)
            .await
            .unwrap()
            .is_empty();
        assert_eq!(
            found,
            number % 4 != 3 && outcome.is_ok(),
            "{number}: {outcome:?}"
        );
        assert!(
            number % 4 != 3 || matches!(outcome, Err(Error::Full { .. })),
            "{outcome:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_does_not_see_what_is_not_committed() {
    let store = scratch_sqlite().await;
    let row = stored_profile(&store).await;
    let other = rusqlite::Connection::open(store.path().unwrap()).unwrap();
    other
        .execute_batch("begin immediate; delete from profile")
        .unwrap();
    assert!(
        profiles::load(&store, ACCOUNT, row.id)
            .await
            .unwrap()
            .is_some()
    );
    other.execute_batch("rollback").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_goes_on_after_its_connections_were_ended() {
    let Some(url) = scratch_postgres_url().await else {
        return;
    };
    let store = Store::open_postgres(&url, PostgresOptions::default())
        .await
        .unwrap();
    let row = stored_profile(&store).await;
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    for _ in 0..5 {
        let end = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()";
        client.batch_execute(end).await.unwrap();
        assert!(
            profiles::load(&store, ACCOUNT, row.id)
                .await
                .unwrap()
                .is_some()
        );
        stored_profile(&store).await;
    }
}

/// Passes bytes on; once, it passes COMMIT to the server and then hangs up before the answer.
async fn hang_up_after_commit(server: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let used = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = TcpStream::connect(&server).await.unwrap();
            let used = std::sync::Arc::clone(&used);
            tokio::spawn(async move {
                let (mut sent, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
                loop {
                    tokio::select! {
                        read = near.read(&mut sent) => {
                            let Ok(count @ 1..) = read else { return };
                            far.write_all(&sent[..count]).await.unwrap();
                            let commits = sent[..count].windows(7).any(|part| part == b"commit\0");
                            if commits && !used.swap(true, std::sync::atomic::Ordering::SeqCst) {
                                // The server may end the work that nobody waits for.
                                let _ = far.read(&mut answered).await;
                                return;
                            }
                        }
                        read = far.read(&mut answered) => {
                            let Ok(count @ 1..) = read else { return };
                            if near.write_all(&answered[..count]).await.is_err() { return }
                        }
                    }
                }
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_reported_as_unknown_and_made_once() {
    let Some(url) = scratch_postgres_url().await else {
        return;
    };
    let direct = Store::open_postgres(&url, PostgresOptions::default())
        .await
        .unwrap();
    let (before, rest) = url.split_once("127.0.0.1:").unwrap();
    let (port, after) = rest.split_once('/').unwrap();
    let proxy = hang_up_after_commit(format!("127.0.0.1:{port}")).await;
    let url = format!("{before}127.0.0.1:{proxy}/{after}?sslmode=disable");
    // The migration has nothing left to commit, so that the first COMMIT is the test's.
    let store = Store::open_postgres(&url, PostgresOptions::default())
        .await
        .unwrap();
    let row = profile(id());
    let error = store.commit(creation(&row)).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
    let found = profiles::version(&direct, ACCOUNT, row.id).await.unwrap();
    assert_eq!(found, Some((1, 1)), "this COMMIT reached the server");
    stored_profile(&store).await;
    assert_eq!(profiles::count(&direct, ACCOUNT, &[]).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_waits_for_every_transaction_that_began_before_it() {
    let Some(url) = scratch_postgres_url().await else {
        return;
    };
    let store = Store::open_postgres(&url, PostgresOptions::default())
        .await
        .unwrap();
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let endpoint = "insert into endpoint values (7, '00000000-0000-0000-0000-000000000001', '', '',
        '[\"E\"]', 1, 0, 1, 0, 0, null, null, 0, 0, '[]')";
    client.batch_execute(endpoint).await.unwrap();
    let slow = "begin; insert into message (account, endpoint_id, txn, id, event, at, body)
        values (7, '00000000-0000-0000-0000-000000000001', pg_current_xact_id()::text::bigint,
            '00000000-0000-0000-0000-000000000002', 'E', 1, 'slow')";
    client.batch_execute(slow).await.unwrap();
    let message = messages::NewMessage {
        account: ACCOUNT,
        id: id(),
        event: "E".to_owned(),
        at: 1,
        body: "fast".to_owned(),
    };
    store
        .commit(Commit::new().write(messages::insert(&message)))
        .await
        .unwrap();
    assert!(
        messages::head(&store, ACCOUNT, 1, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(store.claim_endpoint(10, 9, 9).await.unwrap().is_empty());
    client.batch_execute("commit").await.unwrap();
    // Transactions of other tests on the same server are waited for too.
    let mut bodies = Vec::new();
    for _ in 0..1_000 {
        let head = messages::head(&store, ACCOUNT, 1, 9).await.unwrap();
        bodies = head.into_iter().map(|message| message.body).collect();
        if bodies.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(bodies, ["slow", "fast"]);
}
