//! Names in one cell: which part of it is wanted, and in which order it is written.

use std::sync::Arc;

use document::Value;

use super::Step;
use crate::names::PARTICLES;

/// The part of a name that a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamePart {
    /// The given names, a list.
    Given,
    /// The family name, one text.
    Family,
}

/// In which order a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOrder {
    /// `Byron, Augusta Ada`
    LastCommaFirst,
    /// `Augusta Ada Byron`
    FirstLast,
    /// `Byron Augusta Ada`
    LastFirst,
}

/// A part of a name in one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameStep {
    /// Which part.
    pub part: NamePart,
    /// In which order the name is written.
    pub order: NameOrder,
    /// Words that belong to the family name after them (`van`, `de`), in lower case.
    pub particles: Arc<[String]>,
}

const ORDERS: [(&str, NameOrder); 3] = [
    ("last, first", NameOrder::LastCommaFirst),
    ("first last", NameOrder::FirstLast),
    ("last first", NameOrder::LastFirst),
];

/// Reads the setting of `given_names` and `family_name`: an order, or an order with particles.
pub(super) fn name_step(part: NamePart, setting: &Value<'_>) -> Option<Step> {
    let standard = || PARTICLES.iter().map(|word| (*word).to_owned()).collect();
    let (order, particles) = if setting.scalar().is_some() {
        (setting.one_of(&ORDERS), standard())
    } else {
        let fields = setting.fields()?;
        let order = fields.one_of("order", &ORDERS);
        let particles = if fields.has("particles") {
            let words = fields.texts("particles").into_iter();
            words.map(str::to_lowercase).collect()
        } else {
            standard()
        };
        fields.finish();
        (order, particles)
    };
    Some(Step::Name(NameStep {
        part,
        order: order?,
        particles,
    }))
}
