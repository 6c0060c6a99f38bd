//! Receivers of webhooks, and the state of their queues. Whoever holds the lease of an endpoint
//! may deliver its messages, in order; nobody else can.

use crate::commit::{Guard, Write};
use crate::error::Error;
use crate::jobs;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `endpoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointRow {
    /// The account.
    pub account: i64,
    /// The identifier.
    pub id: u128,
    /// Where messages go.
    pub url: String,
    /// The secret that signs them, or a reference to it.
    pub secret: String,
    /// The events it wants: a JSON array of their names.
    pub events: String,
    /// Whether it takes messages.
    pub enabled: bool,
    /// Whether several messages may go in one request.
    pub batching: bool,
    /// When it was made, in microseconds.
    pub created_at: i64,
    /// When delivery may be tried next, in microseconds.
    pub next_attempt_at: i64,
    /// How often the message at the head has failed.
    pub attempts: i64,
    /// Since when nothing could be delivered, in microseconds.
    pub stalled_since: Option<i64>,
    /// When a message was last delivered, in microseconds.
    pub last_processed_at: Option<i64>,
    /// The token that proves who holds it; 0 when nobody does.
    pub lease: i64,
    /// When the lease ends, in microseconds.
    pub lease_until: i64,
    /// The last failures, at most ten: a JSON array.
    pub failures: String,
}

static TABLE: Table = Table {
    name: "endpoint",
    key: &["account", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("id", Kind::Uuid),
        ("url", Kind::Text),
        ("secret", Kind::Text),
        ("events", Kind::Text),
        ("enabled", Kind::Integer),
        ("batching", Kind::Integer),
        ("created_at", Kind::Integer),
        ("next_attempt_at", Kind::Integer),
        ("attempts", Kind::Integer),
        ("stalled_since", Kind::Integer),
        ("last_processed_at", Kind::Integer),
        ("lease", Kind::Integer),
        ("lease_until", Kind::Integer),
        ("failures", Kind::Text),
    ],
};

static INSERT: Statement = Statement::insert("endpoint.insert", &TABLE);
static CONFIGURE: Statement = Statement::update(
    "endpoint.configure",
    &TABLE,
    &["url", "secret", "events", "enabled", "batching"],
);
static RETRY_NOW: Statement = Statement::update("endpoint.retry_now", &TABLE, &["next_attempt_at"]);
static RELEASE: Statement = Statement::change(
    "endpoint.release",
    "update endpoint set next_attempt_at = $4, attempts = $5, stalled_since = $6,
        last_processed_at = $7, failures = $8, lease = 0, lease_until = 0
     where account = $1 and id = $2 and lease = $3",
);
static RELEASE_ALL: Statement = Statement::change(
    "endpoint.release_all",
    "update endpoint set lease = 0, lease_until = 0 where lease <> 0",
)
.across_accounts("a process that was killed held endpoints of all accounts");
static DELETE: Statement = Statement::delete("endpoint.delete", &TABLE);
static LOAD: Statement = Statement::select(
    "endpoint.load",
    "select account, id, url, secret, events, enabled, batching, created_at, next_attempt_at,
        attempts, stalled_since, last_processed_at, lease, lease_until, failures
     from endpoint where account = $1 and id = $2",
);
static LIST: Statement = Statement::select(
    "endpoint.list",
    "select account, id, url, secret, events, enabled, batching, created_at, next_attempt_at,
        attempts, stalled_since, last_processed_at, lease, lease_until, failures
     from endpoint where account = $1 order by id",
);
static CLAIM: Statement = Statement::claim(
    "endpoint.claim",
    "update endpoint set lease = $1, lease_until = $2
     where (account, id) in (
        select e.account, e.id from endpoint e
        where e.enabled = 1 and e.next_attempt_at <= $3 and e.lease_until <= $3
            and exists (select 1 from message m
                where m.account = e.account and m.endpoint_id = e.id)
        order by e.next_attempt_at limit $4)
     returning account, id, url, secret, events, enabled, batching, created_at, next_attempt_at,
        attempts, stalled_since, last_processed_at, lease, lease_until, failures",
    "update endpoint set lease = $1, lease_until = $2
     from (select e.account, e.id from endpoint e
        where e.enabled = 1 and e.next_attempt_at <= $3 and e.lease_until <= $3
            and exists (select 1 from message m
                where m.account = e.account and m.endpoint_id = e.id
                and m.txn < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
        order by e.next_attempt_at limit $4 for update of e skip locked) as due
     where endpoint.account = due.account and endpoint.id = due.id
     returning endpoint.account, endpoint.id, url, secret, events, enabled, batching, created_at,
        next_attempt_at, attempts, stalled_since, last_processed_at, lease, lease_until, failures",
)
.across_accounts("workers serve all accounts; each endpoint names its own");

pub(crate) static STATEMENTS: &[&Statement] = &[
    &INSERT,
    &CONFIGURE,
    &RETRY_NOW,
    &RELEASE,
    &RELEASE_ALL,
    &DELETE,
    &LOAD,
    &LIST,
    &CLAIM,
];

impl Store {
    /// Takes endpoints that have messages waiting and may be tried now. Nobody else can deliver to
    /// them until the lease ends or `endpoints::release` is committed.
    pub async fn claim_endpoint(
        &self,
        now: i64,
        limit: i64,
        lease_microseconds: i64,
    ) -> Result<Vec<EndpointRow>, Error> {
        let until = now.saturating_add(lease_microseconds);
        let values = vec![
            jobs::fresh_lease().into(),
            until.into(),
            now.into(),
            limit.into(),
        ];
        self.take(&CLAIM, values).await?.iter().map(read).collect()
    }
}

/// Adds an endpoint.
pub fn insert(row: &EndpointRow) -> Write {
    Write::new(&INSERT, values(row))
}

/// Changes what people set: URL, secret, events, enabled and batching; not the queue's state.
pub fn configure(row: &EndpointRow) -> Write {
    let values = vec![
        row.account.into(),
        row.id.into(),
        (&row.url).into(),
        (&row.secret).into(),
        (&row.events).into(),
        row.enabled.into(),
        row.batching.into(),
    ];
    Write::new(&CONFIGURE, values)
}

/// Lets delivery be tried from this time on.
pub fn retry_now(account: i64, id: u128, now: i64) -> Write {
    Write::new(&RETRY_NOW, vec![account.into(), id.into(), now.into()])
}

/// The endpoint is still ours.
pub fn guard(row: &EndpointRow) -> Guard {
    Guard::Endpoint {
        account: row.account,
        id: row.id,
        lease: row.lease,
    }
}

/// Gives the endpoint back with the state of its queue as it is in the row. Goes with `guard` and
/// with the deletion of what was delivered (`messages::delete`).
pub fn release(row: &EndpointRow) -> Write {
    let values = vec![
        row.account.into(),
        row.id.into(),
        row.lease.into(),
        row.next_attempt_at.into(),
        row.attempts.into(),
        row.stalled_since.into(),
        row.last_processed_at.into(),
        (&row.failures).into(),
    ];
    Write::new(&RELEASE, values)
}

/// Frees the endpoints that a killed process held (`jobs::release_all`).
pub(crate) fn release_all() -> Write {
    Write::new(&RELEASE_ALL, Vec::new())
}

/// Deletes an endpoint; delete its messages too (`messages::delete_all`).
pub fn delete(account: i64, id: u128) -> Write {
    Write::new(&DELETE, vec![account.into(), id.into()])
}

/// One endpoint.
pub async fn load(store: &Store, account: i64, id: u128) -> Result<Option<EndpointRow>, Error> {
    store
        .query(&LOAD, vec![account.into(), id.into()])
        .await?
        .first()
        .map(read)
        .transpose()
}

/// All endpoints of an account, oldest first.
pub async fn list(store: &Store, account: i64) -> Result<Vec<EndpointRow>, Error> {
    store
        .query(&LIST, vec![account.into()])
        .await?
        .iter()
        .map(read)
        .collect()
}

fn values(row: &EndpointRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.id.into(),
        (&row.url).into(),
        (&row.secret).into(),
        (&row.events).into(),
        row.enabled.into(),
        row.batching.into(),
        row.created_at.into(),
        row.next_attempt_at.into(),
        row.attempts.into(),
        row.stalled_since.into(),
        row.last_processed_at.into(),
        row.lease.into(),
        row.lease_until.into(),
        (&row.failures).into(),
    ]
}

fn read(row: &Row) -> Result<EndpointRow, Error> {
    Ok(EndpointRow {
        account: row.integer("account")?,
        id: row.uuid("id")?,
        url: row.text("url")?,
        secret: row.text("secret")?,
        events: row.text("events")?,
        enabled: row.flag("enabled")?,
        batching: row.flag("batching")?,
        created_at: row.integer("created_at")?,
        next_attempt_at: row.integer("next_attempt_at")?,
        attempts: row.integer("attempts")?,
        stalled_since: row.optional_integer("stalled_since")?,
        last_processed_at: row.optional_integer("last_processed_at")?,
        lease: row.integer("lease")?,
        lease_until: row.integer("lease_until")?,
        failures: row.text("failures")?,
    })
}
