//! A forecast against a server that is no Usher.

use std::sync::Arc;

use migrate::Scope;
use migrate::forecast::{Assumption, Options, forecast};
use migrate::progress::{Reporter, Silent};

use crate::runs::options;
use crate::server::{Server, Trouble};
use crate::shared;

#[tokio::test]
async fn a_server_that_cannot_simulate_is_said_to() {
    let Some(book) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble::default()).await;
    let run = options(&book, &server.url, Scope::All, "forecast-elsewhere");
    let asked = Options {
        mapping: run.mapping,
        source: run.source,
        scope: run.scope,
        base_urls: run.base_urls,
        api_key: run.api_key,
        patience: run.patience,
        assume: Assumption::parse("pass").expect("an assumption"),
        window: Vec::new(),
        draft: None,
        in_full: Vec::new(),
        only_in_full: false,
    };
    let reporter: Arc<dyn Reporter> = Arc::new(Silent);
    let error = forecast(&asked, &reporter).await.unwrap_err().to_string();
    assert!(error.contains("this server cannot simulate"), "{error}");
    assert!(server.state().profiles.is_empty());
}
