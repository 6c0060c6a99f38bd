//! Whether an encryption key is the installation's. A small known text is sealed with the key when
//! the institution is founded; a key that does not open it is another one, and nothing may be
//! written under it: what it sealed would be lost when the right one comes back.

use store::Store;

use crate::seal::{open_secret, seal_secret};
use crate::{Failure, endpoints, files};

/// What is sealed. Nobody need keep it secret; only the key that opens it counts.
const KNOWN: &str = "usher";

/// How a key fits what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It opens what was sealed.
    Right,
    /// It opens nothing of what was sealed.
    Wrong,
    /// Nothing was sealed yet.
    Unproven,
}

/// The check of a new institution.
pub(crate) fn make(institution: u128, key: &[u8; 32]) -> Result<String, Failure> {
    seal_secret(key, &purpose(institution), KNOWN)
}

/// Looks whether a key fits; writes nothing. An installation made before there was a check is
/// judged by the webhook secrets and files that it has.
pub async fn look(store: &Store, key: &[u8; 32]) -> Result<Fit, Failure> {
    for institution in store::institutions::list(store).await? {
        if let Some(check) = &institution.key_check {
            let opened = open_secret(key, &purpose(institution.id), check);
            return Ok(match opened {
                Ok(known) if known == KNOWN => Fit::Right,
                _ => Fit::Wrong,
            });
        }
    }
    look_at_content(store, key).await
}

/// As [`look`], and gives an installation that has no check yet its own, unless the key is wrong.
pub async fn settle(store: &Store, key: &[u8; 32]) -> Result<Fit, Failure> {
    let fit = look(store, key).await?;
    if fit == Fit::Wrong {
        return Ok(fit);
    }
    for institution in store::institutions::list(store).await? {
        if institution.key_check.is_none() {
            let check = make(institution.id, key)?;
            let write = store::institutions::set_key_check(institution.id, &check);
            store.commit(store::Commit::new().write(write)).await?;
        }
    }
    // Another node may have been faster, with another key.
    look(store, key).await
}

/// Judges by what is sealed: one thing that opens is enough, for something else may be damaged.
async fn look_at_content(store: &Store, key: &[u8; 32]) -> Result<Fit, Failure> {
    let mut fit = Fit::Unproven;
    for account in store::accounts::list(store).await? {
        for endpoint in store::endpoints::list(store, account.account).await? {
            if endpoints::secret_with(key, &endpoint).is_ok() {
                return Ok(Fit::Right);
            }
            fit = Fit::Wrong;
        }
        match files::is_opened(store, key, account.account).await? {
            Some(true) => return Ok(Fit::Right),
            Some(false) => fit = Fit::Wrong,
            None => {}
        }
    }
    Ok(fit)
}

/// What the check is bound to: one copied from another installation does not open.
fn purpose(institution: u128) -> String {
    format!("institution:{institution:032x}")
}
