//! What profiles would come to, held to what they come to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

mod book;

use crate::client::Client;
use crate::node::{Node, both};
use crate::samples::{person, text};
use book::{DIRECTORS, SHAREHOLDERS, book, company, listing};

/// What both sides must say the same of a profile.
fn essence(profile: &Value) -> Value {
    let applications = profile["applications"].as_array().unwrap().iter();
    let of_application = |one: &Value| {
        let product = match &one["product"] {
            Value::String(alias) => alias.clone(),
            product => text(&product["alias"]).to_owned(),
        };
        let waiting = one["waiting_for"].as_array().into_iter().flatten();
        let waiting: Vec<&Value> = waiting.map(|one| &one["message"]).collect();
        let components = one["risk"]["components"].as_array().into_iter().flatten();
        let factors: Vec<Value> = components
            .map(|factor| {
                json!([
                    factor["name"],
                    factor["raw_value"],
                    factor["risk_level"]["score"]
                ])
            })
            .collect();
        json!([
            product,
            one["status"],
            one["flag"],
            one["risk"]["overall_risk"],
            factors,
            waiting
        ])
    };
    let checks = profile["checks"].as_array().unwrap().iter();
    let of_check = |check: &Value| {
        let variant = match &check["variant"] {
            Value::String(alias) => alias.clone(),
            variant => text(&variant["alias"]).to_owned(),
        };
        json!([variant, check["result"]]).to_string()
    };
    let mut checks: Vec<String> = checks.map(of_check).collect();
    checks.sort();
    // In which order companies of a circle come to know each other is a matter of timing: which
    // application is older, and whether a check runs once more for the second.
    checks.dedup();
    let mut applications: Vec<Value> = applications.map(of_application).collect();
    applications.sort_by_key(|one| text(&one[0]).to_owned());
    json!([applications, checks])
}

/// The states of the tasks that a profile's applications require, by alias.
fn tasks(profile: &Value) -> BTreeMap<String, Value> {
    let of_applications = profile["applications"].as_array().unwrap().iter();
    let simulated = of_applications.flat_map(|one| one["tasks"].as_array().into_iter().flatten());
    let simulated = simulated.map(|task| (text(&task["alias"]).to_owned(), task["state"].clone()));
    let real = profile["tasks"].as_array().into_iter().flatten();
    let real = real.map(|task| {
        (
            text(&task["variant"]["alias"]).to_owned(),
            task["state"].clone(),
        )
    });
    simulated.chain(real).collect()
}

/// Creates the book over the API, as the migration tool does.
async fn create_all(client: &Client, book: &[(&str, Value)]) -> BTreeMap<String, String> {
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let rings = ["ring_one", "ring_two"];
    let order = |name: &str| match name {
        "top" | "above_ring" => 2,
        _ => u8::from(rings.contains(&name)),
    };
    let mut sorted: Vec<&(&str, Value)> = book.iter().collect();
    sorted.sort_by_key(|(name, _)| order(name));
    for (name, body) in &sorted {
        let mut body = link(body, &ids);
        if rings.contains(name) {
            body["applications"] = json!([]);
        }
        let made = client.post("/4.0/profiles", &body).await.ok();
        ids.insert((*name).to_owned(), text(&made["id"]).to_owned());
        if *name == "ring_two" {
            finish_rings(client, book, &rings, &ids).await;
        }
    }
    ids
}

async fn finish_rings(
    client: &Client,
    book: &[(&str, Value)],
    rings: &[&str],
    ids: &BTreeMap<String, String>,
) {
    let body_of = |name: &str| &book.iter().find(|(one, _)| *one == name).unwrap().1;
    for name in rings {
        let path = format!("/4.0/profiles/{}/collected_data", ids[*name]);
        let data = link(body_of(name), ids)["collected_data"].clone();
        client.post(&path, &data).await.ok();
    }
    for name in rings {
        let path = format!("/4.0/profiles/{}/applications", ids[*name]);
        let application = &body_of(name)["applications"][0];
        client.post(&path, application).await.ok();
    }
}

/// A body with the ids of those who are there; entries of others are left out.
fn link(body: &Value, ids: &BTreeMap<String, String>) -> Value {
    let mut body = body.clone();
    for list in [DIRECTORS, SHAREHOLDERS] {
        let pointer = format!("/collected_data/{}", list.replace('.', "/"));
        let Some(Value::Array(entries)) = body.pointer_mut(&pointer) else {
            continue;
        };
        entries.retain_mut(|entry| {
            let Some(reference) = entry["linked_profile"]["reference"].as_str() else {
                return true;
            };
            let Some(id) = ids.get(reference) else {
                return false;
            };
            entry["linked_profile"] = json!({"id": id});
            true
        });
    }
    body
}

/// The request that simulates a book.
fn request(book: &[(&str, Value)], assume: Value) -> Value {
    let rows = book
        .iter()
        .map(|(name, body)| json!({"reference": name, "profile": body}));
    let mut request = json!({"profiles": rows.collect::<Vec<_>>()});
    request["assume"] = assume;
    request
}

async fn simulate(client: &Client, body: &Value) -> Value {
    client.post("/admin/simulate", body).await.ok()
}

fn one<'a>(answer: &'a Value, reference: &str) -> &'a Value {
    let mut profiles = answer["profiles"].as_array().unwrap().iter();
    profiles.find(|one| one["reference"] == reference).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn profiles_come_to_what_they_were_simulated_to_come_to() {
    for node in both().await {
        let book = book();
        let simulated = simulate(&node.demo, &request(&book, json!("as_demo"))).await;
        assert_eq!(simulated["unfinished_jobs"], 0);
        let ids = create_all(&node.demo, &book).await;
        node.settle().await;
        for (name, _) in &book {
            let path = format!("/4.0/profiles/{}", ids[*name]);
            let real = node.demo.get(&path).await.ok();
            let forecast = one(&simulated, name);
            assert_eq!(forecast["outcome"], "simulated", "{name}: {forecast:#}");
            assert_eq!(essence(forecast), essence(&real), "{name}");
            assert_eq!(tasks(forecast), tasks(&real), "{name}");
        }
        // Those whom checks found, and the director that was listed without a profile.
        let store = &node.platform.store;
        let all = store::profiles::count(store, service::accounts::DEMO, &[]);
        let added = all.await.unwrap() - i64::try_from(book.len()).unwrap();
        assert_eq!(simulated["added_profiles"], added);
        assert!(added > 1, "{added}");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_simulation_says_why_and_what_is_to_do() {
    for node in both().await {
        let simulated = simulate(&node.demo, &request(&book(), json!("as_demo"))).await;
        let application = |name: &str| one(&simulated, name)["applications"][0].clone();
        let waits = application("no_dob");
        assert_eq!(waits["needs_hands"], true);
        let missing = json!([{
            "factor": "Age", "field": "age", "label": "Age", "check": null, "why": "not_supplied",
        }]);
        assert_eq!(waits["missing"], missing);
        assert_eq!(application("rough_dob")["missing"][0]["why"], "too_coarse");
        let rejected = application("prohibited");
        let rejection = json!({
            "level": "medium",
            "rule": "Lives in a prohibited country",
            "answer": true,
            "reason": "We do not serve residents of this country",
        });
        assert_eq!(
            (&rejected["status"], &rejected["rejection"]),
            (&json!("REJECTED"), &rejection)
        );
        let by_level = &application("high_savings")["rejection"];
        assert_eq!(
            (&by_level["level"], &by_level["rule"]),
            (&json!("high"), &Value::Null)
        );
        assert_eq!(application("plain")["status"], "APPROVED");
        assert_eq!(application("plain")["decided_by_policy"], true);
        let because = |name: &str, task: &str| {
            let application = application(name);
            let mut tasks = application["tasks"].as_array().unwrap().iter();
            tasks.find(|one| one["alias"] == task).unwrap()["because"].clone()
        };
        assert_eq!(
            because("fails", "verify_identity"),
            json!(["identity_check: FAIL"])
        );
        let matches = json!(["peps_and_sanctions: WARN", "matches to resolve: 1"]);
        assert_eq!(because("pep", "screening"), matches);
        let approved = json!(["associates approved: 1 of 2"]);
        assert_eq!(because("two_directors", "identify_officers"), approved);
        assert_eq!(
            because("nobody", "identify_officers"),
            json!(["nobody is on its list"])
        );
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_circle_that_lists_another_keeps_its_link() {
    for node in both().await {
        let company = |number: &str, others: &[&'static str]| {
            let alone = company("Ring Ltd", number, &["savings_account"]);
            let lists =
                |body, other: &&'static str| listing(body, SHAREHOLDERS, ("COMPANY", *other));
            others.iter().fold(alone, lists)
        };
        let book = [
            (
                "upper_one",
                company("07000031", &["upper_two", "lower_one"]),
            ),
            ("upper_two", company("07000032", &["upper_one"])),
            ("lower_one", company("07000033", &["lower_two"])),
            ("lower_two", company("07000034", &["lower_one"])),
        ];
        let answer = simulate(&node.demo, &request(&book, json!("pass"))).await;
        for (name, _) in &book {
            let forecast = one(&answer, name);
            assert_eq!(forecast["outcome"], "simulated", "{name}: {forecast:#}");
            assert!(forecast["left_out"].is_null(), "{name}: {forecast:#}");
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_names_the_branch_that_led_to_it_also_by_a_no() {
    for node in both().await {
        let tasks = "      - tasks: [verify_identity, verify_address, screening]\n";
        let home = "      - branch: Lives at home
        when: {property: address.country, which: any, is_one_of: [ISL]}
        yes: {tasks: [screening]}
        no: {immediate_rejection: We serve Iceland only}
";
        let document = config::DEMO.replacen(tasks, home, 1);
        assert_ne!(document, config::DEMO);
        let mut body = request(&[("ada", person("Ada", "Byron"))], json!("pass"));
        body["configuration"] = json!({"document": document});
        let answer = simulate(&node.demo, &body).await;
        let rejection = &one(&answer, "ada")["applications"][0]["rejection"];
        assert_eq!(
            (&rejection["rule"], &rejection["answer"]),
            (&json!("Lives at home"), &json!(false)),
            "{answer:#}"
        );
        node.finish().await;
    }
}

/// Everything that is stored, by list.
async fn stored(node: &Node) -> Vec<Value> {
    let mut all = Vec::new();
    for path in ["/4.0/profiles", "/admin/audit", "/admin/config/versions"] {
        all.push(node.demo.get(path).await.ok());
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_stored_and_nobody_asked() {
    for node in both().await {
        node.settle().await;
        let before = stored(&node).await;
        let rows = node.platform.store.statistics().rows_written;
        // In a live account the demo provider never answers; it is assumed here all the same.
        for client in [&node.demo, &node.live] {
            let answer = simulate(client, &request(&book(), json!("as_demo"))).await;
            assert_eq!(
                one(&answer, "plain")["applications"][0]["status"],
                "APPROVED"
            );
        }
        assert_eq!(stored(&node).await, before);
        assert_eq!(node.platform.store.statistics().rows_written, rows);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answers_of_checks_are_what_is_assumed() {
    for node in both().await {
        let ada = [("ada", person("Ada", "Byron"))];
        let status = async |assume: Value| {
            let answer = simulate(&node.demo, &request(&ada, assume)).await;
            let application = &one(&answer, "ada")["applications"][0];
            let open = application["tasks"].as_array().unwrap().iter();
            let open = open.filter(|task| task["needs_hands"] == true);
            let open: Vec<&str> = open.map(|task| text(&task["alias"])).collect();
            format!("{} {}", text(&application["status"]), open.join(","))
        };
        let all = "verify_identity,verify_address,screening";
        assert_eq!(status(json!("pass")).await, "APPROVED ");
        assert_eq!(status(json!("fail")).await, format!("APPLIED {all}"));
        assert_eq!(status(json!("error")).await, format!("APPLIED {all}"));
        let mixed = json!({"default": "pass", "PEPS_AND_SANCTIONS_SCREEN": "fail"});
        assert_eq!(status(mixed).await, "APPLIED screening");
        let percy = [("percy", person("Percy", "Pep"))];
        let answer = simulate(&node.demo, &request(&percy, json!("pass"))).await;
        assert_eq!(
            one(&answer, "percy")["applications"][0]["status"],
            "APPROVED"
        );
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "every way to be bad, side by side")]
async fn a_bad_profile_spoils_no_other() {
    for node in both().await {
        let mut bad = person("Bad", "Data");
        bad["collected_data"]["personal_details"]["dob"] = json!("31/02/1980");
        bad["applications"] = json!([{"product": {"alias": "no_such"}}]);
        let refused = node.demo.post("/4.0/profiles", &bad).await;
        let lists = |reference: &str| {
            let one = company("Lister Ltd", "07000011", &["savings_account"]);
            listing(one, DIRECTORS, ("INDIVIDUAL", reference))
        };
        let stored = node
            .demo
            .post("/4.0/profiles", &person("Eva", "Stored"))
            .await
            .ok();
        let mut by_id = lists("x");
        by_id["collected_data"]["officers"]["directors"][0]["linked_profile"] =
            json!({"id": stored["id"]});
        let mut body = request(
            &[
                ("bad", bad),
                ("good", person("Ada", "Byron")),
                ("good", person("Ada", "Again")),
                ("lists_bad", lists("bad")),
                ("lists_nobody", lists("nobody")),
                ("lists_stored", by_id),
                (
                    "lists_itself",
                    listing(
                        company("Self Ltd", "07000012", &["savings_account"]),
                        SHAREHOLDERS,
                        ("COMPANY", "lists_itself"),
                    ),
                ),
            ],
            json!("pass"),
        );
        let rows = body["profiles"].as_array_mut().unwrap();
        rows.push(json!("what is this"));
        rows.push(json!({"reference": "odd", "profile": person("Odd", "Row"), "colour": "red"}));
        rows[1]["tags"] = json!(["migrated", " "]);
        let answer = simulate(&node.demo, &body).await;
        assert_eq!(one(&answer, "bad")["errors"], refused.body["errors"]);
        assert_eq!(
            one(&answer, "good")["applications"][0]["status"],
            "APPROVED"
        );
        assert_eq!(
            one(&answer, "good")["left_out"].as_array().unwrap().len(),
            1
        );
        let profiles = answer["profiles"].as_array().unwrap();
        let message = |at: usize| text(&profiles[at]["errors"][0]["message"]);
        assert_eq!(message(2), "reference is given twice; the first counts");
        let left_out = text(&profiles[3]["left_out"][0]["message"]);
        assert!(
            left_out.contains("lists \"bad\", which is refused"),
            "{left_out}"
        );
        assert_eq!(profiles[3]["applications"][0]["status"], "APPLIED");
        assert!(
            message(4).contains("names no profile of this request"),
            "{}",
            message(4)
        );
        assert!(message(5).contains("sees nothing of it"), "{}", message(5));
        let itself = text(&profiles[6]["left_out"][0]["message"]);
        assert!(itself.contains("is the company itself"), "{itself}");
        assert_eq!(profiles[7]["outcome"], "refused");
        assert!(message(8).contains("colour"), "{}", message(8));
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passes_that_were_given_elsewhere_count_where_a_task_is_open() {
    for node in both().await {
        let pass = |task: &str| {
            json!({
                "task": task,
                "update": {"state": "COMPLETED_PASS", "as_of": "2025-01-31", "provenance": "old bank"},
            })
        };
        let simulated = async |passes: Value| {
            let mut body = request(&[("fay", person("Fay", "Fail"))], json!("as_demo"));
            body["profiles"][0]["task_updates"] = passes;
            let answer = simulate(&node.demo, &body).await;
            let fay = one(&answer, "fay").clone();
            assert!(fay["left_out"].is_null(), "{fay:#}");
            text(&fay["applications"][0]["status"]).to_owned()
        };
        let some = json!([pass("verify_identity"), pass("source_of_funds")]);
        assert_eq!(simulated(some).await, "APPLIED");
        let all = json!([pass("verify_identity"), pass("verify_address")]);
        assert_eq!(simulated(all).await, "APPROVED");
        // What cannot be done is said: a task that nobody knows, a pass that is not over yet.
        let left_out = async |given: &str, update: Value| {
            let mut body = request(&[("pat", person(given, "Good"))], json!("as_demo"));
            body["profiles"][0]["task_updates"] = json!([update]);
            let answer = simulate(&node.demo, &body).await;
            one(&answer, "pat")["left_out"].to_string()
        };
        let unknown = left_out("Pat", pass("verify_identiy")).await;
        assert!(unknown.contains("verify_identiy"), "{unknown}");
        let mut early = pass("verify_identity");
        early["update"]["as_of"] = json!("2999-01-01");
        assert_eq!(left_out("Pat", early.clone()).await, "null");
        early["only_open"] = json!(false);
        let refused = left_out("Pat", early).await;
        assert!(refused.contains("as_of"), "{refused}");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_or_a_version_can_be_tried() {
    for node in both().await {
        let ada = [("ada", person("Ada", "Byron"))];
        let mut body = request(&ada, json!("pass"));
        let stricter =
            config::DEMO.replace("      low: automatic_approval", "      low: manual_review");
        assert_ne!(stricter, config::DEMO);
        body["configuration"] = json!({"document": stricter});
        let answer = simulate(&node.demo, &body).await;
        assert_eq!(
            answer["configuration"],
            json!({"version": 2, "is_draft": true})
        );
        assert_eq!(
            one(&answer, "ada")["applications"][0]["flag"],
            "READY_FOR_DECISION"
        );
        body["configuration"] = json!({"version": 1});
        let answer = simulate(&node.demo, &body).await;
        assert_eq!(
            answer["configuration"],
            json!({"version": 1, "is_draft": false})
        );
        assert_eq!(one(&answer, "ada")["applications"][0]["status"], "APPROVED");
        body["configuration"] = json!({"version": 9});
        node.demo.post("/admin/simulate", &body).await.refused(404);
        body["configuration"] = json!({"document": "format: 1\nproducts: 7\n"});
        let mistakes = node.demo.post("/admin/simulate", &body).await.refused(400);
        assert!(mistakes.contains("products"), "{mistakes}");
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_the_request_is_said() {
    for node in both().await {
        let refused =
            async |body: Value| node.demo.post("/admin/simulate", &body).await.refused(400);
        let message = refused(json!({"profiles": []})).await;
        assert_eq!(message, "assume is required");
        let message = refused(json!({"profiles": [], "assume": "perhaps"})).await;
        assert_eq!(message, "assume must be one of pass, fail, error, as_demo");
        let assume = json!({"VISA_CHEK": "pass", "VISA_CHECK": "maybe"});
        let message = refused(json!({"profiles": [], "assume": assume})).await;
        for part in [
            "assume.VISA_CHEK is no type",
            "assume.VISA_CHECK must",
            "assume.default is",
        ] {
            assert!(message.contains(part), "{part}: {message}");
        }
        let many = vec![json!({}); 5_001];
        let message = refused(json!({"profiles": many, "assume": "pass"})).await;
        assert!(message.contains("more than 5000 entries"), "{message}");
        let both = json!({"version": 1, "document": "format: 1"});
        let message =
            refused(json!({"profiles": [], "assume": "pass", "configuration": both})).await;
        assert!(message.contains("give one of them"), "{message}");
        node.finish().await;
    }
}

/// What needs a field of a product, as `kind name`, those that are required with `!`.
fn needed_by(requirements: &Value, (product, entity): (&str, &str), path: &str) -> Vec<String> {
    let mut products = requirements["products"].as_array().unwrap().iter();
    let is_it = |one: &&Value| one["product"] == product && one["entity_type"] == entity;
    let product = products.find(is_it).unwrap();
    let fields = product["fields"].as_array().unwrap().iter();
    let path = json!(format!("collected_data.{path}"));
    let fields = fields.filter(|field| field["any_of"].as_array().unwrap().contains(&path));
    let by = fields.flat_map(|field| field["needed_by"].as_array().unwrap());
    let said = |by: &Value| {
        let mark = if by["is_required"] == true { "!" } else { "" };
        format!("{} {}{mark}", text(&by["kind"]), text(&by["name"]))
    };
    // One check may serve several tasks.
    let by: std::collections::BTreeSet<String> = by.map(said).collect();
    by.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_policy_says_which_data_it_needs_and_waits_for_no_other() {
    for node in both().await {
        let needs = node.demo.get("/admin/requirements").await.ok();
        assert_eq!(needs["configuration"]["version"], 1);
        let person = ("current_account", "INDIVIDUAL");
        let of = |path: &str| needed_by(&needs, person, path);
        assert_eq!(of("personal_details.dob"), ["risk_factor Age!"]);
        assert_eq!(
            of("personal_details.nationality"),
            ["risk_factor Nationality"]
        );
        assert_eq!(
            of("address_history[].address.country"),
            [
                "branch Lives in a prohibited country!",
                "risk_factor Country of residence!"
            ]
        );
        assert_eq!(of("custom_fields.occupation"), ["risk_factor Occupation"]);
        assert_eq!(
            of("personal_details.name.family_name"),
            ["check identity_check!", "check peps_and_sanctions!"]
        );
        let company = ("savings_account", "COMPANY");
        let number = needed_by(&needs, company, "metadata.number");
        assert_eq!(number, ["check company_data!"]);
        // A branch that asks whether there is a value does not wait for one.
        let is_active = needed_by(&needs, company, "metadata.is_active");
        assert_eq!(is_active, ["risk_factor Company status"]);
        let products = needs["products"].as_array().unwrap();
        let company = products
            .iter()
            .find(|one| one["product"] == "current_account" && one["entity_type"] == "COMPANY");
        let company = company.unwrap();
        let list = json!({
            "task": "identify_officers",
            "product": "associate_screening",
            "roles": ["DIRECTOR", "PARTNER"],
        });
        assert!(
            company["associates"].as_array().unwrap().contains(&list),
            "{company:#}"
        );
        assert!(!company["associate_fields"].as_array().unwrap().is_empty());
        node.finish().await;
    }
}

/// Somebody, after automation has done what it could under a window with the identity check off.
async fn under_a_window(node: &Node, book: &[(&str, Value)]) -> BTreeMap<String, String> {
    let window = json!({"checks": ["identity_check"], "reason": "the old book comes over"});
    let window = node.demo.post("/admin/windows", &window).await.ok();
    let ids = create_all(&node.demo, book).await;
    node.settle().await;
    let close = format!("/admin/windows/{}/close", text(&window["id"]));
    node.demo.post(&close, &Value::Null).await.ok();
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn profiles_come_to_what_they_were_simulated_to_under_a_window() {
    for node in both().await {
        let book = book();
        let mut body = request(&book, json!("as_demo"));
        let without = simulate(&node.demo, &body).await;
        body["switched_off"] = json!(["identity_check"]);
        let simulated = simulate(&node.demo, &body).await;
        let status = |answer: &Value| one(answer, "plain")["applications"][0]["status"].clone();
        assert_eq!(
            (status(&without), status(&simulated)),
            (json!("APPROVED"), json!("APPLIED"))
        );
        let ids = under_a_window(&node, &book).await;
        for (name, _) in &book {
            let path = format!("/4.0/profiles/{}", ids[*name]);
            let real = node.demo.get(&path).await.ok();
            let forecast = one(&simulated, name);
            assert_eq!(essence(forecast), essence(&real), "{name}");
            assert_eq!(tasks(forecast), tasks(&real), "{name}");
        }
        // One that is not there is refused by its name.
        body["switched_off"] = json!(["identity_check", "identiy"]);
        let refused = node.demo.post("/admin/simulate", &body).await.refused(400);
        assert!(
            refused.contains("switched_off[1] is \"identiy\", which is no check variant"),
            "{refused}"
        );
        node.finish().await;
    }
}
