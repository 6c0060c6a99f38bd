//! The tables of name parts: what is one name in many spellings and scripts. They are kept as a list
//! is, so that every node has them and a replay has those of its time.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use screening::knowledge::Knowledge;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::lists::SnapshotRow;
use wire::value::ErrorCode;

use super::load::{Fit, Loaded, Named, take};
use super::{Body, content};
use crate::{Actor, Failure, Kind, Platform};

/// The source under which the tables are kept; no list has that name.
pub const NAME_PARTS: &str = "name-parts";
/// The tables together have at most so many bytes.
pub const TABLES_BYTES_MAX: usize = 512 * 1024 * 1024;

/// A table under its file name.
#[derive(Clone, Serialize, Deserialize)]
pub struct Table {
    /// The name of the file.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Keeps tables of name parts; they count from then on.
pub async fn load_names(
    platform: &Platform,
    institution: u128,
    tables: Vec<Table>,
    by: Actor,
) -> Result<Loaded, Failure> {
    let named = Named {
        source: NAME_PARTS.to_owned(),
        publication: None,
        accept_smaller: Some("tables of name parts are not counted".to_owned()),
        by,
    };
    let fit = tokio::task::spawn_blocking(move || read(tables)).await;
    take(
        platform,
        institution,
        &named,
        fit.map_err(Failure::internal)??,
    )
    .await
}

fn read(mut tables: Vec<Table>) -> Result<Fit, Failure> {
    let refused =
        |message: String| Failure::new(Kind::Invalid, ErrorCode::InvalidInputData, message);
    let size: usize = tables.iter().map(|table| table.bytes.len()).sum();
    if size > TABLES_BYTES_MAX {
        return Err(refused(format!(
            "the tables have more than {TABLES_BYTES_MAX} bytes"
        )));
    }
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    let known = knowledge_of(&tables).map_err(|error| refused(error.to_string()))?;
    if known.is_empty() {
        let message = "none of the files is a table of names; the tables of rigour are known by \
                       their names, such as names_person_names.txt and names_org_types.json";
        return Err(refused(message.to_owned()));
    }
    let mut digest = Sha256::new();
    for table in &tables {
        digest.update(Sha256::digest(&table.bytes));
        digest.update(table.name.as_bytes());
    }
    Ok(Fit {
        called: None,
        sha256: digest.finalize().to_vec(),
        bytes: packed(&tables)?,
        entries: i64::try_from(tables.len()).map_err(Failure::internal)?,
        body: Body {
            format: 1,
            read_as: NAME_PARTS.to_owned(),
            kinds: Vec::new(),
            problems: 0,
            first_problems: Vec::new(),
            accepted_because: None,
        },
    })
}

/// Each table as the length of its name, its name, the length of its contents and its contents.
fn packed(tables: &[Table]) -> Result<Vec<u8>, Failure> {
    let mut all = Vec::new();
    for table in tables {
        for part in [table.name.as_bytes(), &table.bytes] {
            let length = u64::try_from(part.len()).map_err(Failure::internal)?;
            all.extend_from_slice(&length.to_le_bytes());
            all.extend_from_slice(part);
        }
    }
    content::pack(&all)
}

fn unpacked(bytes: &[u8]) -> Option<Vec<Table>> {
    fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
        let (length, after) = rest.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (part, after) = after.split_at_checked(length)?;
        *rest = after;
        Some(part)
    }
    let (mut rest, mut tables) = (bytes, Vec::new());
    while !rest.is_empty() {
        let name = String::from_utf8(part(&mut rest)?.to_vec()).ok()?;
        let bytes = part(&mut rest)?.to_vec();
        tables.push(Table { name, bytes });
    }
    Some(tables)
}

/// What a snapshot of the tables says; without one, nothing.
pub(super) async fn knowledge(
    platform: &Platform,
    row: Option<&SnapshotRow>,
) -> Result<Arc<Knowledge>, Failure> {
    let Some(row) = row else {
        return Ok(Arc::new(Knowledge::empty()));
    };
    let bytes = content::bytes(platform, row).await?;
    let read = tokio::task::spawn_blocking(move || {
        let bytes = content::unpack(&bytes)?;
        let tables = unpacked(&bytes).ok_or_else(|| Failure::internal("tables are not whole"))?;
        knowledge_of(&tables).map_err(Failure::internal)
    });
    Ok(Arc::new(read.await.map_err(Failure::internal)??))
}

/// The tables are read from a folder, which is gone afterwards.
fn knowledge_of(tables: &[Table]) -> Result<Knowledge, Box<dyn std::error::Error + Send + Sync>> {
    // Tables are looked for in the folder above, too: that must be ours.
    let above = tempfile::tempdir()?;
    let folder = above.path().join("tables");
    std::fs::create_dir(&folder)?;
    for table in tables {
        let name = Path::new(&table.name);
        let is_plain = name
            .file_name()
            .is_some_and(|plain| plain == name.as_os_str());
        if !is_plain {
            return Err(format!("{:?} is no name of a file", table.name).into());
        }
        std::fs::File::create(folder.join(name))?.write_all(&table.bytes)?;
    }
    Ok(Knowledge::load(&folder)?)
}
