use serde_json::{Value, json};

use crate::harness::World;

fn company(name: &str, number: &str) -> Value {
    json!({
        "role": "COMPANY_CUSTOMER",
        "collected_data": {
            "entity_type": "COMPANY",
            "metadata": {
                "name": name, "number": number, "country_of_incorporation": "GBR",
                "incorporation_date": "2001-05-06", "is_active": true,
            },
        },
        "applications": [{ "product": { "alias": "current_account" } }],
    })
}

fn associate(given: &str, family: &str) -> Value {
    json!({
        "role": "INDIVIDUAL_ASSOCIATED",
        "collected_data": {
            "entity_type": "INDIVIDUAL",
            "personal_details": {
                "name": { "given_names": [given], "family_name": family },
                "dob": "1975-02-03", "nationality": "GBR",
            },
            "address_history": [{ "address": { "type": "STRUCTURED", "country": "GBR", "postal_code": "M1 1AA", "locality": "Manchester", "route": "Mill Lane", "street_number": "3" } }],
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directors_application_decides_the_companys_task() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, config::DEMO).await;
        let good = world.create(associate("Dora", "Director")).await;
        let mut body = company("Aerial Traders", "01234567");
        body["collected_data"]["officers"] = json!({ "directors": [
            { "entity_type": "INDIVIDUAL", "linked_profile": { "id": uuid::Uuid::from_u128(good) } },
        ] });
        let id = world.create(body).await;
        let profile = world.settled(id).await;
        let director = world.settled(good).await;
        assert_eq!(
            director["applications"][0]["status"], "APPROVED",
            "{name}: {director:#}"
        );
        assert_eq!(
            director["linked_to"][0]["profile"]["id"], profile["id"],
            "{name}"
        );
        let tasks = profile["tasks"].as_array().unwrap();
        let officers = tasks
            .iter()
            .find(|task| task["type"] == "COMPANY_IDENTIFY_OFFICERS")
            .unwrap();
        assert_eq!(officers["state"], "COMPLETED_PASS", "{name}: {profile:#}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_an_application_begins_with_who_applied() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, config::DEMO).await;
        let director = world.create(associate("Dora", "Director")).await;
        let mut body = company("Aerial Traders", "01234567");
        body["collected_data"]["officers"] = json!({ "directors": [
            { "entity_type": "INDIVIDUAL", "linked_profile": { "id": uuid::Uuid::from_u128(director) } },
        ] });
        let asking = world.create(body).await;
        let applied = |profile: &Value| profile["applications"][0]["history"][0].clone();
        let asked = applied(&world.settled(asking).await);
        assert_eq!(asked["status"], "APPLIED", "{name}");
        assert_eq!(asked["decided_by"], "test", "{name}: the key of the caller");
        let by = format!("Smart policy of company {}", uuid::Uuid::from_u128(asking));
        assert_eq!(
            applied(&world.settled(director).await)["decided_by"],
            *by,
            "{name}"
        );
        world.stop();
    }
}
