//! How fast clients will come over: measured by an earlier run, or guessed from a few timed reads.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use tokio::time::Instant;

use crate::api::{Api, Call};
use crate::run::crew::{MEASURED, Measured};
use crate::{Book, Error};

/// Timed reads, after one that is not counted.
const READS_COUNT: usize = 12;
/// A write is taken for so many reads until a run has measured it.
const WRITE_READS: u64 = 4;

/// How long one client takes one worker, with all that belongs to it, its looking up and its reading
/// back.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    /// The time.
    pub per_client: Duration,
    /// Where it comes from.
    pub source: Source,
}

/// Where a rate comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A run from the state folder measured it.
    Measured {
        /// The profiles it made.
        profiles: u64,
        /// When, as an instant in UTC.
        at: String,
    },
    /// It is guessed from reads.
    Reads {
        /// How many.
        count: usize,
        /// Their median, in milliseconds.
        median_milliseconds: f64,
        /// Requests per client of the book.
        requests_per_client: f64,
    },
    /// Nothing is known of the server.
    Assumed,
}

/// The rate that the last run of a state folder measured; `None` without one.
///
/// Errors: a ledger that cannot be read.
pub(super) fn measured(state: &Path) -> Result<Option<Rate>, Error> {
    let path = state.join("ledger.sqlite");
    if !path.is_file() {
        return Ok(None);
    }
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let fact: Option<String> = connection
        .query_row("select value from run where name = ?1", [MEASURED], |row| {
            row.get(0)
        })
        .optional()?;
    let Some(measured) = fact.and_then(|fact| serde_json::from_str::<Measured>(&fact).ok()) else {
        return Ok(None);
    };
    let each = |milliseconds: u64, profiles: u64| {
        let seconds = number(milliseconds) / 1000.0;
        if profiles == 0 {
            0.0
        } else {
            seconds / number(profiles)
        }
    };
    let seconds = each(measured.making_milliseconds, measured.profiles_made)
        + each(measured.reading_milliseconds, measured.profiles_read);
    Ok(Some(Rate {
        per_client: Duration::from_secs_f64(seconds),
        source: Source::Measured {
            profiles: measured.profiles_made,
            at: measured.at,
        },
    }))
}

/// A rate guessed from a few harmless reads, one after the other.
///
/// Errors: a server that refuses the key or does not answer.
pub(super) async fn timed(api: &Api, book: &Book, clients: u64) -> Result<Rate, Error> {
    api.first_call(Call::get("/whoami")).await?;
    let mut times = Vec::new();
    for place in 0..READS_COUNT {
        let path = if place % 2 == 0 {
            "/whoami"
        } else {
            "/profiles?limit=1"
        };
        let begun = Instant::now();
        // What a key may not read is an answer, too.
        match api.first_call(Call::get(path)).await {
            Ok(_) | Err(crate::api::Failure::Refused { .. }) => times.push(begun.elapsed()),
            Err(failure) => return Err(failure.into()),
        }
    }
    times.sort_unstable();
    let median = times.get(READS_COUNT / 2).copied().unwrap_or_default();
    let requests = requests_per_client(book, clients);
    Ok(Rate {
        per_client: median.mul_f64(requests.reads_alone + requests.writes * number(WRITE_READS)),
        source: Source::Reads {
            count: READS_COUNT,
            median_milliseconds: median.as_secs_f64() * 1000.0,
            requests_per_client: requests.reads_alone + requests.writes,
        },
    })
}

struct Requests {
    reads_alone: f64,
    writes: f64,
}

fn requests_per_client(book: &Book, clients: u64) -> Requests {
    let coming = book
        .clients
        .iter()
        .filter(|client| client.becomes_profile());
    let tags: usize = coming.map(|client| client.tags.len()).sum();
    let documents = book
        .documents
        .iter()
        .filter(|scan| scan.row.verdict.migrates())
        .count();
    let notes = book
        .notes
        .iter()
        .filter(|note| note.row.verdict.migrates())
        .count();
    let clients = clients.max(1);
    let writes = clients + tags as u64 + 2 * documents as u64 + notes as u64;
    // Looked up when written, read back at the end; images and notes are listed.
    let reads = 2 * clients + documents as u64 + 2 * notes as u64;
    Requests {
        reads_alone: number(reads) / number(clients),
        writes: number(writes) / number(clients),
    }
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
