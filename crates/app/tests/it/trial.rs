//! Few clients first: a test in a demo account, a test in the live one, and the full run after it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::binary::{Run, Server, folder, master_key, run};

const BOOK: &str = "\
CUST_NO,TITLE,FORENAME,MIDDLE_NAMES,SURNAME,DOB,SEX,NATIONALITY,ADDR_1,ADDR_2,ADDR_3,TOWN,COUNTY,\
POSTCODE,COUNTRY,EMAIL,MOBILE,CUST_STATUS,OPENED_ON,PRODUCT_CODE,RISK_RATING,LAST_KYC_DATE,\
KYC_OUTCOME,SOURCE_OF_FUNDS,OCCUPATION
";

/// A book of people: most are alike, a few have what no other has.
fn book(data: &Path) -> PathBuf {
    let book = data.join("book");
    fs::create_dir_all(book.join("files")).unwrap();
    let mut people = BOOK.to_owned();
    for number in 1..=60 {
        let (family, country, product) = match number {
            31 => ("Łódzki", "PL", "CA"),
            47 => ("Иванов", "UK", "SAV"),
            52 => ("Muster", "Germany", "CA"),
            _ => ("Smith", "UK", "CA"),
        };
        let born = format!(
            "{:02}/{:02}/19{:02}",
            number % 28 + 1,
            number % 12 + 1,
            number + 20
        );
        let _ = writeln!(
            people,
            "{number:04},,Ann,,{family}{number},{born},F,British,1 High Street,,,Leeds,,LS1 1AA,{country},,,\
             ACTIVE,01/02/2010,{product},L,01/02/2020,PASS,Salary,Driver"
        );
    }
    fs::write(book.join("individuals.csv"), people).unwrap();
    let (companies, associates) = (
        "CUST_NO,LEGAL_NAME,TRADING_NAME,REG_NO,INC_COUNTRY,INC_DATE,ENTITY_KIND,SIC,REG_ADDR_1,\
         REG_ADDR_2,REG_TOWN,REG_COUNTY,REG_POSTCODE,REG_COUNTRY,WEBSITE,CUST_STATUS,OPENED_ON,\
         PRODUCT_CODE,RISK_RATING,LAST_KYC_DATE,KYC_OUTCOME\n\
         9001,Falanx Limited,,06832588,UK,22/07/1969,LTD,49410,1 Road,,Leeds,,LS1 1AA,UK,,ACTIVE,\
         05/06/2001,CA,L,21/06/2016,PASS\n",
        "COMPANY_NO,PERSON_NO,FORENAME,SURNAME,DOB,NATIONALITY,COUNTRY,ROLE_CODE,PCT,APPOINTED_ON,\
         RESIGNED_ON\n9001,0060,,,,,,DIR,,01/02/2010,\n",
    );
    fs::write(book.join("companies.csv"), companies).unwrap();
    fs::write(book.join("associates.csv"), associates).unwrap();
    let documents = "CUST_NO,DOC_TYPE,FILE_NAME,ISSUED_ON,EXPIRES_ON\n";
    fs::write(book.join("documents.csv"), documents).unwrap();
    fs::write(book.join("notes.csv"), "CUST_NO,NOTED_ON,AUTHOR,TEXT\n").unwrap();
    book
}

/// A server with the demo policy in both accounts, and a book.
pub(crate) struct Bank {
    pub(crate) server: Server,
    pub(crate) data: PathBuf,
    book: PathBuf,
}

impl Bank {
    fn of(name: &str) -> Bank {
        Bank::with(name, &[])
    }

    /// A server with more options.
    pub(crate) fn with(name: &str, options: &[&str]) -> Bank {
        let data = folder(name);
        let server = Server::start_with(&data, options);
        let book = book(&data);
        for environment in ["demo", "live"] {
            let key = master_key(&data, environment);
            let published = server.ask("POST", "/admin/config", &key, config::DEMO);
            assert_eq!(published.status, 200, "{published:?}");
        }
        Bank { server, data, book }
    }

    pub(crate) fn migrate(&self, words: &[&str], environment: &str, state: &str) -> Run {
        let key = master_key(&self.data, environment);
        self.migrate_as(&key, words, state)
    }

    pub(crate) fn migrate_as(&self, key: &str, words: &[&str], state: &str) -> Run {
        let arguments = self.arguments(key, words, state);
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub(crate) fn arguments(&self, key: &str, words: &[&str], state: &str) -> Vec<String> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mapping = workspace.join("examples/northgate/mapping.yaml");
        let url = format!("http://{}", self.server.address);
        let path = |path: &Path| path.display().to_string();
        let (book, mapping) = (path(&self.book), path(&mapping));
        let state = path(&self.data.join(state));
        let options = ["--source", &book, "--mapping", &mapping, "--state", &state];
        let server = ["--url", &url, "--key", key];
        let all = [&["migrate"], words, &options, &server].concat();
        all.into_iter().map(str::to_owned).collect()
    }

    fn profiles_count(&self, environment: &str) -> Value {
        let key = master_key(&self.data, environment);
        self.server
            .ask("GET", "/4.0/profiles?limit=1", &key, "")
            .body["count"]
            .clone()
    }
}

#[test]
fn few_clients_cover_what_a_book_has_and_answer_the_questions() {
    let bank = Bank::of("trial-demo");
    let report = bank.data.join("report.json").display().to_string();
    let test = bank.migrate(
        &["test", "demo", "--count", "8", "--json", &report],
        "demo",
        "test",
    );
    assert_eq!(test.code, 0, "{test:?}");
    let report: Value = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
    assert_eq!(report["passed"], true);
    let clients = report["clients"].as_array().unwrap();
    let references: Vec<&str> = clients
        .iter()
        .map(|it| it["reference"].as_str().unwrap())
        .collect();
    // The odd ones, and the company with whom it lists.
    for reference in ["0031", "0047", "0052", "0060", "9001"] {
        assert!(
            references.contains(&reference),
            "{reference} of {references:?}"
        );
    }
    assert_eq!((clients.len(), bank.profiles_count("demo")), (8, 8.into()));
    assert_eq!(report["not_covered"], serde_json::json!([]));
    let answers = report["answers"].as_array().unwrap();
    // The server sends to no address of this machine unless it is told to.
    let webhooks = answers[5]["answer"].as_str().unwrap();
    let wanted = "cannot be told: the server will not send webhooks here: ";
    assert!(webhooks.starts_with(wanted), "{webhooks}");
    assert!(webhooks.contains("must begin with https://"), "{webhooks}");
    let says = |question: usize, count: u64, what: &str| {
        let figures = answers[question]["figures"].as_array().unwrap();
        let is_it = |figure: &&Value| figure["what"] == what;
        let figure = figures
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("{what} of {figures:?}"));
        assert_eq!(figure["count"], count, "{what}");
    };
    says(0, 7, "people");
    says(0, 1, "companies");
    says(0, 1, "links between companies and associates");
    says(2, 7, "check identity check: 2+2");
    says(3, 0, "values that differ");
    says(3, 1, "clients with Cyrillic letters");
    says(4, 9, "values changed by country");
    let examples = answers[4]["examples"].to_string();
    assert!(examples.contains("UK became GBR"), "{examples}");
}

#[test]
fn what_a_test_in_the_live_account_brought_over_the_full_run_leaves_out() {
    let bank = Bank::of("trial-live");
    let wrong = bank.migrate(&["test", "production"], "demo", "full");
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(
        wrong.talk.contains("this test is for the live account"),
        "{wrong:?}"
    );
    let many = bank.migrate(&["test", "production", "--count", "11"], "live", "full");
    assert!(many.talk.contains("1 to 10 clients, not 11"), "{many:?}");
    assert_eq!(bank.profiles_count("live"), 0);
    let test = bank.migrate(&["test", "production", "--count", "6"], "live", "full");
    assert_eq!(bank.profiles_count("live"), 6, "{test:?}");
    let results = fs::read_to_string(bank.data.join("full/results/individuals.csv")).unwrap();
    assert!(results.contains("not_in_this_test"), "{results}");
    let full = bank.migrate(&["run", "--notice-given"], "live", "full");
    assert_eq!(
        (full.code, bank.profiles_count("live")),
        (0, 61.into()),
        "{full:?}"
    );
    let results = fs::read_to_string(bank.data.join("full/results/individuals.csv")).unwrap();
    assert!(!results.contains("not_in_this_test"), "{results}");
}

#[test]
fn people_named_by_a_company_are_looked_at_and_what_nobody_has_is_named() {
    let bank = Bank::of("trial-inline");
    let path = bank.book.join("associates.csv");
    let associates = fs::read_to_string(&path).unwrap();
    let inline = "9001,,Ida,Inline,02/03/1970,British,UK,DIR,,01/02/2010,\n";
    fs::write(&path, associates + inline).unwrap();
    let report = bank.data.join("report.json").display().to_string();
    let words = ["test", "demo", "--count", "2", "--json", &report];
    let test = bank.migrate(&words, "demo", "test");
    assert_eq!(test.code, 0, "{test:?}");
    assert_eq!(bank.profiles_count("demo"), 3);
    let report: Value = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
    let figures = report["answers"][2]["figures"].as_array().unwrap();
    let count = |what: &str| {
        let figure = figures.iter().find(|figure| figure["what"] == what);
        figure.map(|figure| figure["count"].as_u64().unwrap())
    };
    assert_eq!(count("profiles looked at"), Some(3), "{figures:?}");
    assert_eq!(count("of them people named by a company only"), Some(1));
    // Hers is among them.
    assert_eq!(count("check peps and sanctions screen: pass"), Some(2));
    // Only the company and whom it lists came: what the others have is named, with who has it.
    let cyrillic = "Cyrillic letters for individual (first 0047, line 48 of individuals.csv)";
    assert!(test.data.contains(cyrillic), "{}", test.data);
    let missed = report["not_covered"].as_array().unwrap();
    let named = |line: &&str| line.contains("(first ");
    assert_eq!(test.data.lines().filter(named).count(), 20);
    let more = format!(
        "and {} more; --json FILE has all of them",
        missed.len() - 20
    );
    assert!(test.data.contains(&more), "{more}\n{}", test.data);
    let first = missed
        .iter()
        .find(|one| one["what"] == "Cyrillic letters for individual");
    assert_eq!(first.unwrap()["first_client"], "0047");
}
