//! Windows: checks switched off for clients that are brought over, for as long as somebody holds them
//! open, and for nobody else.

use serde_json::{Value, json};

use crate::client::Client;
use crate::node::{Node, both};
use crate::samples::{bystander, person, text};

/// A key that may not administer, as a form on the web has.
async fn form_key(node: &Node) -> Client {
    let wanted = json!({"name": "Onboarding form", "environment": "demo"});
    let issued = node.demo.post("/admin/keys", &wanted).await.ok();
    node.demo.with_key(text(&issued["key"]))
}

async fn open(node: &Node) -> Value {
    let window = json!({"checks": ["identity_check"], "reason": "the old book comes over"});
    node.demo.post("/admin/windows", &window).await.ok()
}

async fn create(client: &Client, node: &Node, name: &str) -> String {
    let body = person(name, "Byron");
    let profile = client.post("/4.0/profiles", &body).await.ok();
    node.settle().await;
    format!("/4.0/profiles/{}", text(&profile["id"]))
}

/// The check types that were run for a profile, and the state of its identity task.
async fn ran(node: &Node, at: &str) -> (Vec<String>, String) {
    let profile = node.demo.get(at).await.ok();
    let checks = profile["checks"].as_array().unwrap().iter();
    let mut checks: Vec<String> = checks
        .map(|check| text(&check["check_type"]).to_owned())
        .collect();
    checks.sort_unstable();
    let mut tasks = profile["tasks"].as_array().unwrap().iter();
    let task = tasks
        .find(|task| task["variant"]["alias"] == "verify_identity" && task["is_expired"] == false);
    (checks, text(&task.unwrap()["state"]).to_owned())
}

const SCREENING: &str = "PEPS_AND_SANCTIONS_SCREEN";
const IDENTITY: &str = "IDENTITY_CHECK";

fn incomplete(checks: &[&str]) -> (Vec<String>, String) {
    let checks = checks.iter().map(|check| (*check).to_owned()).collect();
    (checks, "INCOMPLETE".to_owned())
}

fn passed(checks: &[&str]) -> (Vec<String>, String) {
    (incomplete(checks).0, "COMPLETED_PASS".to_owned())
}

/// What the audit of the account says of windows, oldest first.
async fn deeds(node: &Node) -> Vec<(String, String)> {
    let audit = node.demo.get("/admin/audit").await.ok();
    let entries = audit.as_array().unwrap().iter().rev();
    let windows = entries.filter(|entry| text(&entry["action"]).starts_with("window-"));
    windows
        .map(|entry| {
            let by = text(&entry["by"]["kind"]).to_owned();
            (text(&entry["action"]).to_owned(), by)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_are_off_for_those_who_are_brought_over_and_on_again_afterwards() {
    for node in both().await {
        let window = open(&node).await;
        assert_eq!(
            (&window["open"], &window["checks"]),
            (&json!(true), &json!(["identity_check"]))
        );
        assert!(
            (295..=300).contains(&window["seconds_left"].as_i64().unwrap()),
            "{window}"
        );
        let brought = create(&node.demo, &node, "Ada").await;
        assert_eq!(ran(&node, &brought).await, incomplete(&[SCREENING]));
        let application = &node.demo.get(&brought).await.ok()["applications"][0];
        assert_eq!(application["flag"], "REQUIRES_MANUAL_TASK_COMPLETION");
        let audit = node.demo.get(&format!("{brought}/audit-items")).await.ok();
        assert!(
            audit.as_array().unwrap().iter().any(|item| {
                item["ref_data"]["window"] == window["id"]
                    && item["ref_data"]["checks"] == json!(["identity_check"])
            }),
            "{audit}"
        );
        let close = format!("/admin/windows/{}/close", text(&window["id"]));
        let closed = node.demo.post(&close, &Value::Null).await.ok();
        assert_eq!(
            (&closed["open"], &closed["closed_because"]),
            (&json!(false), &json!("asked"))
        );
        assert_eq!(node.demo.post(&close, &Value::Null).await.ok(), closed);
        // Everybody after it goes through everything, by whatever key.
        let form = form_key(&node).await;
        for client in [&node.demo, &form] {
            let new = create(client, &node, "Bea").await;
            assert_eq!(ran(&node, &new).await, passed(&[IDENTITY, SCREENING]));
        }
        // Who was brought over is not checked behind anybody's back, but by hand, or anew.
        let tag = json!({"name": "seen"});
        node.demo.post(&format!("{brought}/tags"), &tag).await.ok();
        node.settle().await;
        assert_eq!(ran(&node, &brought).await, incomplete(&[SCREENING]));
        let anew = json!({"variant": {"alias": "verify_identity"}});
        node.demo
            .post(&format!("{brought}/tasks"), &anew)
            .await
            .ok();
        node.settle().await;
        assert_eq!(ran(&node, &brought).await, passed(&[IDENTITY, SCREENING]));
        let told = [("window-opened", "key"), ("window-closed", "key")];
        let told: Vec<(String, String)> = told
            .map(|(deed, by)| (deed.to_owned(), by.to_owned()))
            .into();
        assert_eq!(deeds(&node).await, told);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_keys_add_no_customers_meanwhile_and_work_on_those_there_are() {
    for node in both().await {
        let form = form_key(&node).await;
        let there = create(&form, &node, "Ada").await;
        let window = open(&node).await;
        let refused = form.post("/4.0/profiles", &person("Bea", "Byron")).await;
        assert_eq!(
            (refused.status, refused.code()),
            (409, 105),
            "{}",
            refused.text
        );
        for wanted in [
            "Master API Key",
            "the old book comes over",
            "try again when it is closed",
        ] {
            assert!(refused.text.contains(wanted), "{}", refused.text);
        }
        // Somebody's associate is no new customer, and those who are there can be worked on.
        let mut associate = bystander("Cid", "Byron");
        associate["role"] = json!("INDIVIDUAL_ASSOCIATED");
        form.post("/4.0/profiles", &associate).await.ok();
        let savings = json!({"product": {"alias": "savings_account"}});
        form.post(&format!("{there}/applications"), &savings)
            .await
            .ok();
        let anew = json!({"variant": {"alias": "verify_identity"}});
        form.post(&format!("{there}/tasks"), &anew).await.ok();
        node.settle().await;
        assert_eq!(ran(&node, &there).await.1, "COMPLETED_PASS");
        // One window at a time.
        let again = json!({"checks": ["peps_and_sanctions"], "reason": "more"});
        let refused = node.demo.post("/admin/windows", &again).await;
        assert!(
            refused.text.contains(text(&window["id"])),
            "{}",
            refused.text
        );
        refused.refused(409);
        // The other account knows nothing of it.
        node.live
            .post("/4.0/profiles", &person("Dee", "Byron"))
            .await
            .ok();
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_nobody_renews_closes_by_itself() {
    for node in both().await {
        let form = form_key(&node).await;
        let window = open(&node).await;
        let at = format!("/admin/windows/{}", text(&window["id"]));
        node.advance(200);
        let renewed = node
            .demo
            .post(&format!("{at}/renew"), &Value::Null)
            .await
            .ok();
        assert!(renewed["seconds_left"].as_i64().unwrap() > 290, "{renewed}");
        // Never shorter.
        let shorter = json!({"lease_seconds": 10});
        let same = node.demo.post(&format!("{at}/renew"), &shorter).await.ok();
        assert!(same["seconds_left"].as_i64().unwrap() > 290, "{same}");
        node.advance(200);
        let brought = create(&node.demo, &node, "Ada").await;
        assert_eq!(ran(&node, &brought).await, incomplete(&[SCREENING]));
        node.advance(101);
        for client in [&form, &node.demo] {
            let new = create(client, &node, "Bea").await;
            assert_eq!(ran(&node, &new).await, passed(&[IDENTITY, SCREENING]));
        }
        let late = node.demo.post(&format!("{at}/renew"), &Value::Null).await;
        assert!(late.text.contains("closed since"), "{}", late.text);
        late.refused(409);
        node.demo
            .post(&format!("{at}/close"), &Value::Null)
            .await
            .ok();
        node.settle().await;
        let windows = node.demo.get("/admin/windows").await.ok();
        assert_eq!(windows[0]["closed_because"], "lease_ran_out", "{windows}");
        assert_eq!(windows[0]["closed_by"]["kind"], "clock");
        assert_eq!(windows[0]["closed_on"], windows[0]["leased_until"]);
        let told = deeds(&node).await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[1], ("window-closed".to_owned(), "clock".to_owned()));
        // Another can be opened, with an end that no lease goes beyond.
        let ends = windows[0]["leased_until"].clone();
        let past = json!({"checks": ["identity_check"], "reason": "again", "ends_on": ends});
        node.demo.post("/admin/windows", &past).await.refused(400);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_continues_another_governs_its_clients_too() {
    for node in both().await {
        let first = open(&node).await;
        let mut quiet = person("Ada", "Byron");
        quiet["applications"] = json!([]);
        let applied = |answer: &Value| format!("/4.0/profiles/{}", text(&answer["id"]));
        let ada = applied(&node.demo.post("/4.0/profiles", &quiet).await.ok());
        let bea = applied(&node.demo.post("/4.0/profiles", &quiet).await.ok());
        let close = |window: &Value| format!("/admin/windows/{}/close", text(&window["id"]));
        node.demo.post(&close(&first), &Value::Null).await.ok();
        let wanted = |checks: &str, continues: &Value| json!({"checks": [checks], "reason": "again", "continues": continues});
        // Only one with the same checks, of this account, and for its keys.
        let other_key = json!({"name": "b", "environment": "demo"});
        let other_key = node.demo.post("/admin/keys", &other_key).await.ok();
        let mut for_others = wanted("identity_check", &first["id"]);
        for_others["keys"] = json!([other_key["id"]]);
        for wrong in [
            wanted("peps_and_sanctions", &first["id"]),
            wanted(
                "identity_check",
                &json!("01234567-89ab-7def-8123-456789abcdef"),
            ),
            for_others,
        ] {
            let refused = node.demo.post("/admin/windows", &wrong).await;
            assert!(refused.text.contains("continues"), "{}", refused.text);
            refused.refused(400);
        }
        let mut last = first.clone();
        for _ in 0..2 {
            let body = wanted("identity_check", &last["id"]);
            let next = node.demo.post("/admin/windows", &body).await.ok();
            assert_eq!(next["continues"][0], last["id"]);
            last = next;
            if last["continues"][1] != first["id"] {
                node.demo.post(&close(&last), &Value::Null).await.ok();
            }
        }
        assert_eq!(last["continues"][1], first["id"], "{last}");
        let application = json!({"product": {"alias": "current_account"}});
        let apply = async |at: &str| {
            node.demo
                .post(&format!("{at}/applications"), &application)
                .await
                .ok();
            node.settle().await;
        };
        apply(&ada).await;
        assert_eq!(ran(&node, &ada).await, incomplete(&[SCREENING]));
        // After it the check is on again.
        node.demo.post(&close(&last), &Value::Null).await.ok();
        apply(&bea).await;
        assert_eq!(ran(&node, &bea).await, passed(&[IDENTITY, SCREENING]));
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_belongs_to_a_window_is_refused_after_it() {
    for node in both().await {
        let window = open(&node).await;
        let mut quiet = person("Ada", "Byron");
        quiet["applications"] = json!([]);
        let ada = node.demo.post("/4.0/profiles", &quiet).await.ok();
        let at = format!("/4.0/profiles/{}/applications", text(&ada["id"]));
        let apply = async |alias: &str| {
            let body = json!({"product": {"alias": alias}});
            let headers = [("Usher-Window", text(&window["id"]))];
            node.demo.post_with(&at, &headers, &body).await
        };
        apply("current_account").await.ok();
        let close = format!("/admin/windows/{}/close", text(&window["id"]));
        node.demo.post(&close, &Value::Null).await.ok();
        let refused = apply("savings_account").await;
        assert!(refused.text.contains("is closed"), "{}", refused.text);
        refused.refused(409);
        // Who does not say so may.
        let body = json!({"product": {"alias": "savings_account"}});
        node.demo.post(&at, &body).await.ok();
        node.settle().await;
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_ends_at_its_latest_end_however_often_it_is_renewed() {
    for node in both().await {
        let soon = node.platform.now() + jiff::SignedDuration::from_secs(120);
        let ends_on = soon.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let body = json!({"checks": ["identity_check"], "reason": "short", "ends_on": ends_on});
        let window = node.demo.post("/admin/windows", &body).await.ok();
        assert!(window["seconds_left"].as_i64().unwrap() <= 120, "{window}");
        let at = format!("/admin/windows/{}", text(&window["id"]));
        let renewed = node
            .demo
            .post(&format!("{at}/renew"), &Value::Null)
            .await
            .ok();
        assert!(
            renewed["seconds_left"].as_i64().unwrap() <= 120,
            "{renewed}"
        );
        node.advance(121);
        let new = create(&node.demo, &node, "Ada").await;
        assert_eq!(ran(&node, &new).await, passed(&[IDENTITY, SCREENING]));
        node.settle().await;
        let windows = node.demo.get("/admin/windows").await.ok();
        assert_eq!(windows[0]["closed_because"], "end_passed", "{windows}");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_window_cannot_be_is_refused_by_the_field() {
    for node in both().await {
        let key = "01234567-89ab-7def-8123-456789abcdef";
        for (wrong, field) in [
            (json!({"checks": [], "reason": "x"}), "checks"),
            (
                json!({"checks": ["identity_chek"], "reason": "x"}),
                "checks[0]",
            ),
            (json!({"checks": ["identity_check"]}), "reason"),
            (
                json!({"checks": ["identity_check"], "reason": " "}),
                "reason",
            ),
            (
                json!({"checks": ["identity_check"], "reason": "x", "keys": [key]}),
                "keys[0]",
            ),
            (
                json!({"checks": ["identity_check"], "reason": "x", "lease_seconds": 9}),
                "lease_seconds",
            ),
            (
                json!({"checks": ["identity_check"], "reason": "x", "ends_on": "2020-01-01 00:00:00"}),
                "ends_on",
            ),
        ] {
            let refused = node.demo.post("/admin/windows", &wrong).await;
            assert!(refused.text.contains(field), "{field}: {}", refused.text);
            refused.refused(400);
        }
        assert_eq!(node.demo.get("/admin/windows").await.ok(), json!([]));
        node.finish().await;
    }
}
