//! Webhooks arrive: in order, until they are taken, whatever the other receivers do.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use crate::node::{Node, both, until};
use crate::receiver::{Received, Receiver};
use crate::samples::{person, text};

const SECRET: &str = "a-shared-secret";

async fn endpoint(node: &Node, receiver: &Receiver, more: &Value) -> String {
    let mut wanted = json!({"url": receiver.url, "secret": SECRET});
    wanted
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap_or_default());
    let made = node.demo.post("/admin/webhooks", &wanted).await;
    assert!(!made.text.contains(SECRET));
    text(&made.ok()["id"]).to_owned()
}

async fn status(node: &Node, endpoint: &str) -> Value {
    node.demo
        .get(&format!("/admin/webhooks/{endpoint}/status"))
        .await
        .ok()
}

async fn drained(node: &Node, endpoint: &str) {
    until("the queue is empty", async || {
        // Backoff is by the clock of the platform.
        node.advance(10);
        status(node, endpoint).await["depth"] == 0
    })
    .await;
}

fn id(received: &Received) -> String {
    text(&received.body["id"]).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_arrive_in_order_and_a_refused_one_comes_again_before_the_next() {
    for node in both().await {
        let receiver =
            Receiver::start(|number| Some(if number % 3 == 1 { 500 } else { 204 })).await;
        let hooks = endpoint(&node, &receiver, &Value::Null).await;
        for name in ["Byron", "FAIL", "Shelley"] {
            node.demo
                .post("/4.0/profiles", &person("Ada", name))
                .await
                .ok();
        }
        node.settle().await;
        drained(&node, &hooks).await;
        let received = receiver.received();
        for pair in received.windows(2) {
            let is_same = id(&pair[0]) == id(&pair[1]);
            assert_eq!(
                is_same,
                pair[0].status == 500,
                "what was refused comes next, and nothing else"
            );
        }
        let taken: Vec<&Received> = received.iter().filter(|one| one.status == 204).collect();
        let events = |profile: &Value| -> Vec<String> {
            let of = taken
                .iter()
                .filter(|one| &one.body["data"]["profile_id"] == profile);
            of.map(|one| text(&one.body["event"]).to_owned()).collect()
        };
        for profile in node.demo.get("/4.0/profiles").await.ok()["results"]
            .as_array()
            .unwrap()
        {
            let events = events(&profile["id"]);
            let checks = events
                .iter()
                .filter(|event| *event == "CHECK_COMPLETED")
                .count();
            assert_eq!(checks, 2, "{events:?}");
            let last = if profile["display_name"] == "Ada FAIL" {
                "MANUAL_ACTION_REQUIRED"
            } else {
                "PRODUCT_STATUS_CHANGED"
            };
            assert_eq!(
                events.iter().filter(|event| *event == last).count(),
                1,
                "{events:?}"
            );
        }
        let status = status(&node, &hooks).await;
        assert_eq!(
            (&status["stalled_since"], &status["failed_attempts"]),
            (&Value::Null, &json!(0))
        );
        assert_eq!(status["failures"][0]["status"], 500);
        assert!(status["failures"].as_array().unwrap().len() <= 10);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_proves_where_it_comes_from() {
    for node in both().await {
        let receiver = Receiver::start(|_| Some(200)).await;
        let hooks = endpoint(
            &node,
            &receiver,
            &json!({"events": ["PRODUCT_STATUS_CHANGED"]}),
        )
        .await;
        let mut wanted = person("Ada", "Byron");
        wanted["collected_data"]["customer_ref"] = json!("C-1");
        let profile = node.demo.post("/4.0/profiles", &wanted).await.ok();
        node.settle().await;
        drained(&node, &hooks).await;
        let [received] = <[Received; 1]>::try_from(receiver.received()).ok().unwrap();
        let header = |name: &str| received.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("authorization"), format!("Bearer {SECRET}"));
        assert_eq!(received.body["secret"], SECRET);
        assert_eq!(received.body["event"], "PRODUCT_STATUS_CHANGED");
        assert_eq!(received.body["data"]["new_status"], "APPROVED");
        assert_eq!(received.body["data"]["profile_id"], profile["id"]);
        assert_eq!(received.body["data"]["customer_ref"], "C-1");
        assert_eq!(header("webhook-id"), id(&received));
        let start = format!("{}.{}.", header("webhook-id"), header("webhook-timestamp"));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(start.as_bytes());
        mac.update(&received.bytes);
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(header("webhook-signature"), signature);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_receiver_keeps_nobody_waiting_and_loses_nothing() {
    for node in both().await {
        let silent = Receiver::start(|_| None).await;
        let broken = Receiver::start(|_| Some(503)).await;
        let well = Receiver::start(|_| Some(200)).await;
        let hanging = endpoint(&node, &silent, &Value::Null).await;
        let stalled = endpoint(&node, &broken, &Value::Null).await;
        let working = endpoint(&node, &well, &Value::Null).await;
        node.demo
            .post("/4.0/profiles", &person("Ada", "Byron"))
            .await
            .ok();
        node.settle().await;
        until("the working one has all", async || {
            status(&node, &working).await["depth"] == 0
        })
        .await;
        let hanging = status(&node, &hanging).await;
        assert_eq!(
            hanging["failed_attempts"], 0,
            "nobody has waited for it to end"
        );
        until("the broken one stalls", async || {
            status(&node, &stalled).await["stalled_since"].is_string()
        })
        .await;
        let report = status(&node, &stalled).await;
        assert!(
            report["failures"][0]["reason"]
                .as_str()
                .unwrap()
                .contains("503")
        );
        assert_eq!(report["depth"], json!(well.received().len()));
        broken.answer(|_| Some(200));
        node.demo
            .post(&format!("/admin/webhooks/{stalled}/retry"), &Value::Null)
            .await
            .ok();
        until("it has caught up", async || {
            status(&node, &stalled).await["depth"] == 0
        })
        .await;
        let taken: Vec<String> = broken
            .received()
            .iter()
            .filter(|one| one.status == 200)
            .map(id)
            .collect();
        assert_eq!(taken, well.received().iter().map(id).collect::<Vec<_>>());
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_a_list_in_order() {
    for node in both().await {
        let alone = Receiver::start(|_| Some(200)).await;
        let batched = Receiver::start(|_| Some(500)).await;
        let one_by_one = endpoint(&node, &alone, &Value::Null).await;
        let in_batches = endpoint(&node, &batched, &json!({"batching": true})).await;
        node.demo
            .post("/4.0/profiles", &person("Ada", "Byron"))
            .await
            .ok();
        node.settle().await;
        drained(&node, &one_by_one).await;
        let expected: Vec<String> = alone.received().iter().map(id).collect();
        assert!(expected.len() > 2, "there is something to batch");
        batched.answer(|_| Some(200));
        drained(&node, &in_batches).await;
        let taken = batched
            .received()
            .into_iter()
            .filter(|one| one.status == 200);
        let taken: Vec<Value> = taken.map(|one| one.body).collect();
        let [list] = taken.as_slice() else {
            panic!("more than one request: {}", taken.len())
        };
        let ids: Vec<&str> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|one| text(&one["id"]))
            .collect();
        assert_eq!(ids, expected);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_endpoint_gets_nothing_more() {
    for node in both().await {
        let receiver = Receiver::start(|_| Some(500)).await;
        let hooks = endpoint(&node, &receiver, &Value::Null).await;
        node.demo
            .post("/4.0/profiles", &person("Ada", "Byron"))
            .await
            .ok();
        node.settle().await;
        until("it has failed", async || !receiver.received().is_empty()).await;
        let deleted = node
            .demo
            .delete(&format!("/admin/webhooks/{hooks}"))
            .await
            .ok();
        assert_eq!(deleted["secret"], "********");
        node.demo
            .get(&format!("/admin/webhooks/{hooks}/status"))
            .await
            .refused(404);
        assert_eq!(node.demo.get("/admin/webhooks").await.ok(), json!([]));
        receiver.answer(|_| Some(200));
        node.advance(10_000);
        node.demo
            .post("/4.0/profiles", &person("Mary", "Shelley"))
            .await
            .ok();
        node.settle().await;
        let store = &node.platform.store;
        let waiting = store::messages::depths(store, service::accounts::DEMO)
            .await
            .unwrap();
        assert!(waiting.is_empty());
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_dies_while_delivering_leaves_the_message_to_the_next() {
    for mut node in both().await {
        let receiver = Receiver::start(|_| None).await;
        let hooks = endpoint(&node, &receiver, &json!({"events": ["CHECK_COMPLETED"]})).await;
        node.demo
            .post("/4.0/profiles", &person("Ada", "Byron"))
            .await
            .ok();
        node.settle().await;
        until("a request is on its way", async || {
            receiver.received().len() == 1
        })
        .await;
        node.kill_deliveries().await;
        assert_eq!(status(&node, &hooks).await["depth"], 2);
        receiver.answer(|_| Some(200));
        node.start_deliveries();
        drained(&node, &hooks).await;
        let received: Vec<String> = receiver.received().iter().map(id).collect();
        let [lost, again, last] = received.as_slice() else {
            panic!("{received:?}")
        };
        assert!(lost == again && again != last);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_is_subscribed_to_what_is_sent_and_to_nothing_else() {
    for node in both().await {
        let sent = [
            "PRODUCT_STATUS_CHANGED",
            "TASK_STATE_CHANGED",
            "CHECK_COMPLETED",
            "MANUAL_ACTION_REQUIRED",
        ];
        let mut wanted = json!({"url": "https://example.com/hooks", "secret": SECRET});
        let made = node.demo.post("/admin/webhooks", &wanted).await.ok();
        assert_eq!(made["events"], json!(sent));
        wanted["events"] = json!(["CHECK_COMPLETED", "PROFILE_STATUS_CHANGED"]);
        let refused = node.demo.post("/admin/webhooks", &wanted).await;
        assert_eq!(refused.body["errors"][0]["info"]["field"], "events[1]");
        let message = refused.refused(400);
        assert!(
            message.contains("PROFILE_STATUS_CHANGED is not sent yet"),
            "{message}"
        );
        assert!(
            sent.iter().all(|event| message.contains(event)),
            "{message}"
        );
        node.finish().await;
    }
}
