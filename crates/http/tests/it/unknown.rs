//! What a request says and nobody would look at is refused; what clients have read they may send back.

use serde_json::{Value, json};

use crate::client::Client;
use crate::node::{Node, both};
use crate::routes::{ADMIN, V4, body, fill};
use crate::samples::{pdf_text, person, text};

/// Where a route takes a whole document or a bare text, there is no field to be unknown.
fn takes_fields(path: &str) -> bool {
    !path.ends_with("/status") && !path.ends_with("/collected_data")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_route_takes_a_field_or_a_parameter_that_it_does_not_know() {
    for node in both().await {
        for route in V4.iter().chain(ADMIN) {
            let path = fill(route.path, &[]);
            let mut sent = body(route);
            if route.method == "POST" && takes_fields(route.path) {
                let fields = match &mut sent {
                    Value::Object(fields) => fields,
                    other => {
                        *other = json!({});
                        other.as_object_mut().unwrap()
                    }
                };
                fields.insert("surprise".to_owned(), json!(true));
                let refused = node.demo.post(&path, &sent).await;
                assert_eq!(
                    refused.body["errors"][0]["info"]["field"], "surprise",
                    "{path}"
                );
                let message = refused.refused(400);
                assert!(
                    message.starts_with("surprise is not a known field; "),
                    "{path}: {message}"
                );
            }
            let path = format!("{path}?apikey={}&surprise=1", node.demo.key);
            let refused = match route.method {
                "GET" => node.demo.get(&path).await,
                "DELETE" => node.demo.delete(&path).await,
                _ => node.demo.post(&path, &body(route)).await,
            };
            assert_eq!(
                refused.body["errors"][0]["info"]["field"], "surprise",
                "{path}"
            );
            let message = refused.refused(400);
            assert!(
                message.starts_with("surprise is not a known parameter; "),
                "{path}: {message}"
            );
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_misspelt_name_is_told_with_the_one_it_may_mean() {
    for node in both().await {
        let mut wanted = person("Ada", "Byron");
        let applications = wanted["applications"].take();
        wanted["applicatons"] = applications;
        let message = node.demo.post("/4.0/profiles", &wanted).await.refused(400);
        assert_eq!(
            message,
            "applicatons is not a known field; did you mean applications?"
        );
        assert_eq!(node.demo.get("/4.0/profiles").await.ok()["count"], 0);
        let message = node
            .demo
            .get("/4.0/profiles?limt=3&limit=3&limit=4")
            .await
            .refused(400);
        assert_eq!(
            message,
            "limt is not a known parameter; did you mean limit?\nlimit is given twice"
        );
        let message = node
            .demo
            .post(
                "/admin/config",
                &json!({"document": config::DEMO, "mesage": "x"}),
            )
            .await
            .refused(400);
        assert_eq!(message, "mesage is not a known field; known are document");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_misspelt_name_in_collected_data_is_refused_and_nothing_is_stored() {
    for node in both().await {
        let mut wanted = person("Ada", "Byron");
        let good = wanted["collected_data"].clone();
        wanted["collected_data"]["custom_field"] = json!({"occupation": "x"});
        wanted["collected_data"]["personal_details"]["name"]["given_name"] = json!("Ada");
        let message = node.demo.post("/4.0/profiles", &wanted).await.refused(400);
        assert_eq!(
            message,
            "collected_data.custom_field is not a known field; did you mean custom_fields?\n\
             collected_data.personal_details.name.given_name is not a known field; \
             did you mean given_names?"
        );
        assert_eq!(node.demo.get("/4.0/profiles").await.ok()["count"], 0);

        wanted["collected_data"] = good;
        let profile = node.demo.post("/4.0/profiles", &wanted).await.ok();
        let at = format!("/4.0/profiles/{}/collected_data", text(&profile["id"]));
        let stored = node.demo.get(&at).await.ok();
        let mut misspelt = stored.clone();
        misspelt["personal_detials"] = json!({"dob": "1990-01-01"});
        let message = node.demo.post(&at, &misspelt).await.refused(400);
        assert_eq!(
            message,
            "personal_detials is not a known field; did you mean personal_details?"
        );
        assert_eq!(node.demo.get(&at).await.ok(), stored);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_profile_comes_without_tags_and_decisions_and_says_so() {
    for node in both().await {
        let mut wanted = person("Ada", "Byron");
        wanted["tags"] = json!([{"name": "x"}]);
        wanted["applications"][0]["status"] = json!("APPROVED");
        let message = node.demo.post("/4.0/profiles", &wanted).await.refused(400);
        assert!(
            message.contains(
                "tags[0] is not taken with a new profile; add it with POST /profiles/{id}/tags"
            ) && message.contains("applications[0].status must be APPLIED for a new application"),
            "{message}"
        );
        assert_eq!(node.demo.get("/4.0/profiles").await.ok()["count"], 0);
        node.finish().await;
    }
}

/// Reads a resource and sends it back, with these fields changed.
async fn send_back(client: &Client, path: &str, changes: &Value) -> Value {
    let mut read = client.get(path).await.ok();
    let fields = read.as_object_mut().unwrap();
    fields.extend(changes.as_object().cloned().unwrap_or_default());
    client.post(path, &read).await.ok()
}

/// Somebody whose identity could not be verified, so that things are left to do; the path.
async fn somebody(node: &Node) -> String {
    let wanted = person("Ada", "FAIL");
    let profile = node.demo.post("/4.0/profiles", &wanted).await.ok();
    node.settle().await;
    format!("/4.0/profiles/{}", text(&profile["id"]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_and_what_it_is_doing_can_be_sent_back_as_read() {
    for node in both().await {
        let client = &node.demo;
        let at = somebody(&node).await;
        let full = client.get(&at).await.ok();
        client.post("/4.0/profiles", &full).await.ok();
        send_back(client, &format!("{at}/collected_data"), &Value::Null).await;
        let check = format!("{at}/checks/{}", text(&full["checks"][0]["id"]));
        let check = send_back(client, &check, &Value::Null).await;
        let again = format!("{at}/checks?mode=async");
        client.post(&again, &check).await.ok();
        let id = text(&full["tasks"][0]["id"]);
        let passed = json!({"state": "COMPLETED_PASS"});
        let task = send_back(client, &format!("{at}/tasks/{id}"), &passed).await;
        assert_eq!(task["state"], "COMPLETED_PASS");
        client.post(&format!("{at}/tasks"), &task).await.ok();
        node.settle().await;
        let id = text(&full["applications"][0]["id"]);
        let rejected = json!({"status": "REJECTED", "reasons": ["identity_not_verified"]});
        let application = format!("{at}/applications/{id}");
        let application = send_back(client, &application, &rejected).await;
        assert_eq!(application["status"], "REJECTED");
        let applications = format!("{at}/applications");
        client.post(&applications, &application).await.ok();
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hangs_on_a_profile_can_be_sent_back_as_read() {
    for node in both().await {
        let at = somebody(&node).await;
        let task = node.demo.get(&at).await.ok()["tasks"][0]["id"].clone();
        // What is made is sent again as it was answered.
        let twice = async |noun: &str, body: Value| {
            let path = format!("{at}/{noun}");
            let made = node.demo.post(&path, &body).await.ok();
            node.demo.post(&path, &made).await.ok();
            made
        };
        twice("tags", json!({"name": "vip"})).await;
        let found = json!({"data": {"event_type": "PEP_FLAG", "match_id": "1"}});
        let event = twice("events", found).await;
        let path = format!("{at}/events/{}", text(&event["id"]));
        send_back(&node.demo, &path, &json!({"resolution": "MISMATCH"})).await;
        let file = json!({"data": pdf_text(), "name": "a.pdf"});
        let image = json!({"data": pdf_text(), "image_type": "FRONT", "document_type": "PASSPORT"});
        let mut made = Vec::new();
        for (noun, body) in [("files", file), ("document_images", image)] {
            let stored = node.demo.post(&format!("{at}/{noun}"), &body).await.ok();
            let path = format!("{at}/{noun}/{}", text(&stored["id"]));
            let read = node.demo.get(&path).await.ok();
            made.push(node.demo.post(&format!("{at}/{noun}"), &read).await.ok());
        }
        let document = json!({
            "category": "PROOF_OF_IDENTITY",
            "document_type": "PASSPORT",
            "images": [made[1]],
        });
        twice("collected_data/documents", document).await;
        let note = json!({"text": "seen", "attachments": [made[0]]});
        twice(&format!("tasks/{}/notes", text(&task)), note).await;
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_administrators_read_can_be_sent_back_but_for_a_masked_secret() {
    for node in both().await {
        let key = json!({"name": "Form", "environment": "demo"});
        let key = node.demo.post("/admin/keys", &key).await.ok();
        node.demo.post("/admin/keys", &key).await.ok();
        let policy = node.demo.get("/admin/config").await.ok();
        let published = node.demo.post("/admin/config", &policy).await.ok();
        assert_eq!(published["unchanged"], true);
        let hook = json!({"url": "https://example.com/hooks", "secret": "a-good-secret"});
        let mut hook = node.demo.post("/admin/webhooks", &hook).await.ok();
        let message = node.demo.post("/admin/webhooks", &hook).await.refused(400);
        assert!(message.starts_with("secret is the mask"), "{message}");
        hook["secret"] = json!("another-secret");
        node.demo.post("/admin/webhooks", &hook).await.ok();
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expiry_that_was_only_read_is_not_set_by_hand() {
    for node in both().await {
        let tasks = format!("{}/tasks", somebody(&node).await);
        let all = node.demo.get(&tasks).await.ok();
        let all = all.as_array().unwrap();
        let named = |task: &&Value| task["variant"]["alias"] == "verify_identity";
        let at = format!("{tasks}/{}", text(&all.iter().find(named).unwrap()["id"]));
        let passed = send_back(&node.demo, &at, &json!({"state": "COMPLETED_PASS"})).await;
        assert!(passed["expiry_date"].is_string(), "{passed}");
        // Were it set by hand, it would stay when the task is made incomplete.
        let open = send_back(&node.demo, &at, &json!({"state": "INCOMPLETE"})).await;
        assert_eq!(open.get("expiry_date"), None, "{open}");
        node.finish().await;
    }
}
