//! Where an installation is: its folder and its database.

use std::path::{Path, PathBuf};

/// The database file inside the data folder.
const DATABASE_FILE: &str = "usher.sqlite";
/// The encryption key inside the data folder.
const KEY_FILE: &str = "encryption.key";
/// Where the first master keys are written inside the data folder.
const MASTER_KEYS_FILE: &str = "master-keys.txt";

/// Where an installation is.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Place {
    /// Folder of this installation: the SQLite database, the encryption key, the first master
    /// keys; made when it is absent, for this user alone
    #[arg(
        long,
        value_name = "DIR",
        env = "USHER_DATA",
        default_value = "./usher-data"
    )]
    #[arg(help_heading = "Installation")]
    pub(crate) data: PathBuf,
    /// PostgreSQL database to use instead of SQLite, such as
    /// `postgres://usher:secret@localhost/usher`; any number of nodes may share one
    #[arg(
        long,
        value_name = "URL",
        env = "USHER_DATABASE_URL",
        hide_env_values = true
    )]
    #[arg(help_heading = "Installation")]
    pub(crate) database_url: Option<String>,
    /// File with the key that encrypts files and secrets, 64 hexadecimal digits; DIR/encryption.key
    /// unless given. Nodes that share a database must share the key, too
    #[arg(long, value_name = "FILE", env = "USHER_ENCRYPTION_KEY_FILE")]
    #[arg(help_heading = "Installation")]
    pub(crate) encryption_key_file: Option<PathBuf>,
}

impl Place {
    /// The SQLite database.
    pub(crate) fn database_file(&self) -> PathBuf {
        self.data.join(DATABASE_FILE)
    }

    /// The encryption key.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.encryption_key_file
            .clone()
            .unwrap_or_else(|| self.data.join(KEY_FILE))
    }

    /// The first master keys.
    pub(crate) fn master_keys_file(&self) -> PathBuf {
        self.data.join(MASTER_KEYS_FILE)
    }

    /// What people are told of the database, without its password.
    pub(crate) fn database(&self) -> String {
        match &self.database_url {
            Some(url) => masked(url),
            None => format!("SQLite {}", show(&self.database_file())),
        }
    }
}

/// A path as people are shown it.
pub(crate) fn show(path: &Path) -> String {
    path.display().to_string()
}

/// A database URL without its password, wherever it stands.
pub(crate) fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // Key words such as `host=… password=…`.
        return "PostgreSQL (settings by key words, not shown)".to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user
                .split_once(':')
                .map_or(user.to_owned(), |(user, _)| format!("{user}:****"));
            format!("{user}@{host}")
        }
        None => authority.to_owned(),
    };
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    format!("{scheme}://{authority}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let check = |url: &str, shown: &str| assert_eq!(masked(url), shown, "{url}");
        check(
            "postgres://usher:s3cret@db/usher",
            "postgres://usher:****@db/usher",
        );
        check(
            "postgres://usher:p@ss:w@db:5432/usher",
            "postgres://usher:****@db:5432/usher",
        );
        check("postgres://db/usher?password=s3cret", "postgres://db/usher");
        check("postgres://usher@db/usher", "postgres://usher@db/usher");
        assert!(!masked("host=db password=s3cret").contains("s3cret"));
    }
}
