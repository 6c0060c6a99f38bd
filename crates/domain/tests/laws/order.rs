//! The order in which results of different check variants arrive does not matter.

use std::collections::{BTreeMap, BTreeSet};

use domain::*;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::generate::{CHECKS, History, Op, configs, matches, sheet};
use crate::world::{World, verdict};

/// Results taken in before giving up: checks that keep being ordered.
const RESULTS_MAX: usize = 60;

type Verdict = (Decision, Vec<(EventKind, u8, bool)>);

/// Answers every unfinished check, the variant that comes first in `order` first, until none is left.
fn answer_all(
    history: &History,
    order: &[u128],
    verdicts: &BTreeMap<u128, Verdict>,
) -> Option<Profile> {
    let mut world = World::of(history);
    for op in &history.ops {
        let command = world.command(op)?;
        world.step(command);
    }
    for _ in 0..RESULTS_MAX {
        let unfinished = world
            .profile
            .checks
            .iter()
            .filter(|check| check.state != CheckState::Complete);
        let place = |check: &&Check| order.iter().position(|one| *one == check.variant.0);
        let Some(next) = unfinished.min_by_key(place) else {
            return Some(world.profile);
        };
        let (decision, found) = &verdicts[&next.variant.0];
        let command = Command::CompleteCheck {
            check: next.id,
            verdict: verdict(*decision, found),
        };
        world.step(command);
    }
    None
}

/// Where a profile stands, without ids, times and the number of runs it took. An application that
/// was approved on the way and went into review waits for the same as one that was never approved.
/// An approval older than a match that nobody has resolved stands, if no screening task covers it;
/// so while a match is open, tasks are compared and approvals are not.
fn standing(profile: &Profile) -> impl PartialEq + std::fmt::Debug + use<> {
    let tasks: BTreeSet<_> = profile
        .tasks
        .iter()
        .map(|task| {
            (
                task.variant,
                task.upcoming,
                task.state == TaskState::Passed,
                task.skipped,
            )
        })
        .collect();
    let applications: Vec<_> = profile
        .applications
        .iter()
        .map(|one| {
            let clear = profile.open_events().next().is_none();
            let approved = clear && one.status == ApplicationStatus::Approved;
            let stage = clear.then(|| one.stage.clone());
            let level = one.level().map(str::to_owned);
            (
                one.product,
                approved,
                one.required.clone(),
                one.outcome.clone(),
                level,
                stage,
            )
        })
        .collect();
    let events: BTreeSet<_> = profile
        .events
        .iter()
        .map(|event| (event.kind, event.match_id.clone(), event.resolution))
        .collect();
    let decisions: BTreeMap<_, _> = profile
        .checks
        .iter()
        .map(|check| (check.variant, check.decision))
        .collect();
    (tasks, applications, events, decisions)
}

/// An application that the policy rejects is over, whatever would have come later: left out here.
/// So are expiries: a version issued ahead takes what runs after it was issued.
fn undecided(mut config: Config) -> Config {
    for task in config.tasks.values_mut() {
        task.expiry = None;
    }
    for element in config
        .policies
        .values_mut()
        .flat_map(|policy| &mut policy.elements)
    {
        if matches!(
            element,
            Element::Outcome(PolicyOutcome::ImmediateRejection { .. })
        ) {
            *element = Element::Outcome(PolicyOutcome::ManualReview);
        }
    }
    config
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_results_does_not_matter(
        config in configs(Entity::Individual),
        sheet in sheet(),
        results in vec((prop_oneof![3 => Just(Decision::Pass), 1 => Just(Decision::Fail), 1 => Just(Decision::Warn)], matches()), 3),
        order in Just(vec![1_u128, 2, 3]).prop_shuffle(),
        both in any::<bool>(),
    ) {
        let mut ops = vec![Op::Collect(sheet), Op::Apply(1)];
        if both {
            ops.push(Op::Apply(2));
        }
        let config = undecided(config);
        let history = History { config, entity: Entity::Individual, zone: "UTC", ops };
        // One match is dismissed by rules or it is not, whoever finds it.
        let settled = |(decision, found): Verdict| {
            let found = found.into_iter().map(|(kind, id, _)| (kind, id, id == 1));
            (decision, found.collect())
        };
        let verdicts: BTreeMap<u128, Verdict> =
            (1..=CHECKS).zip(results.into_iter().map(settled)).collect();
        let first = answer_all(&history, &[1, 2, 3], &verdicts).as_ref().map(standing);
        let second = answer_all(&history, &order, &verdicts).as_ref().map(standing);
        prop_assert_eq!(first, second);
    }
}
