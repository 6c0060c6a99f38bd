//! Tasks and checks: what is created, ordered, passed and opened again.

use crate::scenario::{Scene, check};

#[test]
fn one_passed_acceptance_check_of_several_passes_a_task() {
    check(
        "task id: auto 1,2; accept 1,2
         product 1: tasks id; approve
         ---
         apply 1          => 1 applied checks | id- | runs 1, 2
         result 1 FAIL    => 1 applied checks | id- | runs 2
         result 2 PASS    => 1 approved decided | id+",
    );
    check(
        "task id: auto 1,2; accept 1
         product 1: tasks id; approve
         ---
         apply 1          => 1 applied checks | id- | runs 1, 2
         result 2 PASS    => 1 applied checks | id- | runs 1
         result 1 PARTIAL => 1 applied tasks | id-
         order 1          => 1 applied checks | id- | runs 1
         result 1 WARN    => 1 applied tasks | id-
         order 1          => 1 applied checks | id- | runs 1
         result 1 ERROR   => 1 applied tasks | id-
         order 1          => 1 applied checks | id- | runs 1
         result 1 PASS    => 1 approved decided | id+",
    );
}

#[test]
fn the_latest_run_counts_even_while_it_is_unfinished() {
    check(
        "task id: accept 1
         product 1: tasks id; review
         ---
         apply 1       => 1 applied tasks | id-
         order 1       => 1 applied checks | id- | runs 1
         order 1       => 1 applied checks | id- | runs 1, 1
         result 1 PASS => 1 applied checks | id- | runs 1
         result 1 FAIL => 1 applied tasks | id-
         order 1       => 1 applied checks | id- | runs 1
         result 1 PASS => 1 applied ready | id+",
    );
}

#[test]
fn a_task_without_acceptance_checks_waits_for_a_person() {
    check(
        "task id: auto 1
         product 1: tasks id; approve
         ---
         apply 1       => 1 applied checks | id- | runs 1
         result 1 PASS => 1 applied tasks | id-
         fail id       => 1 applied tasks | id!*
         approve 1     => refused: Blocked([IncompleteTask(TaskVariantId(1))])
         open id       => 1 applied tasks | id-*
         pass id       => 1 approved decided | id+*",
    );
}

#[test]
fn a_task_set_incomplete_by_hand_never_passes_by_itself_and_runs_no_checks() {
    check(
        "task id: auto 1; accept 1
         product 1: tasks id; approve
         ---
         apply 1       => 1 applied checks | id- | runs 1
         open id       => 1 applied tasks | id-* | runs 1
         result 1 PASS => 1 applied tasks | id-*
         order 1       => 1 applied tasks | id-* | runs 1
         result 1 PASS => 1 applied tasks | id-*
         add id        => 1 applied checks | id- | runs 1
         result 1 PASS => 1 approved decided | id+",
    );
}

#[test]
fn one_run_serves_every_task_that_can_use_it() {
    check(
        "task id: auto 1; accept 1
         task addr: accept 1
         product 1: tasks id,addr; approve
         ---
         apply 1       => 1 applied checks | id-, addr- | runs 1
         result 1 PASS => 1 approved decided | id+, addr+",
    );
}

#[test]
fn a_run_that_the_policy_orders_serves_no_task_that_is_done_or_in_other_hands() {
    let mut scene = Scene::new(
        "task id: auto 1; accept 1\ntask addr: auto 1\ntask more: accept 1\nproduct 1: tasks id,more; review\nproduct 2: tasks addr; review",
    );
    for step in ["apply 1", "open more", "result 1 PASS"] {
        scene.play(step);
    }
    assert_eq!(
        scene.play("apply 2"),
        "1 applied tasks, 2 applied checks | id+, more-*, addr- | runs 1"
    );
    let addr = scene.profile.tasks[2].id;
    assert_eq!(scene.profile.checks[1].tasks, [addr].into());
}

#[test]
fn a_task_shared_by_two_applications_exists_once() {
    check(
        "task id: auto 1; accept 1
         product 1: tasks id; approve
         product 2: tasks id,more; review
         ---
         apply 1       => 1 applied checks | id- | runs 1
         apply 2       => 1 applied checks, 2 applied checks | id-, more- | runs 1
         result 1 PASS => 1 approved decided, 2 applied tasks | id+, more-
         pass more     => 1 approved decided, 2 applied ready | id+, more+*
         apply 2       => refused: AlreadyApplied",
    );
}

#[test]
fn a_screening_task_passes_only_without_matches_and_opens_on_a_new_one() {
    check(
        "task scr: screening; auto 1; accept 1
         product 1: tasks scr; approve
         ---
         apply 1                    => 1 applied checks | scr- | runs 1
         result 1 PASS pep:a        => 1 applied tasks | scr- | matches 1
         resolve 0 mismatch         => 1 applied tasks | scr-
         order 1                    => 1 applied checks | scr- | runs 1
         result 1 PASS pep:a        => 1 approved decided | scr+
         match sanction open        => 1 in_review checks | scr- | runs 1 | matches 1
         result 1 PASS              => 1 in_review tasks | scr- | matches 1
         resolve 1 match            => 1 in_review tasks | scr-
         pass scr                   => 1 approved decided | scr+*
         approve 1                  => refused: AlreadyApproved
         match pep ignore           => 1 approved decided | scr+*
         match pep open             => 1 in_review checks | scr- | runs 1 | matches 1",
    );
}

#[test]
fn a_match_that_rules_dismissed_needs_nobody() {
    check(
        "task scr: screening; auto 1; accept 1
         product 1: tasks scr; approve
         ---
         apply 1                           => 1 applied checks | scr- | runs 1
         result 1 PASS pep:a:ignored       => 1 approved decided | scr+",
    );
}

#[test]
fn a_match_that_a_person_saw_does_not_open_what_they_passed() {
    check(
        "task scr: screening
         product 1: tasks scr; review
         ---
         apply 1          => 1 applied tasks | scr-
         match pep open   => 1 applied tasks | scr- | matches 1
         pass scr         => 1 applied blocked | scr+* | matches 1
         match pep open   => 1 applied tasks | scr- | matches 2
         pass scr         => 1 applied blocked | scr+* | matches 2
         resolve 0 match  => 1 applied blocked | scr+* | matches 1
         resolve 1 match  => 1 applied ready | scr+*
         approve 1        => 1 approved decided | scr+*",
    );
}

#[test]
fn a_match_calls_for_review_without_a_screening_task_too() {
    check(
        "task id
         product 1: tasks id; approve
         product 2: review
         ---
         apply 1            => 1 applied tasks | id-
         pass id            => 1 approved decided | id+*
         match pep open     => 1 in_review blocked | id+* | matches 1
         approve 1          => refused: Blocked([UnresolvedEvent(EventId(1003))])
         resolve 0 mismatch => 1 approved decided | id+*
         resolve 0 open     => 1 in_review blocked | id+* | matches 1
         resolve 0 match    => 1 approved decided | id+*
         match pep ignore   => 1 approved decided | id+*
         apply 2            => 1 approved decided, 2 applied ready | id+*
         approve 2          => 1 approved decided, 2 approved decided | id+*
         match sanction open => 1 in_review blocked, 2 in_review blocked | id+* | matches 1
         resolve 2 mismatch => 1 approved decided, 2 in_review ready | id+*",
    );
    // Also while the policy waits for a machine, or was overruled.
    check(
        "product 1: if tag in go else 2; approve; if check 1 in PASS else 2; approve; review
         ---
         tag go         => nothing
         apply 1        => 1 approved decided
         order 1        => 1 approved decided | runs 1
         untag go       => 1 approved decided | runs 1
         match pep open => 1 in_review checks | runs 1 | matches 1",
    );
    check(
        "product 1: if tag in go else 2; reject risk; approve
         ---
         tag go             => nothing
         apply 1            => 1 rejected decided
         revert 1           => 1 applied ready
         approve 1          => 1 approved decided
         match pep open     => 1 in_review ready | matches 1
         resolve 0 mismatch => 1 in_review ready
         approve 1          => 1 approved decided",
    );
}

#[test]
fn a_skipped_first_version_blocks_nothing_until_its_expiry_draws_near() {
    check(
        "task kyc: skip; expiry 60; notice 10; auto 1; accept 1
         product 1: tasks kyc; approve
         ---
         apply 1         => 1 approved decided | kyc~@2026-04-30
         wake            => 2026-04-20T00:00:00 1 approved decided | kyc~@2026-04-30, kyc^- | runs 1
         wake            => 2026-04-30T00:00:00 1 in_review checks | kyc- | runs 1
         result 1 PASS   => 1 approved decided | kyc+@2026-06-29
         wake            => 2026-06-19T00:00:00 1 approved decided | kyc+@2026-06-29, kyc^- | runs 1",
    );
    check(
        "task kyc: skip
         product 1: tasks kyc; approve
         ---
         apply 1         => 1 approved decided | kyc~
         wake            => never
         add kyc         => 1 in_review tasks | kyc-
         pass kyc        => 1 approved decided | kyc+*",
    );
}

#[test]
fn entering_review_runs_the_automatic_checks_of_open_tasks_again() {
    check(
        "task id: auto 1; accept 1
         task scr: screening; auto 2; accept 2
         product 1: tasks id,scr; approve
         ---
         apply 1             => 1 applied checks | id-, scr- | runs 1, 2
         result 1 PASS       => 1 applied checks | id+, scr- | runs 2
         result 2 PASS       => 1 approved decided | id+, scr+
         match pep open      => 1 in_review checks | id+, scr- | runs 2 | matches 1
         resolve 0 mismatch  => 1 in_review checks | id+, scr- | runs 2
         result 2 PASS       => 1 approved decided | id+, scr+",
    );
}

#[test]
fn checks_that_are_unknown_or_retired_are_refused() {
    check(
        "task id: auto 9; accept 9
         task old: retired
         product 1: tasks id; approve
         ---
         order 9    => refused: UnknownCheckVariant
         order 77   => refused: UnknownCheckVariant
         add old    => refused: UnknownTaskVariant
         add nobody => refused: UnknownTaskVariant
         pass id    => refused: UnknownTask
         expire id 2026-05-01 => refused: UnknownTask
         open id    => refused: UnknownTask",
    );
}

#[test]
fn entering_review_wants_no_checks_again_where_a_person_took_over() {
    let mut scene = Scene::new(
        "task id: auto 1; accept 1; expiry 60; notice 59\ntask addr: auto 1; accept 1\nproduct 1: tasks id,addr; approve",
    );
    for step in [
        "apply 1",
        "result 1 PASS",
        "now 2026-03-10",
        "result 1 FAIL",
    ] {
        scene.play(step);
    }
    assert_eq!(
        scene.play("open addr"),
        "1 in_review tasks | id+@2026-04-30, addr-*, id^-"
    );
    assert!(scene.profile.tasks.iter().all(|task| task.rerun.is_empty()));
}

#[test]
fn a_review_leaves_the_tasks_of_other_applications_alone() {
    check(
        "task id: auto 1; accept 1
         task addr
         product 1: tasks addr; approve
         product 2: tasks id; approve
         ---
         apply 1       => 1 applied tasks | addr-
         apply 2       => 1 applied tasks, 2 applied checks | addr-, id- | runs 1
         result 1 FAIL => 1 applied tasks, 2 applied tasks | addr-, id-
         pass addr     => 1 approved decided, 2 applied tasks | addr+*, id-
         open addr     => 1 in_review tasks, 2 applied tasks | addr-*, id-",
    );
}
