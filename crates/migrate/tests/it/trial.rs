//! A test against a server that is no Usher.

use std::sync::Arc;

use migrate::Scope;
use migrate::progress::Silent;
use migrate::trial::receiver::Receiver;
use migrate::trial::{self, Judgement, Phase};

use crate::runs::options;
use crate::server::{Server, Trouble};
use crate::shared;

#[tokio::test]
async fn where_no_webhook_can_be_set_up_the_receiver_is_not_tried_and_the_rest_is() {
    let Some(book) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble::default()).await;
    let run = options(&book, &server.url, Scope::All, "trial-elsewhere");
    let demo = (Phase::Demo, 5);
    let report = trial::run(run, demo, &Receiver::default(), Arc::new(Silent)).await;
    let report = report.expect("a report");
    let why = "the server will not send webhooks here: it has no /admin/webhooks, where they are \
               set up";
    let judgement = &report.answers[5].judgement;
    assert_eq!(judgement, &Judgement::NotTold(why.to_owned()));
    assert!(!server.state().profiles.is_empty());
}

#[tokio::test]
async fn a_test_that_was_stopped_says_so() {
    let Some(book) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble::default()).await;
    let run = options(&book, &server.url, Scope::All, "trial-stopped");
    run.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let demo = (Phase::Demo, 5);
    let stopped = trial::run(run, demo, &Receiver::default(), Arc::new(Silent)).await;
    let why = stopped.expect_err("it was stopped").to_string();
    assert!(why.contains("the test was stopped"), "{why}");
}
