//! Creates the profiles of a simulation: everybody before the companies that list them.
//!
//! Companies that list each other in a circle have no such order: they are created without the links
//! among themselves and without applications, then linked, then apply.

use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::field_error::FieldError;
use wire::request::{AddApplication, AddTag, FromBody, SimulatedRow, SimulatedUpdate};
use wire::resource::Error;

use super::World;
use super::links::{self, Link, Names};
use crate::{Failure, Kind, applications, collected, profiles, tags};

/// A profile of the request and what became of it.
pub(super) struct Row {
    /// What the caller calls it, when that could be read.
    pub(super) reference: Option<String>,
    body: Value,
    tags: Vec<String>,
    /// What is still to be done to its tasks.
    pub(super) updates: Vec<SimulatedUpdate>,
    /// None until its turn comes.
    made: Option<Result<u128, Vec<Error>>>,
    /// What of it was left out, though it was made.
    pub(super) left_out: Vec<Error>,
}

impl Row {
    fn read(row: Result<SimulatedRow, Vec<FieldError>>) -> Row {
        match row {
            Ok(row) => Row {
                reference: Some(row.reference),
                body: row.profile,
                tags: row.tags,
                updates: row.task_updates,
                made: None,
                left_out: Vec::new(),
            },
            Err(mistakes) => Row {
                reference: None,
                body: Value::Null,
                tags: Vec::new(),
                updates: Vec::new(),
                made: Some(Err(errors(mistakes))),
                left_out: Vec::new(),
            },
        }
    }

    /// Its profile, or why it has none.
    pub(super) fn made(&self) -> Result<u128, &[Error]> {
        match &self.made {
            Some(Ok(id)) => Ok(*id),
            Some(Err(errors)) => Err(errors),
            None => Err(&[]),
        }
    }

    fn id(&self) -> Option<u128> {
        self.made().ok()
    }
}

fn errors(mistakes: Vec<FieldError>) -> Vec<Error> {
    mistakes.into_iter().map(Error::from).collect()
}

/// Makes every profile that the API would take.
pub(super) async fn make(
    world: &World,
    rows: Vec<Result<SimulatedRow, Vec<FieldError>>>,
) -> Result<Vec<Row>, Failure> {
    let mut rows: Vec<Row> = rows.into_iter().map(Row::read).collect();
    let links = read_links(&mut rows);
    loop {
        make_ready(world, &mut rows, &links).await?;
        let open: BTreeSet<usize> = (0..rows.len())
            .filter(|at| rows[*at].made.is_none())
            .collect();
        if open.is_empty() {
            return Ok(rows);
        }
        // Those that list another circle wait for it.
        for circle in links::circles(&open, &links) {
            make_circle(world, &mut rows, &links, &circle).await?;
        }
    }
}

/// The links of every row; a row whose links are wrong, or whose reference is taken, is refused.
fn read_links(rows: &mut [Row]) -> Vec<Vec<Link>> {
    let mut names = Names::new();
    for (at, row) in rows.iter_mut().enumerate() {
        let Some(reference) = row.reference.clone() else {
            continue;
        };
        if let Entry::Vacant(place) = names.entry(reference) {
            place.insert(at);
        } else {
            let mistake = FieldError::invalid("reference", "is given twice; the first counts");
            row.made = Some(Err(vec![mistake.into()]));
        }
    }
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(match links::read(&row.body, &names) {
            Ok(links) => links,
            Err(mistakes) => {
                row.made.get_or_insert_with(|| Err(errors(mistakes)));
                Vec::new()
            }
        });
    }
    all
}

/// Makes those whose links all lead to somebody who has had their turn, until there are none.
async fn make_ready(world: &World, rows: &mut [Row], links: &[Vec<Link>]) -> Result<(), Failure> {
    loop {
        let mut any = false;
        for at in 0..rows.len() {
            let is_done = |link: &Link| rows[link.target].made.is_some();
            if rows[at].made.is_some() || !links[at].iter().all(is_done) {
                continue;
            }
            any = true;
            let body = links::put(&rows[at].body, &links[at], |target| rows[target].id());
            tell_missing(rows, at, &links[at]);
            create(world, &mut rows[at], &body).await?;
            tag(world, &mut rows[at]).await?;
        }
        if !any {
            return Ok(());
        }
    }
}

/// A link to somebody who was refused is left out, and said to be.
fn tell_missing(rows: &mut [Row], at: usize, links: &[Link]) {
    let refused: BTreeSet<String> = links
        .iter()
        .filter(|link| rows[link.target].id().is_none())
        .filter_map(|link| rows[link.target].reference.clone())
        .collect();
    for reference in refused {
        let message = format!("lists {reference:?}, which is refused; the link is left out");
        let mistake = FieldError::invalid("collected_data", message);
        rows[at].left_out.push(mistake.into());
    }
}

async fn create(world: &World, row: &mut Row, body: &Value) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Made {
        id: Uuid,
    }
    world.clock.tick();
    row.made = Some(
        match profiles::create(&world.platform, &world.caller, body).await {
            Ok(answer) => {
                let made: Made = serde_json::from_str(&answer.body).map_err(Failure::internal)?;
                Ok(made.id.as_u128())
            }
            Err(failure) => Err(refusal(failure)?),
        },
    );
    Ok(())
}

/// What the caller did wrong; a fault of this system ends the simulation.
fn refusal(failure: Failure) -> Result<Vec<Error>, Failure> {
    match failure.kind {
        Kind::Invalid | Kind::NotFound | Kind::Conflict | Kind::TooLarge => Ok(failure.errors),
        Kind::Unauthorized
        | Kind::Forbidden
        | Kind::InProgress
        | Kind::Precondition
        | Kind::Unsupported
        | Kind::KeyReused
        | Kind::Busy
        | Kind::Full
        | Kind::Unknown
        | Kind::Internal => Err(failure),
    }
}

async fn tag(world: &World, row: &mut Row) -> Result<(), Failure> {
    let Some(id) = row.id() else { return Ok(()) };
    for name in row.tags.clone() {
        let tagged = match AddTag::from_body(&json!({ "name": name })) {
            Ok(tag) => tags::add(&world.platform, &world.caller, id, tag).await,
            Err(mistakes) => Err(mistakes.into()),
        };
        leave_out(row, tagged)?;
    }
    Ok(())
}

/// Notes what was left out of a row that was made all the same.
pub(super) fn leave_out<T>(row: &mut Row, outcome: Result<T, Failure>) -> Result<(), Failure> {
    if let Err(failure) = outcome {
        row.left_out.extend(refusal(failure)?);
    }
    Ok(())
}

/// Makes the members of a circle, in the order of the request.
async fn make_circle(
    world: &World,
    rows: &mut [Row],
    links: &[Vec<Link>],
    members: &BTreeSet<usize>,
) -> Result<(), Failure> {
    for at in members {
        let mut body = links::put(&rows[*at].body, &links[*at], |target| rows[target].id());
        if body["applications"].is_array() {
            body["applications"] = json!([]);
        }
        create(world, &mut rows[*at], &body).await?;
    }
    for at in members {
        let Some(id) = rows[*at].id() else { continue };
        let body = links::put(&rows[*at].body, &links[*at], |target| rows[target].id());
        tell_missing(rows, *at, &links[*at]);
        let data = (body["collected_data"].clone(), None);
        let linked = collected::replace(&world.platform, &world.caller, id, data).await;
        leave_out(&mut rows[*at], linked)?;
    }
    for at in members {
        let Some(id) = rows[*at].id() else { continue };
        let wanted = rows[*at].body["applications"].as_array().cloned();
        for wanted in wanted.into_iter().flatten() {
            let applied = match AddApplication::from_body(&wanted) {
                Ok(wanted) => applications::add(&world.platform, &world.caller, id, wanted).await,
                Err(mistakes) => Err(mistakes.into()),
            };
            leave_out(&mut rows[*at], applied)?;
        }
        tag(world, &mut rows[*at]).await?;
    }
    Ok(())
}
