//! What the guide to migration asks for, whatever the policy (seed 000, "Create a profile and product
//! application").

use super::{By, Need, Without, add};
use crate::book::Entity;

const NAME: &str = "the guide's minimum";
/// The bank's own reference: those whom a company names and nobody else have none.
const REFERENCE: [&str; 2] = ["customer_ref", "customer_reference"];

/// The minimum of a kind of profile.
pub(super) fn needs(entity: Entity, needs: &mut Vec<Need>) {
    let by = By {
        name: NAME.to_owned(),
        without: Without::Minimum,
    };
    let fields: &[&[&str]] = match entity {
        Entity::Individual => &[
            &["personal_details.name.given_names"],
            &["personal_details.name.family_name"],
            &["personal_details.dob"],
            &["address_history[].address.country"],
            &REFERENCE,
        ],
        Entity::Company => &[
            &["metadata.name"],
            &["metadata.number"],
            &["metadata.country_of_incorporation"],
            &REFERENCE,
        ],
    };
    for field in fields {
        add(needs, within(field), &by);
    }
    let reference = within(&REFERENCE);
    for need in needs.iter_mut().filter(|need| need.any_of == reference) {
        need.is_of_clients = true;
    }
}

/// The whole address, which electronic identity checks need: the country alone is not enough.
pub(super) fn full_address(check: &str, needs: &mut Vec<Need>) {
    let by = By {
        name: format!("check {check} (full address)"),
        without: Without::Minimum,
    };
    let fields: [&[&str]; 3] = [
        &[
            "address_lines",
            "route",
            "premise",
            "original_freeform_address",
        ],
        &["locality", "original_freeform_address"],
        &["postal_code", "original_freeform_address"],
    ];
    for field in fields {
        let within = |name: &&str| format!("collected_data.address_history[].address.{name}");
        add(needs, field.iter().map(within).collect(), &by);
    }
}

fn within(field: &[&str]) -> Vec<String> {
    let within = |path: &&str| format!("collected_data.{path}");
    field.iter().map(within).collect()
}
