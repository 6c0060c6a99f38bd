//! What collected data is held to beyond the contract: the calendar, names, the policy.

use serde_json::{Value, json};

use crate::client::Response;
use crate::node::{Node, both};
use crate::samples::{bystander, person, text};

/// The fields that are refused.
#[track_caller]
fn fields(refused: Response) -> Vec<String> {
    let errors = refused.body["errors"].as_array().unwrap().clone();
    refused.refused(400);
    let field = |error: &Value| text(&error["info"]["field"]).to_owned();
    errors.iter().map(field).collect()
}

fn today(node: &Node) -> jiff::civil::Date {
    let zone = jiff::tz::TimeZone::get("Europe/London").unwrap();
    node.platform.now().to_zoned(zone).date()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mistake_of_a_profile_is_told_at_once() {
    for node in both().await {
        let mut wanted = person("Ada", "Byron");
        wanted["collected_data"]["address_history"][0]["address"]["country"] = json!("UK");
        wanted["collected_data"]["personal_details"]["dob"] = json!("2999-01-01");
        wanted["collected_data"]["custom_fields"] = json!({"occupatoin": "Baker"});
        wanted["applications"] = json!([
            {"product": {"alias": "savings_account"}},
            {"product": {}},
            {"product": {"alias": "curent_account"}},
            {"product": {"id": "01234567-89ab-7def-8123-456789abcdef"}},
        ]);
        wanted["tag"] = json!("vip");
        let refused = node.demo.post("/4.0/profiles", &wanted).await;
        assert_eq!(
            fields(refused),
            [
                "collected_data.address_history[0].address.country",
                "collected_data.personal_details.dob",
                "collected_data.custom_fields.occupatoin",
                "applications[1].product",
                "applications[2].product.alias",
                "applications[3].product.id",
                "tag",
            ]
        );
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_true_is_refused_when_it_is_created_and_when_it_is_replaced() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &bystander("Ada", "Byron"))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}/collected_data", text(&profile["id"]));
        let tomorrow = today(&node).tomorrow().unwrap().to_string();
        for (field, value) in [
            ("dob", json!(tomorrow)),
            ("dob", json!("1870-01-01")),
            (
                "name.given_names[0]",
                json!({"given_names": [""], "family_name": "X"}),
            ),
            ("name.family_name", json!({"family_name": "  "})),
        ] {
            let mut wanted = bystander("Ada", "Byron");
            let whole = field.split('.').next().unwrap();
            wanted["collected_data"]["personal_details"][whole] = value;
            let refused = node.demo.post("/4.0/profiles", &wanted).await;
            let path = format!("collected_data.personal_details.{field}");
            assert_eq!(fields(refused), [path]);
            let refused = node.demo.post(&at, &wanted["collected_data"]).await;
            assert_eq!(fields(refused), [format!("personal_details.{field}")]);
        }
        let company = json!({"role": "COMPANY_CUSTOMER", "applications": [], "collected_data": {
            "entity_type": "COMPANY",
            "metadata": {"name": "", "number": "1", "incorporation_date": tomorrow},
        }});
        let refused = node.demo.post("/4.0/profiles", &company).await;
        assert_eq!(
            fields(refused),
            [
                "collected_data.metadata.name",
                "collected_data.metadata.incorporation_date"
            ]
        );
        let mut born_today = bystander("Ada", "Byron");
        born_today["collected_data"]["personal_details"]["dob"] = json!(today(&node).to_string());
        node.demo.post("/4.0/profiles", &born_today).await.ok();
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn custom_fields_are_those_of_the_policy() {
    for node in both().await {
        let with = |fields: Value| {
            let mut wanted = bystander("Ada", "Byron");
            wanted["collected_data"]["custom_fields"] = fields;
            wanted
        };
        let wrong = with(json!({
            "occupation": ["Baker"],
            "expected_monthly_deposits": "much",
            "customer_since": "17/03/2020",
            "trading_name": "Byron & Co",
            "source_of_found": "salary",
        }));
        let refused = node.demo.post("/4.0/profiles", &wrong).await;
        let said = refused.text.clone();
        assert_eq!(
            fields(refused),
            [
                "collected_data.custom_fields.customer_since",
                "collected_data.custom_fields.expected_monthly_deposits",
                "collected_data.custom_fields.occupation",
                "collected_data.custom_fields.source_of_found",
                "collected_data.custom_fields.trading_name",
            ]
        );
        assert!(said.contains("did you mean source_of_funds?"), "{said}");
        let right = with(json!({"occupation": "Baker", "expected_monthly_deposits": 1200}));
        let profile = node.demo.post("/4.0/profiles", &right).await.ok();

        // Data that is stored stays acceptable when the policy changes; more of the kind does not.
        let changed = config::DEMO.replace("name: occupation\n", "name: trade\n");
        let changed = changed.replace("custom.occupation", "custom.trade");
        node.demo
            .post("/admin/config", &json!({"document": changed}))
            .await
            .ok();
        let at = format!("/4.0/profiles/{}/collected_data", text(&profile["id"]));
        let mut data = node.demo.get(&at).await.ok();
        data["personal_details"]["gender"] = json!("F");
        node.demo.post(&at, &data).await.ok();
        node.demo.post("/4.0/profiles", &right).await.refused(400);
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_given_before_stands_whatever_the_policy_says_by_now() {
    for node in both().await {
        let mut wanted = bystander("Ada", "Byron");
        wanted["collected_data"]["custom_fields"] = json!({"occupation": "Baker"});
        let header = [("idempotency-key", "create")];
        let first = node.demo.post_with("/4.0/profiles", &header, &wanted).await;
        let at = format!("/4.0/profiles/{}/collected_data", text(&first.body["id"]));
        let replace = [("idempotency-key", "replace")];
        let data = &wanted["collected_data"];
        let replaced = node.demo.post_with(&at, &replace, data).await;
        let changed = config::DEMO.replace("name: occupation\n", "name: trade\n");
        let changed = changed.replace("custom.occupation", "custom.trade");
        node.demo
            .post("/admin/config", &json!({"document": changed}))
            .await
            .ok();
        node.demo
            .post(&at, &json!({"entity_type": "INDIVIDUAL"}))
            .await
            .ok();
        let again = node.demo.post_with("/4.0/profiles", &header, &wanted).await;
        assert_eq!((again.status, &again.text), (200, &first.text));
        let again = node.demo.post_with(&at, &replace, data).await;
        assert_eq!((again.status, &again.text), (200, &replaced.text));
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_without_a_known_reason_names_the_field() {
    for node in both().await {
        let profile = node
            .demo
            .post("/4.0/profiles", &person("Ada", "FAIL"))
            .await
            .ok();
        node.settle().await;
        let application = text(&profile["applications"][0]["id"]);
        let at = format!(
            "/4.0/profiles/{}/applications/{application}",
            text(&profile["id"])
        );
        for reasons in [json!([]), json!(["weather"])] {
            let asked = json!({"status": "REJECTED", "reasons": reasons});
            let refused = node.demo.post(&at, &asked).await;
            let body = refused.body.to_string();
            assert!(body.contains("outside_appetite"), "{body}");
            assert_eq!(fields(refused), ["reasons"], "{reasons}");
        }
        node.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_knows_whether_it_is_live() {
    for node in both().await {
        for (client, environment) in [(&node.demo, "demo"), (&node.live, "live")] {
            let who = client.get("/4.0/whoami").await.ok();
            assert_eq!(who["environment"], environment);
        }
        node.finish().await;
    }
}
