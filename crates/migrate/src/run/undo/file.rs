//! `undo.csv`: what becomes of each profile.

use std::path::Path;

use super::super::results::table;
use super::{Client, Fate};
use crate::Error;

/// Writes a line for each profile that the state has made.
pub(super) fn write(path: &Path, clients: &[Client]) -> Result<(), Error> {
    let header = ["key", "profile_id", "outcome", "why", "open_applications"];
    let rows = clients.iter().map(|client| {
        let why = match &client.fate {
            Fate::LeftAlone(why) | Fate::OfOthers(why) | Fate::Failed(why) => why.clone(),
            Fate::Undo | Fate::GoOn | Fate::Undone | Fate::Before => String::new(),
        };
        let open_count = match client.fate {
            Fate::Undone | Fate::Before => String::new(),
            _ => client.open_count.to_string(),
        };
        [
            client.reference.clone(),
            client.profile.clone(),
            client.fate.in_words().to_owned(),
            why,
            open_count,
        ]
    });
    table(path, header, rows)
}
