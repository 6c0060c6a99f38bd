//! What is wrong with a request is said by field, all at once.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::node::both;
use crate::samples::{bystander, person, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_names_every_field_that_is_wrong() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}", text(&profile["id"]));
        let id = text(&profile["id"]);
        for (path, body, words) in mistakes(id) {
            let path = path.replace("{at}", &at);
            let message = node.demo.post(&path, &body).await.refused(400);
            for word in words {
                assert!(
                    message.contains(word),
                    "{path}: {message:?} does not say {word:?}"
                );
            }
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_json_or_no_path_is_refused_in_words() {
    for node in both().await {
        let send = async |method: &str, path: &str, body: &'static [u8]| {
            node.demo
                .send(method, path, (&[], Bytes::from_static(body)))
                .await
        };
        let message = send("POST", "/4.0/profiles", b"{\"role\":")
            .await
            .refused(400);
        assert!(message.contains("line 1 column 8"), "{message}");
        let twice = b"{\"role\": \"x\", \"collected_data\": {\"dob\": 1, \"dob\": 2}}";
        let message = send("POST", "/4.0/profiles", twice).await.refused(400);
        assert_eq!(message, "collected_data.dob is given twice");
        let message = send("POST", "/admin/keys", b"{\"name\": 1, \"name\": 1}");
        assert_eq!(message.await.refused(400), "name is given twice");
        send("POST", "/4.0/profiles", b"\xff\xfe")
            .await
            .refused(400);
        send("POST", "/4.0/profiles", b"").await.refused(400);
        for path in [
            "/4.0",
            "/4.0/nothing",
            "/4.0/profiles/x/y/z",
            "/",
            "/admin/users",
            "/4.0/profiles/",
        ] {
            send("GET", path, b"").await.refused(404);
        }
        for id in ["1", "%00", "..%2f..", "0192f0c12a3b7c4d8e5f0123456789ab"] {
            send("GET", &format!("/4.0/profiles/{id}"), b"")
                .await
                .refused(404);
        }
        let refused = send("PUT", "/4.0/profiles", b"").await;
        assert_eq!(refused.header("allow"), "GET,HEAD,POST");
        refused.refused(405);
        send("DELETE", "/4.0/whoami", b"").await.refused(405);
        for query in [
            "limit=0",
            "limit=201",
            "limit=x",
            "offset=-1",
            "categories=CUSTOMER,FRIEND",
        ] {
            let message = send("GET", &format!("/4.0/profiles?{query}"), b"")
                .await
                .refused(400);
            assert!(
                message.starts_with(query.split('=').next().unwrap()),
                "{message}"
            );
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_comes_in_a_header_or_in_the_query_but_not_two_of_them() {
    for node in both().await {
        let (demo, live) = (&node.demo.key, &node.live.key);
        let without = node.demo.with_key("");
        without
            .get(&format!("/4.0/whoami?apikey={demo}"))
            .await
            .ok();
        node.demo
            .get(&format!("/4.0/whoami?apikey={demo}"))
            .await
            .ok();
        let message = node
            .demo
            .get(&format!("/4.0/whoami?apikey={live}"))
            .await
            .refused(400);
        assert!(message.starts_with("apikey"), "{message}");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_needs_no_key() {
    for node in both().await {
        assert_eq!(
            node.demo.with_key("").get("/health").await.ok(),
            json!({"status": "ok"})
        );
        node.finish().await;
    }
}

/// Paths, bodies, and what the answer must say; `{at}` is the profile.
#[expect(clippy::too_many_lines, reason = "a table")]
fn mistakes(profile: &str) -> Vec<(&'static str, Value, &'static [&'static str])> {
    let mut young = person("Ada", "Byron");
    young["collected_data"]["personal_details"]["dob"] = json!("1984-02-31");
    young["collected_data"]["address_history"][0]["address"]["country"] = json!("ZZZ");
    let mut unknown_product = person("Ada", "Byron");
    unknown_product["applications"] = json!([{"product": {"alias": "current_acount"}}]);
    vec![
        ("/4.0/profiles", json!({}), &["role", "collected_data"]),
        ("/4.0/profiles", json!([]), &["the body"]),
        (
            "/4.0/profiles",
            young,
            &[
                "collected_data.personal_details.dob",
                "collected_data.address_history[0].address.country",
            ],
        ),
        (
            "/4.0/profiles",
            unknown_product,
            &["applications[0].product.alias", "current_account"],
        ),
        ("{at}/status", json!("ASLEEP"), &["NORMAL"]),
        (
            "{at}/collected_data",
            json!({"entity_type": "COMPANY"}),
            &["entity_type"],
        ),
        ("{at}/applications", json!({}), &["product"]),
        (
            "{at}/applications",
            json!({"product": {"alias": "mortgage"}}),
            &["product.alias", "savings_account"],
        ),
        ("{at}/tasks", json!({}), &["type or variant"]),
        (
            "{at}/tasks",
            json!({"variant": {"alias": "nothing"}}),
            &["variant", "verify_identity"],
        ),
        (
            "{at}/tasks",
            json!({"type": "COMPANY_IDENTIFY_BENEFICIAL_OWNERS"}),
            &["type names no task of this kind of profile; there are INDIVIDUAL_"],
        ),
        (
            "{at}/checks",
            json!({"check_type": "TEA_LEAVES"}),
            &["check_type"],
        ),
        (
            "{at}/checks?mode=later",
            json!({"check_type": "IDENTITY_CHECK"}),
            &["mode"],
        ),
        ("{at}/tags", json!({"name": "  "}), &["name"]),
        ("{at}/files", json!({"data": ""}), &["data"]),
        (
            "{at}/files",
            json!({"data": "%%%"}),
            &["data must be base64"],
        ),
        (
            "{at}/document_images",
            json!({"data": "JVBERi0=", "image_type": "SIDE"}),
            &["image_type"],
        ),
        (
            "{at}/collected_data/documents",
            json!({"category": "X", "document_type": "Y"}),
            &["category", "document_type", "images"],
        ),
        (
            "{at}/collected_data/documents",
            json!({"category": "SUPPORTING", "document_type": "TAX", "images": [{"id": profile}]}),
            &["images[0].id"],
        ),
        (
            "/admin/keys",
            json!({"name": "x", "environment": "staging"}),
            &["environment"],
        ),
        (
            "/admin/webhooks",
            json!({"url": "mail://x", "secret": "short"}),
            &["url", "secret"],
        ),
        (
            "/admin/webhooks",
            json!({"url": "https://me:you@example.com/", "secret": "long enough"}),
            &["url must not have a user name", "secret must be of"],
        ),
        (
            "/admin/webhooks",
            json!({"url": "https://example.com/", "secret": "long-enough", "events": ["BIRTHDAY"]}),
            &["events[0]"],
        ),
        (
            "/admin/webhooks",
            json!({"url": "https://example.com/", "secret": "long-enough", "events": []}),
            &["events must not be empty; leave it out"],
        ),
        (
            "/admin/config",
            json!({"document": "format: 1\nproduct: []\ntasks: 7\n"}),
            &["product", "tasks"],
        ),
        ("/admin/config/promote", json!({"from": "demo"}), &["to"]),
    ]
}
