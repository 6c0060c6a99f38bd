//! Names of sanctions lists, for measuring against customers; and how common words are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use screening::evidence::Evidence;
use screening::words::{Analyzer, Bearer, Name, Pool, TokenKind};

use super::Options;
use super::data;

/// Every name of the lists, analyzed, with the place of its entity.
pub(crate) struct Listed {
    pub(crate) names: Vec<(Name, usize)>,
    pub(crate) entities: Vec<Evidence>,
}

/// One entity as read.
pub(crate) struct Entity {
    pub(crate) bearer: Bearer,
    pub(crate) names: Vec<String>,
    pub(crate) evidence: Evidence,
}

/// Reads OFAC's SDN with its aliases, the US consolidated list and the UN list.
pub(crate) fn read(options: &Options) -> Result<Listed, String> {
    let mut pool = Pool::default();
    let mut listed = Listed {
        names: Vec::new(),
        entities: Vec::new(),
    };
    for entity in entities(options)? {
        let place = listed.entities.len();
        for name in entity.names {
            listed.names.push((
                options
                    .analyzer
                    .analyze_into(&mut pool, entity.bearer, &name),
                place,
            ));
        }
        listed.entities.push(entity.evidence);
    }
    Ok(listed)
}

pub(crate) fn entities(options: &Options) -> Result<Vec<Entity>, String> {
    let folder = &options.data;
    let mut found = sdn(
        &data::text(&folder.join("ofac_sdn/sdn_2024-05-03.csv"))?,
        &data::text(&folder.join("ofac_sdn/alt_2025-02-27.csv"))?,
    );
    found.extend(csl(&data::text(
        &folder.join("us_csl/consolidated.csv.zst"),
    )?));
    found.extend(un(&data::text(
        &folder.join("un_sc/UN_consolidated_2025-04-19.xml.zst"),
    )?));
    found.extend(un(&data::text(
        &folder.join("un_sc/UN_consolidated_2026-02-27.xml"),
    )?));
    Ok(found)
}

pub(crate) fn sdn(main: &str, aliases: &str) -> Vec<Entity> {
    let mut entities: BTreeMap<String, Entity> = BTreeMap::new();
    for row in data::rows(main, false) {
        let [id, name, kind, ..] = row.as_slice() else {
            continue;
        };
        let bearer = if kind == "individual" {
            Bearer::Person
        } else {
            Bearer::Organization
        };
        let remarks = row.last().map_or("", String::as_str);
        let dates = remarks
            .split(';')
            .filter_map(|part| part.trim().strip_prefix("DOB "));
        let dates: Vec<String> = dates.filter_map(date).collect();
        let countries = remarks.split(';').filter_map(|part| {
            let part = part.trim().trim_end_matches('.');
            part.strip_prefix("nationality ")
                .or_else(|| part.strip_prefix("citizen "))
        });
        let gender = remarks
            .split(';')
            .find_map(|part| part.trim().strip_prefix("Gender "));
        let gender = gender.map(|text| text.trim_end_matches('.'));
        let evidence = data::evidence(dates.iter().map(String::as_str), countries, gender);
        entities.insert(
            id.clone(),
            Entity {
                bearer,
                names: vec![name.clone()],
                evidence,
            },
        );
    }
    for row in data::rows(aliases, false) {
        let [id, _, _, name, ..] = row.as_slice() else {
            continue;
        };
        if let Some(entity) = entities.get_mut(id) {
            entity.names.push(name.clone());
        }
    }
    entities.into_values().collect()
}

/// "12 Mar 1970" or "1970", of which the rest may say more.
fn date(text: &str) -> Option<String> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let text = text
        .trim()
        .trim_end_matches('.')
        .trim_start_matches("circa ");
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [year] if year.len() == 4 => Some((*year).to_owned()),
        [day, month, year] => {
            let month = MONTHS.find(month)? / 3 + 1;
            Some(format!("{year}-{month:02}-{day:0>2}"))
        }
        [month, year] => Some(format!("{year}-{:02}", MONTHS.find(month)? / 3 + 1)),
        _ => None,
    }
}

fn csl(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    for row in data::rows(text, true) {
        let field = |at: usize| row.get(at).map_or("", String::as_str);
        let person = field(3) == "Individual"
            || (field(3).is_empty()
                && field(1).starts_with("Denied Persons")
                && field(5).contains(','));
        let bearer = if person {
            Bearer::Person
        } else {
            Bearer::Organization
        };
        let mut names = vec![field(5).to_owned()];
        names.extend(field(22).split(';').map(|name| name.trim().to_owned()));
        names.retain(|name| !name.is_empty());
        let countries = field(23).split(';').chain(field(25).split(';'));
        let evidence = data::evidence(field(24).split(';').map(str::trim), countries, None);
        found.push(Entity {
            bearer,
            names,
            evidence,
        });
    }
    found
}

fn un(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    for (tag, bearer) in [
        ("INDIVIDUAL", Bearer::Person),
        ("ENTITY", Bearer::Organization),
    ] {
        for block in elements(text, tag) {
            let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
            let name: Vec<&str> = parts
                .iter()
                .filter_map(|tag| elements(block, tag).next())
                .collect();
            let mut names = vec![name.join(" ")];
            names.extend(elements(block, "ALIAS_NAME").map(str::to_owned));
            names.extend(elements(block, "NAME_ORIGINAL_SCRIPT").map(str::to_owned));
            names.retain(|name| !name.trim().is_empty());
            let births = elements(block, "INDIVIDUAL_DATE_OF_BIRTH");
            let dates =
                births.flat_map(|birth| elements(birth, "DATE").chain(elements(birth, "YEAR")));
            let nationality = elements(block, "NATIONALITY").flat_map(|it| elements(it, "VALUE"));
            let gender = elements(block, "GENDER").next();
            let evidence = data::evidence(dates, nationality, gender);
            found.push(Entity {
                bearer,
                names,
                evidence,
            });
        }
    }
    found
}

/// The contents of all elements with the tag, in order.
fn elements<'a>(text: &'a str, tag: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(&open)? + open.len();
        let end = start + rest[start..].find(&close)?;
        let content = rest[start..end].trim();
        rest = &rest[end..];
        Some(content)
    })
}

/// Words that are in more than one of so many names are common.
const COMMON_ONE_IN: f64 = 4_000.0;

/// Prints the table of common words: how much each tells, by how many names of lists, politicians,
/// customers and companies have it.
pub(crate) fn common_words(options: &Options) -> Result<(), String> {
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    let mut pool = Pool::default();
    let plain = Analyzer::new(std::sync::Arc::default());
    for (bearer, weight, names) in corpus(options)? {
        for name in names {
            let name = plain.analyze_into(&mut pool, bearer, &name);
            for token in name
                .tokens
                .iter()
                .filter(|token| token.kind == TokenKind::Word)
            {
                *counts.entry(token.word.ascii.to_string()).or_default() += weight;
            }
        }
    }
    // The corpora are weighted to one million names in all.
    let mut classes: BTreeMap<u32, Vec<(f64, &str)>> = BTreeMap::new();
    for (word, count) in &counts {
        if *count >= 1e6 / COMMON_ONE_IN
            && word.len() > 1
            && !word.starts_with(|c: char| c.is_ascii_digit())
        {
            let telling = (1e6 / count).ln() / 1e6_f64.ln();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 120"
            )]
            let class = ((0.1 + 1.45 * telling) * 20.0).round() as u32 * 5;
            classes
                .entry(class.clamp(30, 105))
                .or_default()
                .push((*count, word));
        }
    }
    let mut out = String::new();
    for (class, mut words) in classes {
        words.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let words: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
        let _ = writeln!(out, "{class} {}", words.join(" "));
    }
    crate::say(&out)
}

/// Sets of names with what each name of a set counts.
type Corpus = Vec<(Bearer, f64, Vec<String>)>;

fn corpus(options: &Options) -> Result<Corpus, String> {
    let folder = &options.data;
    let (mut people, mut organizations) = (Vec::new(), Vec::new());
    for entity in entities(options)? {
        match entity.bearer {
            Bearer::Person => people.extend(entity.names),
            Bearer::Organization => organizations.extend(entity.names),
        }
    }
    let politicians = data::text(&folder.join("peps_everypolitician/peps_2015-11.jsonl.zst"))?;
    let politicians = politicians.lines().filter_map(|line| {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(value["name"].as_str()?.to_owned())
    });
    let mut customers = Vec::new();
    for file in ["negatives_global_dev.csv.zst", "negatives_us_dev.csv.zst"] {
        let text = data::text(&folder.join("screening_eval").join(file))?;
        customers.extend(
            data::rows(&text, true)
                .into_iter()
                .filter_map(|row| row.into_iter().next()),
        );
    }
    let companies = data::text(&folder.join("companies/listed_companies.csv.zst"))?;
    let companies = data::rows(&companies, true)
        .into_iter()
        .filter_map(|row| row.into_iter().next());
    let sets = [
        (Bearer::Person, 0.25, people),
        (Bearer::Person, 0.2, politicians.collect()),
        (Bearer::Person, 0.15, customers),
        (Bearer::Organization, 0.2, organizations),
        (Bearer::Organization, 0.2, companies.collect()),
    ];
    #[expect(clippy::cast_precision_loss, reason = "a few hundred thousand names")]
    let weighted =
        sets.map(|(bearer, share, names)| (bearer, share * 1e6 / names.len() as f64, names));
    Ok(weighted.into())
}
