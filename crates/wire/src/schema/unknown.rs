//! Fields that the contract does not know, in a document and at any depth.
//!
//! The contract's objects are closed here, also where its schema says nothing of further properties:
//! what a misspelt field says would be lost. What it leaves open stays open: objects that say so
//! (`additionalProperties: true`), those of no named fields, as `custom_fields`, and the values of
//! fields of which it says nothing. The schemas are made a graph of places once, so that a document
//! is walked once, with one look-up for each of its fields.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::{Shape, prepare};
use crate::field_error::{FieldError, MISTAKES_MAX, join, name_shown};
use crate::nearest;

/// Every field of the document that the contract does not know, with the nearest that it does, up to
/// [`MISTAKES_MAX`]. A field that is `null` says nothing and is passed over, and so is one that the
/// stored document has at its place.
pub(crate) fn unknown(shape: Shape, document: &Value, stored: Option<&Value>) -> Vec<FieldError> {
    let (places, roots) = places();
    let mut walk = Walk {
        places,
        path: Vec::new(),
        found: Vec::new(),
    };
    let stored = stored.unwrap_or(&Value::Null);
    walk.visit(document, stored, roots[shape.schema()]);
    walk.found
}

/// The places of the contract, and where each shape begins.
fn places() -> &'static (Vec<Place>, BTreeMap<&'static str, usize>) {
    static READY: OnceLock<(Vec<Place>, BTreeMap<&'static str, usize>)> = OnceLock::new();
    READY.get_or_init(|| {
        let mut graph = Graph::default();
        let root = |shape: &Shape| {
            let name = shape.schema();
            let schema = &prepare::schemas()["components"]["schemas"][name];
            (name, graph.place([schema]))
        };
        let roots = Shape::ALL.iter().map(root).collect();
        (graph.places, roots)
    })
}

/// What the contract says of one place in a document. Places are named by their number.
#[derive(Default)]
struct Place {
    fields: BTreeMap<&'static str, usize>,
    entries: Option<usize>,
    /// Whether it may have any fields beside those.
    is_open: bool,
    /// The field that says which place is meant, and the place for each of its values.
    choice: Option<(&'static str, BTreeMap<&'static str, usize>)>,
}

/// One step of the path to what is looked at.
enum Part<'a> {
    Field(&'a str),
    Entry(usize),
}

struct Walk<'a> {
    places: &'static [Place],
    path: Vec<Part<'a>>,
    found: Vec<FieldError>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, value: &'a Value, stored: &Value, at: usize) {
        let places = self.places;
        match value {
            Value::Object(fields) => {
                if let Some(place) = chosen(places, at, fields) {
                    self.fields(fields, stored, place);
                }
            }
            Value::Array(entries) => {
                let Some(at) = places[at].entries else { return };
                for (number, entry) in entries.iter().enumerate() {
                    self.below(Part::Entry(number), (entry, &stored[number]), at);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn fields(&mut self, fields: &'a Map<String, Value>, stored: &Value, place: &Place) {
        for (name, value) in fields {
            match place.fields.get(name.as_str()) {
                Some(at) => {
                    self.below(Part::Field(name), (value, &stored[name.as_str()]), *at);
                }
                None if place.is_open || value.is_null() => {}
                None if stored.get(name.as_str()).is_some() => {}
                None if self.found.len() >= MISTAKES_MAX => return,
                None => self.note(name, place),
            }
        }
    }

    fn below(&mut self, part: Part<'a>, (value, stored): (&'a Value, &Value), at: usize) {
        if value.is_object() || value.is_array() {
            self.path.push(part);
            self.visit(value, stored, at);
            self.path.pop();
        }
    }

    fn note(&mut self, name: &str, place: &Place) {
        let path = self
            .path
            .iter()
            .fold(String::new(), |path, part| match part {
                Part::Field(name) => join(&path, name),
                Part::Entry(number) => format!("{path}[{number}]"),
            });
        let known: Vec<&str> = place.fields.keys().copied().collect();
        let message = format!("is not a known field; {}", nearest::advice(name, &known));
        let field = join(&path, name_shown(name));
        self.found.push(FieldError::invalid(field, message));
    }
}

/// The place that an object is at; none when it does not say which, a mistake of its own.
fn chosen<'p>(places: &'p [Place], at: usize, object: &Map<String, Value>) -> Option<&'p Place> {
    match &places[at].choice {
        None => Some(&places[at]),
        Some((property, meant)) => {
            let value = object.get(*property)?.as_str()?;
            meant.get(value).map(|at| &places[*at])
        }
    }
}

/// The places of a shape while they are made.
#[derive(Default)]
struct Graph {
    places: Vec<Place>,
    /// The schemas that hold at each place.
    schemas: Vec<Vec<&'static Value>>,
}

/// What a schema includes when a field has a value.
struct Branch {
    property: &'static str,
    value: &'static str,
    then: &'static Value,
}

impl Graph {
    /// The number of the place at which these schemas hold, with all that they include.
    fn place(&mut self, schemas: impl IntoIterator<Item = &'static Value>) -> usize {
        let (schemas, branches) = expand(schemas);
        if let Some(known) = self.known(&schemas) {
            return known;
        }
        let at = self.add(&schemas);
        let Some(property) = branches.first().map(|branch| branch.property) else {
            self.fill(at);
            return at;
        };
        let mut meant = BTreeMap::new();
        for branch in branches {
            let chosen = schemas.iter().copied().chain([branch.then]);
            let (chosen, _) = expand(chosen);
            let known = self.known(&chosen);
            let place = known.unwrap_or_else(|| {
                let at = self.add(&chosen);
                self.fill(at);
                at
            });
            meant.insert(branch.value, place);
        }
        self.places[at].choice = Some((property, meant));
        at
    }

    fn known(&self, schemas: &[&'static Value]) -> Option<usize> {
        let is_same = |known: &Vec<&'static Value>| {
            let mut pairs = known.iter().zip(schemas);
            known.len() == schemas.len() && pairs.all(|(one, other)| std::ptr::eq(*one, *other))
        };
        self.schemas.iter().position(is_same)
    }

    fn add(&mut self, schemas: &[&'static Value]) -> usize {
        self.places.push(Place::default());
        self.schemas.push(schemas.to_vec());
        self.places.len() - 1
    }

    /// Says what is at a place, and makes the places below it.
    fn fill(&mut self, at: usize) {
        let schemas = self.schemas[at].clone();
        let mut fields: BTreeMap<&'static str, Vec<&'static Value>> = BTreeMap::new();
        let objects = schemas.iter().filter_map(|it| it["properties"].as_object());
        for (name, schema) in objects.flatten() {
            fields.entry(name).or_default().push(schema);
        }
        let entries = schemas.iter().filter_map(|it| it.get("items"));
        let entries: Vec<&'static Value> = entries.collect();
        let is_open = fields.is_empty() || schemas.iter().copied().any(prepare::is_open);
        let entries = (!entries.is_empty()).then(|| self.place(entries));
        let below = fields.into_iter();
        let fields = below.map(|(name, schemas)| (name, self.place(schemas)));
        let fields = fields.collect();
        self.places[at] = Place {
            fields,
            entries,
            is_open,
            choice: None,
        };
    }
}

/// Schemas with all that they include, and apart what they include when a field has a value.
fn expand(schemas: impl IntoIterator<Item = &'static Value>) -> (Vec<&'static Value>, Vec<Branch>) {
    let mut found: Vec<&'static Value> = Vec::new();
    let mut branches = Vec::new();
    let mut open: Vec<&'static Value> = schemas.into_iter().collect();
    while let Some(schema) = open.pop() {
        if found.iter().any(|known| std::ptr::eq(*known, schema)) {
            continue;
        }
        found.push(schema);
        branches.extend(branch(schema));
        for list in ["allOf", "anyOf", "oneOf"] {
            open.extend(schema[list].as_array().into_iter().flatten());
        }
        open.extend(prepare::named(schema));
    }
    (found, branches)
}

/// The choice that a schema makes by the value of a field, as `prepare` words it.
fn branch(schema: &'static Value) -> Option<Branch> {
    let then = schema.get("then")?;
    let (property, value) = schema["if"]["properties"].as_object()?.iter().next()?;
    let value = value["const"].as_str()?;
    Some(Branch {
        property,
        value,
        then,
    })
}
