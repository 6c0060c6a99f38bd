//! Makes databases on a server.

use tokio_postgres::NoTls;

use crate::testing::{fail, watchdog};

/// Makes a database on the server; returns its URL.
pub(super) async fn create(server: &str) -> String {
    let name = format!(
        "usher_test_{}_{:016x}",
        std::process::id(),
        rand::random::<u64>()
    );
    let (client, connection) = match tokio_postgres::connect(server, NoTls).await {
        Ok(connected) => connected,
        Err(error) => fail(&format!(
            "the PostgreSQL server at {server} failed: {error}"
        )),
    };
    let running = tokio::spawn(connection);
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
    use super::with_database;

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
