//! Long lists are read part by part, and say so.

use serde_json::{Value, json};

use crate::client::Client;
use crate::node::{both, until};
use crate::samples::{bystander, pdf_text, text};

/// Follows the links from part to part; the ids of each.
async fn parts(client: &Client, path: &str) -> Vec<Vec<String>> {
    let mut parts = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        assert!(parts.len() < 500, "the links go in a circle");
        let answer = client.get(&path).await;
        next = answer
            .header("link")
            .strip_suffix(">; rel=\"next\"")
            .map(|link| link.trim_start_matches('<').to_owned());
        let entries = answer.ok();
        let ids = entries.as_array().unwrap().iter();
        parts.push(ids.map(|entry| text(&entry["id"]).to_owned()).collect());
    }
    parts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_cut_says_where_it_goes_on() {
    for node in both().await {
        let client = &node.demo;
        let profile = client
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}", text(&profile["id"]));
        for _ in 0..5 {
            let check = json!({"check_type": "PEPS_AND_SANCTIONS_SCREEN"});
            client.post(&format!("{at}/checks"), &check).await.ok();
            let image = json!({"data": pdf_text(), "image_type": "FRONT"});
            client
                .post(&format!("{at}/document_images"), &image)
                .await
                .ok();
            let task = json!({"variant": {"alias": "source_of_funds"}});
            client.post(&format!("{at}/tasks"), &task).await.ok();
            let hook = json!({"url": "https://example.com/hooks", "secret": "a-good-secret"});
            client.post("/admin/webhooks", &hook).await.ok();
        }
        node.settle().await;
        for (path, count) in [
            (format!("{at}/checks"), Some(5)),
            (format!("{at}/document_images"), Some(5)),
            // Five versions, of which the last is live.
            (format!("{at}/tasks"), Some(5)),
            (format!("{at}/audit-items"), None),
            // The key and the policy, and five endpoints.
            ("/admin/audit".to_owned(), Some(7)),
        ] {
            let [whole] = <[Vec<String>; 1]>::try_from(parts(client, &path).await)
                .ok()
                .unwrap();
            assert_eq!(whole.len(), count.unwrap_or(whole.len()), "{path}");
            for limit in [1, 2, 3, whole.len() - 1, whole.len()] {
                let parts = parts(client, &format!("{path}?limit={limit}")).await;
                assert_eq!(parts.concat(), whole, "{path} by {limit}");
                let live = usize::from(path.ends_with("/tasks"));
                assert_eq!(
                    parts.len(),
                    (whole.len() - live).div_ceil(limit),
                    "{path} by {limit}"
                );
            }
            for wrong in ["limit=0", "limit=10001", "limit=x", "after=x", "after="] {
                let message = client.get(&format!("{path}?{wrong}")).await.refused(400);
                assert!(
                    message.starts_with(wrong.split('=').next().unwrap()),
                    "{message}"
                );
            }
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_goes_on_from_the_middle_of_what_one_change_did() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &crate::samples::person("Ada", "Byron"))
            .await
            .ok();
        node.settle().await;
        let path = format!("/4.0/profiles/{}/audit-items", text(&profile["id"]));
        let [whole] = <[Vec<String>; 1]>::try_from(parts(&node.demo, &path).await)
            .ok()
            .unwrap();
        assert!(whole.len() > 8, "{whole:?}");
        for (place, id) in whole.iter().enumerate() {
            let rest = parts(&node.demo, &format!("{path}?after={id}"))
                .await
                .concat();
            assert_eq!(rest, whole[place + 1..]);
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_checks_than_fit_in_one_answer_are_all_there() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}", text(&profile["id"]));
        let check = json!({"check_type": "PEPS_AND_SANCTIONS_SCREEN"});
        node.demo
            .post(&format!("{at}/checks?mode=sync"), &check)
            .await
            .ok();
        copy_check(&node.platform.store, &profile, 1_500).await;
        let parts = parts(&node.demo, &format!("{at}/checks")).await;
        let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
        assert_eq!(sizes, [1_000, 501]);
        node.finish().await;
    }
}

/// Puts older runs beside the only one that a profile has.
async fn copy_check(store: &store::Store, profile: &Value, count: u128) {
    let (account, id) = (service::accounts::DEMO, text(&profile["id"]));
    let id: uuid::Uuid = id.parse().unwrap();
    let rows = async || store::checks::of_profile(store, account, id.as_u128(), 1).await;
    until("the check has ended", async || {
        rows().await.unwrap()[0].state == "COMPLETE"
    })
    .await;
    let [row] = <[store::checks::CheckRow; 1]>::try_from(rows().await.unwrap())
        .ok()
        .unwrap();
    let older = (1..=count).map(|number| {
        store::checks::upsert(&store::checks::CheckRow {
            id: row.id - number,
            ..row.clone()
        })
    });
    store
        .commit(store::Commit::new().writes(older))
        .await
        .unwrap();
}
