//! Who may do what: every route, every kind of caller.

use serde_json::{Value, json};

use crate::client::{Client, Response};
use crate::node::{Node, both};
use crate::routes::{ADMIN, Route, V4, body, fill};
use crate::samples::{pdf_text, person, text};

async fn call(client: &Client, route: &Route, ids: &[(&str, &str)]) -> Response {
    let path = fill(route.path, ids);
    match route.method {
        "GET" => client.get(&path).await,
        "DELETE" => client.delete(&path).await,
        _ => client.post(&path, &body(route)).await,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_opens_without_a_known_key() {
    for node in both().await {
        let unknown = "usher_demo_000000000000000000000000000000000000000000000";
        for route in V4.iter().chain(ADMIN) {
            let refused = call(&node.demo.with_key(""), route, &[]).await;
            assert_eq!(
                (refused.status, refused.code()),
                (401, 203),
                "{}",
                route.path
            );
            for wrong in [unknown, "x", &node.demo.key[1..]] {
                let refused = call(&node.demo.with_key(wrong), route, &[]).await;
                assert_eq!(
                    (refused.status, refused.code()),
                    (401, 204),
                    "{}",
                    route.path
                );
            }
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_key_is_an_unknown_key_at_once() {
    for node in both().await {
        let wanted = json!({"name": "Onboarding form", "environment": "demo"});
        let issued = node.demo.post("/admin/keys", &wanted).await.ok();
        let client = node.demo.with_key(text(&issued["key"]));
        assert_eq!(
            client.get("/4.0/whoami").await.ok()["institution"]["name"],
            "Northgate"
        );
        let path = format!("/admin/keys/{}/revoke", text(&issued["id"]));
        assert!(node.demo.post(&path, &Value::Null).await.ok()["revoked_on"].is_string());
        let refused = client.get("/4.0/whoami").await;
        assert_eq!((refused.status, refused.code()), (401, 204));
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_revoked_on_another_node_is_unknown_two_seconds_later() {
    for node in both().await {
        let wanted = json!({"name": "Onboarding form", "environment": "demo"});
        let issued = node.demo.post("/admin/keys", &wanted).await.ok();
        let client = node.demo.with_key(text(&issued["key"]));
        client.get("/4.0/whoami").await.ok();
        let (platform, id) = (&node.platform, text(&issued["id"]));
        let id: uuid::Uuid = id.parse().unwrap();
        let admin = service::keys::authenticate(platform, &node.demo.key).await;
        let admin = admin.unwrap();
        service::keys::revoke(platform, &admin, id.as_u128())
            .await
            .unwrap();
        node.advance(2);
        client.get("/4.0/whoami").await.refused(401);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_administrators_keys_administer() {
    for node in both().await {
        let wanted = json!({"name": "Onboarding form", "environment": "demo"});
        let issued = node.demo.post("/admin/keys", &wanted).await.ok();
        let client = node.demo.with_key(text(&issued["key"]));
        for route in ADMIN {
            call(&client, route, &[]).await.refused(403);
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_another_account_is_not_there() {
    for node in both().await {
        let ids = everything(&node).await;
        let ids: Vec<(&str, &str)> = ids.iter().map(|(name, id)| (*name, id.as_str())).collect();
        for route in V4
            .iter()
            .chain(ADMIN)
            .filter(|route| route.path.contains('{'))
        {
            call(&node.demo, route, &ids).await.refused(404);
        }
        // The same routes with the right key, so that it was not the requests that were wrong.
        for route in V4
            .iter()
            .filter(|route| route.method == "GET" && route.path.contains('{'))
        {
            if !route.path.contains("{event}") {
                call(&node.live, route, &ids).await.ok();
            }
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_another_profile_is_not_there() {
    for node in both().await {
        let mut ids = everything(&node).await;
        let other = node
            .live
            .post("/4.0/profiles", &person("Mary", "Shelley"))
            .await
            .ok();
        ids[0].1 = text(&other["id"]).to_owned();
        let ids: Vec<(&str, &str)> = ids.iter().map(|(name, id)| (*name, id.as_str())).collect();
        for route in V4
            .iter()
            .filter(|route| route.path.matches('{').count() > 1)
        {
            call(&node.live, route, &ids).await.refused(404);
        }
        node.finish().await;
    }
}

/// A profile of the live account with one of everything: names of places in paths, and ids.
async fn everything(node: &Node) -> Vec<(&'static str, String)> {
    let live = &node.live;
    let profile = live
        .post("/4.0/profiles", &person("Ada", "Byron"))
        .await
        .ok();
    node.settle().await;
    let id = |value: &Value| text(&value["id"]).to_owned();
    let at = format!("/4.0/profiles/{}", id(&profile));
    let task = id(&profile["tasks"][0]);
    let note = live
        .post(
            &format!("{at}/tasks/{task}/notes"),
            &json!({"text": "seen"}),
        )
        .await
        .ok();
    let tag = live
        .post(&format!("{at}/tags"), &json!({"name": "vip"}))
        .await
        .ok();
    let file = live
        .post(&format!("{at}/files"), &json!({"data": pdf_text()}))
        .await
        .ok();
    let image = json!({"data": pdf_text(), "image_type": "FRONT"});
    let image = live
        .post(&format!("{at}/document_images"), &image)
        .await
        .ok();
    let webhook = json!({"url": "https://example.com/hooks", "secret": "a-good-secret"});
    let webhook = live.post("/admin/webhooks", &webhook).await.ok();
    let key = json!({"name": "another", "environment": "live"});
    let key = live.post("/admin/keys", &key).await.ok();
    let window = json!({"checks": ["identity_check"], "reason": "a book comes over"});
    let window = live.post("/admin/windows", &window).await.ok();
    vec![
        ("profile", id(&profile)),
        ("application", id(&profile["applications"][0])),
        ("task", task),
        ("check", id(&profile["checks"][0])),
        ("note", id(&note)),
        ("tag", id(&tag)),
        ("file", id(&file)),
        ("image", id(&image)),
        ("webhook", id(&webhook)),
        ("key", id(&key)),
        ("window", id(&window)),
    ]
}
