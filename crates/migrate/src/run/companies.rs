//! Companies, each with its owners from the first instant.
//!
//! A company's applications begin with it, and what automation makes of them depends on whom the
//! company lists. So a company is created when everybody it lists is there and at rest, with its
//! links and its applications in one request; automation never sees it without its owners.
//!
//! Companies that list each other in a circle cannot be created so. All of a circle are created one
//! after another, without applications; then they get the links among themselves, then their
//! applications. Without an application automation does nothing for a company and asks nothing of
//! its owners, so it begins when the circle is whole, whatever the timing. The server breaks a
//! circle at its oldest customer, which is why the members have one order (see [`super::order`]) and
//! one worker.
//!
//! The links in the creating body depend on which owners came over, so a later run may come to
//! another body. Nothing is doubled by that: the body is written down before it is sent, and until
//! the server has said what became of it, no other is sent for this company
//! ([`Work::make`](super::Work::make)). The step has one name, so there is one company. Links that
//! were not in the body that made it (an owner that came over later, a company made by an earlier
//! run) are added afterwards, as [`links`] says. The server keeps answers for thirty days; a run
//! whose last answers were lost must go on before that.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::clients::{self, create_step};
use super::links::{self, Link};
use super::order::Group;
use super::prove::{NOT_KEPT, REPAIRS_COUNT_MAX};
use super::steps::Made;
use super::{Work, delta};
use crate::Error;
use crate::book::{Associate, Person};

/// The wait before the next company of a circle is created, in milliseconds: the server's ids tell
/// the older of two apart by the millisecond.
const AGE_MILLISECONDS: u64 = 5;

/// Brings one company over, or all of a circle.
pub(super) async fn bring_over(
    work: Arc<Work>,
    group: Group,
    deadline: Instant,
) -> Result<(), Error> {
    if group.is_circle {
        return circle(&work, &group.members, deadline).await;
    }
    for place in group.members {
        one(&work, place, deadline).await?;
    }
    Ok(())
}

async fn one(work: &Work, place: usize, deadline: Instant) -> Result<(), Error> {
    for _ in 0..=REPAIRS_COUNT_MAX {
        let body = clients::body(&work.book.clients[place])?;
        let links = links::gather(work, place, |_| true).await?;
        let Some((profile, is_agreed)) = create(work, place, (body, links), deadline).await? else {
            return Ok(());
        };
        clients::complete(work, place, (&profile, is_agreed)).await?;
        if work.keeps_client(place, &profile).await? {
            return Ok(());
        }
    }
    clients::fail(work, place, NOT_KEPT)
}

async fn circle(work: &Work, members: &[usize], deadline: Instant) -> Result<(), Error> {
    let is_inside = |associate: &Associate| match associate.person {
        Person::Client(place) => members.contains(&place),
        Person::Inline | Person::Unknown => false,
    };
    let mut made = Vec::new();
    for place in members {
        let mut body = clients::body(&work.book.clients[*place])?;
        let applications = std::mem::replace(&mut body["applications"], json!([]));
        for tries in 0..=REPAIRS_COUNT_MAX {
            let links = links::gather(work, *place, |associate| !is_inside(associate)).await?;
            let made_now = create(work, *place, (body.clone(), links), deadline).await?;
            let Some((profile, is_agreed)) = made_now else {
                break;
            };
            // The others count on it.
            if work.keeps_client(*place, &profile).await? {
                made.push((*place, (profile, is_agreed), applications));
                break;
            }
            if tries == REPAIRS_COUNT_MAX {
                clients::fail(work, *place, NOT_KEPT)?;
            }
        }
        tokio::time::sleep(Duration::from_millis(AGE_MILLISECONDS)).await;
    }
    for (place, (profile, _), _) in &made {
        let inside = links::gather(work, *place, is_inside).await?;
        links::add(work, *place, profile, inside).await?;
    }
    for (place, (profile, is_agreed), applications) in &made {
        finish(work, *place, (profile, *is_agreed), applications).await?;
    }
    Ok(())
}

/// Applies for a company's products and brings what follows it.
async fn finish(
    work: &Work,
    place: usize,
    (profile, is_agreed): (&str, bool),
    applications: &Value,
) -> Result<(), Error> {
    for _ in 0..=REPAIRS_COUNT_MAX {
        if let Some(message) = clients::apply(work, place, profile, applications).await? {
            return clients::fail(work, place, &message);
        }
        clients::complete(work, place, (profile, is_agreed)).await?;
        if work.keeps_client(place, profile).await? {
            return Ok(());
        }
        let links = links::gather(work, place, |_| true).await?;
        links::add(work, place, profile, links).await?;
    }
    clients::fail(work, place, NOT_KEPT)
}

/// Creates a company with its links; its profile, unless the server refuses it, and whether it agrees
/// with its row. Links that were not in what made it are added.
async fn create(
    work: &Work,
    place: usize,
    (mut body, links): (Value, Vec<Link<'_>>),
    deadline: Instant,
) -> Result<Option<(String, bool)>, Error> {
    work.begun_count.fetch_add(1, Ordering::Relaxed);
    let step = create_step(&work.book.clients[place].row.reference);
    if work.ledger.answer(&step)?.is_none() {
        work.wait_for_owners(&links, deadline).await?;
        links::begin(work, &links)?;
    }
    let mut is_agreed = true;
    let alone = body.clone();
    links::put_into(&mut body["collected_data"], &links);
    let mut made = work.make(&step, &body).await?;
    let mut refusal = None;
    if let (Made::Refused(message), false) = (&made, links.is_empty()) {
        // A link must not keep the company away.
        refusal = Some(message.clone());
        made = work.make(&step, &alone).await?;
    }
    let profile = match made {
        Made::Now(profile) => {
            match refusal {
                None => links::done(work, &links, work.ledger.whose(&step)?)?,
                Some(refusal) => {
                    links::forget(work, &links)?;
                    links::failed(work, &links, &refusal)?;
                }
            }
            profile
        }
        // Also of the body whose refusal said nothing for certain: it may have had the links.
        Made::Before(profile) => {
            is_agreed = delta::update(work, place, &profile).await?;
            links::add(work, place, &profile, links).await?;
            profile
        }
        Made::Refused(message) => {
            // Where nothing was made, there are no links.
            if work.ledger.intent(&step)?.is_none() {
                links::forget(work, &links)?;
            }
            clients::fail(work, place, &message)?;
            return Ok(None);
        }
    };
    Ok(Some((profile, is_agreed)))
}
