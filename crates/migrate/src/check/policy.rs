//! The server's published policy: does it know the products and custom fields that the mapping
//! names?

use document::{Collector, Fields, Problems};

use crate::api::{Api, Call, Failure};
use crate::book::Entity;
use crate::mapping::{EvidenceMap, Field, Mapping, Origin, ProductRule, Segment};

/// What the server says of an account without a policy.
const NOT_PUBLISHED: &str = "published policy";

/// What came of asking for the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The mapping was held to this version.
    Version(u64),
    /// The account has none yet: it would refuse every client.
    Missing,
    /// It could not be read, and why.
    Unread(String),
}

/// Holds a mapping to the policy that the server works by. Only an administrator's key may read it.
///
/// Errors: everything the mapping names that the policy does not know, at once.
pub(crate) async fn policy(mapping: &Mapping, api: &Api) -> Result<Policy, Problems> {
    policy_and_checks(mapping, &[], api).await
}

/// As [`policy`], with the checks that are to be switched off, each with where it is named.
pub(super) async fn policy_and_checks(
    mapping: &Mapping,
    checks: &[(String, Origin)],
    api: &Api,
) -> Result<Policy, Problems> {
    let unread = |why: &str| Ok(Policy::Unread(why.to_owned()));
    let answer = match api.first_call(Call::get_admin("/admin/config")).await {
        Ok(answer) => answer.body,
        Err(Failure::KeyRefused) => {
            return unread("only an administrator's key may read the policy");
        }
        // Other servers have no such path, and say so with other words.
        Err(Failure::Refused {
            status: 404,
            message,
            ..
        }) if message.contains(NOT_PUBLISHED) => {
            return Ok(Policy::Missing);
        }
        Err(failure) => return unread(&failure.to_string()),
    };
    let known = answer["document"].as_str().and_then(Known::read);
    let Some(known) = known else {
        return unread("the server's policy is not one that this tool can read");
    };
    hold(mapping, checks, &known)?;
    Ok(Policy::Version(
        answer["number"].as_u64().unwrap_or_default(),
    ))
}

/// What a policy knows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Known {
    products: Vec<Product>,
    fields: Vec<CustomField>,
    /// Aliases of task variants.
    tasks: Vec<String>,
    /// Aliases of check variants.
    checks: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
struct Product {
    alias: String,
    /// For whom it has a policy.
    entities: Vec<Entity>,
}

#[derive(Debug, PartialEq, Eq)]
struct CustomField {
    name: String,
    entities: Vec<Entity>,
}

impl Known {
    /// Reads what matters here of a policy document; `None` when it is none.
    fn read(text: &str) -> Option<Known> {
        let root = document::parse("policy", text).ok()?;
        let collector = Collector::new("policy");
        let fields = Fields::of(&root, &collector)?;
        let of = |wanted: Option<&str>| match wanted {
            Some("individual") => vec![Entity::Individual],
            Some("company") => vec![Entity::Company],
            _ => vec![Entity::Individual, Entity::Company],
        };
        let list = |key: &str| {
            fields
                .list(key)
                .into_iter()
                .filter_map(|value| value.fields())
        };
        let products = list("products").map(|product| {
            let has = |(key, entity)| product.has(key).then_some(entity);
            let entities = [
                ("individual", Entity::Individual),
                ("company", Entity::Company),
            ];
            Product {
                alias: product.text("alias").to_owned(),
                entities: entities.into_iter().filter_map(has).collect(),
            }
        });
        let custom = list("custom_fields").map(|field| CustomField {
            name: field.text("name").to_owned(),
            entities: of(field.optional_text("entity")),
        });
        let tasks = list("tasks").map(|task| task.text("alias").to_owned());
        let checks = list("checks").map(|check| check.text("alias").to_owned());
        let known = Known {
            tasks: tasks.collect(),
            checks: checks.collect(),
            products: products.collect(),
            fields: custom.collect(),
        };
        collector.is_empty().then_some(known)
    }
}

/// Everything a mapping names that the policy does not know.
fn hold(mapping: &Mapping, checks: &[(String, Origin)], known: &Known) -> Result<(), Problems> {
    let collector = Collector::new(&mapping.document);
    for (check, origin) in checks
        .iter()
        .filter(|(check, _)| !known.checks.contains(check))
    {
        let message = format!("the published policy has no check \"{check}\" to switch off");
        let known: Vec<&str> = known.checks.iter().map(String::as_str).collect();
        unknown(origin, check, &known, (message, &collector));
    }
    for (entity, map) in [
        (Entity::Individual, &mapping.individuals),
        (Entity::Company, &mapping.companies),
    ] {
        let Some(map) = map else { continue };
        products(&map.products, entity, known, &collector);
        custom_fields(&map.fields, entity, known, &collector);
        tasks(&map.evidence, known, &collector);
    }
    if let Some(map) = &mapping.associates {
        custom_fields(&map.fields, Entity::Individual, known, &collector);
    }
    collector.finish()
}

fn tasks(evidence: &[EvidenceMap], known: &Known, collector: &Collector) {
    let known = || known.tasks.iter().map(String::as_str);
    for map in evidence {
        if known().any(|task| *task == *map.task) {
            continue;
        }
        let message = format!("the published policy has no task \"{}\"", map.task);
        let hint = document::suggest(&map.task, known()).map_or_else(
            || format!("its tasks are {}", known().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean \"{near}\"?"),
        );
        collector.report_with_hint(&map.origin.path, map.origin.place, message, hint);
    }
}

fn products(rule: &ProductRule, entity: Entity, known: &Known, collector: &Collector) {
    for (alias, origin) in &rule.named {
        let found = known
            .products
            .iter()
            .find(|product| product.alias == *alias);
        match found {
            Some(product) if product.entities.contains(&entity) => {}
            Some(_) => {
                let message = format!("the product \"{alias}\" is not for {}", plural(entity));
                let hint = format!("the policy gives it no {} policy", singular(entity));
                collector.report_with_hint(&origin.path, origin.place, message, hint);
            }
            None => {
                let message = format!("the published policy has no product \"{alias}\"");
                let known = known
                    .products
                    .iter()
                    .filter(|one| one.entities.contains(&entity));
                let known = known.map(|product| product.alias.as_str());
                unknown(
                    origin,
                    alias,
                    &known.collect::<Vec<_>>(),
                    (message, collector),
                );
            }
        }
    }
}

fn custom_fields(fields: &[Field], entity: Entity, known: &Known, collector: &Collector) {
    for field in fields {
        let Some(name) = custom_name(field) else {
            continue;
        };
        let found = known.fields.iter().find(|custom| custom.name == name);
        if found.is_some_and(|custom| custom.entities.contains(&entity)) {
            continue;
        }
        let message = match found {
            Some(_) => format!("the custom field \"{name}\" is not for {}", plural(entity)),
            None => format!("the published policy has no custom field \"{name}\""),
        };
        let known = known
            .fields
            .iter()
            .filter(|one| one.entities.contains(&entity));
        let known: Vec<&str> = known.map(|custom| custom.name.as_str()).collect();
        unknown(&field.origin, name, &known, (message, collector));
    }
}

/// The custom field that a field goes to.
fn custom_name(field: &Field) -> Option<&str> {
    match field.to.0.as_slice() {
        [
            Segment::Key(data),
            Segment::Key(custom),
            Segment::Key(name),
            ..,
        ] if data == "collected_data" && custom == "custom_fields" => Some(name),
        _ => None,
    }
}

fn unknown(
    origin: &Origin,
    word: &str,
    known: &[&str],
    (message, collector): (String, &Collector),
) {
    let hint = match document::suggest(word, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if known.is_empty() => {
            "it has none of this kind; publish a policy that has".to_owned()
        }
        None => format!(
            "it has {}; or publish a policy that has it",
            known.join(", ")
        ),
    };
    collector.report_with_hint(&origin.path, origin.place, message, hint);
}

fn singular(entity: Entity) -> &'static str {
    match entity {
        Entity::Individual => "individual",
        Entity::Company => "company",
    }
}

fn plural(entity: Entity) -> &'static str {
    match entity {
        Entity::Individual => "individuals",
        Entity::Company => "companies",
    }
}
