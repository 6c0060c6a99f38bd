//! A company with 200 associates over ten levels, a circle, and one person in nine roles.

use std::time::Instant;

use serde_json::{Value, json};
use wire::collected::AssociateList;

use crate::harness::World;

const LEVELS: usize = 10;
const PEOPLE_PER_LEVEL: usize = 19;

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

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_associates_over_ten_levels_come_through() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, include_str!("nested.yaml")).await;
        let started = Instant::now();
        let companies = build(&world).await;
        world.quiet().await;
        let built = started.elapsed();
        let applied = Instant::now();
        let request = wire::request::parse(br#"{"product":{"alias":"account"}}"#).unwrap();
        service::applications::add(&world.platform, &world.caller, companies[0], request)
            .await
            .unwrap();
        let profile = world.settled(companies[0]).await;
        let took = applied.elapsed();
        assert_eq!(
            profile["applications"][0]["status"], "APPROVED",
            "{name}: {:#}",
            profile["applications"]
        );
        let audits = service::audits::list(&world.platform, &world.caller, companies[0])
            .await
            .unwrap();
        let audits: Value = serde_json::from_str(&audits.body).unwrap();
        for company in &companies[1..] {
            let profile = world.settled(*company).await;
            assert_eq!(
                profile["applications"][0]["status"], "APPROVED",
                "{name}: {profile:#}"
            );
        }
        let statistics = world.platform.store.statistics();
        eprintln!(
            "{name}: built {built:?}, from the first request until quiet {took:?}, audit items of the \
             company {}, {statistics:?}",
            audits.as_array().unwrap().len(),
        );
        world.stop();
    }
}
