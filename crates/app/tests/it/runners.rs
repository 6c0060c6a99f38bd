//! Runs of one state folder: who may, who waits, who is told to stop.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::binary::{Run, Server, command, folder, master_key, run};

/// Starts a run and waits until it says something that contains these words.
pub(crate) fn started(options: &[&str], words: &str) -> Child {
    let mut command = command(options);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    loop {
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("it ended: {said:#?}"));
        said.push(line.unwrap());
        if said.last().is_some_and(|line| line.contains(words)) {
            break;
        }
    }
    std::thread::spawn(move || lines.for_each(drop));
    child
}

#[test]
fn two_runs_never_share_a_state_and_a_killed_one_leaves_it_free() {
    let data = folder("migrate-runners");
    let server = Server::start(&data);
    let key = master_key(&data, "demo");
    let published = server.ask("POST", "/admin/config", &key, config::DEMO);
    assert_eq!(published.status, 200);
    let key_file = data.join("key.txt");
    fs::write(&key_file, format!("{key}\n")).unwrap();
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let (mapping, state) = (book.join("mapping.yaml"), data.join("state"));
    let url = format!("http://{}", server.address);
    let state = state.to_str().unwrap();
    let options = [
        ["migrate", "run"],
        ["--source", book.to_str().unwrap()],
        ["--mapping", mapping.to_str().unwrap()],
        ["--url", &url],
        ["--key-file", key_file.to_str().unwrap()],
        ["--state", state],
    ]
    .concat();
    let tell = |what: &str| -> Run { run(&["migrate", what, "--state", state]) };
    let absent = tell("pause");
    assert_eq!(absent.code, 2, "{}", absent.talk);
    assert!(
        absent.talk.contains("there is no state folder"),
        "{}",
        absent.talk
    );
    fs::create_dir(state).unwrap();
    let early = tell("pause");
    assert_eq!(early.code, 0, "{}", early.talk);
    assert!(early.talk.contains("no run is under way"), "{}", early.talk);
    assert_eq!(tell("stop").code, 2);

    let mut first = started(&options, "paused");
    let second = run(&options);
    assert_eq!(second.code, 2, "{}", second.talk);
    assert!(
        second.talk.contains("another run is using"),
        "{}",
        second.talk
    );
    first.kill().unwrap();
    first.wait().unwrap();
    // The pause outlives the run that was killed, the lock does not.
    let mut third = started(&options, "paused");
    assert!(tell("pause").talk.contains("waits"), "it is told to wait");
    let stopped = tell("stop");
    assert_eq!(stopped.code, 0, "{}", stopped.talk);
    assert_eq!(
        third.wait().unwrap().code(),
        Some(1),
        "stopped, so not all is there"
    );
    assert!(tell("resume").talk.contains("there was no pause"));
    let last = run(&options);
    assert_eq!(last.code, 0, "{}{}", last.data, last.talk);
    assert!(last.talk.contains("reconciled"), "{}", last.talk);
}

#[test]
fn notices_are_kept_and_listed() {
    let state = folder("migrate-notices").join("state");
    let notice = |more: &[&str]| {
        let state = ["migrate", "notice", "--state", state.to_str().unwrap()];
        run(&[&state[..], more].concat())
    };
    // A slip of the pen is no new state folder.
    for more in [&[][..], &["--given", "now"]] {
        let none = notice(more);
        assert_eq!(none.code, 2, "{}", none.talk);
        assert!(
            none.talk.contains("there is no state folder"),
            "{}",
            none.talk
        );
        assert!(!state.exists());
    }
    fs::create_dir(&state).unwrap();
    let none = notice(&[]);
    assert!(
        none.code == 0 && none.talk.contains("no notice is on record"),
        "{}",
        none.talk
    );
    let given = notice(&["--given", "2026-03-02T09:00Z", "--stage", "2"]);
    assert_eq!(given.code, 0, "{}", given.talk);
    assert!(
        given
            .data
            .starts_with("stage 2, up to 3 at once: given 2026-03-02 "),
        "{}",
        given.data
    );
    let more = notice(&["--given", "now"]);
    assert_eq!(more.data.lines().count(), 3, "{}", more.data);
    let future = notice(&["--given", "2999-01-01"]);
    assert!(
        future.code == 2 && future.talk.contains("future"),
        "{}",
        future.talk
    );
    let wrong = notice(&["--given", "now", "--stage", "0"]);
    assert!(
        wrong.code == 2 && wrong.talk.contains("0 is no stage"),
        "{}",
        wrong.talk
    );
}

#[test]
fn a_plan_is_made_without_a_server_and_writes_the_notices_out() {
    let state = folder("migrate-plan").join("state");
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let mapping = book.join("mapping.yaml");
    let plan = |more: &[&str]| {
        let book = ["--source", book.to_str().unwrap()];
        let mapping = ["--mapping", mapping.to_str().unwrap()];
        let state = ["--state", state.to_str().unwrap()];
        run(&[&["migrate", "plan"], &book[..], &mapping, &state, more].concat())
    };
    let made = plan(&[]);
    assert_eq!(made.code, 0, "{}", made.talk);
    for wanted in [
        "in all: clients, and Active Profiles of the agreement",
        "likely: the names differ a little",
        "not given yet",
        "Subject: Migration of ",
    ] {
        assert!(made.data.contains(wanted), "{wanted}\n{}", made.data);
    }
    let letter = fs::read_to_string(state.join("notice-1.txt")).unwrap();
    assert!(letter.starts_with("Subject: Migration of "), "{letter}");
    let json = plan(&[
        "--json",
        "--hours",
        "09:00-17:00",
        "--deadline",
        "2999-01-01",
    ]);
    let json: serde_json::Value = serde_json::from_str(&json.data).unwrap();
    assert_eq!(json["is_in_time"], true);
    assert_eq!(json["stages"][0]["first_client"], 1);
    let past = plan(&["--start", "2020-01-01T09:00"]);
    assert!(
        past.code == 2 && past.talk.contains("--start lies in the past"),
        "{}",
        past.talk
    );
    let missed = plan(&["--start", "2998-01-01T09:00", "--deadline", "2997-01-01"]);
    assert_eq!(missed.code, 1, "{}", missed.talk);
    assert!(
        missed.talk.contains("the deadline is missed"),
        "{}",
        missed.talk
    );
    let wrong = plan(&["--hours", "17:00-09:00"]);
    assert!(
        wrong.code == 2 && wrong.talk.contains("are no hours"),
        "{}",
        wrong.talk
    );
}
