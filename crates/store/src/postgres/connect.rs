//! Connections: how they are made and what every session is told.

use std::str::FromStr;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use tokio_postgres::{Config, NoTls};

use crate::error::Error;
use crate::postgres::PostgresOptions;

/// Every statement reads and writes by key. Plans are made once and must not depend on how full a
/// table was at that moment, so what reads whole tables is priced out.
const PLANS: &str = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off \
    -c plan_cache_mode=force_generic_plan -c jit=off";

/// The settings of a connection.
pub(super) fn config(url: &str, options: &PostgresOptions) -> Result<Config, Error> {
    let mut config = Config::from_str(url).map_err(|source| {
        Error::caused(
            "the PostgreSQL URL cannot be read; it looks like postgresql://user@host:5432/database",
            source,
        )
    })?;
    let given = config.get_options().unwrap_or_default().to_owned();
    config.options(format!(
        "{PLANS} -c statement_timeout={} -c idle_in_transaction_session_timeout={} {given}",
        options.statement_milliseconds_max, options.idle_milliseconds_max
    ));
    config.connect_timeout(milliseconds(options.connect_milliseconds_max));
    if config.get_application_name().is_none() {
        config.application_name("usher");
    }
    Ok(config)
}

pub(super) fn pool(url: &str, options: &PostgresOptions, size: usize) -> Result<Pool, Error> {
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_config(config(url, options)?, NoTls, recycling);
    let patience = Some(milliseconds(options.connect_milliseconds_max));
    Pool::builder(manager)
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .timeouts(Timeouts {
            wait: patience,
            create: patience,
            recycle: patience,
        })
        .build()
        .map_err(|source| Error::caused("the pool of connections could not be made", source))
}

fn milliseconds(count: u32) -> Duration {
    Duration::from_millis(u64::from(count))
}
