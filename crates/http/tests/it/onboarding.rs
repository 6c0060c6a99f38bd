//! The whole way of a customer, from the outside.

use serde_json::{Value, json};

use crate::node::both;
use crate::samples::{person, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_of_low_risk_is_approved_without_hands() {
    for node in both().await {
        let created = node
            .demo
            .post("/4.0/profiles", &person("Ada", "Byron"))
            .await
            .ok();
        let application = &created["applications"][0];
        assert_eq!(application["status"], "APPLIED");
        node.settle().await;
        let at = format!("/4.0/profiles/{}", text(&created["id"]));
        let profile = node.demo.get(&at).await.ok();
        let application_now = &profile["applications"][0];
        assert_eq!(application_now["id"], application["id"]);
        assert_eq!(
            (&application_now["status"], &application_now["flag"]),
            (&json!("APPROVED"), &json!("DECIDED"))
        );
        assert_eq!(profile["category"], "CUSTOMER");
        assert!(
            list(&profile["tasks"])
                .iter()
                .all(|task| task["state"] == "COMPLETED_PASS")
        );
        assert!(
            list(&profile["checks"])
                .iter()
                .all(|check| check["state"] == "COMPLETE")
        );
        let found = node
            .demo
            .get("/4.0/profiles?q=byron&categories=CUSTOMER")
            .await
            .ok();
        assert_eq!(
            (&found["count"], &found["results"][0]["id"]),
            (&json!(1), &created["id"])
        );
        // No name consists of such signs: nobody is found, and not everybody.
        let nobody = node.demo.get("/4.0/profiles?q=%25").await.ok();
        assert_eq!(nobody["count"], 0);
        for noun in [
            "applications",
            "tasks",
            "checks",
            "events",
            "audit-items",
            "status",
        ] {
            node.demo.get(&format!("{at}/{noun}")).await.ok();
        }
        let check = text(&profile["checks"][0]["id"]);
        assert_eq!(
            node.demo.get(&format!("{at}/checks/{check}")).await.ok(),
            profile["checks"][0]
        );
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_fails_its_check_is_passed_by_hand_and_the_application_goes_on() {
    for node in both().await {
        let created = node
            .demo
            .post("/4.0/profiles", &person("Ada", "FAIL"))
            .await
            .ok();
        node.settle().await;
        let at = format!("/4.0/profiles/{}", text(&created["id"]));
        let applications = format!("{at}/applications");
        let application = &node.demo.get(&applications).await.ok()[0];
        assert_eq!(
            (&application["status"], &application["flag"]),
            (&json!("APPLIED"), &json!("REQUIRES_MANUAL_TASK_COMPLETION"))
        );
        let one = format!("{applications}/{}", text(&application["id"]));
        node.demo
            .post(&one, &json!({"status": "APPROVED"}))
            .await
            .refused(409);
        for task in list(&node.demo.get(&format!("{at}/tasks")).await.ok()) {
            if task["state"] == "INCOMPLETE" {
                let path = format!("{at}/tasks/{}", text(&task["id"]));
                let passed = node
                    .demo
                    .post(&path, &json!({"is_complete": true}))
                    .await
                    .ok();
                assert_eq!(passed["state"], "COMPLETED_PASS");
            }
        }
        assert_eq!(node.demo.get(&one).await.ok()["status"], "APPROVED");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_is_reverted_under_the_same_id() {
    for node in both().await {
        let created = node
            .demo
            .post("/4.0/profiles", &person("Ada", "FAIL"))
            .await
            .ok();
        node.settle().await;
        let id = text(&created["applications"][0]["id"]);
        let at = format!("/4.0/profiles/{}/applications/{id}", text(&created["id"]));
        node.demo
            .post(&at, &json!({"status": "REJECTED"}))
            .await
            .refused(400);
        let reject =
            json!({"status": "REJECTED", "reasons": ["outside_appetite"], "comment": "no"});
        assert_eq!(
            node.demo.post(&at, &reject).await.ok()["status"],
            "REJECTED"
        );
        node.demo.post(&at, &reject).await.refused(409);
        let reverted = node
            .demo
            .post(&format!("{at}/revert_decision"), &Value::Null)
            .await
            .ok();
        assert_eq!(
            (text(&reverted["id"]), &reverted["status"]),
            (id, &json!("APPLIED"))
        );
        assert_eq!(node.demo.get(&at).await.ok()["status"], "APPLIED");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_is_waited_for_or_looked_at_later() {
    for node in both().await {
        let created = node
            .demo
            .post("/4.0/profiles", &person("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}/checks", text(&created["id"]));
        let identity = json!({"check_type": "IDENTITY_CHECK"});
        let waited = node.demo.post(&at, &identity).await.ok();
        assert_eq!(
            (&waited["state"], &waited["result"]),
            (&json!("COMPLETE"), &json!("2+2"))
        );
        assert_eq!(waited["errors"], json!([]));
        let ordered = node
            .demo
            .post(&format!("{at}?mode=async"), &identity)
            .await
            .ok();
        assert_ne!(ordered["state"], "COMPLETE");
        node.settle().await;
        let later = node
            .demo
            .get(&format!("{at}/{}", text(&ordered["id"])))
            .await
            .ok();
        assert_eq!(later["state"], "COMPLETE");
        node.finish().await;
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}
