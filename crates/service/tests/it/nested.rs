//! A company with 200 associates over ten levels, a circle, and one person in nine roles.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wire::collected::AssociateList;

use crate::harness::World;
use crate::written::Written;

const POLICY: &str = include_str!("nested.yaml");

const LEVELS: usize = 10;
const PEOPLE_PER_LEVEL: usize = 19;
/// Each level's people, and one who stands on eight lists of the uppermost company.
const PEOPLE: usize = LEVELS * PEOPLE_PER_LEVEL + 1;
/// Who is linked to whom: people, each company to the one below it, and one back up.
const LINKS: usize = PEOPLE + (LEVELS - 1) + 1;

fn person(number: usize) -> Value {
    json!({
        "role": "INDIVIDUAL_ASSOCIATED",
        "collected_data": {
            "entity_type": "INDIVIDUAL",
            "personal_details": {
                "name": { "given_names": ["Person"], "family_name": format!("Number{number}") },
                "dob": "1970-01-01",
            },
            "address_history": [{ "address": { "type": "STRUCTURED", "country": "GBR" } }],
        },
    })
}

fn company(number: usize, role: &str) -> Value {
    json!({
        "role": role,
        "collected_data": {
            "entity_type": "COMPANY",
            "metadata": {
                "name": format!("Company {number}"),
                "number": format!("{number:08}"),
                "country_of_incorporation": "GBR",
            },
        },
    })
}

fn entry(kind: &str, id: u128) -> Value {
    json!({ "entity_type": kind, "linked_profile": { "id": uuid::Uuid::from_u128(id) } })
}

/// Puts entries on lists of a company.
async fn list(world: &World, company: u128, entries: &[(AssociateList, Value)]) {
    let answer = service::collected::read(&world.platform, &world.caller, company)
        .await
        .unwrap();
    let mut data: Value = serde_json::from_str(&answer.body).unwrap();
    for (list, entry) in entries {
        wire::collected::add_associate(&mut data, *list, entry.clone());
    }
    let replace =
        service::collected::replace(&world.platform, &world.caller, company, (data, None));
    replace.await.unwrap();
}

/// Ten levels of companies below the one onboarded, each with its people; returns the companies.
async fn build(world: &World) -> Vec<u128> {
    let mut companies = vec![world.create(company(0, "COMPANY_CUSTOMER")).await];
    for level in 1..LEVELS {
        companies.push(world.create(company(level, "COMPANY_ASSOCIATED")).await);
    }
    let busy = world.create(person(9_999)).await;
    for level in 0..LEVELS {
        let mut entries = Vec::new();
        for number in 0..PEOPLE_PER_LEVEL {
            let id = world
                .create(person(level * PEOPLE_PER_LEVEL + number))
                .await;
            entries.push((AssociateList::Directors, entry("INDIVIDUAL", id)));
        }
        if let Some(owner) = companies.get(level + 1) {
            entries.push((AssociateList::Shareholders, entry("COMPANY", *owner)));
        }
        if level == 5 {
            entries.push((AssociateList::Shareholders, entry("COMPANY", companies[2])));
        }
        if level == 0 {
            let roles = AssociateList::ALL
                .iter()
                .filter(|list| **list != AssociateList::UnauthorizedPersons);
            entries.extend(roles.map(|list| (*list, entry("INDIVIDUAL", busy))));
        }
        list(world, companies[level], &entries).await;
    }
    companies
}

/// Applies for the product, and says how it stands when everything is quiet.
async fn apply(world: &World, company: u128) -> Value {
    let request = wire::request::parse(br#"{"product":{"alias":"account"}}"#).unwrap();
    service::applications::add(&world.platform, &world.caller, company, request)
        .await
        .unwrap();
    world.settled(company).await
}

fn assert_approved(profile: &Value, name: &str) {
    let status = &profile["applications"][0]["status"];
    assert_eq!(status, "APPROVED", "{name}: {profile:#}");
}

/// Holds what was done from the first request until everything was quiet to what the structure asks
/// for, however long it took.
///
/// The checks of a profile are one job. A company's job is asked for by its own application, and by
/// each associate when what the company knows of it changes: when the associate applies and when it
/// is decided. Asking for a job that waits is no second run, so there are fewer runs than that, never
/// more. An associate that is asked to apply is one commit; each of its checks may be answered in a
/// commit of its own; and each run of a company's job is at most one. Says how much was done.
fn assert_bounded(written: &Written, name: &str) -> String {
    let checks = PEOPLE + LEVELS;
    let answers = 2 * PEOPLE + LEVELS;
    let refreshes = LEVELS + 2 * LINKS;
    let commits = 1 + LINKS + answers + refreshes;
    assert_eq!(written.ended("checks"), checks, "{name}: {written:?}");
    assert!(
        written.ended("associates") <= refreshes,
        "{name}: {written:?}"
    );
    let others: usize =
        written.ended.values().sum::<usize>() - checks - written.ended("associates");
    assert_eq!(others, 0, "{name}: {written:?}");
    assert!(written.commits <= commits, "{name}: {written:?}");
    assert!(written.put_off.is_empty(), "{name}: {written:?}");
    format!(
        "jobs {:?}, {} commits; at most {checks} of checks, {refreshes} of associates, {commits} \
         commits",
        written.ended, written.commits
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_associates_over_ten_levels_come_through() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let started = Instant::now();
        let companies = build(&world).await;
        world.quiet().await;
        let built = started.elapsed();
        let tape = world.platform.store.record(0);
        let applied = Instant::now();
        let profile = apply(&world, companies[0]).await;
        let took = applied.elapsed();
        assert_approved(&profile, name);
        for company in &companies[1..] {
            assert_approved(&world.settled(*company).await, name);
        }
        let done = assert_bounded(&Written::on(&tape), name);
        eprintln!("{name}: built {built:?}, from the first request until quiet {took:?}, {done}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_is_looked_at_as_a_whole_wherever_it_is_entered() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let mut circle = Vec::new();
        for number in 1..=3 {
            circle.push(world.create(company(number, "COMPANY_ASSOCIATED")).await);
            // Ids of the same millisecond are in no order.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let customer = world.create(company(0, "COMPANY_CUSTOMER")).await;
        let youngest = circle[2];
        let links = [
            (customer, youngest),
            (youngest, circle[0]),
            (circle[0], circle[1]),
            (circle[1], youngest),
        ];
        for (number, (owned, owner)) in links.into_iter().enumerate() {
            let director = world.create(person(number)).await;
            let entries = [
                (AssociateList::Shareholders, entry("COMPANY", owner)),
                (AssociateList::Directors, entry("INDIVIDUAL", director)),
            ];
            list(&world, owned, &entries).await;
        }
        world.quiet().await;
        assert_approved(&apply(&world, customer).await, name);
        for company in circle {
            assert_approved(&world.settled(company).await, name);
        }
        world.stop();
    }
}
