//! From the text of a document to a configuration.

use document::{Collector, Fields, Problem, Problems};
use domain::Config;

use crate::published::Published;
use crate::scope::Scope;
use crate::{
    checks, custom_fields, models, names, naming, policy, products, providers, reasons, retired,
    review, tasks,
};

/// The only format of the document there is.
pub const FORMAT: u32 = 1;

/// Compiles a document. `name` is how problems call it, usually its file name; `version` is the
/// number it is published under; `previous` is what was published before, whose lasting ids it
/// takes over and whose things it keeps as retired when the document no longer names them.
///
/// Errors: every mistake of the document at once, each with its place and, where there is an idea,
/// what to do about it.
pub fn compile(
    name: &str,
    text: &str,
    version: u64,
    previous: Option<&Published>,
) -> Result<Published, Problems> {
    let root = document::parse(name, text)?;
    let errors = Collector::new(name);
    let warnings = Collector::new(name);
    let notes = Collector::new(name);
    let published = read(&root, [&errors, &warnings, &notes], previous);
    if let Err(mut problems) = errors.finish() {
        // A reference that several readers follow is reported by each of them.
        problems.list.dedup();
        return Err(problems);
    }
    let mut published = published.unwrap_or_else(empty);
    published.config.version = version;
    text.clone_into(&mut published.document);
    published.warnings = list(warnings);
    published.notes = list(notes);
    if let Some(previous) = previous {
        retired::keep(&mut published, previous);
    }
    Ok(published)
}

/// Compiles the newest of a history of documents, given oldest first with their numbers, so that
/// ids and retired things come down from version to version.
///
/// Errors: the problems of the first document that does not compile; an empty history has nothing
/// in it and gives `Ok(None)`.
pub fn compile_history<'d>(
    name: &str,
    documents: impl IntoIterator<Item = (u64, &'d str)>,
) -> Result<Option<Published>, Problems> {
    let mut latest: Option<Published> = None;
    for (version, text) in documents {
        latest = Some(compile(name, text, version, latest.as_ref())?);
    }
    Ok(latest)
}

fn read<'a>(
    root: &'a document::Node,
    [errors, warnings, notes]: [&'a Collector; 3],
    previous: Option<&Published>,
) -> Option<Published> {
    let fields = Fields::of(root, errors)?;
    let names = names::read(root, errors, previous);
    names::warn_inherited(&names, warnings);
    let scope = Scope::new(names, warnings, notes);
    format(&fields);
    let institution = naming::optional_name(&fields, "institution");
    lists(&fields);
    let custom_fields = custom_fields::read(&fields);
    let providers = providers::read(&fields, &scope);
    let checks = checks::read(&fields, &scope);
    let config = Config {
        version: 0,
        tasks: tasks::read(&fields, &scope),
        models: models::read(&fields, &scope),
        policies: policy::read(&fields, &scope),
        products: products::read(&fields, &scope),
        reasons: reasons::read(&fields, &scope),
        checks: checks.variants,
    };
    fields.finish();
    review::products(&config, &scope, errors);
    if errors.is_empty() {
        review::whole(&config, &scope);
    }
    Some(Published {
        config,
        institution,
        providers,
        check_options: checks.options,
        custom_fields,
        document: String::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
    })
}

/// Refuses a document of another format than the one that is read here.
fn format(fields: &Fields<'_>) {
    let Some(value) = fields.required("format") else {
        return;
    };
    match value.scalar() {
        Some(text) if text.parse() == Ok(FORMAT) => {}
        Some(text) => value.report_with_hint(
            format!("\"{text}\" is no format of a policy: the only one is {FORMAT}"),
            format!("write format: {FORMAT}"),
        ),
        None => {
            value.integer(FORMAT..=FORMAT);
        }
    }
}

/// Checks the shape of the lists; what is in them is checked where they are used.
fn lists(fields: &Fields<'_>) {
    for (key, value) in fields.entries("lists") {
        if let Some(mistake) = naming::alias_mistake(&key.text) {
            value.collector().report(value.path(), key.place, mistake);
        }
        if value.texts().is_some_and(|texts| texts.is_empty()) {
            value.report("this list has nothing in it");
        }
    }
}

fn empty() -> Published {
    Published {
        config: Config::default(),
        institution: None,
        providers: Vec::new(),
        check_options: std::collections::BTreeMap::default(),
        custom_fields: Vec::new(),
        document: String::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
    }
}

fn list(collector: Collector) -> Vec<Problem> {
    let mut list = collector
        .finish()
        .err()
        .map_or_else(Vec::new, |all| all.list);
    list.dedup();
    list
}
