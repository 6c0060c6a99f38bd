//! The section `products`.

use std::collections::BTreeMap;

use document::{Fields, Value};
use domain::{Course, Entity, PolicyId, Product, ProductId, RiskModelId};

use crate::scope::{Scope, fits};
use crate::section::Section;
use crate::{naming, types};

/// Reads the section.
pub(crate) fn read<'a>(root: &Fields<'a>, scope: &Scope<'a>) -> BTreeMap<ProductId, Product> {
    root.list("products")
        .iter()
        .filter_map(|value| read_one(value, scope))
        .map(|product| (product.id, product))
        .collect()
}

fn read_one<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Option<Product> {
    let fields = value.fields()?;
    let alias = naming::alias(&fields, "alias");
    let name = naming::name(&fields, "name");
    types::former_aliases(&fields);
    let course = |key: &str, entity| {
        let fields = fields.optional_mapping(key)?;
        course(fields, scope, entity)
    };
    let individual = course("individual", Entity::Individual);
    let company = course("company", Entity::Company);
    if !fields.has("individual") && !fields.has("company") {
        fields.collector().report_with_hint(
            fields.path(),
            fields.place(),
            "nobody can apply for this product",
            "add \"individual\", \"company\", or both, with a policy",
        );
    }
    let auto_apply = fields.optional_flag("auto_apply").unwrap_or_default();
    fields.finish();
    let defined = scope.names.find(Section::Product, alias)?;
    Some(Product {
        id: ProductId(defined.id),
        alias: alias.to_owned(),
        name,
        individual,
        company,
        auto_apply,
        retired: false,
    })
}

fn course<'a>(fields: Fields<'a>, scope: &Scope<'a>, entity: Entity) -> Option<Course> {
    let find = |section, value: Option<Value<'a>>| {
        let value = value?;
        let name = scope.find(section, &value)?;
        fits(section, name, Some(entity), &value).then_some(name.id)
    };
    let policy = find(Section::Policy, fields.required("policy"));
    let risk = find(Section::Model, fields.optional("risk_model"));
    fields.finish();
    Some(Course {
        policy: PolicyId(policy?),
        risk: risk.map(RiskModelId),
    })
}
