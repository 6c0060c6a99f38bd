//! Expiry: from when, for how long, and what happens then.

use jiff::SignedDuration;

use crate::scenario::{Scene, check};

#[test]
fn a_version_is_issued_ahead_and_takes_over_at_expiry() {
    check(
        "task id: auto 1; accept 1; expiry 60; notice 10
         product 1: tasks id; approve
         ---
         apply 1        => 1 applied checks | id- | runs 1
         result 1 PASS  => 1 approved decided | id+@2026-04-30
         wake           => 2026-04-20T00:00:00 1 approved decided | id+@2026-04-30, id^- | runs 1
         wake           => 2026-04-30T00:00:00 1 in_review checks | id- | runs 1
         result 1 PASS  => 1 approved decided | id+@2026-06-29
         wake           => 2026-06-19T00:00:00 1 approved decided | id+@2026-06-29, id^- | runs 1
         result 1 PASS  => 1 approved decided | id+@2026-06-29, id^+
         wake           => 2026-06-29T00:00:00 1 approved decided | id+@2026-08-18",
    );
}

#[test]
fn without_a_rule_the_notice_of_a_custom_expiry_is_thirty_days() {
    check(
        "task id
         product 1: tasks id; approve
         ---
         apply 1               => 1 applied tasks | id-
         pass id               => 1 approved decided | id+*
         wake                  => never
         expire id 2026-06-01  => 1 approved decided | id+*@2026-06-01
         wake                  => 2026-05-02T00:00:00 1 approved decided | id+*@2026-06-01, id^-
         pass id^              => 1 approved decided | id+*@2026-06-01, id^+*
         wake                  => 2026-06-01T00:00:00 1 approved decided | id+*
         wake                  => never",
    );
}

#[test]
fn a_custom_expiry_overrides_the_rule_and_clearing_it_restores_the_rule() {
    check(
        "task id: expiry 60; notice 10
         product 1: tasks id; approve
         ---
         apply 1               => 1 applied tasks | id-
         expire id 2026-09-01  => 1 applied tasks | id-@2026-09-01
         pass id               => 1 approved decided | id+*@2026-09-01
         expire id never       => 1 approved decided | id+*@2026-04-30
         expire id 2026-09-01  => 1 approved decided | id+*@2026-09-01
         expire id 2026-02-01  => 1 in_review tasks | id-",
    );
}

#[test]
fn the_level_of_risk_decides_and_the_shortest_of_several_applications_wins() {
    check(
        "task id: expiry 90; level high 30; level medium 60; notice 5
         factor amount: > 1 = 60, > 2 = 200
         product 1: tasks id; approve
         ---
         collect amount=1  => nothing
         apply 1           => 1 applied low tasks | id-
         pass id           => 1 approved low decided | id+*@2026-05-30
         collect amount=2  => 1 approved medium decided | id+*@2026-04-30
         collect amount=3  => 1 approved high decided | id+*@2026-03-31
         collect amount=1  => 1 approved low decided | id+*@2026-05-30",
    );
    check(
        "task id: level high 30; notice 5
         factor amount: > 2 = 200
         product 1: tasks id; approve
         ---
         collect amount=1  => nothing
         apply 1           => 1 applied low tasks | id-
         pass id           => 1 approved low decided | id+*
         collect amount=3  => 1 approved high decided | id+*@2026-03-31",
    );
}

#[test]
fn only_open_applications_that_share_the_task_have_a_say_in_its_expiry() {
    // The first product has no risk model.
    check(
        "product 1: tasks id; review
         factor amount: > 1 = 120
         task id: expiry 90; level high 30; notice 5
         product 2: review
         product 3: tasks id; review
         ---
         collect amount=2 => nothing
         apply 1          => 1 applied tasks | id-
         pass id          => 1 applied ready | id+*@2026-05-30
         apply 2          => 1 applied ready, 2 applied high ready | id+*@2026-05-30
         apply 3          => 1 applied ready, 2 applied high ready, 3 applied high ready | id+*@2026-03-31
         reject 3         => 1 applied ready, 2 applied high ready, 3 rejected high decided | id+*@2026-05-30",
    );
}

#[test]
fn a_custom_expiry_outlives_a_new_match() {
    check(
        "task scr: screening; expiry 60; notice 5
         product 1: tasks scr; review
         ---
         apply 1               => 1 applied tasks | scr-
         pass scr              => 1 applied ready | scr+*@2026-04-30
         match pep open        => 1 applied tasks | scr- | matches 1
         pass scr              => 1 applied blocked | scr+*@2026-04-30 | matches 1
         expire scr 2026-09-01 => 1 applied blocked | scr+*@2026-09-01 | matches 1
         match pep open        => 1 applied tasks | scr-@2026-09-01 | matches 2",
    );
}

#[test]
fn an_imported_pass_expires_from_its_own_day_and_a_spread_moves_it() {
    check(
        "task id: expiry 60; notice 5; spread 5
         task addr: expiry 60; notice 5
         product 1: tasks id,addr; approve
         ---
         apply 1                => 1 applied tasks | id-, addr-
         pass id as 2026-02-01  => 1 applied tasks | id+*@2026-04-04, addr-
         pass addr as 2025-01-01 => 1 applied tasks | id+*@2026-04-04, addr-
         pass addr as 2027-01-01 => refused: InTheFuture
         pass addr              => 1 approved decided | id+*@2026-04-04, addr+*@2026-04-30
         pass id                => 1 approved decided | id+*@2026-04-30, addr+*@2026-04-30",
    );
}

#[test]
fn what_was_overdue_when_it_was_brought_over_is_spread_from_the_day_after() {
    // Profile 7 has the second day of five, and the first of seven.
    for (task, as_of, want) in [
        ("expiry 60; spread 5", "2026-02-01", "2026-04-04"),
        ("expiry 60; spread 5", "2026-01-02", "2026-03-05"),
        ("expiry 60; spread 5", "2026-01-01", "2026-03-04"),
        ("expiry 60; spread 5", "2025-12-31", "2026-03-04"),
        ("expiry 60; spread 5", "2019-01-01", "2026-03-04"),
        // The first share does not make it overdue at once, as no spread would.
        ("expiry 60; spread 7", "2019-01-01", "2026-03-02, id^-"),
    ] {
        let mut scene = Scene::new(&format!(
            "task id: {task}; notice 1\nproduct 1: tasks id; approve"
        ));
        scene.play("apply 1");
        assert_eq!(
            scene.play(&format!("pass id as {as_of}")),
            format!("1 approved decided | id+*@{want}"),
            "{task} as of {as_of}"
        );
    }
    check(
        "task id: expiry 60; notice 1; spread 5
         product 1: tasks id; approve
         ---
         apply 1               => 1 applied tasks | id-
         pass id as 2019-01-01 => 1 approved decided | id+*@2026-03-04
         wake                  => 2026-03-03T00:00:00 1 approved decided | id+*@2026-03-04, id^-
         wake                  => 2026-03-04T00:00:00 1 in_review tasks | id-",
    );
    // A pass that arrives long after its client is spread from the day after its own arrival, and
    // stays so whatever comes later.
    check(
        "task id: expiry 60; notice 1; spread 5
         task addr
         product 1: tasks id,addr; approve
         ---
         apply 1               => 1 applied tasks | id-, addr-
         now 2026-03-20        => 1 applied tasks | id-, addr-
         pass id as 2019-01-01 => 1 applied tasks | id+*@2026-03-23, addr-
         now 2026-03-21        => 1 applied tasks | id+*@2026-03-23, addr-
         pass id as 2019-01-01 => 1 applied tasks | id+*@2026-03-23, addr-
         pass addr             => 1 approved decided | id+*@2026-03-23, addr+*",
    );
    // Without a spread it is overdue at once.
    check(
        "task id: expiry 60; notice 1
         product 1: tasks id; approve
         ---
         apply 1               => 1 applied tasks | id-
         pass id as 2019-01-01 => 1 applied tasks | id-",
    );
}

#[test]
fn an_imported_pass_may_be_of_this_very_moment() {
    let mut scene = Scene::new("task id: expiry 60; notice 5\nproduct 1: tasks id; approve");
    scene.play("apply 1");
    scene.pace = SignedDuration::ZERO;
    scene.play("now 2026-03-02");
    assert_eq!(scene.play("pass id as 2026-03-03"), "refused: InTheFuture");
    assert_eq!(
        scene.play("pass id as 2026-03-02"),
        "1 approved decided | id+*@2026-05-01"
    );
}

#[test]
fn what_is_set_incomplete_expires_no_more_also_when_nothing_requires_it() {
    check(
        "task id: expiry 60; notice 5
         product 1: if tag in go else 2; tasks id; review
         ---
         tag go   => nothing
         apply 1  => 1 applied tasks | id-
         pass id  => 1 applied ready | id+*@2026-04-30
         untag go => 1 applied ready | id+*@2026-04-30
         open id  => 1 applied ready | id-*",
    );
}

#[test]
fn passing_again_what_has_passed_moves_no_expiry() {
    check(
        "task id: expiry 60; notice 5
         product 1: tasks id; approve
         ---
         apply 1                => 1 applied tasks | id-
         pass id                => 1 approved decided | id+*@2026-04-30
         now 2026-03-20         => 1 approved decided | id+*@2026-04-30
         pass id                => 1 approved decided | id+*@2026-04-30
         pass id as 2026-03-10  => 1 approved decided | id+*@2026-05-09
         pass id as 2026-03-10  => 1 approved decided | id+*@2026-05-09
         pass id as 2026-03-12  => 1 approved decided | id+*@2026-05-11",
    );
}

#[test]
fn a_day_begins_where_the_account_lives() {
    // The clocks go forward on 2026-03-29 in London: sixty days of hours would end at one o'clock.
    check(
        "zone Europe/London
         task id: expiry 60; notice 10
         product 1: tasks id; approve
         ---
         apply 1   => 1 applied tasks | id-
         pass id   => 1 approved decided | id+*@2026-04-30
         wake      => 2026-04-20T00:00:00 1 approved decided | id+*@2026-04-30, id^-
         wake      => 2026-04-30T00:00:00 1 in_review tasks | id-",
    );
    // In Havana there is no midnight on 2026-03-08.
    check(
        "zone America/Havana
         task id: expiry 7; notice 2
         product 1: tasks id; approve
         ---
         apply 1   => 1 applied tasks | id-
         pass id   => 1 approved decided | id+*@2026-03-08
         wake      => 2026-03-06T00:00:00 1 approved decided | id+*@2026-03-08, id^-
         wake      => 2026-03-08T01:00:00 1 in_review tasks | id-",
    );
}

#[test]
fn an_expiry_is_a_day_away_at_least() {
    check(
        "task id: auto 1; accept 1; expiry 0; notice 0
         product 1: tasks id; approve
         ---
         apply 1        => 1 applied checks | id- | runs 1
         result 1 PASS  => 1 approved decided | id+@2026-03-02
         wake           => 2026-03-02T00:00:00 1 in_review checks | id- | runs 1",
    );
}

#[test]
fn an_open_or_failed_version_does_not_expire() {
    check(
        "task id: expiry 60; notice 10
         product 1: tasks id; review
         ---
         apply 1               => 1 applied tasks | id-
         expire id 2026-04-01  => 1 applied tasks | id-@2026-04-01
         wake                  => never
         fail id               => 1 applied tasks | id!*@2026-04-01
         now 2026-05-01        => 1 applied tasks | id!*@2026-04-01
         pass id               => 1 applied tasks | id-",
    );
}

#[test]
fn a_birthday_is_looked_at_when_a_rule_asks_for_age() {
    check(
        "product 1: if age >= 18 else 2; approve; review
         ---
         collect dob=2008-06-15  => nothing
         apply 1                 => 1 applied ready
         wake                    => 2026-06-15T00:00:00 1 approved decided
         wake                    => 2027-06-15T00:00:00 1 approved decided",
    );
    check(
        "factor age: >= 18 = 60
         product 1: review
         ---
         collect dob=2008-06     => nothing
         apply 1                 => 1 applied low ready
         wake                    => 2026-06-01T00:00:00 1 applied low ready
         wake                    => 2026-06-30T00:00:00 1 applied medium ready",
    );
    check(
        "product 1: review
         ---
         collect dob=2008-06-15  => nothing
         apply 1                 => 1 applied ready
         wake                    => never",
    );
}

#[test]
fn a_birthday_that_no_rule_asks_about_wakes_nobody() {
    check(
        "factor amount: > 1 = 60
         product 1: if not(any(country in GBR, tag in vip)) else 2; approve; review
         ---
         collect dob=2008-06-15; country=GBR; amount=2  => nothing
         apply 1                                        => 1 applied medium ready
         wake                                           => never",
    );
}

#[test]
fn a_birthday_of_an_associate_is_looked_at_too() {
    check(
        "company
         factor age over director: >= 18 = 60
         product 1: review
         ---
         collect founded=2020-01-01; list 101 director => nothing
         apply 1                      => 1 applied low ready
         associate 101 dob=2008-06-15 => 1 applied low ready
         wake                         => 2026-06-15T00:00:00 1 applied medium ready",
    );
    check(
        "company
         product 1: if company_age >= 10 else 2; approve; review
         ---
         collect founded=2016-06-15 => nothing
         apply 1                    => 1 applied ready
         wake                       => 2026-06-15T00:00:00 1 approved decided",
    );
}
