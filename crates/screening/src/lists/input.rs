//! The files of a publication while they are read: looked at, counted and hashed.

use std::io::{self, BufRead, BufReader, Read};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Unreadable;
use crate::snapshot::hexadecimal;

/// One file of a publication.
pub struct Part<'a> {
    name: String,
    reader: Box<dyn Read + 'a>,
}

impl<'a> Part<'a> {
    /// A file under the name that problems tell it by.
    pub fn new(name: impl Into<String>, reader: impl Read + 'a) -> Part<'a> {
        Part {
            name: name.into(),
            reader: Box::new(reader),
        }
    }
}

/// What a file was, to the last byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRead {
    pub name: String,
    pub bytes: u64,
    /// In lower-case hexadecimal.
    pub sha256: String,
}

/// A larger file is refused while it is read.
pub(crate) const PART_BYTES_MAX: u64 = 8 << 30;

/// So much of a file is looked at to find its format.
const HEAD_BYTES: usize = 64 << 10;

/// A part that is being read.
pub(crate) struct Opened<'a> {
    name: String,
    reader: BufReader<Metered<'a>>,
}

struct Metered<'a> {
    inner: Box<dyn Read + 'a>,
    digest: Sha256,
    bytes: u64,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.digest.update(&buffer[..count]);
        self.bytes += count as u64;
        if self.bytes > PART_BYTES_MAX {
            return Err(io::Error::other(format!(
                "it is larger than {PART_BYTES_MAX} bytes"
            )));
        }
        Ok(count)
    }
}

/// Fills its buffer as far as it goes, so that the head of a slow source is there at once.
struct Filled<R>(R);

impl<R: Read> Read for Filled<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.0.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl<'a> Opened<'a> {
    pub(crate) fn open(part: Part<'a>) -> Result<Opened<'a>, Unreadable> {
        let metered = Metered {
            inner: Box::new(Filled(part.reader)),
            digest: Sha256::new(),
            bytes: 0,
        };
        let mut reader = BufReader::with_capacity(HEAD_BYTES, metered);
        match reader.fill_buf() {
            Ok(head) => {
                if head.starts_with(b"\xef\xbb\xbf") {
                    reader.consume(3);
                }
            }
            Err(source) => {
                let part = part.name;
                return Err(Unreadable::Io { part, source });
            }
        }
        Ok(Opened {
            name: part.name,
            reader,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The first bytes, without a byte order mark.
    pub(crate) fn head(&self) -> &[u8] {
        self.reader.buffer()
    }

    /// Reads what a parser has left and gives the digest of the whole.
    pub(crate) fn close(mut self) -> io::Result<PartRead> {
        io::copy(&mut self.reader, &mut io::sink())?;
        let metered = self.reader.into_inner();
        let sha256 = hexadecimal(&metered.digest.finalize());
        Ok(PartRead {
            name: self.name,
            bytes: metered.bytes,
            sha256,
        })
    }
}

impl Read for Opened<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl BufRead for Opened<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
    }
}
