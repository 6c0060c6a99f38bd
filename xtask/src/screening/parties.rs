//! Entries, clients and customers for measuring the engine.

use std::path::Path;

use screening::engine::Subject;
use screening::entry::{Entry, Kind, Name, NameKind, Role, Tie};
use screening::monitor::Client;
use screening::words::{Bearer, Pool};

use super::listed::Entity;
use super::{Options, customers, data, listed};

/// The entries of the joined sanctions lists.
pub(crate) fn sanctions(options: &Options) -> Result<Vec<Entry>, String> {
    let entities = listed::entities(options)?;
    Ok((0..)
        .zip(entities)
        .map(|(at, entity): (u32, Entity)| entry(format!("s{at}"), entity))
        .collect())
}

/// Politicians.
pub(crate) fn politicians(options: &Options) -> Result<Vec<Entry>, String> {
    let path = options
        .data
        .join("peps_everypolitician/peps_2015-11.jsonl.zst");
    let text = data::text(&path)?;
    let mut entries = Vec::new();
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let strings = |key: &str| -> Vec<String> {
            let list = value[key].as_array().into_iter().flatten();
            list.filter_map(|it| it.as_str().or_else(|| it["name"].as_str()))
                .map(str::to_owned)
                .collect()
        };
        let mut names = vec![value["name"].as_str().unwrap_or("").to_owned()];
        names.extend(strings("aliases"));
        names.extend(strings("other_names"));
        let born = value["birth_date"]
            .as_str()
            .or_else(|| value["born"].as_str());
        let country = value["country"].as_str();
        let gender = value["gender"].as_str();
        let evidence = data::evidence(born.into_iter(), country.into_iter(), gender);
        let entity = Entity {
            bearer: Bearer::Person,
            names,
            evidence,
        };
        entries.push(entry(format!("p{}", entries.len()), entity));
    }
    Ok(entries)
}

/// The entries of rows as OFAC publishes them.
pub(crate) fn sdn(rows: &str) -> Vec<(String, Entry)> {
    let ids = data::rows(rows, false)
        .into_iter()
        .filter_map(|row| row.into_iter().next());
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids.dedup();
    let entities = listed::sdn(rows, "");
    ids.into_iter()
        .zip(entities)
        .map(|(id, entity)| (id.clone(), entry(id, entity)))
        .collect()
}

fn entry(id: String, entity: Entity) -> Entry {
    let tie = |code| Tie {
        code,
        role: Role::Nationality,
    };
    let entry = Entry {
        id,
        kind: match entity.bearer {
            Bearer::Person => Kind::Person,
            Bearer::Organization => Kind::Organization,
        },
        names: entity
            .names
            .into_iter()
            .map(|name| Name::new(NameKind::Strong, name))
            .collect(),
        born: entity.evidence.born,
        countries: entity.evidence.countries.into_iter().map(tie).collect(),
        gender: entity.evidence.gender,
        ..Entry::default()
    };
    entry.canonical()
}

/// A book of 97,206 clients: 50,000 persons and 47,206 companies.
pub(crate) fn book(options: &Options) -> Result<Vec<Client>, String> {
    let mut clients = Vec::new();
    for customer in customers::others(options)? {
        clients.push(Client {
            id: format!("person {}", clients.len()),
            subject: Subject {
                kind: Bearer::Person,
                names: vec![customer.name],
                evidence: customer.evidence,
            },
        });
    }
    let mut pool = Pool::default();
    for row in data::rows(&data::text(&companies(&options.data))?, true) {
        let [name, country, ..] = row.as_slice() else {
            continue;
        };
        let country = Some(country.as_str()).filter(|country| !country.is_empty());
        let name = options
            .analyzer
            .analyze_into(&mut pool, Bearer::Organization, name);
        clients.push(Client {
            id: format!("company {}", clients.len()),
            subject: Subject {
                kind: Bearer::Organization,
                names: vec![name],
                evidence: data::evidence(std::iter::empty(), country.into_iter(), None),
            },
        });
    }
    Ok(clients)
}

fn companies(folder: &Path) -> std::path::PathBuf {
    folder.join("companies/listed_companies.csv.zst")
}
