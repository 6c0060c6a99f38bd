//! The threads that read. Each query sees one snapshot of what was committed.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::Error;
use crate::row::Row;
use crate::sqlite::execute;
use crate::statement::Statement;
use crate::statistics::Counters;
use crate::value::Value;

pub(super) struct Request {
    pub(super) statement: &'static Statement,
    pub(super) values: Vec<Value>,
    pub(super) answer: oneshot::Sender<Result<Vec<Row>, Error>>,
}

/// Starts a reader. It ends when every sender of requests is gone.
pub(super) fn start(
    connection: Connection,
    requests: Arc<Mutex<mpsc::Receiver<Request>>>,
    counters: Arc<Counters>,
) -> Result<JoinHandle<()>, Error> {
    std::thread::Builder::new()
        .name("sqlite-reader".to_owned())
        .spawn(move || run(&connection, &requests, &counters))
        .map_err(|source| Error::caused("the thread that reads could not be started", source))
}

fn run(connection: &Connection, requests: &Mutex<mpsc::Receiver<Request>>, counters: &Counters) {
    while let Some(request) = next(requests) {
        let statement = request.statement;
        let found = execute::rows(
            connection,
            statement.name(),
            statement.sqlite(),
            &request.values,
        );
        if let Ok(rows) = &found {
            counters.count_query(rows.len());
        }
        // A caller that no longer waits needs no answer.
        let _ = request.answer.send(found);
    }
}

/// One thread waits for a request while holding the lock; the others wait for the lock.
fn next(requests: &Mutex<mpsc::Receiver<Request>>) -> Option<Request> {
    requests.lock().ok()?.blocking_recv()
}
