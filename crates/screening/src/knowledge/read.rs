//! Reading the files of reference tables.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::{Knowledge, Links, Problem, key};
use crate::words::FormClass;

/// Bytes of one table, unpacked, beyond which it is refused.
const TABLE_BYTES_MAX: u64 = 256 * 1024 * 1024;

const NAME_PARTS: &str = "names_person_names.txt";
const SYMBOLS: &str = "names_symbols.json";
const FORMS: &str = "names_org_types.json";
const ORDINALS: &str = "text_ordinals.json";
const NICKNAMES: &str = "nicknames.csv";

pub(super) fn folder(folder: &Path) -> Result<Knowledge, Problem> {
    let mut groups = Groups::default();
    if let Some(text) = table(folder, NAME_PARTS)? {
        name_parts(&text, &mut groups);
    }
    let mut short = Groups::default();
    if let Some(text) = table(folder, SYMBOLS)? {
        symbols(&json(SYMBOLS, &text)?, &mut groups, &mut short);
    }
    if let Some(text) = table(folder, NICKNAMES)? {
        nicknames(&text, &mut short);
    }
    let mut knowledge = Knowledge {
        groups: Links::new(groups.pairs),
        nicknames: Links::new(short.pairs),
        ..Knowledge::default()
    };
    if let Some(text) = table(folder, FORMS)? {
        knowledge.forms = forms(&json(FORMS, &text)?);
    }
    if let Some(text) = table(folder, ORDINALS)? {
        knowledge.numbers = ordinals(&json(ORDINALS, &text)?);
    }
    Ok(knowledge)
}

/// The text of a table in the folder, its subfolder `rigour`, or the folder above.
fn table(folder: &Path, name: &str) -> Result<Option<String>, Problem> {
    let places = [folder.to_owned(), folder.join("rigour"), folder.join("..")];
    for place in places {
        for (file, packed) in [(name.to_owned(), false), (format!("{name}.zst"), true)] {
            let path = place.join(&file);
            if path.is_file() {
                return read(&path, packed)
                    .map(Some)
                    .map_err(|error| Problem::Unreadable(path.display().to_string(), error));
            }
        }
    }
    Ok(None)
}

fn read(path: &Path, packed: bool) -> std::io::Result<String> {
    let file = std::fs::File::open(path)?;
    let mut text = String::new();
    let limit = TABLE_BYTES_MAX + 1;
    if packed {
        zstd::Decoder::new(file)?
            .take(limit)
            .read_to_string(&mut text)?;
    } else {
        file.take(limit).read_to_string(&mut text)?;
    }
    if u64::try_from(text.len()).is_ok_and(|length| length > TABLE_BYTES_MAX) {
        return Err(std::io::Error::other(
            "it is larger than a reference table may be",
        ));
    }
    Ok(text)
}

fn json(name: &str, text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text)
        .map_err(|error| Problem::Malformed(name.to_owned(), error.to_string()))
}

#[derive(Default)]
struct Groups {
    pairs: Vec<(u64, u32)>,
    count: u32,
    keys: Vec<u64>,
    folded: String,
}

impl Groups {
    /// Spellings of one name; one alone says nothing.
    fn add<'a>(&mut self, spellings: impl Iterator<Item = &'a str>) {
        self.keys.clear();
        for spelling in spellings {
            let key = key(spelling, &mut self.folded);
            if !self.folded.is_empty() && !self.keys.contains(&key) {
                self.keys.push(key);
            }
        }
        if self.keys.len() > 1 {
            let group = self.count;
            self.pairs.extend(self.keys.iter().map(|key| (*key, group)));
            self.count += 1;
        }
    }
}

/// Lines of `spelling, spelling => id`.
fn name_parts(text: &str, groups: &mut Groups) {
    for line in text.lines() {
        let spellings = line
            .split_once("=>")
            .map_or(line, |(spellings, _)| spellings);
        groups.add(spellings.split(',').map(str::trim));
    }
}

/// Words with one meaning: `{ list: { MEANING: [word, ...] } }`; those of the list of nicknames
/// are short forms, not spellings.
fn symbols(tables: &Value, groups: &mut Groups, short: &mut Groups) {
    for (list, meanings) in tables.as_object().into_iter().flatten() {
        let into = if list == "person_nick" {
            &mut *short
        } else {
            &mut *groups
        };
        for meaning in meanings
            .as_object()
            .into_iter()
            .flat_map(|meanings| meanings.values())
        {
            let words = meaning
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            into.add(words);
        }
    }
}

/// Lines of `name,relation,short form`.
fn nicknames(text: &str, short: &mut Groups) {
    for line in text.lines().skip(1) {
        let mut fields = line.split(',').map(str::trim);
        if let (Some(name), Some(_), Some(nickname)) = (fields.next(), fields.next(), fields.next())
        {
            short.add([name, nickname].into_iter());
        }
    }
}

/// Ids of forms from tables lie above those of the crate's own table.
const FORM_IDS_FROM: u16 = 10_000;

/// `[{aliases: [...], display, compare, generic}]`
fn forms(list: &Value) -> Vec<(String, FormClass, u16)> {
    let mut found = Vec::new();
    for (id, form) in (FORM_IDS_FROM..).zip(list.as_array().into_iter().flatten()) {
        let class = match form["generic"].as_str() {
            Some("LLC") => FormClass::Limited,
            Some("JSC") => FormClass::Shares,
            Some("LP" | "LLP" | "GP") => FormClass::Partnership,
            None => FormClass::Plain,
            Some(_) => FormClass::Other,
        };
        let aliases = form["aliases"].as_array().into_iter().flatten();
        let names = aliases
            .chain([&form["display"], &form["compare"]])
            .filter_map(Value::as_str);
        found.extend(names.map(|name| (name.to_owned(), class, id)));
    }
    found
}

/// `[{number, forms: [...]}]`
fn ordinals(list: &Value) -> Vec<(u64, u32)> {
    let mut numbers = BTreeMap::new();
    let mut folded = String::new();
    for entry in list.as_array().into_iter().flatten() {
        let number = entry["number"]
            .as_u64()
            .and_then(|number| u32::try_from(number).ok());
        let forms = entry["forms"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        for form in forms {
            if let Some(number) = number
                && form.chars().all(char::is_alphabetic)
                && form.chars().count() > 2
            {
                numbers.entry(key(form, &mut folded)).or_insert(number);
            }
        }
    }
    numbers.into_iter().collect()
}
