//! A node at work: HTTP, workers and webhooks, until it is told to stop.

use std::time::Duration;

use service::{Platform, workers};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::installation;
use crate::trouble::Trouble;

/// How long requests and jobs that have begun may take after the order to stop, in seconds; what
/// has not ended then is done again by the next start.
pub(crate) const STOP_SECONDS_MAX: u64 = 40;

/// A node at work.
pub(crate) struct Node {
    platform: Platform,
    stop: watch::Sender<bool>,
    parts: JoinSet<&'static str>,
}

impl Node {
    /// A node that does nothing yet.
    pub(crate) fn new(platform: Platform) -> Node {
        Node {
            platform,
            stop: watch::Sender::new(false),
            parts: JoinSet::new(),
        }
    }

    /// Runs jobs, delivers webhooks and follows the lists.
    pub(crate) fn work(&mut self) {
        let (platform, stopped) = (self.platform.clone(), self.stop.subscribe());
        self.parts.spawn(async move {
            workers::run(platform, stopped).await;
            "the workers"
        });
        let (platform, stopped) = (self.platform.clone(), self.stop.subscribe());
        self.parts.spawn(async move {
            workers::deliver::run(platform, stopped).await;
            "the delivery of webhooks"
        });
        let (platform, stopped) = (self.platform.clone(), self.stop.subscribe());
        self.parts.spawn(async move {
            service::lists::keep(platform, stopped).await;
            "the lists"
        });
    }

    /// Answers HTTP.
    pub(crate) fn serve(&mut self, listener: TcpListener) {
        let (platform, stopped) = (self.platform.clone(), self.stop.subscribe());
        self.parts.spawn(async move {
            http_api::serve(listener, platform, http_api::Options::default(), stopped).await;
            "HTTP"
        });
    }

    /// Goes on until a signal to stop comes, or a part ends by itself, which none should.
    pub(crate) async fn until_told(&mut self, told: &mut Told) -> Result<(), Trouble> {
        let ended = tokio::select! {
            name = told.next() => {
                tracing::info!(signal = name, "stopping: what has begun is finished first");
                return Ok(());
            }
            ended = self.parts.join_next() => ended,
        };
        let part = match ended {
            Some(Ok(part)) => part.to_owned(),
            Some(Err(error)) => error.to_string(),
            None => "everything".to_owned(),
        };
        let hint = "look at the log above, then start it again; nothing that was answered is lost";
        Err(Trouble::new(format!("a part of this node ended by itself: {part}")).hint(hint))
    }

    /// Ends requests and jobs that have begun, then closes the store. A second signal cuts it short.
    pub(crate) async fn stop(mut self, told: &mut Told) {
        // Nobody listens any more when every part has ended already.
        let _ = self.stop.send(true);
        let parts = async { while self.parts.join_next().await.is_some() {} };
        tokio::select! {
            () = parts => {}
            () = tokio::time::sleep(Duration::from_secs(STOP_SECONDS_MAX)) => {
                tracing::warn!(seconds = STOP_SECONDS_MAX, "work that did not end was cut off");
            }
            name = told.next() => tracing::warn!(signal = name, "cut short by a second signal"),
        }
        self.parts.shutdown().await;
        installation::close(self.platform).await;
    }
}

/// The signals that tell a process to stop.
pub(crate) struct Told {
    terminate: Signal,
    interrupt: Signal,
}

impl Told {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Told, Trouble> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Trouble::new(format!("signals cannot be listened for: {error}")))
        };
        Ok(Told {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// The name of the next one.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
