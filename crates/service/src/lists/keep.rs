//! Keeps the lists of this node as they are, so that no check has to wait for them.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::watch;

use super::shelf;
use crate::{Failure, Platform};

/// How often a node looks whether lists were swapped on another, in milliseconds: more often than
/// what it knows is too old.
const LOOK_MILLISECONDS: u64 = 500;

/// Follows the swaps of other nodes until `shutdown` says so.
pub async fn keep(platform: Platform, mut shutdown: watch::Receiver<bool>) {
    while !*shutdown.borrow() {
        if let Err(failure) = look(&platform).await {
            tracing::warn!(error = %failure, "lists could not be looked for; the old ones stay");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(LOOK_MILLISECONDS)) => {}
            _ = shutdown.changed() => {}
        }
    }
}

async fn look(platform: &Platform) -> Result<(), Failure> {
    let accounts = store::accounts::list(&platform.store).await?;
    let institutions: BTreeSet<u128> = accounts.iter().map(|row| row.institution).collect();
    for institution in institutions {
        shelf::look(platform, institution).await?;
    }
    Ok(())
}
