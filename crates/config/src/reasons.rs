//! The section `decision_reasons`.

use document::{Fields, Value};
use domain::{DecisionReason, ProductId, ReasonKind};

use crate::naming;
use crate::scope::Scope;
use crate::section::Section;

const KINDS: [(&str, ReasonKind); 3] = [
    ("approval", ReasonKind::Approval),
    ("rejection", ReasonKind::Rejection),
    ("cancellation", ReasonKind::Cancellation),
];

/// Reads the section.
pub(crate) fn read<'a>(root: &Fields<'a>, scope: &Scope<'a>) -> Vec<DecisionReason> {
    root.list("decision_reasons")
        .iter()
        .filter_map(|value| read_one(value, scope))
        .collect()
}

fn read_one<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Option<DecisionReason> {
    let fields = value.fields()?;
    let reason = DecisionReason {
        alias: naming::alias(&fields, "alias").to_owned(),
        name: naming::name(&fields, "name"),
        description: naming::description(&fields, "description"),
        kind: fields
            .one_of("type", &KINDS)
            .unwrap_or(ReasonKind::Rejection),
        products: scope
            .ids(Section::Product, &fields, "products", None)
            .into_iter()
            .map(ProductId)
            .collect(),
    };
    fields.finish();
    Some(reason)
}
