//! Laws of the core: what holds for every institution, every profile and every history.
//!
//! `mutants.md` says which break each of them was seen to find. `PROPTEST_CASES=5000` looks harder.

mod generate;
mod kleene;
mod order;
mod world;

use std::cell::RefCell;
use std::collections::BTreeSet;

use domain::*;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestRunner};

use generate::{History, histories};
use world::{Step, World, doubled, play, play_on};

/// Steps of a history at most.
const STEPS_MAX: usize = 30;

/// Checks a law after every step of every history.
fn hold(law: impl Fn(&mut World, &Step) -> Result<(), TestCaseError>) {
    each(&histories(STEPS_MAX), |history| play(&history, &law));
}

fn each(
    histories: &impl Strategy<Value = History>,
    law: impl Fn(History) -> Result<(), TestCaseError>,
) {
    let cases = Cases {
        failure_persistence: None,
        ..Cases::default()
    };
    if let Err(error) = TestRunner::new(cases).run(histories, law) {
        panic!("{error}");
    }
}

fn moved(changes: &[Change], wanted: ApplicationStatus) -> Vec<(ApplicationId, ApplicationStatus)> {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::ApplicationMoved {
                application,
                from,
                to,
                ..
            } if *to == wanted => Some((*application, *from)),
            _ => None,
        })
        .collect()
}

fn find(profile: &Profile, id: ApplicationId) -> &Application {
    profile
        .applications
        .iter()
        .find(|one| one.id == id)
        .expect("applications are never dropped")
}

/// Ruling 4.
#[test]
fn settling_twice_changes_nothing() {
    hold(|world, step| {
        let mut again = world.profile.clone();
        let mut moment = Moment {
            now: world.now,
            zone: &world.zone,
            ids: &mut world.ids,
            switched_off: &NOTHING_SWITCHED_OFF,
        };
        let changes = settle(&world.config, &mut again, &mut moment);
        prop_assert_eq!(changes, [], "{:?}", step.command);
        prop_assert_eq!(&again, &step.after);
        Ok(())
    });
}

/// Seed 004: "You can only approve a product application when all tasks are passed".
#[test]
fn nothing_is_approved_with_work_left_or_on_a_suspended_profile() {
    hold(|_, step| {
        let check = |profile: &Profile, id| {
            let application = find(profile, id);
            prop_assert_eq!(application.status, ApplicationStatus::Approved);
            prop_assert_eq!(profile.status, ProfileStatus::Normal);
            prop_assert_eq!(profile.open_events().count(), 0);
            prop_assert!(!application.is_undetermined());
            for variant in &application.required {
                let mut versions = profile
                    .tasks
                    .iter()
                    .filter(|task| task.variant == *variant && !task.upcoming);
                let task = versions.next().expect("a required task exists");
                prop_assert!(task.state == TaskState::Passed || task.skipped, "{task:?}");
            }
            Ok(())
        };
        for (id, _) in moved(
            step.answer.as_deref().unwrap_or_default(),
            ApplicationStatus::Approved,
        ) {
            check(&step.between, id)?;
            prop_assert!(find(&step.between, id).outcome.is_some());
        }
        for (id, _) in moved(&step.settled, ApplicationStatus::Approved) {
            if find(&step.after, id).status == ApplicationStatus::Approved {
                check(&step.after, id)?;
            } else {
                // Approved and moved on at once: only because something else moved with it.
                prop_assert_eq!(find(&step.after, id).status, ApplicationStatus::InReview);
            }
        }
        Ok(())
    });
}

/// `product.md` 7: "in review as soon as an approved application has an incomplete task", and on a
/// "new screening match".
#[test]
fn an_approved_application_has_no_open_task_and_no_open_match() {
    hold(|_, step| {
        for application in &step.after.applications {
            if application.status == ApplicationStatus::Approved
                && application.stage != Stage::Unsettled
            {
                prop_assert_eq!(open_tasks(&step.after, application), []);
                prop_assert_eq!(step.after.open_events().count(), 0);
                prop_assert_eq!(&application.stage, &Stage::Decided);
            }
        }
        Ok(())
    });
}

/// Ruling 7.
#[test]
fn a_task_that_passed_by_itself_had_a_passed_acceptance_check_or_enough_associates() {
    hold(|world, step| {
        for change in &step.settled {
            let Change::TaskPassed {
                task,
                variant,
                by_hand: false,
            } = change
            else {
                continue;
            };
            let variant = &world.config.tasks[variant];
            if let Some(rule) = &variant.associates {
                prop_assert!(is_enough(&step.after, variant.id, rule));
                prop_assert!(is_everybody_found(&step.after, *task, variant, rule));
            } else {
                let latest = |check: &CheckVariantId| {
                    let mut runs = step.after.checks.iter().rev();
                    runs.find(|run| run.variant == *check && run.tasks.contains(task))
                };
                let passed = variant.acceptance_checks.iter().filter_map(latest);
                prop_assert!(
                    passed
                        .into_iter()
                        .any(|run| run.decision == Some(Decision::Pass))
                );
            }
            if variant.screening {
                prop_assert_eq!(step.after.open_events().count(), 0);
            }
        }
        Ok(())
    });
}

/// Seed 004: "Tasks with an associate smart policy are only marked Task passed when the associates
/// of the company are approved".
#[test]
fn a_list_has_passed_exactly_when_enough_associates_are_approved() {
    hold(|world, step| {
        let open = step.after.applications.iter().filter(|one| one.is_open());
        let required: BTreeSet<TaskVariantId> =
            open.flat_map(|one| one.required.iter().copied()).collect();
        for task in step
            .after
            .tasks
            .iter()
            .filter(|task| !task.upcoming && required.contains(&task.variant))
        {
            let variant = &world.config.tasks[&task.variant];
            let Some(rule) = &variant.associates else {
                continue;
            };
            if task.set_by != SetBy::Policy || task.skipped {
                continue;
            }
            let clear = !variant.screening || step.after.open_events().count() == 0;
            let enough = is_enough(&step.after, variant.id, rule) && clear;
            let passed = task.state == TaskState::Passed;
            prop_assert!(!passed || enough, "passed without enough: {:?}", rule);
            let everybody = is_everybody_found(&step.after, task.id, variant, rule);
            prop_assert!(
                passed || !enough || !everybody,
                "enough and not passed: {:?}",
                rule
            );
        }
        Ok(())
    });
}

/// Whether nobody is still to be found or added by automation.
fn is_everybody_found(
    profile: &Profile,
    task: TaskId,
    variant: &TaskVariant,
    rule: &AssociateRule,
) -> bool {
    if rule.automatic == AutomaticAddition::Nobody {
        return true;
    }
    let found = variant.automatic_checks.iter().all(|check| {
        let of_task = |run: &&Check| run.variant == *check && run.tasks.contains(&task);
        let latest = profile.checks.iter().rfind(of_task);
        let decision = latest.and_then(|run| run.decision);
        decision.is_some_and(|decision| decision != Decision::Error)
    });
    found && profile.wanted.is_empty()
}

/// The passing rule a second time, in whole numbers: counting each associate once.
fn is_enough(profile: &Profile, task: TaskVariantId, rule: &AssociateRule) -> bool {
    let mut listed = Vec::new();
    for associate in &profile.associates {
        let mut roles = BTreeSet::new();
        for held in &associate.roles {
            let verified = held.tasks.is_empty() || held.tasks.contains(&task);
            if rule.roles.contains(&held.role)
                && held.role != AssociatedRole::ResignedOfficer
                && verified
            {
                roles.insert(held.role);
            }
        }
        let circular = associate.copy.as_ref().is_some_and(|copy| copy.circular);
        if !roles.is_empty() && !circular {
            let copies = associate.copy.iter().flat_map(|copy| &copy.applications);
            let mut of_product: Vec<_> = copies.filter(|one| one.product == rule.product).collect();
            of_product.sort_by_key(|one| one.status.is_open());
            let normal = associate
                .copy
                .as_ref()
                .is_some_and(|copy| copy.status == ProfileStatus::Normal);
            let approved = normal
                && of_product
                    .last()
                    .is_some_and(|one| one.status == ApplicationStatus::Approved);
            listed.push((roles, approved));
        }
    }
    let approved = listed.iter().filter(|(_, approved)| *approved).count();
    match &rule.passing {
        PassingRule::All => approved > 0 && approved == listed.len(),
        PassingRule::Count(count) => approved >= (*count).max(1),
        PassingRule::Percentage(percentage) => {
            let share = Decimal::from(approved * 100);
            approved > 0 && share >= *percentage * Decimal::from(listed.len())
        }
        PassingRule::Roles(wanted) => {
            let of_role: Vec<_> = listed
                .iter()
                .filter(|(roles, _)| roles.intersection(wanted).next().is_some())
                .collect();
            !of_role.is_empty() && of_role.iter().all(|(_, approved)| *approved)
        }
    }
}

#[test]
fn nothing_changes_in_silence_and_nothing_is_said_without_a_change() {
    hold(|_, step| {
        if let Ok(changes) = &step.answer {
            // The collected data itself is wire JSON that the core does not see.
            if *changes != [Change::CollectedReplaced] {
                prop_assert_eq!(
                    step.before != step.between,
                    !changes.is_empty(),
                    "{:?} {:?}",
                    step.command,
                    changes
                );
            }
        }
        prop_assert_eq!(
            step.between != step.after,
            !step.settled.is_empty(),
            "{:?}",
            step.settled
        );
        Ok(())
    });
}

#[test]
fn a_refused_command_changes_nothing() {
    hold(|_, step| {
        if step.answer.is_err() {
            prop_assert_eq!(&step.before, &step.between);
        }
        Ok(())
    });
}

/// Ruling 6.
#[test]
fn what_a_person_decided_is_not_undone_on_the_same_evidence() {
    hold(|world, step| {
        let (later, _) = world.settled_at(world.now);
        if step.answer.is_err() {
            return Ok(());
        }
        for profile in [&step.after, &later] {
            match &step.command {
                Command::Decide {
                    application, to, ..
                } => {
                    prop_assert_eq!(find(profile, *application).status, *to);
                }
                Command::SetTask { task, to, .. } => {
                    // A pass as of long ago may have expired at once.
                    if let Some(task) = profile.tasks.iter().find(|one| one.id == *task) {
                        prop_assert_eq!(task.state, *to);
                        prop_assert!(task.is_by_hand());
                    }
                }
                Command::Revert { application, .. } => {
                    let (was, is) = (
                        find(&step.between, *application),
                        find(profile, *application),
                    );
                    if was.level() == is.level() && was.outcome == is.outcome {
                        prop_assert!(is.is_open(), "{:?}", is.history);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    });
}

/// Ruling 6: also when the risk went elsewhere meanwhile and comes back.
#[test]
fn a_rejection_that_was_taken_back_is_not_repeated_there() {
    let place = |application: &Application| {
        let level = application.level().map(str::to_owned);
        (application.id, level, format!("{:?}", application.outcome))
    };
    each(&histories(STEPS_MAX), |history| {
        let taken_back = RefCell::new(BTreeSet::new());
        play(&history, &|_, step| {
            if let (Command::Revert { application, .. }, Ok(_)) = (&step.command, &step.answer) {
                let overruled = place(find(&step.before, *application));
                taken_back.borrow_mut().insert(overruled);
            }
            for (id, _) in moved(&step.settled, ApplicationStatus::Rejected) {
                let rejected = place(find(&step.after, id));
                prop_assert!(!taken_back.borrow().contains(&rejected), "{rejected:?}");
            }
            Ok(())
        })
    });
}

/// Whatever has happened to it: a person who does all there is to do, and approves, has approved.
#[test]
fn an_approval_by_a_person_stands() {
    each(&histories(10), |history| {
        let mut world = World::of(&history);
        play_on(&mut world, &history, &|_, _| Ok(()))?;
        for at in 0..world.profile.applications.len() {
            let application = world.profile.applications[at].id;
            let Some(step) = approve(&mut world, application) else {
                continue;
            };
            let (later, _) = world.settled_at(world.now);
            for profile in [&step.after, &later] {
                let status = find(profile, application).status;
                prop_assert_eq!(status, ApplicationStatus::Approved);
            }
        }
        Ok(())
    });
}

/// Does by hand all that an approval needs, and approves; `None` when it is refused all the same.
fn approve(world: &mut World, application: ApplicationId) -> Option<Step> {
    let by = Decider::Key {
        name: "tester".to_owned(),
    };
    world.step(Command::Revert {
        application,
        by: by.clone(),
        comment: None,
    });
    world.step(Command::SetStatus(ProfileStatus::Normal));
    for event in world.profile.events.clone() {
        let (event, to) = (event.id, Resolution::Mismatch);
        world.step(Command::ResolveEvent { event, to });
    }
    for task in open_tasks(&world.profile, find(&world.profile, application)) {
        let task = world.profile.live_task(task)?.id;
        let (to, as_of) = (TaskState::Passed, None);
        world.step(Command::SetTask { task, to, as_of });
    }
    let step = world.step(Command::Decide {
        application,
        to: ApplicationStatus::Approved,
        by,
        comment: None,
        reasons: Vec::new(),
    });
    step.answer.is_ok().then_some(step)
}

/// A task that a person failed or set incomplete stays so until a person or a new version comes.
#[test]
fn only_people_take_back_a_failed_or_hand_opened_task() {
    hold(|_, step| {
        if matches!(step.command, Command::SetTask { .. }) {
            return Ok(());
        }
        for task in step
            .before
            .tasks
            .iter()
            .filter(|task| task.is_by_hand() && task.state != TaskState::Passed)
        {
            if let Some(after) = step.after.tasks.iter().find(|one| one.id == task.id) {
                prop_assert_eq!((after.state, after.is_by_hand()), (task.state, true));
            }
        }
        Ok(())
    });
}

/// The clock is read only when `wake_at` said so: at every earlier instant nothing happens.
#[test]
fn nothing_happens_before_it_is_time_to_wake() {
    hold(|world, step| {
        let horizon = world.now + SignedDuration::from_hours(24 * 365 * 3);
        let wake = world.wake();
        prop_assert!(wake.is_none_or(|wake| wake > world.now));
        let last = wake
            .map_or(horizon, |wake| wake - SignedDuration::from_micros(1))
            .min(horizon);
        let length = last.duration_since(world.now);
        for part in [1, 3, 4] {
            let (profile, changes) = world.settled_at(world.now + length * part / 4);
            prop_assert_eq!(changes, [], "part {} to {:?}", part, wake);
            prop_assert_eq!(&profile, &step.after);
        }
        Ok(())
    });
}

/// `product.md` 1.2: "automatic rejection only ever applies to apps in Applied".
#[test]
fn the_policy_rejects_only_new_applications_and_never_cancels() {
    hold(|_, step| {
        for (_, from) in moved(&step.settled, ApplicationStatus::Rejected) {
            prop_assert_eq!(from, ApplicationStatus::Applied);
        }
        prop_assert_eq!(moved(&step.settled, ApplicationStatus::Cancelled), []);
        for ended in step
            .between
            .applications
            .iter()
            .filter(|one| !one.is_open())
        {
            prop_assert_eq!(ended, find(&step.after, ended.id));
        }
        Ok(())
    });
}

/// Seed 004: "If a profile already has a task as part of another product application, it is not
/// added a second time".
#[test]
fn a_task_has_one_live_version_and_at_most_one_to_come() {
    hold(|_, step| {
        prop_assert_eq!(doubled(&step.between), BTreeSet::new());
        prop_assert_eq!(doubled(&step.after), BTreeSet::new());
        for upcoming in step.after.tasks.iter().filter(|task| task.upcoming) {
            prop_assert!(
                step.after.live_task(upcoming.variant).is_some(),
                "{upcoming:?}"
            );
        }
        Ok(())
    });
}

/// Every task that an open application requires is there.
#[test]
fn a_required_task_exists() {
    hold(|_, step| {
        for application in step.after.applications.iter().filter(|one| one.is_open()) {
            for variant in &application.required {
                prop_assert!(step.after.live_task(*variant).is_some());
            }
        }
        Ok(())
    });
}

/// Nobody waits for a machine that stands still.
#[test]
fn what_waits_for_machines_has_one_at_work_and_what_is_decided_is_done() {
    hold(|_, step| {
        for application in &step.after.applications {
            let running = step
                .after
                .checks
                .iter()
                .any(|check| check.state != CheckState::Complete);
            match &application.stage {
                Stage::WaitsForChecks => prop_assert!(running),
                Stage::WaitsForAssociates => {
                    prop_assert!(
                        !step.after.associates.is_empty() || !step.after.wanted.is_empty()
                    );
                }
                Stage::Decided => prop_assert!(
                    !application.is_open() || application.status == ApplicationStatus::Approved,
                    "{application:?}"
                ),
                Stage::New => prop_assert!(!application.is_open()),
                Stage::Unsettled => {
                    prop_assert!(false, "generated policies settle: {application:?}");
                }
                Stage::WaitsForTasks(open) => {
                    prop_assert_eq!(open, &open_tasks(&step.after, application));
                }
                Stage::WaitsForRisk(_) | Stage::WaitsForData(_) | Stage::ReadyForDecision => {
                    prop_assert!(application.is_open());
                }
            }
        }
        Ok(())
    });
}
