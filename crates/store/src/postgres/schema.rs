//! Brings the schema of a PostgreSQL database up to date. Nodes that start together take turns.

use tokio_postgres::{Client, NoTls};

use crate::error::Error;
use crate::migration::{self, Migration};
use crate::postgres::{PostgresOptions, connect};

/// The number of the advisory lock that is held meanwhile: "usher" in ASCII.
const LOCK: i64 = 0x75_73_68_65_72;

pub(super) async fn migrate(
    url: &str,
    options: &PostgresOptions,
    steps: &[Migration],
) -> Result<(), Error> {
    let config = connect::config(url, options)?;
    let connecting = config.connect(NoTls).await;
    let (mut client, connection) = connecting.map_err(|source| {
        Error::caused(
            "PostgreSQL cannot be reached; check the URL and that it runs",
            source,
        )
    })?;
    let running = tokio::spawn(connection);
    let outcome = take_steps(&mut client, steps).await;
    drop(client);
    // The session ends with its client; how, no longer matters.
    let _ = running.await;
    outcome
}

async fn take_steps(client: &mut Client, steps: &[Migration]) -> Result<(), Error> {
    // A step may take longer than a request, and waits for other nodes that take it.
    client
        .batch_execute("set statement_timeout = 0")
        .await
        .map_err(failed)?;
    client
        .execute("select pg_advisory_lock($1)", &[&LOCK])
        .await
        .map_err(failed)?;
    client
        .batch_execute(migration::TABLE)
        .await
        .map_err(failed)?;
    let rows = client
        .query("select number, checksum from schema_version", &[])
        .await
        .map_err(failed)?;
    let taken: Vec<(i64, String)> = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, tokio_postgres::Error>>()
        .map_err(failed)?;
    for step in migration::missing(steps, &taken)? {
        let transaction = client.transaction().await.map_err(failed)?;
        transaction.batch_execute(step.text).await.map_err(failed)?;
        transaction
            .execute(
                "insert into schema_version (number, name, checksum) values ($1, $2, $3)",
                &[&step.number, &step.name, &step.checksum()],
            )
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
    Ok(())
}

fn failed(source: tokio_postgres::Error) -> Error {
    Error::caused(
        "the schema of the database could not be brought up to date",
        source,
    )
}
