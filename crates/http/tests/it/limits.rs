//! What is too large or too much is refused clearly.

use std::time::Duration;

use bytes::Bytes;
use http_api::{BODY_BYTES_MAX, Options};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::node::{Node, PATIENCE, both, until, with};
use crate::samples::{bystander, encode, pdf, pdf_text, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    for node in both().await {
        let send = async |size: usize| {
            let mut body = json!({"name": "vip"}).to_string().into_bytes();
            body.resize(size, b' ');
            node.demo
                .send("POST", "/4.0/profiles", (&[], Bytes::from(body)))
                .await
        };
        send(BODY_BYTES_MAX).await.refused(400);
        let message = send(BODY_BYTES_MAX + 1).await.refused(413);
        assert!(message.contains("2097152"), "{message}");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_too_large_a_body_sees_the_answer_all_the_same() {
    const PIECE: usize = 64 * 1024;
    let size = BODY_BYTES_MAX + 16 * PIECE;
    for node in both().await {
        let head = |more: &str| {
            let key = &node.demo.key;
            format!("POST /4.0/profiles HTTP/1.1\r\nhost: test\r\napikey: {key}\r\n{more}\r\n")
        };
        let announced = head(&format!("content-length: {size}\r\n"));
        let chunked = head("transfer-encoding: chunked\r\n");
        for (head, is_chunked) in [(announced, false), (chunked, true)] {
            let mut stream = TcpStream::connect(node.demo.address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            for _ in 0..size / PIECE {
                if is_chunked {
                    let size = format!("{PIECE:x}\r\n");
                    stream.write_all(size.as_bytes()).await.unwrap();
                }
                stream.write_all(&vec![b' '; PIECE]).await.unwrap();
                if is_chunked {
                    stream.write_all(b"\r\n").await.unwrap();
                }
                // So slow that a server that hangs up is noticed.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if is_chunked {
                stream.write_all(b"0\r\n\r\n").await.unwrap();
            }
            assert_eq!(beginning(&mut stream).await, "HTTP/1.1 413");
        }
        // Who asks first is told before anything is sent.
        let asking = head(&format!(
            "content-length: {size}\r\nexpect: 100-continue\r\n"
        ));
        let mut stream = TcpStream::connect(node.demo.address).await.unwrap();
        stream.write_all(asking.as_bytes()).await.unwrap();
        assert_eq!(beginning(&mut stream).await, "HTTP/1.1 413");
        node.finish().await;
    }
}

/// The beginning of an answer.
async fn beginning(stream: &mut TcpStream) -> String {
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_beyond_the_limit_are_told_to_come_back() {
    let options = Options {
        requests_at_once_max: 1,
        ..Options::default()
    };
    for node in with(options).await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "DELAY2"))
            .await
            .ok();
        let checks = format!("/4.0/profiles/{}/checks?mode=sync", text(&profile["id"]));
        let wanted = json!({"check_type": "IDENTITY_CHECK"});
        let slow = node.demo.post(&checks, &wanted);
        let other = async {
            let id: uuid::Uuid = text(&profile["id"]).parse().unwrap();
            let (store, account) = (&node.platform.store, service::accounts::DEMO);
            until("the check is ordered", async || {
                let checks = store::checks::of_profile(store, account, id.as_u128(), 1).await;
                !checks.unwrap().is_empty()
            })
            .await;
            node.demo.get("/4.0/whoami").await
        };
        let (slow, other) = tokio::join!(slow, other);
        assert_eq!(slow.ok()["state"], "COMPLETE");
        assert_eq!(other.header("retry-after"), "1");
        other.refused(503);
        node.demo.get("/4.0/whoami").await.ok();
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_sender_of_a_file_keeps_nobody_from_theirs() {
    let options = Options {
        files_at_once_max: 1,
        ..Options::default()
    };
    for node in with(options).await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}", text(&profile["id"]));
        let mut slow = TcpStream::connect(node.demo.address).await.unwrap();
        let head = format!(
            "POST {at}/files HTTP/1.1\r\nhost: test\r\napikey: {}\r\ncontent-length: 1000\r\n\
             expect: 100-continue\r\n\r\n",
            node.demo.key
        );
        slow.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(beginning(&mut slow).await, "HTTP/1.1 100");
        let others = async {
            let body = json!({"data": pdf_text(), "name": "a.pdf"});
            let stored = node.demo.post(&format!("{at}/files"), &body).await.ok();
            let path = format!("{at}/files/{}", text(&stored["id"]));
            node.demo.get(&path).await.ok();
            node.demo.get(&format!("{at}/document_images")).await.ok();
        };
        let others = tokio::time::timeout(PATIENCE, others).await;
        assert!(others.is_ok(), "the slow sender held the only leave");
        drop(slow);
        node.finish().await;
    }
}

/// Begins to send a file: the head and this much of the body. The rest stays away.
async fn begin_file(node: &Node, path: &str, (announced, sent): (usize, usize)) -> TcpStream {
    let mut stream = TcpStream::connect(node.demo.address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\napikey: {}\r\ncontent-length: {announced}\r\n\r\n",
        node.demo.key
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; sent]).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unfinished_bodies_share_a_budget_and_small_ones_never_wait_for_it() {
    const MEBIBYTE: usize = 1024 * 1024;
    let options = Options {
        body_bytes_at_once_max: 4 * MEBIBYTE,
        ..Options::default()
    };
    for node in with(options).await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let files = format!("/4.0/profiles/{}/files", text(&profile["id"]));
        let file = json!({"data": encode(&pdf(MEBIBYTE)), "name": "a.pdf"});
        // What is only announced takes nothing.
        let mut announced = Vec::new();
        for _ in 0..20 {
            announced.push(begin_file(&node, &files, (60 * MEBIBYTE, 0)).await);
        }
        node.demo.post(&files, &file).await.ok();
        // What has arrived takes room until its request ends.
        let mut unfinished = Vec::new();
        for _ in 0..3 {
            unfinished.push(begin_file(&node, &files, (60 * MEBIBYTE, 5 * MEBIBYTE / 4)).await);
        }
        // A file that came while they arrive could take the room of one, which then holds nothing.
        tokio::time::sleep(Duration::from_millis(500)).await;
        until("there is no room", async || {
            node.demo.post(&files, &file).await.status == 503
        })
        .await;
        let refused = node.demo.post(&files, &file).await;
        assert_eq!(refused.header("retry-after"), "1");
        let message = refused.refused(503);
        assert!(message.contains("large requests"), "{message}");
        let small = json!({"data": pdf_text(), "name": "small.pdf"});
        for _ in 0..20 {
            node.demo.post(&files, &small).await.ok();
            node.demo
                .post("/4.0/profiles", &bystander("Mary", "Shelley"))
                .await
                .ok();
        }
        drop(unfinished);
        until("there is room again", async || {
            node.demo.post(&files, &file).await.status == 200
        })
        .await;
        drop(announced);
        node.finish().await;
    }
}
