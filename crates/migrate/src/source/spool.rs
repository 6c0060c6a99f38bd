//! What is no plain file is read once and kept here, so that header, rows and hash are of one
//! reading: the answer of a query, the output of a command, the cells of a spreadsheet.
//!
//! The file is in the system's folder for temporary files (`TMPDIR`), has no name and rights for
//! nobody else, and is gone with the process, even a killed one.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::{Broken, SOURCE_BYTES_MAX};

/// What was read once. Any number of readers may read it again.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    file: Arc<File>,
    /// SHA-256 and length of the file it was made from; without one, those of the spool count.
    pub(super) origin: Option<(String, u64)>,
}

impl Spool {
    /// Keeps all that can be read.
    pub(super) fn of(input: impl Read) -> Result<Spool, Broken> {
        let mut file = new()?;
        let length = io::copy(&mut input.take(SOURCE_BYTES_MAX + 1), &mut file)?;
        if length > SOURCE_BYTES_MAX {
            let message = format!("it has more than {SOURCE_BYTES_MAX} bytes");
            return Err(Broken::new(message));
        }
        Ok(Spool::made(file, None))
    }

    /// What was written into a file of [`new`].
    pub(super) fn made(file: File, origin: Option<(String, u64)>) -> Spool {
        Spool {
            file: Arc::new(file),
            origin,
        }
    }

    /// Reads it from the beginning.
    pub(super) fn reader(&self) -> Reader {
        Reader {
            file: Arc::clone(&self.file),
            at: 0,
        }
    }
}

/// A file without a name.
pub(super) fn new() -> Result<File, Broken> {
    tempfile::tempfile().map_err(|error| {
        let folder = std::env::temp_dir();
        let message = format!("no file can be made in {}: {error}", folder.display());
        Broken::new(message).hint("set TMPDIR to a folder with room for it")
    })
}

/// One reader of a spool.
pub(super) struct Reader {
    file: Arc<File>,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read_at(out, self.at)?;
        self.at += length as u64;
        Ok(length)
    }
}

/// A table while it is spooled: as CSV, the line of each row before its cells.
pub(super) struct Table {
    writer: csv::Writer<BufWriter<File>>,
    bytes: u64,
}

impl Table {
    pub(super) fn new() -> Result<Table, Broken> {
        let writer = BufWriter::new(new()?);
        Ok(Table {
            writer: csv::WriterBuilder::new().flexible(true).from_writer(writer),
            bytes: 0,
        })
    }

    /// Adds a row; its line is what a person finds it by where it comes from.
    pub(super) fn add(
        &mut self,
        line: u64,
        cells: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), Broken> {
        let line = line.to_string();
        self.writer.write_field(&line).map_err(broken)?;
        for cell in cells {
            self.bytes += cell.as_ref().len() as u64 + 1;
            self.writer.write_field(cell.as_ref()).map_err(broken)?;
        }
        if self.bytes > SOURCE_BYTES_MAX {
            let message = format!("it has more than {SOURCE_BYTES_MAX} bytes");
            return Err(Broken::new(message));
        }
        self.writer.write_record(None::<&[u8]>).map_err(broken)
    }

    pub(super) fn end(self, origin: Option<(String, u64)>) -> Result<Spool, Broken> {
        let unwritten = |error: io::Error| broken(error.into());
        let mut writer = self
            .writer
            .into_inner()
            .map_err(|error| unwritten(error.into_error()))?;
        writer.flush().map_err(unwritten)?;
        let file = writer
            .into_inner()
            .map_err(|error| unwritten(error.into_error()))?;
        Ok(Spool::made(file, origin))
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what map_err gives it is of no more use"
)]
fn broken(error: csv::Error) -> Broken {
    let message = format!(
        "it cannot be kept in {}: {error}",
        std::env::temp_dir().display()
    );
    Broken::new(message).hint("set TMPDIR to a folder with room for it")
}
