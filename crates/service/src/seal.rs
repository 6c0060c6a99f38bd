//! Encryption at rest: the contents of files, piece by piece, and short secrets.
//!
//! AES-256-GCM throughout. Every file has a key of its own, derived from the installation's key and
//! the file's id, so no nonce can meet another file's. The nonce of a piece is a random prefix, the
//! number of the piece and whether it is the last: pieces can be neither swapped, nor left out, nor
//! taken from another file.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::Failure;

/// Random part of the nonces of one file, in bytes.
pub(crate) const NONCE_PREFIX_BYTES: usize = 7;
const NONCE_BYTES: usize = 12;
/// What begins a sealed secret: the format of what follows.
const SECRET_FORMAT: &str = "sealed:1:";

/// Encrypts and decrypts the pieces of one file.
pub(crate) struct FileCipher {
    cipher: Aes256Gcm,
    prefix: [u8; NONCE_PREFIX_BYTES],
}

impl FileCipher {
    /// The cipher of a file.
    pub(crate) fn new(
        key: &[u8; 32],
        (account, file): (i64, u128),
        prefix: [u8; NONCE_PREFIX_BYTES],
    ) -> Result<FileCipher, Failure> {
        let purpose = format!("file:{account}:{file:032x}");
        Ok(FileCipher {
            cipher: derived(key, &purpose)?,
            prefix,
        })
    }

    /// Encrypts a piece.
    pub(crate) fn seal(
        &self,
        number: u32,
        is_last: bool,
        piece: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let sealed = self.cipher.encrypt(&self.nonce(number, is_last), piece);
        sealed.map_err(|_| Failure::internal("a piece of a file could not be encrypted"))
    }

    /// Decrypts a piece; fails when it is not what was stored under this number.
    pub(crate) fn open(
        &self,
        number: u32,
        is_last: bool,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let opened = self.cipher.decrypt(&self.nonce(number, is_last), sealed);
        opened.map_err(|_| {
            Failure::internal(
                "a piece of a file does not decrypt: it was altered, or the encryption key is another",
            )
        })
    }

    fn nonce(&self, number: u32, is_last: bool) -> Nonce<aes_gcm::aead::consts::U12> {
        let mut nonce = [0; NONCE_BYTES];
        let (prefix, rest) = nonce.split_at_mut(NONCE_PREFIX_BYTES);
        prefix.copy_from_slice(&self.prefix);
        rest[..4].copy_from_slice(&number.to_be_bytes());
        rest[4] = u8::from(is_last);
        nonce.into()
    }
}

/// Encrypts a short secret for storage; `purpose` says whose it is and must be said again to open it.
pub(crate) fn seal_secret(key: &[u8; 32], purpose: &str, secret: &str) -> Result<String, Failure> {
    let nonce: [u8; NONCE_BYTES] = rand::random();
    let message = Payload {
        msg: secret.as_bytes(),
        aad: purpose.as_bytes(),
    };
    let sealed = derived(key, "secret")?.encrypt(&nonce.into(), message);
    let sealed = sealed.map_err(|_| Failure::internal("a secret could not be encrypted"))?;
    let bytes = [nonce.as_slice(), &sealed].concat();
    Ok(format!("{SECRET_FORMAT}{}", STANDARD.encode(bytes)))
}

/// The secret again.
pub(crate) fn open_secret(key: &[u8; 32], purpose: &str, sealed: &str) -> Result<String, Failure> {
    let broken = || {
        Failure::internal(
            "a stored secret does not decrypt: it was altered, or the encryption key is another",
        )
    };
    let text = sealed.strip_prefix(SECRET_FORMAT).ok_or_else(broken)?;
    let bytes = STANDARD.decode(text).map_err(|_| broken())?;
    let (nonce, sealed) = bytes
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or_else(broken)?;
    let message = Payload {
        msg: sealed,
        aad: purpose.as_bytes(),
    };
    let opened = derived(key, "secret")?.decrypt(&(*nonce).into(), message);
    String::from_utf8(opened.map_err(|_| broken())?).map_err(|_| broken())
}

/// A cipher whose key is made from the installation's key for one purpose only.
fn derived(key: &[u8; 32], purpose: &str) -> Result<Aes256Gcm, Failure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Failure::internal)?;
    mac.update(b"usher encryption at rest 1:");
    mac.update(purpose.as_bytes());
    Aes256Gcm::new_from_slice(&mac.finalize().into_bytes()).map_err(Failure::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn a_piece_opens_only_in_its_own_place() {
        let cipher = FileCipher::new(&KEY, (1, 2), [3; 7]).unwrap();
        let sealed = cipher.seal(4, false, b"passport").unwrap();
        assert_eq!(cipher.open(4, false, &sealed).unwrap(), b"passport");
        assert!(cipher.open(5, false, &sealed).is_err());
        assert!(cipher.open(4, true, &sealed).is_err());
        let other_file = FileCipher::new(&KEY, (1, 3), [3; 7]).unwrap();
        assert!(other_file.open(4, false, &sealed).is_err());
        let other_account = FileCipher::new(&KEY, (2, 2), [3; 7]).unwrap();
        assert!(other_account.open(4, false, &sealed).is_err());
    }

    #[test]
    fn a_secret_is_not_readable_and_opens_for_its_purpose_only() {
        let sealed = seal_secret(&KEY, "endpoint:1", "correct horse").unwrap();
        assert!(!sealed.contains("horse"));
        assert_ne!(
            sealed,
            seal_secret(&KEY, "endpoint:1", "correct horse").unwrap()
        );
        assert_eq!(
            open_secret(&KEY, "endpoint:1", &sealed).unwrap(),
            "correct horse"
        );
        assert!(open_secret(&KEY, "endpoint:2", &sealed).is_err());
        assert!(open_secret(&[8; 32], "endpoint:1", &sealed).is_err());
    }
}
