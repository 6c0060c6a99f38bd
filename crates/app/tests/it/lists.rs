use serde_json::Value;

use crate::binary::{Run, Server, folder, run};

const LIST: &str = "\
id,name,type,date of birth,nationality,topics
K1,Viktor Anatolyevich Bout,person,1967-01-13,Russia,sanction
K2,Zarya Trading Limited,organization,,Russia,sanction
";

fn lists(data: &str, arguments: &[&str]) -> Run {
    run(&[&["lists"], arguments, &["--data", data]].concat())
}

#[test]
fn a_list_is_loaded_compared_searched_and_taken_away() {
    let data = folder("lists");
    let name = data.to_str().unwrap();
    let columns = lists(name, &["load", "--columns"]);
    assert_eq!(columns.code, 0, "without a server: {}", columns.talk);
    assert!(columns.data.contains("date of birth"), "{}", columns.data);
    let server = Server::start(&data);
    let empty = lists(name, &["status"]);
    assert!(empty.talk.contains("no list is loaded"), "{}", empty.talk);
    let none = lists(name, &["search", "Bout"]);
    assert!(
        none.code == 1 && none.talk.contains("hint:"),
        "{}",
        none.talk
    );
    let file = data.join("own.csv");
    std::fs::write(&file, LIST).unwrap();
    let path = file.to_str().unwrap();
    let loaded = lists(
        name,
        &["load", path, "--source", "own", "--publication", "June"],
    );
    assert_eq!(loaded.code, 0, "{}", loaded.talk);
    assert!(
        loaded.talk.contains("2 entries: 2 added"),
        "{}",
        loaded.talk
    );
    let again = lists(name, &["load", path, "--source", "own"]);
    assert!(again.talk.contains("nothing changed"), "{}", again.talk);
    std::fs::write(&file, "id,name\nK1,Victor Bout\n").unwrap();
    let changed = lists(
        name,
        &["load", path, "--source", "own", "--publication", "July"],
    );
    assert_eq!(changed.code, 0, "{}", changed.talk);
    let diff = lists(name, &["diff", "own"]);
    let lines: Vec<&str> = diff.data.lines().collect();
    assert!(
        lines[0].starts_with("~ K1 Victor Bout (") && lines[0].contains("names"),
        "{lines:?}"
    );
    assert_eq!(lines[1..], ["- K2 Zarya Trading Limited"]);
    let status: Value = serde_json::from_str(&lists(name, &["status", "--json"]).data).unwrap();
    assert_eq!(status["sources"][0]["current"]["publication"], "July");
    assert_eq!(status["lists_as_of"], 2);
    let found = lists(name, &["search", "bout", "VICTOR", "--json"]);
    let found: Value = serde_json::from_str(&found.data).unwrap();
    assert_eq!(found["matches"][0]["listed"]["id"], "K1", "{found:#}");
    let removed = lists(name, &["source", "remove", "own"]);
    assert_eq!(removed.code, 0, "{}", removed.talk);
    let gone = lists(name, &["search", "bout"]);
    assert!(gone.talk.contains("no list is loaded"), "{}", gone.talk);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_cannot_be_loaded_is_told_with_what_to_do() {
    let data = folder("lists-wrong");
    let name = data.to_str().unwrap();
    let server = Server::start(&data);
    let file = data.join("page.html");
    std::fs::write(&file, "<html><body>moved</body></html>").unwrap();
    for (arguments, code, part) in [
        (vec!["load", "/nowhere.csv"], 2, "there is no /nowhere.csv"),
        (vec!["load", file.to_str().unwrap()], 2, "it is a web page"),
        (
            vec!["load", file.to_str().unwrap(), "--format", "sdn"],
            2,
            "is no format",
        ),
        (vec!["diff", "own"], 1, "hint:"),
        (
            vec!["replay", "00000000-0000-0000-0000-000000000000"],
            2,
            "hint:",
        ),
        (
            vec!["source", "add", "un", "--from", "un.xml"],
            2,
            "must begin with https://",
        ),
        (vec!["source", "remove", "un"], 2, "hint:"),
    ] {
        let ran = lists(name, &arguments);
        assert!(
            ran.code == code && ran.talk.contains(part),
            "{arguments:?}: {} {}",
            ran.code,
            ran.talk
        );
    }
    assert_eq!(server.stop(), Some(0));
}
