//! What the log hears, down to the finest level, and what it must not.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::node::{Node, both};
use crate::receiver::Receiver;
use crate::samples::{pdf, person, text};

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_has_neither_people_nor_secrets_in_it() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false);
    subscriber.with_max_level(tracing::Level::TRACE).init();
    for node in both().await {
        act(&node).await;
        node.settle().await;
        let key = node.demo.key.clone();
        node.finish().await;
        let logged = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let logged = String::from_utf8_lossy(&logged);
        assert!(
            logged.contains("/4.0/profiles/{profile_id}/status"),
            "refusals are logged"
        );
        for secret in ["lanted", "1980-05-05", "SW1A", &key, &key[12..]] {
            let line = logged.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{secret} is in the log: {line:?}");
        }
    }
}

/// Sends planted words to every place that takes words.
async fn act(node: &Node) {
    let receiver = Receiver::start(|number| Some(if number == 0 { 500 } else { 200 })).await;
    let hooks = json!({"url": receiver.url, "secret": "planted-hook-secret"});
    node.demo.post("/admin/webhooks", &hooks).await.ok();
    let mut planted = person("Plantedgiven", "Plantedfamily");
    planted["collected_data"]["customer_ref"] = json!("planted-reference");
    let profile = node.demo.post("/4.0/profiles", &planted).await.ok();
    let at = format!("/4.0/profiles/{}", text(&profile["id"]));
    let in_query = format!("{at}?apikey={}", node.demo.key);
    node.demo.with_key("").get(&in_query).await.ok();
    node.demo.get("/4.0/profiles?q=Plantedfamily").await.ok();
    node.demo
        .get("/4.0/profiles/Plantedpath")
        .await
        .refused(404);
    node.demo
        .with_key("planted-wrong-key")
        .get(&at)
        .await
        .refused(401);
    let wrong = json!({"type": "Plantedtype", "reasons": ["Plantedreason"]});
    for noun in [
        "tasks",
        "applications",
        "checks",
        "tags",
        "files",
        "collected_data",
    ] {
        node.demo
            .post(&format!("{at}/{noun}"), &wrong)
            .await
            .refused(400);
    }
    let file = json!({"data": crate::samples::encode(&pdf(99)), "name": "Plantedfile.pdf"});
    node.demo.post(&format!("{at}/files"), &file).await.ok();
    let note = format!("{at}/tasks/{}/notes", text(&profile["tasks"][0]["id"]));
    node.demo
        .post(&note, &json!({"text": "Plantednote"}))
        .await
        .ok();
    node.demo
        .post(&format!("{at}/status"), &Value::Null)
        .await
        .refused(400);
    node.settle().await;
}
