//! Webhook messages waiting for delivery, one row per endpoint that wants the event.
//!
//! A reader never overtakes a writer: on PostgreSQL a message shows only when every transaction
//! that began before the one that wrote it has ended, so that what is read in the order of
//! `(txn, seq)` has no gap that could be filled later.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Batch, Statement, Table};
use crate::store::Store;
use crate::value::Kind;

/// An event that endpoints may want to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// The account.
    pub account: i64,
    /// The identifier, the same for all endpoints that get it.
    pub id: u128,
    /// The name of the event.
    pub event: String,
    /// When it happened, in microseconds.
    pub at: i64,
    /// What is sent, as JSON.
    pub body: String,
}

/// A row of `message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// The account.
    pub account: i64,
    /// Who shall get it.
    pub endpoint_id: u128,
    /// The transaction that wrote it: the first part of its place in the queue.
    pub txn: i64,
    /// The second part of its place in the queue.
    pub seq: i64,
    /// The identifier, the same for all endpoints that get it.
    pub id: u128,
    /// The name of the event.
    pub event: String,
    /// When it happened, in microseconds.
    pub at: i64,
    /// What is sent, as JSON.
    pub body: String,
}

static ONE: Table = Table {
    name: "message",
    key: &["account", "endpoint_id", "txn", "seq"],
    columns: &[
        ("account", Kind::Integer),
        ("endpoint_id", Kind::Uuid),
        ("txn", Kind::Integer),
        ("seq", Kind::Integer),
    ],
};

/// The key of all messages of an endpoint.
static ALL: Table = Table {
    name: "message",
    key: &["account", "endpoint_id"],
    columns: &[("account", Kind::Integer), ("endpoint_id", Kind::Uuid)],
};

static INSERT: Statement = Statement::change_each(
    "message.insert",
    "insert into message (account, endpoint_id, txn, id, event, at, body)
     select e.account, e.id, 0, $2, $3, $4, $5 from endpoint e
     where e.account = $1 and e.enabled = 1
        and exists (select 1 from json_each(e.events) where value = $3)
     order by e.id",
    "insert into message (account, endpoint_id, txn, id, event, at, body)
     select e.account, e.id, pg_current_xact_id()::text::bigint, $2::uuid, $3::text, $4::bigint,
        $5::text
     from endpoint e
     where e.account = $1 and e.enabled = 1 and e.events::jsonb ? $3
     order by e.id",
    Some(Batch {
        postgres: "insert into message (account, endpoint_id, txn, id, event, at, body)
     select e.account, e.id, pg_current_xact_id()::text::bigint, n.id, n.event, n.at, n.body
     from unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::text[])
        with ordinality as n(account, id, event, at, body, place)
        join endpoint e on e.account = n.account
     where e.enabled = 1 and e.events::jsonb ? n.event
     order by n.place, e.id",
        kinds: &[
            Kind::Integer,
            Kind::Uuid,
            Kind::Text,
            Kind::Integer,
            Kind::Text,
        ],
    }),
);
static DELETE: Statement = Statement::delete("message.delete", &ONE);
static DELETE_ALL: Statement = Statement::delete("message.delete_all", &ALL);
static HEAD: Statement = Statement::select_each(
    "message.head",
    "select account, endpoint_id, txn, seq, id, event, at, body from message
     where account = $1 and endpoint_id = $2 order by txn, seq limit $3",
    "select account, endpoint_id, txn, seq, id, event, at, body from message
     where account = $1 and endpoint_id = $2
        and txn < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
     order by txn, seq limit $3",
);
static DEPTHS: Statement = Statement::select(
    "message.depths",
    "select endpoint_id, count(*) as count, min(at) as at from message
     where account = $1 group by endpoint_id order by endpoint_id",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &DELETE, &DELETE_ALL, &HEAD, &DEPTHS];

/// Queues an event for every enabled endpoint of the account that wants it; none may.
pub fn insert(message: &NewMessage) -> Write {
    let values = vec![
        message.account.into(),
        message.id.into(),
        (&message.event).into(),
        message.at.into(),
        (&message.body).into(),
    ];
    Write::new(&INSERT, values)
}

/// Deletes a message that was delivered.
pub fn delete(row: &MessageRow) -> Write {
    let values = vec![
        row.account.into(),
        row.endpoint_id.into(),
        row.txn.into(),
        row.seq.into(),
    ];
    Write::new(&DELETE, values)
}

/// Deletes all messages of an endpoint.
pub fn delete_all(account: i64, endpoint_id: u128) -> Write {
    Write::new(&DELETE_ALL, vec![account.into(), endpoint_id.into()])
}

/// The first messages of an endpoint's queue, in the order in which they must be delivered.
pub async fn head(
    store: &Store,
    account: i64,
    endpoint_id: u128,
    limit: i64,
) -> Result<Vec<MessageRow>, Error> {
    let rows = store
        .query(
            &HEAD,
            vec![account.into(), endpoint_id.into(), limit.into()],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// For each endpoint with messages waiting: how many, and when the oldest event happened.
pub async fn depths(store: &Store, account: i64) -> Result<Vec<(u128, i64, i64)>, Error> {
    let rows = store.query(&DEPTHS, vec![account.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.uuid("endpoint_id")?,
                row.integer("count")?,
                row.integer("at")?,
            ))
        })
        .collect()
}

fn read(row: &Row) -> Result<MessageRow, Error> {
    Ok(MessageRow {
        account: row.integer("account")?,
        endpoint_id: row.uuid("endpoint_id")?,
        txn: row.integer("txn")?,
        seq: row.integer("seq")?,
        id: row.uuid("id")?,
        event: row.text("event")?,
        at: row.integer("at")?,
        body: row.text("body")?,
    })
}
