//! What is too large or too much is refused clearly.

use bytes::Bytes;
use http_api::{BODY_BYTES_MAX, Options};
use serde_json::json;

use crate::node::{both, until, with};
use crate::samples::{bystander, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    for node in both().await {
        let send = async |size: usize| {
            let mut body = json!({"name": "vip"}).to_string().into_bytes();
            body.resize(size, b' ');
            node.demo
                .send("POST", "/4.0/profiles", (&[], Bytes::from(body)))
                .await
        };
        send(BODY_BYTES_MAX).await.refused(400);
        let message = send(BODY_BYTES_MAX + 1).await.refused(413);
        assert!(message.contains("2097152"), "{message}");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_beyond_the_limit_are_told_to_come_back() {
    let options = Options {
        requests_at_once_max: 1,
        ..Options::default()
    };
    for node in with(options).await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "DELAY2"))
            .await
            .ok();
        let checks = format!("/4.0/profiles/{}/checks?mode=sync", text(&profile["id"]));
        let wanted = json!({"check_type": "IDENTITY_CHECK"});
        let slow = node.demo.post(&checks, &wanted);
        let other = async {
            let id: uuid::Uuid = text(&profile["id"]).parse().unwrap();
            let (store, account) = (&node.platform.store, service::accounts::DEMO);
            until("the check is ordered", async || {
                let checks = store::checks::of_profile(store, account, id.as_u128(), 1).await;
                !checks.unwrap().is_empty()
            })
            .await;
            node.demo.get("/4.0/whoami").await
        };
        let (slow, other) = tokio::join!(slow, other);
        assert_eq!(slow.ok()["state"], "COMPLETE");
        assert_eq!(other.header("retry-after"), "1");
        other.refused(503);
        node.demo.get("/4.0/whoami").await.ok();
        node.finish().await;
    }
}
