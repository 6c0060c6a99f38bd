use serde_json::json;

use crate::harness::World;

fn person(given: &str, family: &str) -> serde_json::Value {
    json!({
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": {
            "entity_type": "INDIVIDUAL",
            "personal_details": {
                "name": { "given_names": [given], "family_name": family },
                "dob": "1980-04-01",
                "nationality": "GBR",
            },
            "address_history": [{ "address": {
                "type": "STRUCTURED", "country": "GBR", "postal_code": "EC1A 1BB",
                "locality": "London", "route": "High Street", "street_number": "1",
            } }],
        },
        "applications": [{ "product": { "alias": "current_account" } }],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_person_is_approved_by_the_policy() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, config::DEMO).await;
        let id = world.create(person("Alex", "Wheeler")).await;
        let profile = world.settled(id).await;
        assert_eq!(
            profile["applications"][0]["status"], "APPROVED",
            "{name}: {profile:#}"
        );
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_identity_check_leaves_the_task_to_a_person() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, config::DEMO).await;
        let id = world.create(person("Alex FAIL", "Wheeler")).await;
        let profile = world.settled(id).await;
        let application = &profile["applications"][0];
        assert_eq!(application["status"], "APPLIED", "{name}: {profile:#}");
        assert_eq!(
            application["flag"], "REQUIRES_MANUAL_TASK_COMPLETION",
            "{name}"
        );
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_takes_its_time_is_shown_as_running() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, config::DEMO).await;
        let id = world.create(person("Alex DELAY8", "Wheeler")).await;
        let mut seen = Vec::new();
        for _ in 0..600 {
            let profile = service::profiles::read(&world.platform, &world.caller, id).await;
            let profile: serde_json::Value = serde_json::from_str(&profile.unwrap().body).unwrap();
            let state = profile["checks"][0]["state"].as_str().unwrap().to_owned();
            if seen.last() != Some(&state) {
                seen.push(state);
            }
            if seen.last().is_some_and(|state| state == "COMPLETE") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(seen, ["PENDING", "RUNNING", "COMPLETE"], "{name}");
        let profile = world.settled(id).await;
        assert_eq!(profile["applications"][0]["status"], "APPROVED", "{name}");
        world.stop();
    }
}
