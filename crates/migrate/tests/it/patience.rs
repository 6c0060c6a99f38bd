//! How long one request is tried, and what for.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use migrate::Reporter;
use migrate::api::{Api, Call, Failure, Patience};
use tokio::net::TcpListener;

/// What is answered: the status, a header, and how long the content in its JSON is.
type Reply = (u16, (&'static str, &'static str), usize);

const PLAIN: (&str, &str) = ("content-type", "application/json");

const HTML: (&str, &str) = ("content-type", "text/html");

/// A server that gives these answers in turn, and the last one for ever.
struct Server {
    api: Api,
    count: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    async fn start(replies: &'static [Reply], give_up_after: Duration) -> Server {
        Server::start_with(replies, give_up_after, Patience::default().wait_max).await
    }

    async fn start_with(
        replies: &'static [Reply],
        give_up_after: Duration,
        wait_max: Duration,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counted = Arc::clone(&counted);
                tokio::spawn(async move {
                    let service = service_fn(|_: Request<hyper::body::Incoming>| async {
                        let number = counted.fetch_add(1, Ordering::Relaxed);
                        let (status, (name, value), length) =
                            replies[number.min(replies.len() - 1)];
                        let body = if value == HTML.1 {
                            "<html></html>".to_owned()
                        } else {
                            format!("{{\"data\":\"{}\"}}", "A".repeat(length))
                        };
                        let answer = Response::builder().status(status).header(name, value);
                        answer
                            .body(Full::new(Bytes::from(body)))
                            .map_err(io::Error::other)
                    });
                    let connection = hyper::server::conn::http1::Builder::new();
                    let _ = connection
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        let patience = Patience {
            give_up_after,
            wait_min: Duration::from_millis(50),
            wait_max,
            ..Patience::default()
        };
        let api = Api::new(&[url], "test-key", patience).expect("a client");
        Server { api, count, task }
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_no_wait_is_not_asked_without_one() {
    for header in [
        ("retry-after", "0"),
        ("x-ratelimit-reset-secs", "0"),
        ("retry-after", "Thu, 27 Jan 2022 11:30:22 GMT"),
    ] {
        let replies: &[Reply] = Box::leak(Box::new([(429, header, 0)]));
        let server = Server::start(replies, Duration::from_secs(1)).await;
        let answer = server.api.call(Call::get("/whoami")).await;
        assert!(matches!(answer, Err(Failure::Fatal(_))), "{answer:?}");
        let count = server.count();
        assert!((3..10).contains(&count), "{header:?}: {count} requests");
    }
}

/// Remembers what was said.
#[derive(Default)]
struct Said(Mutex<Vec<String>>);

impl Reporter for Said {
    fn begin(&self, _part: &str, _total: u64) {}
    fn advance(&self) {}
    fn say(&self, text: &str) {
        let mut said = self.0.lock().expect("no test failed inside");
        said.push(text.to_owned());
    }
    fn end(&self) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_the_server_asks_for_is_no_patience_spent_and_is_told() {
    // One that is longer than the client's whole patience, in seconds and as a date.
    let at_date = [
        (429, ("retry-after", "6"), 0),
        (503, ("retry-after", "5"), 0),
        (200, PLAIN, 8),
    ];
    let replies: &[Reply] = Box::leak(Box::new(at_date));
    let server =
        Server::start_with(replies, Duration::from_secs(1), Duration::from_millis(50)).await;
    let said = Arc::new(Said::default());
    server.api.tell(Arc::clone(&said) as _);
    let begun = Instant::now();
    let other = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        server.api.call(Call::get("/whoami")).await
    };
    let (answer, other) = tokio::join!(server.api.call(Call::get("/whoami")), other);
    assert!(answer.is_ok() && other.is_ok(), "{answer:?} {other:?}");
    assert!(
        begun.elapsed() >= Duration::from_secs(11),
        "{:?}",
        begun.elapsed()
    );
    let said = said.0.lock().expect("no test failed inside");
    assert!(
        said.iter()
            .any(|line| line.starts_with("the server asks to wait until ")),
        "{said:?}"
    );
    assert!(
        !said.iter().any(|line| line.contains("trying again for")),
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_beyond_all_measure_ends_the_run_and_says_until_when() {
    for header in [
        ("retry-after", "21601"),
        ("retry-after", "Sat, 27 Jan 2198 11:30:22 GMT"),
        ("x-ratelimit-reset-secs", "1e12"),
    ] {
        let replies: &[Reply] = Box::leak(Box::new([(429, header, 0)]));
        let server = Server::start(replies, Duration::from_mins(15)).await;
        let asking = server.api.call(Call::get("/whoami"));
        let answer = tokio::time::timeout(Duration::from_secs(5), asking).await;
        match answer.expect("it ends at once") {
            Err(Failure::Fatal(why)) => {
                assert!(why.contains("more than 6 hours"), "{why}");
                assert!(why.contains("the same --state"), "{why}");
            }
            other => panic!("{header:?}: {other:?}"),
        }
        assert_eq!(server.count(), 1, "{header:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_file_is_read_and_more_than_that_is_not_asked_for_again() {
    const FILE: usize = 50 * 1024 * 1024;
    const LARGEST: &[Reply] = &[(200, PLAIN, FILE.div_ceil(3) * 4 + 100)];
    let long = Duration::from_mins(5);
    let server = Server::start(LARGEST, long).await;
    let answer = server.api.call(Call::get("/profiles/1/files/2")).await;
    assert!(answer.is_ok(), "{:?}", answer.err());
    let server = Server::start(&[(200, PLAIN, 80 * 1024 * 1024)], long).await;
    let asking = server.api.call(Call::get("/profiles/1/files/2"));
    let answer = tokio::time::timeout(Duration::from_secs(30), asking).await;
    match answer.expect("it is not asked for again") {
        Err(Failure::Unclear(why)) => assert!(why.contains("more than 72 MiB"), "{why}"),
        other => panic!("{:?}", other.err()),
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_the_wait_for_a_server_that_wants_none() {
    let long = Duration::from_mins(30);
    let server = Server::start(&[(429, ("retry-after", "600"), 0)], long).await;
    let stop = Arc::new(AtomicBool::new(false));
    server.api.stop_by(Arc::clone(&stop));
    let begun = Instant::now();
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.store(true, Ordering::Relaxed);
    };
    let asking = tokio::time::timeout(
        Duration::from_secs(20),
        server.api.call(Call::get("/whoami")),
    );
    let (answer, ()) = tokio::join!(asking, stopping);
    match answer.expect("the wait ends") {
        Err(Failure::Fatal(why)) => assert!(why.contains("stopped while waiting"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert!(begun.elapsed() < Duration::from_secs(3));
    // Another worker would wait for the same pause.
    let other = server.api.call(Call::get("/whoami")).await;
    assert!(matches!(other, Err(Failure::Fatal(_))), "{other:?}");
    assert_eq!(server.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_waits_for_a_busy_server_and_not_for_its_own_damage() {
    let long = Duration::from_mins(5);
    let limited: &[Reply] = &[
        (429, ("retry-after", "6"), 0),
        (503, PLAIN, 0),
        (200, PLAIN, 8),
    ];
    let server = Server::start(limited, long).await;
    let answer = server.api.read(Call::get("/profiles/1/files/2")).await;
    assert!(answer.is_ok(), "{answer:?}");
    let server = Server::start(&[(500, PLAIN, 0)], long).await;
    let begun = Instant::now();
    let answer = server.api.read(Call::get("/profiles/1/files/2")).await;
    assert!(matches!(answer, Err(Failure::Unclear(_))), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_will_never_do_is_said_at_once() {
    let long = Duration::from_mins(5);
    let check = async |call: Call<'_>, reply: Reply, expected: u16| {
        let replies: &[Reply] = Box::leak(Box::new([reply]));
        let server = Server::start(replies, long).await;
        let asking = tokio::time::timeout(Duration::from_secs(10), server.api.call(call));
        match asking.await.expect("it is said at once") {
            Err(Failure::Refused { status, .. }) => assert_eq!(status, expected, "{reply:?}"),
            other => panic!("{reply:?}: {other:?}"),
        }
        assert_eq!(server.count(), 1, "{reply:?}");
    };
    for status in [400, 404, 405, 501, 505, 506, 508, 510, 511] {
        for header in [PLAIN, HTML] {
            check(Call::get("/profiles"), (status, header, 0), status).await;
            check(
                Call::get_admin("/admin/config"),
                (status, header, 0),
                status,
            )
            .await;
        }
    }
    // A page where the API should be: there is no such path.
    let simulate = || Call::post_admin("/admin/simulate", &serde_json::json!({}));
    check(simulate(), (200, HTML, 0), 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_stands_before_the_api_is_not_waited_for_until_patience_ends() {
    const PAGE: Reply = (200, HTML, 0);
    let server = Server::start(&[PAGE, PAGE, (200, PLAIN, 8)], Duration::from_mins(5)).await;
    assert!(server.api.call(Call::get("/whoami")).await.is_ok());
    let server = Server::start(&[PAGE], Duration::from_mins(5)).await;
    let asking = tokio::time::timeout(
        Duration::from_mins(1),
        server.api.call(Call::get("/whoami")),
    );
    match asking.await.expect("it ends") {
        Err(Failure::Fatal(why)) => assert!(why.contains("the address of the API"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_the_place_of_an_answer_leaves_open_what_a_write_came_to() {
    const PAGE: Reply = (200, HTML, 0);
    let body = serde_json::json!({});
    let close = || Call::post_admin_once("/admin/windows/1/close", &body, uuid::Uuid::now_v7());
    let delete = || Call::delete_admin("/admin/webhooks/1");
    for call in [close(), delete()] {
        let server = Server::start(&[PAGE], Duration::from_secs(1)).await;
        let answer = server.api.call(call).await;
        assert!(matches!(answer, Err(Failure::Unclear(_))), "{answer:?}");
        assert!(server.count() > 1);
    }
    let server = Server::start(&[PAGE, (200, PLAIN, 8)], Duration::from_secs(5)).await;
    assert!(server.api.call(close()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn why_nobody_is_reached_is_said() {
    let plain = crate::server::Server::start(crate::server::Trouble::default()).await;
    let secured = plain.url.replace("http:", "https:");
    for (url, told) in [
        ("http://127.0.0.1:1", "refused"),
        (secured.as_str(), "write http://"),
    ] {
        let patience = Patience {
            give_up_after: Duration::from_millis(50),
            wait_min: Duration::from_millis(5),
            ..Patience::default()
        };
        let api = Api::new(&[url.to_owned()], "test-key", patience).expect("a client");
        let failure = api
            .call(Call::get("/whoami"))
            .await
            .expect_err("nobody is there");
        let said = failure.to_string();
        assert!(
            said.contains("cannot be reached") && said.contains(told),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_call_waits_for_a_server_that_is_there_and_asks_for_it() {
    let check = async |replies: &'static [Reply], expected: usize| {
        let server = Server::start(replies, Duration::from_mins(1)).await;
        let answer = server.api.first_call(Call::get("/whoami")).await;
        assert!(answer.is_ok(), "{replies:?}: {answer:?}");
        assert_eq!(server.count(), expected, "{replies:?}");
    };
    let long = ("retry-after", "6");
    let again = ("x-ratelimit-retry-secs", "3");
    tokio::join!(
        check(Box::leak(Box::new([(429, long, 0), (200, PLAIN, 8)])), 2),
        check(Box::leak(Box::new([(503, long, 0), (200, PLAIN, 8)])), 2),
        check(
            Box::leak(Box::new([
                (429, again, 0),
                (429, again, 0),
                (200, PLAIN, 8)
            ])),
            3
        ),
    );
    // One that does not say when, or says soon again and again, may as well not be there.
    let check = async |replies: &'static [Reply]| {
        let server = Server::start(replies, Duration::from_mins(5)).await;
        let asking = server.api.first_call(Call::get("/whoami"));
        let answer = tokio::time::timeout(Duration::from_secs(10), asking).await;
        assert!(matches!(answer, Ok(Err(Failure::Fatal(_)))), "{answer:?}");
    };
    tokio::join!(
        check(&[(503, PLAIN, 0)]),
        check(&[(503, ("retry-after", "1"), 0)])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_too_late_is_sent_while_others_wait() {
    let replies: &[Reply] = &[(429, ("retry-after", "5"), 0), (200, PLAIN, 8)];
    let server = Server::start(replies, Duration::from_mins(5)).await;
    let begun = Instant::now();
    let renewing = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let body = serde_json::json!({});
        let call = Call::post_admin_once("/admin/windows/1/renew", &body, uuid::Uuid::now_v7());
        let answer = server.api.call(call.urgent()).await;
        (answer, begun.elapsed())
    };
    let (paused, (renewed, after)) = tokio::join!(server.api.call(Call::get("/whoami")), renewing);
    assert!(paused.is_ok() && renewed.is_ok(), "{paused:?} {renewed:?}");
    assert!(after < Duration::from_secs(3), "{after:?}");
    assert!(begun.elapsed() >= Duration::from_secs(5));
}
