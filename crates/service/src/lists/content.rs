//! The contents of a snapshot: entries as bytes in pieces, and back.
//!
//! Each entry is a JSON text, since snapshots are read for as long as screenings cite them, by later
//! versions of this program too; all of them together are compressed.

use std::io::{BufRead, BufReader, Write};
use std::sync::Arc;

use screening::entry::Entry;
use store::lists::{PIECE_BYTES, SnapshotRow};
use store::{Commit, Store};

use crate::{Failure, Platform};

/// Pieces written by one commit: the writer of SQLite is not held up for long.
const PIECES_AT_ONCE: usize = 8;

/// How hard the contents are compressed: beyond this it takes long and saves little.
const COMPRESSION: i32 = 3;

/// The entries of a snapshot.
pub(super) type Entries = Arc<Vec<Entry>>;

/// Entries as the pieces hold them.
pub(super) fn to_bytes(entries: &[Entry]) -> Result<Vec<u8>, Failure> {
    let packed = zstd::Encoder::new(Vec::new(), COMPRESSION);
    let mut packed = packed.map_err(Failure::internal)?;
    for entry in entries {
        serde_json::to_writer(&mut packed, entry).map_err(Failure::internal)?;
        packed.write_all(b"\n").map_err(Failure::internal)?;
    }
    packed.finish().map_err(Failure::internal)
}

fn from_bytes(bytes: &[u8]) -> Result<Vec<Entry>, Failure> {
    let unpacked = zstd::Decoder::new(bytes).map_err(Failure::internal)?;
    let mut lines = BufReader::new(unpacked);
    let (mut entries, mut line) = (Vec::new(), Vec::new());
    while lines
        .read_until(b'\n', &mut line)
        .map_err(Failure::internal)?
        > 0
    {
        entries.push(serde_json::from_slice(&line).map_err(Failure::internal)?);
        line.clear();
    }
    Ok(entries)
}

/// Writes the pieces of a snapshot that has no row yet; answers how many there are.
pub(super) async fn write(
    store: &Store,
    (institution, id): (u128, u128),
    bytes: &[u8],
) -> Result<i64, Failure> {
    let mut number = 0;
    for some in bytes.chunks(PIECE_BYTES * PIECES_AT_ONCE) {
        let mut commit = Commit::new();
        for piece in some.chunks(PIECE_BYTES) {
            commit = commit.write(store::lists::add_piece(
                institution,
                id,
                number,
                piece.to_vec(),
            ));
            number += 1;
        }
        store.commit(commit).await?;
    }
    Ok(number)
}

/// The entries of a snapshot, as they were loaded.
pub(super) async fn read(platform: &Platform, row: &SnapshotRow) -> Result<Entries, Failure> {
    let bytes = bytes(platform, row).await?;
    let read = tokio::task::spawn_blocking(move || from_bytes(&bytes)).await;
    let entries = read.map_err(Failure::internal)??;
    if i64::try_from(entries.len()).ok() != Some(row.entries) {
        return Err(lost(row));
    }
    Ok(Arc::new(entries))
}

/// The contents of a snapshot as its pieces hold them.
pub(super) async fn bytes(platform: &Platform, row: &SnapshotRow) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(usize::try_from(row.size_bytes).unwrap_or_default());
    for number in 0..row.pieces {
        let store = &platform.store;
        let piece = store::lists::load_piece(store, row.institution, row.id, number).await?;
        bytes.extend(piece.ok_or_else(|| lost(row))?);
    }
    if i64::try_from(bytes.len()).ok() == Some(row.size_bytes) {
        Ok(bytes)
    } else {
        Err(lost(row))
    }
}

/// Any bytes, compressed as contents are.
pub(super) fn pack(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    zstd::encode_all(bytes, COMPRESSION).map_err(Failure::internal)
}

/// What was packed.
pub(super) fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    zstd::decode_all(bytes).map_err(Failure::internal)
}

fn lost(row: &SnapshotRow) -> Failure {
    Failure::internal(format!(
        "snapshot {} of the list {} is not whole",
        row.number, row.source
    ))
}
