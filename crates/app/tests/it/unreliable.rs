//! A whole book through a server that cannot be trusted.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use migrate::api::Patience;
use migrate::progress::Silent;
use migrate::{Options, Scope, Stages, Summary};
use serde_json::{Value, json};

use crate::binary::{Server, folder, master_key};
use crate::proxy::Proxy;

/// The trouble is the same in every run of the test.
const SEED: u64 = 20_240_630;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_breaks_off_limits_lags_and_lies_loses_and_doubles_nothing() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = option_env!("USHER_SHARED_DATA")
        .map_or_else(|| workspace.join("../shared/data"), PathBuf::from);
    let book = data.join("books/northgate-small");
    if !book.is_dir() {
        println!(
            "skipped: there is no {}; set USHER_SHARED_DATA",
            book.display()
        );
        return;
    }
    let calm = account("unreliable-calm");
    let clean = ran(&calm, &book, &format!("http://{}", calm.server.address)).await;
    assert!(clean.is_clean() && clean.repairs == 0, "{clean}");
    let wild = account("unreliable-wild");
    let proxy = Proxy::start(&wild.server.address, SEED).await;
    let summary = ran(&wild, &book, &proxy.url).await;
    println!("{}\n{summary}", proxy.made);
    for count in [
        &proxy.made.limited,
        &proxy.made.refused,
        &proxy.made.reset,
        &proxy.made.cut,
        &proxy.made.slow,
    ] {
        assert!(count.load(Ordering::Relaxed) > 10, "{}", proxy.made);
    }
    assert!(
        proxy.made.lies.load(Ordering::Relaxed) > 0,
        "{}",
        proxy.made
    );
    assert!(summary.repairs > 0, "{summary}");
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(clean.files, summary.files);
    let (expected, found) = (content(&calm), content(&wild));
    let count = |content: &BTreeMap<String, u64>| content.values().sum::<u64>();
    assert_eq!(count(&expected), count(&found));
    for (profile, count) in &expected {
        assert_eq!(found.get(profile), Some(count), "{profile}");
    }
    println!("{} profiles are as in the clean run", count(&found));
}

struct Account {
    server: Server,
    key: String,
    data: PathBuf,
}

fn account(name: &str) -> Account {
    let data = folder(name);
    let server = Server::start(&data);
    let key = master_key(&data, "demo");
    let published = server.ask("POST", "/admin/config", &key, config::DEMO);
    assert_eq!(published.status, 200, "{published:?}");
    Account { server, key, data }
}

async fn ran(account: &Account, book: &Path, url: &str) -> Summary {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let options = Options {
        mapping: workspace.join("examples/northgate/mapping.yaml"),
        source: book.to_owned(),
        state: account.data.join("state"),
        base_urls: vec![url.to_owned()],
        api_key: account.key.clone(),
        scope: Scope::Active,
        stages: Stages::parse("2:50,5:rest").unwrap(),
        patience: Patience {
            wait_min: Duration::from_millis(5),
            wait_max: Duration::from_millis(50),
            ..Patience::default()
        },
        may_repeat: false,
        only: None,
        mended: Vec::new(),
        consent: migrate::run::Consent::default(),
        stop: Arc::default(),
        window: None,
        listen: None,
    };
    let _ = fs::remove_dir_all(&options.state);
    migrate::run(options, Arc::new(Silent)).await.unwrap()
}

/// Every profile of an account without its ids, and how many are alike.
fn content(account: &Account) -> BTreeMap<String, u64> {
    let ask = |path: &str| account.server.ask("GET", path, &account.key, "").body;
    let mut profiles = Vec::new();
    loop {
        let path = format!("/4.0/profiles?limit=200&offset={}", profiles.len());
        let page = ask(&path)["results"].as_array().unwrap().clone();
        if page.is_empty() {
            break;
        }
        profiles.extend(page);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names: BTreeMap<String, String> = profiles
        .iter()
        .map(|profile| {
            let data = &profile["collected_data"];
            let details = &data["personal_details"];
            let name = format!("{} {}", text(&data["customer_ref"]), details);
            (text(&profile["id"]), name)
        })
        .collect();
    let mut content = BTreeMap::new();
    for id in names.keys() {
        let profile = ask(&format!("/4.0/profiles/{id}"));
        let mut notes: Vec<String> = Vec::new();
        for task in profile["tasks"].as_array().into_iter().flatten() {
            let task = text(&task["id"]);
            let noted = ask(&format!("/4.0/profiles/{id}/tasks/{task}/notes"));
            let noted = noted.as_array().into_iter().flatten();
            notes.extend(noted.map(|note| text(&note["text"])));
        }
        notes.sort();
        let images = ask(&format!("/4.0/profiles/{id}/document_images"));
        let mut tags: Vec<String> = each(&profile["tags"], |tag| text(&tag["name"]));
        tags.sort();
        let mut applications = each(&profile["applications"], |one| {
            let product = &one["product"]["alias"];
            format!("{product} {} {}", one["status"], one["flag"])
        });
        applications.sort();
        let mut data = profile["collected_data"].clone();
        anonymous(&mut data, &names);
        let known = json!({
            "role": profile["role"],
            "data": data,
            "tags": tags,
            "applications": applications,
            "notes": notes,
            "images": images.as_array().map_or(0, Vec::len),
        });
        *content.entry(known.to_string()).or_default() += 1;
    }
    content
}

fn each(list: &Value, made: impl Fn(&Value) -> String) -> Vec<String> {
    list.as_array().into_iter().flatten().map(made).collect()
}

/// Puts names in the place of ids, leaves out when something came, and puts lists in order.
fn anonymous(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for name in ["upload_date", "resolver_id", "merged_resolver_ids"] {
                fields.remove(name);
            }
            if let Some(id) = fields.get_mut("id") {
                let name = id.as_str().and_then(|id| names.get(id));
                *id = json!(name);
            }
            for field in fields.values_mut() {
                anonymous(field, names);
            }
        }
        Value::Array(entries) => {
            for entry in entries.iter_mut() {
                anonymous(entry, names);
            }
            entries.sort_by_key(ToString::to_string);
        }
        _ => {}
    }
}
