//! Companies that list each other: nobody is asked over a link that leads back up, also when the
//! circle is closed just before somebody would be.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::World;

const POLICY: &str = include_str!("nested.yaml");

fn data(name: &str, owner: Option<u128>) -> Value {
    let owner = owner.map(|id| {
        json!({ "entity_type": "COMPANY", "linked_profile": { "id": uuid::Uuid::from_u128(id) } })
    });
    let owners: Vec<Value> = owner.into_iter().collect();
    json!({
        "entity_type": "COMPANY",
        "metadata": { "name": name, "number": name, "country_of_incorporation": "GBR" },
        "ownership_structure": { "shareholders": owners },
    })
}

async fn create(world: &World, name: &str, owner: Option<u128>) -> u128 {
    let body = json!({ "role": "COMPANY_CUSTOMER", "collected_data": data(name, owner) });
    world.create(body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_over_a_link_that_has_just_become_one_back_up() {
    for (name, store) in store::testing::both().await {
        let world = World::idle(store, POLICY, service::Settings::default()).await;
        let worker = world.work(&world.platform);
        let root = create(&world, "root", None).await;
        // Ids of the same millisecond are in no order.
        tokio::time::sleep(Duration::from_millis(2)).await;
        let other = create(&world, "other", Some(root)).await;
        world.quiet().await;
        worker.abort();
        let _ = worker.await;

        // The other knows its owner, and does not know of the circle yet.
        let closing = (data("root", Some(other)), None);
        let replaced = service::collected::replace(&world.platform, &world.caller, root, closing);
        replaced.await.unwrap();
        let account = wire::request::parse(br#"{"product":{"alias":"account"}}"#).unwrap();
        service::applications::add(&world.platform, &world.caller, other, account)
            .await
            .unwrap();
        let _worker = world.work(&world.platform);
        world.quiet().await;
        let root = world.settled(root).await;
        assert_eq!(root["applications"], json!([]), "{name}");
        assert_eq!(
            root["linked_to"][0]["roles"],
            json!(["SHAREHOLDER"]),
            "{name}"
        );
        world.stop();
    }
}
