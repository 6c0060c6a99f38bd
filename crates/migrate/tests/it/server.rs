//! A server of the few routes a migration needs, in memory, that can be told to make trouble.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

/// What a server may be told to do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trouble {
    /// Break off, answer 429, 500 or 503 now and then, before or after doing the work.
    pub(crate) is_unreliable: bool,
    /// Refuse the client with this reference, with an error inside a 200.
    pub(crate) refuses: Option<String>,
    /// Let automation add a link to every company between its first read and its first write.
    pub(crate) automation_links: bool,
    /// Break off after creating the client with this reference, whatever is tried.
    pub(crate) loses_answer_of: Option<String>,
    /// Break off after the work of a POST to a path that ends so, whatever is tried.
    pub(crate) loses_answers_to: Option<&'static str>,
    /// Break off before the work of a POST to a path that ends so, whatever is tried.
    pub(crate) breaks_off: Option<&'static str>,
    /// Refuse a key that was used for another body, instead of taking the test for failed.
    pub(crate) refuses_reused_keys: bool,
    /// Answer 503 to everything once so many requests were answered.
    pub(crate) dies_after: Option<u64>,
    /// Say of the client with this reference that automation is at work on it, so often.
    pub(crate) automates: Option<(String, u32)>,
    /// The policy document that administrators read; empty: none is published.
    pub(crate) policy: Option<String>,
    /// Refuse to make any profile with this message, after its reference.
    pub(crate) refuses_all: Option<&'static str>,
    /// Answer requests with these numbers only after so many milliseconds.
    pub(crate) lags: Option<(std::ops::Range<u64>, u64)>,
    /// Answer 503 to two of three requests with these numbers.
    pub(crate) fails: Option<std::ops::Range<u64>>,
    /// Refuse every body that links the client with this reference.
    pub(crate) refuses_links_to: Option<String>,
    /// Answer the first requests 409, each with `Retry-After` (still at work) or without (refused).
    pub(crate) conflicts: Vec<bool>,
    /// What becomes of notes.
    pub(crate) notes: Notes,
    /// Whether profiles can be searched for.
    pub(crate) search: Search,
    /// What becomes of the idempotency key of a request that is refused.
    pub(crate) refusals: Refusals,
    /// What is answered to the client in `loses_answer_of` once it is made, with words or without.
    pub(crate) never: Option<(u16, bool)>,
    /// How often it is answered so; always unless said.
    pub(crate) never_count: Option<u32>,
    /// What the first live task of each profile is called.
    pub(crate) task: Option<&'static str>,
    /// Answer 403 to requests with this method, a path that ends so, and a body that has this text.
    pub(crate) forbids: Option<(&'static str, &'static str, &'static str)>,
    /// What every answer says that the time is.
    pub(crate) date: Option<&'static str>,
    /// What stands before the server refuses every body that has this text, with 413 and without words.
    pub(crate) bars: Option<&'static str>,
    /// Say that the key opens this account, instead of the demo account.
    pub(crate) environment: Option<&'static str>,
}

/// What a server keeps of a request that it refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Refusals {
    /// The answer, under the idempotency key.
    #[default]
    Kept,
    /// Nothing.
    Forgotten,
    /// Nothing, and it says with each answer that it is an Usher, and whether the answer is one of before.
    Told,
}

/// Whether a server knows the search for profiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Search {
    #[default]
    Answered,
    Unknown,
    /// Refuses to look for this reference.
    Refused(&'static str),
    /// Gives one profile at a time, and says how many there are.
    OneByOne,
    /// Gives one profile, says how many there are, and gives no more.
    CutOff,
    /// Answers without a list.
    Empty,
}

/// What becomes of notes and of the tasks they go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Notes {
    #[default]
    Answered,
    /// They are added, and the connection breaks off, whatever is tried.
    AnswerLost,
    /// The task that is live is another by now.
    ToOtherTask,
}

/// Everything the server holds.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) trouble: Trouble,
    /// By id.
    pub(crate) profiles: BTreeMap<String, Profile>,
    /// Requests that had an effect.
    pub(crate) effects_count: u64,
    /// What was done to profiles, in order.
    pub(crate) deeds: Vec<Deed>,
    /// POSTs to profiles whose idempotency keys are the account's, and the API key's own.
    pub(crate) keys_counts: (u64, u64),
    /// By idempotency key: the request, and its answer.
    answers: HashMap<String, (String, Answer)>,
    pub(crate) requests_count: u64,
    /// Requests by method and path, without ids.
    pub(crate) routes: BTreeMap<String, u64>,
}

/// Something that was done to a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deed {
    /// `create`, `replace`, `apply` or `rest` (automation was first said to be done with it).
    pub(crate) what: &'static str,
    /// The client's reference; empty when it has none.
    pub(crate) reference: String,
    /// Links in its data afterwards.
    pub(crate) links: usize,
    /// Applications it has afterwards.
    pub(crate) applications: usize,
}

/// One profile.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) role: String,
    pub(crate) data: Value,
    pub(crate) applications: Vec<Value>,
    pub(crate) tags: Vec<String>,
    pub(crate) images: Vec<Value>,
    pub(crate) notes: Vec<Value>,
    version: u64,
    has_automation_link: bool,
}

/// One request.
struct Asked {
    method: String,
    path: String,
    query: String,
    body: Value,
    key: Option<String>,
    /// The key is one for the whole account.
    is_shared: bool,
    if_match: Option<String>,
}

#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    etag: Option<String>,
    wait: bool,
    is_at_work: bool,
    is_replayed: bool,
    body: Value,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(trouble: Trouble) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let url = format!(
            "http://{}",
            listener.local_addr().expect("it has an address")
        );
        let state = Arc::new(Mutex::new(State {
            trouble,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    let service = service_fn(|request| serve(Arc::clone(&shared), request));
                    let connection = hyper::server::conn::http1::Builder::new();
                    let _ = connection
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Server { url, state, task }
    }

    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test failed inside")
    }

    /// Forgets the idempotency keys, as after their time, or for another API key.
    pub(crate) fn forget_keys(&self) {
        self.state().answers.clear();
    }

    /// Everything there is, without ids: what two runs must have in common.
    pub(crate) fn content(&self) -> Vec<String> {
        let state = self.state();
        let name = |id: &Value| -> String {
            let profile = id.as_str().and_then(|id| state.profiles.get(id));
            profile.map_or_else(|| "nobody".to_owned(), |profile| called(&profile.data))
        };
        let mut content: Vec<String> = state
            .profiles
            .values()
            .map(|profile| {
                let mut data = profile.data.clone();
                each_link(&mut data, &mut |link| *link = json!(name(&link["id"])));
                each_list(&mut data, &mut |list| list.sort_by_key(ToString::to_string));
                if let Some(Value::Array(documents)) = data.get_mut("documents") {
                    for document in documents {
                        document["id"] = Value::Null;
                        document["images"] = Value::Null;
                    }
                }
                let mut notes: Vec<&str> = profile
                    .notes
                    .iter()
                    .filter_map(|note| note["text"].as_str())
                    .collect();
                notes.sort_unstable();
                let images: Vec<usize> = profile
                    .images
                    .iter()
                    .map(|i| i["data"].to_string().len())
                    .collect();
                let (role, tags) = (&profile.role, &profile.tags);
                let products: Vec<String> = profile
                    .applications
                    .iter()
                    .map(|a| a["product"]["alias"].to_string())
                    .collect();
                format!("{role} {data} {products:?} {tags:?} {images:?} {notes:?}")
            })
            .collect();
        content.sort();
        content
    }
}

fn called(data: &Value) -> String {
    let text = |value: &Value| value.to_string();
    text(&data["customer_ref"])
        + &text(&data["personal_details"])
        + &text(&data["metadata"]["name"])
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm for each way a server may go wrong"
)]
async fn serve(
    state: Arc<Mutex<State>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned)
    };
    let is_shared = header("usher-idempotency-scope").as_deref() == Some("account");
    let (key, if_match, apikey) = (
        header("idempotency-key"),
        header("if-match"),
        header("apikey"),
    );
    let body = request
        .into_body()
        .collect()
        .await
        .map_err(io::Error::other)?
        .to_bytes();
    let body: Value = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&body)?
    };
    let asked = Asked {
        method,
        path,
        query,
        body,
        key,
        is_shared,
        if_match,
    };
    let is_shared = asked.is_shared;
    let (answer, lag, is_told, date) = {
        let mut state = state.lock().expect("no test failed inside");
        let answer = if apikey.as_deref() == Some("test-key") {
            state.answer(&asked)?
        } else {
            error(200, 204, "no such key")
        };
        let is_told = state.trouble.refusals == Refusals::Told;
        (answer, state.lag(), is_told, state.trouble.date)
    };
    tokio::time::sleep(lag).await;
    let mut response = Response::builder().status(answer.status);
    if let Some(etag) = answer.etag {
        response = response.header("etag", etag);
    }
    if answer.wait {
        response = response.header("x-ratelimit-retry-secs", "0.01");
    }
    if answer.is_at_work {
        response = response.header("retry-after", "0");
    }
    if let Some(date) = date {
        response = response.header("date", date);
    }
    if is_told && is_shared {
        response = response.header("usher-idempotency-scope", "account");
    }
    if is_told && answer.is_replayed {
        response = response.header("idempotent-replayed", "true");
    }
    let body = Full::new(Bytes::from(answer.body.to_string()));
    response.body(body).map_err(io::Error::other)
}

impl State {
    /// One request, with trouble before and after.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each way a server may go wrong"
    )]
    fn answer(&mut self, asked: &Asked) -> Result<Answer, io::Error> {
        self.requests_count += 1;
        let parts = asked.path.split('/').map(|part| match part.len() {
            36 => "{id}",
            _ => part,
        });
        let route = format!("{} {}", asked.method, parts.collect::<Vec<_>>().join("/"));
        *self.routes.entry(route).or_default() += 1;
        if self
            .trouble
            .dies_after
            .is_some_and(|count| self.requests_count > count)
        {
            return Ok(error(503, 401, "gone"));
        }
        if let Some((method, end, text)) = self.trouble.forbids {
            let is_it = asked.method == method && asked.path.ends_with(end);
            if is_it && asked.body.to_string().contains(text) {
                return Ok(error(403, 204, "not with this key"));
            }
        }
        let breaks_off = self.trouble.breaks_off;
        if asked.method == "POST" && breaks_off.is_some_and(|end| asked.path.ends_with(end)) {
            return Err(io::Error::other("breaking off before the work, always"));
        }
        let bars = self.trouble.bars;
        if bars.is_some_and(|text| asked.body.to_string().contains(text)) {
            let body = Value::Null;
            return Ok(Answer {
                body,
                ..error(413, 0, "")
            });
        }
        let fails = self.trouble.fails.clone().unwrap_or_default();
        if fails.contains(&self.requests_count) && !self.requests_count.is_multiple_of(3) {
            return Ok(error(503, 401, "later"));
        }
        let trouble = if self.trouble.is_unreliable {
            self.requests_count
        } else {
            1
        };
        match trouble % 40 {
            3 => return Err(io::Error::other("breaking off before the work")),
            9 => {
                return Ok(Answer {
                    wait: true,
                    ..error(429, 107, "too fast")
                });
            }
            14 => return Ok(error(503, 401, "later")),
            20 => return Ok(at_work()),
            _ => {}
        }
        if !self.trouble.conflicts.is_empty() {
            let is_at_work = self.trouble.conflicts.remove(0);
            let refused = || error(409, 201, "a task is open");
            return Ok(if is_at_work { at_work() } else { refused() });
        }
        let request = format!("{} {} {}", asked.method, asked.path, asked.body);
        let known = asked.key.as_ref().and_then(|key| self.answers.get(key));
        let answer = match known {
            Some((known, _)) if *known != request => error(422, 201, "the key was used before"),
            Some(_) if self.loses_answer(asked) && self.trouble.never.is_some() => {
                let (status, has_words) = self.trouble.never.unwrap_or_default();
                if let Some(left) = &mut self.trouble.never_count {
                    *left -= 1;
                    if *left == 0 {
                        self.trouble.loses_answer_of = None;
                    }
                }
                let answer = error(status, 401, "never");
                let body = if has_words { answer.body } else { Value::Null };
                return Ok(Answer { body, ..answer });
            }
            Some((_, answer)) => Answer {
                is_replayed: true,
                ..answer.clone()
            },
            None => self.work(asked),
        };
        let is_reused = answer.status == 422;
        assert!(
            !is_reused || self.trouble.refuses_reused_keys,
            "a key is used for one body: {request}"
        );
        let is_refused = answer.status >= 400 || answer.body["errors"].is_array();
        let is_forgotten = is_refused && self.trouble.refusals != Refusals::Kept;
        if let (Some(key), false) = (&asked.key, is_reused || is_forgotten) {
            self.answers.insert(key.clone(), (request, answer.clone()));
        }
        if self.loses_answer(asked) {
            return Err(io::Error::other("breaking off after the work, always"));
        }
        match trouble % 40 {
            6 | 27 => Err(io::Error::other("breaking off after the work")),
            33 => Ok(error(502, 401, "the gateway lost the answer")),
            _ => Ok(answer),
        }
    }

    fn loses_answer(&self, asked: &Asked) -> bool {
        let reference = asked.body["collected_data"]["customer_ref"].as_str();
        let is_note = asked.method == "POST" && asked.path.ends_with("/notes");
        let lost = self.trouble.loses_answers_to;
        (asked.method == "POST" && lost.is_some_and(|end| asked.path.ends_with(end)))
            || (is_note && self.trouble.notes == Notes::AnswerLost)
            || (reference.is_some() && reference == self.trouble.loses_answer_of.as_deref())
    }

    fn work(&mut self, asked: &Asked) -> Answer {
        let parts: Vec<&str> = asked.path.trim_start_matches("/4.0/").split('/').collect();
        if asked.method == "POST" {
            self.effects_count += 1;
            let (shared, own) = &mut self.keys_counts;
            *if asked.is_shared { shared } else { own } += 1;
        }
        match (asked.method.as_str(), parts.as_slice()) {
            ("GET", ["whoami"]) => fine(json!({
                "institution": {"id": "i", "name": "Test"},
                "environment": self.trouble.environment.unwrap_or("demo"),
            })),
            ("GET", ["", "admin", "config"]) => match &self.trouble.policy {
                Some(none) if none.is_empty() => {
                    error(404, 201, "there is no such published policy")
                }
                Some(policy) => fine(json!({"number": 7, "document": policy})),
                None => error(403, 201, "only for administrators"),
            },
            ("GET", ["profiles"]) if self.trouble.search == Search::Unknown => {
                error(404, 201, "no such route")
            }
            ("GET", ["profiles"]) => self.search(&asked.query),
            ("POST", ["profiles"]) => self.create(&asked.body),
            (_, ["profiles", id, rest @ ..]) if self.profiles.contains_key(*id) => {
                self.profile(id, rest, asked)
            }
            _ => error(404, 201, "nothing there"),
        }
    }

    /// Profiles whose reference begins with what `q` asks for, as the real server finds them.
    fn search(&self, query: &str) -> Answer {
        let parts: HashMap<&str, &str> = query
            .split('&')
            .filter_map(|part| part.split_once('='))
            .collect();
        let question = parts.get("q").copied().unwrap_or_default();
        let question = percent_encoding::percent_decode_str(question).decode_utf8_lossy();
        let number = |name: &str, standard: usize| {
            let text = parts.get(name);
            text.map_or(standard, |text| text.parse().expect("it is a number"))
        };
        let found = self.profiles.iter().filter(|(_, profile)| {
            let reference = profile.data["customer_ref"].as_str().unwrap_or_default();
            reference.starts_with(&*question)
        });
        let (offset, limit) = (number("offset", 0), number("limit", 50));
        let is_short = matches!(self.trouble.search, Search::OneByOne | Search::CutOff);
        let is_cut = self.trouble.search == Search::CutOff && offset > 0;
        match self.trouble.search {
            Search::Refused(refused) if !question.is_empty() && question == refused => {
                return error(400, 201, "this cannot be looked for");
            }
            Search::Empty if !question.is_empty() => return fine(json!({})),
            _ => {}
        }
        let mut found: Vec<Value> = found
            .map(|(id, profile)| json!({"id": id, "collected_data": profile.data}))
            .collect();
        if self.trouble.refusals == Refusals::Told {
            found.sort_by_key(|profile| profile["collected_data"]["customer_ref"] != *question);
        }
        let count = found.len();
        let limit = if is_cut {
            0
        } else if is_short {
            1
        } else {
            limit
        };
        let results: Vec<Value> = found.into_iter().skip(offset).take(limit).collect();
        fine(json!({"count": count, "results": results}))
    }

    fn create(&mut self, body: &Value) -> Answer {
        let data = body["collected_data"].clone();
        let reference = data["customer_ref"].as_str();
        if let Some(why) = self.trouble.refuses_all {
            let message = format!("{} {why}", data["customer_ref"]);
            return error(400, 201, &message);
        }
        if reference.is_some() && reference == self.trouble.refuses.as_deref() {
            return error(200, 201, "this client cannot be");
        }
        if let Some(message) = self.wrong_links(&data) {
            return error(400, 201, &message);
        }
        let applications = body["applications"].as_array().cloned().unwrap_or_default();
        let profile = Profile {
            role: body["role"].as_str().unwrap_or_default().to_owned(),
            data,
            applications: applications.iter().map(applied).collect(),
            version: 1,
            ..Profile::default()
        };
        let id = Uuid::now_v7().to_string();
        self.profiles.insert(id.clone(), profile);
        self.did("create", &id);
        fine(json!({"id": id}))
    }

    /// A link that leads nowhere or is not wanted.
    fn wrong_links(&self, data: &Value) -> Option<String> {
        let refused = self.trouble.refuses_links_to.as_deref();
        let called = |reference: &str| {
            let mut profiles = self.profiles.iter();
            profiles.find(|(_, profile)| profile.data["customer_ref"] == reference)
        };
        let refused = refused.and_then(called).map(|(id, _)| id.clone());
        links(data).into_iter().find_map(|id| {
            if Some(&id) == refused.as_ref() {
                return Some("this link cannot be".to_owned());
            }
            (!self.profiles.contains_key(&id)).then(|| format!("there is no profile {id}"))
        })
    }

    fn did(&mut self, what: &'static str, id: &str) {
        let Some(profile) = self.profiles.get(id) else {
            return;
        };
        let reference = profile.data["customer_ref"].as_str().unwrap_or_default();
        self.deeds.push(Deed {
            what,
            reference: reference.to_owned(),
            links: links(&profile.data).len(),
            applications: profile.applications.len(),
        });
    }

    fn profile(&mut self, id: &str, rest: &[&str], asked: &Asked) -> Answer {
        let adds_links = self.trouble.automation_links;
        let Some(profile) = self.profiles.get_mut(id) else {
            return error(404, 201, "no profile");
        };
        match (asked.method.as_str(), rest) {
            ("POST", ["collected_data"]) => {
                let answer = profile.replace(asked, adds_links);
                self.did("replace", id);
                return answer;
            }
            ("GET", []) => {
                let flag = self.flag(id);
                return self.read(id, flag);
            }
            ("GET", ["applications"]) => {
                let flag = self.flag(id);
                let mut profile = self.read(id, flag);
                profile.body = profile.body["applications"].take();
                return profile;
            }
            ("POST", ["applications"]) => {
                profile.applications.push(applied(&asked.body));
                self.did("apply", id);
                return fine(json!({"id": Uuid::now_v7().to_string()}));
            }
            ("GET", ["tasks"]) => {
                let flag = self.flag(id);
                let mut profile = self.read(id, flag);
                profile.body = profile.body["tasks"].take();
                return profile;
            }
            _ => {}
        }
        profile.part(rest, asked)
    }
}

impl State {
    fn lag(&self) -> Duration {
        let lags = self.trouble.lags.as_ref();
        let lags = lags.filter(|(which, _)| which.contains(&self.requests_count));
        Duration::from_millis(lags.map_or(0, |(_, milliseconds)| *milliseconds))
    }

    fn flag(&mut self, id: &str) -> &'static str {
        let reference = self.profiles[id].data["customer_ref"].as_str();
        match &mut self.trouble.automates {
            Some((slow, looks)) if Some(slow.as_str()) == reference => {
                if *looks > 0 {
                    *looks -= 1;
                    return "AUTOMATING";
                }
                self.trouble.automates = None;
                self.did("rest", id);
            }
            _ => {}
        }
        "REQUIRES_MANUAL_TASK_COMPLETION"
    }

    fn read(&self, id: &str, flag: &str) -> Answer {
        let profile = &self.profiles[id];
        let applications = profile.applications.iter().map(|application| {
            let mut application = application.clone();
            application["flag"] = json!(flag);
            application
        });
        let is_other = self.trouble.notes == Notes::ToOtherTask;
        fine(json!({
            "id": id,
            "role": profile.role,
            "collected_data": expanded(&profile.data),
            "applications": applications.collect::<Vec<_>>(),
            "tasks": [
                {"id": "00000000-0000-0000-0000-000000000000", "is_expired": true},
                {"id": "00000000-0000-0000-0000-000000000001", "is_expired": is_other,
                 "variant": {"alias": self.trouble.task}},
                {"id": "00000000-0000-0000-0000-000000000002", "is_expired": !is_other},
            ],
            "tags": profile.tags.iter().map(|tag| json!({"name": tag})).collect::<Vec<_>>(),
        }))
    }
}

impl Profile {
    /// What hangs on a profile.
    fn part(&mut self, rest: &[&str], asked: &Asked) -> Answer {
        let (new, body) = (Uuid::now_v7().to_string(), &asked.body);
        match (asked.method.as_str(), rest) {
            ("GET", ["collected_data"]) => self.current(200),
            ("POST", ["collected_data", "documents"]) => {
                let mut document = body.clone();
                document["id"] = json!(new);
                list(&mut self.data, "documents").push(document.clone());
                self.version += 1;
                fine(document)
            }
            ("POST", ["document_images"]) => {
                let mut image = body.clone();
                image["id"] = json!(new);
                self.images.push(image);
                fine(json!({"id": new}))
            }
            ("GET", ["document_images"]) => {
                let images = self.images.iter().map(|image| json!({"id": image["id"]}));
                fine(images.collect())
            }
            ("GET", ["document_images", image]) => self.image(image),
            ("POST", ["tags"]) => {
                self.tags
                    .push(body["name"].as_str().unwrap_or_default().to_owned());
                fine(json!({"id": new, "name": body["name"]}))
            }
            ("GET", ["tasks", "00000000-0000-0000-0000-000000000001", "notes"]) => {
                fine(json!(self.notes))
            }
            ("GET", ["tasks", _, "notes"]) => fine(json!([])),
            ("POST", ["tasks", _, "notes"]) => {
                let mut note = body.clone();
                note["id"] = json!(new);
                self.notes.push(note);
                fine(json!({"id": new}))
            }
            _ => error(404, 201, "no such route"),
        }
    }

    /// The whole data is replaced, unless it changed since it was read.
    fn replace(&mut self, asked: &Asked, adds_links: bool) -> Answer {
        if adds_links && !self.has_automation_link {
            self.has_automation_link = true;
            self.data["unauthorized_persons"] = json!([{"entity_type": "INDIVIDUAL",
                "resolver_id": "auto", "linked_profile": {"id": "somebody"}}]);
            self.version += 1;
        }
        if asked.if_match.as_ref() != Some(&self.etag()) {
            return self.current(412);
        }
        self.data = asked.body.clone();
        self.version += 1;
        self.current(200)
    }

    fn image(&self, id: &str) -> Answer {
        let found = self.images.iter().find(|image| image["id"] == id);
        found.map_or_else(|| error(404, 201, "no such image"), |one| fine(one.clone()))
    }

    fn etag(&self) -> String {
        format!("W/\"{}.000\"", self.version)
    }

    fn current(&self, status: u16) -> Answer {
        Answer {
            status,
            etag: Some(self.etag()),
            wait: false,
            is_at_work: false,
            is_replayed: false,
            body: expanded(&self.data),
        }
    }
}

/// The data as it is read: linked profiles are small profiles.
fn expanded(data: &Value) -> Value {
    let mut data = data.clone();
    each_link(&mut data, &mut |link| {
        link["display_name"] = json!("Somebody");
    });
    data
}

const LISTS: [&str; 8] = [
    "/officers/directors",
    "/officers/secretaries",
    "/officers/partners",
    "/officers/trustees",
    "/officers/resigned",
    "/ownership_structure/shareholders",
    "/ownership_structure/beneficial_owners",
    "/authorized_persons",
];

fn each_list(data: &mut Value, act: &mut dyn FnMut(&mut Vec<Value>)) {
    for pointer in LISTS.iter().chain(&["/unauthorized_persons"]) {
        if let Some(Value::Array(entries)) = data.pointer_mut(pointer) {
            act(entries);
        }
    }
}

fn each_link(data: &mut Value, act: &mut dyn FnMut(&mut Value)) {
    each_list(data, &mut |entries| {
        for entry in entries {
            act(&mut entry["linked_profile"]);
        }
    });
}

/// The ids of linked profiles, but for those automation made up.
fn links(data: &Value) -> Vec<String> {
    let mut ids = Vec::new();
    each_link(&mut data.clone(), &mut |link| {
        ids.extend(link["id"].as_str().map(str::to_owned));
    });
    ids.retain(|id| id != "somebody");
    ids
}

fn applied(application: &Value) -> Value {
    let mut application = application.clone();
    application["id"] = json!(Uuid::now_v7());
    application["status"] = json!("APPLIED");
    application
}

fn list<'d>(data: &'d mut Value, name: &str) -> &'d mut Vec<Value> {
    if !data[name].is_array() {
        data[name] = json!([]);
    }
    data[name].as_array_mut().expect("it was made a list")
}

fn fine(body: Value) -> Answer {
    Answer {
        status: 200,
        etag: None,
        wait: false,
        is_at_work: false,
        is_replayed: false,
        body,
    }
}

fn error(status: u16, code: i64, message: &str) -> Answer {
    let body = json!({"errors": [{"code": code, "message": message, "source": "API"}]});
    Answer {
        status,
        etag: None,
        wait: false,
        is_at_work: false,
        is_replayed: false,
        body,
    }
}

fn at_work() -> Answer {
    Answer {
        is_at_work: true,
        ..error(409, 202, "still at work")
    }
}
