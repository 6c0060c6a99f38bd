//! Two rows with one key that say different things.

use std::fs;
use std::path::PathBuf;

use migrate::{Options, Scope};

use crate::repeated::{Book, MAPPING};
use crate::runs::{ran, result_rows};

/// Rows 2 and 4 contradict each other, on lines 4 and 6: the first name has a line break in it.
const PEOPLE: &str = "NO,NAME,BORN,STATE\n1,\"Mol\nly\",1980-01-01,A\n2,Bob,1981-01-01,A\n\
                      3,Cy,1982-01-01,A\n2,Bobby,1981-01-01,X\n";
const CONFLICT: &str = "duplicate_ref_conflict";
const LEFT_OUT: &str = "duplicate_ref_left_out";

async fn conflicting(name: &str) -> Book {
    let book = Book::new(&format!("conflicting-{name}")).await;
    book.write("people.csv", PEOPLE);
    book.write("scans.csv", "NO,FILE,TYPE\n");
    book.write("notes.csv", "NO,TEXT\n2,was here\n");
    book
}

/// Row, outcome, reasons and profile (whether there is one) of every row of the people.
fn told(options: &Options) -> Vec<String> {
    let rows = result_rows(&options.state, "people.csv");
    let told = rows.iter().map(|row| {
        let profile = if row[5].is_empty() { "-" } else { "there" };
        format!("{} {} {} {profile}", &row[1], &row[3], &row[4])
    });
    told.collect()
}

fn given(book: &Book, lines: &dyn Fn(&str) -> bool) -> Options {
    let rejected = book.options.state.join("results/rejected-people.csv");
    let text = fs::read_to_string(rejected).expect("it was written");
    let kept: Vec<&str> = text.lines().filter(|line| lines(line)).collect();
    let path: PathBuf = book.folder.join("rejected-people.csv");
    fs::write(&path, kept.join("\n") + "\n").expect("it can be written");
    Options {
        mended: vec![path],
        ..book.options.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contradicts_itself_says_which_rows_and_how_it_is_mended() {
    let book = conflicting("told").await;
    ran(&book.options).await;
    let rows = result_rows(&book.options.state, "people.csv");
    for row in [1, 3] {
        assert_eq!((&rows[row][3], &rows[row][4]), ("rejected", CONFLICT));
        let advice = &rows[row][6];
        assert!(
            advice.contains("rows 2 and 4 of people.csv (lines 4 and 6)"),
            "{advice}"
        );
        for way in [
            "leave all but one of them out",
            "source",
            "scope",
            "--mended",
        ] {
            assert!(advice.contains(way), "{way}: {advice}");
        }
    }
    let rejected = book.options.state.join("results/rejected-people.csv");
    let rejected = fs::read_to_string(rejected).expect("it was written");
    assert!(
        rejected.contains("\"duplicate_ref_conflict: rows 2 and 4"),
        "{rejected}"
    );
    let report = book.options.state.join("results/report.html");
    let report = fs::read_to_string(report).expect("it was written");
    assert!(report.contains("rows 2 and 4 of people.csv"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contradiction_is_solved_by_leaving_one_row_out_of_the_mended_file() {
    let book = conflicting("left-out").await;
    ran(&book.options).await;
    // Both back as they were: nothing is solved.
    ran(&given(&book, &|_| true)).await;
    let unsolved = format!("2 rejected {CONFLICT} -");
    assert_eq!(told(&book.options)[1], unsolved);
    let book = conflicting("left-out-again").await;
    ran(&book.options).await;
    let options = given(&book, &|line| !line.contains("Bobby"));
    for options in [options, book.options.clone()] {
        let summary = ran(&options).await;
        assert!(summary.is_clean(), "{summary}");
        let expected = [
            "1 migrated  there".to_owned(),
            "2 migrated  there".to_owned(),
            "3 migrated  there".to_owned(),
            format!("4 skipped {LEFT_OUT} -"),
        ];
        assert_eq!(told(&options), expected);
        let state = book.server.state();
        assert_eq!(
            state.profiles[&book_profile(&state.profiles)].notes.len(),
            1
        );
    }
    let mended = result_rows(&book.options.state, "mended.csv");
    assert_eq!(mended.len(), 0, "nothing was changed: {mended:?}");
}

fn book_profile(profiles: &std::collections::BTreeMap<String, crate::server::Profile>) -> String {
    let mut profiles = profiles.iter();
    let found = profiles.find(|(_, profile)| profile.data["customer_ref"] == "2");
    found.expect("it is there").0.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_edited_stays_when_the_other_is_left_out() {
    let book = conflicting("edited").await;
    ran(&book.options).await;
    let mut options = given(&book, &|line| !line.contains("\"Bob\""));
    let path = options.mended.remove(0);
    let text = fs::read_to_string(&path).expect("it is there");
    fs::write(&path, text.replace("Bobby", "Robert")).expect("it can be written");
    options.mended.push(path);
    for options in [options, book.options.clone()] {
        assert!(ran(&options).await.is_clean());
        assert_eq!(told(&options)[1], format!("2 skipped {LEFT_OUT} -"));
        assert_eq!(told(&options)[3], "4 migrated  there");
        let name = "personal_details";
        let state = book.server.state();
        let profile = &state.profiles[&book_profile(&state.profiles)];
        assert_eq!(profile.data[name]["name"]["family_name"], "Robert");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contradiction_is_solved_by_the_scope_that_leaves_one_row_out() {
    let book = conflicting("scope").await;
    let scope = "  key: NO\n  scope: {column: STATE, leave_out: {X: closed}}\n";
    book.write("mapping.yaml", &MAPPING.replacen("  key: NO\n", scope, 1));
    let options = Options {
        scope: Scope::Active,
        ..book.options.clone()
    };
    let summary = ran(&options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(told(&options)[1], "2 migrated  there");
    assert_eq!(told(&options)[3], "4 skipped out_of_scope:closed -");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_to_the_one_of_a_key_whom_the_scope_brings_over() {
    let book = conflicting("linked").await;
    let scope = "  key: NO\n  scope: {column: STATE, leave_out: {X: closed}}\n";
    book.write("mapping.yaml", &MAPPING.replacen("  key: NO\n", scope, 1));
    // The company, too, has its key with somebody who is left out.
    book.write("people.csv", &format!("{PEOPLE}C,Carl,1983-01-01,X\n"));
    book.write("links.csv", "COMPANY,PERSON,NAME,ROLE\nC,2,,D\n");
    let options = Options {
        scope: Scope::Active,
        ..book.options.clone()
    };
    let summary = ran(&options).await;
    let rows = result_rows(&options.state, "links.csv");
    assert_eq!((&rows[0][3], &rows[0][4]), ("migrated", ""), "{rows:?}");
    assert!(summary.is_clean(), "{summary}");
    let (company, person) = (book.profile("C"), book.profile("2"));
    let state = book.server.state();
    let directors = &state.profiles[&company].data["officers"]["directors"];
    assert_eq!(directors[0]["linked_profile"]["id"], person.as_str());
}
