//! The firm's webhook receiver is tried while a test brings clients over.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::binary::{Run, command, master_key, run};
use crate::trial::Bank;

const SECRET: &str = "what-the-bank-agreed-on";
const QUESTION: &str = "Was the webhook receiver performance stable?";
const LOOPBACK: &[&str] = &["--allow-private-endpoints"];

/// A receiver as a firm has one: it verifies what comes and keeps what it takes.
struct Receiver {
    url: String,
    taken: Arc<Mutex<Vec<Value>>>,
}

impl Receiver {
    /// `behave` says what the request of a number is answered, and after how long.
    fn start(behave: impl Fn(u64) -> (u16, Duration) + Send + 'static) -> Receiver {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks", socket.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let keeping = Arc::clone(&taken);
        std::thread::spawn(move || {
            let mut number = 0;
            for stream in socket.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                while let Some((status, messages)) = receive(&mut stream) {
                    number += 1;
                    let (wanted, wait) = behave(number);
                    std::thread::sleep(wait);
                    let status = if status == 200 { wanted } else { status };
                    if status == 200 {
                        keeping.lock().unwrap().extend(messages);
                    }
                    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nok");
                    if stream.get_mut().write_all(answer.as_bytes()).is_err() {
                        break;
                    }
                }
            }
        });
        Receiver { url, taken }
    }

    fn taken(&self) -> Vec<Value> {
        self.taken.lock().unwrap().clone()
    }
}

/// Reads one request: 401 when it is not signed with the secret.
fn receive(stream: &mut BufReader<TcpStream>) -> Option<(u16, Vec<Value>)> {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream
            .read_line(&mut line)
            .ok()
            .filter(|bytes| *bytes > 0)?;
        match line.trim_end() {
            "" => break,
            line => headers.push(line.to_owned()),
        }
    }
    assert_eq!(headers[0], "POST /hooks HTTP/1.1");
    let header = |name: &str| {
        let mut pairs = headers.iter().filter_map(|line| line.split_once(": "));
        pairs
            .find(|(have, _)| have.eq_ignore_ascii_case(name))
            .unwrap()
            .1
    };
    let mut body = vec![0; header("content-length").parse().unwrap()];
    stream.read_exact(&mut body).ok()?;
    assert_eq!(header("authorization"), format!("Bearer {SECRET}"));
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    mac.update(&body);
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    if header("webhook-signature") != signature {
        return Some((401, Vec::new()));
    }
    let messages = match serde_json::from_slice(&body).unwrap() {
        Value::Array(messages) => messages,
        message => vec![message],
    };
    Some((200, messages))
}

/// A test of four clients with a receiver, and its answer to the question.
fn tried(bank: &Bank, receiver: &Receiver, more: &[&str]) -> (Run, Value) {
    let secret = bank.data.join("secret.txt").display().to_string();
    std::fs::write(&secret, SECRET).unwrap();
    let options = [
        "--receiver",
        &receiver.url,
        "--receiver-secret-file",
        &secret,
    ];
    answered(bank, &[&options[..], more].concat())
}

fn answered(bank: &Bank, options: &[&str]) -> (Run, Value) {
    answered_as(bank, &master_key(&bank.data, "demo"), options)
}

fn answered_as(bank: &Bank, key: &str, options: &[&str]) -> (Run, Value) {
    let report = bank.data.join("report.json").display().to_string();
    let words = ["test", "demo", "--count", "4", "--json", &report];
    let test = bank.migrate_as(key, &[&words[..], options].concat(), "test");
    let report = std::fs::read_to_string(&report).unwrap_or_else(|_| panic!("{test:?}"));
    let report: Value = serde_json::from_str(&report).unwrap();
    let answer = report["answers"][5].clone();
    assert_eq!(answer["question"], QUESTION);
    // Whatever happened, nothing of the test is left on the server.
    let master = master_key(&bank.data, "demo");
    let left = bank.server.ask("GET", "/admin/webhooks", &master, "").body;
    assert_eq!(left, serde_json::json!([]));
    (test, answer)
}

#[track_caller]
fn figure(answer: &Value, what: &str) -> u64 {
    let mut figures = answer["figures"].as_array().unwrap().iter();
    let figure = figures.find(|figure| figure["what"] == what);
    figure.unwrap_or_else(|| panic!("{what} of {answer:#}"))["count"]
        .as_u64()
        .unwrap()
}

#[test]
fn a_good_receiver_is_told_to_be_one() {
    let bank = Bank::with("receiver-good", LOOPBACK);
    let receiver = Receiver::start(|_| (200, Duration::ZERO));
    let (test, answer) = tried(&bank, &receiver, &[]);
    assert_eq!(
        (test.code, &answer["answer"]),
        (0, &"yes".into()),
        "{answer:#}"
    );
    let taken = receiver.taken();
    assert_eq!(
        figure(&answer, "messages that were taken"),
        taken.len() as u64
    );
    assert_eq!(figure(&answer, "of them answered 200"), taken.len() as u64);
    let checks = taken
        .iter()
        .filter(|message| message["event"] == "CHECK_COMPLETED");
    assert_eq!(
        figure(&answer, "of them CHECK_COMPLETED"),
        checks.count() as u64
    );
    let of = |message: &Value| message["data"]["profile_id"].to_string();
    let profiles: BTreeSet<String> = taken.iter().map(of).collect();
    assert_eq!(
        figure(&answer, "profiles they were about"),
        profiles.len() as u64
    );
    assert!(profiles.len() >= 4, "{profiles:?}");
    for what in [
        "messages that overtook an earlier one of their profile",
        "messages that came again after they were taken",
    ] {
        assert_eq!(figure(&answer, what), 0);
    }
    assert!(
        test.data
            .contains("6. Was the webhook receiver performance stable?\n   yes\n")
    );
    // Without a receiver the tool takes the messages itself, and does not say yes for it.
    let bank = Bank::with("receiver-none", LOOPBACK);
    let (test, answer) = answered(&bank, &[]);
    let wanted = "the firm's own receiver was not tried";
    assert!(answer["answer"].to_string().contains(wanted), "{answer:#}");
    assert!(figure(&answer, "of them CHECK_COMPLETED") >= 4);
    assert_eq!(test.code, 0, "{test:?}");
}

#[test]
fn a_receiver_that_fails_now_and_then_is_not_stable_and_loses_nothing() {
    let bank = Bank::with("receiver-failing", LOOPBACK);
    let failing = |number: u64| if number.is_multiple_of(3) { 500 } else { 200 };
    let receiver = Receiver::start(move |number| (failing(number), Duration::ZERO));
    let (test, answer) = tried(&bank, &receiver, &[]);
    assert_eq!(
        (test.code, &answer["answer"]),
        (1, &"NO".into()),
        "{answer:#}"
    );
    let taken = receiver.taken();
    let ids: BTreeSet<String> = taken.iter().map(|one| one["id"].to_string()).collect();
    assert_eq!(
        figure(&answer, "messages that were taken"),
        ids.len() as u64
    );
    let requests = figure(&answer, "requests");
    assert_eq!(figure(&answer, "of them answered 500"), requests / 3);
    let example = format!("{} of {requests} requests were not taken", requests / 3);
    assert!(
        answer["examples"].to_string().contains(&example),
        "{answer:#}"
    );
    let overtook = "messages that overtook an earlier one of their profile";
    assert_eq!(figure(&answer, overtook), 0);
}

#[test]
fn a_receiver_slower_than_the_load_is_not_stable() {
    let bank = Bank::with("receiver-slow", LOOPBACK);
    let receiver = Receiver::start(|_| (200, Duration::from_millis(900)));
    let (test, answer) = tried(&bank, &receiver, &["--receiver-wait", "1"]);
    assert_eq!(
        (test.code, &answer["answer"]),
        (1, &"NO".into()),
        "{answer:#}"
    );
    assert!(figure(&answer, "messages that still waited in the end") > 0);
    assert!(figure(&answer, "ms: half of the requests took no longer (p50)") >= 900);
    let wanted = "the receiver is slower than the load";
    assert!(
        answer["examples"].to_string().contains(wanted),
        "{answer:#}"
    );
    // With batches it keeps up.
    let bank = Bank::with("receiver-batches", LOOPBACK);
    let (test, answer) = tried(&bank, &receiver, &["--receiver-batching"]);
    assert_eq!(
        (test.code, &answer["answer"]),
        (0, &"yes".into()),
        "{answer:#}"
    );
    let (messages, requests) = ("messages that were taken", "requests");
    assert!(
        figure(&answer, messages) > figure(&answer, requests),
        "{answer:#}"
    );
}

#[test]
fn the_endpoint_of_a_test_that_was_killed_is_taken_back_by_the_next() {
    let bank = Bank::with("receiver-killed", LOOPBACK);
    let key = master_key(&bank.data, "demo");
    let arguments = bank.arguments(&key, &["test", "demo", "--count", "4"], "test");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut test = command(&arguments).stderr(Stdio::null()).spawn().unwrap();
    let endpoints = || bank.server.ask("GET", "/admin/webhooks", &key, "").body;
    let begun = Instant::now();
    while endpoints() == serde_json::json!([]) {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    }
    // It is written down by then, or as good as.
    std::thread::sleep(Duration::from_millis(200));
    test.kill().unwrap();
    test.wait().unwrap();
    assert_eq!(endpoints().as_array().unwrap().len(), 1);
    let receiver = Receiver::start(|_| (200, Duration::ZERO));
    let (test, answer) = tried(&bank, &receiver, &[]);
    assert_eq!(test.code, 0, "{answer:#}");
}

#[test]
fn why_a_receiver_could_not_be_tried_is_said() {
    let bank = Bank::with("receiver-untried", LOOPBACK);
    let issue = [
        "keys",
        "issue",
        "--data",
        bank.data.to_str().unwrap(),
        "--name",
        "Bank",
    ];
    let key = run(&issue).data.trim().to_owned();
    let (_, answer) = answered_as(&bank, &key, &[]);
    let wanted = "only an administrator's key sets up webhooks";
    assert!(answer["answer"].to_string().contains(wanted), "{answer:#}");
    // The server sends to where nobody listens: the tool hears nothing, and says what the server says.
    let bank = Bank::with("receiver-unheard", LOOPBACK);
    let nowhere = [
        "--listen",
        "127.0.0.1:0",
        "--listen-url",
        "http://127.0.0.1:9/",
    ];
    let (_, answer) = answered(&bank, &[&nowhere[..], &["--receiver-wait", "2"]].concat());
    let wanted = "no message of the server came here: the server says: ";
    assert!(answer["answer"].to_string().contains(wanted), "{answer:#}");
    let wrong = bank.migrate(&["test", "demo", "--receiver", "hooks"], "demo", "wrong");
    let wanted = "hooks is no address of a receiver";
    assert!(wrong.code == 2 && wrong.talk.contains(wanted), "{wrong:?}");
}

/// An API of the tool's, for what a killed start would have sent.
fn asked_for(bank: &Bank, key: uuid::Uuid, wanted: &Value) -> String {
    let master = master_key(&bank.data, "demo");
    let url = format!("http://{}", bank.server.address);
    let api = migrate::api::Api::new(&[url], &master, migrate::api::Patience::default()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let call = migrate::api::Call::post_admin_once("/admin/webhooks", wanted, key);
    let answer = runtime.block_on(api.call(call)).unwrap();
    answer.body["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_endpoint_whose_answer_a_killed_test_did_not_hear_is_taken_back() {
    let wanted = serde_json::json!({"url": "http://127.0.0.1:9/", "batching": false});
    for (name, is_registered) in [("receiver-unanswered", true), ("receiver-unsent", false)] {
        let bank = Bank::with(name, LOOPBACK);
        let key = uuid::Uuid::now_v7();
        if is_registered {
            let mut body = wanted.clone();
            body["secret"] = SECRET.into();
            asked_for(&bank, key, &body);
        }
        let ledger = migrate::ledger::Ledger::open(&bank.data.join("test")).unwrap();
        let asked = serde_json::json!({"key": key, "wanted": wanted}).to_string();
        ledger
            .set_fact("webhook_of_test asked for", &asked)
            .unwrap();
        drop(ledger);
        let receiver = Receiver::start(|_| (200, Duration::ZERO));
        // Nothing is left on the server afterwards.
        let (test, answer) = tried(&bank, &receiver, &[]);
        assert_eq!(test.code, 0, "{test:?}{answer:#}");
    }
}

#[test]
fn an_endpoint_that_could_not_be_taken_back_is_not_forgotten() {
    let bank = Bank::with("receiver-kept", LOOPBACK);
    let body = serde_json::json!({"url": "http://127.0.0.1:9/", "secret": SECRET});
    let endpoint = asked_for(&bank, uuid::Uuid::now_v7(), &body);
    let state = bank.data.join("run");
    let fact = || {
        let ledger = migrate::ledger::Ledger::open(&state).unwrap();
        ledger.fact("webhook").unwrap().unwrap()
    };
    let ledger = migrate::ledger::Ledger::open(&state).unwrap();
    ledger.set_fact("webhook", &endpoint).unwrap();
    drop(ledger);
    let data = bank.data.to_str().unwrap();
    let issue = ["keys", "issue", "--data", data, "--name", "Bank"];
    let key = run(&issue).data.trim().to_owned();
    let limited = bank.migrate_as(&key, &["run"], "run");
    assert_eq!(limited.code, 0, "{limited:?}");
    assert!(limited.talk.contains("is still there"), "{limited:?}");
    assert_eq!(fact(), endpoint);
    assert_eq!(bank.migrate(&["run"], "demo", "run").code, 0);
    assert_eq!(fact(), "");
    let master = master_key(&bank.data, "demo");
    let left = bank.server.ask("GET", "/admin/webhooks", &master, "").body;
    assert_eq!(left, serde_json::json!([]));
}
