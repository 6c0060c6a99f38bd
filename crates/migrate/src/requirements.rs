//! Which data is needed, and which of it the book lacks.
//!
//! Needed is what the guide to migration asks of every client at least ([`minimum`]), and what the
//! server's published policy asks for: required input of checks, risk factors, branches
//! (`GET /admin/requirements`). Beside it stands how many of the rows that come over have it, product
//! by product, with the first that do not. Associates count with those whom their companies' lists
//! bring through.

mod minimum;
mod policy;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use wire::collected::AssociateList;

pub use policy::Asked;

use crate::api::{Api, Patience};
use crate::book::{Entity, Keep};
use crate::forecast::Kind;
use crate::forecast::members::{self, Member};
use crate::run::mapping_text;
use crate::{Book, Error, Scope, mapping};
use policy::{By, Policy};

/// How many of those who lack something are named.
pub const LACKING_NAMED_MAX: usize = 5;

/// What is asked.
#[derive(Clone)]
pub struct Options {
    /// The mapping file.
    pub mapping: PathBuf,
    /// The folder of the source files.
    pub source: PathBuf,
    /// Which clients come over.
    pub scope: Scope,
    /// Base URLs of the server's nodes; with none only the guide's minimum is looked at.
    pub base_urls: Vec<String>,
    /// An administrator's API key; may be empty where there is no base URL.
    pub api_key: String,
}

/// What is needed and lacking.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What the mapping calls the book.
    pub book: String,
    /// The scope, `all` or `active`.
    pub scope: &'static str,
    /// The policy that was asked.
    pub policy: Asked,
    /// By product and kind of profile.
    pub groups: Vec<Group>,
    /// Clients whose rows are rejected, so that nothing is asked of them yet.
    pub rejected: u64,
}

/// Profiles of one kind that go through one product.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// Alias of the product; none for those who apply for nothing.
    pub product: Option<String>,
    /// `INDIVIDUAL` or `COMPANY`.
    pub entity: &'static str,
    /// Whether these are the associates of companies that apply for it.
    pub of_associates: bool,
    /// How many they are.
    pub profiles: u64,
    /// What is needed of them; what most of them lack first.
    pub needs: Vec<Need>,
    /// Checks and their providers of which the server does not know what they need.
    pub unknown: Vec<(String, String)>,
}

/// One value that is needed.
#[derive(Clone, Debug, Serialize)]
pub struct Need {
    /// Where it stands: any one of these paths.
    pub any_of: Vec<String>,
    /// What needs it.
    pub needed_by: Vec<String>,
    /// What happens without it.
    pub without: Without,
    /// How many profiles have it.
    pub filled: u64,
    /// How many lack it.
    pub lacking: u64,
    /// The first of those who lack it, at most [`LACKING_NAMED_MAX`].
    pub first: Vec<Lacking>,
    /// Whether it is needed of clients only, not of those whom a company names and nobody else does.
    #[serde(skip)]
    is_of_clients: bool,
}

/// Somebody who lacks something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// The reference in the source.
    pub reference: String,
    /// The source file.
    pub file: String,
    /// The physical line.
    pub line: u64,
}

/// What happens where a value is missing, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Without {
    /// An optional factor adds nothing to the score.
    Unscored,
    /// The guide to migration asks for it.
    Minimum,
    /// The application waits for it.
    Waits,
    /// The check ends in an error.
    CheckError,
}

/// Reads and judges the book, asks the server what its policy needs, and counts.
///
/// Errors: mistakes of the mapping and the sources; a server that cannot be reached. A server that
/// does not say what it needs is no error: see [`Asked`].
pub async fn look(options: &Options) -> Result<Report, Error> {
    let (name, text) = mapping_text(&options.mapping)?;
    let mapping = mapping::read(&name, &text, &options.source)?;
    let policy = if options.base_urls.is_empty() {
        Policy::unread("there is no --url, or no key")
    } else {
        let api = Api::new(&options.base_urls, &options.api_key, Patience::default())?;
        policy::ask(&api).await?
    };
    let book = Book::read(mapping, &options.source, options.scope, &Keep::temporary()?)?;
    let members = members::of(&book);
    let mut counting = Counting {
        book: &book,
        members: &members,
        policy: &policy,
        groups: BTreeMap::new(),
    };
    counting.count()?;
    let rejected = book.clients.iter().filter(|client| {
        let verdict = &client.row.verdict;
        verdict.outcome == crate::book::Outcome::Reject
    });
    Ok(Report {
        book: book.mapping.name.clone(),
        scope: book.scope.as_str(),
        rejected: rejected.count() as u64,
        groups: counting.finish(),
        policy: policy.asked,
    })
}

/// Which profiles belong together: product, kind, and whether they are looked at as associates.
type Key = (Option<String>, bool, &'static str);

struct Counting<'a> {
    book: &'a Book,
    members: &'a [Member],
    policy: &'a Policy,
    groups: BTreeMap<Key, Counted>,
}

/// A group while it is counted.
#[derive(Default)]
struct Counted {
    profiles: u64,
    needs: Vec<Need>,
}

impl Counting<'_> {
    fn count(&mut self) -> Result<(), Error> {
        let products = self.products()?;
        let as_associates = self.as_associates(&products);
        for (at, member) in self.members.iter().enumerate() {
            let request = member.request(self.book, self.members)?;
            let entity = member.entity(self.book).as_str();
            let mut keys: Vec<Key> = products[at]
                .iter()
                .map(|product| (Some(product.clone()), false, entity))
                .collect();
            if keys.is_empty() {
                keys.push((None, false, entity));
            }
            let listed = as_associates.get(&at).into_iter().flatten();
            keys.extend(listed.map(|product| (Some(product.clone()), true, entity)));
            for key in keys {
                self.count_one(key, member, &request["profile"]);
            }
        }
        Ok(())
    }

    fn count_one(&mut self, key: Key, member: &Member, profile: &Value) {
        let needs = || self.policy.needs(&key);
        let fresh = (!self.groups.contains_key(&key)).then(needs);
        let group = self.groups.entry(key).or_default();
        group.needs.extend(fresh.into_iter().flatten());
        group.profiles += 1;
        let is_client = member.kind == Kind::Client;
        let needs = group.needs.iter_mut();
        for need in needs.filter(|need| is_client || !need.is_of_clients) {
            if need.any_of.iter().any(|path| is_there(profile, path)) {
                need.filled += 1;
                continue;
            }
            need.lacking += 1;
            if need.first.len() < LACKING_NAMED_MAX {
                let row = member.row(self.book);
                need.first.push(Lacking {
                    reference: member.reference.clone(),
                    file: self.book.mapping.sources[row.source].file.clone(),
                    line: row.record.line,
                });
            }
        }
    }

    /// What each member applies for: by itself, and for the sake of companies that list it, at all
    /// levels.
    fn products(&self) -> Result<Vec<BTreeSet<String>>, Error> {
        let mut products: Vec<BTreeSet<String>> = Vec::with_capacity(self.members.len());
        for member in self.members {
            let request = member.request(self.book, self.members)?;
            let applications = request["profile"]["applications"].as_array();
            let aliases = applications.into_iter().flatten();
            let aliases = aliases.filter_map(|one| one["product"]["alias"].as_str());
            products.push(aliases.map(str::to_owned).collect());
        }
        let mut open: Vec<usize> = (0..self.members.len()).collect();
        while let Some(at) = open.pop() {
            let entity = self.members[at].entity(self.book);
            let wanted: Vec<(usize, String)> = self.members[at]
                .listed(self.book)
                .flat_map(|(below, list)| {
                    let role = role(list);
                    let own = products[at].iter();
                    let asked = own.flat_map(|own| self.policy.asks(own, entity, role));
                    asked
                        .map(move |product| (below, product))
                        .collect::<Vec<_>>()
                })
                .collect();
            for (below, product) in wanted {
                if products[below].insert(product) {
                    open.push(below);
                }
            }
        }
        Ok(products)
    }

    /// By member, the products of the companies whose risk looks at it.
    fn as_associates(&self, products: &[BTreeSet<String>]) -> BTreeMap<usize, BTreeSet<String>> {
        let mut found: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for (at, member) in self.members.iter().enumerate() {
            for (below, list) in member.listed(self.book) {
                let looked = products[at]
                    .iter()
                    .filter(|product| self.policy.looks_at(product, role(list)));
                found.entry(below).or_default().extend(looked.cloned());
            }
        }
        found
    }

    fn finish(self) -> Vec<Group> {
        let policy = self.policy;
        let groups = self.groups.into_iter().map(|(key, counted)| {
            let mut needs = counted.needs;
            needs.retain(|need| need.filled + need.lacking > 0);
            needs.sort_by_key(|need| {
                let is_lacking = need.lacking > 0;
                std::cmp::Reverse((is_lacking, need.without, need.lacking))
            });
            Group {
                unknown: policy.unknown(&key),
                product: key.0,
                of_associates: key.1,
                entity: key.2,
                profiles: counted.profiles,
                needs,
            }
        });
        groups.filter(|group| !group.needs.is_empty()).collect()
    }
}

/// The role that a list stands for, as the API words it.
fn role(list: &str) -> Option<&'static str> {
    AssociateList::at(list).map(|list| list.role().as_str())
}

/// Whether a path such as `collected_data.address_history[].address.country` holds something.
fn is_there(value: &Value, path: &str) -> bool {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    if first.is_empty() {
        return holds(value);
    }
    match first.strip_suffix("[]") {
        Some(list) => {
            let mut entries = value[list].as_array().into_iter().flatten();
            entries.any(|entry| is_there(entry, rest))
        }
        None => is_there(&value[first], rest),
    }
}

fn holds(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => list.iter().any(holds),
        Value::Object(fields) => fields.values().any(holds),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Adds what needs a value to the needs; the same value stands there once.
fn add(needs: &mut Vec<Need>, any_of: Vec<String>, by: &By) {
    let at = needs.iter().position(|need| need.any_of == any_of);
    let at = at.unwrap_or_else(|| {
        needs.push(Need {
            any_of,
            needed_by: Vec::new(),
            without: Without::Unscored,
            filled: 0,
            lacking: 0,
            first: Vec::new(),
            is_of_clients: false,
        });
        needs.len() - 1
    });
    let need = &mut needs[at];
    need.without = need.without.max(by.without);
    if !need.needed_by.contains(&by.name) {
        need.needed_by.push(by.name.clone());
    }
}

/// The entity with this name of the API.
fn entity_named(name: &str) -> Option<Entity> {
    [Entity::Individual, Entity::Company]
        .into_iter()
        .find(|entity| entity.as_str() == name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_is_filled_where_any_entry_of_its_lists_holds_something() {
        let data =
            json!({"a": {"b": [{"c": " "}, {"c": "x"}]}, "d": [], "e": {"f": null}, "g": false});
        for (path, expected) in [
            ("a.b[].c", true),
            ("a.b", true),
            ("a.b[].d", false),
            ("d", false),
            ("e", false),
            ("e.f.g", false),
            ("g", true),
        ] {
            assert_eq!(is_there(&data, path), expected, "{path}");
        }
    }
}
