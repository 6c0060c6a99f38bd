//! Administration: the policy and the keys.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::node::both;
use crate::samples::text;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_is_checked_published_and_promoted() {
    for node in both().await {
        let changed = config::DEMO.replace("name: Savings account\n", "name: Savings\n");
        assert_ne!(changed, config::DEMO);
        let checked = node
            .demo
            .post("/admin/config/check", &json!({"document": changed}))
            .await
            .ok();
        assert_eq!(checked["number"], 2);
        assert_eq!(node.demo.get("/admin/config").await.ok()["number"], 1);
        // As text, or in a JSON object; the same document is not a new version.
        let published = ("POST", "/admin/config", Bytes::from(changed.clone()));
        let published = node
            .demo
            .send(published.0, published.1, (&[], published.2))
            .await
            .ok();
        assert_eq!(published, json!({"number": 2}));
        let again = node
            .demo
            .post("/admin/config", &json!({"document": changed}))
            .await
            .ok();
        assert_eq!(again, json!({"number": 2}));
        let current = node.demo.get("/admin/config/current").await;
        assert_eq!(
            (current.text.as_str(), current.header("policy-version")),
            (changed.as_str(), "2")
        );
        let first = node.demo.get("/admin/config/versions/1").await;
        assert_eq!(first.text, config::DEMO);
        node.demo.get("/admin/config/versions/9").await.refused(404);
        node.demo.get("/admin/config/versions/x").await.refused(404);

        assert_eq!(node.live.get("/admin/config").await.ok()["number"], 1);
        let direction = json!({"from": "demo", "to": "live"});
        node.demo
            .post("/admin/config/promote", &direction)
            .await
            .refused(403);
        let promoted = node
            .live
            .post("/admin/config/promote", &direction)
            .await
            .ok();
        assert_eq!(promoted["number"], 2);
        assert_eq!(node.live.get("/admin/config").await.ok()["number"], 2);
        let versions = node.live.get("/admin/config/versions").await.ok();
        assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_with_mistakes_is_refused_with_their_places() {
    for node in both().await {
        let broken = config::DEMO.replace(
            "policy: savings_account_individual",
            "policy: saving_account_individual",
        );
        for path in ["/admin/config", "/admin/config/check"] {
            let refused = node.demo.post(path, &json!({"document": broken})).await;
            let info = &refused.body["errors"][0]["info"];
            assert!(info["line"].as_u64().unwrap() > 100, "{}", refused.text);
            assert!(
                text(&info["field"]).starts_with("products[1]"),
                "{}",
                refused.text
            );
            refused.refused(400);
        }
        assert_eq!(node.demo.get("/admin/config").await.ok()["number"], 1);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_administers_its_own_account_only() {
    for node in both().await {
        let live = json!({"name": "Sneaky", "environment": "live", "admin": true});
        node.demo.post("/admin/keys", &live).await.refused(403);
        let own = node.demo.get("/admin/keys").await.ok();
        let own = text(&own[0]["id"]).to_owned();
        node.live
            .post(&format!("/admin/keys/{own}/revoke"), &Value::Null)
            .await
            .refused(404);
        node.demo
            .post(&format!("/admin/keys/{own}/revoke"), &Value::Null)
            .await
            .refused(409);
        node.finish().await;
    }
}
