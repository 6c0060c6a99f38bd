//! Administration: the policy and the keys.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::client::Client;
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
        assert_eq!(published, json!({"number": 2, "unchanged": false}));
        let again = node
            .demo
            .post("/admin/config", &json!({"document": changed}))
            .await
            .ok();
        assert_eq!(again, json!({"number": 2, "unchanged": true}));
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
        assert_eq!(
            (&promoted["number"], &promoted["unchanged"]),
            (&json!(2), &json!(false))
        );
        let promoted = node
            .live
            .post("/admin/config/promote", &direction)
            .await
            .ok();
        assert_eq!(promoted["unchanged"], true);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_policy_that_an_account_works_by_is_not_stored_again() {
    for node in both().await {
        let changed = config::DEMO.replace("name: Savings account\n", "name: Savings\n");
        node.demo
            .post("/admin/config", &json!({"document": changed}))
            .await
            .ok();
        // The live account works by version 1, which is no longer the latest.
        let again = node
            .live
            .post("/admin/config", &json!({"document": config::DEMO}))
            .await
            .ok();
        assert_eq!(again, json!({"number": 1, "unchanged": true}));
        let versions = node.live.get("/admin/config/versions").await.ok();
        assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
        node.finish().await;
    }
}

/// What was done, the name of who did it, and to what.
type Told = (String, String, Value);

fn entry(action: &str, by: &str, reference: &Value) -> Told {
    (action.to_owned(), by.to_owned(), reference.clone())
}

/// What the audit of an account says, oldest first.
async fn told(client: &Client) -> Vec<Told> {
    let entries = client.get("/admin/audit").await.ok();
    let entries = entries.as_array().unwrap().iter().rev();
    let told = entries.map(|told| {
        let by = text(&told["by"]["name"]);
        entry(text(&told["action"]), by, &told["reference"])
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_administrators_do_to_keys_and_policy_is_kept_with_who_did_it() {
    for node in both().await {
        let wanted = json!({"name": "Second", "environment": "demo", "admin": true});
        let issued = node.demo.post("/admin/keys", &wanted).await.ok();
        let second = node.demo.with_key(text(&issued["key"]));
        let changed = config::DEMO.replace("name: Savings account\n", "name: Savings\n");
        let document = json!({"document": changed});
        let revoke = format!("/admin/keys/{}/revoke", text(&issued["id"]));
        // The second time nothing changes, and there is nothing to tell.
        second.post("/admin/config", &document).await.ok();
        second.post("/admin/config", &document).await.ok();
        node.demo.post(&revoke, &Value::Null).await.ok();
        node.demo.post(&revoke, &Value::Null).await.ok();
        let key = json!({"key": issued["id"], "name": "Second", "admin": true});
        let told_of_demo = told(&node.demo).await;
        assert_eq!(told_of_demo[0].0, "key-issued");
        assert_eq!(told_of_demo[0].1, "Support");
        let publication =
            |before: Value| json!({"number": 1 + before.as_i64().unwrap_or(0), "before": before});
        assert_eq!(
            told_of_demo[1..],
            [
                entry(
                    "policy-published",
                    "Master API Key",
                    &publication(Value::Null)
                ),
                entry("key-issued", "Master API Key", &key),
                entry("policy-published", "Second", &publication(json!(1))),
                entry("key-revoked", "Master API Key", &key),
            ]
        );
        let audit = node.demo.get("/admin/audit").await;
        assert!(!audit.text.contains(text(&issued["key"])), "{}", audit.text);
        let direction = json!({"from": "demo", "to": "live"});
        let promote = "/admin/config/promote";
        node.live.post(promote, &direction).await.ok();
        let told_of_live = told(&node.live).await;
        assert_eq!(told_of_live.len(), 3, "{told_of_live:?}");
        let promoted = entry("policy-promoted", "Master API Key", &publication(json!(1)));
        assert_eq!(told_of_live[2], promoted);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_administrators_do_to_webhooks_is_kept_without_what_may_be_secret() {
    for node in both().await {
        let begun = told(&node.demo).await.len();
        let url = "https://example.com/h/secret-path?k=secret";
        let hook = json!({"url": url, "secret": "a-good-secret"});
        let hook = node.demo.post("/admin/webhooks", &hook).await.ok();
        let at = format!("/admin/webhooks/{}", text(&hook["id"]));
        let retry = format!("{at}/retry");
        node.demo.post(&retry, &Value::Null).await.ok();
        node.demo.delete(&at).await.ok();
        let hook = json!({"webhook": hook["id"], "host": "example.com", "events": hook["events"]});
        assert_eq!(
            told(&node.demo).await[begun..],
            [
                entry("webhook-created", "Master API Key", &hook),
                entry("webhook-retried", "Master API Key", &hook),
                entry("webhook-deleted", "Master API Key", &hook),
            ]
        );
        let audit = node.demo.get("/admin/audit").await;
        assert!(!audit.text.contains("secret"), "{}", audit.text);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_that_is_refused_or_asked_again_is_not_told_twice() {
    for node in both().await {
        let before = told(&node.demo).await.len();
        let wanted = json!({"name": "Form", "environment": "demo"});
        let header = [("idempotency-key", "k")];
        for _ in 0..2 {
            node.demo
                .post_with("/admin/keys", &header, &wanted)
                .await
                .ok();
        }
        let sneaky = json!({"name": "Sneaky", "environment": "live"});
        node.demo.post("/admin/keys", &sneaky).await.refused(403);
        assert_eq!(told(&node.demo).await.len(), before + 1);
        node.finish().await;
    }
}
