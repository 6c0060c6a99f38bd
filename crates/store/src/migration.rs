//! The steps by which the schema grows: numbered, upward only, never edited once released. First
//! expand, then, a release later, contract. Both databases have the same numbers.

use sha2::{Digest, Sha256};

use crate::error::Error;

/// One step.
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// The steps for SQLite.
pub(crate) const SQLITE: &[Migration] = &[
    Migration {
        number: 1,
        name: "start",
        text: include_str!("../migrations/sqlite/0001_start.sql"),
    },
    Migration {
        number: 2,
        name: "administration",
        text: include_str!("../migrations/sqlite/0002_administration.sql"),
    },
    Migration {
        number: 3,
        name: "key_check",
        text: include_str!("../migrations/sqlite/0003_key_check.sql"),
    },
    Migration {
        number: 4,
        name: "check_window",
        text: include_str!("../migrations/sqlite/0004_check_window.sql"),
    },
    Migration {
        number: 5,
        name: "lists",
        text: include_str!("../migrations/sqlite/0005_lists.sql"),
    },
];

/// The steps for PostgreSQL.
pub(crate) const POSTGRES: &[Migration] = &[
    Migration {
        number: 1,
        name: "start",
        text: include_str!("../migrations/postgres/0001_start.sql"),
    },
    Migration {
        number: 2,
        name: "administration",
        text: include_str!("../migrations/postgres/0002_administration.sql"),
    },
    Migration {
        number: 3,
        name: "key_check",
        text: include_str!("../migrations/postgres/0003_key_check.sql"),
    },
    Migration {
        number: 4,
        name: "check_window",
        text: include_str!("../migrations/postgres/0004_check_window.sql"),
    },
    Migration {
        number: 5,
        name: "lists",
        text: include_str!("../migrations/postgres/0005_lists.sql"),
    },
];

/// Where the database writes down which steps it has taken.
pub(crate) const TABLE: &str = "create table if not exists schema_version (
    number bigint not null primary key,
    name text not null,
    checksum text not null
)";

impl Migration {
    pub(crate) fn checksum(&self) -> String {
        let digest = Sha256::digest(self.text.as_bytes());
        let mut text = String::with_capacity(2 * digest.len());
        for byte in digest {
            for half in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(u32::from(half), 16));
            }
        }
        text
    }
}

/// The steps still to take, given number and checksum of those taken.
pub(crate) fn missing<'steps>(
    steps: &'steps [Migration],
    taken: &[(i64, String)],
) -> Result<Vec<&'steps Migration>, Error> {
    let newest = steps.last().map_or(0, |step| step.number);
    for (number, checksum) in taken {
        let Some(step) = steps.iter().find(|step| step.number == *number) else {
            return Err(Error::broken(format!(
                "the database has schema {number} and this program knows up to {newest}; \
                 run a newer program"
            )));
        };
        if step.checksum() != *checksum {
            return Err(Error::broken(format!(
                "step {number} ({}) of the schema differs from the one this program has; \
                 the database was made by another build",
                step.name
            )));
        }
    }
    Ok(steps
        .iter()
        .filter(|step| taken.iter().all(|(number, _)| *number != step.number))
        .collect())
}
