//! Sends many statements before the first answer is awaited: one round trip.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio_postgres::{Error, Row};

/// A statement on its way; it is sent when it is first polled.
pub(super) type Sent<'client> =
    Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + Send + 'client>>;

/// The first statement that failed.
pub(super) struct Break {
    pub(super) error: Error,
    /// Whether the last statement had been sent, so that the server may have made all of them.
    pub(super) all_sent: bool,
}

/// Sends all statements in their order, then waits for their answers in the same order. When one
/// cannot even be sent, those after it are not sent either: a COMMIT never follows a gap.
pub(super) async fn send(mut statements: Vec<Sent<'_>>) -> Result<Vec<Vec<Row>>, Break> {
    let count = statements.len();
    let first = poll_fn(|context| {
        let mut answers = Vec::with_capacity(count);
        for statement in &mut statements {
            let answer = match statement.as_mut().poll(context) {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => None,
            };
            let refused = matches!(answer, Some(Err(_)));
            answers.push(answer);
            if refused {
                break;
            }
        }
        Poll::Ready(answers)
    })
    .await;
    let all_sent = first.len() == count && !matches!(first.last(), Some(Some(Err(_))));
    let mut all = Vec::with_capacity(count);
    for (statement, answer) in statements.into_iter().zip(first) {
        let answer = match answer {
            Some(answer) => answer,
            None => statement.await,
        };
        all.push(answer.map_err(|error| Break { error, all_sent })?);
    }
    Ok(all)
}
