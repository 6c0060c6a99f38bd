//! What is said of rows and lines, of one and of many, and of samples.

use std::fs;
use std::sync::{Arc, Mutex};

use migrate::mended::{LINE_COLUMN, REASONS_COLUMN, TAG_COLUMN};
use migrate::{Options, Reporter, run};
use serde_json::Value;

use crate::repeated::{Book, MAPPING};
use crate::runs::ran;

/// Remembers what was said.
#[derive(Default)]
struct Said(Mutex<Vec<String>>);

impl Reporter for Said {
    fn begin(&self, _part: &str, _total: u64) {}
    fn advance(&self) {}
    fn say(&self, text: &str) {
        let mut said = self.0.lock().expect("no test failed inside");
        said.push(text.to_owned());
    }
    fn end(&self) {}
}

fn result(options: &Options, name: &str) -> String {
    let path = options.state.join("results").join(name);
    fs::read_to_string(path).expect("it was written")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_thing_nothing_speaks_as_of_many() {
    let book = Book::new("words-of-one").await;
    book.write("people.csv", "NO,NAME,BORN\n2,Bob,1981-01-01\n");
    book.write("companies.csv", "NO,NAME\n");
    book.write("links.csv", "COMPANY,PERSON,NAME,ROLE\n");
    book.write("scans.csv", "NO,FILE,TYPE\n");
    book.write("notes.csv", "NO,TEXT\n");
    let said = Arc::new(Said::default());
    let summary = run(book.options.clone(), Arc::clone(&said) as _).await;
    let summary = summary.unwrap_or_else(|error| panic!("{error}"));
    let said = said.0.lock().expect("no test failed inside").join("\n");
    assert!(
        said.contains("1 row read, 1 of them comes over, 1 as a client"),
        "{said}"
    );
    let page = result(&book.options, "report.html");
    for text in [said.as_str(), &summary.to_string(), &page] {
        for many in [
            "rows", "clients", "profiles", "requests", "starts", "files", "times",
        ] {
            // In tables the number stands before what it counts, far from it.
            for one in [
                format!(" 1 {many} "),
                format!(" 1 {many},"),
                format!(">1 {many}"),
            ] {
                assert!(!text.contains(&one), "{one}: {text}");
            }
        }
        assert!(!text.contains("(s)"), "{text}");
    }
}

/// The second row begins on line 4: the first has a line break in it. It has no name.
const BROKEN: &str = "NO,NAME,BORN\n1,\"Mol\nly\",1980-01-01\n2,,1981-01-01\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_a_row_and_its_line_stand_beside_each_other() {
    let book = Book::new("words-rows-and-lines").await;
    let name = "{to: collected_data.personal_details.name.family_name, from: NAME}";
    let required = name.replace("NAME}", "NAME, required: no_name}");
    book.write("mapping.yaml", &MAPPING.replacen(name, &required, 1));
    book.write("people.csv", BROKEN);
    for file in ["notes.csv", "scans.csv", "links.csv"] {
        let header = fs::read_to_string(book.folder.join(file)).expect("it is there");
        book.write(
            file,
            &format!("{}\n", header.lines().next().unwrap_or_default()),
        );
    }
    ran(&book.options).await;
    let rejected = result(&book.options, "rejected-people.csv");
    let header = rejected.lines().next().unwrap_or_default();
    let columns = format!("\"{TAG_COLUMN}\",\"{REASONS_COLUMN}\",\"{LINE_COLUMN}\"");
    assert!(header.ends_with(&columns), "{rejected}");
    let row = rejected.lines().nth(1).unwrap_or_default();
    assert!(
        row.contains("\"r2-") && row.ends_with(",\"4\""),
        "{rejected}"
    );
    let json: Value =
        serde_json::from_str(&result(&book.options, "report.json")).expect("it is JSON");
    let told = &json["exceptions"][0];
    assert_eq!(
        (&told["row"], &told["line"]),
        (&2.into(), &4.into()),
        "{told}"
    );
    let page = result(&book.options, "report.html");
    for cell in ["\"row\">2</td>", "\"line\">4</td>", ">line</th>"] {
        assert!(page.contains(cell), "{cell}: {page}");
    }
    // A file of an older version, without the lines, comes back as well as one of now.
    let older: Vec<&str> = rejected
        .lines()
        .map(|line| line.rsplit_once(',').map_or(line, |(before, _)| before))
        .collect();
    for given in [older.join("\n") + "\n", rejected] {
        let path = book.folder.join("rejected-people.csv");
        fs::write(&path, given.replacen("\"2\",\"\"", "\"2\",\"Bob\"", 1)).expect("it can be");
        let options = Options {
            mended: vec![path],
            ..book.options.clone()
        };
        assert!(ran(&options).await.is_clean());
        assert_eq!(book.server.state().profiles.len(), 2 + 1, "the company too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_shows_the_cell_what_was_sent_and_what_is_there() {
    let book = Book::new("words-sample").await;
    let name = "{to: collected_data.personal_details.name.family_name, from: NAME}";
    let upper = name.replace("NAME}", "NAME, steps: [upper]}");
    book.write("mapping.yaml", &MAPPING.replacen(name, &upper, 1));
    book.write(
        "people.csv",
        "NO,NAME,BORN\n1,Molly,1980-01-01\n2,Bob,1981-01-01\n3,Cy,1982-01-01\n",
    );
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    let json: Value =
        serde_json::from_str(&result(&book.options, "report.json")).expect("it is JSON");
    let samples = json["samples"].as_array().expect("a list");
    let molly = samples
        .iter()
        .find(|one| one["key"] == "1")
        .expect("she is shown");
    let fields = molly["fields"].as_array().expect("a list");
    let name = fields
        .iter()
        .find(|one| one["field"] == "personal_details.name.family_name");
    let name = name.expect("it is shown");
    assert_eq!(
        (&name["source"], &name["sent"], &name["server"]),
        (&"NAME: Molly".into(), &"MOLLY".into(), &"MOLLY".into())
    );
    let page = result(&book.options, "report.html");
    for heading in ["in the source", "sent", "on the server"] {
        assert!(
            page.contains(&format!("<th>{heading}</th>")),
            "{heading}: {page}"
        );
    }
}
