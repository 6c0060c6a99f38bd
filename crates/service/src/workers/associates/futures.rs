//! Bounded concurrency over futures that borrow.

use std::future::Future;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::Failure;

/// Runs the futures, at most `at_once` at the same time, and collects what they give; the first
/// failure ends it.
pub(super) async fn stream_of<F, T>(
    all: impl Iterator<Item = F>,
    at_once: usize,
) -> Result<Vec<T>, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    stream::iter(all)
        .buffer_unordered(at_once)
        .try_collect()
        .await
}
