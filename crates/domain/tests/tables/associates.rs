//! Associates: lists, who is asked, who is added, when enough are approved.

use std::collections::BTreeSet;

use domain::*;

use crate::scenario::check;
use crate::text::{number, role, roles};

/// A passing rule and a list, each associate as `roles` with `+` when approved, and whether it passes.
fn rolls_up(rule: &PassingRule, list: &str, want: bool) {
    let associates: Vec<AssociateStatus> = list
        .split_whitespace()
        .map(|one| {
            let (held, approved) = one
                .strip_prefix('!')
                .map_or((one, true), |held| (held, false));
            AssociateStatus {
                roles: roles(held),
                approved,
            }
        })
        .collect();
    assert_eq!(roll_up(rule, &associates), want, "{rule:?} of {list}");
}

#[test]
fn passing_rules() {
    let all = PassingRule::All;
    rolls_up(&all, "", false);
    rolls_up(&all, "director", true);
    rolls_up(&all, "director !director", false);
    let two = PassingRule::Count(2);
    rolls_up(&two, "director !director", false);
    rolls_up(&two, "director director !director", true);
    rolls_up(&PassingRule::Count(0), "", false);
    rolls_up(&PassingRule::Count(0), "!director", false);
    rolls_up(&PassingRule::Count(0), "director", true);
    let half = PassingRule::Percentage(number("50"));
    rolls_up(&half, "director !director", true);
    rolls_up(&half, "director !director !director", false);
    rolls_up(
        &PassingRule::Percentage(number("33.4")),
        "director !director !director",
        false,
    );
    rolls_up(
        &PassingRule::Percentage(number("33.3")),
        "director !director !director",
        true,
    );
    rolls_up(&PassingRule::Percentage(number("0")), "!director", false);
    let directors = PassingRule::Roles(BTreeSet::from([role("director"), role("partner")]));
    rolls_up(&directors, "director !shareholder", true);
    rolls_up(&directors, "director !partner", false);
    rolls_up(&directors, "shareholder", false);
    rolls_up(&directors, "!shareholder+director director", false);
}

const OWNERS: &str = "company
    task own: list director+shareholder product 2; enough all
    product 1: tasks own; approve
    product 2 individuals: tasks id; approve
    ---
    ";

#[test]
fn everybody_on_the_list_is_asked_and_the_task_passes_with_them() {
    check(&format!(
        "{OWNERS}
         collect list 101 director; list 102 shareholder; list 103 other => nothing
         apply 1                            => 1 applied associates | own-
         associate 101                      => 1 applied associates | own- | asks 101:2
         associate 102 2 applied automating => 1 applied associates | own- | asks 101:2 102:2
         associate 103                      => 1 applied associates | own- | asks 101:2 102:2
         associate 101 2 approved           => 1 applied associates | own- | asks 101:2 102:2
         associate 102 2 applied            => 1 applied tasks | own- | asks 101:2 102:2
         associate 102 2 approved           => 1 approved decided | own+ | asks 101:2 102:2
         associate 101 2 in-review          => 1 in_review tasks | own- | asks 101:2 102:2
         associate 101 2 approved           => 1 approved decided | own+ | asks 101:2 102:2
         associate 101 2 rejected old       => 1 approved decided | own+ | asks 101:2 102:2
         collect list 101 director; list 104 director => 1 in_review associates | own- | asks 101:2
         collect list 101 director          => 1 approved decided | own+ | asks 101:2
         collect list 101 resigned          => 1 in_review tasks | own- | asks 101:2"
    ));
}

#[test]
fn a_person_in_nine_roles_is_one_person() {
    check(
        "company
         task own: list director+shareholder+secretary+resigned+authorized+owner+partner+trustee+other product 2; enough count 2
         product 1: tasks own; approve
         product 2: review
         ---
         collect list 101 director+shareholder+secretary+resigned+authorized+owner+partner+trustee+other; list 102 director => nothing
         apply 1                  => 1 applied associates | own-
         associate 101 2 approved => 1 applied associates | own- | asks 101:2
         associate 102 2 approved => 1 approved decided | own+ | asks 101:2 102:2",
    );
}

#[test]
fn an_entry_counts_only_for_the_tasks_it_is_verified_for() {
    check(
        "company
         task dir: list director+shareholder product 2; enough roles director
         task own: list shareholder product 2; enough all
         product 1: tasks dir,own; approve
         product 2: review
         ---
         collect list 101 director:own+shareholder; list 102 director:dir => nothing
         apply 1                  => 1 applied associates | dir-, own-
         associate 102 2 approved => 1 applied associates | dir+, own- | asks 102:2
         associate 101 2 approved => 1 approved decided | dir+, own+ | asks 101:2 102:2",
    );
}

#[test]
fn circles_are_left_out_and_too_deep_is_for_hands() {
    check(&format!(
        "{OWNERS}
         collect list 101 director; list 102 director => nothing
         apply 1                           => 1 applied associates | own-
         associate 101 circular            => 1 applied associates | own-
         associate 102 2 approved          => 1 approved decided | own+ | asks 102:2
         associate 102 circular            => 1 in_review tasks | own- | asks 102:2"
    ));
    check(&format!(
        "{OWNERS}
         collect list 101 director => nothing
         apply 1                   => 1 applied associates | own-
         associate 101 depth=11    => 1 applied tasks | own-
         associate 101 depth=10    => 1 applied associates | own- | asks 101:2"
    ));
}

#[test]
fn nobody_is_waited_for_who_cannot_apply() {
    check(&format!(
        "{OWNERS}
         collect list-company 101 director => nothing
         apply 1                           => 1 applied tasks | own-
         associate 101                     => 1 applied tasks | own- | asks 101:2
         pass own                          => 1 approved decided | own+* | asks 101:2"
    ));
}

#[test]
fn a_company_waits_for_the_scores_of_associates_that_are_on_their_way() {
    check(
        "company
         factor score required over director: > 1 = 60
         product 1: review
         product 2: review
         ---
         collect list 101 director                   => nothing
         apply 1                                     => 1 applied associates
         associate 101 2 applied automating          => 1 applied associates
         associate 101 2 applied automating circular => 1 applied risk risk.score RiskUndetermined
         associate 101 2 applied                     => 1 applied risk risk.score RiskUndetermined
         associate 101 2 applied score=30            => 1 applied medium ready",
    );
}

#[test]
fn what_a_person_passed_stands_until_somebody_joins() {
    check(&format!(
        "{OWNERS}
         collect list 101 director; list 102 director => nothing
         apply 1                                      => 1 applied associates | own-
         associate 101 2 applied                      => 1 applied associates | own- | asks 101:2
         associate 102 2 applied                      => 1 applied tasks | own- | asks 101:2 102:2
         pass own                                     => 1 approved decided | own+* | asks 101:2 102:2
         associate 101 2 rejected                     => 1 approved decided | own+* | asks 101:2 102:2
         collect list 101 director                    => 1 approved decided | own+* | asks 101:2
         collect list 101 director; list 103 director => 1 in_review associates | own- | asks 101:2"
    ));
    check(&format!(
        "{OWNERS}
         collect list 101 director => nothing
         apply 1                   => 1 applied associates | own-
         fail own                  => 1 applied tasks | own!*
         associate 101 2 approved  => 1 applied tasks | own!* | asks 101:2"
    ));
}

#[test]
fn automatic_addition_takes_known_shares_and_never_the_resigned() {
    let found = "a:30:shareholder b:20:shareholder c:?:shareholder d:?:director e:5:director f:90:resigned g:90:other h:90:secretary i:25:owner j:?:authorized";
    for (add, want) in [
        ("everybody", "wants a b d e i"),
        ("share 25", "wants a d e i"),
    ] {
        check(&format!(
            "company
             task own: auto 1; list director+shareholder+owner+resigned+other+secretary+authorized product 2; add {add}
             product 1: tasks own; approve
             product 2: review
             ---
             apply 1                 => 1 applied checks | own- | runs 1
             result 1 PASS {found}   => 1 applied associates | own- | {want}"
        ));
    }
    check(&format!(
        "company
         task own: auto 1; list director product 2
         product 1: tasks own; approve
         product 2: review
         ---
         apply 1                 => 1 applied checks | own- | runs 1
         result 1 PASS {found}   => 1 applied tasks | own-"
    ));
}

#[test]
fn a_list_that_automation_fills_waits_for_every_check_that_could_find_somebody() {
    let company = "company
         task own: auto 1,2; list director product 2; add everybody
         product 1: tasks own; approve
         product 2 individuals: review
         ---
         collect list 101 director => nothing
         apply 1                   => 1 applied checks | own- | runs 1, 2
         associate 101 2 approved  => 1 applied checks | own- | runs 1, 2 | asks 101:2";
    check(&format!(
        "{company}
         result 2 PASS             => 1 applied checks | own- | runs 1 | asks 101:2
         result 1 ERROR            => 1 applied tasks | own- | asks 101:2
         order 1                   => 1 applied checks | own- | runs 1 | asks 101:2
         result 1 FAIL             => 1 approved decided | own+ | asks 101:2"
    ));
    check(&format!(
        "{company}
         result 1 PASS             => 1 applied checks | own- | runs 2 | asks 101:2
         result 2 PASS k:?:director => 1 applied associates | own- | asks 101:2 | wants k
         collect list 101 director; list 102 director => 1 applied associates | own- | asks 101:2 | wants k
         associate 102 2 approved  => 1 applied associates | own- | asks 101:2 102:2 | wants k
         added k                   => 1 approved decided | own+ | asks 101:2 102:2"
    ));
    check(
        "company
         task own: auto 1; list director product 2; add everybody
         product 1: tasks own; approve
         product 2 individuals: review
         ---
         collect list 101 director => nothing
         apply 1                   => 1 applied checks | own- | runs 1
         associate 101 2 approved  => 1 applied checks | own- | runs 1 | asks 101:2
         result 1 PASS             => 1 approved decided | own+ | asks 101:2",
    );
}

#[test]
fn only_the_latest_run_of_a_check_names_whom_to_add() {
    check(
        "company
         task own: list director product 2; add everybody
         product 1: if tag in go else 2; tasks own; review
         product 2 individuals: review
         ---
         order 1                    => runs 1
         result 1 PASS k:?:director => nothing
         order 1                    => runs 1
         result 1 PASS j:?:director => nothing
         apply 1                    => 1 applied ready
         tag go                     => 1 applied associates | own- | wants j",
    );
}

#[test]
fn a_list_issued_ahead_waits_for_its_day() {
    check(&format!(
        "{}
         collect list 101 director => nothing
         apply 1                   => 1 applied associates | own-
         associate 101 2 approved  => 1 approved decided | own+@2026-04-30 | asks 101:2
         wake                      => 2026-04-20T00:00:00 1 approved decided | own+@2026-04-30, own^- | asks 101:2
         wake                      => 2026-04-30T00:00:00 1 approved decided | own+@2026-06-29 | asks 101:2",
        OWNERS.replace("enough all", "enough all; expiry 60; notice 10")
    ));
}

#[test]
fn a_list_that_nobody_requires_any_more_is_left_alone() {
    check(
        "company
         task own: list director product 2
         product 1: if tag in go else 2; tasks own; review
         product 2 individuals: review
         ---
         tag go                    => nothing
         collect list 101 director => nothing
         apply 1                   => 1 applied associates | own-
         untag go                  => 1 applied ready | own-
         associate 101 2 approved  => 1 applied ready | own-",
    );
}

#[test]
fn nobody_removed_by_hand_is_added_again() {
    check(
        "company
         task own: list shareholder product 2; add everybody
         product 1: tasks own; approve
         product 2: review
         ---
         collect unlinked a 30 shareholder; unlinked b ? shareholder   => nothing
         apply 1                                                       => 1 applied associates | own- | wants a
         added a                                                       => 1 applied tasks | own-
         collect list 101 shareholder; unlinked b 10 shareholder       => 1 applied associates | own- | wants b
         added b                                                       => 1 applied associates | own-
         collect unlinked a 30 shareholder                             => 1 applied tasks | own-",
    );
}

#[test]
fn a_screening_list_does_not_pass_while_a_match_is_open() {
    check(
        "company
         task own: screening; list director product 2
         product 1: tasks own; approve
         product 2: review
         ---
         collect list 101 director => nothing
         apply 1                   => 1 applied associates | own-
         match pep open            => 1 applied associates | own- | matches 1
         associate 101 2 approved  => 1 applied tasks | own- | matches 1 | asks 101:2
         resolve 0 mismatch        => 1 approved decided | own+ | asks 101:2",
    );
}

#[test]
fn ending_a_link_ends_only_what_existed_for_it() {
    check(
        "product 1: review
         product 2: approve
         product 3 companies: approve
         ---
         link 201 1+2+3 => 1 applied ready, 2 approved decided
         link 202 2     => 1 applied ready, 2 approved decided
         unlink 201     => 1 rejected decided, 2 approved decided
         revert 1       => refused: NotDecided
         unlink 202     => 1 rejected decided, 2 cancelled decided
         link 202 2     => 1 rejected decided, 2 cancelled decided, 2 approved decided
         unlink 999     => 1 rejected decided, 2 cancelled decided, 2 approved decided",
    );
    check(
        "product 1: review
         product 2: review
         ---
         link 201 1     => 1 applied ready
         reject 1       => 1 rejected decided
         link 201 1+2   => 1 rejected decided, 2 applied ready
         link 201 1     => 1 rejected decided, 2 applied ready
         unlink 201     => 1 rejected decided, 2 rejected decided",
    );
    check(
        "product 1: review
         ---
         link 201 1     => 1 applied ready
         link 201 1     => 1 applied ready
         reject 1       => 1 rejected decided
         link 201 1     => 1 rejected decided
         link 202 1     => 1 rejected decided
         revert 1       => 1 applied ready
         apply 1        => 1 applied ready
         unlink 201     => 1 applied ready
         unlink 202     => 1 applied ready
         apply 1        => refused: AlreadyApplied",
    );
}
