//! Looking at files before there is a mapping.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use migrate::inspect::{Chosen, Inspected, Table, inspect, inspect_input, to_json};
use migrate::mapping::Input;

use crate::shared;

/// A folder with these files and no others.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("inspect-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    for (file, content) in files {
        fs::write(folder.join(file), content).expect("a file can be written");
    }
    folder
}

fn look(path: &Path) -> Vec<Inspected> {
    inspect(path, &Chosen::default()).expect("it is there")
}

fn table<'f>(files: &'f [Inspected], name: &str) -> &'f Table {
    let file = files.iter().find(|file| file.file == name);
    let file = file.unwrap_or_else(|| panic!("{name} is not there"));
    file.outcome
        .as_ref()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Encoding, delimiter, quote; then each column with its type, how often it is filled, and where it
/// leads.
fn told(table: &Table) -> String {
    let mut text = format!(
        "{} {:?} {:?} {} rows",
        table.source.encoding.name(),
        char::from(table.source.delimiter),
        char::from(table.source.quote),
        table.rows
    );
    for column in &table.columns {
        let key = if column.is_key { " key" } else { "" };
        let (name, kind) = (&column.name, &column.kind);
        let _ = write!(text, "\n{name}: {kind}{key}, {} filled", column.filled);
        for to in &column.refers {
            let _ = write!(text, ", {} % {} {}", to.percent, to.file, to.column);
        }
    }
    text
}

#[test]
fn files_are_read_however_they_are_written() {
    let text = "NO;NAME;BORN\n1;Zoë;31.12.1980\n2;Jürgen;01.02.1990\n3;€;\n";
    let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let signs = std::iter::once(0xfeff).chain(text.encode_utf16());
        signs.flat_map(order).collect()
    };
    let windows: Vec<u8> = (text.chars())
        .map(|sign| match sign {
            '€' => 0x80,
            sign => u8::try_from(u32::from(sign)).expect("Latin-1 has it"),
        })
        .collect();
    let folder = folder(
        "encodings",
        &[
            ("a.csv", text.as_bytes()),
            ("b.CSV", &windows),
            ("c.txt", &utf16(u16::to_be_bytes)),
            ("d.tsv", &utf16(u16::to_le_bytes)),
            ("e.tab", &utf16(u16::to_le_bytes)[2..]),
            ("notes.md", b"not looked at"),
        ],
    );
    let files = look(&folder);
    let names: Vec<&str> = files.iter().map(|file| file.file.as_str()).collect();
    assert_eq!(names, ["a.csv", "b.CSV", "c.txt", "d.tsv", "e.tab"]);
    for (file, encoding) in [
        ("a.csv", "utf-8"),
        ("b.CSV", "windows-1252"),
        ("c.txt", "utf-16"),
        ("d.tsv", "utf-16"),
        ("e.tab", "utf-16"),
    ] {
        let columns = "NO: digits key, 3 filled\nNAME: text key, 3 filled\n\
                       BORN: date DD.MM.YYYY, 2 filled";
        let wanted = format!("{encoding} ';' '\"' 3 rows\n{columns}");
        assert_eq!(told(table(&files, file)), wanted, "{file}");
    }
    // One file alone, and what is known better.
    let chosen = Chosen {
        delimiter: Some(b'|'),
        ..Chosen::default()
    };
    let files = inspect(&folder.join("a.csv"), &chosen).expect("it is there");
    assert_eq!(table(&files, "a.csv").columns.len(), 1);
}

#[test]
fn a_file_that_cannot_be_read_is_told_beside_the_others() {
    let folder = folder(
        "broken",
        &[
            ("empty.csv", b""),
            ("good.csv", b"A,B\n1,2\n1,2\n1\n1,2,3\n"),
            ("quote.csv", b"A,B\n1,\"x\n2,y\n"),
            ("sheet.csv", b"PK\x03\x04..."),
            ("twice.csv", b"A,A\n1,2\n"),
            (
                "wrong.csv",
                b"A,B\nZo\xc3\xab,J\xc3\xbcrgen\n\xc3\x9cmit,\xfc\n",
            ),
        ],
    );
    let files = look(&folder);
    for (file, said) in [
        ("empty.csv", "it has no header"),
        ("quote.csv", "the quoted field that begins on line 2"),
        ("sheet.csv", "a spreadsheet (XLSX)"),
        (
            "wrong.csv",
            "it is utf-8 but for wrong bytes; the one place is on line 3",
        ),
    ] {
        let found = files
            .iter()
            .find(|one| one.file == file)
            .expect("it is there");
        let error = found
            .outcome
            .as_ref()
            .expect_err("it is broken")
            .to_string();
        assert!(error.contains(said), "{error}");
    }
    let good = table(&files, "good.csv");
    let odd: Vec<(&str, u64, u64)> = (good.oddities.iter())
        .map(|odd| (odd.what.as_str(), odd.rows, odd.line))
        .collect();
    assert_eq!(
        odd,
        [
            ("rows that repeat an earlier one", 1, 3),
            ("rows with too few fields", 1, 4),
            ("rows with too many fields", 1, 5),
        ]
    );
    let twice = table(&files, "twice.csv");
    let names: Vec<&str> = twice.columns.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["A", "A#2"]);
    let said = "two columns are called \"A\": the mapping needs columns: […]";
    assert_eq!(twice.oddities[0].what, said);
    let headless = look(&self::folder(
        "headless",
        &[("a.csv", b"1,Ann,31/12/1980\n2,Bob,x\n")],
    ));
    let odd = &table(&headless, "a.csv").oddities[0];
    assert!(odd.what.contains("looks like data"), "{odd:?}");
    let nothing = inspect(&folder.join("absent"), &Chosen::default());
    assert!(nothing.is_err());
}

#[test]
fn a_mask_hides_what_may_be_of_a_person() {
    let mut rows = String::new();
    for number in 0..40 {
        let _ = writeln!(rows, "{number:05},Ann Byron,ann{number}@example.com,GB");
    }
    let text = format!("NO,NAME,MAIL,COUNTRY\n{rows}1,x,y@example.com,France\n");
    let files = look(&folder("mask", &[("people.csv", text.as_bytes())]));
    let json = to_json(&files, true).to_string();
    for hidden in ["Ann", "Byron", "ann1@", "00001"] {
        assert!(!json.contains(hidden), "{json}");
    }
    assert!(!json.contains("France"), "{json}");
    assert!(
        to_json(&files, false)
            .to_string()
            .contains("ann0@example.com")
    );
}

#[test]
fn a_mask_hides_a_header_that_is_a_row_and_the_values_of_oddities() {
    let mut rows = String::new();
    for number in 2..60 {
        let state = if number == 9 {
            "zqmarried"
        } else {
            "Zqmarried"
        };
        let _ = writeln!(rows, "{number},Bob Baker,b{number}@example.com,{state},x");
    }
    let text = format!("1,Ann Byron,ann@example.com,Zqdouble,Zqdouble\n{rows}");
    let mut links = "KIND,OF\n".to_owned();
    for number in 2..60 {
        let _ = writeln!(links, "x,{number}");
    }
    let files = look(&folder(
        "mask-header",
        &[
            ("people.csv", text.as_bytes()),
            ("links.csv", links.as_bytes()),
        ],
    ));
    let json = to_json(&files, true).to_string();
    for hidden in ["Ann", "Byron", "ann@", "arried", "double"] {
        assert!(!json.contains(hidden), "{hidden} {json}");
    }
    assert!(
        json.contains("Xxx Xxxxx") && json.contains("beside"),
        "{json}"
    );
    let open = to_json(&files, false).to_string();
    assert!(
        open.contains("Ann Byron") && open.contains("zqmarried"),
        "{open}"
    );
    // A header that is one keeps its names.
    assert!(json.contains("KIND"), "{json}");
}

#[test]
fn the_small_book_is_seen_through() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let files = look(&folder);
    let people = told(table(&files, "individuals.csv"));
    for wanted in [
        "utf-8 ',' '\"' 300 rows",
        "\nDOB: date DD/MM/YYYY,",
        "\nNATIONALITY: nationality,",
        "\nCOUNTRY: country,",
        "\nEMAIL: e-mail,",
    ] {
        assert!(people.contains(wanted), "{wanted} in\n{people}");
    }
    let other = told(table(&files, "individuals_cp1252.csv"));
    assert!(
        other.starts_with("windows-1252 ',' '\"' 296 rows"),
        "{other}"
    );
    let links = told(table(&files, "associates.csv"));
    assert!(links.contains("companies.csv CUST_NO"), "{links}");
    let scans = told(table(&files, "documents.csv"));
    let both = ", 63 % individuals.csv CUST_NO, 30 % companies.csv CUST_NO\n";
    assert!(scans.contains(both), "{scans}");
}

#[test]
fn every_kind_of_file_of_a_folder_is_looked_at() {
    let folder = folder(
        "kinds",
        &[
            ("a.csv", b"sep=|\nNO|BORN\n1|1.2.1980\n2|31.12.1990\n"),
            (
                "b.csv",
                b"Clients of the bank\n\nNO,BORN,X\n1,19800201,a\n2,19901231,b\n",
            ),
            (
                "c.jsonl",
                b"{\"NO\":1,\"home\":{\"city\":\"Bern\"}}\nbroken\n",
            ),
        ],
    );
    let database = rusqlite::Connection::open(folder.join("d.db")).expect("a database");
    database
        .execute_batch("create table \"per son\" (no text); insert into \"per son\" values ('1');")
        .expect("a table");
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["One", "Two"] {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        sheet.write(0, 0, "Title").expect("a cell");
        for (row, cells) in (2..).zip([["NO", "NAME"], ["1", "Ann"], ["2", "Bob"]]) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write(row, column, cell).expect("a cell");
            }
        }
    }
    book.save(folder.join("e.xlsx")).expect("it can be written");
    let files = look(&folder);
    let names: Vec<&str> = files.iter().map(|file| file.file.as_str()).collect();
    assert_eq!(
        names,
        [
            "a.csv",
            "b.csv",
            "c.jsonl",
            "d.db#per son",
            "e.xlsx#One",
            "e.xlsx#Two"
        ]
    );
    let born = |file: &str| table(&files, file).columns[1].kind.to_string();
    assert_eq!(born("a.csv"), "date D.M.YYYY");
    assert_eq!(born("b.csv"), "date YYYYMMDD");
    let above = |file: &str| table(&files, file).source.header.skip_lines;
    assert_eq!(
        (above("a.csv"), above("b.csv"), above("e.xlsx#Two")),
        (0, 2, 2)
    );
    let json = table(&files, "c.jsonl");
    assert_eq!(json.columns[1].name, "home.city");
    let odd = &json.oddities[0];
    assert_eq!(
        (odd.what.as_str(), odd.line),
        ("rows that are no JSON object", 2)
    );
    assert_eq!(table(&files, "d.db#per son").rows, 1);
    assert_eq!(table(&files, "e.xlsx#One").columns[1].name, "NAME");
}

#[test]
fn what_a_command_prints_is_looked_at() {
    let folder = folder("printed", &[]);
    let words = ["echo", "NO,NAME\n1,x"].map(str::to_owned).to_vec();
    let printed = inspect_input(Input::Command(words), &folder, &Chosen::default());
    assert_eq!(printed.outcome.expect("it is read").columns.len(), 2);
}

#[test]
fn what_is_odd_about_the_end_of_a_file_is_told_and_no_file_is_refused_for_it() {
    let people = "NO,NAME\n1,Ann\n2,Ben\n";
    let folder = folder(
        "ends",
        &[
            ("cut.csv", format!("{people}42 records").as_bytes()),
            ("dos.csv", format!("{people}\u{1a}").as_bytes()),
            ("nul.csv", format!("{people}\0\0").as_bytes()),
            ("good.csv", people.as_bytes()),
            ("cut.jsonl", b"{\"NO\":1}\n{\"N"),
        ],
    );
    let files = look(&folder);
    let odd = |name: &str| -> Vec<(String, u64)> {
        let oddities = table(&files, name).oddities.iter();
        oddities.map(|odd| (odd.what.clone(), odd.line)).collect()
    };
    let unended = "no line end behind the last row: look whether it was copied whole";
    let short = "rows with too few fields";
    assert_eq!(
        odd("cut.csv"),
        [(short.to_owned(), 4), (unended.to_owned(), 4)]
    );
    let left_out = "a last row of nothing but blanks or an end sign, which is left out";
    let padded = "NUL signs in the place of rows: look whether it was copied whole";
    assert_eq!(odd("nul.csv"), [(padded.to_owned(), 4)]);
    assert_eq!(odd("dos.csv"), [(left_out.to_owned(), 4)]);
    assert_eq!(table(&files, "dos.csv").rows, 2);
    assert_eq!(odd("good.csv"), []);
    let half = "rows that are no valid JSON";
    assert_eq!(
        odd("cut.jsonl"),
        [(half.to_owned(), 2), (unended.to_owned(), 2)]
    );
}

#[test]
fn a_sign_in_free_text_makes_no_file_one_of_central_europe_and_the_doubt_is_told() {
    let folder = folder(
        "central",
        &[
            (
                "polish.csv",
                b"NO,NAME\n1,\xa3api\xf1ska\n2,El\xbfbieta\n3,Jan\n",
            ),
            (
                "sums.csv",
                b"NO,NAME,NOTE\n1,Zo\xeb,turnover in \xa3m\n2,Nu\xf1ez,hola\xbfQu\xe9\n",
            ),
            ("one.csv", b"NO,NAME,NOTE\n1,Nu\xf1ez,hola\xbfqu\xe9\n"),
            ("utf8.csv", "NO,NAME\n1,Łapińska\n2,Elżbieta\n".as_bytes()),
        ],
    );
    let files = look(&folder);
    let check = |name: &str, encoding: &str, expected: Option<(&str, u64, u64)>| {
        let table = table(&files, name);
        assert_eq!(table.source.encoding.name(), encoding, "{name}");
        let odd = table.oddities.first();
        let odd = odd.map(|odd| (odd.what.as_str(), odd.rows, odd.line));
        match (odd, expected) {
            (Some((what, rows, line)), Some((said, rows_expected, line_expected))) => {
                assert!(what.ends_with(said), "{name}: {what}");
                assert_eq!((rows, line), (rows_expected, line_expected), "{name}");
            }
            (odd, expected) => assert_eq!(odd, expected, "{name}"),
        }
    };
    let polish = Some(("else look at it as --encoding windows-1252", 2, 2));
    check("polish.csv", "windows-1250", polish);
    check("sums.csv", "windows-1252", None);
    let one = Some(("else look at it as --encoding windows-1250", 1, 2));
    check("one.csv", "windows-1252", one);
    check("utf8.csv", "utf-8", None);
}
