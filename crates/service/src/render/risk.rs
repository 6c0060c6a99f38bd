//! Risk: the score of an application, opened into its factors.

use domain::{Assessment, Config, Decimal, FactorOutcome, RiskModel};
use wire::resource::{ComponentRisk, RiskLevel, RiskOverviewResource};

use crate::convert;

/// An assessment in the contract's shape.
pub(crate) fn overview(config: &Config, assessment: &Assessment) -> RiskOverviewResource {
    let level = assessment.level.as_ref();
    let model = config.models.get(&assessment.model);
    RiskOverviewResource {
        components: assessment
            .factors
            .iter()
            .map(|factor| component(model, factor))
            .collect(),
        is_pending: false,
        missing_required_components: assessment
            .factors
            .iter()
            .filter(|factor| factor.required && factor.score.is_none())
            .map(|factor| factor.label.to_string())
            .collect(),
        inherited: None,
        overall_risk: RiskLevel {
            score: assessment.total.map(number),
            category: convert::risk_category(level.map(|level| level.category)),
            name: level.map(|level| level.label.to_string()),
        },
    }
}

/// A factor; its category is the level that its score alone would reach.
fn component(model: Option<&RiskModel>, factor: &FactorOutcome) -> ComponentRisk {
    let alone = factor
        .score
        .and_then(|score| domain::level_of(model?, score));
    let category = convert::risk_category(alone.map(|level| level.category));
    ComponentRisk {
        name: factor.label.to_string(),
        input_value: factor.rule.as_deref().map(str::to_owned),
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
