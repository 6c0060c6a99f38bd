//! The stored form of a snapshot: a mark, the version of the form, the length and the SHA-256 of
//! what follows, and that.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::Snapshot;

/// The version of the form. Any change of what a snapshot holds is a new one; there is no reading
/// of older ones, since a snapshot can be made again from the raw bytes.
pub const VERSION: u16 = 1;

/// Longer forms are neither written nor read.
pub const SNAPSHOT_BYTES_MAX: u64 = 4 << 30;

const MARK: &[u8; 8] = b"USHRLIST";
/// The mark, the version, the length and the digest.
const FRONT_BYTES: usize = 8 + 2 + 8 + 32;

/// Why bytes are no snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// They do not begin as one.
    Foreign,
    /// They are of another version of the form.
    Version(u16),
    /// There are not as many as they say.
    Length { said: u64, found: u64 },
    /// They are not those that were written.
    Damaged,
    /// They say what cannot be.
    Senseless(String),
    /// There are more than [`SNAPSHOT_BYTES_MAX`].
    Large(u64),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Foreign => f.write_str("these bytes are no snapshot of a list"),
            Unusable::Version(version) => {
                write!(
                    f,
                    "the snapshot has the form {version} and not {VERSION}: load it again"
                )
            }
            Unusable::Length { said, found } => {
                write!(f, "the snapshot should have {said} bytes and has {found}")
            }
            Unusable::Damaged => f.write_str("the snapshot was damaged: its digest is another"),
            Unusable::Senseless(why) => write!(f, "the snapshot makes no sense: {why}"),
            Unusable::Large(bytes) => {
                write!(
                    f,
                    "a snapshot of {bytes} bytes is larger than {SNAPSHOT_BYTES_MAX}"
                )
            }
        }
    }
}

impl std::error::Error for Unusable {}

impl Snapshot {
    /// The snapshot as bytes, the same for the same snapshot.
    pub fn encode(&self) -> Result<Vec<u8>, Unusable> {
        let body = postcard::to_allocvec(self).map_err(|error| senseless(&error))?;
        let length = body.len() as u64;
        if length > SNAPSHOT_BYTES_MAX {
            return Err(Unusable::Large(length));
        }
        let mut bytes = Vec::with_capacity(FRONT_BYTES + body.len());
        bytes.extend_from_slice(MARK);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&Sha256::digest(&body));
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    /// The snapshot that was encoded to these bytes.
    pub fn decode(bytes: &[u8]) -> Result<Snapshot, Unusable> {
        let (front, body) = bytes
            .split_at_checked(FRONT_BYTES)
            .ok_or(Unusable::Foreign)?;
        let rest = front.strip_prefix(MARK).ok_or(Unusable::Foreign)?;
        let (version, rest) = rest.split_first_chunk().ok_or(Unusable::Foreign)?;
        let (length, digest) = rest.split_first_chunk().ok_or(Unusable::Foreign)?;
        let version = u16::from_le_bytes(*version);
        if version != VERSION {
            return Err(Unusable::Version(version));
        }
        let (said, found) = (u64::from_le_bytes(*length), body.len() as u64);
        if said != found {
            return Err(Unusable::Length { said, found });
        }
        if found > SNAPSHOT_BYTES_MAX {
            return Err(Unusable::Large(found));
        }
        if Sha256::digest(body).as_slice() != digest {
            return Err(Unusable::Damaged);
        }
        let (snapshot, rest): (Snapshot, &[u8]) =
            postcard::take_from_bytes(body).map_err(|error| senseless(&error))?;
        if !rest.is_empty() {
            return Err(Unusable::Senseless("something follows its end".to_owned()));
        }
        let is_in_order = snapshot
            .entries
            .is_sorted_by(|one, other| one.id < other.id);
        if !is_in_order {
            return Err(Unusable::Senseless(
                "its entries are not in their order".to_owned(),
            ));
        }
        Ok(snapshot)
    }
}

fn senseless(error: &postcard::Error) -> Unusable {
    Unusable::Senseless(error.to_string())
}
