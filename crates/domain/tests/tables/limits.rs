//! Limits, repeated messages, and small facts about profiles.

use domain::*;
use jiff::SignedDuration;

use crate::scenario::{Scene, check};

#[test]
fn a_profile_has_so_many_labels_and_each_once() {
    let mut scene = Scene::new("product 1: review");
    for number in 0..TAGS_MAX {
        scene.play(&format!("tag label {number}"));
    }
    assert_eq!(scene.profile.tags.len(), TAGS_MAX);
    assert_eq!(scene.play("tag label 7"), "nothing");
    assert_eq!(scene.play("tag one more"), "refused: TooMany(tags)");
    assert_eq!(scene.profile.tags.len(), TAGS_MAX);
}

#[test]
fn a_profile_makes_so_many_applications() {
    let mut scene = Scene::new("product 1: review\nproduct 2: review");
    for _ in 0..APPLICATIONS_MAX {
        scene.play("apply 1");
        scene.play("reject 1");
    }
    assert_eq!(scene.profile.applications.len(), APPLICATIONS_MAX);
    assert_eq!(scene.play("apply 1"), "refused: TooMany(applications)");
    scene.play("link 201 2");
    assert_eq!(scene.profile.applications.len(), APPLICATIONS_MAX);
}

#[test]
fn so_many_checks_may_be_unfinished() {
    let mut scene = Scene::new("product 1: review");
    for _ in 0..CHECKS_UNFINISHED_MAX {
        scene.play("order 1");
    }
    assert_eq!(scene.play("order 1"), "refused: TooMany(unfinished checks)");
    scene.play("result 1 PASS");
    assert_ne!(scene.play("order 1"), "refused: TooMany(unfinished checks)");
}

#[test]
fn a_match_that_cannot_be_kept_is_not_lost_in_silence() {
    let mut scene = Scene::new("product 1: review");
    scene.play("match pep mismatch known");
    let event = scene.profile.events[0].clone();
    for number in 1..EVENTS_MAX {
        let id = EventId(number as u128);
        let match_id = Some(format!("m{number}"));
        let more = Event {
            id,
            match_id,
            ..event.clone()
        };
        scene.profile.events.push(more);
    }
    assert_eq!(scene.play("match pep open"), "refused: TooMany(events)");
    scene.play("order 1");
    scene.play("result 1 PASS pep:known");
    assert_eq!(scene.profile.checks[0].decision, Some(Decision::Pass));
    scene.play("order 1");
    scene.play("result 1 PASS pep:new");
    let latest = scene.profile.latest_check(CheckVariantId(1));
    assert_eq!(
        latest.and_then(|check| check.decision),
        Some(Decision::Error)
    );
    assert_eq!(scene.profile.events.len(), EVENTS_MAX);
}

#[test]
fn a_match_found_again_is_the_same_match() {
    check(
        "product 1: review
         ---
         match pep open a      => matches 1
         match pep open a      => matches 1
         match sanction open a => matches 2
         match pep open b      => matches 3
         match pep open        => matches 4
         match pep open        => matches 5
         resolve 0 mismatch    => matches 4
         match pep open a      => matches 4
         resolve 0 open        => matches 5",
    );
}

#[test]
fn a_match_says_when_it_came_and_when_it_was_resolved() {
    let mut scene = Scene::new("product 1: review");
    scene.play("match pep open");
    scene.play("match pep ignore");
    scene.play("resolve 0 match");
    scene.play("match pep open");
    let resolved: Vec<Option<bool>> = scene
        .profile
        .events
        .iter()
        .map(|event| event.resolved.map(|resolved| resolved > event.created))
        .collect();
    assert_eq!(resolved, [Some(true), Some(false), None]);
}

/// Somebody had to resolve it, so the task is theirs, though all of it has the same time.
#[test]
fn a_match_is_resolved_after_it_came_also_on_a_clock_that_stands_still() {
    let mut scene =
        Scene::new("task scr: screening; auto 1; accept 1\nproduct 1: tasks scr; approve");
    scene.pace = SignedDuration::ZERO;
    scene.play("apply 1");
    scene.play("result 1 PASS pep:a");
    assert_eq!(scene.play("resolve 0 mismatch"), "1 applied tasks | scr-");
}

#[test]
fn one_request_sent_twice_orders_one_check() {
    let mut scene = Scene::new("product 1: review");
    scene.play("order 1 as 5");
    assert_eq!(scene.play("order 1 as 5"), "runs 1");
    scene.play("start 5");
    assert_eq!(scene.profile.checks[0].state, CheckState::Running);
    assert_eq!(scene.play("start 5"), "runs 1");
    assert_eq!(scene.play("result 1 PASS"), "nothing");
    assert_eq!(scene.play("start 5"), "refused: CheckEnded");
    assert_eq!(scene.play("start 6"), "refused: UnknownCheck");
}

#[test]
fn old_runs_are_forgotten_between_changes_and_never_within_one() {
    let mut scene = Scene::new("task id: accept 1\nproduct 1: tasks id; review");
    scene.play("apply 1");
    scene.play("order 1");
    scene.play("order 1");
    scene.play("result 1 FAIL");
    scene.play("tag a");
    assert_eq!(scene.profile.checks.len(), 2, "still there to be written");
    forget_superseded_checks(&mut scene.profile);
    assert_eq!(scene.profile.checks.len(), 1);
    scene.play("result 1 FAIL");
    scene.play("add id");
    forget_superseded_checks(&mut scene.profile);
    assert_eq!(
        scene.profile.checks.len(),
        1,
        "the latest run of a variant is a fact"
    );
}

#[test]
fn the_latest_run_on_each_live_task_is_kept() {
    let mut scene =
        Scene::new("task id: accept 1\ntask addr: accept 1\nproduct 1: tasks id,addr; review");
    for step in [
        "apply 1",
        "order 1",
        "result 1 FAIL",
        "order 1 for id",
        "result 1 FAIL",
    ] {
        scene.play(step);
    }
    forget_superseded_checks(&mut scene.profile);
    assert_eq!(scene.profile.checks.len(), 2);
    scene.play("add addr");
    forget_superseded_checks(&mut scene.profile);
    assert_eq!(scene.profile.checks.len(), 1);
    assert_eq!(scene.play("order 1 for nobody"), "refused: UnknownTask");
}

#[test]
fn an_associate_does_not_apply_for_what_customers_apply_for() {
    let mut scene = Scene::new("product 1 automatic: review");
    scene.profile.associated = true;
    assert_eq!(scene.play("apply-automatically"), "nothing");
}

#[test]
fn a_check_serves_the_tasks_it_is_attached_to() {
    check(
        "task id: accept 1
         task addr: accept 2
         product 1: tasks id,addr; review
         ---
         apply 1          => 1 applied tasks | id-, addr-
         order 1          => 1 applied checks | id-, addr- | runs 1
         result 1 PASS    => 1 applied tasks | id+, addr-
         add id           => 1 applied tasks | addr-, id-
         attach 1 id      => 1 applied tasks | addr-, id+
         attach 1 id      => 1 applied tasks | addr-, id+
         attach 1 nothing => refused: UnknownTask",
    );
}

#[test]
fn what_a_profile_is_follows_from_its_applications() {
    let mut scene = Scene::new("product 1: review\nproduct 2: review");
    let mut table = Vec::new();
    for step in [
        "tick",
        "apply 1",
        "reject 1",
        "apply 2",
        "approve 2",
        "match pep open",
        "cancel 2",
        "apply 2",
        "reject 2",
    ] {
        scene.play(step);
        table.push((step, scene.profile.category()));
    }
    assert_eq!(
        table,
        [
            ("tick", Category::Applicant),
            ("apply 1", Category::Applicant),
            ("reject 1", Category::InactiveApplicant),
            ("apply 2", Category::Applicant),
            ("approve 2", Category::Customer),
            ("match pep open", Category::Customer),
            ("cancel 2", Category::PreviousCustomer),
            ("apply 2", Category::Applicant),
            ("reject 2", Category::PreviousCustomer),
        ]
    );
}

#[test]
fn roles_are_known_by_their_names() {
    for role in AssociatedRole::ALL {
        assert_eq!(AssociatedRole::named(role.name()), Some(role));
    }
    assert_eq!(AssociatedRole::named("director"), None);
}

#[test]
fn the_label_that_was_named_is_removed() {
    let mut scene = Scene::new("product 1: review");
    for step in ["tag a", "tag b", "tag c", "untag b"] {
        scene.play(step);
    }
    let left: Vec<&str> = scene
        .profile
        .tags
        .iter()
        .map(|tag| tag.name.as_str())
        .collect();
    assert_eq!(left, ["a", "c"]);
}
