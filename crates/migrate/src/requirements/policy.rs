//! What the server's policy needs.

use serde::{Deserialize, Serialize};

use super::{Key, Need, Without, add, entity_named, minimum};
use crate::Error;
use crate::api::{Api, Call, Failure};
use crate::book::Entity;

const PATH: &str = "/admin/requirements";
/// Checks of this type look people up by their whole address.
const IDENTITY: &str = "IDENTITY_CHECK";

/// What came of asking the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The policy of this version.
    Version(u64),
    /// It could not be asked, and why: only the guide's minimum is known.
    Unread(String),
}

/// What a policy needs.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) asked: Asked,
    products: Vec<Product>,
}

/// What needs a value.
pub(super) struct By {
    pub(super) name: String,
    pub(super) without: Without,
}

#[derive(Debug, Deserialize)]
struct Answer {
    configuration: Configuration,
    products: Vec<Product>,
}

#[derive(Debug, Deserialize)]
struct Configuration {
    version: u64,
}

/// What one product needs of one kind of profile.
#[derive(Debug, Deserialize)]
struct Product {
    #[serde(rename = "product")]
    alias: String,
    entity_type: String,
    fields: Vec<Field>,
    #[serde(default)]
    associate_fields: Vec<Field>,
    #[serde(default)]
    associates: Vec<List>,
    #[serde(default)]
    unknown: Vec<Unknown>,
}

#[derive(Debug, Deserialize)]
struct Field {
    entity_type: String,
    any_of: Vec<String>,
    needed_by: Vec<NeededBy>,
}

#[derive(Debug, Deserialize)]
struct NeededBy {
    kind: String,
    name: String,
    #[serde(default)]
    check_type: Option<String>,
    is_required: bool,
    /// Of a factor over associates: their roles; none: everybody.
    #[serde(default)]
    roles: Vec<String>,
}

/// A verification list: who is brought through, and for which product.
#[derive(Debug, Deserialize)]
struct List {
    product: Option<String>,
    roles: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Unknown {
    check: String,
    provider: String,
}

/// Asks the server.
pub(super) async fn ask(api: &Api) -> Result<Policy, Error> {
    let answer = match api.first_call(Call::get_admin(PATH)).await {
        Ok(answer) => answer.body,
        Err(Failure::KeyRefused) => {
            return Ok(Policy::unread(
                "only an administrator's key may ask what the policy needs",
            ));
        }
        Err(Failure::Refused {
            status: 404 | 405, ..
        }) => {
            return Ok(Policy::unread(
                "this server has no /admin/requirements, which is Usher's own; look at the \
                 configuration of its data providers and risk models",
            ));
        }
        Err(Failure::Refused { message, .. }) => return Ok(Policy::unread(&message)),
        Err(failure @ (Failure::Unclear(_) | Failure::Fatal(_))) => return Err(failure.into()),
    };
    let answer: Result<Answer, _> = serde_json::from_value(answer);
    Ok(match answer {
        Ok(answer) => Policy {
            asked: Asked::Version(answer.configuration.version),
            products: answer.products,
        },
        Err(error) => Policy::unread(&format!(
            "the server answers in a way that this tool cannot read: {error}"
        )),
    })
}

impl Policy {
    pub(super) fn unread(why: &str) -> Policy {
        Policy {
            asked: Asked::Unread(why.to_owned()),
            products: Vec::new(),
        }
    }

    fn product(&self, product: &str, entity: &str) -> Option<&Product> {
        let mut products = self.products.iter();
        products.find(|one| one.alias == product && one.entity_type == entity)
    }

    /// What is needed of a group.
    pub(super) fn needs(&self, (product, of_associates, entity): &Key) -> Vec<Need> {
        let mut needs = Vec::new();
        if *of_associates {
            let company = product
                .as_deref()
                .and_then(|one| self.product(one, Entity::Company.as_str()));
            let fields = company
                .into_iter()
                .flat_map(|company| &company.associate_fields);
            fields
                .filter(|field| field.entity_type == *entity)
                .for_each(|field| field.add(&mut needs));
            return needs;
        }
        if let Some(product) = product.as_deref().and_then(|one| self.product(one, entity)) {
            product
                .fields
                .iter()
                .for_each(|field| field.add(&mut needs));
            let by = product.fields.iter().flat_map(|field| &field.needed_by);
            let identity = by.filter(|by| by.check_type.as_deref() == Some(IDENTITY));
            if let Some(check) = identity.map(|by| &by.name).next() {
                minimum::full_address(check, &mut needs);
            }
        }
        if let Some(entity) = entity_named(entity) {
            minimum::needs(entity, &mut needs);
        }
        needs
    }

    /// The products that an associate in a role is asked to apply for by a company that applies for
    /// one.
    pub(super) fn asks(&self, product: &str, entity: Entity, role: Option<&str>) -> Vec<String> {
        let product = self.product(product, entity.as_str());
        let lists = product.into_iter().flat_map(|product| &product.associates);
        let asking =
            lists.filter(|list| role.is_some_and(|role| list.roles.iter().any(|one| one == role)));
        asking.filter_map(|list| list.product.clone()).collect()
    }

    /// Whether the risk of companies that apply for a product looks at associates in a role.
    pub(super) fn looks_at(&self, product: &str, role: Option<&str>) -> bool {
        let product = self.product(product, Entity::Company.as_str());
        let fields = product
            .into_iter()
            .flat_map(|product| &product.associate_fields);
        let mut by = fields.flat_map(|field| &field.needed_by);
        by.any(|by| {
            let named = |role| by.roles.iter().any(|one| one == role);
            by.roles.is_empty() || role.is_some_and(named)
        })
    }

    /// Checks of a group and their providers of which nothing is known.
    pub(super) fn unknown(&self, (product, of_associates, entity): &Key) -> Vec<(String, String)> {
        let product = product.as_deref().filter(|_| !of_associates);
        let product = product.and_then(|product| self.product(product, entity));
        let unknown = product.into_iter().flat_map(|product| &product.unknown);
        unknown
            .map(|one| (one.check.clone(), one.provider.clone()))
            .collect()
    }
}

impl Field {
    fn add(&self, needs: &mut Vec<Need>) {
        for by in &self.needed_by {
            let without = match (by.kind.as_str(), by.is_required) {
                ("check", _) => Without::CheckError,
                (_, true) => Without::Waits,
                (_, false) => Without::Unscored,
            };
            let kind = match by.kind.as_str() {
                "risk_factor" => "risk factor",
                kind => kind,
            };
            let name = format!("{kind} {}", by.name);
            add(needs, self.any_of.clone(), &By { name, without });
        }
    }
}
