//! The lists of associates inside a company's data.

use serde_json::{Value, json};
use uuid::Uuid;
use wire::collected::{
    AssociateList, add_associate, associates, remove_associate, replace_associate,
};
use wire::value::{AssociatedRole, EntityType};

fn entry(share: u32) -> Value {
    json!({
        "entity_type": "COMPANY",
        "resolver_id": "59a7749e-0000-11ea-8d71-362b9e155667",
        "total_percentage": share,
        "appointed_on": "2020-01-31",
        "task_variant_ids": ["fda0a2b6-0000-11ea-8d71-362b9e155667"],
        "linked_profile": {"id": "47c11334-0000-11ea-8d71-362b9e155667"},
    })
}

#[test]
fn an_entry_is_read_from_every_list_it_can_be_put_into() {
    for list in AssociateList::ALL {
        let mut data = json!({"entity_type": "COMPANY"});
        add_associate(&mut data, *list, entry(25));
        add_associate(&mut data, *list, entry(50));
        let read = associates(&data);
        assert_eq!(read.len(), 2, "{list:?}");
        assert_eq!((read[1].list, read[1].index), (*list, 1));
        assert_eq!(read[1].total_percentage, Some(50.0));
        assert_eq!(read[1].entity_type, EntityType::Company);
        assert_eq!(
            read[1].appointed_on.map(|date| date.to_string()).as_deref(),
            Some("2020-01-31")
        );
        assert_eq!(
            read[1].linked_profile_id,
            Some(Uuid::from_u128(0x47c1_1334_0000_11ea_8d71_362b_9e15_5667))
        );
        assert_eq!(read[1].task_variant_ids.len(), 1);
        assert!(
            wire::collected::check(EntityType::Company, &data).is_ok(),
            "{list:?}"
        );
        assert_eq!(AssociateList::at(list.path()), Some(*list));
    }
}

#[test]
fn an_entry_is_replaced_and_removed_in_place() {
    let list = AssociateList::Shareholders;
    let mut data = json!({"entity_type": "COMPANY"});
    assert_eq!(remove_associate(&mut data, list, 0), None);
    assert_eq!(data, json!({"entity_type": "COMPANY"}), "nothing was made");
    for share in [10, 20, 30] {
        add_associate(&mut data, list, entry(share));
    }
    assert_eq!(
        replace_associate(&mut data, list, 1, entry(21)),
        Some(entry(20))
    );
    assert_eq!(replace_associate(&mut data, list, 3, entry(1)), None);
    assert_eq!(remove_associate(&mut data, list, 0), Some(entry(10)));
    let shares: Vec<_> = associates(&data)
        .iter()
        .map(|entry| entry.total_percentage)
        .collect();
    assert_eq!(shares, [Some(21.0), Some(30.0)]);
}

#[test]
fn every_list_has_a_role_of_its_own() {
    let mut roles: Vec<AssociatedRole> =
        AssociateList::ALL.iter().map(|list| list.role()).collect();
    roles.sort();
    roles.dedup();
    assert_eq!(roles.len(), AssociateList::ALL.len());
}

#[test]
fn a_person_and_broken_data_have_no_associates() {
    for data in [
        json!({"entity_type": "INDIVIDUAL"}),
        json!({"officers": [1]}),
        json!({"officers": {"directors": "x"}}),
        json!(null),
    ] {
        assert_eq!(associates(&data), []);
    }
}
