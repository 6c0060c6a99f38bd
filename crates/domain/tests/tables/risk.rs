//! Risk: rules, groups, levels, factors over associates, and what is undetermined.

use std::collections::BTreeSet;

use domain::*;
use jiff::civil::date;

use crate::scenario::Scene;
use crate::text::{facts, model, number, roles};

fn shown(assessment: &Assessment) -> String {
    if let (Some(level), Some(total)) = (&assessment.level, assessment.total) {
        format!("{} {}", total.normalize(), level.alias)
    } else {
        let keys: BTreeSet<String> = assessment
            .missing()
            .into_iter()
            .map(|one| one.property.key())
            .collect();
        format!(
            "undetermined: {}",
            keys.into_iter().collect::<Vec<_>>().join(", ")
        )
    }
}

/// A model, facts, and the score with its level. Medium begins at 50, high at 100.
fn check(text: &str, known: &str, want: &str) {
    let mut profile = Profile::new(
        ProfileId(1),
        Entity::Individual,
        false,
        jiff::Timestamp::UNIX_EPOCH,
    );
    profile.collected = facts(known).into();
    let assessment = score(&model(text), &profile, date(2026, 3, 1));
    assert_eq!(shown(&assessment), want, "{text} about {known}");
}

#[test]
fn the_highest_rule_of_a_factor_counts() {
    let age = "factor age required: < 25 = 20, < 18 = 50";
    check(age, "dob=2009", "50 medium");
    check(age, "dob=2003", "20 low");
    check(age, "dob=1950", "0 low");
    check(age, "", "undetermined: age");
    check("factor age: < 18 = 50, < 25 = 20", "dob=2009", "50 medium");
    check("factor amount: > 1 = -5, > 2 = -20", "amount=3", "-5 low");
}

#[test]
fn of_rules_with_the_same_score_the_first_is_told() {
    let mut profile = Profile::new(
        ProfileId(1),
        Entity::Individual,
        false,
        jiff::Timestamp::UNIX_EPOCH,
    );
    profile.collected = facts("amount=3").into();
    let text = model("factor amount: > 0 = 10, > 1 = 20, > 2 = 20, > 3 = 90");
    let assessment = score(&text, &profile, date(2026, 3, 1));
    assert_eq!(assessment.factors[0].rule.as_deref(), Some("> 1"));
}

#[test]
fn levels_begin_at_their_threshold() {
    for (score, want) in [
        ("49.99", "49.99 low"),
        ("50", "50 medium"),
        ("99.99", "99.99 medium"),
        ("100", "100 high"),
        ("-5", "-5 low"),
    ] {
        check(&format!("factor amount: > 0 = {score}"), "amount=1", want);
    }
}

#[test]
fn an_optional_factor_without_data_adds_nothing() {
    check(
        "factor age: < 25 = 20\nfactor amount required: > 1 = 60",
        "amount=5",
        "60 medium",
    );
    check(
        "factor age required: < 25 = 20\nfactor amount required: > 1 = 60",
        "amount=5",
        "undetermined: age",
    );
    check(
        "factor age required: < 25 = 20\nfactor amount required: > 1 = 60",
        "",
        "undetermined: age, custom.amount",
    );
    check(
        "factor age: < 25 = 20\nfactor amount required: > 1 = 60",
        "",
        "undetermined: custom.amount",
    );
    check("", "", "0 low");
}

#[test]
fn a_rule_that_cannot_be_answered_matters_only_when_it_could_count() {
    check(
        "factor age required: < 25 = 20, < 18 = 50",
        "dob=2008",
        "undetermined: age",
    );
    check(
        "factor age required: < 25 = 50, < 18 = 20",
        "dob=2008",
        "50 medium",
    );
    check(
        "factor age required: < 25 = 50, < 18 = 50",
        "dob=2008",
        "50 medium",
    );
    check(
        "factor age required: < 18 = -10",
        "dob=2008",
        "undetermined: age",
    );
}

#[test]
fn a_group_counts_as_one_factor() {
    let factors = "factor amount group 0: > 0 = 10\nfactor country group 0: in IRN = 40\nfactor gender: = F = 1";
    for (combine, want) in [
        ("highest", "41 low"),
        ("lowest", "11 low"),
        ("mean", "26 low"),
        ("sum", "51 medium"),
    ] {
        check(
            &format!("group {combine}\n{factors}"),
            "amount=1; country=IRN; gender=F",
            want,
        );
    }
    // A factor without data is left out of the mean, not counted as nothing.
    check(
        &format!("group mean\n{factors}"),
        "country=IRN; gender=F",
        "41 low",
    );
    check(&format!("group lowest\n{factors}"), "gender=F", "1 low");
    check(&format!("group sum\n{factors}"), "gender=F", "1 low");
    check(
        &format!(
            "group mean\ngroup sum\n{}",
            factors.replace("group 0: in", "group 1: in")
        ),
        "amount=1; country=IRN; gender=F",
        "51 medium",
    );
}

#[test]
fn a_group_without_data_has_no_score() {
    let profile = Profile::new(
        ProfileId(1),
        Entity::Individual,
        false,
        jiff::Timestamp::UNIX_EPOCH,
    );
    let text = "group highest\ngroup lowest\ngroup sum\ngroup mean\n\
                factor amount group 2: > 0 = 10\nfactor country group 3: in IRN = 40";
    let assessment = score(&model(text), &profile, date(2026, 3, 1));
    assert_eq!(assessment.groups, [None; 4]);
    assert_eq!(assessment.total, Some(Decimal::ZERO));
}

#[test]
fn an_assessment_shows_every_factor_its_input_and_its_rule() {
    let mut profile = Profile::new(
        ProfileId(1),
        Entity::Individual,
        false,
        jiff::Timestamp::UNIX_EPOCH,
    );
    profile.collected = facts("country=GBR,IRN; dob=2008").into();
    let text = "group highest\nfactor country group 0: in IRN = 40\nfactor age: < 18 = 50\nfactor amount required: > 1 = 1";
    let assessment = score(&model(text), &profile, date(2026, 3, 1));
    let factors: Vec<_> = assessment
        .factors
        .iter()
        .map(|one| {
            let score = one.score.map(|score| score.to_string());
            (
                &*one.alias,
                one.input.as_deref(),
                one.rule.as_deref(),
                score,
                one.missing.len(),
            )
        })
        .collect();
    assert_eq!(
        factors,
        [
            (
                "country",
                Some("GBR, IRN"),
                Some("in IRN"),
                Some("40".to_owned()),
                0
            ),
            ("age", Some("17–18"), None, None, 1),
            ("amount", None, None, None, 1),
        ]
    );
    assert_eq!(assessment.groups, [Some(Decimal::from(40))]);
    assert_eq!(
        (assessment.level, assessment.total, assessment.own),
        (None, None, None)
    );
}

/// A factor over associates with a score for amounts above 1; each associate is `roles amount`, `-`
/// without an amount, `?` not known yet.
fn over(head: &str, associates: &[(&str, &str)], want: &str) {
    let profile = company(associates);
    let text = format!("factor {head}: > 1 = 30, > 2 = 60, < 0 = -9");
    let assessment = score(&model(&text), &profile, date(2026, 3, 1));
    let why: BTreeSet<String> = assessment.factors[0]
        .missing
        .iter()
        .map(|one| format!(" {:?}", one.why))
        .collect();
    let factor = assessment.factors[0]
        .score
        .map_or("undetermined".to_owned(), |score| score.to_string());
    let found = format!(
        "{}; {factor}{}",
        shown(&assessment),
        why.into_iter().collect::<String>()
    );
    assert_eq!(found, want, "{head} {associates:?}");
}

fn company(associates: &[(&str, &str)]) -> Profile {
    let mut profile = Profile::new(
        ProfileId(1),
        Entity::Company,
        false,
        jiff::Timestamp::UNIX_EPOCH,
    );
    for (at, (held, amount)) in associates.iter().enumerate() {
        let copy = AssociateCopy {
            version: 1,
            collected: facts(&if ["-", "?"].contains(amount) {
                String::new()
            } else {
                format!("amount={amount}")
            }),
            tags: Vec::new(),
            events: Vec::new(),
            status: ProfileStatus::Normal,
            applications: Vec::new(),
            circular: false,
            depth: 1,
        };
        profile.associates.push(Associate {
            profile: ProfileId(100 + at as u128),
            entity: Entity::Individual,
            roles: roles(held)
                .into_iter()
                .map(|role| RoleHeld {
                    role,
                    share: None,
                    tasks: BTreeSet::new(),
                })
                .collect(),
            asked: BTreeSet::new(),
            copy: (*amount != "?").then_some(copy),
        });
    }
    profile
}

#[test]
fn a_factor_over_associates_takes_the_highest_of_those_in_the_role() {
    over("amount over director", &[], "0 low; 0");
    over("amount required over director", &[], "0 low; 0");
    over(
        "amount required over director",
        &[("shareholder", "3")],
        "0 low; 0",
    );
    over(
        "amount required over director",
        &[("resigned", "3")],
        "0 low; 0",
    );
    over(
        "amount over anybody",
        &[("shareholder", "3")],
        "60 medium; 60",
    );
    over("amount over anybody", &[("resigned", "3")], "0 low; 0");
    over(
        "amount over director",
        &[("director", "2"), ("director", "3"), ("director", "2")],
        "60 medium; 60",
    );
    over(
        "amount over director+shareholder",
        &[("shareholder", "2"), ("other", "3")],
        "30 low; 30",
    );
}

#[test]
fn a_required_factor_needs_every_associate_and_an_optional_one_what_it_knows() {
    over(
        "amount required over director",
        &[("director", "3"), ("director", "-")],
        "undetermined: custom.amount; undetermined NotSupplied",
    );
    over(
        "amount over director",
        &[("director", "3"), ("director", "-")],
        "60 medium; 60",
    );
    over(
        "amount over director",
        &[("director", "-")],
        "0 low; undetermined NotSupplied",
    );
    over(
        "amount over director",
        &[("director", "-1"), ("director", "-")],
        "0 low; undetermined NotSupplied",
    );
    over("amount over director", &[("director", "-1")], "-9 low; -9");
    over(
        "amount over director",
        &[("director", "0"), ("director", "-")],
        "0 low; 0",
    );
    over(
        "amount over director",
        &[("director", "3"), ("director", "?")],
        "60 medium; 60",
    );
    over(
        "amount required over director",
        &[("director", "3"), ("director", "?")],
        "undetermined: custom.amount; undetermined CheckPending",
    );
}

#[test]
fn the_input_shown_is_that_of_the_associate_who_counted() {
    let mut profile = company(&[("director", "2"), ("director", "3"), ("other", "9")]);
    let text = model("factor amount over director: > 1 = 30, > 2 = 60");
    let shown = |profile: &Profile| {
        let assessment = score(&text, profile, date(2026, 3, 1));
        let factor = &assessment.factors[0];
        (
            factor.input.clone(),
            factor.rule.as_deref().map(str::to_owned),
        )
    };
    assert_eq!(
        shown(&profile),
        (Some("3".to_owned()), Some("> 2".to_owned()))
    );
    let mut same = company(&[("director", "4"), ("director", "3")]);
    let first = (Some("4".to_owned()), Some("> 2".to_owned()));
    assert_eq!(shown(&same), first, "of equals the first");
    same.associates.reverse();
    assert_eq!(shown(&same).0, Some("3".to_owned()), "of equals the first");
    profile.associates.clear();
    assert_eq!(shown(&profile), (None, None));
}

/// Ruling 10: companies in a circle do not wait for each other's scores.
#[test]
fn the_own_score_leaves_associates_out_even_when_they_are_undetermined() {
    let mut profile = Profile::new(
        ProfileId(1),
        Entity::Company,
        false,
        jiff::Timestamp::UNIX_EPOCH,
    );
    profile.collected = facts("amount=5").into();
    let text =
        model("factor amount required: > 1 = 60\nfactor score required over anybody: > 1 = 30");
    let circle = |score: Option<i64>| AssociateCopy {
        version: 1,
        collected: Collected::default(),
        tags: Vec::new(),
        events: Vec::new(),
        status: ProfileStatus::Normal,
        applications: vec![CopiedApplication {
            product: ProductId(1),
            status: ApplicationStatus::Applied,
            automating: true,
            level: None,
            own_score: score.map(Decimal::from),
        }],
        circular: false,
        depth: 1,
    };
    for (score_of_other, want, own) in [
        (None, "undetermined: risk.score", 60),
        (Some(5), "90 medium", 60),
    ] {
        profile.associates = vec![Associate {
            profile: ProfileId(2),
            entity: Entity::Company,
            roles: vec![RoleHeld {
                role: AssociatedRole::Shareholder,
                share: None,
                tasks: BTreeSet::new(),
            }],
            asked: BTreeSet::new(),
            copy: Some(circle(score_of_other)),
        }];
        let assessment = score(&text, &profile, date(2026, 3, 1));
        assert_eq!(
            (shown(&assessment).as_str(), assessment.own),
            (want, Some(Decimal::from(own)))
        );
    }
}

/// An associate's application: `approved red:HIGH 60`.
fn copied(text: &str) -> CopiedApplication {
    let words: Vec<&str> = text.split_whitespace().collect();
    let status = match words[0] {
        "applied" => ApplicationStatus::Applied,
        "approved" => ApplicationStatus::Approved,
        "in-review" => ApplicationStatus::InReview,
        "rejected" => ApplicationStatus::Rejected,
        _ => ApplicationStatus::Cancelled,
    };
    let level = |text: &str| {
        let (alias, category) = text.split_once(':')?;
        let (rank, category) = match category {
            "LOW" => (7, RiskCategory::Low),
            "MEDIUM" => (5, RiskCategory::Medium),
            _ => (3, RiskCategory::High),
        };
        Some(LevelReached {
            rank,
            alias: alias.into(),
            label: "".into(),
            category,
        })
    };
    CopiedApplication {
        product: ProductId(1),
        status,
        automating: false,
        level: words.get(1).copied().and_then(level),
        own_score: words.get(2).map(|score| number(score)),
    }
}

/// What a company hears when it asks for the level and the score of an associate with these
/// applications.
fn heard(applications: &str) -> String {
    let applications = applications.split(", ").filter(|one| !one.is_empty());
    let copy = AssociateCopy {
        version: 1,
        collected: Collected::default(),
        tags: Vec::new(),
        events: Vec::new(),
        status: ProfileStatus::Normal,
        applications: applications.map(copied).collect(),
        circular: false,
        depth: 1,
    };
    let associate = Associate {
        profile: ProfileId(2),
        entity: Entity::Individual,
        roles: Vec::new(),
        asked: BTreeSet::new(),
        copy: None,
    };
    let facts = Facts::of_associate(&associate, &copy, date(2026, 3, 1));
    let told = |key| match facts.find(&Property::Declared(key)) {
        Ok(values) => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            values.join("+")
        }
        Err(why) => format!("{why:?}"),
    };
    ["risk.level", "risk.score"].map(told).join(" ")
}

/// Rulings 2 and 10.
#[test]
fn the_risk_of_an_associate_is_the_worst_of_what_is_open() {
    for (applications, want) in [
        ("approved low:LOW 5", "low 5"),
        ("approved low:LOW 5, in-review high:HIGH 60", "high 60"),
        ("in-review high:HIGH 60, applied low:LOW 5", "high 60"),
        // Categories are compared: ranks and scores of different models tell nothing.
        ("approved green:LOW 900, approved high:HIGH 60", "high 900"),
        // Two models, one category: neither hides the other.
        ("approved red:HIGH 3, approved high:HIGH 60", "high+red 60"),
        ("approved high:HIGH 60, applied high:HIGH 60", "high 60"),
        // What ended counts only where nothing that is open tells.
        ("approved low:LOW 5, rejected high:HIGH 60", "low 5"),
        (
            "cancelled medium:MEDIUM 50, rejected high:HIGH 60",
            "high 60",
        ),
        ("applied, rejected high:HIGH 60", "high 60"),
        ("applied", "RiskUndetermined RiskUndetermined"),
        ("", "RiskUndetermined RiskUndetermined"),
    ] {
        assert_eq!(heard(applications), want, "{applications}");
    }
}

#[test]
fn a_new_assessment_says_whether_level_and_score_changed() {
    let mut scene = Scene::new("factor amount: > 1 = 10, > 2 = 20, > 3 = 60\nproduct 1: review");
    scene.play("collect amount=2");
    let table = [
        ("apply 1", Some((None, Some("low"), true))),
        ("collect amount=3", Some((Some("low"), Some("low"), true))),
        (
            "collect amount=2.5",
            Some((Some("low"), Some("low"), false)),
        ),
        (
            "collect amount=4",
            Some((Some("low"), Some("medium"), true)),
        ),
        ("tick", None),
    ];
    for (step, want) in table {
        scene.play(step);
        let said = scene.said.iter().find_map(|change| match change {
            Change::RiskAssessed {
                from,
                to,
                score_changed,
                ..
            } => Some((from.as_deref(), to.as_deref(), *score_changed)),
            _ => None,
        });
        assert_eq!(said, want, "{step}");
    }
}
