//! The content of files: decoded, recognized, hashed, encrypted in pieces, and back.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use sha2::{Digest, Sha256};
use store::files::{CHUNK_BYTES, FileRow};
use store::jobs::Job;
use store::{Commit, Store, Write};
use wire::field_error::FieldError;

use super::Body;
use crate::seal::{FileCipher, NONCE_PREFIX_BYTES};
use crate::workers::sweep_file::{self, UPLOAD_MICROSECONDS_MAX};
use crate::{Failure, Kind, Platform};

/// Largest file, decoded, in bytes; a larger one is refused.
pub const FILE_BYTES_MAX: usize = 50 * 1024 * 1024;

/// Pieces written in one commit. A file of no more than these is stored in one commit with its row.
pub(super) const PIECES_PER_COMMIT_MAX: usize = 8;

/// Base64 with or without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A file ready to be stored.
pub(super) struct Sealed {
    pub(super) media_type: &'static str,
    pub(super) size_bytes: usize,
    pub(super) sha256: [u8; 32],
    pub(super) pieces: Vec<Vec<u8>>,
}

/// Decodes, checks and encrypts; on a thread of its own, because 50 MB take a while.
pub(super) async fn seal(
    platform: &Platform,
    file: (i64, u128),
    nonce: &str,
    data: String,
) -> Result<Sealed, Failure> {
    let cipher = FileCipher::new(&platform.settings.encryption_key, file, prefix(nonce)?)?;
    off_thread(move || seal_pieces(&cipher, &decode(&data)?)).await
}

fn seal_pieces(cipher: &FileCipher, bytes: &[u8]) -> Result<Sealed, Failure> {
    let media_type = check(bytes)?;
    let count = bytes.len().div_ceil(CHUNK_BYTES);
    let pieces = bytes.chunks(CHUNK_BYTES).enumerate().map(|(at, piece)| {
        let number = u32::try_from(at).map_err(Failure::internal)?;
        cipher.seal(number, at + 1 == count, piece)
    });
    let pieces = pieces.collect::<Result<_, _>>()?;
    Ok(Sealed {
        media_type,
        size_bytes: bytes.len(),
        sha256: Sha256::digest(bytes).into(),
        pieces,
    })
}

/// Base64, with line breaks or not, or a data URI.
fn decode(data: &str) -> Result<Vec<u8>, Failure> {
    let refuse = || Failure::field("data", "must be base64 or a data URI with base64 in it");
    let text = match data.strip_prefix("data:") {
        Some(uri) => {
            let (head, text) = uri.split_once(',').ok_or_else(refuse)?;
            head.ends_with(";base64")
                .then_some(text)
                .ok_or_else(refuse)?
        }
        None => data,
    };
    LENIENT.decode(text).or_else(|_| {
        let bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
        LENIENT
            .decode(bytes.collect::<Vec<u8>>())
            .map_err(|_| refuse())
    })
}

/// The media type of content that is taken.
fn check(bytes: &[u8]) -> Result<&'static str, Failure> {
    if bytes.is_empty() {
        return Err(Failure::field("data", "must not be empty"));
    }
    if bytes.len() > FILE_BYTES_MAX {
        return Err(too_large(bytes.len()));
    }
    media_type(bytes).ok_or_else(|| {
        let message = "is not a PDF, JPEG, PNG, GIF or TIFF; the content decides, not the name";
        Failure::of(Kind::Unsupported, FieldError::invalid("data", message))
    })
}

fn too_large(bytes: usize) -> Failure {
    let message = format!("has {bytes} bytes; a file may have {FILE_BYTES_MAX}");
    Failure::of(Kind::TooLarge, FieldError::invalid("data", message))
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 7] = [
        (b"%PDF-", "application/pdf"),
        (b"\xFF\xD8\xFF", "image/jpeg"),
        (b"\x89PNG\r\n\x1A\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"II\x2A\x00", "image/tiff"),
        (b"MM\x00\x2A", "image/tiff"),
    ];
    let found = KNOWN.iter().find(|(start, _)| bytes.starts_with(start));
    found.map(|(_, media_type)| *media_type)
}

/// The pieces of a file, as they are written.
pub(super) fn writes(row: &FileRow, pieces: &[Vec<u8>]) -> Vec<Write> {
    let numbered = (0..).zip(pieces);
    numbered
        .map(|(number, piece)| {
            store::files::insert_chunk(row.account, row.id, number, piece.clone())
        })
        .collect()
}

/// Stores the pieces of a large file ahead of its row; before that they are not reachable. The
/// first of them come with a job that removes them all, should the upload not end. It is held for
/// the upload, which must end it in the commit of the row.
pub(super) async fn store(
    platform: &Platform,
    row: &FileRow,
    pieces: Vec<Vec<u8>>,
) -> Result<Job, Failure> {
    let now = platform.now_micros();
    let job = sweep_file::job((row.account, row.profile_id, row.id), now)?;
    let (begin, held) = store::jobs::begin(&job, now.saturating_add(UPLOAD_MICROSECONDS_MAX));
    let mut begin = Some(begin);
    let mut numbered = (0..).zip(pieces);
    loop {
        let some: Vec<(i64, Vec<u8>)> = numbered.by_ref().take(PIECES_PER_COMMIT_MAX).collect();
        if some.is_empty() {
            return Ok(held);
        }
        let writes = some
            .into_iter()
            .map(|(number, piece)| store::files::insert_chunk(row.account, row.id, number, piece));
        let commit = match begin.take() {
            Some(begin) => Commit::new().write(begin),
            None => Commit::new().guard(store::jobs::guard(&held)),
        };
        if let Err(error) = platform.store.commit(commit.writes(writes)).await {
            discard(platform, row, &held).await;
            return Err(error.into());
        }
    }
}

/// Removes the pieces of a file that came to nothing. What stays behind cannot be reached, and the
/// job will remove it.
pub(super) async fn discard(platform: &Platform, row: &FileRow, held: &Job) {
    let commit = Commit::new()
        .guard(store::jobs::guard(held))
        .write(store::files::delete_chunks(row.account, row.id))
        .writes(store::jobs::finish(held));
    if let Err(error) = platform.store.commit(commit).await {
        tracing::warn!(%error, "the pieces of a refused file are removed later");
    }
}

/// The decrypted content of a file, held to the hash it was stored with.
pub(super) async fn load(platform: &Platform, row: &FileRow) -> Result<Vec<u8>, Failure> {
    let body: Body = serde_json::from_str(&row.body).map_err(Failure::internal)?;
    let key = &platform.settings.encryption_key;
    let cipher = FileCipher::new(key, (row.account, row.id), prefix(&body.nonce)?)?;
    let size = usize::try_from(row.size_bytes).map_err(Failure::internal)?;
    let count = u32::try_from(size.div_ceil(CHUNK_BYTES)).map_err(Failure::internal)?;
    let mut bytes = Vec::with_capacity(size.min(FILE_BYTES_MAX));
    for number in 0..count {
        let piece =
            store::files::load_chunk(&platform.store, row.account, row.id, i64::from(number))
                .await?;
        let piece = piece.ok_or_else(|| Failure::internal("a piece of a file is missing"))?;
        bytes.extend(cipher.open(number, number + 1 == count, &piece)?);
    }
    let expected = row.sha256.clone();
    off_thread(move || {
        if Sha256::digest(&bytes).as_slice() == expected.as_slice() {
            Ok(bytes)
        } else {
            Err(Failure::internal(
                "a file is not the one whose hash was stored",
            ))
        }
    })
    .await
}

/// Whether a key opens the first piece of a file; nothing when there is no such piece.
pub(super) async fn is_opened(
    store: &Store,
    key: &[u8; 32],
    row: &FileRow,
) -> Result<Option<bool>, Failure> {
    // A row that was altered says nothing of the key.
    let Ok(body) = serde_json::from_str::<Body>(&row.body) else {
        return Ok(None);
    };
    let (Ok(nonce), Ok(size)) = (prefix(&body.nonce), usize::try_from(row.size_bytes)) else {
        return Ok(None);
    };
    let cipher = FileCipher::new(key, (row.account, row.id), nonce)?;
    let piece = store::files::load_chunk(store, row.account, row.id, 0).await?;
    Ok(piece.map(|piece| cipher.open(0, size <= CHUNK_BYTES, &piece).is_ok()))
}

/// Bytes as base64.
pub(super) async fn base64(bytes: Vec<u8>) -> Result<String, Failure> {
    off_thread(move || Ok(STANDARD.encode(bytes))).await
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn prefix(nonce: &str) -> Result<[u8; NONCE_PREFIX_BYTES], Failure> {
    let number = u64::from_str_radix(nonce, 16).map_err(Failure::internal)?;
    let [_, prefix @ ..] = number.to_be_bytes();
    Ok(prefix)
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Failure::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_comes_as_base64_or_as_a_data_uri() {
        for text in [
            "JVBERi0xLjQ=",
            "JVBERi0xLjQ",
            "JVBE\r\nRi0x\r\nLjQ=\r\n",
            "data:application/pdf;base64,JVBERi0xLjQ=",
            "data:image/png;name=a,b;base64",
        ] {
            match decode(text) {
                Ok(bytes) => assert_eq!(bytes, b"%PDF-1.4", "{text}"),
                Err(failure) => assert!(text.ends_with(";base64"), "{text}: {failure}"),
            }
        }
        for text in ["JVBERi0xLjQ*", "data:application/pdf,%25PDF", "data:"] {
            let failure = decode(text).unwrap_err();
            assert!(
                failure.to_string().starts_with("data must be base64"),
                "{failure}"
            );
        }
    }

    #[test]
    fn the_content_decides_what_a_file_is() {
        for (bytes, wanted) in [
            (b"%PDF-1.7 ...".as_slice(), Some("application/pdf")),
            (b"\xFF\xD8\xFF\xE0...", Some("image/jpeg")),
            (b"\x89PNG\r\n\x1A\n...", Some("image/png")),
            (b"GIF89a", Some("image/gif")),
            (b"MM\x00\x2A", Some("image/tiff")),
            (b"PK\x03\x04", None),
            (b"<svg xmlns=", None),
            (b"MZ\x90\x00", None),
            (b"x%PDF-1.7", None),
        ] {
            assert_eq!(media_type(bytes), wanted);
        }
    }

    #[test]
    fn the_prefix_of_the_nonces_reads_back() {
        let random: [u8; NONCE_PREFIX_BYTES] = [0, 1, 2, 250, 251, 252, 253];
        assert_eq!(prefix(&hex(&random)).unwrap(), random);
    }

    #[test]
    fn a_file_of_exactly_the_largest_size_is_taken_and_one_byte_more_is_not() {
        let mut bytes = vec![b' '; FILE_BYTES_MAX];
        bytes[..5].copy_from_slice(b"%PDF-");
        assert!(check(&bytes).is_ok());
        bytes.push(b' ');
        assert_eq!(check(&bytes).unwrap_err().kind, Kind::TooLarge);
    }
}
