//! Files that a command of `usher migrate` writes at its end.

use std::fs;
use std::path::Path;

use crate::binary::{folder, run};

#[test]
fn a_file_that_cannot_be_written_is_said_before_anything_is_done() {
    let data = folder("outputs");
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let (source, mapping) = (book.clone(), book.join("mapping.yaml"));
    let (source, mapping) = (source.to_str().unwrap(), mapping.to_str().unwrap());
    let state = data.join("state");
    let file = data.join("file");
    fs::write(&file, "mine").unwrap();
    let below = file.join("report").display().to_string();
    // Nobody answers there: whoever is asked first is known by the message.
    let server = ["--url", "http://127.0.0.1:1", "--key", "none"];
    let place = [&["--source", source, "--mapping", mapping], &server[..]].concat();
    let place = [&place[..], &["--state", state.to_str().unwrap()]].concat();
    for (command, option, wanted) in [
        (
            &["verify"][..],
            ["--report", "/nope/x.html"],
            "there is no folder /nope",
        ),
        (&["verify"], ["--json", &below], "--json: "),
        (&["test", "demo"], ["--json", source], "it is a folder"),
        (
            &["test", "production"],
            ["--json", "/nope/x"],
            "--json: /nope/x cannot be written",
        ),
    ] {
        let run = run(&[&["migrate"], command, &place, &option].concat());
        assert_eq!(run.code, 2, "{command:?} {option:?}\n{}", run.talk);
        assert!(run.talk.contains(wanted), "{wanted} in\n{}", run.talk);
        assert!(!state.exists(), "{command:?}: nothing was done");
    }
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("results"), "in the way").unwrap();
    let brought = run(&[&["migrate", "run"], &place[..]].concat());
    assert_eq!(brought.code, 2, "{}", brought.talk);
    assert!(
        brought.talk.contains("results is no folder"),
        "{}",
        brought.talk
    );
    let plan = ["migrate", "plan", "--source", source, "--mapping", mapping];
    let planned = run(&[&plan[..], &["--state", &below]].concat());
    assert!(
        planned.code != 0 && planned.data.is_empty(),
        "{}",
        planned.data
    );
    assert!(planned.talk.contains("file/report"), "{}", planned.talk);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}
