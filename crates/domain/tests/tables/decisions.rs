//! Applications: where the policy leads them, and what people may decide.

use domain::{Change, Decider, ProfileId};

use crate::scenario::{Scene, check};

#[test]
fn a_policy_goes_as_far_as_its_data_does() {
    check(
        "task id
         task addr
         task more
         product 1: tasks id; if country in GBR else 3; tasks addr; if amount > 5 else 6; tasks more; reject too much; review
         ---
         apply 1                       => 1 applied data address.country NotSupplied | id-
         collect country=FRA           => 1 applied data custom.amount NotSupplied | id-
         collect country=FRA; amount=3 => 1 applied tasks | id-
         collect country=GBR; amount=3 => 1 applied tasks | id-, addr-
         collect country=GBR; amount=9 => 1 rejected decided | id-, addr-, more-
         revert 1                      => 1 applied tasks | id-, addr-, more-",
    );
}

#[test]
fn a_policy_that_goes_in_circles_or_nowhere_waits() {
    check(
        "task id
         product 1: tasks id; if amount > 5 else 0; review
         product 2: tasks id
         ---
         collect amount=1 => nothing
         apply 1          => 1 applied data  | id-
         apply 2          => 1 applied data , 2 applied data  | id-
         collect amount=9 => 1 applied tasks, 2 applied data  | id-",
    );
}

#[test]
fn an_undetermined_required_factor_parks_and_goes_on_by_itself() {
    check(
        "factor amount required: > 5 = 120
         task id
         product 1: tasks id; if level in high else 3; reject high risk; approve
         ---
         apply 1           => 1 applied risk custom.amount NotSupplied
         collect amount=1  => 1 applied low tasks | id-
         collect amount=9  => 1 rejected high decided | id-",
    );
    check(
        "factor amount required: > 5 = 60
         task id
         task more
         product 1: tasks id; if level in medium else 3; tasks more; approve
         ---
         collect amount=1  => nothing
         apply 1           => 1 applied low tasks | id-
         pass id           => 1 approved low decided | id+*
         collect           => 1 in_review risk custom.amount NotSupplied | id+*
         collect amount=9  => 1 in_review medium tasks | id+*, more-
         pass more         => 1 approved medium decided | id+*, more+*
         collect amount=1  => 1 approved low decided | id+*, more+*",
    );
}

#[test]
fn a_branch_on_risk_without_a_model_waits_for_risk() {
    check(
        "product 1: if level in low else 2; approve; review
         product 2: if score > 5 else 2; approve; review
         ---
         apply 1  => 1 applied risk risk.level RiskUndetermined
         apply 2  => 1 applied risk risk.level RiskUndetermined, 2 applied risk risk.score RiskUndetermined",
    );
    check(
        "factor amount: > 1 = 60
         product 1: if score > 50 else 2; approve; review
         ---
         collect amount=5  => nothing
         apply 1           => 1 approved medium decided",
    );
}

#[test]
fn a_branch_on_a_check_waits_for_it_and_a_failed_one_asks_for_hands() {
    check(
        "task id: auto 1
         product 1: tasks id; if check 1 in PASS else 3; approve; review
         ---
         apply 1         => 1 applied checks | id- | runs 1
         result 1 ERROR  => 1 applied data check.decision CheckFailed | id-
         order 1         => 1 applied checks | id- | runs 1
         result 1 FAIL   => 1 applied tasks | id-
         pass id         => 1 applied ready | id+*",
    );
    check(
        "product 1: if result 2 in PASS else 2; approve; review
         ---
         apply 1         => 1 applied data check.result CheckPending
         order 2         => 1 applied checks | runs 2
         result 2 PASS   => 1 approved decided",
    );
}

#[test]
fn a_running_check_does_not_hide_what_is_wanted_from_a_person() {
    check(
        "product 1: if country in GBR else 2; approve; review
         ---
         apply 1 => 1 applied data address.country NotSupplied
         order 1 => 1 applied data address.country NotSupplied | runs 1",
    );
    check(
        "product 1: if all(country in GBR, check 1 in PASS) else 2; approve; review
         ---
         order 1             => runs 1
         apply 1             => 1 applied data address.country NotSupplied+check.decision CheckPending | runs 1
         collect country=GBR => 1 applied checks | runs 1
         result 1 PASS       => 1 approved decided",
    );
}

#[test]
fn a_branch_on_matches_counts_them_by_kind_and_by_what_became_of_them() {
    check(
        "product 1: if matches pep open >= 1 else 2; reject open; if matches any confirmed >= 1 else 4; reject confirmed; if matches any dismissed >= 2 else 6; review; if matches sanction ever >= 1 else 8; approve; review
         ---
         match sanction open => matches 1
         apply 1             => 1 applied blocked | matches 1
         resolve 0 match     => 1 rejected decided
         revert 1            => 1 applied ready
         resolve 0 mismatch  => 1 approved decided
         match pep open      => 1 in_review ready | matches 1
         revert 1            => refused: NotDecided
         resolve 1 ignore    => 1 in_review ready",
    );
}

#[test]
fn every_status_goes_where_it_may() {
    // Applied goes to approved or rejected.
    check(
        "product 1: review
         ---
         approve 1 => refused: UnknownApplication
         apply 1   => 1 applied ready
         cancel 1  => refused: NoSuchTransition { from: Applied, to: Cancelled }
         revert 1  => refused: NotDecided
         reject 1  => 1 rejected decided
         approve 1 => refused: AlreadyEnded
         cancel 1  => refused: AlreadyEnded
         reject 1  => refused: AlreadyEnded
         revert 1  => 1 applied ready
         approve 1 => 1 approved decided",
    );
    // Approved goes to cancelled, and taken back it is reviewed.
    check(
        "task id
         product 1: tasks id; review
         ---
         apply 1   => 1 applied tasks | id-
         pass id   => 1 applied ready | id+*
         approve 1 => 1 approved decided | id+*
         approve 1 => refused: AlreadyApproved
         reject 1  => refused: NoSuchTransition { from: Approved, to: Rejected }
         cancel 1  => 1 cancelled decided | id+*
         approve 1 => refused: AlreadyEnded
         revert 1  => 1 in_review ready | id+*
         revert 1  => refused: NotDecided
         approve 1 => 1 approved decided | id+*
         open id   => 1 in_review tasks | id-*
         reject 1  => refused: NoSuchTransition { from: InReview, to: Rejected }
         approve 1 => refused: Blocked([IncompleteTask(TaskVariantId(1))])
         pass id   => 1 in_review ready | id+*
         approve 1 => 1 approved decided | id+*
         open id   => 1 in_review tasks | id-*
         cancel 1  => 1 cancelled decided | id-*",
    );
}

#[test]
fn everything_that_blocks_an_approval_is_named_at_once() {
    check(
        "factor amount required: > 5 = 60
         task id
         product 1: tasks id; approve
         ---
         collect amount=1 => nothing
         apply 1          => 1 applied low tasks | id-
         match pep open   => 1 applied low tasks | id- | matches 1
         suspend          => 1 applied low tasks | id- | matches 1
         collect          => 1 applied risk custom.amount NotSupplied | id- | matches 1
         approve 1        => refused: Blocked([SuspendedProfile, UndeterminedRisk, IncompleteTask(TaskVariantId(1)), UnresolvedEvent(EventId(1003))])
         collect amount=1 => 1 applied low tasks | id- | matches 1
         pass id          => 1 applied low blocked | id+* | matches 1
         resolve 0 match  => 1 applied low blocked | id+*
         ban              => 1 applied low blocked | id+*
         normal           => 1 approved low decided | id+*",
    );
    check(
        "product 1: if amount > 5 else 2; approve; review
         ---
         apply 1   => 1 applied data custom.amount NotSupplied
         approve 1 => refused: WaitsForData
         reject 1  => 1 rejected decided",
    );
}

#[test]
fn an_automatic_rejection_that_was_taken_back_stays_so_at_its_level() {
    check(
        "factor amount required: > 1 = 60, > 5 = 120
         task id
         product 1: tasks id; if level in low else 4; if country in IRN else 5; reject country; reject risk; approve
         ---
         collect amount=3; country=GBR => nothing
         apply 1          => 1 rejected medium decided | id-
         revert 1         => 1 applied medium tasks | id-
         tick             => 1 applied medium tasks | id-
         pass id          => 1 applied medium ready | id+*
         collect amount=9; country=GBR => 1 rejected high decided | id+*
         revert 1         => 1 applied high ready | id+*
         collect amount=0; country=IRN => 1 rejected low decided | id+*
         revert 1         => 1 applied low ready | id+*
         approve 1        => 1 approved low decided | id+*
         tick             => 1 approved low decided | id+*
         collect amount=3; country=IRN => 1 in_review medium ready | id+*",
    );
}

#[test]
fn a_rejection_taken_back_at_one_level_stays_so_when_the_risk_comes_back_to_it() {
    check(
        "factor amount: > 1 = 60, > 5 = 120
         product 1: if level in low else 2; review; reject risk
         ---
         collect amount=3 => nothing
         apply 1          => 1 rejected medium decided
         revert 1         => 1 applied medium ready
         collect amount=9 => 1 rejected high decided
         revert 1         => 1 applied high ready
         collect amount=3 => 1 applied medium ready
         collect amount=9 => 1 applied high ready
         collect amount=0 => 1 applied low ready
         approve 1        => 1 approved low decided
         collect amount=9 => 1 in_review high ready
         approve 1        => 1 approved high decided
         collect amount=3 => 1 in_review medium ready
         approve 1        => 1 approved medium decided
         collect amount=9 => 1 approved high decided
         collect amount=3 => 1 approved medium decided",
    );
}

#[test]
fn an_application_tells_who_made_it() {
    let institution = "product 1 automatic: review\nproduct 2: review";
    let key = Decider::Key {
        name: "tester".to_owned(),
    };
    let company = Decider::CompanyPolicy {
        company: ProfileId(201),
    };
    for (step, want) in [
        ("apply 2", &key),
        ("apply-automatically", &Decider::Policy),
        ("link 201 2", &company),
    ] {
        let mut scene = Scene::new(institution);
        scene.play(step);
        let history = &scene.profile.applications[0].history;
        assert_eq!((&history[0].by, history.len()), (want, 1), "{step}");
    }
}

#[test]
fn what_was_once_approved_is_never_rejected_by_the_policy() {
    check(
        "product 1: if country in IRN else 2; reject sanctions; approve
         ---
         collect country=GBR => nothing
         apply 1             => 1 approved decided
         collect country=IRN => 1 in_review ready
         approve 1           => 1 approved decided
         tick                => 1 approved decided
         cancel 1            => 1 cancelled decided
         revert 1            => 1 in_review ready
         collect country=GBR => 1 approved decided",
    );
}

#[test]
fn taking_back_a_decision_renews_screening() {
    check(
        "task id: auto 1; accept 1
         task scr: screening; auto 2; accept 2
         product 1: tasks id,scr; review
         ---
         apply 1        => 1 applied checks | id-, scr- | runs 1, 2
         result 1 PASS  => 1 applied checks | id+, scr- | runs 2
         result 2 PASS  => 1 applied ready | id+, scr+
         reject 1       => 1 rejected decided | id+, scr+
         revert 1       => 1 applied checks | id+, scr- | runs 2
         result 2 PASS  => 1 applied ready | id+, scr+",
    );
}

#[test]
fn reasons_are_asked_for_where_they_are_set_up() {
    check(
        "reason rejection too_risky
         reason approval fine for 2
         reason cancellation left
         product 1: review
         ---
         apply 1             => 1 applied ready
         reject 1            => refused: ReasonRequired([too_risky])
         reject 1 nobody     => refused: UnknownReason(nobody, [too_risky])
         approve 1 fine      => refused: UnknownReason(fine, [])
         approve 1 too_risky => refused: UnknownReason(too_risky, [])
         approve 1           => 1 approved decided
         cancel 1            => 1 cancelled decided
         revert 1            => 1 in_review ready
         cancel 1 left       => 1 cancelled decided",
    );
}

#[test]
fn one_applies_once_for_what_is_open_to_one() {
    check(
        "product 1 automatic: review
         product 2 automatic companies: review
         product 3 automatic retired: review
         product 4 automatic: review
         product 5: review
         ---
         apply 2             => refused: ProductNotFor(Individual)
         apply 3             => refused: UnknownProduct
         apply 77            => refused: UnknownProduct
         apply-automatically => 1 applied ready, 4 applied ready
         apply-automatically => 1 applied ready, 4 applied ready
         apply 1             => refused: AlreadyApplied
         apply 5 director    => 1 applied ready, 4 applied ready, 5 applied ready
         apply 5 director    => refused: AlreadyApplied",
    );
}

#[test]
fn publishing_moves_what_is_open() {
    check(
        "task id
         task more
         product 1: tasks id; approve
         ---
         apply 1                               => 1 applied tasks | id-
         pass id                               => 1 approved decided | id+*
         publish product 1: tasks id,more; approve => 1 in_review tasks | id+*, more-
         publish product 1: tasks id; approve  => 1 approved decided | id+*, more-
         publish product 1 companies: approve  => 1 in_review data  | id+*, more-",
    );
}

#[test]
fn labels_and_statuses_are_facts_like_others() {
    check(
        "product 1: if tag in vip else 2; approve; if status in NORMAL else 4; review; reject suspended
         ---
         tag        => refused: EmptyTag
         apply 1    => 1 applied ready
         suspend    => 1 rejected decided
         normal     => 1 rejected decided
         revert 1   => 1 applied ready
         tag old    => 1 applied ready
         tag vip    => 1 approved decided
         untag old  => 1 approved decided
         untag old  => refused: UnknownTag
         untag vip  => 1 approved decided",
    );
    check(
        "product 1: if role in DIRECTOR else 2; approve; if role in NONE else 4; review; reject other
         ---
         apply 1    => 1 applied ready
         link 201 1 => 1 approved decided",
    );
}

/// Twelve applications that reject each other one by one, one a round: more than a settlement takes.
#[test]
fn what_does_not_come_to_rest_is_parked_until_somebody_does_something() {
    let lines = (1..=12).map(|product| {
        format!(
            "product {product}: tasks id; if all(tag in go, open <= {product}) else 3; reject alone; review"
        )
    });
    let institution = lines.collect::<Vec<_>>().join("\n");
    let mut scene = Scene::new(&institution);
    for product in 1..=12 {
        scene.play(&format!("apply {product}"));
    }
    let count = |shown: &str, word: &str| shown.matches(word).count();
    let parked = scene.play("tag go");
    assert_eq!(
        (count(&parked, "rejected"), count(&parked, "unsettled")),
        (9, 3),
        "{parked}"
    );
    assert_eq!(scene.play("tick"), parked);
    let settled = scene.play("tag more");
    assert_eq!(
        (count(&settled, "rejected"), count(&settled, "unsettled")),
        (12, 0),
        "{settled}"
    );

    let mut scene = Scene::new(&institution);
    for product in 1..=12 {
        scene.play(&format!("apply {product}"));
    }
    scene.play("tag go");
    let published = scene.play("publish task other");
    assert_eq!(count(&published, "rejected"), 12, "{published}");
}

#[test]
fn an_automatic_rejection_tells_the_policys_reason() {
    for (outcome, want) in [
        ("reject too risky", Some("too risky".to_owned())),
        ("reject", None),
    ] {
        let mut scene = Scene::new(&format!("product 1: {outcome}"));
        scene.play("apply 1");
        let comment = scene.said.iter().find_map(|change| match change {
            Change::ApplicationMoved { comment, .. } => Some(comment.clone()),
            _ => None,
        });
        assert_eq!(comment, Some(want));
    }
}
