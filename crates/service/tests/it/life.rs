//! What happens to applications after the first decision, and to work that is done twice.

use serde_json::{Value, json};
use service::idempotency::Idempotency;
use service::{Caller, Kind, applications, checks, collected, profiles, tasks};
use uuid::Uuid;
use wire::collected::AssociateList;

use crate::harness::World;

const POLICY: &str = include_str!("life.yaml");

pub(crate) fn person(given: &str) -> Value {
    json!({
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": {
            "entity_type": "INDIVIDUAL",
            "personal_details": {
                "name": { "given_names": [given], "family_name": "Wheeler" },
                "dob": "1980-04-01",
            },
            "address_history": [{ "address": { "type": "STRUCTURED", "country": "GBR" } }],
        },
        "applications": [{ "product": { "alias": "account" } }],
    })
}

fn company(name: &str) -> Value {
    json!({
        "role": "COMPANY_CUSTOMER",
        "collected_data": {
            "entity_type": "COMPANY",
            "metadata": { "name": name, "number": "01234567", "country_of_incorporation": "GBR" },
        },
        "applications": [{ "product": { "alias": "account" } }],
    })
}

fn status(profile: &Value) -> (&str, &str) {
    let application = &profile["applications"][0];
    (
        application["status"].as_str().unwrap(),
        application["flag"].as_str().unwrap(),
    )
}

fn id(value: &Value) -> u128 {
    value["id"]
        .as_str()
        .unwrap()
        .parse::<Uuid>()
        .unwrap()
        .as_u128()
}

fn task<'a>(profile: &'a Value, alias: &str) -> &'a Value {
    let tasks = profile["tasks"].as_array().unwrap();
    tasks
        .iter()
        .find(|task| task["variant"]["alias"] == alias && task["is_expired"] == false)
        .unwrap()
}

pub(crate) async fn rename(world: &World, profile: u128, given: &str) {
    let answer = collected::read(&world.platform, &world.caller, profile)
        .await
        .unwrap();
    let mut data: Value = serde_json::from_str(&answer.body).unwrap();
    data["personal_details"]["name"]["given_names"] = json!([given]);
    collected::replace(&world.platform, &world.caller, profile, (data, None))
        .await
        .unwrap();
}

pub(crate) fn parse<T: wire::request::FromBody>(body: impl std::fmt::Display) -> T {
    wire::request::parse(body.to_string().as_bytes()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_match_takes_an_approved_application_into_review_and_back() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let who = world.create(person("Alex")).await;
        assert_eq!(
            status(&world.settled(who).await),
            ("APPROVED", "DECIDED"),
            "{name}"
        );
        rename(&world, who, "Alex PEP").await;
        let run = parse(json!({ "check_type": "PEPS_AND_SANCTIONS_SCREEN" }));
        let answer = checks::run(
            &world.platform,
            &world.caller,
            who,
            (run, checks::Mode::Sync),
        )
        .await
        .unwrap();
        let check: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            (&check["state"], &check["result"]),
            (&json!("COMPLETE"), &json!("PEP")),
            "{name}"
        );
        let profile = world.settled(who).await;
        assert_eq!(
            status(&profile),
            ("IN_REVIEW", "REQUIRES_MANUAL_TASK_COMPLETION"),
            "{name}"
        );
        assert_eq!(
            profile["unresolved_event_types"],
            json!(["PEP_FLAG"]),
            "{name}"
        );
        assert_eq!(profile["events"].as_array().unwrap().len(), 1, "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expiring_task_is_issued_anew_and_its_expiry_leads_to_a_new_check() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let who = world.create(person("Alex")).await;
        let first = id(task(&world.settled(who).await, "verify_identity"));
        world.pass_days(340);
        let profile = world.settled(who).await;
        let versions = profile["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|task| task["variant"]["alias"] == "verify_identity");
        assert_eq!(versions.count(), 2, "{name}: issued ahead");
        assert_eq!(status(&profile).0, "APPROVED", "{name}");
        world.pass_days(30);
        let profile = world.settled(who).await;
        assert_eq!(
            status(&profile).0,
            "APPROVED",
            "{name}: the next version had passed already"
        );
        assert_ne!(id(task(&profile, "verify_identity")), first, "{name}");
        let old = profile["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|task| id(task) == first)
            .unwrap();
        assert_eq!(
            (&old["is_expired"], &old["state"]),
            (&json!(true), &json!("COMPLETED_PASS")),
            "{name}"
        );
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_refused_while_a_task_is_open_and_given_after() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let who = world.create(person("Alex FAIL")).await;
        let profile = world.settled(who).await;
        let application = id(&profile["applications"][0]);
        let approve = || parse(json!({ "status": "APPROVED" }));
        let refused = applications::decide(
            &world.platform,
            &world.caller,
            who,
            (application, approve()),
        )
        .await;
        assert_eq!(refused.unwrap_err().kind, Kind::Conflict, "{name}");
        assert_eq!(status(&world.settled(who).await).0, "APPLIED", "{name}");
        let open = id(task(&profile, "verify_identity"));
        let pass = parse(json!({ "state": "COMPLETED_PASS" }));
        tasks::update(&world.platform, &world.caller, who, (open, pass))
            .await
            .unwrap();
        assert_eq!(
            status(&world.settled(who).await).0,
            "APPROVED",
            "{name}: the policy approves by itself"
        );
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_a_check_finds_are_brought_through_and_removal_ends_their_application() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let firm = world.create(company("Aerial OWNERS Traders")).await;
        let profile = world.settled(firm).await;
        assert_eq!(status(&profile).0, "APPROVED", "{name}: {profile:#}");
        let owners = profile["collected_data"]["ownership_structure"]["shareholders"]
            .as_array()
            .unwrap();
        assert_eq!(owners.len(), 2, "{name}");
        let owner = id(&owners[0]["linked_profile"]);
        assert_eq!(status(&world.settled(owner).await).0, "APPROVED", "{name}");
        let answer = collected::read(&world.platform, &world.caller, firm)
            .await
            .unwrap();
        let etag = answer.etag.unwrap();
        let mut data: Value = serde_json::from_str(&answer.body).unwrap();
        wire::collected::remove_associate(&mut data, AssociateList::Shareholders, 0);
        let replace =
            collected::replace(&world.platform, &world.caller, firm, (data.clone(), None)).await;
        replace.unwrap();
        let kept = world.settled(firm).await;
        let owners = kept["collected_data"]["ownership_structure"]["shareholders"]
            .as_array()
            .unwrap();
        assert_eq!(
            owners.len(),
            2,
            "{name}: a caller who never saw the link cannot drop it"
        );
        let answer = collected::read(&world.platform, &world.caller, firm)
            .await
            .unwrap();
        assert_ne!(answer.etag.as_deref(), None);
        let now = answer.etag.unwrap();
        let replace = collected::replace(
            &world.platform,
            &world.caller,
            firm,
            (data, Some(now.as_str())),
        )
        .await;
        replace.unwrap();
        assert_ne!(etag, "", "{name}");
        let owner = world.settled(owner).await;
        assert_eq!(status(&owner).0, "CANCELLED", "{name}: {owner:#}");
        assert_eq!(owner["linked_to"], json!([]), "{name}");
        world.stop();
    }
}

fn shareholder(given: &str, dob: Option<&str>, share: u32) -> Value {
    let name = json!({ "given_names": [given], "family_name": "Holder" });
    let mut data = json!({ "entity_type": "INDIVIDUAL", "personal_details": { "name": name } });
    if let Some(dob) = dob {
        data["personal_details"]["dob"] = json!(dob);
    }
    json!({ "entity_type": "INDIVIDUAL", "total_percentage": share, "immediate_data": data })
}

fn firm(shareholders: &[Value]) -> Value {
    let mut firm = company("Aerial Traders");
    firm["collected_data"]["ownership_structure"] = json!({ "shareholders": shareholders });
    firm
}

/// Posts the data of the firm, and says whom the shareholders are linked to when all is quiet.
async fn post(
    world: &World,
    id: u128,
    firm: &Value,
    if_match: Option<&str>,
) -> Vec<(String, Value)> {
    let data = firm["collected_data"].clone();
    collected::replace(&world.platform, &world.caller, id, (data, if_match))
        .await
        .unwrap();
    shareholders(world, id).await
}

/// The resolver id of every shareholder and the id of its profile.
async fn shareholders(world: &World, id: u128) -> Vec<(String, Value)> {
    let profile = world.settled(id).await;
    let list = &profile["collected_data"]["ownership_structure"]["shareholders"];
    let entries = list.as_array().unwrap().iter().map(|entry| {
        let linked = entry["linked_profile"]["id"].clone();
        let both = entry.get("immediate_data").is_some() && linked.is_string();
        assert!(!both, "{entry:#}");
        (entry["resolver_id"].as_str().unwrap().to_owned(), linked)
    });
    entries.collect()
}

async fn present_etag(world: &World, id: u128) -> String {
    let answer = collected::read(&world.platform, &world.caller, id).await;
    answer.unwrap().etag.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_owners_posted_again_keep_the_profiles_they_were_given() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let body = firm(&[
            shareholder("Ann", Some("1970-01-02"), 40),
            shareholder("Bob", None, 30),
            shareholder("Bob", None, 30),
        ]);
        let id = world.create(body.clone()).await;
        let first = shareholders(&world, id).await;
        let linked: std::collections::BTreeSet<&str> = first
            .iter()
            .map(|(_, linked)| linked.as_str().unwrap())
            .collect();
        assert_eq!(linked.len(), 3, "{name}: {first:?}");
        for _ in 0..3 {
            assert_eq!(post(&world, id, &body, None).await, first, "{name}");
        }
        let etag = present_etag(&world, id).await;
        assert_eq!(post(&world, id, &body, Some(&etag)).await, first, "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_found_again_by_its_resolver_id_or_by_who_it_is() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let plain = [
            shareholder("Ann", Some("1970-01-02"), 40),
            shareholder("Bob", None, 30),
        ];
        let mut named = plain.clone();
        named[0]["resolver_id"] = json!("10000000-0000-4000-8000-000000000001");
        named[1]["resolver_id"] = json!("10000000-0000-4000-8000-000000000002");
        let id = world.create(firm(&named)).await;
        let first = shareholders(&world, id).await;
        assert!(first.iter().all(|(_, linked)| linked.is_string()), "{name}");
        assert_eq!(post(&world, id, &firm(&named), None).await, first, "{name}");
        let mut shouted = plain.clone();
        shouted[0]["immediate_data"]["personal_details"]["name"]["family_name"] = json!("HÖLDER");
        let found = post(&world, id, &firm(&shouted), None).await;
        assert_eq!(found, first, "{name}: by name and date of birth");
        let mut renamed = named.clone();
        renamed[0]["immediate_data"]["personal_details"]["name"]["family_name"] = json!("Other");
        let found = post(&world, id, &firm(&renamed), None).await;
        assert_eq!(found, first, "{name}: by resolver id");
        let etag = present_etag(&world, id).await;
        let apart = post(&world, id, &firm(&named), Some(&etag)).await;
        let links: Vec<&Value> = apart.iter().map(|(_, linked)| linked).collect();
        assert_eq!(
            links,
            [&Value::Null, &Value::Null],
            "{name}: a caller that has seen the links can take them away"
        );
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_was_taken_off_and_is_listed_again_is_looked_at_again() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let ann = shareholder("Ann", Some("1970-01-02"), 40);
        let id = world.create(firm(std::slice::from_ref(&ann))).await;
        let first = shareholders(&world, id).await;
        let etag = present_etag(&world, id).await;
        assert_eq!(
            post(&world, id, &firm(&[]), Some(&etag)).await,
            [],
            "{name}"
        );
        let again = post(&world, id, &firm(&[ann]), None).await;
        assert!(again[0].1.is_string(), "{name}: {again:?}");
        assert_ne!(again[0].0, first[0].0, "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_under_the_same_key_has_one_effect_and_one_answer() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let key = |hash| Caller {
            idempotency: Some(Idempotency {
                key: "k1".to_owned(),
                is_shared: false,
                request_hash: [hash; 32],
            }),
            ..world.caller.clone()
        };
        let create = |caller: Caller| {
            let platform = world.platform.clone();
            async move { profiles::create(&platform, &caller, &person("Alex")).await }
        };
        let first = create(key(1)).await.unwrap();
        world.quiet().await;
        let again = create(key(1)).await.unwrap();
        assert_eq!(again.body, first.body, "{name}");
        assert!(again.is_replayed && !first.is_replayed, "{name}");
        assert_eq!(
            create(key(2)).await.unwrap_err().kind,
            Kind::KeyReused,
            "{name}"
        );
        let found = profiles::search(
            &world.platform,
            &world.caller,
            profiles::Search {
                limit: 50,
                ..Default::default()
            },
        );
        assert_eq!(found.await.unwrap().count, 1, "{name}");
        // Of two at one time, the later is told that the first is at work; where that has ended
        // already, it is given its answer.
        let (one, two) = tokio::join!(create(key3(&world)), create(key3(&world)));
        let mut made = Vec::new();
        for answer in [one, two] {
            match answer {
                Ok(answer) => made.push(answer.body),
                Err(failure) => assert_eq!(failure.kind, Kind::InProgress, "{name}"),
            }
        }
        made.dedup();
        assert_eq!(made.len(), 1, "{name}: {made:?}");
        let found = profiles::search(
            &world.platform,
            &world.caller,
            profiles::Search {
                limit: 50,
                ..Default::default()
            },
        );
        assert_eq!(found.await.unwrap().count, 2, "{name}");
        world.stop();
    }
}

fn key3(world: &World) -> Caller {
    Caller {
        idempotency: Some(Idempotency {
            key: "k3".to_owned(),
            is_shared: false,
            request_hash: [3; 32],
        }),
        ..world.caller.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_moves_what_is_undecided_and_leaves_what_is_monitored() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let approved = world.create(person("Alex")).await;
        let waiting = world.create(person("Sam FAIL")).await;
        world.quiet().await;
        let stricter = POLICY.replace(
            "tasks: [verify_identity, screening]",
            "tasks: [verify_identity, screening, funds]",
        );
        assert_ne!(stricter, POLICY);
        service::publications::publish(&world.platform, &world.caller, &stricter, "test")
            .await
            .unwrap();
        let monitored = world.settled(approved).await;
        assert_eq!(status(&monitored).0, "APPROVED", "{name}");
        assert_eq!(
            monitored["applications"][0]["required_tasks"]
                .as_array()
                .unwrap()
                .len(),
            2,
            "{name}"
        );
        let open = world.settled(waiting).await;
        assert_eq!(
            open["applications"][0]["required_tasks"]
                .as_array()
                .unwrap()
                .len(),
            3,
            "{name}"
        );
        world.stop();
    }
}
