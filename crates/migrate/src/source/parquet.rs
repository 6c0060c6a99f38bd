//! Parquet files (cargo feature `parquet`), kept as JSON lines: lists and groups have columns called
//! by their paths, as there. A row's line is its number.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::spool::{self, Spool};
use super::{Broken, text};
use crate::hex;

/// How much is copied at a time, in bytes.
const PIECE_BYTES: usize = 1024 * 1024;

/// Keeps the rows of a file.
///
/// Errors: it is no Parquet file, or packed in a way that is not known here.
pub(super) fn read(path: &Path) -> Result<Spool, Broken> {
    let (copy, origin) = copy(text::file(path)?)?;
    let reader = SerializedFileReader::new(copy).map_err(|error| broken(&error))?;
    let rows = reader.get_row_iter(None).map_err(|error| broken(&error))?;
    let mut lines = io::BufWriter::new(spool::new()?);
    for row in rows {
        let row = row.map_err(|error| broken(&error))?;
        let mut sign = '{';
        for (name, field) in row.get_column_iter() {
            write!(
                lines,
                "{sign}{}:{}",
                Value::from(name.as_str()),
                field.to_json_value()
            )?;
            sign = ',';
        }
        writeln!(lines, "}}")?;
    }
    let file = lines.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(Spool::made(file, Some(origin)))
}

/// A copy that nobody changes while it is read, with the hash and length of what was copied.
fn copy(mut file: File) -> Result<(File, (String, u64)), Broken> {
    let mut copy = spool::new()?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE_BYTES];
    let mut length = 0;
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            break;
        }
        hasher.update(&piece[..count]);
        copy.write_all(&piece[..count])?;
        length += count as u64;
    }
    Ok((copy, (hex(&hasher.finalize()), length)))
}

fn broken(error: &ParquetError) -> Broken {
    Broken::new(format!("it is no Parquet file that can be read ({error})"))
}
