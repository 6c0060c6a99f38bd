//! Connection strings of the databases that a book is read from. They have passwords in them, so they
//! come from the environment or from files, and never from the command line.

use std::path::PathBuf;

use clap::Args;

use crate::folder;
use crate::trouble::Trouble;

/// What the environment variables begin with.
const PREFIX: &str = "USHER_CONNECTION_";

/// Where connection strings come from.
#[derive(Args, Debug)]
pub(crate) struct Connections {
    /// Connection string of a PostgreSQL source that the mapping calls NAME, from a file; it goes
    /// before the environment variable `USHER_CONNECTION_NAME`
    #[arg(long, value_name = "NAME=FILE", global = true, value_parser = pair)]
    connection: Vec<(String, PathBuf)>,
}

fn pair(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(file)))
        }
        _ => Err("write it as NAME=FILE, where FILE holds the connection string".to_owned()),
    }
}

impl Connections {
    /// Gives them to the migration.
    pub(super) fn provide(&self) -> Result<(), Trouble> {
        for (name, text) in std::env::vars_os() {
            let pair = (name.into_string(), text.into_string());
            if let (Ok(name), Ok(text)) = pair
                && name.starts_with(PREFIX)
            {
                migrate::connections::provide(&name, text);
            }
        }
        for (name, file) in &self.connection {
            migrate::connections::provide(name, folder::read(file)?);
        }
        Ok(())
    }
}
