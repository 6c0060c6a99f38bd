//! Scenarios as text: an institution, and steps with where the profile stands after each.
//!
//! ```text
//! task id: auto 1; accept 1; expiry 60; notice 10
//! product 1: tasks id; if age >= 18 else 3; approve; review
//! ---
//! collect dob=1990-01-01      => nothing
//! apply 1                     => 1 applied checks | id- | runs 1
//! result 1 PASS               => 1 approved decided | id+
//! ```
//! A task is `-` open, `+` passed, `!` failed, `~` skipped, with `*` when a person decided and `^`
//! when it was issued ahead. A policy's elements are counted from 0; a branch goes on to the next
//! element, or to the one after `else`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use domain::*;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::institution::{check_variant, reason, task_variant};
use crate::text::{condition, facts, model, number, role};

struct Counter(u128);

impl Ids for Counter {
    fn fresh(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}

/// An institution, one profile of it and the clock.
pub(crate) struct Scene {
    pub(crate) config: Config,
    pub(crate) profile: Profile,
    pub(crate) zone: TimeZone,
    /// What the last step changed.
    pub(crate) said: Vec<Change>,
    /// How much time a step takes.
    pub(crate) pace: SignedDuration,
    now: Timestamp,
    ids: Counter,
    tasks: Vec<String>,
    version: u64,
}

/// Plays a scenario and compares after every step.
pub(crate) fn check(text: &str) {
    let (institution, steps) = text.split_once("---").expect("a line ---");
    let mut scene = Scene::new(institution);
    let mut told = String::new();
    let mut wanted = String::new();
    for line in steps
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (step, want) = line
            .split_once("=>")
            .unwrap_or_else(|| panic!("no => in {line}"));
        let step = step.trim();
        let _ = writeln!(wanted, "{step} => {}", want.trim());
        let _ = writeln!(told, "{step} => {}", scene.play(step));
    }
    assert_eq!(told, wanted, "\n{told}");
}

impl Scene {
    pub(crate) fn new(institution: &str) -> Scene {
        let mut scene = Scene {
            config: Config {
                version: 1,
                ..Config::default()
            },
            profile: Profile::new(
                ProfileId(7),
                Entity::Individual,
                false,
                Timestamp::UNIX_EPOCH,
            ),
            zone: TimeZone::UTC,
            said: Vec::new(),
            pace: SignedDuration::from_secs(1),
            now: "2026-03-01T12:00:00Z".parse().expect("an instant"),
            ids: Counter(1000),
            tasks: Vec::new(),
            version: 1,
        };
        for id in 1..=9 {
            scene
                .config
                .checks
                .insert(CheckVariantId(id), check_variant(id));
        }
        for line in institution
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            scene.configure(line);
        }
        let entity = scene.profile.entity;
        for task in scene.config.tasks.values_mut() {
            task.entity = entity;
        }
        for check in scene.config.checks.values_mut() {
            check.entity = entity;
        }
        scene
    }

    fn configure(&mut self, line: &str) {
        let (head, rest) = line.split_once(' ').unwrap_or((line, ""));
        match head {
            "company" => self.profile.entity = Entity::Company,
            "zone" => self.zone = TimeZone::get(rest).expect("a time zone"),
            "factor" | "group" => {
                let known = self
                    .config
                    .models
                    .entry(RiskModelId(1))
                    .or_insert_with(|| model(""));
                let more = model(line);
                known.factors.extend(more.factors);
                known.groups.extend(more.groups);
            }
            "reason" => self.config.reasons.push(reason(rest)),
            "task" => {
                let (name, options) = rest.split_once(':').unwrap_or((rest, ""));
                let id = self.task_id(name);
                let task = task_variant(id, name, options);
                self.config.tasks.insert(id, task);
            }
            "product" => {
                let (name, elements) = rest.split_once(':').expect("a colon");
                let mut words = name.split(' ');
                let id: u128 = words.next().and_then(|id| id.parse().ok()).expect("an id");
                let words: Vec<&str> = words.collect();
                let policy = SmartPolicy {
                    id: PolicyId(id),
                    alias: format!("policy{id}"),
                    name: String::new(),
                    elements: elements
                        .split(';')
                        .enumerate()
                        .map(|(at, one)| self.element(at, one.trim()))
                        .collect(),
                };
                let risk = self
                    .config
                    .models
                    .contains_key(&RiskModelId(1))
                    .then_some(RiskModelId(1));
                let course = Course {
                    policy: PolicyId(id),
                    risk,
                };
                let product = Product {
                    id: ProductId(id),
                    alias: format!("product{id}"),
                    name: String::new(),
                    individual: (!words.contains(&"companies")).then(|| course.clone()),
                    company: (!words.contains(&"individuals")).then_some(course),
                    auto_apply: words.contains(&"automatic"),
                    retired: words.contains(&"retired"),
                };
                self.config.policies.insert(policy.id, policy);
                self.config.products.insert(product.id, product);
            }
            _ => panic!("no such line: {line}"),
        }
    }

    fn task_id(&mut self, name: &str) -> TaskVariantId {
        let at = self
            .tasks
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                self.tasks.push(name.to_owned());
                self.tasks.len() - 1
            });
        TaskVariantId(at as u128 + 1)
    }

    fn element(&mut self, at: usize, text: &str) -> Element {
        let (head, rest) = text.split_once(' ').unwrap_or((text, ""));
        match head {
            "tasks" => Element::Tasks {
                add: rest.split(',').map(|name| self.task_id(name)).collect(),
                next: at + 1,
            },
            "if" => {
                let (asked, no) = rest.rsplit_once(" else ").expect("else");
                let no = no.parse().expect("an element");
                Element::Branch {
                    name: asked.to_owned(),
                    condition: condition(asked),
                    yes: at + 1,
                    no,
                }
            }
            "approve" => Element::Outcome(PolicyOutcome::AutomaticApproval),
            "review" => Element::Outcome(PolicyOutcome::ManualReview),
            "reject" => Element::Outcome(PolicyOutcome::ImmediateRejection {
                reason: rest.to_owned(),
            }),
            _ => panic!("no such element: {text}"),
        }
    }

    /// Plays one step and says where the profile stands.
    pub(crate) fn play(&mut self, step: &str) -> String {
        // Time goes by while people work.
        self.now += self.pace;
        let Some(command) = self.command(step) else {
            return "never".to_owned();
        };
        let mut moment = Moment {
            now: self.now,
            zone: &self.zone,
            ids: &mut self.ids,
            switched_off: &NOTHING_SWITCHED_OFF,
        };
        let answer = execute(&self.config, &mut self.profile, command, &mut moment);
        self.said = answer.clone().unwrap_or_default();
        self.said
            .extend(settle(&self.config, &mut self.profile, &mut moment));
        match answer {
            Ok(_) if step == "wake" => format!(
                "{} {}",
                self.now.to_zoned(self.zone.clone()).datetime(),
                self.show()
            ),
            Ok(_) => self.show(),
            Err(refusal) => format!("refused: {refusal:?}").replace('"', ""),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm per step")]
    fn command(&mut self, step: &str) -> Option<Command> {
        let words: Vec<&str> = step.split_whitespace().collect();
        let by = Decider::Key {
            name: "tester".to_owned(),
        };
        Some(match words[..] {
            ["tick"] => Command::Tick,
            ["now", at] => {
                self.now = at
                    .parse()
                    .unwrap_or_else(|_| start_of(at.parse().expect("a day"), &self.zone));
                Command::Tick
            }
            ["wake"] => {
                self.now = wake_at(&self.config, &self.profile, self.now, &self.zone)?;
                Command::Tick
            }
            ["publish", ref line @ ..] => {
                self.config.version += 1;
                self.configure(&line.join(" "));
                Command::Tick
            }
            ["collect", ..] => self.collect(step.strip_prefix("collect").unwrap_or_default()),
            ["apply", product] => Command::Apply {
                product: id(product),
                role: None,
                by,
            },
            ["apply", product, named] => Command::Apply {
                product: id(product),
                role: Some(role(named)),
                by,
            },
            ["apply-automatically"] => Command::ApplyAutomatically,
            ["approve" | "reject" | "cancel", product, ref reasons @ ..] => Command::Decide {
                application: self.application(product),
                to: match words[0] {
                    "approve" => ApplicationStatus::Approved,
                    "reject" => ApplicationStatus::Rejected,
                    _ => ApplicationStatus::Cancelled,
                },
                by,
                comment: None,
                reasons: reasons.iter().map(|one| (*one).to_owned()).collect(),
            },
            ["revert", product] => Command::Revert {
                application: self.application(product),
                by,
                comment: None,
            },
            ["pass" | "fail" | "open", name, ref as_of @ ..] => Command::SetTask {
                task: self.task(name),
                to: match words[0] {
                    "pass" => TaskState::Passed,
                    "fail" => TaskState::Failed,
                    _ => TaskState::Incomplete,
                },
                as_of: as_of.last().map(|day| {
                    (
                        start_of(day.parse().expect("a day"), &self.zone),
                        "legacy".to_owned(),
                    )
                }),
            },
            ["add", name] => Command::AddTask(self.task_id(name)),
            ["expire", name, day] => Command::SetTaskExpiry {
                task: self.task(name),
                at: day.parse().ok().map(|day| start_of(day, &self.zone)),
            },
            ["tag", ref name @ ..] => Command::AddTag(name.join(" ")),
            ["untag", name] => {
                let mut tags = self.profile.tags.iter();
                let found = tags.find(|tag| tag.name == name);
                Command::RemoveTag(found.map_or(TagId(0), |tag| tag.id))
            }
            ["suspend"] => Command::SetStatus(ProfileStatus::Suspended),
            ["ban"] => Command::SetStatus(ProfileStatus::Banned),
            ["normal"] => Command::SetStatus(ProfileStatus::Normal),
            ["link", parent, products] => Command::LinkParent {
                parent: ProfileId(parent.parse().expect("an id")),
                roles: [AssociatedRole::Director].into(),
                products: products.split('+').map(id).collect(),
            },
            ["unlink", parent] => Command::UnlinkParent(ProfileId(parent.parse().expect("an id"))),
            ["associate", ref words @ ..] => self.associate(words),
            ["added", ref keys @ ..] => {
                Command::CandidatesAdded(keys.iter().map(|key| (*key).to_owned()).collect())
            }
            _ => self.command_about_checks(&words),
        })
    }

    fn command_about_checks(&mut self, words: &[&str]) -> Command {
        match words[..] {
            ["order", variant, "as", id] => Command::OrderCheck {
                check: CheckId(id.parse().expect("an id")),
                variant: CheckVariantId(variant.parse().expect("an id")),
                tasks: None,
            },
            ["order", variant, "for", name] => Command::OrderCheck {
                check: CheckId(self.ids.fresh()),
                variant: CheckVariantId(variant.parse().expect("an id")),
                tasks: Some([self.task(name)].into()),
            },
            ["start", id] => Command::StartCheck(CheckId(id.parse().expect("an id"))),
            ["attach", variant, name] => Command::SetCheckTasks {
                check: self
                    .profile
                    .latest_check(CheckVariantId(variant.parse().expect("an id")))
                    .expect("a run")
                    .id,
                tasks: [self.task(name)].into(),
            },
            ["order", variant] => Command::OrderCheck {
                check: CheckId(self.ids.fresh()),
                variant: CheckVariantId(variant.parse().expect("an id")),
                tasks: None,
            },
            ["result", variant, decision, ref found @ ..] => {
                let variant = CheckVariantId(variant.parse().expect("an id"));
                let mut runs = self
                    .profile
                    .checks
                    .iter()
                    .filter(|run| run.variant == variant);
                let run = runs
                    .find(|run| run.state != CheckState::Complete)
                    .expect("an unfinished run");
                Command::CompleteCheck {
                    check: run.id,
                    verdict: verdict(decision, found),
                }
            }
            ["match", kind, state, ref match_id @ ..] => Command::AddEvent {
                kind: event_kind(kind),
                match_id: match_id.first().map(|one| (*one).to_owned()),
                resolution: resolution(state),
            },
            ["resolve", number, to] => {
                let at: usize = number.parse().expect("a number");
                Command::ResolveEvent {
                    event: self.profile.events[at].id,
                    to: resolution(to),
                }
            }
            _ => panic!("no such step: {words:?}"),
        }
    }

    fn application(&self, product: &str) -> ApplicationId {
        let mut all = self.profile.applications.iter().rev();
        all.find(|one| one.product == id(product))
            .map_or(ApplicationId(0), |one| one.id)
    }

    fn task(&mut self, name: &str) -> TaskId {
        let (name, upcoming) = name
            .strip_suffix('^')
            .map_or((name, false), |name| (name, true));
        let variant = self.task_id(name);
        let mut all = self.profile.tasks.iter();
        all.find(|task| task.variant == variant && task.upcoming == upcoming)
            .map_or(TaskId(0), |task| task.id)
    }

    /// `country=GBR; list 101 director+shareholder:id; listed-company 102 director; unlinked k 30 shareholder`
    fn collect(&mut self, text: &str) -> Command {
        let mut linked = BTreeMap::new();
        let mut unlinked = Vec::new();
        for part in text.split(';') {
            let words: Vec<&str> = part.split_whitespace().collect();
            match words[..] {
                ["list" | "list-company", profile, roles] => {
                    let entity = if words[0] == "list" {
                        Entity::Individual
                    } else {
                        Entity::Company
                    };
                    let held = roles.split('+').map(|one| self.held(one)).collect();
                    linked.insert(ProfileId(profile.parse().expect("an id")), (entity, held));
                }
                ["unlinked", key, share, named] => unlinked.push(candidate(key, share, named)),
                _ => {}
            }
        }
        Command::ReplaceCollected {
            collected: facts(text),
            linked,
            unlinked,
        }
    }

    fn held(&mut self, text: &str) -> RoleHeld {
        let (named, task) = text
            .split_once(':')
            .map_or((text, None), |(named, task)| (named, Some(task)));
        let tasks = task.map(|task| self.task_id(task)).into_iter().collect();
        RoleHeld {
            role: role(named),
            share: None,
            tasks,
        }
    }

    /// `101 2 approved circular depth=11 automating old score=30 dob=1990`
    fn associate(&mut self, words: &[&str]) -> Command {
        self.version += 1;
        let has = |word: &str| words.contains(&word);
        let known = |word: &str| words.iter().find_map(|one| one.strip_prefix(word));
        let status = match () {
            () if has("approved") => Some(ApplicationStatus::Approved),
            () if has("rejected") => Some(ApplicationStatus::Rejected),
            () if has("in-review") => Some(ApplicationStatus::InReview),
            () if has("applied") => Some(ApplicationStatus::Applied),
            () => None,
        };
        let application = status.map(|status| CopiedApplication {
            product: id(words.get(1).expect("a product")),
            status,
            automating: has("automating"),
            level: None,
            own_score: known("score=").map(number),
        });
        let dob = known("dob=")
            .map(|dob| format!("dob={dob}"))
            .unwrap_or_default();
        let copy = AssociateCopy {
            version: if has("old") { 0 } else { self.version },
            collected: facts(&dob),
            tags: Vec::new(),
            events: Vec::new(),
            status: ProfileStatus::Normal,
            applications: application.into_iter().collect(),
            circular: has("circular"),
            depth: known("depth=").map_or(1, |depth| depth.parse().expect("a depth")),
        };
        Command::RefreshAssociates(vec![(ProfileId(words[0].parse().expect("an id")), copy)])
    }

    /// Where the profile stands.
    pub(crate) fn show(&self) -> String {
        let mut parts = vec![list(&self.profile.applications, |one| {
            Self::show_application(one)
        })];
        parts.push(list(&self.profile.tasks, |task| self.show_task(task)));
        let running = self
            .profile
            .checks
            .iter()
            .filter(|check| check.state != CheckState::Complete);
        let running: Vec<&Check> = running.collect();
        if !running.is_empty() {
            parts.push(format!(
                "runs {}",
                list(&running, |check| check.variant.0.to_string())
            ));
        }
        let open = self.profile.open_events().count();
        if open > 0 {
            parts.push(format!("matches {open}"));
        }
        let asked: Vec<String> = self
            .profile
            .associates
            .iter()
            .flat_map(|one| {
                one.asked
                    .iter()
                    .map(|product| format!("{}:{}", one.profile.0, product.0))
            })
            .collect();
        if !asked.is_empty() {
            parts.push(format!("asks {}", asked.join(" ")));
        }
        if !self.profile.wanted.is_empty() {
            let wanted: Vec<&str> = self.profile.wanted.iter().map(String::as_str).collect();
            parts.push(format!("wants {}", wanted.join(" ")));
        }
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            "nothing".to_owned()
        } else {
            parts.join(" | ")
        }
    }

    fn show_application(one: &Application) -> String {
        let keys = |missing: &BTreeSet<Missing>| {
            let keys: Vec<String> = missing
                .iter()
                .map(|one| format!("{} {:?}", one.property.key(), one.why))
                .collect();
            keys.join("+")
        };
        let stage = match &one.stage {
            Stage::New => "new".to_owned(),
            Stage::WaitsForRisk(missing) => format!("risk {}", keys(missing)),
            Stage::WaitsForData(missing) => format!("data {}", keys(missing)),
            Stage::WaitsForChecks => "checks".to_owned(),
            Stage::WaitsForAssociates => "associates".to_owned(),
            Stage::WaitsForTasks(open) if open.is_empty() => "blocked".to_owned(),
            Stage::WaitsForTasks(_) => "tasks".to_owned(),
            Stage::ReadyForDecision => "ready".to_owned(),
            Stage::Decided => "decided".to_owned(),
            Stage::Unsettled => "unsettled".to_owned(),
        };
        let level = one
            .level()
            .map(|level| format!(" {level}"))
            .unwrap_or_default();
        format!(
            "{} {}{level} {stage}",
            one.product.0,
            one.status.name().to_lowercase()
        )
    }

    fn show_task(&self, task: &Task) -> String {
        let state = match task.state {
            _ if task.skipped => '~',
            TaskState::Incomplete => '-',
            TaskState::Passed => '+',
            TaskState::Failed => '!',
        };
        let hand = if task.is_by_hand() { "*" } else { "" };
        let ahead = if task.upcoming { "^" } else { "" };
        let until = task
            .expires
            .map(|at| format!("@{}", date_in(at, &self.zone)))
            .unwrap_or_default();
        let at = usize::try_from(task.variant.0).expect("a small number") - 1;
        format!("{}{ahead}{state}{hand}{until}", self.tasks[at])
    }
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(", ")
}

pub(crate) fn id(product: &str) -> ProductId {
    ProductId(product.parse().expect("an id"))
}

fn candidate(key: &str, share: &str, named: &str) -> Candidate {
    Candidate {
        key: key.to_owned(),
        entity: Entity::Individual,
        role: role(named),
        share: share.parse().ok(),
    }
}

/// `PASS pep:a sanction:b:ignored k:30:shareholder`
fn verdict(decision: &str, found: &[&str]) -> CheckVerdict {
    let decisions = [
        Decision::Pass,
        Decision::Fail,
        Decision::Partial,
        Decision::Warn,
        Decision::Error,
    ];
    let decision = decisions
        .into_iter()
        .find(|one| one.name() == decision)
        .expect("a decision");
    let mut verdict = CheckVerdict {
        result: Some(decision.name().to_owned()),
        decision,
        candidates: Vec::new(),
        matches: Vec::new(),
    };
    for one in found {
        let parts: Vec<&str> = one.split(':').collect();
        match parts[..] {
            [kind @ ("pep" | "sanction"), match_id, ..] => verdict.matches.push(FoundMatch {
                kind: event_kind(kind),
                match_id: match_id.to_owned(),
                ignored: parts.len() > 2,
            }),
            [key, share, named] => verdict.candidates.push(candidate(key, share, named)),
            _ => panic!("neither a match nor a candidate: {one}"),
        }
    }
    verdict
}

fn event_kind(text: &str) -> EventKind {
    if text == "pep" {
        EventKind::Pep
    } else {
        EventKind::Sanction
    }
}

fn resolution(text: &str) -> Resolution {
    match text {
        "open" => Resolution::Unresolved,
        "match" => Resolution::Match,
        "ignore" => Resolution::Ignore,
        _ => Resolution::Mismatch,
    }
}
