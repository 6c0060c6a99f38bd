//! Lists are loaded, swapped and screened against; what was screened can be done again.

use std::io::Cursor;
use std::time::Duration;

use screening::lists::Hints;
use serde_json::{Value, json};
use service::lists::{self, Loaded, Loading};
use service::{Actor, Platform};

use crate::harness::{World, pairs};
use crate::life::parse;

const POLICY: &str = include_str!("screening.yaml");

/// Three persons and a company, as an institution may write them.
const LIST: &str = "\
id,name,type,date of birth,nationality,topics,program
K1,Viktor Anatolyevich Bout,person,1967-01-13,Russia,sanction,DRCONGO
K2,Guillermo Lasso Mendoza,person,1955-11-16,Ecuador,pep,
K3,Ursula Frobisher,person,1950,United Kingdom,crime,
K4,Zarya Trading Limited,organization,,Russia,sanction,UKRAINE
";

fn loading(source: &str, text: &str) -> Loading {
    let reader: Box<dyn std::io::Read + Send> = Box::new(Cursor::new(text.to_owned()));
    Loading {
        source: Some(source.to_owned()),
        parts: vec![("list.csv".to_owned(), reader)],
        hints: Hints::default(),
        publication: None,
        accept_smaller: None,
        by: Actor::Support,
    }
}

async fn load(world: &World, source: &str, text: &str) -> Loaded {
    let institution = world.caller.institution;
    lists::load(&world.platform, institution, loading(source, text))
        .await
        .unwrap()
}

fn person(given: &str, family: &str, born: &str) -> Value {
    json!({
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": {
            "entity_type": "INDIVIDUAL",
            "personal_details": {
                "name": { "given_names": [given], "family_name": family },
                "dob": born,
            },
        },
        "applications": [{ "product": { "alias": "account" } }],
    })
}

fn company(name: &str) -> Value {
    json!({
        "role": "COMPANY_CUSTOMER",
        "collected_data": { "entity_type": "COMPANY", "metadata": { "name": name } },
        "applications": [{ "product": { "alias": "account" } }],
    })
}

async fn check(world: &World, profile: &Value) -> Value {
    let id = |value: &Value| value["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    let (profile_id, check_id) = (id(profile), id(&profile["checks"][0]));
    let answer = service::checks::read(
        &world.platform,
        &world.caller,
        profile_id.as_u128(),
        check_id.as_u128(),
    );
    serde_json::from_str(&answer.await.unwrap().body).unwrap()
}

async fn events(world: &World, id: u128) -> Vec<Value> {
    let answer = service::events::list(&world.platform, &world.caller, id)
        .await
        .unwrap();
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_lists_a_screening_is_an_error_and_never_a_pass() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let nobody = world.create(person("Alex", "Wheeler", "1980-04-01")).await;
        let profile = world.settled(nobody).await;
        let failed = check(&world, &profile).await;
        assert_eq!(failed["result"], "Error", "{name}: {failed:#}");
        let message = failed["errors"][0]["message"].as_str().unwrap();
        assert!(
            message.starts_with("no list is loaded"),
            "{name}: {message}"
        );
        assert_eq!(profile["applications"][0]["status"], "APPLIED", "{name}");
        // Another list than the one that the provider names is no help.
        load(&world, "own", LIST).await;
        let company = world.create(company("Harmless Limited")).await;
        let profile = world.settled(company).await;
        let failed = check(&world, &profile).await;
        let message = failed["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("is to use un,"), "{name}: {message}");
        assert_eq!(profile["applications"][0]["status"], "APPLIED", "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_on_a_list_is_a_match_that_says_why_and_nobody_else_is() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        load(&world, "own", LIST).await;
        let plain = world.create(person("Alex", "Wheeler", "1980-04-01")).await;
        let profile = world.settled(plain).await;
        assert_eq!(
            profile["applications"][0]["status"], "APPROVED",
            "{name}: {profile:#}"
        );
        let listed = world.create(person("Victor", "Bout", "1967-01-13")).await;
        let profile = world.settled(listed).await;
        assert_eq!(
            profile["applications"][0]["status"], "APPLIED",
            "{name}: {profile:#}"
        );
        let run = check(&world, &profile).await;
        assert_eq!(run["result"], "Sanction", "{name}: {run:#}");
        let events = events(&world, listed).await;
        assert_eq!(events.len(), 1, "{name}: {events:#?}");
        let (event, data) = (&events[0], &events[0]["data"]);
        assert_eq!(event["resolution"], "UNRESOLVED", "{name}");
        assert_eq!(data["event_type"], "SANCTION_FLAG", "{name}");
        assert_eq!(data["match_name"], "Viktor Anatolyevich Bout", "{name}");
        assert_eq!(data["match_dates"], json!(["1967-01-13"]), "{name}");
        assert_eq!(data["match_countries"], json!(["RUS"]), "{name}");
        assert_eq!(data["sanctions"][0]["name"], "DRCONGO", "{name}");
        let cited = &data["screening"];
        assert_eq!(cited["list"]["name"], "own", "{name}");
        assert_eq!(cited["list"]["snapshot"], 1, "{name}");
        assert_eq!(
            (&cited["policy"], &cited["lists_as_of"]),
            (&json!(1), &json!(1)),
            "{name}"
        );
        let terms = cited["terms"].as_array().unwrap().iter();
        let sum = terms.fold(0.0, |sum, term| sum + term["log_odds"].as_f64().unwrap());
        assert_eq!(
            Some(sum),
            cited["log_odds"].as_f64(),
            "{name}: the terms are the score"
        );
        let why = data["details"][0]["text"].as_str().unwrap();
        assert!(why.contains("\"victor\" for \"viktor\""), "{name}: {why}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_rules_call_a_false_positive_is_kept_as_ignored_with_the_reason() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        load(&world, "own", LIST).await;
        let id = world
            .create(person("Ursula", "Frobisher", "1999-01-01"))
            .await;
        let profile = world.settled(id).await;
        assert_eq!(
            profile["applications"][0]["status"], "APPROVED",
            "{name}: {profile:#}"
        );
        let run = check(&world, &profile).await;
        assert_eq!(run["result"], "Pass", "{name}: {run:#}");
        let events = events(&world, id).await;
        assert_eq!(events.len(), 1, "{name}: {run:#}");
        assert_eq!(events[0]["resolution"], "IGNORE", "{name}");
        let reason = events[0]["resolution_reason"].as_str().unwrap();
        assert!(
            reason.starts_with("the date is another"),
            "{name}: {reason}"
        );
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_is_not_whole_is_refused_and_the_old_one_stays() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let institution = world.caller.institution;
        let Loaded::Swapped {
            snapshot,
            before,
            added,
            lists_as_of,
            ..
        } = load(&world, "own", LIST).await
        else {
            panic!("{name}: nothing was loaded")
        };
        assert_eq!((snapshot.entries, added, lists_as_of), (4, 4, 1), "{name}");
        assert_eq!(before, None, "{name}");
        let again = load(&world, "own", LIST).await;
        assert!(
            matches!(again, Loaded::Unchanged { .. }),
            "{name}: {again:?}"
        );
        for (text, why) in [
            ("", "is empty"),
            ("<html><body>moved</body></html>", "web page"),
            ("id,name\n", "has no entries"),
            (
                "<?xml version=\"1.0\"?><CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL>",
                "not whole",
            ),
            (&first_of_list(), "1 entries and the one before it 4"),
        ] {
            let refused = lists::load(&world.platform, institution, loading("own", text)).await;
            let message = refused.unwrap_err().to_string();
            assert!(message.contains(why), "{name}: {message}");
        }
        let (as_of, sources) = lists::status(&world.platform, institution).await.unwrap();
        let counts = sources[0].current.as_ref().unwrap();
        assert_eq!(
            (as_of, counts.number, counts.entries, sources[0].kept),
            (1, 1, 4, 1),
            "{name}"
        );
        world.stop();
    }
}

/// The list without most of its entries.
fn first_of_list() -> String {
    let end = LIST.find("K2").unwrap();
    LIST[..end].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_much_smaller_publication_is_taken_for_a_reason_that_the_audit_keeps() {
    for (name, store) in store::testing::both().await {
        let world = World::idle(store, POLICY, service::Settings::default()).await;
        let institution = world.caller.institution;
        load(&world, "own", LIST).await;
        let known = Loading {
            accept_smaller: Some("the crisis is over".to_owned()),
            ..loading("own", &first_of_list())
        };
        let taken = lists::load(&world.platform, institution, known)
            .await
            .unwrap();
        let Loaded::Swapped {
            snapshot, removed, ..
        } = taken
        else {
            panic!("{name}: {taken:?}")
        };
        assert_eq!((snapshot.number, removed), (2, 3), "{name}");
        assert_eq!(
            snapshot.accepted_because.as_deref(),
            Some("the crisis is over"),
            "{name}"
        );
        let page = service::page::Page {
            after: None,
            limit: 50,
        };
        let audit = service::administration::list(&world.platform, &world.caller, page).await;
        let audit: Vec<Value> = serde_json::from_str(&audit.unwrap().answer.body).unwrap();
        let loads = audit
            .iter()
            .filter(|entry| entry["action"] == "list-loaded");
        let reasons: Vec<&Value> = loads
            .map(|entry| &entry["reference"]["accepted_because"])
            .collect();
        assert_eq!(
            reasons,
            [&json!("the crisis is over"), &Value::Null],
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_screens_against_a_swapped_list_and_no_node_after_its_removal() {
    for (name, store, of_other) in pairs().await {
        let world = World::idle(store, POLICY, service::Settings::default()).await;
        let node = world.node(of_other);
        world.work(&node);
        load(&world, "own", LIST).await;
        let first = world.create(person("Alex", "Wheeler", "1980-04-01")).await;
        assert_eq!(
            world.settled(first).await["applications"][0]["status"],
            "APPROVED",
            "{name}"
        );
        let more = format!("{LIST}K5,Alex Wheeler,person,1980-04-01,,sanction,\n");
        load(&world, "own", &more).await;
        tokio::time::sleep(Duration::from_millis(lists::LISTS_KNOWN_MILLISECONDS_MAX)).await;
        let second = world.create(person("Alex", "Wheeler", "1980-04-01")).await;
        assert_eq!(
            world.settled(second).await["applications"][0]["status"],
            "APPLIED",
            "{name}"
        );
        remove(&world.platform, &world).await;
        tokio::time::sleep(Duration::from_millis(lists::LISTS_KNOWN_MILLISECONDS_MAX)).await;
        let third = world.create(person("Alex", "Wheeler", "1980-04-01")).await;
        let profile = world.settled(third).await;
        assert_eq!(check(&world, &profile).await["result"], "Error", "{name}");
        world.stop();
    }
}

async fn remove(platform: &Platform, world: &World) {
    lists::remove(platform, world.caller.institution, "own", &Actor::Support)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screening_can_be_done_again_after_its_lists_have_gone() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        load(&world, "own", LIST).await;
        let id = world
            .create(person("Guillermo", "Lasso", "1955-11-16"))
            .await;
        let profile = world.settled(id).await;
        let run = check(&world, &profile).await;
        assert_eq!(run["result"], "PEP", "{name}: {run:#}");
        let changed = LIST.replace("Guillermo Lasso Mendoza", "Somebody Else");
        load(&world, "own", &changed).await;
        remove(&world.platform, &world).await;
        let check: uuid::Uuid = run["id"].as_str().unwrap().parse().unwrap();
        let replay = lists::replay(&world.platform, &world.caller, check.as_u128())
            .await
            .unwrap();
        assert!(replay.same, "{name}: {replay:#?}");
        assert_eq!(replay.answer_now["result"], "PEP", "{name}");
        let none = lists::replay(&world.platform, &world.caller, 1).await;
        assert!(none.is_err(), "{name}");
        world.stop();
    }
}

/// A publisher who answers each request with the next of these, and tells what was asked.
async fn publisher(answers: Vec<String>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/own.csv", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap();
            asked.push(String::from_utf8_lossy(&request[..length]).into_owned());
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        asked
    });
    (address, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_fetched_when_its_time_has_come_and_a_failure_leaves_it_as_it_was() {
    for (name, store) in store::testing::both().await {
        let settings = service::Settings {
            allow_private_endpoints: true,
            ..service::Settings::default()
        };
        let world = World::with(store, POLICY, settings).await;
        let length = LIST.len();
        let head = format!("content-length: {length}\r\netag: \"one\"\r\nconnection: close");
        let (address, serving) = publisher(vec![
            format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{LIST}"),
            "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
            "HTTP/1.1 304 Same\r\nconnection: close\r\n\r\n".to_owned(),
        ])
        .await;
        let source = lists::NewSource {
            name: "own".to_owned(),
            format: String::new(),
            address: Some(address),
            every_seconds: Some(3_600),
        };
        let institution = world.caller.institution;
        lists::add(&world.platform, institution, source, &Actor::Support)
            .await
            .unwrap();
        for (field, said) in [
            ("brought", "publication"),
            ("error", "the server answered with the status 503"),
            ("brought", "nothing new"),
        ] {
            until_fetched(&world, (field, said), name).await;
            world.pass_seconds(3_601);
        }
        let (_, sources) = lists::status(&world.platform, institution).await.unwrap();
        assert_eq!(sources[0].current.as_ref().unwrap().entries, 4, "{name}");
        let asked = serving.await.unwrap();
        assert!(!asked[0].contains("if-none-match"), "{name}: {}", asked[0]);
        for later in &asked[1..] {
            assert!(later.contains("if-none-match: \"one\""), "{name}: {later}");
        }
        world.stop();
    }
}

async fn until_fetched(world: &World, (field, said): (&str, &str), name: &str) {
    let mut last = Value::Null;
    for _ in 0..600 {
        let status = lists::status(&world.platform, world.caller.institution).await;
        last = status.unwrap().1[0].fetching.as_ref().unwrap().last.clone();
        if last[field]
            .as_str()
            .is_some_and(|text| text.starts_with(said))
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{name}: {said}: {last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_is_not_fetched_from_unless_the_node_allows_it() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let source = lists::NewSource {
            name: "own".to_owned(),
            format: String::new(),
            address: Some("https://127.0.0.1:9/own.csv".to_owned()),
            every_seconds: Some(3_600),
        };
        let institution = world.caller.institution;
        lists::add(&world.platform, institution, source, &Actor::Support)
            .await
            .unwrap();
        until_fetched(&world, ("error", "the url must not be a private"), name).await;
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_name_parts_make_one_name_of_its_spellings() {
    for (name, store) in store::testing::both().await {
        let world = World::idle(store, POLICY, service::Settings::default()).await;
        let institution = world.caller.institution;
        load(&world, "own", LIST).await;
        let table = |name: &str, text: &str| lists::Table {
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        let strange = vec![table("names_nothing.txt", "x")];
        let refused = lists::load_names(&world.platform, institution, strange, Actor::Support);
        assert!(refused.await.is_err(), "{name}");
        let score = || async {
            let query = lists::Query {
                name: "Xyzvik Bout".to_owned(),
                is_person: Some(true),
                born: Some("1967-01-13".to_owned()),
                countries: Vec::new(),
                threshold: 0.0,
                lists: Vec::new(),
                limit: 1,
            };
            let seen = lists::search(&world.platform, institution, query)
                .await
                .unwrap();
            seen.matches.first().map_or(0.0, |one| one.score)
        };
        let before = score().await;
        let tables = || vec![table("names_person_names.txt", "Viktor, Xyzvik => Q1\n")];
        for loads in [1, 0] {
            let load = lists::load_names(&world.platform, institution, tables(), Actor::Support);
            let swapped = matches!(load.await.unwrap(), Loaded::Swapped { .. });
            assert_eq!(swapped, loads == 1, "{name}");
        }
        let after = score().await;
        assert!(after > before, "{name}: {before} {after}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_rules_dismissed_is_open_when_they_do_so_no_more_and_what_people_did_is_not() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        load(&world, "own", LIST).await;
        let id = world
            .create(person("Ursula", "Frobisher", "1999-01-01"))
            .await;
        world.settled(id).await;
        let first = events(&world, id).await;
        assert_eq!(first[0]["resolution"], "IGNORE", "{name}");
        load(
            &world,
            "own",
            &LIST.replace("person,1950,", "person,1999-01-01,"),
        )
        .await;
        screen_again(&world, id).await;
        let second = events(&world, id).await;
        assert_eq!(second.len(), 1, "{name}: one match, one event");
        assert_eq!(second[0]["id"], first[0]["id"], "{name}");
        assert_eq!(second[0]["resolution"], "UNRESOLVED", "{name}: {second:#?}");
        assert_eq!(
            second[0]["data"]["match_dates"],
            json!(["1999-01-01"]),
            "{name}"
        );
        let event: uuid::Uuid = second[0]["id"].as_str().unwrap().parse().unwrap();
        let dismiss = parse(json!({ "resolution": "IGNORE" }));
        let asked = (event.as_u128(), dismiss);
        service::events::update(&world.platform, &world.caller, id, asked)
            .await
            .unwrap();
        screen_again(&world, id).await;
        let third = events(&world, id).await;
        assert_eq!(third[0]["resolution"], "IGNORE", "{name}");
        world.stop();
    }
}

async fn screen_again(world: &World, id: u128) {
    let request = json!({ "check_type": "PEPS_AND_SANCTIONS_SCREEN" });
    let asked = (parse(request), service::checks::Mode::Async);
    service::checks::run(&world.platform, &world.caller, id, asked)
        .await
        .unwrap();
    world.quiet().await;
}
