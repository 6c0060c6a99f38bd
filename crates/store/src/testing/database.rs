//! Makes databases on a server, and takes away those that nobody uses any more.

use std::path::Path;

use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

use crate::testing::{fail, watchdog};

/// How the names of scratch databases begin; the number of the process that made it follows.
const PREFIX: &str = "usher_test_";

/// How many databases of ended processes are dropped for each one made: more than one, so that
/// they never become many.
const DROPPED_AT_ONCE: usize = 3;

/// Makes a database on the server; returns its URL.
pub(super) async fn create(server: &str) -> String {
    let name = format!(
        "{PREFIX}{}_{:016x}",
        std::process::id(),
        rand::random::<u64>()
    );
    let (client, running) = connect(server).await;
    if let Err(error) = client
        .batch_execute(&format!("create database {name}"))
        .await
    {
        fail(&format!("the database {name} cannot be made: {error:?}"));
    }
    drop(client);
    // The session ends with its client; how, does not matter.
    let _ = running.await;
    with_database(server, &name)
}

/// The same on somebody else's server: the database is dropped when this process ends.
pub(super) async fn create_watched(server: &str) -> String {
    let url = create(server).await;
    let name = url
        .split('?')
        .next()
        .and_then(|url| url.rsplit('/').next())
        .unwrap_or_default();
    watchdog::after_this_process(&format!(
        "psql -d '{server}' -c 'drop database if exists {name} with (force)'"
    ));
    url
}

/// Drops a few databases of processes of this machine that have ended: a run of all tests makes
/// many hundreds, and a small disk would not hold them. Only for a server that no other machine
/// uses. Where the processes cannot be looked up, nothing is dropped.
pub(super) async fn drop_left_over(server: &str) {
    if !Path::new("/proc/self").exists() {
        return;
    }
    let (client, running) = connect(server).await;
    let names = client
        .query("select datname::text from pg_database", &[])
        .await
        .unwrap_or_default();
    let left = names
        .iter()
        .map(|row| row.get::<_, String>(0))
        .filter(|name| owner(name).is_some_and(|id| !Path::new("/proc").join(id).exists()));
    for name in left.take(DROPPED_AT_ONCE) {
        // Another test may have been quicker; whatever is left goes with the server.
        let _ = client
            .batch_execute(&format!("drop database if exists {name} with (force)"))
            .await;
    }
    drop(client);
    // The session ends with its client; how, does not matter.
    let _ = running.await;
}

/// The number of the process that made a database, if a test did.
fn owner(name: &str) -> Option<&str> {
    let (id, _) = name.strip_prefix(PREFIX)?.split_once('_')?;
    id.bytes().all(|byte| byte.is_ascii_digit()).then_some(id)
}

async fn connect(server: &str) -> (Client, JoinHandle<Result<(), tokio_postgres::Error>>) {
    match tokio_postgres::connect(server, NoTls).await {
        Ok((client, connection)) => (client, tokio::spawn(connection)),
        Err(error) => fail(&format!(
            "the PostgreSQL server at {server} failed: {error}"
        )),
    }
}

/// The URL with another database in it.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = match server.split_once('?') {
        Some((address, options)) => (address, format!("?{options}")),
        None => (server, String::new()),
    };
    let scheme_end = address.find("://").map_or(0, |place| place + 3);
    let host_end = address
        .get(scheme_end..)
        .and_then(|rest| rest.find('/'))
        .map(|place| place + scheme_end);
    let host = host_end
        .and_then(|end| address.get(..end))
        .unwrap_or(address);
    format!("{host}/{name}{options}")
}

#[cfg(test)]
mod tests {
    use super::{owner, with_database};

    #[test]
    fn only_databases_of_tests_have_an_owner() {
        for (name, wanted) in [
            ("usher_test_12_00ff", Some("12")),
            ("usher_test_12", None),
            ("usher_test_.._00ff", None),
            ("usher_12_00ff", None),
            ("postgres", None),
        ] {
            assert_eq!(owner(name), wanted, "{name}");
        }
    }

    #[test]
    fn the_database_of_a_url_is_replaced() {
        for (given, wanted) in [
            ("postgresql://a@h:1", "postgresql://a@h:1/x"),
            ("postgresql://a@h:1/", "postgresql://a@h:1/x"),
            ("postgresql://a:b@h/old?c=d", "postgresql://a:b@h/x?c=d"),
        ] {
            assert_eq!(with_database(given, "x"), wanted);
        }
    }
}
