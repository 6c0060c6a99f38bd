//! Both schemas are the same in meaning, and a schema that is not ours is refused.

use std::collections::{BTreeMap, BTreeSet};

use store::testing::{scratch_folder, scratch_postgres_url, scratch_sqlite};
use store::{PostgresOptions, Store, tables};
use tokio_postgres::NoTls;

/// Table, then its columns in their order: name, kind, whether it may be null.
type Schema = BTreeMap<String, Vec<(String, &'static str, bool)>>;

#[tokio::test(flavor = "multi_thread")]
async fn both_schemas_have_the_same_tables_columns_keys_and_indexes() {
    let sqlite = scratch_sqlite().await;
    let connection = rusqlite::Connection::open(sqlite.path().unwrap()).unwrap();
    let (schema, indexes) = (sqlite_schema(&connection), sqlite_indexes(&connection));
    let mut names: Vec<&str> = schema.keys().map(String::as_str).collect();
    let mut wanted = tables::TABLES.to_vec();
    wanted.push("schema_version");
    names.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    let Some(url) = scratch_postgres_url().await else {
        return;
    };
    Store::open_postgres(&url, PostgresOptions::default())
        .await
        .unwrap();
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(schema, postgres_schema(&client).await);
    assert_eq!(indexes, postgres_indexes(&client).await);
}

fn sqlite_schema(connection: &rusqlite::Connection) -> Schema {
    let sql = "select m.name, c.name, c.type, c.\"notnull\" from sqlite_master m
        join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite%'
        order by m.name, c.cid";
    let mut schema = Schema::new();
    let mut statement = connection.prepare(sql).unwrap();
    let mut rows = statement.query(()).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let kind: String = row.get(2).unwrap();
        let kind = match kind.to_lowercase().as_str() {
            "integer" | "bigint" => "integer",
            "text" => "text",
            "blob" => "bytes",
            other => panic!("{other}"),
        };
        let table: String = row.get(0).unwrap();
        let nullable = row.get::<_, i64>(3).unwrap() == 0;
        schema
            .entry(table)
            .or_default()
            .push((row.get(1).unwrap(), kind, nullable));
    }
    schema
}

async fn postgres_schema(client: &tokio_postgres::Client) -> Schema {
    let sql = "select table_name::text, column_name::text, data_type::text, is_nullable::text
        from information_schema.columns where table_schema = 'public'
        order by table_name, ordinal_position";
    let mut schema = Schema::new();
    for row in client.query(sql, &[]).await.unwrap() {
        let kind = match row.get::<_, &str>(2) {
            "bigint" => "integer",
            "text" => "text",
            "bytea" | "uuid" => "bytes",
            other => panic!("{other}"),
        };
        let nullable = row.get::<_, &str>(3) == "YES";
        schema
            .entry(row.get(0))
            .or_default()
            .push((row.get(1), kind, nullable));
    }
    schema
}

/// Primary keys and named indexes as "table: columns". SQLite keeps the messages by their number
/// alone, and has the key that PostgreSQL has as an index.
fn sqlite_indexes(connection: &rusqlite::Connection) -> BTreeSet<String> {
    let keys = "select m.name || ': ' || group_concat(c.name, ',' order by c.pk)
        from sqlite_master m join pragma_table_info(m.name) c
        where m.type = 'table' and c.pk > 0 and m.name not in ('message') group by m.name
        union all select m.tbl_name || ': ' || (select group_concat(i.name, ',' order by i.seqno)
            from pragma_index_info(m.name) i)
        from sqlite_master m where m.type = 'index' and m.sql is not null";
    let mut statement = connection.prepare(keys).unwrap();
    let rows = statement.query_map((), |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

async fn postgres_indexes(client: &tokio_postgres::Client) -> BTreeSet<String> {
    let sql = "select t.relname || ': ' || string_agg(a.attname, ',' order by k.place)
        from pg_index i join pg_class t on t.oid = i.indrelid
        join pg_namespace n on n.oid = t.relnamespace and n.nspname = 'public'
        cross join unnest(i.indkey) with ordinality as k(number, place)
        join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
        group by t.relname, i.indexrelid";
    client
        .query(sql, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_opens_again_and_nodes_that_start_together_take_turns() {
    let path = scratch_folder().join("a.db");
    for _ in 0..2 {
        Store::open_sqlite(&path).await.unwrap().close().await;
    }
    let Some(url) = scratch_postgres_url().await else {
        return;
    };
    let nodes: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                Store::open_postgres(&url, PostgresOptions::default())
                    .await
                    .map(|_| ())
            })
        })
        .collect();
    for node in nodes {
        node.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_of_another_build_is_refused() {
    for (change, said) in [
        (
            "insert into schema_version values (999, 'later', 'x')",
            "run a newer program",
        ),
        (
            "update schema_version set checksum = 'x' where number = 1",
            "made by another build",
        ),
    ] {
        let path = scratch_folder().join("a.db");
        Store::open_sqlite(&path).await.unwrap().close().await;
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch(change)
            .unwrap();
        let error = Store::open_sqlite(&path).await.map(|_| ()).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        let Some(url) = scratch_postgres_url().await else {
            continue;
        };
        Store::open_postgres(&url, PostgresOptions::default())
            .await
            .unwrap();
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(change).await.unwrap();
        let opened = Store::open_postgres(&url, PostgresOptions::default()).await;
        let error = opened.map(|_| ()).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}
