//! The northgate books, judged row by row against what their makers say should happen.

use std::fs;

use migrate::Scope;

use crate::shared;
use crate::truth::{Comparison, book, judged};

#[test]
fn every_row_of_the_small_book_is_judged_as_its_makers_say() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let truth = fs::read_to_string(folder.join("truth.jsonl")).expect("it is there");
    for scope in [Scope::All, Scope::Active] {
        let book = book(&shared::northgate_mapping(), &folder, scope).expect("it can be read");
        let found = Comparison::of(&judged(&book), &truth, scope).expect("it is JSON");
        let scope = scope.as_str();
        assert!(
            found.differences.is_empty(),
            "{scope}: {:#?}",
            found.differences
        );
        assert_eq!(truth.lines().count(), 700);
        println!("scope {scope}\n{found}");
    }
}

#[test]
fn the_first_rows_of_the_large_book_go_the_way_its_makers_say() {
    let Some(folder) = shared::book("northgate") else {
        return;
    };
    let summary = fs::read_to_string(folder.join("truth_summary.json")).expect("it is there");
    for scope in [Scope::All, Scope::Active] {
        let book = book(&shared::northgate_mapping(), &folder, scope).expect("it can be read");
        let found = Comparison::of_first(&judged(&book), &summary, scope).expect("it is JSON");
        let scope = scope.as_str();
        assert!(
            found.differences.is_empty(),
            "{scope}: {:#?}",
            found.differences
        );
        println!("scope {scope}\n{found}");
    }
}
