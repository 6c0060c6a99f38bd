//! The same request under the same key has one effect and one answer.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::Response;
use crate::node::both;
use crate::samples::{bystander, pdf_text, person, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_is_carried_out_once_and_answered_alike() {
    for node in both().await {
        let header = [("idempotency-key", "first")];
        let first = node
            .demo
            .post_with("/4.0/profiles", &header, &person("Ada", "Byron"))
            .await;
        node.settle().await;
        let again = node
            .demo
            .post_with("/4.0/profiles", &header, &person("Ada", "Byron"))
            .await;
        assert_eq!(first.text, again.text);
        let at = format!("/4.0/profiles/{}", text(&first.ok()["id"]));
        let bodies = [
            (
                "applications",
                json!({"product": {"alias": "savings_account"}}),
            ),
            ("tasks", json!({"variant": {"alias": "source_of_funds"}})),
            ("tags", json!({"name": "vip"})),
            ("files", json!({"data": pdf_text(), "name": "a.pdf"})),
            (
                "document_images",
                json!({"data": pdf_text(), "image_type": "BACK"}),
            ),
            ("checks", json!({"check_type": "PEPS_AND_SANCTIONS_SCREEN"})),
            ("status", json!("SUSPENDED")),
        ];
        for (noun, body) in bodies {
            let (path, header) = (format!("{at}/{noun}"), [("idempotency-key", noun)]);
            let first = node.demo.post_with(&path, &header, &body).await;
            let again = node.demo.post_with(&path, &header, &body).await;
            assert_eq!(first.text, again.text, "{noun}");
            first.ok();
        }
        node.settle().await;
        let profile = node.demo.get(&at).await.ok();
        let count = |noun: &str| profile[noun].as_array().unwrap().len();
        assert_eq!(
            (
                count("applications"),
                count("tags"),
                count("document_images")
            ),
            (2, 1, 1)
        );
        assert_eq!(node.demo.get("/4.0/profiles").await.ok()["count"], 1);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_may_stand_for_one_request_of_the_whole_account() {
    for node in both().await {
        let issued = node
            .demo
            .post("/admin/keys", &json!({"name": "b", "environment": "demo"}))
            .await
            .ok();
        let other = node.demo.with_key(text(&issued["key"]));
        let shared = [
            ("idempotency-key", "one"),
            ("usher-idempotency-scope", "account"),
        ];
        let person = bystander("Ada", "Byron");
        let first = node.demo.post_with("/4.0/profiles", &shared, &person).await;
        let again = other.post_with("/4.0/profiles", &shared, &person).await;
        assert_eq!(first.text, again.text);
        first.ok();
        let mary = bystander("Mary", "Shelley");
        let refused = other.post_with("/4.0/profiles", &shared, &mary).await;
        refused.refused(422);
        // It is not the key that any of them has for itself, nor that of another account.
        for (caller, count) in [(&node.demo, 2), (&other, 3)] {
            let own = [("idempotency-key", "one")];
            caller.post_with("/4.0/profiles", &own, &person).await.ok();
            assert_eq!(node.demo.get("/4.0/profiles").await.ok()["count"], count);
        }
        node.live
            .post_with("/4.0/profiles", &shared, &mary)
            .await
            .ok();
        let wrong = [("idempotency-key", "1"), ("usher-idempotency-scope", "x")];
        let refused = node.demo.post_with("/4.0/profiles", &wrong, &person).await;
        let message = refused.refused(400);
        assert!(message.contains("account or key"), "{message}");
        node.settle().await;
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_was_sent_before_its_key_was_shared_is_not_carried_out_again() {
    for node in both().await {
        let own = [("idempotency-key", "one")];
        let shared = [own[0], ("usher-idempotency-scope", "account")];
        let says = |answer: &Response, header: &str| {
            let value = answer.headers.get(header)?;
            value.to_str().ok().map(str::to_owned)
        };
        let ada = bystander("Ada", "Byron");
        let first = node.demo.post_with("/4.0/profiles", &own, &ada).await;
        let again = node.demo.post_with("/4.0/profiles", &shared, &ada).await;
        assert_eq!(first.text, again.text);
        let replayed = "idempotent-replayed";
        assert_eq!(says(&first, replayed), None);
        assert_eq!(says(&again, replayed).as_deref(), Some("true"));
        let scope = "usher-idempotency-scope";
        assert_eq!(says(&first, scope), None);
        assert_eq!(says(&again, scope).as_deref(), Some("account"));
        let mary = bystander("Mary", "Shelley");
        let refused = node.demo.post_with("/4.0/profiles", &shared, &mary).await;
        assert_eq!(says(&refused, scope).as_deref(), Some("account"));
        refused.refused(422);
        assert_eq!(node.demo.get("/4.0/profiles").await.ok()["count"], 1);
        node.settle().await;
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_request_under_the_same_key_is_refused() {
    for node in both().await {
        let header = [("idempotency-key", "one")];
        node.demo
            .post_with("/4.0/profiles", &header, &bystander("Ada", "Byron"))
            .await
            .ok();
        let other = bystander("Mary", "Shelley");
        node.demo
            .post_with("/4.0/profiles", &header, &other)
            .await
            .refused(422);
        // Another caller's keys are another caller's.
        node.live
            .post_with("/4.0/profiles", &header, &other)
            .await
            .ok();
        for wrong in ["", " ", &"x".repeat(256)] {
            let header = [("idempotency-key", wrong)];
            let message = node
                .demo
                .post_with("/4.0/profiles", &header, &other)
                .await
                .refused(400);
            assert!(message.contains("Idempotency-Key"), "{message}");
        }
        // What was refused has left no answer behind.
        let header = [("idempotency-key", "two")];
        node.demo
            .post_with("/4.0/profiles", &header, &Value::Null)
            .await
            .refused(400);
        node.demo
            .post_with("/4.0/profiles", &header, &other)
            .await
            .ok();
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_is_carried_out() {
    for node in both().await {
        let mut running = JoinSet::new();
        for _ in 0..16 {
            let client = node.demo.clone();
            running.spawn(async move {
                let header = [("idempotency-key", "many")];
                client
                    .post_with("/4.0/profiles", &header, &bystander("Ada", "Byron"))
                    .await
            });
        }
        let mut answers = Vec::new();
        while let Some(response) = running.join_next().await {
            let response = response.unwrap();
            match response.status {
                409 => assert_eq!(response.code(), 202),
                _ => answers.push(response.text.clone()),
            }
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
        assert_eq!(node.demo.get("/4.0/profiles").await.ok()["count"], 1);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_request_is_at_work_the_same_one_is_told_to_wait() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "DELAY2"))
            .await
            .ok();
        let path = format!("/4.0/profiles/{}/checks?mode=sync", text(&profile["id"]));
        let body = json!({"check_type": "IDENTITY_CHECK"});
        let header = [("idempotency-key", "slow")];
        let (one, two) = tokio::join!(
            node.demo.post_with(&path, &header, &body),
            node.demo.post_with(&path, &header, &body)
        );
        let (done, refused) = if one.status == 200 {
            (one, two)
        } else {
            (two, one)
        };
        let message = refused.refused(409);
        assert!(message.contains("in progress"), "{message}");
        let done = done.ok();
        assert_eq!(done["state"], "COMPLETE");
        let again = node.demo.post_with(&path, &header, &body).await.ok();
        assert_eq!(
            (&again["id"], &again["state"]),
            (&done["id"], &done["state"])
        );
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_asked_for_twice_is_issued_once_and_shown_once() {
    for node in both().await {
        let header = [("idempotency-key", "issue")];
        let wanted = json!({"name": "Form", "environment": "demo"});
        let first = node
            .demo
            .post_with("/admin/keys", &header, &wanted)
            .await
            .ok();
        let again = node
            .demo
            .post_with("/admin/keys", &header, &wanted)
            .await
            .ok();
        assert_eq!(first["id"], again["id"]);
        assert!(first["key"].is_string() && again["key"].is_null());
        let keys = node.demo.get("/admin/keys").await;
        assert!(!keys.text.contains(text(&first["key"])));
        assert_eq!(keys.ok().as_array().unwrap().len(), 2);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_is_asked_for_twice_is_one() {
    for node in both().await {
        let header = [("idempotency-key", "hooks")];
        let wanted = json!({"url": "https://example.com/hooks", "secret": "a-good-secret"});
        let first = node
            .demo
            .post_with("/admin/webhooks", &header, &wanted)
            .await
            .ok();
        let again = node
            .demo
            .post_with("/admin/webhooks", &header, &wanted)
            .await
            .ok();
        assert_eq!(first, again);
        assert_eq!(node.demo.get("/admin/webhooks").await.ok(), json!([first]));
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_that_is_published_twice_is_published_once() {
    for node in both().await {
        let version = |name: &str| {
            let changed = config::DEMO.replace("name: Savings account\n", name);
            assert_ne!(changed, config::DEMO);
            json!({"document": changed})
        };
        let (second, third) = (version("name: Savings\n"), version("name: Deposits\n"));
        let header = [("idempotency-key", "publish")];
        let first = node.demo.post_with("/admin/config", &header, &second).await;
        let promote = [("idempotency-key", "promote")];
        let direction = json!({"from": "demo", "to": "live"});
        let promoted = node
            .live
            .post_with("/admin/config/promote", &promote, &direction)
            .await;
        // Meanwhile others publish something else; the old requests do not undo it.
        node.demo.post("/admin/config", &third).await.ok();
        let again = node.demo.post_with("/admin/config", &header, &second).await;
        assert_eq!(
            (first.text.as_str(), first.status),
            (again.text.as_str(), 200)
        );
        assert_eq!(node.demo.get("/admin/config").await.ok()["number"], 3);
        let again = node
            .live
            .post_with("/admin/config/promote", &promote, &direction)
            .await;
        assert_eq!(promoted.text, again.text);
        assert_eq!(promoted.ok()["number"], 2);
        assert_eq!(node.live.get("/admin/config").await.ok()["number"], 2);
        for (client, path, header, other) in [
            (
                &node.demo,
                "/admin/config",
                &header,
                json!({"document": "other"}),
            ),
            (
                &node.live,
                "/admin/config/promote",
                &promote,
                json!({"from": "demo", "to": "live", "other": null}),
            ),
        ] {
            client.post_with(path, header, &other).await.refused(422);
        }
        // What changes nothing keeps its answer, too.
        let header = [("idempotency-key", "same")];
        node.demo
            .post_with("/admin/config", &header, &third)
            .await
            .ok();
        node.demo
            .post_with("/admin/config", &header, &second)
            .await
            .refused(422);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_revoked_and_an_endpoint_told_to_try_again_under_one_key_each() {
    for node in both().await {
        let wanted = json!({"name": "Form", "environment": "demo"});
        let issued = node.demo.post("/admin/keys", &wanted).await.ok();
        let wanted = json!({"url": "https://example.com/hooks", "secret": "a-good-secret"});
        let endpoint = node.demo.post("/admin/webhooks", &wanted).await.ok();
        for path in [
            format!("/admin/keys/{}/revoke", text(&issued["id"])),
            format!("/admin/webhooks/{}/retry", text(&endpoint["id"])),
        ] {
            let header = [("idempotency-key", path.as_str())];
            let first = node.demo.post_with(&path, &header, &Value::Null).await;
            node.advance(10);
            let again = node.demo.post_with(&path, &header, &Value::Null).await;
            assert_eq!(first.text, again.text);
            first.ok();
            let other = node.demo.post_with(&path, &header, &json!({})).await;
            other.refused(422);
        }
        node.finish().await;
    }
}
