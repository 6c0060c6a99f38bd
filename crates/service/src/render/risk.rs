//! Risk: the score of an application, opened into its factors.

use domain::{Assessment, Decimal, FactorOutcome};
use wire::resource::{ComponentRisk, RiskLevel, RiskOverviewResource};

use crate::convert;

/// An assessment in the contract's shape.
pub(crate) fn overview(assessment: &Assessment) -> RiskOverviewResource {
    let level = assessment.level.as_ref();
    RiskOverviewResource {
        components: assessment.factors.iter().map(component).collect(),
        is_pending: false,
        missing_required_components: assessment
            .factors
            .iter()
            .filter(|factor| factor.required && factor.score.is_none())
            .map(|factor| factor.label.clone())
            .collect(),
        inherited: None,
        overall_risk: RiskLevel {
            score: assessment.total.map(number),
            category: convert::risk_category(level.map(|level| level.category)),
            name: level.map(|level| level.label.clone()),
        },
    }
}

fn component(factor: &FactorOutcome) -> ComponentRisk {
    let category = match factor.score {
        Some(_) => wire::value::RiskCategory::Low,
        None => wire::value::RiskCategory::Undetermined,
    };
    ComponentRisk {
        name: factor.label.clone(),
        input_value: factor.rule.clone(),
        required: factor.required,
        risk_level: RiskLevel {
            score: factor.score.map(number),
            category,
            name: None,
        },
        raw_value: factor.input.clone(),
        min_overall_score: None,
        errors: Vec::new(),
    }
}

/// A score as a JSON number; scores have few digits, so nothing is lost.
fn number(score: Decimal) -> f64 {
    score.to_string().parse().unwrap_or_default()
}
