//! Plays a history and shows every step of it.

use std::collections::{BTreeMap, BTreeSet};

use domain::*;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use proptest::test_runner::TestCaseError;

use crate::generate::{CopySheet, History, Op, Sheet};

/// Where every history starts: a little before birthdays, in a leap year.
const START: &str = "2026-02-20T09:30:00Z";

pub(crate) struct Counter(u128);

impl Ids for Counter {
    fn fresh(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}

/// One profile and the clock it lives by.
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) profile: Profile,
    pub(crate) now: Timestamp,
    pub(crate) zone: TimeZone,
    pub(crate) ids: Counter,
    version: u64,
    last: Option<Command>,
}

/// One command with what was before, between it and settling, and after.
pub(crate) struct Step {
    pub(crate) command: Command,
    pub(crate) answer: Result<Vec<Change>, Refusal>,
    pub(crate) settled: Vec<Change>,
    pub(crate) before: Profile,
    pub(crate) between: Profile,
    pub(crate) after: Profile,
}

impl World {
    pub(crate) fn of(history: &History) -> World {
        let now: Timestamp = START.parse().expect("an instant");
        World {
            config: history.config.clone(),
            profile: Profile::new(ProfileId(7), history.entity, false, now),
            now,
            zone: TimeZone::get(history.zone).expect("a time zone"),
            ids: Counter(1_000),
            version: 1,
            last: None,
        }
    }

    /// Carries out one command and settles.
    pub(crate) fn step(&mut self, command: Command) -> Step {
        let before = self.profile.clone();
        self.last = Some(command.clone());
        let mut moment = Moment {
            now: self.now,
            zone: &self.zone,
            ids: &mut self.ids,
            switched_off: &NOTHING_SWITCHED_OFF,
        };
        let answer = execute(
            &self.config,
            &mut self.profile,
            command.clone(),
            &mut moment,
        );
        let between = self.profile.clone();
        let settled = settle(&self.config, &mut self.profile, &mut moment);
        let after = self.profile.clone();
        Step {
            command,
            answer,
            settled,
            before,
            between,
            after,
        }
    }

    /// What settling does to a copy of the profile at another time.
    pub(crate) fn settled_at(&mut self, now: Timestamp) -> (Profile, Vec<Change>) {
        let mut profile = self.profile.clone();
        let mut moment = Moment {
            now,
            zone: &self.zone,
            ids: &mut self.ids,
            switched_off: &NOTHING_SWITCHED_OFF,
        };
        let mut changes = execute(&self.config, &mut profile, Command::Tick, &mut moment)
            .expect("a tick is never refused");
        changes.extend(settle(&self.config, &mut profile, &mut moment));
        (profile, changes)
    }

    pub(crate) fn wake(&self) -> Option<Timestamp> {
        wake_at(&self.config, &self.profile, self.now, &self.zone)
    }

    /// The command that an op means here; `None` when there is nothing it could be about.
    #[expect(clippy::too_many_lines, reason = "one arm per op")]
    pub(crate) fn command(&mut self, op: &Op) -> Option<Command> {
        let profile = &self.profile;
        let application = |at: usize| nth(&profile.applications, at).map(|one| one.id);
        let task = |at: usize| nth(&profile.tasks, at).map(|one| one.id);
        let by = Decider::Key {
            name: "tester".to_owned(),
        };
        Some(match op {
            Op::Collect(sheet) => collect(sheet),
            Op::Apply(product) => Command::Apply {
                product: ProductId(*product),
                role: None,
                by,
            },
            Op::ApplyAutomatically => Command::ApplyAutomatically,
            Op::Decide(at, to) => Command::Decide {
                application: application(*at)?,
                to: *to,
                by,
                comment: None,
                reasons: Vec::new(),
            },
            Op::Revert(at) => Command::Revert {
                application: application(*at)?,
                by,
                comment: None,
            },
            Op::SetTask(at, to, as_of) => Command::SetTask {
                task: task(*at)?,
                to: *to,
                as_of: as_of.map(|days| {
                    (
                        self.now - SignedDuration::from_hours(days * 24),
                        "legacy".to_owned(),
                    )
                }),
            },
            Op::AddTask(variant) => Command::AddTask(TaskVariantId(*variant)),
            Op::SetTaskExpiry(at, days) => Command::SetTaskExpiry {
                task: task(*at)?,
                at: days.map(|days| self.now + SignedDuration::from_hours(days * 24)),
            },
            Op::OrderCheck(variant) => {
                let check = CheckId(self.ids.fresh());
                Command::OrderCheck {
                    check,
                    variant: CheckVariantId(*variant),
                    tasks: None,
                }
            }
            Op::StartCheck(at) => Command::StartCheck(nth(&profile.checks, *at)?.id),
            Op::CompleteCheck(at, decision, found) => {
                // Some results come twice.
                let wanted = |check: &&Check| *at == 7 || check.state != CheckState::Complete;
                let runs: Vec<&Check> = profile.checks.iter().filter(wanted).collect();
                Command::CompleteCheck {
                    check: nth(&runs, *at)?.id,
                    verdict: verdict(*decision, found),
                }
            }
            Op::SetCheckTasks(check, at) => Command::SetCheckTasks {
                check: nth(&profile.checks, *check)?.id,
                tasks: task(*at).into_iter().collect(),
            },
            Op::AddTag(number) => Command::AddTag(format!("t{number}")),
            Op::RemoveTag(at) => Command::RemoveTag(nth(&profile.tags, *at)?.id),
            Op::SetStatus(to) => Command::SetStatus(*to),
            Op::AddEvent(kind, id, resolution) => Command::AddEvent {
                kind: *kind,
                match_id: id.map(|id| format!("m{id}")),
                resolution: *resolution,
            },
            Op::ResolveEvent(at, to) => Command::ResolveEvent {
                event: nth(&profile.events, *at)?.id,
                to: *to,
            },
            Op::LinkParent(parent, products) => Command::LinkParent {
                parent: ProfileId(*parent),
                roles: [AssociatedRole::Director].into(),
                products: products.iter().copied().map(ProductId).collect(),
            },
            Op::UnlinkParent(parent) => Command::UnlinkParent(ProfileId(*parent)),
            Op::Refresh(at, sheet) => {
                let associate = nth(&profile.associates, *at)?.profile;
                self.version += 1;
                let version = if sheet.older { 0 } else { self.version };
                Command::RefreshAssociates(vec![(associate, copy(sheet, version))])
            }
            Op::CandidatesAdded => Command::CandidatesAdded(profile.wanted.clone()),
            Op::Wait(hours) => {
                self.now += SignedDuration::from_hours(*hours);
                Command::Tick
            }
            Op::Again => self.last.clone()?,
            Op::Wake => {
                self.now = self.wake()?;
                Command::Tick
            }
        })
    }
}

/// Plays a whole history; `look` sees the world after every step.
pub(crate) fn play(
    history: &History,
    look: &impl Fn(&mut World, &Step) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    play_on(&mut World::of(history), history, look)
}

/// Plays a history on a world of its own.
pub(crate) fn play_on(
    world: &mut World,
    history: &History,
    look: &impl Fn(&mut World, &Step) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    for op in &history.ops {
        if let Some(command) = world.command(op) {
            let step = world.step(command);
            look(world, &step)?;
        }
    }
    Ok(())
}

fn nth<T>(items: &[T], at: usize) -> Option<&T> {
    items.get(at.checked_rem(items.len())?)
}

pub(crate) fn verdict(decision: Decision, found: &[(EventKind, u8, bool)]) -> CheckVerdict {
    CheckVerdict {
        result: Some(decision.name().to_owned()),
        decision,
        candidates: Vec::new(),
        matches: found
            .iter()
            .map(|(kind, id, ignored)| FoundMatch {
                kind: *kind,
                match_id: format!("m{id}"),
                ignored: *ignored,
            })
            .collect(),
    }
}

pub(crate) fn collected(
    country: Option<&[&str]>,
    dob: Option<&str>,
    custom: Option<i64>,
) -> Collected {
    let mut collected = Collected::default();
    if let Some(country) = country {
        let values = country
            .iter()
            .map(|one| Value::Text((*one).to_owned()))
            .collect();
        collected.declared.insert("address.country", values);
    }
    if let Some(dob) = dob.and_then(PartialDate::parse) {
        collected.declared.insert("dob", vec![Value::Date(dob)]);
    }
    if let Some(custom) = custom {
        collected.custom.insert(
            "amount".to_owned(),
            vec![Value::Number(Decimal::from(custom))],
        );
    }
    collected
}

fn collect(sheet: &Sheet) -> Command {
    let held = |(role, task): &(AssociatedRole, u8)| RoleHeld {
        role: *role,
        share: None,
        tasks: (*task > 0)
            .then_some(TaskVariantId(u128::from(*task)))
            .into_iter()
            .collect(),
    };
    let linked: BTreeMap<ProfileId, (Entity, Vec<RoleHeld>)> = sheet
        .associates
        .iter()
        .map(|(id, roles)| {
            (
                ProfileId(*id),
                (Entity::Individual, roles.iter().map(held).collect()),
            )
        })
        .collect();
    let unlinked = sheet.unlinked.iter().map(|(key, role, share)| Candidate {
        key: format!("candidate{key}"),
        entity: Entity::Individual,
        role: *role,
        share: share.map(Decimal::from),
    });
    Command::ReplaceCollected {
        collected: collected(sheet.country.as_deref(), sheet.dob, sheet.custom),
        linked,
        unlinked: unlinked.collect(),
    }
}

fn copy(sheet: &CopySheet, version: u64) -> AssociateCopy {
    let country = sheet.country.as_ref().map(std::slice::from_ref);
    AssociateCopy {
        version,
        collected: collected(country, sheet.dob, None),
        tags: Vec::new(),
        events: Vec::new(),
        status: ProfileStatus::Normal,
        applications: sheet
            .applications
            .iter()
            .map(|(product, status, automating, score)| CopiedApplication {
                product: ProductId(*product),
                status: *status,
                automating: *automating,
                level: None,
                own_score: score.map(Decimal::from),
            })
            .collect(),
        circular: sheet.circular,
        depth: sheet.depth,
    }
}

/// Variants with more than one live or more than one upcoming version.
pub(crate) fn doubled(profile: &Profile) -> BTreeSet<TaskVariantId> {
    let mut seen = BTreeSet::new();
    profile
        .tasks
        .iter()
        .filter(|task| !seen.insert((task.variant, task.upcoming)))
        .map(|task| task.variant)
        .collect()
}
