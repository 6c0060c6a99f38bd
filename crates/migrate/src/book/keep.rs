//! What rows hold, kept out of memory.
//!
//! A book of a million clients is judged as a whole, and its texts would not fit. What the rows say
//! and what is made of them goes into one file, written once and read by place; in memory stays a
//! [`Kept`] of a few bytes. Nothing is read from the source twice, so what is sent is what was judged,
//! whatever happens to the source meanwhile. The file has no name and is gone with the process.

use std::fmt;
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// How many bytes are gathered before they are written.
const BUFFER_BYTES: usize = 1024 * 1024;

/// The file that rows are kept in.
#[derive(Clone, Debug)]
pub struct Keep(Arc<Store>);

#[derive(Debug)]
struct Store {
    file: File,
    tail: Mutex<Tail>,
}

/// What is not in the file yet.
#[derive(Debug, Default)]
struct Tail {
    /// Where it will stand.
    start: u64,
    bytes: Vec<u8>,
}

impl Keep {
    /// A keep in the system's folder for temporary files (`TMPDIR`).
    ///
    /// Errors: as [`Keep::in_folder`].
    pub fn temporary() -> Result<Keep, Error> {
        Keep::in_folder(&std::env::temp_dir())
    }

    /// A keep on the disk of a folder, or of the folder that it will be made in. A book may be larger
    /// than the memory that some systems keep temporary files in.
    ///
    /// Errors: no file can be made there.
    pub fn in_folder(folder: &Path) -> Result<Keep, Error> {
        let mut folders = folder.ancestors().map(|folder| {
            let is_here = folder.as_os_str().is_empty();
            if is_here { Path::new(".") } else { folder }
        });
        let folder = folders.find(|folder| folder.is_dir()).unwrap_or(folder);
        let file = tempfile::tempfile_in(folder).map_err(|error| {
            let folder = folder.display();
            Error::State(format!("no file can be made in {folder}: {error}"))
        })?;
        Ok(Keep(Arc::new(Store {
            file,
            tail: Mutex::default(),
        })))
    }

    /// Keeps a value.
    ///
    /// Errors: the disk is full or broken.
    pub(crate) fn put<T: Serialize>(&self, value: &T) -> Result<Kept<T>, Error> {
        let bytes = serde_json::to_vec(value).map_err(|error| broken(&error.into()))?;
        let mut tail = self.0.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let at = tail.start + tail.bytes.len() as u64;
        tail.bytes.extend_from_slice(&bytes);
        if tail.bytes.len() >= BUFFER_BYTES {
            let written = self.0.file.write_all_at(&tail.bytes, tail.start);
            written.map_err(|error| broken(&error))?;
            tail.start += tail.bytes.len() as u64;
            tail.bytes.clear();
        }
        Ok(Kept {
            keep: self.clone(),
            at,
            length: bytes.len(),
            value: PhantomData,
        })
    }

    fn read(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let tail = self.0.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(behind) = at.checked_sub(tail.start) {
            let behind = usize::try_from(behind).map_err(io::Error::other)?;
            let found = tail.bytes.get(behind..behind.saturating_add(length));
            return found
                .map(<[u8]>::to_vec)
                .ok_or_else(|| io::ErrorKind::UnexpectedEof.into());
        }
        drop(tail);
        let mut bytes = vec![0; length];
        self.0.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes)
    }
}

/// A value in a [`Keep`].
pub struct Kept<T> {
    keep: Keep,
    at: u64,
    length: usize,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Kept<T> {
    /// Reads the value.
    ///
    /// Errors: the disk is broken.
    pub fn get(&self) -> Result<T, Error> {
        let read = self.keep.read(self.at, self.length);
        let bytes = read.map_err(|error| broken(&error))?;
        serde_json::from_slice(&bytes).map_err(|error| broken(&error.into()))
    }
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Kept<T> {
        Kept {
            keep: self.keep.clone(),
            at: self.at,
            length: self.length,
            value: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({} bytes at {})", self.length, self.at)
    }
}

fn broken(error: &io::Error) -> Error {
    Error::State(format!(
        "the file that the rows are kept in cannot be used: {error}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_back_before_and_after_it_is_written_out() {
        let keep = Keep::temporary().expect("a keep");
        let text = |number: usize| format!("{number} {}", "é".repeat(number % 3_000));
        let kept: Vec<Kept<String>> = (0..2_000)
            .map(|number| {
                let kept = keep.put(&text(number)).expect("it is kept");
                assert_eq!(kept.get().expect("it is there"), text(number));
                kept
            })
            .collect();
        let tail = keep.0.tail.lock().expect("a lock").start;
        assert!(tail > 0, "something was written out");
        for (number, kept) in kept.iter().enumerate() {
            assert_eq!(kept.get().expect("it is there"), text(number));
        }
    }
}
