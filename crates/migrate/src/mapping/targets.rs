//! Target paths against the contract: a value sent to a field that the API does not know is lost.

use document::Value;
use wire::request::{AddDocument, AddNote, FromFields};
use wire::schema::{Shape, Step, Stray, follow};

use super::{Segment, Target};
use crate::book::Entity;

/// What the fields of a part of the mapping are sent as.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'a> {
    /// A profile.
    Profile(Entity),
    /// An entry in one of these lists of associates.
    Entry(&'a [&'a str]),
    /// A document.
    Document,
    /// A note on a task.
    Note,
}

/// Where a path leaves the contract.
struct Wrong {
    /// How many of its segments are known.
    known_segments: usize,
    problem: Problem,
}

enum Problem {
    Unknown(Vec<&'static str>),
    List,
    Plain,
}

/// Reports a path that the API does not know.
pub(super) fn check(value: &Value<'_>, target: &Target, body: Body<'_>) {
    let wrong = match body {
        Body::Profile(entity) => {
            let inside = below(target, "collected_data", &["collected_data"]);
            inside.and_then(|path| in_contract(shape(entity), &[], path, 1))
        }
        Body::Document => {
            let known = known::<AddDocument>();
            let prefix = [Step::Field("documents"), Step::Entry];
            below(target, "", &known)
                .and_then(|path| in_contract(Shape::Individual, &prefix, path, 0))
        }
        Body::Note => below(target, "", &known::<AddNote>()).map(|_| ()),
        Body::Entry(lists) => in_some_list(target, lists),
    };
    if let Err(wrong) = wrong {
        report(value, target, wrong);
    }
}

fn shape(entity: Entity) -> Shape {
    match entity {
        Entity::Individual => Shape::Individual,
        Entity::Company => Shape::Company,
    }
}

/// The fields of a body, but for those that are only read.
fn known<T: FromFields>() -> Vec<&'static str> {
    T::FIELDS.to_vec()
}

/// The path below its first name, which must be `root` (any of the known when it is empty).
fn below<'t>(
    target: &'t Target,
    root: &str,
    known: &[&'static str],
) -> Result<&'t [Segment], Wrong> {
    match target.0.split_first() {
        Some((Segment::Key(first), rest)) if first == root => Ok(rest),
        Some((Segment::Key(first), _)) if root.is_empty() && known.contains(&first.as_str()) => {
            Ok(&target.0)
        }
        _ => Err(Wrong {
            known_segments: 0,
            problem: Problem::Unknown(known.to_vec()),
        }),
    }
}

/// An entry's path must be known in one of the lists that the mapping names.
fn in_some_list(target: &Target, lists: &[&str]) -> Result<(), Wrong> {
    let mut outcome = Ok(());
    for list in lists {
        let prefix: Vec<Step<'_>> = list
            .split('.')
            .map(Step::Field)
            .chain([Step::Entry])
            .collect();
        outcome = in_contract(Shape::Company, &prefix, &target.0, 0);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Follows a path that stands below `prefix` in a document; `before` of the target's segments lie
/// above it.
fn in_contract(
    shape: Shape,
    prefix: &[Step<'_>],
    path: &[Segment],
    before: usize,
) -> Result<(), Wrong> {
    let steps = path.iter().map(|segment| match segment {
        Segment::Key(name) => Step::Field(name),
        Segment::Index(_) => Step::Entry,
    });
    let steps = prefix.iter().copied().chain(steps);
    follow(shape, steps).map_err(|stray| {
        let (at, problem) = match stray {
            Stray::Unknown { at, known } => (at, Problem::Unknown(known)),
            Stray::List { at } => (at, Problem::List),
            Stray::Plain { at } => (at, Problem::Plain),
        };
        Wrong {
            known_segments: at.saturating_sub(prefix.len()) + before,
            problem,
        }
    })
}

fn report(value: &Value<'_>, target: &Target, wrong: Wrong) {
    let (before, after) = target.0.split_at(wrong.known_segments);
    let parent = Target(before.to_vec()).to_string();
    let name = match after.first() {
        Some(Segment::Key(name)) => name.as_str(),
        Some(Segment::Index(_)) | None => "",
    };
    match wrong.problem {
        Problem::Unknown(known) => {
            let place = if parent.is_empty() {
                "here".to_owned()
            } else {
                format!("in {parent}")
            };
            let hint = document::suggest(name, known.iter().copied()).map_or_else(
                || format!("the API knows {}", known.join(", ")),
                |near| format!("did you mean \"{near}\"?"),
            );
            value.report_with_hint(format!("the API has no field \"{name}\" {place}"), hint);
        }
        Problem::List => {
            let hint = format!("write {parent}[0].{name} for its first entry");
            value.report_with_hint(format!("{parent} is a list"), hint);
        }
        Problem::Plain => value.report(format!("{parent} is one value and has no parts")),
    }
}
