//! Which data the published policy needs, product by product: for risk factors, branches and checks.
//!
//! What a factor or branch needs is found by asking it about somebody of whom nothing is known: what
//! it then lacks is what it needs. Nothing is read from the document a second time, so this cannot
//! say otherwise than an application that waits.

use std::collections::{BTreeMap, BTreeSet};

use config::ProviderKind;
use domain::{
    Answer as Answered, CheckVariant, CheckVariantId, Condition, Course, Element, Entity, Facts,
    Missing, Over, Profile, ProfileId, Property, RiskModel, SmartPolicy, TaskVariant,
    TaskVariantId, Why,
};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::change::Answer;
use crate::platform::Account;
use crate::{Caller, Environment, Failure, Platform, convert, render};

/// What every product needs of each kind of profile that it is for.
pub async fn read(platform: &Platform, caller: &Caller) -> Result<Answer, Failure> {
    let account = platform.account(caller.account).await?;
    let today = domain::date_in(platform.now(), &account.zone);
    let config = &account.config.config;
    let mut products = Vec::new();
    for product in config.products.values().filter(|product| !product.retired) {
        for entity in [Entity::Individual, Entity::Company] {
            if let Some(course) = product.course(entity) {
                let looking = Looking {
                    account: &account,
                    entity,
                    today,
                };
                products.push(looking.product(product, course));
            }
        }
    }
    render::answer(&json!({
        "configuration": { "version": config.version },
        "products": products,
    }))
}

/// Of whom, where a value stands (any one of several paths), and the property it gives.
type Field = (&'static str, Vec<String>, Option<String>);
/// What needs each field.
type Needs = BTreeMap<Field, Vec<Value>>;

struct Looking<'a> {
    account: &'a Account,
    entity: Entity,
    today: Date,
}

impl Looking<'_> {
    fn product(&self, product: &domain::Product, course: &Course) -> Value {
        let config = &self.account.config.config;
        let mut needs = Needs::new();
        let mut of_associates = Needs::new();
        if let Some(model) = course.risk.and_then(|model| config.models.get(&model)) {
            self.risk(model, &mut needs, &mut of_associates);
        }
        let policy = config.policies.get(&course.policy);
        let (mut lists, mut unknown) = (Vec::new(), Vec::new());
        if let Some(policy) = policy {
            self.branches(policy, &mut needs);
            for task in self.tasks(policy) {
                self.task(task, &mut needs, &mut lists, &mut unknown);
            }
        }
        json!({
            "product": product.alias,
            "entity_type": convert::entity_name(self.entity),
            "fields": told(needs),
            "associate_fields": told(of_associates),
            "associates": lists,
            "unknown": unknown,
        })
    }

    /// What the factors lack of somebody of whom nothing is known.
    fn risk(&self, model: &RiskModel, needs: &mut Needs, of_associates: &mut Needs) {
        let nobody = nobody(self.entity);
        let assessment = domain::score(model, &nobody, self.today);
        for (factor, outcome) in model.factors.iter().zip(&assessment.factors) {
            let by = |roles: Option<Vec<&str>>| {
                let mut by = json!({
                    "kind": "risk_factor",
                    "name": &*factor.label,
                    "is_required": factor.required,
                });
                if let Some(roles) = roles {
                    by["roles"] = json!(roles);
                }
                by
            };
            match &factor.over {
                Over::Profile => add(needs, self.entity, &outcome.missing, &by(None)),
                Over::Associates(roles) => {
                    let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
                    let conditions = factor.rules.iter().map(|rule| &rule.condition);
                    for entity in [Entity::Individual, Entity::Company] {
                        let lacking = self.lacking(entity, conditions.clone());
                        add(of_associates, entity, &lacking, &by(Some(roles.clone())));
                    }
                }
            }
        }
    }

    fn branches(&self, policy: &SmartPolicy, needs: &mut Needs) {
        for element in &policy.elements {
            if let Element::Branch {
                name, condition, ..
            } = element
            {
                let lacking = self.lacking(self.entity, std::iter::once(condition));
                let by = json!({ "kind": "branch", "name": name, "is_required": true });
                add(needs, self.entity, &lacking, &by);
            }
        }
    }

    /// The task variants that a policy may add, each once, by alias.
    fn tasks(&self, policy: &SmartPolicy) -> Vec<&TaskVariant> {
        let added = policy.elements.iter().filter_map(|element| match element {
            Element::Tasks { add, .. } => Some(add),
            Element::Branch { .. } | Element::Outcome(_) => None,
        });
        let added: BTreeSet<&TaskVariantId> = added.flatten().collect();
        let known = &self.account.config.config.tasks;
        let mut tasks: Vec<&TaskVariant> =
            added.into_iter().filter_map(|id| known.get(id)).collect();
        tasks.sort_by_key(|task| &task.alias);
        tasks
    }

    /// What the checks of a task need, and whom its list brings through.
    fn task(
        &self,
        task: &TaskVariant,
        needs: &mut Needs,
        lists: &mut Vec<Value>,
        unknown: &mut Vec<Value>,
    ) {
        let config = &self.account.config.config;
        if let Some(rule) = &task.associates {
            let product = config.products.get(&rule.product);
            let roles: Vec<&str> = rule.roles.iter().map(|role| role.name()).collect();
            lists.push(json!({
                "task": task.alias,
                "product": product.map(|product| product.alias.as_str()),
                "roles": roles,
            }));
        }
        for check in task
            .automatic_checks
            .iter()
            .filter_map(|id| config.checks.get(id))
        {
            let by = json!({
                "kind": "check",
                "name": check.alias,
                "check_type": check.check_type,
                "task": task.alias,
                "is_required": true,
            });
            let strangers = self.strangers(check);
            if strangers.is_empty() {
                for need in self.of_check(check) {
                    let field = (convert::entity_name(self.entity), need, None);
                    let entry = needs.entry(field).or_default();
                    if !entry.contains(&by) {
                        entry.push(by.clone());
                    }
                }
            }
            for provider in strangers {
                let told = json!({ "check": check.alias, "provider": provider });
                if !unknown.contains(&told) {
                    unknown.push(told);
                }
            }
        }
    }

    /// Providers of a check of which is not known here what they need.
    fn strangers<'c>(&self, check: &'c CheckVariant) -> BTreeSet<&'c str> {
        if self.account.row.environment == Environment::Demo.name() {
            return BTreeSet::new();
        }
        let by_country = check.by_country.iter().flat_map(|(_, order)| order);
        let steps = check.providers.iter().chain(by_country);
        let is_stranger = |provider: &&str| {
            let known = self.account.config.provider(provider);
            known.is_none_or(|known| known.kind != ProviderKind::Demo)
        };
        steps
            .map(|step| step.provider.as_str())
            .filter(is_stranger)
            .collect()
    }

    fn of_check(&self, check: &CheckVariant) -> Vec<Vec<String>> {
        let options = self.options(check.id);
        let needs = providers::demo::needs(convert::check_type(Some(check)), options);
        let paths = |need: providers::demo::Need| need.iter().map(|path| within(path)).collect();
        needs.into_iter().map(paths).collect()
    }

    fn options(&self, check: CheckVariantId) -> &Value {
        const NONE: &Value = &Value::Null;
        self.account
            .config
            .check_options
            .get(&check)
            .unwrap_or(NONE)
    }

    /// What conditions lack of somebody of whom nothing is known.
    fn lacking<'c>(
        &self,
        entity: Entity,
        conditions: impl Iterator<Item = &'c Condition>,
    ) -> BTreeSet<Missing> {
        let nobody = nobody(entity);
        let facts = Facts::of(&nobody, None, self.today);
        let lacking = conditions.filter_map(|condition| match domain::answer(condition, &facts) {
            Answered::Missing(missing) => Some(missing),
            Answered::Yes | Answered::No => None,
        });
        lacking.flatten().collect()
    }
}

/// Notes what needs the fields that are lacking.
fn add(needs: &mut Needs, entity: Entity, lacking: &BTreeSet<Missing>, by: &Value) {
    let supplied = lacking
        .iter()
        .filter(|missing| missing.why == Why::NotSupplied);
    for missing in supplied {
        let paths = paths(entity, &missing.property);
        if paths.is_empty() {
            continue;
        }
        let property = Some(missing.property.key());
        let field = (convert::entity_name(entity), paths, property);
        let entry = needs.entry(field).or_default();
        if !entry.contains(by) {
            entry.push(by.clone());
        }
    }
}

fn nobody(entity: Entity) -> Profile {
    Profile::new(ProfileId(0), entity, false, jiff::Timestamp::UNIX_EPOCH)
}

fn paths(entity: Entity, property: &Property) -> Vec<String> {
    match property {
        Property::Declared(key) => {
            let paths = wire::facts::paths(entity, key).iter();
            paths.map(|path| within(path)).collect()
        }
        Property::Custom(name) => vec![within(&format!("custom_fields.{name}"))],
        Property::CheckResult(_) | Property::CheckDecision(_) | Property::Events(..) => Vec::new(),
    }
}

fn within(path: &str) -> String {
    format!("collected_data.{path}")
}

fn told(needs: Needs) -> Vec<Value> {
    let told = needs.into_iter().map(|((entity, paths, property), by)| {
        json!({
            "entity_type": entity,
            "any_of": paths,
            "property": property,
            "needed_by": by,
        })
    });
    told.collect()
}
