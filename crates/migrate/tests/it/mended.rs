//! Rejected rows, mended and run again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use migrate::api::Patience;
use migrate::progress::Silent;
use migrate::{Options, Scope, Stages, attempt, plan, run};

use crate::runs::{options, ran, result_rows};
use crate::server::{Server, Trouble};

const MAPPING: &str = r#"
version: 1
name: mended
as_of: 2025-06-30
sources:
  people: {file: people.csv}
  companies: {file: companies.txt, delimiter: ";", quote: "'", encoding: windows-1252}
  links: {file: links.jsonl}
  notes: {file: notes.csv, encoding: utf-16}
individuals:
  source: people
  key: NO
  products: {always: [account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.personal_details.name.family_name, from: NAME, required: no_name}
    - {to: collected_data.personal_details.dob, from: BORN}
companies:
  source: companies
  key: NO
  products: {always: [account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.metadata.name, from: NAME, required: no_name}
    - {to: collected_data.metadata.number, from: TEXT}
associates:
  source: links
  owner: COMPANY
  person: PERSON
  role: {from: ROLE, lists: {D: officers.directors}}
notes:
  source: notes
  owner: NO
  fields: [{to: text, from: TEXT}]
"#;

/// What a spreadsheet would take for formulas, what has the file's own signs, and more lines.
const HOSTILE: &str = "=HYPERLINK('http://x';\"a\")\u{20ac}\u{81}\r\n+1;@SUM(1)'' ";

struct Book {
    folder: PathBuf,
    server: Server,
    options: Options,
}

impl Book {
    async fn new(name: &str) -> Book {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mended-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder can be made");
        let server = Server::start(Trouble::default()).await;
        let options = Options {
            mapping: folder.join("mapping.yaml"),
            ..options(
                &folder,
                &server.url,
                Scope::All,
                &format!("mended-{name}-state"),
            )
        };
        let book = Book {
            folder,
            server,
            options,
        };
        book.write("mapping.yaml", MAPPING.as_bytes());
        book.write(
            "people.csv",
            b"\xef\xbb\xbfNO,NAME,BORN\r\n1,Molly,1980-01-01\r\n2,,1981-01-01\r\n3,Cy\r\n",
        );
        let hostile = HOSTILE.replace('\'', "''");
        let companies = format!("NO;NAME;TEXT\nB;B Limited;1\nC;;'{hostile}'\n");
        book.write("companies.txt", &windows(&companies));
        book.write(
            "links.jsonl",
            b"{\"COMPANY\":\"C\",\"PERSON\":\"1\",\"ROLE\":\"D\"}\n\
              {\"COMPANY\":\"C\",\"PERSON\":\"2\",\"ROLE\":\"X\"}\n",
        );
        book.write(
            "notes.csv",
            &utf16("NO,TEXT\nC,of the company\n2,of \u{141}ucja\n"),
        );
        book
    }

    fn write(&self, file: &str, bytes: &[u8]) {
        fs::write(self.folder.join(file), bytes).expect("a file can be written");
    }

    fn rejected(&self, file: &str) -> PathBuf {
        self.options
            .state
            .join("results")
            .join(format!("rejected-{file}"))
    }

    /// Mends a file of rejected rows: as bytes, one text for another.
    fn mend(&self, file: &str, was: &[u8], now: &[u8]) -> PathBuf {
        let bytes = fs::read(self.rejected(file)).expect("it was written");
        let place = bytes.windows(was.len()).position(|part| part == was);
        let place = place.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&bytes)));
        let mended = [&bytes[..place], now, &bytes[place + was.len()..]].concat();
        let path = self.folder.join(format!("rejected-{file}"));
        fs::write(&path, mended).expect("a file can be written");
        path
    }

    fn with(&self, mended: &[PathBuf]) -> Options {
        Options {
            mended: mended.to_vec(),
            ..self.options.clone()
        }
    }

    /// Row, key, outcome, reasons and whether it was mended, of every row of a file.
    fn results(&self, file: &str) -> Vec<String> {
        let rows = result_rows(&self.options.state, file);
        rows.iter()
            .map(|row| {
                format!(
                    "{} {} {} {} {}",
                    &row[1], &row[2], &row[3], &row[4], &row[7]
                )
            })
            .collect()
    }
}

fn windows(text: &str) -> Vec<u8> {
    let letters = text.chars().map(|sign| match sign {
        '\u{20ac}' => 0x80,
        sign => u8::try_from(u32::from(sign)).expect("it is of windows-1252"),
    });
    letters.collect()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_be_bytes);
    [0xfe, 0xff].into_iter().chain(units).collect()
}

async fn refused(options: Options) -> String {
    let error = run(options, Arc::new(Silent))
        .await
        .expect_err("it is refused");
    format!("{error} / {}", error.hint().unwrap_or_default())
}

/// Delimiter, quote, encoding and byte order mark, and the cells as they are.
fn assert_written_as_the_sources_are(book: &Book) {
    let people = fs::read_to_string(book.rejected("people.csv")).expect("it was written");
    let mut lines = people.lines();
    assert_eq!(
        lines.next(),
        Some("\u{feff}\"NO\",\"NAME\",\"BORN\",\"usher_row\",\"reasons\",\"usher_line\"")
    );
    let second = lines.next().expect("a row");
    assert!(
        second.starts_with("\"2\",\"\",\"1981-01-01\",\"r2-"),
        "{second}"
    );
    assert!(second.ends_with("\"no_name\",\"3\""), "{second}");
    assert!(
        lines
            .next()
            .expect("a row")
            .starts_with("\"3\",\"Cy\",\"\",\"r3-")
    );
    let companies = fs::read(book.rejected("companies.txt")).expect("it was written");
    let cell = windows(&format!("'C';'';'{}';'r2-", HOSTILE.replace('\'', "''")));
    assert!(
        companies.windows(cell.len()).any(|part| part == cell),
        "{}",
        String::from_utf8_lossy(&companies)
    );
    let notes = fs::read(book.rejected("notes.csv")).expect("it was written");
    assert!(notes.starts_with(&utf16(
        "\"NO\",\"TEXT\",\"usher_row\",\"reasons\",\"usher_line\"\n\"C\","
    )));
}

fn assert_company_is_whole(book: &Book) {
    let state = book.server.state();
    let company = state.profiles.values();
    let mut company = company.filter(|one| one.data["customer_ref"] == "C");
    let company = company.next().expect("it came over");
    assert_eq!(company.data["metadata"]["number"], HOSTILE);
    assert_eq!(company.notes[0]["text"], "of the company");
}

/// A plan and a look at one row see the rows that the state keeps as mended, as the run does.
async fn look_ahead_as_the_run(book: &Book) {
    let row = |state: Option<PathBuf>| attempt::Asked {
        mapping: book.options.mapping.clone(),
        source: book.folder.clone(),
        scope: Scope::All,
        file: Some("people".to_owned()),
        line: 3,
        state,
    };
    let verdict = |state| {
        let found = attempt::look(&row(state)).expect("there is such a row");
        found[0].verdict().disposition()
    };
    assert_eq!(verdict(None), "reject");
    assert_eq!(verdict(Some(book.options.state.clone())), "migrate");
    let plan = async |state: Option<PathBuf>| {
        let asked = plan::Asked {
            mapping: book.options.mapping.clone(),
            source: book.folder.clone(),
            scope: Scope::All,
            stages: Stages::default(),
            base_urls: Vec::new(),
            api_key: String::new(),
            patience: Patience::default(),
            state,
            start: None,
            deadline: None,
            hours: None,
            now: "2026-11-02T09:00[UTC]".parse().expect("a time"),
        };
        let plan = plan::make(&asked).await.expect("a plan");
        plan.files[0].dispositions.get("migrate").copied()
    };
    assert_eq!(plan(None).await, Some(1));
    assert_eq!(plan(Some(book.options.state.clone())).await, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_too_short_has_its_tag_under_its_own_column() {
    let book = Book::new("short-tag").await;
    ran(&book.options).await;
    // Every row is as wide as the header, or it could not be read so.
    let read = || {
        let reader = csv::Reader::from_path(book.rejected("people.csv"));
        let mut reader = reader.expect("it was written");
        let rows = reader.records().map(|row| row.expect("it is as wide"));
        rows.collect::<Vec<_>>()
    };
    let short = &read()[1];
    assert_eq!((&short[1], &short[2]), ("Cy", ""));
    assert!(short[3].starts_with("r3-"), "{short:?}");
    // Given back as it is it mends nothing; with what was missing it comes over.
    let mended = book.mend("people.csv", b"\"Cy\"", b"\"Cy\"");
    ran(&book.with(&[mended])).await;
    let rejected = "3 3 rejected bad_row:too_few_columns ";
    assert_eq!(book.results("people.csv")[2], rejected);
    let mended = book.mend("people.csv", b"\"Cy\",\"\"", b"\"Cy\",\"1982-01-01\"");
    ran(&book.with(&[mended])).await;
    assert_eq!(book.results("people.csv")[2], "3 3 migrated  yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_rows_are_mended_and_bring_what_follows_them() {
    let book = Book::new("rows").await;
    ran(&book.options).await;
    assert_eq!(book.server.state().profiles.len(), 2);
    assert_written_as_the_sources_are(&book);
    let mended = [
        book.mend("people.csv", b"\"2\",\"\"", b"\"2\",\"Bob\""),
        book.mend("companies.txt", b"'C';''", b"'C';'C Limited'"),
    ];
    let summary = ran(&book.with(&mended)).await;
    assert_eq!(summary.differences, 0, "{summary}");
    assert_eq!(
        book.results("people.csv"),
        [
            "1 1 migrated  ",
            "2 2 migrated  yes",
            "3 3 rejected bad_row:too_few_columns "
        ]
    );
    assert_eq!(
        book.results("companies.txt"),
        ["1 B migrated  ", "2 C migrated  yes"]
    );
    let links = book.results("links.jsonl");
    assert_eq!(links[0], "1 C migrated  ");
    assert!(links[1].starts_with("2 C rejected "), "{links:?}");
    assert_eq!(
        book.results("notes.csv"),
        ["1 C migrated  ", "2 2 migrated  "]
    );
    assert_company_is_whole(&book);
    let told = result_rows(&book.options.state, "mended.csv");
    let told: Vec<Vec<&str>> = told.iter().map(|row| row.iter().collect()).collect();
    assert_eq!(
        told,
        [
            vec!["people.csv", "2", "2", "NAME", "", "Bob"],
            vec!["companies.txt", "2", "C", "NAME", "", "C Limited"]
        ]
    );
    look_ahead_as_the_run(&book).await;
    // What is no delimited file is mended as CSV.
    let links = book.mend("links.jsonl.csv", b"\"X\"", b"\"D\"");
    ran(&book.with(&[links])).await;
    assert_eq!(book.results("links.jsonl")[1], "2 C migrated  yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn mended_rows_stay_while_the_source_says_what_it_said() {
    let book = Book::new("stay").await;
    ran(&book.options).await;
    let mended = book.mend("people.csv", b"\"2\",\"\"", b"\"2\",\"Bob\"");
    ran(&book.with(std::slice::from_ref(&mended))).await;
    let effects = book.server.state().effects_count;
    // Run again without the file, and with it: nothing moves.
    for options in [book.options.clone(), book.with(&[mended])] {
        let again = ran(&options).await;
        assert_eq!(again.differences, 0, "{again}");
        assert_eq!(book.server.state().effects_count, effects);
        assert_eq!(book.results("people.csv")[1], "2 2 migrated  yes");
    }
    // The row moves by one: it is known by what it says.
    let head = b"NO,NAME,BORN\r\n1,Molly,1980-01-01\r\n";
    let moved = [&head[..], b"4,Di,1984-01-01\r\n2,,1981-01-01\r\n3,Cy\r\n"].concat();
    book.write("people.csv", &moved);
    ran(&book.options).await;
    assert_eq!(book.results("people.csv")[2], "3 2 migrated  yes");
    // The source is mended itself: it counts.
    let changed = [&head[..], b"2,Bobby,1981-01-01\r\n3,Cy\r\n"].concat();
    book.write("people.csv", &changed);
    ran(&book.options).await;
    assert_eq!(book.results("people.csv")[1], "2 2 migrated  ");
    let state = book.server.state();
    let mut people = state.profiles.values();
    let bob = people.find(|one| one.data["customer_ref"] == "2");
    let name = &bob.expect("he is there").data["personal_details"]["name"]["family_name"];
    assert_eq!(name, "Bobby");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spreadsheet_that_fills_up_short_rows_mends_nothing() {
    let book = Book::new("short").await;
    ran(&book.options).await;
    let text = fs::read_to_string(book.rejected("people.csv")).expect("it was written");
    let short = text.lines().last().expect("a row");
    let tag = short.split(',').nth(2).expect("a tag");
    let filled = text.replace(&format!("\"Cy\",{tag}"), &format!("\"Cy\",\"\",{tag}"));
    assert_ne!(filled, text);
    book.write("rejected-people.csv", filled.as_bytes());
    ran(&book.with(&[book.folder.join("rejected-people.csv")])).await;
    assert_eq!(
        book.results("people.csv")[2],
        "3 3 rejected bad_row:too_few_columns "
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_too_long_stays_so_although_its_last_cell_is_empty() {
    let book = Book::new("long").await;
    let long = "NO,NAME,BORN\n1,,Ann,\n";
    book.write("people.csv", long.as_bytes());
    ran(&book.options).await;
    let text = fs::read_to_string(book.rejected("people.csv")).expect("it was written");
    let edited = text.replace("\"Ann\"", "\"Anne\"");
    assert_ne!(edited, text);
    for (given, is_mended) in [(&text, ""), (&edited, "yes")] {
        book.write("rejected-people.csv", given.as_bytes());
        ran(&book.with(&[book.folder.join("rejected-people.csv")])).await;
        let results = book.results("people.csv");
        assert_eq!(
            results[0],
            format!("1 1 rejected bad_row:too_many_columns {is_mended}"),
            "{given}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_in_is_named_and_nothing_is_sent() {
    let book = Book::new("refused").await;
    let early = refused(book.with(&[book.folder.join("rejected-people.csv")])).await;
    assert!(early.contains("not the state folder of a run"), "{early}");
    ran(&book.options).await;
    let effects = book.server.state().effects_count;
    let text = fs::read_to_string(book.rejected("people.csv")).expect("it was written");
    let second = text.lines().nth(1).expect("a row");
    let tag = second.split('"').nth(7).expect("a tag");
    for (given, expected) in [
        (text.replace(tag, "2"), "line 2: the row has no usher_row"),
        (
            format!("{text}{second}\n"),
            "line 4: row 2 of people.csv is here a second time",
        ),
        (
            text.replace(tag, &tag.replace("r2-", "r77-")),
            "knows no row 77 of people.csv",
        ),
        (
            text.replace(tag, "r2-0123456789ab"),
            "says something else by now",
        ),
        (
            text.replace("\"BORN\",", ""),
            "must be NO, NAME, BORN, usher_row, reasons, usher_line",
        ),
    ] {
        book.write("rejected-people.csv", given.as_bytes());
        let told = refused(book.with(&[book.folder.join("rejected-people.csv")])).await;
        assert!(told.contains(expected), "{told}");
    }
    book.write(
        "mine.csv",
        text.replace("\"2\",\"\"", "\"2\",\"Bob\"").as_bytes(),
    );
    let told = refused(book.with(&[book.folder.join("mine.csv")])).await;
    assert!(
        told.contains("SOURCE=FILE with one of people, companies"),
        "{told}"
    );
    let told = refused(book.with(&[book.folder.join("nofile.csv")])).await;
    assert!(
        told.contains("nofile.csv cannot be read: there is no such file"),
        "{told}"
    );
    assert_eq!(book.server.state().effects_count, effects);
    let path = format!("people={}", book.folder.join("mine.csv").display());
    ran(&book.with(&[PathBuf::from(path)])).await;
    assert_eq!(book.results("people.csv")[1], "2 2 migrated  yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_lead_from_the_old_system_to_the_new() {
    let book = Book::new("ids").await;
    ran(&book.options).await;
    let rows = result_rows(&book.options.state, "ids.csv");
    let state = book.server.state();
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            let profile = &state.profiles[&row[1]];
            let ids = profile.applications.iter();
            let ids: Vec<&str> = ids.filter_map(|one| one["id"].as_str()).collect();
            assert_eq!(row[4], ids.join(";"));
            assert_eq!(profile.data["customer_ref"], row[0]);
            format!("{} {} {}", &row[0], &row[2], &row[3])
        })
        .collect();
    assert_eq!(
        told,
        [
            "1 INDIVIDUAL_CUSTOMER account",
            "B COMPANY_CUSTOMER account"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_rows_that_say_the_same_the_one_that_was_mended_is() {
    let book = Book::new("same").await;
    let head = "NO,NAME,BORN\n";
    // The second and the third say the same; the third is mended.
    book.write(
        "people.csv",
        format!("{head}1,Molly,1980-01-01\n2,\n2,\n").as_bytes(),
    );
    ran(&book.options).await;
    let text = fs::read_to_string(book.rejected("people.csv")).expect("it was written");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[2].contains("\"r3-"), "{text}");
    let third = lines[2].replacen("\"2\",\"\",\"\"", "\"3\",\"Cy\",\"1982-01-01\"", 1);
    book.write(
        "rejected-people.csv",
        format!("{}\n{third}\n", lines[0]).as_bytes(),
    );
    let mended = book.with(&[book.folder.join("rejected-people.csv")]);
    for options in [mended, book.options.clone()] {
        ran(&options).await;
        let told = book.results("people.csv");
        assert_eq!(told[1], "2 2 rejected bad_row:too_few_columns ");
        assert_eq!(told[2], "3 3 migrated  yes");
    }
    // It moves up, and is found by what it said.
    book.write(
        "people.csv",
        format!("{head}1,Molly,1980-01-01\n2,\n").as_bytes(),
    );
    ran(&book.options).await;
    assert_eq!(book.results("people.csv")[1], "2 3 migrated  yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_called_like_a_result_keeps_its_own() {
    let book = Book::new("named").await;
    let mapping = MAPPING.replace("people.csv", "ids.csv");
    book.write("mapping.yaml", mapping.as_bytes());
    fs::rename(book.folder.join("people.csv"), book.folder.join("ids.csv")).expect("it is there");
    ran(&book.options).await;
    let told = book.results("source-ids.csv");
    assert_eq!(told[0], "1 1 migrated  ");
    let ids = result_rows(&book.options.state, "ids.csv");
    assert_eq!(&ids[0][2], "INDIVIDUAL_CUSTOMER");
    let mended = book.mend("source-ids.csv", b"\"2\",\"\"", b"\"2\",\"Bob\"");
    ran(&book.with(&[mended])).await;
    assert_eq!(book.results("source-ids.csv")[1], "2 2 migrated  yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_say_of_clients_who_are_gone_what_they_came_as() {
    let book = Book::new("ids-gone").await;
    // The first person is out of scope, and comes as the director of a company alone.
    let mapping = MAPPING.replacen(
        "  key: NO\n",
        "  key: NO\n  scope: {column: NAME, leave_out: {Molly: closed}}\n",
        1,
    );
    book.write("mapping.yaml", mapping.as_bytes());
    book.write(
        "links.jsonl",
        b"{\"COMPANY\":\"B\",\"PERSON\":\"1\",\"ROLE\":\"D\"}\n",
    );
    let options = Options {
        scope: Scope::Active,
        ..book.options.clone()
    };
    ran(&options).await;
    book.write("people.csv", b"NO,NAME,BORN\r\n3,Cy\r\n");
    ran(&options).await;
    let rows = result_rows(&book.options.state, "ids.csv");
    let told: Vec<String> = (rows.iter())
        .map(|row| format!("{} {}", &row[0], &row[2]))
        .collect();
    assert_eq!(told, ["B COMPANY_CUSTOMER", "1 INDIVIDUAL_ASSOCIATED"]);
}
