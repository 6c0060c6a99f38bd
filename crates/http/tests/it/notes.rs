//! Notes on tasks.

use serde_json::json;

use crate::node::both;
use crate::samples::{pdf_text, person, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_are_added_listed_and_deleted_and_the_audit_remembers() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &person("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}", text(&profile["id"]));
        let notes = format!("{at}/tasks/{}/notes", text(&profile["tasks"][0]["id"]));
        let file = json!({"data": pdf_text(), "name": "letter.pdf"});
        let file = node.demo.post(&format!("{at}/files"), &file).await.ok();
        let wanted = json!({"text": "seen <b>in person</b>", "attachments": [{"id": file["id"]}]});
        let first = node.demo.post(&notes, &wanted).await.ok();
        assert_eq!(first["text"], "seen <b>in person</b>");
        assert_eq!(first["attachments"], json!([file]));
        assert_eq!(first["author_name"], "Master API Key");
        let second = node
            .demo
            .post(&notes, &json!({"text": "second"}))
            .await
            .ok();
        assert_eq!(node.demo.get(&notes).await.ok(), json!([first, second]));

        let one = format!("{notes}/{}", text(&first["id"]));
        assert_eq!(node.demo.delete(&one).await.ok(), first);
        node.demo.delete(&one).await.refused(404);
        assert_eq!(node.demo.get(&notes).await.ok(), json!([second]));
        let audit = node.demo.get(&format!("{at}/audit-items")).await.ok();
        let actions: Vec<&str> = audit
            .as_array()
            .unwrap()
            .iter()
            .map(|item| text(&item["action"]))
            .collect();
        let count = |action: &str| actions.iter().filter(|one| **one == action).count();
        assert_eq!(
            (
                count("added-a-task-note"),
                count("deleted-a-task-note"),
                count("added-a-file")
            ),
            (2, 1, 1)
        );
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_files_of_the_profile_are_attached() {
    for node in both().await {
        let one = node
            .demo
            .post("/4.0/profiles", &person("Ada", "Byron"))
            .await
            .ok();
        let other = node
            .demo
            .post("/4.0/profiles", &person("Mary", "Shelley"))
            .await
            .ok();
        let files = format!("/4.0/profiles/{}/files", text(&other["id"]));
        let file = node
            .demo
            .post(&files, &json!({"data": pdf_text()}))
            .await
            .ok();
        let task = text(&one["tasks"][0]["id"]);
        let notes = format!("/4.0/profiles/{}/tasks/{task}/notes", text(&one["id"]));
        // An image is evidence for checks, not a file.
        let images = format!("/4.0/profiles/{}/document_images", text(&one["id"]));
        let image = json!({"data": pdf_text(), "image_type": "FRONT"});
        let image = node.demo.post(&images, &image).await.ok();
        for id in [&file["id"], &image["id"]] {
            let wanted = json!({"text": "x", "attachments": [{"id": id}]});
            let message = node.demo.post(&notes, &wanted).await.refused(400);
            assert!(message.starts_with("attachments[0].id"), "{message}");
        }
        node.finish().await;
    }
}
