//! The answer of a query against PostgreSQL, in a transaction that may only read.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls, SimpleQueryMessage};

use super::spool::{Spool, Table};
use super::{Broken, connections, late};

/// How long a connection is waited for, unless its string says `connect_timeout`.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(30);

/// Runs a query and keeps its answer, every value as PostgreSQL writes it (dates in ISO format), NULL
/// as an empty cell.
///
/// Errors: no such connection was given, none can be made, the query is refused, is several or is not
/// answered within `limit`.
pub(super) fn read(connection: &str, query: &str, limit: Duration) -> Result<Spool, Broken> {
    let config = config(connection)?;
    // A mapping is read in the middle of other work, which may be of a runtime.
    let query = query.to_owned();
    let worker = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let answer = tokio::time::timeout(limit, ask(&config, &query)).await;
            answer.unwrap_or_else(|_| Err(late(limit)))
        })
    });
    let ended = worker.join();
    ended.unwrap_or_else(|_| Err(Broken::new("its query broke off")))
}

fn config(connection: &str) -> Result<Config, Broken> {
    let Some(text) = connections::of(connection) else {
        let message = format!("the connection \"{connection}\" was not given");
        let variable = connections::variable(connection);
        let hint = format!(
            "put its connection string, such as postgres://reader:PASSWORD@localhost/book, in the \
             environment variable {variable}, or in a file: --connection {connection}=FILE"
        );
        return Err(Broken::new(message).hint(hint));
    };
    // What is wrong with it is not told: it has a password in it.
    let Ok(mut config) = text.trim().parse::<Config>() else {
        let message = format!("the connection \"{connection}\" is no connection string");
        return Err(Broken::new(message).hint("write it as postgres://USER:PASSWORD@HOST/DATABASE"));
    };
    let is_far_host = |host: &Host| match host {
        Host::Tcp(name) => {
            let address: Option<IpAddr> = name.parse().ok();
            name != "localhost" && !address.is_some_and(|address| address.is_loopback())
        }
        Host::Unix(_) => false,
    };
    // An address (`hostaddr`) goes before the name of its host.
    let is_far = config.get_hosts().iter().any(is_far_host)
        || (config.get_hostaddrs().iter()).any(|address| !address.is_loopback());
    let is_plain = config.get_ssl_mode() == SslMode::Disable;
    if config.get_ssl_mode() == SslMode::Require || (is_far && !is_plain) {
        let message = format!(
            "the connection \"{connection}\" leads to another machine, and this tool speaks to \
             PostgreSQL without TLS"
        );
        let hint = "make a tunnel and connect to localhost, or read it with a command (psql --csv); \
                    in a network that nobody listens to, add ?sslmode=disable";
        return Err(Broken::new(message).hint(hint));
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIME_MAX);
    }
    Ok(config)
}

async fn ask(config: &Config, query: &str) -> Result<Spool, Broken> {
    // The limit in the configuration is for the network alone: a server may accept and say nothing.
    let limit = config.get_connect_timeout().copied();
    let limit = limit.unwrap_or(CONNECT_TIME_MAX);
    let connected = tokio::time::timeout(limit, config.connect(NoTls)).await;
    let connected = connected.map_err(|_| {
        Broken::new(format!(
            "PostgreSQL does not answer within {} s",
            limit.as_secs()
        ))
    })?;
    let (client, connection) = connected.map_err(|error| refused(&error))?;
    let answer = async {
        let first = "set datestyle = 'ISO'; set client_encoding = 'UTF8'; begin read only";
        client.batch_execute(first).await?;
        client.simple_query_raw(query).await
    };
    let mut connection = pin!(connection);
    let stream = tokio::select! {
        stream = answer => stream.map_err(|error| refused(&error))?,
        ended = &mut connection => return Err(cut(ended.err().as_ref())),
    };
    let mut stream = pin!(stream);
    let mut table = Table::new()?;
    let (mut line, mut answers) = (1, 0);
    loop {
        let message = tokio::select! {
            message = stream.next() => message,
            ended = &mut connection => return Err(cut(ended.err().as_ref())),
        };
        let Some(message) = message else {
            break;
        };
        match message.map_err(|error| refused(&error))? {
            SimpleQueryMessage::RowDescription(columns) => {
                answers += 1;
                table.add(1, columns.iter().map(tokio_postgres::SimpleColumn::name))?;
            }
            SimpleQueryMessage::Row(row) => {
                line += 1;
                table.add(
                    line,
                    (0..row.len()).map(|at| row.get(at).unwrap_or_default()),
                )?;
            }
            _ => {}
        }
        if answers > 1 {
            return Err(Broken::new("its query gives several answers").hint("give one SELECT"));
        }
    }
    if answers == 0 {
        return Err(Broken::new("its query gives no rows").hint("give one SELECT"));
    }
    table.end(None)
}

fn refused(error: &tokio_postgres::Error) -> Broken {
    let reason = error.as_db_error().map_or_else(
        || error.to_string(),
        |said| format!("{} ({})", said.message(), said.code().code()),
    );
    Broken::new(format!("PostgreSQL says: {reason}"))
}

fn cut(error: Option<&tokio_postgres::Error>) -> Broken {
    error.map_or_else(|| Broken::new("PostgreSQL ended the connection"), refused)
}
