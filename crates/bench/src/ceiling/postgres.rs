//! The ceiling on PostgreSQL: as many connections as the store has writers, each transaction in
//! one pipelined round trip. A transaction begins when all have ended that had ended when it began
//! in the run, so that what depends on each other stays in order.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use store::testing::{Batch, Cluster, Step};
use store::{Kind, PostgresOptions, Store, Value};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

use super::Ceiling;
use crate::{Trouble, processor};

/// What the store's own sessions are told, for the same plans.
const PLANS: &str = "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; \
    set plan_cache_mode = force_generic_plan; set jit = off";

/// A connection that looks at the server.
pub(crate) struct Observer {
    client: Client,
    /// The process that serves it.
    pub(crate) process: u32,
}

impl Observer {
    pub(crate) async fn connect(url: &str) -> Result<Observer, Trouble> {
        let client = connect(url).await?;
        let id: i32 = client
            .query_one("select pg_backend_pid()", &[])
            .await?
            .try_get(0)?;
        Ok(Observer {
            client,
            process: u32::try_from(id)?,
        })
    }

    /// The bytes of the database.
    pub(crate) async fn bytes(&self) -> Result<i64, Trouble> {
        let row = self
            .client
            .query_one("select pg_database_size(current_database())", &[])
            .await?;
        Ok(row.try_get(0)?)
    }
}

/// Where to replay.
pub(crate) struct Replay<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) writers: usize,
}

impl Replay<'_> {
    /// The same rows in the same transactions.
    pub(crate) async fn same_commits(&self, batches: &[Batch]) -> Result<Ceiling, Trouble> {
        let scripts = batches
            .iter()
            .map(|batch| Script::of(batch, true))
            .collect();
        self.replay(scripts, self.writers).await
    }

    /// The same rows in one transaction, with the same statements.
    pub(crate) async fn one_commit(&self, batches: &[Batch]) -> Result<Ceiling, Trouble> {
        let mut scripts: Vec<Script> = batches
            .iter()
            .map(|batch| Script::of(batch, false))
            .collect();
        if let Some(first) = scripts.first_mut() {
            first.begins = true;
        }
        if let Some(last) = scripts.last_mut() {
            last.commits = true;
        }
        self.replay(scripts, 1).await
    }

    async fn replay(&self, scripts: Vec<Script>, writers: usize) -> Result<Ceiling, Trouble> {
        let url = self.cluster.create_database().await;
        Store::open_postgres(&url, PostgresOptions::default())
            .await?
            .close()
            .await;
        let observer = Observer::connect(&url).await?;
        let mut clients = Vec::new();
        for _ in 0..writers {
            clients.push(Prepared::new(&url, &scripts).await?);
        }
        let scripts = Arc::new(scripts);
        let progress = Arc::new(Progress::new(scripts.len()));
        let (driver, database) = (
            processor::of_this_process()?,
            processor::of_siblings(observer.process)?,
        );
        let begun = Instant::now();
        let mut workers = JoinSet::new();
        for client in clients {
            workers.spawn(work(client, Arc::clone(&scripts), Arc::clone(&progress)));
        }
        let mut rows = 0;
        while let Some(ended) = workers.join_next().await {
            rows += ended??;
        }
        let wall = begun.elapsed();
        let after = (
            processor::of_this_process()?,
            processor::of_siblings(observer.process)?,
        );
        Ok(Ceiling {
            wall,
            driver: Duration::saturating_sub(after.0, driver),
            database: Some(Duration::saturating_sub(after.1, database)),
            rows,
        })
    }
}

/// One transaction, or a part of one, ready to be sent.
struct Script {
    begun_after: usize,
    begins: bool,
    commits: bool,
    calls: Vec<Call>,
}

struct Call {
    sql: &'static str,
    parameters: Vec<Parameter>,
}

impl Script {
    fn of(batch: &Batch, is_whole: bool) -> Script {
        let calls = batch.steps().iter().flat_map(calls).collect();
        Script {
            begun_after: batch.begun_after,
            begins: is_whole,
            commits: is_whole,
            calls,
        }
    }
}

fn calls(step: &Step) -> Vec<Call> {
    let Some(kinds) = &step.arrays else {
        let one = |row: &Vec<Value>| Call {
            sql: step.sql,
            parameters: row.iter().cloned().map(Parameter::One).collect(),
        };
        return step.rows.iter().map(one).collect();
    };
    let column = |(place, kind): (usize, &Kind)| {
        let values = step.rows.iter().map(|row| row.get(place));
        match kind {
            Kind::Integer => Parameter::Integers(
                values
                    .map(|value| match value {
                        Some(Value::Integer(number)) => Some(*number),
                        _ => None,
                    })
                    .collect(),
            ),
            Kind::Text => Parameter::Texts(
                values
                    .map(|value| match value {
                        Some(Value::Text(text)) => Some(text.clone()),
                        _ => None,
                    })
                    .collect(),
            ),
            Kind::Uuid => Parameter::Uuids(
                values
                    .map(|value| match value {
                        Some(Value::Uuid(id)) => Some(Uuid::from_u128(*id)),
                        _ => None,
                    })
                    .collect(),
            ),
            Kind::Bytes => Parameter::Bytes(
                values
                    .map(|value| match value {
                        Some(Value::Bytes(bytes)) => Some(bytes.clone()),
                        _ => None,
                    })
                    .collect(),
            ),
        }
    };
    vec![Call {
        sql: step.sql,
        parameters: kinds.iter().enumerate().map(column).collect(),
    }]
}

#[derive(Debug)]
enum Parameter {
    One(Value),
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Uuids(Vec<Option<Uuid>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl ToSql for Parameter {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Trouble> {
        match self {
            Parameter::One(value) => value.to_sql(kind, out),
            Parameter::Integers(values) => values.to_sql(kind, out),
            Parameter::Texts(values) => values.to_sql(kind, out),
            Parameter::Uuids(values) => values.to_sql(kind, out),
            Parameter::Bytes(values) => values.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A connection with every statement prepared.
struct Prepared {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

impl Prepared {
    async fn new(url: &str, scripts: &[Script]) -> Result<Prepared, Trouble> {
        let client = connect(url).await?;
        client.batch_execute(PLANS).await?;
        let mut statements = HashMap::new();
        for call in scripts.iter().flat_map(|script| &script.calls) {
            if !statements.contains_key(call.sql) {
                statements.insert(call.sql, client.prepare(call.sql).await?);
            }
        }
        Ok(Prepared { client, statements })
    }

    /// Sends a script in one go; how many rows it touched.
    async fn run(&self, script: &Script) -> Result<u64, Trouble> {
        type Sent<'a> =
            Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>>;
        let command = |text: &'static str| -> Sent<'_> {
            Box::pin(async move { self.client.batch_execute(text).await.map(|()| 0) })
        };
        let mut sent: Vec<Sent<'_>> = Vec::with_capacity(script.calls.len() + 2);
        if script.begins {
            sent.push(command("begin"));
        }
        for call in &script.calls {
            let statement = self
                .statements
                .get(call.sql)
                .ok_or("a statement was not prepared")?;
            sent.push(Box::pin(async move {
                let parameters: Vec<&(dyn ToSql + Sync)> = call
                    .parameters
                    .iter()
                    .map(|one| one as &(dyn ToSql + Sync))
                    .collect();
                self.client.execute(statement, &parameters).await
            }));
        }
        if script.commits {
            sent.push(command("commit"));
        }
        // Polled once each, in order: everything is on its way before the first answer is awaited.
        let mut answers: Vec<Option<Result<u64, tokio_postgres::Error>>> = poll_fn(|context| {
            let first = sent.iter_mut().map(|one| match one.as_mut().poll(context) {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => None,
            });
            Poll::Ready(first.collect())
        })
        .await;
        let mut rows = 0;
        for (one, answer) in sent.iter_mut().zip(&mut answers) {
            rows += match answer.take() {
                Some(answer) => answer?,
                None => one.await?,
            };
        }
        Ok(rows)
    }
}

/// Which scripts were taken and which have ended.
struct Progress {
    next: AtomicUsize,
    ended: watch::Sender<Vec<bool>>,
}

impl Progress {
    fn new(count: usize) -> Progress {
        Progress {
            next: AtomicUsize::new(0),
            ended: watch::Sender::new(vec![false; count]),
        }
    }
}

/// Takes one script after the other.
async fn work(
    client: Prepared,
    scripts: Arc<Vec<Script>>,
    progress: Arc<Progress>,
) -> Result<u64, Trouble> {
    let mut ended = progress.ended.subscribe();
    let mut rows = 0;
    // Those before this place are known to have ended.
    let mut known = 0;
    loop {
        let place = progress.next.fetch_add(1, Ordering::SeqCst);
        let Some(script) = scripts.get(place) else {
            return Ok(rows);
        };
        let is_due = |all: &Vec<bool>| {
            all.get(known..script.begun_after)
                .is_none_or(|before| before.iter().all(|ended| *ended))
        };
        ended.wait_for(is_due).await?;
        known = known.max(script.begun_after);
        rows += client.run(script).await?;
        progress.ended.send_modify(|all| {
            if let Some(mine) = all.get_mut(place) {
                *mine = true;
            }
        });
    }
}

async fn connect(url: &str) -> Result<Client, Trouble> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // It ends with its client; what went wrong with it, the client's next request says.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}
