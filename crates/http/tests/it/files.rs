//! Files and images: what goes in comes out, and only what is a document goes in.

use serde_json::json;

use crate::node::both;
use crate::samples::{bystander, decode, encode, pdf, text};

const MEBIBYTE: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_reads_back_byte_for_byte_with_its_hash() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}/files", text(&profile["id"]));
        for size in [
            6,
            MEBIBYTE - 1,
            MEBIBYTE,
            MEBIBYTE + 1,
            3 * MEBIBYTE + 12345,
        ] {
            let content = pdf(size);
            let name = "Reisepass Müller.pdf";
            let data = format!("data:application/octet-stream;base64,{}", encode(&content));
            let stored = node
                .demo
                .post(&at, &json!({"data": data, "name": name}))
                .await
                .ok();
            let read = node
                .demo
                .get(&format!("{at}/{}", text(&stored["id"])))
                .await
                .ok();
            assert!(
                decode(text(&read["data"])) == content,
                "{size} bytes came back otherwise"
            );
            for shown in [&stored, &read] {
                assert_eq!(shown["sha256"], json!(sha256(&content)));
                assert_eq!(shown["size_bytes"], json!(size));
                assert_eq!(shown["name"], json!(name));
            }
            assert_eq!(read["media_type"], "application/pdf");
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_kept_under_a_plain_name_that_no_header_repeats() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}/files", text(&profile["id"]));
        for (sent, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\x", "x"),
            ("a\r\nset-cookie: b=1", "aset-cookie: b=1"),
            ("\u{202e}fdp.exe", "fdp.exe"),
            ("\u{1b}[2J", "[2J"),
            ("../..", "Untitled"),
            ("", "Untitled"),
            (
                "passport; filename=\"x\".pdf",
                "passport; filename=\"x\".pdf",
            ),
        ] {
            let body = json!({"data": encode(&pdf(99)), "name": sent});
            let stored = node.demo.post(&at, &body).await;
            let path = format!("{at}/{}", text(&stored.body["id"]));
            let read = node.demo.get(&path).await;
            for answer in [stored, read] {
                assert_eq!(answer.body["name"], kept, "{sent:?}");
                let known = [
                    "content-type",
                    "cache-control",
                    "x-content-type-options",
                    "content-length",
                    "date",
                ];
                for (name, value) in &answer.headers {
                    assert!(
                        known.contains(&name.as_str()),
                        "{sent:?}: {name}: {value:?}"
                    );
                    assert!(
                        !value
                            .as_bytes()
                            .windows(4)
                            .any(|part| sent.as_bytes().ends_with(part))
                    );
                }
                answer.ok();
            }
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_holds_no_content_in_the_clear() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}/files", text(&profile["id"]));
        let planted = b"%PDF-1.7 PLANTED-PASSPORT-NUMBER";
        let stored = node
            .demo
            .post(&at, &json!({"data": encode(planted)}))
            .await
            .ok();
        let id: uuid::Uuid = text(&stored["id"]).parse().unwrap();
        let (store, account) = (&node.platform.store, service::accounts::DEMO);
        let piece = store::files::load_chunk(store, account, id.as_u128(), 0)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(piece.len(), planted.len() + 16);
        assert!(
            !piece
                .windows(8)
                .any(|part| planted.windows(8).any(|plain| plain == part))
        );
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_documents_are_taken_whatever_their_name() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}", text(&profile["id"]));
        let table: [(&str, &[u8], u16); 10] = [
            ("a.exe", b"%PDF-1.7", 200),
            ("a", b"\xFF\xD8\xFF\xE0rest", 200),
            ("a", b"\x89PNG\r\n\x1A\nrest", 200),
            ("a", b"GIF89arest", 200),
            ("a", b"II\x2A\x00rest", 200),
            ("a.pdf", b"MZ\x90\x00", 415),
            ("a.pdf", b"PK\x03\x04", 415),
            ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
            ("a.pdf", b"<html>%PDF-1.7", 415),
            ("a.pdf", b"\0", 415),
        ];
        for (name, content, status) in table {
            let data = encode(content);
            let file = node
                .demo
                .post(&format!("{at}/files"), &json!({"data": data, "name": name}))
                .await;
            let image = json!({"data": data, "image_type": "FACE"});
            let image = node
                .demo
                .post(&format!("{at}/document_images"), &image)
                .await;
            assert_eq!((file.status, image.status), (status, status), "{content:?}");
            if status == 415 {
                for refused in [file, image] {
                    assert_eq!(refused.body["errors"][0]["info"]["field"], "data");
                }
            }
        }
        let listed = node.demo.get(&format!("{at}/document_images")).await.ok();
        assert_eq!(listed.as_array().unwrap().len(), 5);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_beyond_the_limit_is_refused() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}/files", text(&profile["id"]));
        let mut content = pdf(10);
        content.resize(service::files::FILE_BYTES_MAX + 1, b' ');
        let refused = node
            .demo
            .post(&at, &json!({"data": encode(&content)}))
            .await;
        assert_eq!(refused.body["errors"][0]["info"]["field"], "data");
        let message = refused.refused(413);
        assert!(message.contains("52428800"), "{message}");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn images_are_listed_on_the_profile_and_read_one_by_one() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}", text(&profile["id"]));
        let content = pdf(2000);
        let image = json!({
            "data": encode(&content),
            "image_type": "BACK",
            "document_type": "PASSPORT",
            "document_category": "PROOF_OF_IDENTITY",
        });
        let stored = node
            .demo
            .post(&format!("{at}/document_images"), &image)
            .await
            .ok();
        assert_eq!(stored["document_category"], "PROOF_OF_IDENTITY");
        let listed = node.demo.get(&format!("{at}/document_images")).await.ok();
        assert_eq!(listed, json!([stored]));
        assert_eq!(node.demo.get(&at).await.ok()["document_images"], listed);
        let one = node
            .demo
            .get(&format!("{at}/document_images/{}", text(&stored["id"])))
            .await
            .ok();
        assert_eq!(one["sha256"], json!(sha256(&content)));
        assert!(decode(text(&one["data"])) == content);
        // An image is not a file, and a file is not an image.
        node.demo
            .get(&format!("{at}/files/{}", text(&stored["id"])))
            .await
            .refused(404);
        let audit = node.demo.get(&format!("{at}/audit-items")).await;
        assert!(
            audit.text.contains("uploaded-a-document")
                && audit.text.contains("downloaded-a-document")
        );
        node.finish().await;
    }
}

fn sha256(content: &[u8]) -> String {
    use sha2::Digest;
    let digest: [u8; 32] = sha2::Sha256::digest(content).into();
    let (high, low) = digest.split_at(16);
    let hex = |half: &[u8]| format!("{:032x}", u128::from_be_bytes(half.try_into().unwrap()));
    hex(high) + &hex(low)
}
