//! Reading a mapping file: all mistakes at once, with their places.

use std::collections::BTreeMap;
use std::path::Path;

use document::{Collector, Fields, Place, Problems, Value};
use wire::value::{DocumentCategory, DocumentType, WireValue};

use super::evidence::read_evidence;
use super::fields::{cells, on_error, read_fields};
use super::salts::{Salt, read_salts};
use super::sources::Sources;
use super::steps::{Context, DateFormat, read_date_format, texts_by_key};
use super::targets::Body;
use super::{
    AssociateMap, ClientMap, DocumentKind, DocumentMap, Mapping, NoteMap, Origin, ProductRule,
    Reasons, ScopeRule,
};
use crate::book::Entity;
use crate::run::undo::TAG as UNDONE;
use crate::source::Digest;
use crate::window::{LEASE_SECONDS, LEASE_SECONDS_MAX, LEASE_SECONDS_MIN, Wanted};

/// The newest version of mapping files this tool reads.
const VERSION_MAX: u32 = 1;

/// Reads a mapping. `name` is what problems call the file, `folder` is where the source files lie;
/// their headers are read so that column names are checked too.
///
/// Errors: every mistake of the mapping, and every source file that cannot be read, at once.
pub fn read(name: &str, text: &str, folder: &Path) -> Result<Mapping, Problems> {
    match read_all(name, text, folder) {
        (Some(mapping), None) => Ok(mapping),
        (_, Some(problems)) => Err(problems),
        (None, None) => {
            let collector = Collector::new(name);
            collector.report("", Place::default(), "this mapping cannot be read");
            collector
                .finish()
                .map(|()| unreachable!("a problem was reported"))
        }
    }
}

/// As [`read`], with what could be read in spite of mistakes: fit to be looked at, not to be used.
pub(crate) fn read_all(
    name: &str,
    text: &str,
    folder: &Path,
) -> (Option<Mapping>, Option<Problems>) {
    let root = match document::parse(name, text) {
        Ok(root) => root,
        Err(problems) => return (None, Some(problems)),
    };
    let collector = Collector::new(name);
    if !folder.is_dir() {
        let what = if folder.exists() {
            "is no folder"
        } else {
            "is not there"
        };
        let message = format!("the source folder {} {what}", folder.display());
        let hint = "name the folder that the mapping's files are in";
        collector.report_with_hint("", Place::default(), message, hint);
        return (None, collector.finish().err());
    }
    let mapping = Fields::of(&root, &collector);
    let mapping = mapping.and_then(|fields| whole((name, text), fields, folder));
    (mapping, collector.finish().err())
}

/// What every part of the mapping needs: the sources and the date format.
struct Book<'a> {
    sources: &'a Sources<'a>,
    date_format: Option<&'a DateFormat>,
    salts: &'a BTreeMap<String, Option<Salt>>,
    tables: &'a Tables,
}

/// Tables for lookups, by name.
type Tables = BTreeMap<String, BTreeMap<String, String>>;

/// The section `tables`: what several lookups share.
fn read_tables(fields: &Fields<'_>) -> Tables {
    let tables = fields.entries("tables").into_iter();
    tables
        .filter_map(|(name, table)| Some((name.text.clone(), texts_by_key(&table.entries()?))))
        .collect()
}

fn whole((document, text): (&str, &str), fields: Fields<'_>, folder: &Path) -> Option<Mapping> {
    let version = fields.integer("version", 1..=VERSION_MAX);
    let name = fields.text("name").to_owned();
    let as_of = fields.required("as_of").and_then(|value| {
        let date = value.text()?.parse().ok();
        if date.is_none() {
            value.report("this is no date; write it as 2025-06-30");
        }
        date
    });
    let date_format = fields
        .optional("date_format")
        .and_then(|value| read_date_format(&value));
    let salts = read_salts(&fields, folder);
    let tables = read_tables(&fields);
    let sources = Sources::read(&fields, folder);
    let book = Book {
        sources: &sources,
        date_format: date_format.as_ref(),
        salts: &salts,
        tables: &tables,
    };
    let individuals = fields
        .optional_mapping("individuals")
        .and_then(|part| client(part, &book, Entity::Individual));
    let companies = fields
        .optional_mapping("companies")
        .and_then(|part| client(part, &book, Entity::Company));
    let associates = fields
        .optional_mapping("associates")
        .and_then(|part| associate(part, &book));
    let documents = fields
        .optional_mapping("documents")
        .and_then(|part| scans(part, &book));
    let notes = fields
        .optional_mapping("notes")
        .and_then(|part| note(part, &book));
    let reasons = read_reasons(&fields);
    let (window, checks_off) = fields.optional_mapping("mode").map(read_mode).unzip();
    sources.report_unused();
    let sources = sources.list();
    fields.finish();
    let _ = version;
    Some(Mapping {
        document: document.to_owned(),
        digest: Digest::of(text),
        name,
        as_of: as_of?,
        individuals,
        companies,
        associates,
        documents,
        notes,
        reasons,
        window,
        checks_off: checks_off.unwrap_or_default(),
        sources,
    })
}

fn source_of<'a>(fields: &Fields<'_>, book: &Book<'a>) -> Option<(usize, Context<'a>)> {
    let (place, source) = book.sources.take(fields)?;
    let context = Context {
        columns: &source.columns,
        file: &source.file,
        date_format: book.date_format,
        salts: book.salts,
        tables: book.tables,
    };
    Some((place, context))
}

fn client(fields: Fields<'_>, book: &Book<'_>, entity: Entity) -> Option<ClientMap> {
    let (source, context) = source_of(&fields, book)?;
    let key = fields
        .required("key")
        .and_then(|value| context.column(&value));
    let cells = cells(&fields, &context);
    let scope = fields.optional_mapping("scope").and_then(|rule| {
        let column = rule
            .required("column")
            .and_then(|value| context.column(&value));
        let leave_out = texts_by_key(&rule.entries("leave_out"));
        rule.finish();
        Some(ScopeRule {
            column: column?,
            leave_out,
        })
    });
    let products = fields
        .mapping("products")
        .map(|rule| product_rule(rule, &context));
    let targets = read_fields(&fields, "fields", &context, Body::Profile(entity));
    let evidence = read_evidence(&fields, &context);
    let tags = read_tags(&fields);
    let find_possible_duplicates = fields.optional_flag("find_possible_duplicates");
    fields.finish();
    Some(ClientMap {
        source,
        key: key?,
        cells,
        scope,
        fields: targets,
        products: products?,
        evidence,
        tags,
        find_possible_duplicates: find_possible_duplicates.unwrap_or(true),
    })
}

fn product_rule(rule: Fields<'_>, context: &Context<'_>) -> ProductRule {
    let column = rule
        .optional("from")
        .and_then(|value| context.column(&value));
    let entries = rule.entries("aliases");
    let aliases = texts_by_key(&entries);
    let always = rule.optional("always").map_or_else(Vec::new, |value| {
        if value.scalar().is_some() {
            vec![value]
        } else {
            value.list().unwrap_or_default()
        }
    });
    let named = entries.iter().map(|(_, value)| value).chain(&always);
    let named = named
        .filter_map(|value| Some((value.scalar()?.to_owned(), Origin::of(value))))
        .collect();
    let always: Vec<String> = always
        .iter()
        .filter_map(|value| Some(value.text()?.to_owned()))
        .collect();
    let on_error = on_error(&rule, || "unknown_code:product".to_owned());
    // A column that is not found has been told, or its whole file has.
    if !rule.has("from") && always.is_empty() {
        rule.report("say which product clients apply for: from with aliases, or always");
    }
    rule.finish();
    ProductRule {
        column,
        aliases,
        always,
        on_error,
        named,
    }
}

fn associate(fields: Fields<'_>, book: &Book<'_>) -> Option<AssociateMap> {
    let (source, context) = source_of(&fields, book)?;
    let owner = fields
        .required("owner")
        .and_then(|value| context.column(&value));
    let person = fields
        .optional("person")
        .and_then(|value| context.column(&value));
    let cells = cells(&fields, &context);
    let role = fields.mapping("role");
    let column = role
        .as_ref()
        .and_then(|role| role.required("from"))
        .and_then(|value| context.column(&value));
    let lists = role
        .as_ref()
        .map(|role| role_lists(role))
        .unwrap_or_default();
    let unknown = role
        .as_ref()
        .map(|role| on_error(role, || "unknown_code:role".to_owned()));
    let resigned_list = role
        .as_ref()
        .and_then(|role| role.optional("resigned"))
        .and_then(|list| associate_list(&list));
    if let Some(role) = role {
        role.finish();
    }
    let named = |key: &str| fields.list(key).iter().filter_map(associate_list).collect();
    let (share_lists, ownership_lists) = (named("share_lists"), named("ownership_lists"));
    let tags = read_tags(&fields);
    let used = lists.values().chain(&resigned_list).map(String::as_str);
    let used: Vec<&str> = used.filter(|list| ASSOCIATE_LISTS.contains(list)).collect();
    let entry = read_fields(&fields, "entry", &context, Body::Entry(&used));
    let inline = Body::Profile(Entity::Individual);
    let targets = read_fields(&fields, "fields", &context, inline);
    fields.finish();
    Some(AssociateMap {
        source,
        owner: owner?,
        person,
        cells,
        role: column?,
        lists,
        on_unknown_role: unknown?,
        resigned_list,
        share_lists,
        ownership_lists,
        entry,
        fields: targets,
        tags,
    })
}

/// The lists of `collected_data` that hold associates.
pub(crate) const ASSOCIATE_LISTS: &[&str] = &[
    "officers.directors",
    "officers.secretaries",
    "officers.partners",
    "officers.trustees",
    "officers.resigned",
    "officers.other",
    "ownership_structure.shareholders",
    "ownership_structure.beneficial_owners",
    "authorized_persons",
    "unauthorized_persons",
];

/// The tags that a run puts on profiles; not the one that says of a profile that it was taken back.
fn read_tags(fields: &Fields<'_>) -> Vec<String> {
    let tags = fields.texts("tags");
    let is_undo = |tag: &&str| tag.trim().eq_ignore_ascii_case(UNDONE);
    if let (Some(value), true) = (fields.optional("tags"), tags.iter().any(is_undo)) {
        value.report(format!(
            "{UNDONE} is the tag of profiles that were taken back; a run does not put it on any"
        ));
    }
    tags.into_iter().map(str::to_owned).collect()
}

fn role_lists(role: &Fields<'_>) -> BTreeMap<String, String> {
    let entries = role.entries("lists").into_iter();
    entries
        .filter_map(|(code, value)| Some((code.text.clone(), associate_list(&value)?)))
        .collect()
}

/// A list of associates by its name, or a report.
fn associate_list(value: &Value<'_>) -> Option<String> {
    let list = value.text()?;
    if !ASSOCIATE_LISTS.contains(&list) {
        value.report_unknown("list of associates", ASSOCIATE_LISTS.iter().copied());
        return None;
    }
    Some(list.to_owned())
}

fn scans(fields: Fields<'_>, book: &Book<'_>) -> Option<DocumentMap> {
    let (source, context) = source_of(&fields, book)?;
    let owner = fields
        .required("owner")
        .and_then(|value| context.column(&value));
    let cells = cells(&fields, &context);
    let folder = fields.text("folder").to_owned();
    let has_subfolders = fields.optional_flag("subfolders").unwrap_or(false);
    let file = fields
        .required("file")
        .and_then(|value| context.column(&value));
    let kind = fields.mapping("type");
    let column = kind
        .as_ref()
        .and_then(|kind| kind.required("from"))
        .and_then(|value| context.column(&value));
    let kinds = kind.as_ref().map(document_kinds).unwrap_or_default();
    let unknown = kind
        .as_ref()
        .map(|kind| on_error(kind, || "unknown_code:type".to_owned()));
    if let Some(kind) = kind {
        kind.finish();
    }
    let targets = read_fields(&fields, "fields", &context, Body::Document);
    fields.finish();
    Some(DocumentMap {
        source,
        owner: owner?,
        cells,
        folder,
        has_subfolders,
        file: file?,
        kind: column?,
        kinds,
        on_unknown_kind: unknown?,
        fields: targets,
    })
}

fn document_kinds(kind: &Fields<'_>) -> BTreeMap<String, DocumentKind> {
    let mut kinds = BTreeMap::new();
    for (code, value) in kind.entries("types") {
        let Some(fields) = value.fields() else {
            continue;
        };
        let is_file = fields
            .optional_one_of("as", &[("document", false), ("file", true)])
            .unwrap_or_default();
        let document_type = one_of::<DocumentType>(&fields, "document_type");
        let category = one_of::<DocumentCategory>(&fields, "category");
        fields.finish();
        kinds.insert(
            code.text.clone(),
            DocumentKind {
                document_type,
                category,
                is_file,
            },
        );
    }
    kinds
}

/// A value of one of the API's lists.
fn one_of<T: WireValue>(fields: &Fields<'_>, key: &str) -> String {
    let words: Vec<(&str, ())> = T::ALL.iter().map(|word| (word.as_str(), ())).collect();
    let Some(value) = fields.required(key) else {
        return String::new();
    };
    value.one_of(&words);
    value.scalar().unwrap_or_default().to_owned()
}

fn note(fields: Fields<'_>, book: &Book<'_>) -> Option<NoteMap> {
    let (source, context) = source_of(&fields, book)?;
    let owner = fields
        .required("owner")
        .and_then(|value| context.column(&value));
    let cells = cells(&fields, &context);
    let targets = read_fields(&fields, "fields", &context, Body::Note);
    fields.finish();
    Some(NoteMap {
        source,
        owner: owner?,
        cells,
        fields: targets,
    })
}

/// `mode: {checks_off: [identity_check], reason: TEXT, lease_seconds: 300}`: limited compliance in the
/// main product.
fn read_mode(fields: Fields<'_>) -> (Wanted, Vec<(String, Origin)>) {
    let named = fields.list("checks_off");
    let named = named
        .iter()
        .filter_map(|value| Some((value.scalar()?.to_owned(), Origin::of(value))));
    let named = named.collect();
    let texts = fields.texts("checks_off").into_iter();
    let lease_seconds =
        fields.optional_integer("lease_seconds", LEASE_SECONDS_MIN..=LEASE_SECONDS_MAX);
    let wanted = Wanted {
        checks: texts.map(str::to_owned).collect(),
        reason: fields.text("reason").to_owned(),
        lease_seconds: lease_seconds.unwrap_or(LEASE_SECONDS),
    };
    if wanted.checks.is_empty() {
        fields.report("say which checks are switched off: checks_off: [ALIAS]");
    }
    fields.finish();
    (wanted, named)
}

fn read_reasons(fields: &Fields<'_>) -> Reasons {
    let mut reasons = Reasons::default();
    for (key, value) in fields.entries("reasons") {
        let rule = Reasons::DEFAULTS
            .iter()
            .map(|(rule, _)| *rule)
            .find(|rule| *rule == key.text);
        match (rule, value.text()) {
            (Some(rule), Some(name)) => {
                reasons.names.insert(rule, name.to_owned());
            }
            (None, _) => {
                let rules: Vec<&str> = Reasons::DEFAULTS.iter().map(|(rule, _)| *rule).collect();
                let message = format!("no rule is called \"{}\"", key.text);
                let hint = document::suggest(&key.text, rules.iter().copied()).map_or_else(
                    || format!("the rules are {}", rules.join(", ")),
                    |near| format!("did you mean \"{near}\"?"),
                );
                fields
                    .collector()
                    .report_with_hint("reasons", key.place, message, hint);
            }
            (Some(_), None) => {}
        }
    }
    reasons
}
