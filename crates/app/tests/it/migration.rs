use std::fs;
use std::path::{Path, PathBuf};

use crate::binary::{Server, folder, master_key, run};
use crate::verify::Migrated;

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("book")
}

#[test]
fn a_dry_run_judges_every_row_and_needs_no_server() {
    let (book, mapping) = (book(), book().join("mapping.yaml"));
    let (book, mapping) = (book.to_str().unwrap(), mapping.to_str().unwrap());
    let run = run(&[
        "migrate",
        "run",
        "--source",
        book,
        "--mapping",
        mapping,
        "--dry-run",
    ]);
    assert_eq!(run.code, 0, "{}", run.talk);
    let line = run
        .data
        .lines()
        .find(|line| line.starts_with("individuals.csv"))
        .unwrap();
    let counts: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(counts[1], "42", "{line}");
    assert!(run.data.contains("duplicate_ref_conflict"), "{}", run.data);
    assert!(run.talk.contains("nothing was sent"), "{}", run.talk);
}

#[test]
fn files_are_looked_at_before_there_is_a_mapping() {
    let look = |path: &Path, more: &[&str]| {
        let arguments = [&["migrate", "inspect", path.to_str().unwrap()], more].concat();
        run(&arguments)
    };
    let found = look(&book(), &["--mask"]);
    assert_eq!(found.code, 0, "{}", found.talk);
    for wanted in [
        "individuals.csv: 42 rows, ",
        "utf-8, delimiter \",\", quote \"",
        "companies.csv REF",
    ] {
        assert!(found.data.contains(wanted), "{wanted} in\n{}", found.data);
    }
    assert!(!found.data.contains("Pennywhistle"), "{}", found.data);
    let folder = folder("migrate-inspect");
    let good = "A,B\n\u{1b}[31mred,2\n";
    fs::write(folder.join("good.csv"), good).unwrap();
    fs::write(folder.join("open.csv"), "A,B\n\"1,2\n").unwrap();
    let found = look(&folder, &[]);
    assert_eq!(found.code, 1, "{}", found.talk);
    assert!(
        found.data.contains("open.csv cannot be read: "),
        "{}",
        found.data
    );
    assert!(
        found.data.contains("  hint: look at line 2"),
        "{}",
        found.data
    );
    assert!(!found.data.contains('\u{1b}'), "{}", found.data);
    let json = look(&folder.join("good.csv"), &["--json", "--delimiter", "tab"]);
    let json: serde_json::Value = serde_json::from_str(&json.data).unwrap();
    assert_eq!(json[0]["columns"][0]["name"], "A,B");
    let absent = look(&folder.join("absent.csv"), &[]);
    assert_eq!(absent.code, 2, "{}", absent.talk);
}

#[test]
fn a_wrong_mapping_is_a_mistake_of_usage_with_every_place() {
    let file = folder("migrate-mapping").join("mapping.yaml");
    let text = fs::read_to_string(book().join("mapping.yaml")).unwrap();
    fs::write(&file, text.replace("[nationality]", "[natonality]")).unwrap();
    let (book, file) = (book(), file.to_str().unwrap());
    let run = run(&[
        "migrate",
        "run",
        "--source",
        book.to_str().unwrap(),
        "--mapping",
        file,
        "--dry-run",
    ]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.data
            .matches("hint: did you mean \"nationality\"?")
            .count(),
        2,
        "{}",
        run.data
    );
    assert!(run.talk.contains("2 mistakes"), "{}", run.talk);
}

#[test]
fn a_book_comes_over_once_and_reconciles_each_time() {
    let data = folder("migrate-run");
    let server = Server::start(&data);
    let key = master_key(&data, "demo");
    assert_eq!(
        server
            .ask("POST", "/admin/config", &key, config::DEMO)
            .status,
        200
    );
    let key_file = data.join("key.txt");
    fs::write(&key_file, format!("{key}\n")).unwrap();
    let (book, mapping, state) = (book(), book().join("mapping.yaml"), data.join("state"));
    let url = format!("http://127.0.0.1:1,http://{}", server.address);
    let options = [
        ("--source", book.to_str().unwrap()),
        ("--mapping", mapping.to_str().unwrap()),
        ("--url", &url),
        ("--key-file", key_file.to_str().unwrap()),
        ("--state", state.to_str().unwrap()),
        ("--scope", "active"),
        ("--ramp", "2:10,4"),
    ];
    let options: Vec<&str> = options
        .iter()
        .flat_map(|(name, value)| [*name, *value])
        .collect();
    for _ in 0..2 {
        let run = run(&[&["migrate", "run"], options.as_slice()].concat());
        assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
        assert!(
            run.data.contains("0  differences from what was sent"),
            "{}",
            run.data
        );
        assert!(run.talk.contains("reconciled"), "{}", run.talk);
    }
    drop(server);
}

#[test]
fn a_book_from_a_command_comes_over_and_is_verified() {
    let from = folder("migrate-command-book");
    let mapping = fs::read_to_string(book().join("mapping.yaml")).unwrap();
    let asked = mapping.replace("file: individuals.csv", "command: [cat, individuals.csv]");
    assert_ne!(asked, mapping);
    fs::write(from.join("mapping.yaml"), asked).unwrap();
    let migrated = Migrated::new("migrate-command", &book(), &from.join("mapping.yaml"));
    let run = migrated.migrate("run", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    assert!(run.talk.contains("reconciled"), "{}", run.talk);
    let (report, run) = migrated.verify();
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    let inputs = report["inputs"].as_array().unwrap();
    let individuals = &inputs[1];
    let written = fs::read(book().join("individuals.csv")).unwrap();
    assert_eq!(individuals["bytes"], written.len(), "{individuals}");
    assert_eq!(individuals["is_as_run"], true, "{individuals}");
}

#[test]
fn the_key_and_the_ramp_are_asked_for_before_anything_is_read() {
    let options = [
        "migrate",
        "run",
        "--source",
        "x",
        "--mapping",
        "y",
        "--url",
        "http://127.0.0.1:1",
    ];
    let keyless = run(&options);
    assert!(
        keyless.code == 2 && keyless.talk.contains("--key-file"),
        "{}",
        keyless.talk
    );
    let steep = run(&[options.as_slice(), &["--key", "k", "--ramp", "99"]].concat());
    assert!(
        steep.code == 2 && steep.talk.contains("--ramp"),
        "{}",
        steep.talk
    );
}

#[test]
fn a_query_against_postgresql_needs_its_connection_from_outside() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(url) = runtime.block_on(store::testing::scratch_postgres_url()) else {
        return;
    };
    let folder = folder("migrate-postgres");
    let file = folder.join("old.connection");
    fs::write(&file, format!("{url}\n")).unwrap();
    let query = "select no, name, born, null as gone, share from (values \
                 ('007', 'Ann', date '1980-02-29', 12.50), ('8', E'B\\nob', null, 3)) \
                 as p (no, name, born, share)";
    let arguments = ["migrate", "inspect", "--postgres", "old", "--json", "--sql"];
    let given = format!("old={}", file.display());
    let found = run(&[&arguments[..], &[query, "--connection", &given]].concat());
    assert_eq!(found.code, 0, "{}", found.data);
    let json: serde_json::Value = serde_json::from_str(&found.data).unwrap();
    assert_eq!(json[0]["rows"], 2);
    assert_eq!(json[0]["columns"][0]["values"][0]["value"], "007");
    assert_eq!(json[0]["columns"][2]["values"][0]["value"], "1980-02-29");
    assert_eq!(json[0]["columns"][3]["filled"], 0);
    assert_eq!(json[0]["columns"][4]["values"][0]["value"], "12.50");
    for (query, said) in [
        (
            "select nome from nobody",
            "relation \\\"nobody\\\" does not exist (42P01)",
        ),
        (
            "create table t (x int)",
            "cannot execute CREATE TABLE in a read-only",
        ),
        ("select 1; select 2", "its query gives several answers"),
    ] {
        let found = run(&[&arguments[..], &[query, "--connection", &given]].concat());
        assert_eq!(found.code, 1, "{}", found.talk);
        assert!(found.data.contains(said), "{}", found.data);
    }
    let absent = run(&[&arguments[..], &["select 1"]].concat());
    assert!(
        absent.data.contains("USHER_CONNECTION_OLD"),
        "{}",
        absent.data
    );
    let mut command = crate::binary::command(&[&arguments[..], &["select 1"]].concat());
    let output = command.env("USHER_CONNECTION_OLD", url).output().unwrap();
    assert!(output.status.success());
}

#[test]
fn a_first_mapping_is_written_once_and_can_be_used_at_once() {
    let folder = folder("migrate-init");
    let mapping = folder.join("mapping.yaml");
    let (book, mapping) = (book(), mapping.to_str().unwrap().to_owned());
    let book = book.to_str().unwrap();
    let init = |more: &[&str]| run(&[&["migrate", "init", "--source", book], more].concat());
    let printed = init(&[]);
    assert_eq!(printed.code, 0, "{}", printed.talk);
    assert!(printed.data.contains("# CHECK: "), "{}", printed.data);
    let written = init(&["-o", &mapping]);
    assert_eq!(written.code, 0, "{}", written.talk);
    assert!(written.data.is_empty(), "{}", written.data);
    assert!(
        written
            .talk
            .contains("individuals.csv  17 of 19      individuals\n"),
        "{}",
        written.talk
    );
    assert!(written.talk.contains("--dry-run"), "{}", written.talk);
    let text = fs::read_to_string(&mapping).unwrap();
    assert_eq!(text, printed.data);
    let judge = [
        "migrate",
        "run",
        "--dry-run",
        "--source",
        book,
        "--mapping",
        &mapping,
    ];
    let judged = run(&judge);
    assert_eq!(judged.code, 0, "{}\n{}", judged.talk, judged.data);
    // What somebody has worked on is not lost.
    fs::write(&mapping, "mine").unwrap();
    let again = init(&["-o", &mapping]);
    assert_eq!(again.code, 2, "{}", again.talk);
    assert!(again.talk.contains("--force"), "{}", again.talk);
    assert_eq!(fs::read_to_string(&mapping).unwrap(), "mine");
    assert_eq!(init(&["-o", &mapping, "--force"]).code, 0);
    assert_eq!(fs::read_to_string(&mapping).unwrap(), text);
    let nowhere = run(&["migrate", "init", "--source", "/nowhere/at/all"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.talk);
}
