//! Where declared properties stand in collected data, for those who are to supply them.

use domain::Entity;

/// The paths of which one gives the property, such as `metadata.name`; `[]` after a list stands for any
/// of its entries. Empty for what is not read from collected data (risk, events, tags), and for what
/// such profiles do not have.
pub fn paths(entity: Entity, key: &str) -> &'static [&'static str] {
    match (key, entity) {
        ("customer_ref", _) => &["customer_ref", "customer_reference"],
        ("channel", _) => &["channel"],
        ("document.type", _) => &["documents[].document_type"],
        (_, Entity::Individual) => of_individual(key),
        (_, Entity::Company) => of_company(key),
    }
}

fn of_individual(key: &str) -> &'static [&'static str] {
    match key {
        "nationality" => &["personal_details.nationality"],
        "dob" | "age" => &["personal_details.dob"],
        "gender" => &["personal_details.gender"],
        "title" => &["personal_details.name.title"],
        "given_names" => &["personal_details.name.given_names"],
        "family_name" => &["personal_details.name.family_name"],
        "email" => &["contact_details.email"],
        "phone_number" => &["contact_details.phone_number"],
        "ip.country" => &["ip_location.country"],
        "identity_number.country" => &["personal_details.national_identity_number"],
        "address.country" => &["address_history[].address.country"],
        "address.postal_code" => &["address_history[].address.postal_code"],
        "address.count" => &["address_history"],
        _ => &[],
    }
}

fn of_company(key: &str) -> &'static [&'static str] {
    match key {
        "company_name" => &["metadata.name"],
        "company_number" => &["metadata.number"],
        "country_of_incorporation" => &["metadata.country_of_incorporation"],
        "incorporation_date" | "company_age" => &["metadata.incorporation_date"],
        "company_type" => &["metadata.company_type"],
        "ownership_type" => &["metadata.structured_company_type.ownership_type"],
        "is_public" => &["metadata.structured_company_type.is_public"],
        "is_limited" => &["metadata.structured_company_type.is_limited"],
        "is_active" => &["metadata.is_active"],
        "number_of_employees" => &["metadata.number_of_employees"],
        "email" => &[
            "metadata.contact_details.email",
            "metadata.contact_information.email",
        ],
        "phone_number" => &[
            "metadata.contact_details.phone_number",
            "metadata.contact_information.phone_number",
        ],
        "sic_code" => &[
            "metadata.sic_codes[].code",
            "metadata.industry_classifications[].code",
        ],
        "industry_code" => &["metadata.industry_classifications[].code"],
        "address.country" => &["metadata.addresses[].address.country"],
        "address.postal_code" => &["metadata.addresses[].address.postal_code"],
        "address.count" => &["metadata.addresses"],
        "number_of_shareholders" => &["ownership_structure.shareholders"],
        "number_of_beneficial_owners" => &["ownership_structure.beneficial_owners"],
        "number_of_officers" => &[
            "officers.directors",
            "officers.secretaries",
            "officers.partners",
            "officers.trustees",
            "officers.other",
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{Holder, Kind, PROPERTIES};
    use serde_json::{Value, json};

    use super::*;
    use crate::facts::read;

    /// Data that holds nothing but a value at the path.
    fn data(entity: Entity, path: &str, kind: Kind) -> Value {
        let plain = match kind {
            Kind::Text => json!("x"),
            Kind::Country => json!("GBR"),
            Kind::Number => json!(3),
            Kind::Date => json!("1980-01-31"),
            Kind::Flag => json!(true),
        };
        let value = match path {
            "personal_details.dob" | "metadata.incorporation_date" => json!("1980-01-31"),
            "personal_details.name.given_names" => json!(["Ada"]),
            "personal_details.national_identity_number" => json!({"ITA": "1"}),
            _ if path.ends_with("_history") || path.ends_with("addresses") => {
                json!([{"address": {"country": "GBR"}}])
            }
            _ if path.starts_with("officers.") || path.starts_with("ownership_structure.") => {
                json!([{"entity_type": "INDIVIDUAL"}])
            }
            _ => plain,
        };
        let mut data = value;
        for part in path.rsplit('.') {
            data = match part.strip_suffix("[]") {
                Some("industry_classifications") => {
                    data["classification_type"] = json!("SIC");
                    json!({"industry_classifications": [data]})
                }
                Some(list) => json!({list: [data]}),
                None => json!({part: data}),
            };
        }
        data["entity_type"] = json!(match entity {
            Entity::Individual => "INDIVIDUAL",
            Entity::Company => "COMPANY",
        });
        data
    }

    #[test]
    fn every_property_that_is_read_from_data_is_read_where_it_is_said_to_stand() {
        const NOT_FROM_DATA: [&str; 7] = [
            "entity_type",
            "tag",
            "associate.role",
            "profile.status",
            "risk.level",
            "risk.score",
            "applications.open",
        ];
        for property in PROPERTIES {
            for (entity, holder) in [
                (Entity::Individual, Holder::Individual),
                (Entity::Company, Holder::Company),
            ] {
                let paths = paths(entity, property.key);
                let is_held = property.holder == Holder::Both || property.holder == holder;
                let is_read = is_held && !NOT_FROM_DATA.contains(&property.key);
                assert_eq!(!paths.is_empty(), is_read, "{entity:?} {}", property.key);
                for path in paths {
                    let facts = read(entity, &data(entity, path, property.kind), &BTreeMap::new());
                    // Ages are worked out from dates.
                    let key = match property.key {
                        "age" => "dob",
                        "company_age" => "incorporation_date",
                        key => key,
                    };
                    let found = facts.collected.declared.get(key);
                    assert!(
                        found.is_some_and(|found| !found.is_empty()),
                        "{path} for {key}"
                    );
                }
            }
        }
    }
}
