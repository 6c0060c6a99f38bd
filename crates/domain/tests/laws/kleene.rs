//! A missing value only ever hides an answer: supplying it turns *missing* into yes or no, never
//! yes into no or no into yes.

use domain::*;
use jiff::civil::date;
use proptest::prelude::*;

use crate::generate::{BIRTHDAYS, COUNTRIES, conditions, test_of_data};
use crate::world::collected;

fn ask(condition: &Condition, facts: Collected) -> Answer {
    let mut profile = Profile::new(
        ProfileId(1),
        Entity::Individual,
        false,
        jiff::Timestamp::UNIX_EPOCH,
    );
    profile.collected = facts.into();
    answer(condition, &Facts::of(&profile, None, date(2026, 3, 1)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn supplying_a_value_never_turns_an_answer_round(
        condition in conditions(test_of_data()),
        country in proptest::collection::vec(prop::sample::select(COUNTRIES), 0..3),
        dob in prop::sample::select(BIRTHDAYS),
        custom in 0_i64..20,
        hide in any::<[bool; 3]>(),
    ) {
        let whole = ask(&condition, collected(Some(&country), Some(dob), Some(custom)));
        let part = ask(&condition, collected(
            (!hide[0]).then_some(&country[..]),
            (!hide[1]).then_some(dob),
            (!hide[2]).then_some(custom),
        ));
        if !matches!(part, Answer::Missing(_)) {
            prop_assert_eq!(part, whole);
        }
    }

    #[test]
    fn a_fuller_date_never_turns_an_answer_round(
        condition in conditions(test_of_data()),
        month in 1_i8..=12,
        day in 1_i8..=28,
        year in 2006_i16..2011,
        cut in 4_usize..8,
    ) {
        let whole = format!("{year:04}-{month:02}-{day:02}");
        let part = if cut < 6 { &whole[..4] } else { &whole[..7] };
        let full = ask(&condition, collected(None, Some(&whole), None));
        let coarse = ask(&condition, collected(None, Some(part), None));
        if !matches!(coarse, Answer::Missing(_)) {
            prop_assert_eq!(coarse, full);
        }
    }

    #[test]
    fn what_is_missing_is_something_the_condition_asks_about(
        condition in conditions(test_of_data()),
        dob in proptest::option::of(prop::sample::select(BIRTHDAYS)),
    ) {
        if let Answer::Missing(missing) = ask(&condition, collected(None, dob, None)) {
            prop_assert!(!missing.is_empty());
            let asked = properties(&condition);
            prop_assert!(missing.iter().all(|one| asked.contains(&one.property)));
        }
    }
}
