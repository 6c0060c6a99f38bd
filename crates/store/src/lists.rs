//! Lists to screen against: where they come from, their publications, and which of these count.
//!
//! Write the pieces of a snapshot first, then its row with the swap in one commit: a snapshot without
//! a row is not there.

use crate::commit::{Guard, Write};
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// How large a piece should be, in bytes; the last one is smaller.
pub const PIECE_BYTES: usize = 1024 * 1024;

/// A row of `list_source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// Whose it is.
    pub institution: u128,
    /// Unique within the institution.
    pub name: String,
    /// How its publications are written; empty where each is looked at.
    pub format: String,
    /// Where it is fetched from.
    pub address: Option<String>,
    /// How often it is fetched.
    pub every_seconds: Option<i64>,
    /// When it was added, in microseconds.
    pub created_at: i64,
    /// What the last fetch has brought, as JSON.
    pub body: String,
}

/// A row of `list_snapshot`; it never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotRow {
    /// Whose it is.
    pub institution: u128,
    /// The source.
    pub source: String,
    /// Counts the source's snapshots, from 1.
    pub number: i64,
    /// By which its pieces know it.
    pub id: u128,
    /// What its publisher calls this publication.
    pub publication: String,
    /// The hash of the bytes as published.
    pub sha256: Vec<u8>,
    /// When it was loaded, in microseconds.
    pub loaded_at: i64,
    /// By whom.
    pub loaded_by: String,
    /// How many are listed.
    pub entries: i64,
    /// How many pieces its contents have.
    pub pieces: i64,
    /// How many bytes they have together.
    pub size_bytes: i64,
    /// Counts, problems and why it was taken, as JSON.
    pub body: String,
}

/// A row of `list_swap`; it never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapRow {
    /// Whose it is.
    pub institution: u128,
    /// Counts the swaps of the institution, from 1.
    pub sequence: i64,
    /// The source.
    pub source: String,
    /// The snapshot that counts from then on; none: the source was taken away.
    pub number: Option<i64>,
    /// When, in microseconds.
    pub at: i64,
    /// By whom and why, as JSON.
    pub body: String,
}

static SOURCE: Table = Table {
    name: "list_source",
    key: &["institution", "name"],
    columns: &[
        ("institution", Kind::Uuid),
        ("name", Kind::Text),
        ("format", Kind::Text),
        ("address", Kind::Text),
        ("every_seconds", Kind::Integer),
        ("created_at", Kind::Integer),
        ("body", Kind::Text),
    ],
};

static SNAPSHOT: Table = Table {
    name: "list_snapshot",
    key: &["institution", "source", "number"],
    columns: &[
        ("institution", Kind::Uuid),
        ("source", Kind::Text),
        ("number", Kind::Integer),
        ("id", Kind::Uuid),
        ("publication", Kind::Text),
        ("sha256", Kind::Bytes),
        ("loaded_at", Kind::Integer),
        ("loaded_by", Kind::Text),
        ("entries", Kind::Integer),
        ("pieces", Kind::Integer),
        ("size_bytes", Kind::Integer),
        ("body", Kind::Text),
    ],
};

static PIECE: Table = Table {
    name: "list_piece",
    key: &["institution", "snapshot_id", "number"],
    columns: &[
        ("institution", Kind::Uuid),
        ("snapshot_id", Kind::Uuid),
        ("number", Kind::Integer),
        ("content", Kind::Bytes),
    ],
};

/// The key of all pieces of a snapshot.
static PIECES: Table = Table {
    name: "list_piece",
    key: &["institution", "snapshot_id"],
    columns: &[("institution", Kind::Uuid), ("snapshot_id", Kind::Uuid)],
};

static SWAP: Table = Table {
    name: "list_swap",
    key: &["institution", "sequence"],
    columns: &[
        ("institution", Kind::Uuid),
        ("sequence", Kind::Integer),
        ("source", Kind::Text),
        ("number", Kind::Integer),
        ("at", Kind::Integer),
        ("body", Kind::Text),
    ],
};

static ADD_SOURCE: Statement = Statement::insert("list_source.insert", &SOURCE);
static SET_SOURCE: Statement = Statement::upsert("list_source.upsert", &SOURCE);
static NOTE_FETCH: Statement = Statement::update("list_source.note_fetch", &SOURCE, &["body"]);
static REMOVE_SOURCE: Statement = Statement::delete("list_source.delete", &SOURCE);
static SOURCES: Statement = Statement::select(
    "list_source.list",
    "select institution, name, format, address, every_seconds, created_at, body
     from list_source where institution = $1 order by name",
);

static INSERT: Statement = Statement::insert("list_snapshot.insert", &SNAPSHOT);
static LOAD: Statement = Statement::select(
    "list_snapshot.load",
    "select institution, source, number, id, publication, sha256, loaded_at, loaded_by, entries,
        pieces, size_bytes, body
     from list_snapshot where institution = $1 and source = $2 and number = $3",
);
static LATEST: Statement = Statement::select(
    "list_snapshot.latest",
    "select institution, source, number, id, publication, sha256, loaded_at, loaded_by, entries,
        pieces, size_bytes, body
     from list_snapshot where institution = $1 and source = $2 order by number desc limit $3",
);

static ADD_PIECE: Statement = Statement::insert("list_piece.insert", &PIECE);
static DELETE_PIECES: Statement = Statement::delete("list_piece.delete", &PIECES);
static LOAD_PIECE: Statement = Statement::select(
    "list_piece.load",
    "select content from list_piece
     where institution = $1 and snapshot_id = $2 and number = $3",
);
static LEFT_BEHIND: Statement = Statement::select(
    "list_piece.left_behind",
    "select one.snapshot_id from list_piece as one
     where one.institution = $1 and one.number = 0 and one.snapshot_id < $2
        and not exists (select 1 from list_snapshot as known
            where known.institution = $1 and known.id = one.snapshot_id)
     order by one.snapshot_id",
);

static MAKE_SWAP: Statement = Statement::insert("list_swap.insert", &SWAP);
static SEQUENCE: Statement = Statement::select(
    "list_swap.sequence",
    "select coalesce(max(sequence), 0) as sequence from list_swap where institution = $1",
);
static CURRENT: Statement = Statement::select(
    "list_swap.current",
    "select one.institution, one.sequence, one.source, one.number, one.at, one.body
     from list_swap as one where one.institution = $1 and one.sequence <= $2
        and one.sequence = (select max(last.sequence) from list_swap as last
            where last.institution = $1 and last.source = one.source and last.sequence <= $2)
     order by one.source",
);

pub(crate) static STATEMENTS: &[&Statement] = &[
    &ADD_SOURCE,
    &SET_SOURCE,
    &NOTE_FETCH,
    &REMOVE_SOURCE,
    &SOURCES,
    &INSERT,
    &LOAD,
    &LATEST,
    &ADD_PIECE,
    &DELETE_PIECES,
    &LOAD_PIECE,
    &LEFT_BEHIND,
    &MAKE_SWAP,
    &SEQUENCE,
    &CURRENT,
];

/// Adds a source. As a guard, so that a name is taken once.
pub fn add_source(row: &SourceRow) -> Guard {
    Guard::Fresh(Write::new(&ADD_SOURCE, source_values(row)))
}

/// Adds a source, or changes the one of this name.
pub fn set_source(row: &SourceRow) -> Write {
    Write::new(&SET_SOURCE, source_values(row))
}

/// Keeps what the last fetch has brought; nothing where the source was taken away meanwhile.
pub fn note_fetch(institution: u128, name: &str, body: &str) -> Write {
    let values = vec![institution.into(), name.into(), body.into()];
    Write::new(&NOTE_FETCH, values)
}

/// Takes a source away. Its snapshots stay.
pub fn remove_source(institution: u128, name: &str) -> Write {
    Write::new(&REMOVE_SOURCE, vec![institution.into(), name.into()])
}

/// The sources of an institution, by name.
pub async fn sources(store: &Store, institution: u128) -> Result<Vec<SourceRow>, Error> {
    let rows = store.query(&SOURCES, vec![institution.into()]).await?;
    rows.iter().map(read_source).collect()
}

/// Adds a snapshot, whose pieces are there already. As a guard, so that two loads cannot take the
/// same number.
pub fn insert(row: &SnapshotRow) -> Guard {
    Guard::Fresh(Write::new(
        &INSERT,
        vec![
            row.institution.into(),
            (&row.source).into(),
            row.number.into(),
            row.id.into(),
            (&row.publication).into(),
            (&row.sha256).into(),
            row.loaded_at.into(),
            (&row.loaded_by).into(),
            row.entries.into(),
            row.pieces.into(),
            row.size_bytes.into(),
            (&row.body).into(),
        ],
    ))
}

/// One snapshot.
pub async fn load(
    store: &Store,
    institution: u128,
    source: &str,
    number: i64,
) -> Result<Option<SnapshotRow>, Error> {
    let values = vec![institution.into(), source.into(), number.into()];
    let rows = store.query(&LOAD, values).await?;
    rows.first().map(read_snapshot).transpose()
}

/// The newest snapshots of a source, newest first.
pub async fn latest(
    store: &Store,
    institution: u128,
    source: &str,
    limit: i64,
) -> Result<Vec<SnapshotRow>, Error> {
    let values = vec![institution.into(), source.into(), limit.into()];
    let rows = store.query(&LATEST, values).await?;
    rows.iter().map(read_snapshot).collect()
}

/// Adds a piece of a snapshot's contents.
pub fn add_piece(institution: u128, snapshot_id: u128, number: i64, content: Vec<u8>) -> Write {
    let values = vec![
        institution.into(),
        snapshot_id.into(),
        number.into(),
        content.into(),
    ];
    Write::new(&ADD_PIECE, values)
}

/// Deletes all pieces of a load that did not end.
pub fn delete_pieces(institution: u128, snapshot_id: u128) -> Write {
    let values = vec![institution.into(), snapshot_id.into()];
    Write::new(&DELETE_PIECES, values)
}

/// One piece of a snapshot's contents; `None` after the last.
pub async fn load_piece(
    store: &Store,
    institution: u128,
    snapshot_id: u128,
    number: i64,
) -> Result<Option<Vec<u8>>, Error> {
    let values = vec![institution.into(), snapshot_id.into(), number.into()];
    let rows = store.query(&LOAD_PIECE, values).await?;
    rows.first().map(|row| row.bytes("content")).transpose()
}

/// The identifiers below `before` whose pieces belong to no snapshot: of loads that did not end.
pub async fn left_behind(
    store: &Store,
    institution: u128,
    before: u128,
) -> Result<Vec<u128>, Error> {
    let values = vec![institution.into(), before.into()];
    let rows = store.query(&LEFT_BEHIND, values).await?;
    rows.iter().map(|row| row.uuid("snapshot_id")).collect()
}

/// Makes a snapshot count, or takes a source away. As a guard, so that swaps have an order.
pub fn swap(row: &SwapRow) -> Guard {
    Guard::Fresh(Write::new(
        &MAKE_SWAP,
        vec![
            row.institution.into(),
            row.sequence.into(),
            (&row.source).into(),
            row.number.into(),
            row.at.into(),
            (&row.body).into(),
        ],
    ))
}

/// The number of the last swap of an institution; 0 where there was none.
pub async fn sequence(store: &Store, institution: u128) -> Result<i64, Error> {
    let rows = store.query(&SEQUENCE, vec![institution.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.integer("sequence"))
}

/// The swap of each source that counted right after the swap `as_of`, by source.
pub async fn current(store: &Store, institution: u128, as_of: i64) -> Result<Vec<SwapRow>, Error> {
    let values = vec![institution.into(), as_of.into()];
    let rows = store.query(&CURRENT, values).await?;
    rows.iter().map(read_swap).collect()
}

fn source_values(row: &SourceRow) -> Vec<Value> {
    vec![
        row.institution.into(),
        (&row.name).into(),
        (&row.format).into(),
        row.address.as_deref().into(),
        row.every_seconds.into(),
        row.created_at.into(),
        (&row.body).into(),
    ]
}

fn read_source(row: &Row) -> Result<SourceRow, Error> {
    Ok(SourceRow {
        institution: row.uuid("institution")?,
        name: row.text("name")?,
        format: row.text("format")?,
        address: row.optional_text("address")?,
        every_seconds: row.optional_integer("every_seconds")?,
        created_at: row.integer("created_at")?,
        body: row.text("body")?,
    })
}

fn read_snapshot(row: &Row) -> Result<SnapshotRow, Error> {
    Ok(SnapshotRow {
        institution: row.uuid("institution")?,
        source: row.text("source")?,
        number: row.integer("number")?,
        id: row.uuid("id")?,
        publication: row.text("publication")?,
        sha256: row.bytes("sha256")?,
        loaded_at: row.integer("loaded_at")?,
        loaded_by: row.text("loaded_by")?,
        entries: row.integer("entries")?,
        pieces: row.integer("pieces")?,
        size_bytes: row.integer("size_bytes")?,
        body: row.text("body")?,
    })
}

fn read_swap(row: &Row) -> Result<SwapRow, Error> {
    Ok(SwapRow {
        institution: row.uuid("institution")?,
        sequence: row.integer("sequence")?,
        source: row.text("source")?,
        number: row.optional_integer("number")?,
        at: row.integer("at")?,
        body: row.text("body")?,
    })
}
