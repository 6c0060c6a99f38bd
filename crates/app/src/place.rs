//! Where an installation is: its folder and its database.

use std::path::{Path, PathBuf};

use crate::trouble::Trouble;

/// The database file inside the data folder.
const DATABASE_FILE: &str = "usher.sqlite";
/// The encryption key inside the data folder.
const KEY_FILE: &str = "encryption.key";
/// Where the first master keys are written inside the data folder.
const MASTER_KEYS_FILE: &str = "master-keys.txt";

/// What a demonstration puts into the folder that it makes, so that it knows it again.
const DEMO_MARK_FILE: &str = "usher-demo.txt";

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

/// How a database URL is written.
const URL_FORM: &str = "postgres://user:password@host:5432/database";

impl Place {
    /// Refuses a database URL that no database can be reached by, before anything is made.
    pub(crate) fn check(&self) -> Result<(), Trouble> {
        self.database_url.as_deref().map_or(Ok(()), check_url)
    }

    /// The SQLite database.
    pub(crate) fn database_file(&self) -> PathBuf {
        self.data.join(DATABASE_FILE)
    }

    /// The encryption key.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.encryption_key_file
            .clone()
            .unwrap_or_else(|| self.own_key_file())
    }

    /// The encryption key that the first start makes, when none is named.
    pub(crate) fn own_key_file(&self) -> PathBuf {
        self.data.join(KEY_FILE)
    }

    /// The first master keys.
    pub(crate) fn master_keys_file(&self) -> PathBuf {
        self.data.join(MASTER_KEYS_FILE)
    }

    /// The mark of a demonstration.
    pub(crate) fn demo_mark(&self) -> PathBuf {
        self.data.join(DEMO_MARK_FILE)
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

fn check_url(url: &str) -> Result<(), Trouble> {
    let refuse = |message: String, hint: String| Err(Trouble::usage(message).hint(hint));
    let or_sqlite = format!(
        "write {URL_FORM}, or leave --database-url (and USHER_DATABASE_URL) out to use SQLite in \
         the data folder"
    );
    if url.trim().is_empty() {
        return refuse("--database-url is empty".to_owned(), or_sqlite);
    }
    match url.split_once("://").map(|(scheme, _)| scheme) {
        Some("postgres" | "postgresql") => {}
        Some(scheme) if is_scheme(scheme) => {
            let message = format!(
                "--database-url begins with {scheme}://, and the databases supported are \
                 PostgreSQL (postgres:// or postgresql://) and, without a URL, SQLite"
            );
            return refuse(message, or_sqlite);
        }
        None if url.contains('=') => {}
        _ => {
            let message = "--database-url is no URL of a PostgreSQL database".to_owned();
            return refuse(message, or_sqlite);
        }
    }
    let wants_tls = ["require", "verify-ca", "verify-full"]
        .iter()
        .any(|mode| url.contains(&format!("sslmode={mode}")));
    if wants_tls {
        let message =
            "--database-url asks for TLS, which is not spoken to PostgreSQL yet".to_owned();
        let hint =
            "keep the database on a private network or behind a tunnel, and leave sslmode out";
        return refuse(message, hint.to_owned());
    }
    Ok(())
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || "+-.".contains(one))
}

/// A database URL without its password, wherever it stands.
pub(crate) fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // Key words such as `host=… password=…`.
        return "PostgreSQL (settings by key words, not shown)".to_owned();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if path.contains('@') {
        // A password with a slash or a question mark in it, or a password further on.
        return format!("{scheme}://****");
    }
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
        check("postgres://db?password=s3cret", "postgres://db");
        for hidden in [
            "postgres://usher:s3/cret@db/usher",
            "postgres://usher:s3?cret@db/usher",
            "postgres://db/usher?password=s3@cret",
        ] {
            check(hidden, "postgres://****");
        }
        assert!(!masked("host=db password=s3cret").contains("s3cret"));
    }

    #[test]
    fn a_url_that_reaches_no_database_is_refused_with_what_is_supported() {
        for good in [
            "postgres://usher:secret@db/usher",
            "postgresql://db/usher?sslmode=prefer",
            "host=db dbname=usher",
        ] {
            assert!(check_url(good).is_ok(), "{good}");
        }
        for (wrong, part) in [
            ("", "is empty"),
            (" ", "is empty"),
            ("mysql://u:planted@h/x", "begins with mysql://"),
            ("sqlite:///planted", "begins with sqlite://"),
            ("Postgres://u:planted@h/x", "begins with Postgres://"),
            ("planted", "is no URL"),
            ("planted planted://h", "is no URL"),
            ("postgres://db/planted?sslmode=require", "TLS"),
        ] {
            let trouble = check_url(wrong).unwrap_err();
            assert!(trouble.message.contains(part), "{wrong}: {trouble}");
            assert!(
                !trouble.to_string().contains("planted"),
                "{wrong}: {trouble}"
            );
            assert_eq!(trouble.ending, crate::ending::Ending::Usage, "{wrong}");
            assert!(trouble.hint.is_some(), "{wrong}");
        }
    }
}
