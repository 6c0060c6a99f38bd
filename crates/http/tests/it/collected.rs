//! Collected data and its ETag.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::node::both;
use crate::samples::{bystander, pdf_text, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_seen_old_data_gets_the_present_data_instead_of_overwriting_it() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}/collected_data", text(&profile["id"]));
        let read = node.demo.get(&at).await;
        let first = read.header("etag").to_owned();
        let renamed = |name: &str| {
            let mut data = profile["collected_data"].clone();
            data["personal_details"]["name"]["family_name"] = json!(name);
            data
        };
        let replaced = node
            .demo
            .post_with(&at, &[("if-match", &first)], &renamed("Lovelace"))
            .await;
        let second = replaced.header("etag").to_owned();
        assert_eq!(replaced.ok(), renamed("Lovelace"));
        assert_ne!(first, second);

        let late = node
            .demo
            .post_with(&at, &[("if-match", &first)], &renamed("King"))
            .await;
        assert_eq!((late.status, late.header("etag")), (412, second.as_str()));
        assert_eq!(late.body, renamed("Lovelace"));
        assert_eq!(node.demo.get(&at).await.ok(), renamed("Lovelace"));

        // Weak or strong, in a list or as a star: all of them match; none at all does too.
        let strong = second.trim_start_matches("W/").to_owned();
        let list = format!("\"x.001\", {second}");
        for tag in [&strong, &list, "*"] {
            node.demo
                .post_with(&at, &[("if-match", tag)], &renamed("Lovelace"))
                .await
                .ok();
        }
        node.demo.post(&at, &renamed("Noel")).await.ok();
        let unreadable = [("if-match", "gibberish")];
        let late = node.demo.post_with(&at, &unreadable, &renamed("X")).await;
        assert_eq!(late.status, 412);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_but_new_data_changes_the_tag() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}", text(&profile["id"]));
        let tag = async || {
            let read = node.demo.get(&format!("{at}/collected_data")).await;
            read.header("etag").to_owned()
        };
        let before = tag().await;
        node.demo
            .post(&format!("{at}/tags"), &json!({"name": "vip"}))
            .await
            .ok();
        node.demo
            .post(&format!("{at}/status"), &json!("SUSPENDED"))
            .await
            .ok();
        node.advance(100);
        node.demo
            .post(&format!("{at}/files"), &json!({"data": pdf_text()}))
            .await
            .ok();
        assert_eq!(tag().await, before);
        let document = json!({"category": "SUPPORTING", "document_type": "TAX", "images": []});
        node.demo
            .post(&format!("{at}/collected_data/documents"), &document)
            .await
            .ok();
        assert_ne!(tag().await, before);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_appended_and_the_rest_stays() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}", text(&profile["id"]));
        let image = json!({"data": pdf_text(), "image_type": "FRONT", "document_type": "PASSPORT"});
        let image = node
            .demo
            .post(&format!("{at}/document_images"), &image)
            .await
            .ok();
        let mut added: Vec<Value> = Vec::new();
        for document_type in ["PASSPORT", "DRIVING_LICENCE"] {
            let document = json!({
                "category": "PROOF_OF_IDENTITY",
                "document_type": document_type,
                "images": [{"id": image["id"]}],
            });
            added.push(
                node.demo
                    .post(&format!("{at}/collected_data/documents"), &document)
                    .await
                    .ok(),
            );
        }
        assert_ne!(added[0]["id"], added[1]["id"]);
        let mut data = node.demo.get(&format!("{at}/collected_data")).await.ok();
        assert_eq!(data["documents"], json!(added));
        data.as_object_mut().unwrap().remove("documents");
        assert_eq!(data, profile["collected_data"]);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_in_the_data_name_images_of_the_profile_or_what_is_stored() {
    let nothing = json!({"id": "00000000-0000-0000-0000-000000000001"});
    let with = |mut data: Value, images: &[&Value]| {
        let document = json!({
            "category": "PROOF_OF_IDENTITY",
            "document_type": "PASSPORT",
            "images": images,
        });
        data["documents"] = json!([document]);
        data
    };
    let message = "names no image of this profile; upload it to document_images first";
    for node in both().await {
        let mut new = bystander("Ada", "Byron");
        let profile = node.demo.post("/4.0/profiles", &new).await.ok();
        new["collected_data"] = with(new["collected_data"].clone(), &[&nothing]);
        let refused = node.demo.post("/4.0/profiles", &new).await.refused(400);
        let said = "collected_data.documents[0].images[0].id names no image: a new profile has";
        assert!(refused.starts_with(said), "{refused}");

        let other = node
            .demo
            .post("/4.0/profiles", &bystander("Bob", "Byron"))
            .await
            .ok();
        let image_of = async |profile: &Value| {
            let at = format!("/4.0/profiles/{}/document_images", text(&profile["id"]));
            let image = json!({"data": pdf_text(), "image_type": "FRONT"});
            json!({"id": node.demo.post(&at, &image).await.ok()["id"]})
        };
        let (own, of_other) = (image_of(&profile).await, image_of(&other).await);
        let at = format!("/4.0/profiles/{}/collected_data", text(&profile["id"]));
        let data = &profile["collected_data"];
        for wrong in [&nothing, &of_other] {
            let body = with(data.clone(), &[&own, wrong]);
            let refused = node.demo.post(&at, &body).await.refused(400);
            assert_eq!(refused, format!("documents[0].images[1].id {message}"));
        }
        let read = with(data.clone(), &[&own, &own]);
        let mut read = node.demo.post(&at, &read).await.ok();

        // What is stored may be sent back, whatever became of the image; once it is gone, it is.
        let uuid = |value: &Value| text(&value["id"]).parse::<Uuid>().unwrap().as_u128();
        let gone = store::files::delete(service::accounts::DEMO, uuid(&profile), uuid(&own));
        let gone = store::Commit::new().write(gone);
        node.platform.store.commit(gone).await.unwrap();
        read["customer_ref"] = json!("A-2");
        node.demo.post(&at, &read).await.ok();
        node.demo.post(&at, data).await.ok();
        let refused = node.demo.post(&at, &read).await.refused(400);
        let said = format!("documents[0].images[0].id {message}");
        assert!(refused.starts_with(&said), "{refused}");
        node.finish().await;
    }
}
