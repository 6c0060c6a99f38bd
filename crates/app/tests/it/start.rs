//! Starts that come to nothing: each says what to do, and leaves nothing that was not there before.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binary::{finish, folder, run};

/// Every file and folder below a folder.
fn found(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(found(&path));
        }
        all.push(path);
    }
    all.sort();
    all
}

/// Runs it on a folder that is not there: it ends with this code, says this, gives a hint, and
/// leaves nothing behind.
#[track_caller]
fn comes_to_nothing(arguments: &[&str], code: i32, said: &str) {
    let around = folder(&format!("start-{}", rand::random::<u64>()));
    let data = around.join("deep").join("data");
    let all = [arguments, &["--data", data.to_str().unwrap()]].concat();
    let run = run(&all);
    assert_eq!(run.code, code, "{all:?}: {}", run.talk);
    assert!(run.talk.contains(said), "{all:?}: {}", run.talk);
    assert!(run.talk.contains("  hint: "), "{all:?}: {}", run.talk);
    assert!(!run.talk.contains("planted"), "{all:?}: {}", run.talk);
    assert_eq!(found(&around), Vec::<PathBuf>::new(), "{all:?}");
    fs::remove_dir_all(around).unwrap();
}

const FREE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[test]
fn a_mistake_in_the_options_leaves_nothing_behind() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    comes_to_nothing(&["serve", "--listen", &address], 2, "take another");
    let with = |more: &[&'static str]| [&FREE[..], more].concat();
    let zone = with(&["--time-zone", "Mars/Olympus"]);
    comes_to_nothing(&zone, 2, "\"Mars/Olympus\" names no time zone");
    comes_to_nothing(&with(&["--institution", ""]), 2, "--institution must be");
    comes_to_nothing(
        &with(&["--institution", "a\nb"]),
        2,
        "--institution must be",
    );
    let key = with(&["--encryption-key-file", "/nowhere/key"]);
    comes_to_nothing(&key, 2, "there is no file /nowhere/key");
    let key = with(&["--encryption-key-file", "Cargo.toml"]);
    comes_to_nothing(&key, 2, "Cargo.toml is no encryption key");
}

#[test]
fn a_database_that_cannot_be_reached_leaves_nothing_behind() {
    for command in ["serve", "worker", "demo"] {
        let reach = |url: &'static str| match command {
            "serve" => [&FREE[..], &["--database-url", url]].concat(),
            _ => vec![command, "--database-url", url],
        };
        let refused = "postgres://usher:planted@127.0.0.1:1/usher";
        comes_to_nothing(&reach(refused), 1, "PostgreSQL cannot be reached");
        let other = "mysql://usher:planted@127.0.0.1/usher";
        comes_to_nothing(&reach(other), 2, "begins with mysql://");
        comes_to_nothing(&reach(""), 2, "--database-url is empty");
    }
    comes_to_nothing(&["worker"], 2, "a worker needs a database that it shares");
}

#[test]
fn a_file_that_is_no_database_stays_as_it_was() {
    let data = folder("start-no-database");
    let database = data.join("usher.sqlite");
    fs::write(&database, vec![7; 20_000]).unwrap();
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    let run = run(&[&listen[..], &["--data", data.to_str().unwrap()]].concat());
    assert_eq!(run.code, 1, "{}", run.talk);
    assert_eq!(fs::read(&database).unwrap(), vec![7; 20_000]);
    assert_eq!(found(&data), [database]);
}

#[test]
fn keys_and_doctor_make_nothing() {
    let around = folder("start-nothing");
    let data = around.join("data");
    let data = data.to_str().unwrap();
    let listed = run(&["keys", "list", "--data", data]);
    assert!(
        listed.talk.contains("there is no installation"),
        "{}",
        listed.talk
    );
    let other = ["--database-url", "mysql://usher:planted@h/x"];
    for command in [&["keys", "list"][..], &["doctor"]] {
        let run = run(&[command, &other, &["--data", data]].concat());
        let said = format!("{}{}", run.data, run.talk);
        assert!(said.contains("begins with mysql://"), "{said}");
        assert!(
            said.contains("hint: ") && !said.contains("planted"),
            "{said}"
        );
    }
    assert_eq!(found(&around), Vec::<PathBuf>::new());
}

#[test]
fn a_name_that_no_key_may_have_is_a_mistake_of_usage() {
    let data = folder("start-keys").join("data");
    let server = crate::binary::Server::start(&data);
    let data = data.to_str().unwrap();
    let run = run(&["keys", "issue", "--data", data, "--name", ""]);
    assert_eq!(run.code, 2, "{}", run.talk);
    drop(server);
}

#[test]
fn a_folder_that_may_not_be_looked_into_is_not_said_to_be_empty() {
    // Under a file there can be no folder, whoever asks.
    let file = folder("start-file").join("file");
    fs::write(&file, "").unwrap();
    let below = file.join("data");
    let run = run(&["doctor", "--data", below.to_str().unwrap()]);
    assert!(run.data.contains("is a file, not a folder"), "{}", run.data);
    assert!(!run.data.contains("there is no"), "{}", run.data);
    assert!(
        !run.data
            .contains("is not there\n       hint: name the folder"),
        "{}",
        run.data
    );
}

#[test]
fn another_user_is_told_that_rights_are_missing() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    // A place that another user can reach, with the program beside the folder.
    let around = std::env::temp_dir().join(format!("usher-rights-{}", rand::random::<u64>()));
    let data = around.join("data");
    fs::create_dir_all(&data).unwrap();
    let program = around.join("usher");
    fs::copy(env!("CARGO_BIN_EXE_usher"), &program).unwrap();
    fs::set_permissions(&around, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(data.join("usher.sqlite"), "x").unwrap();
    for command in [&["doctor"][..], &["keys", "list"]] {
        let mut other = Command::new(&program);
        other.args(command).arg("--data").arg(&data);
        other.current_dir(&around).uid(65_534).gid(65_534);
        let run = finish(other);
        let said = format!("{}{}", run.data, run.talk);
        assert!(said.contains("this user may not use"), "{said}");
        assert!(said.contains("run it as the user who"), "{said}");
        assert!(!said.contains("there is no installation"), "{said}");
    }
    fs::remove_dir_all(around).unwrap();
}

#[test]
fn the_walkthrough_says_that_its_port_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/walkthrough/run");
    let program = Path::new(env!("CARGO_BIN_EXE_usher"));
    let mut walk = Command::new(run);
    // The path to the program is read where the caller is.
    walk.arg("./usher").current_dir(program.parent().unwrap());
    walk.env("PORT", port.to_string());
    let walked = finish(walk);
    assert_eq!(walked.code, 1, "{}", walked.talk);
    assert!(
        walked.talk.contains("cannot be listened on"),
        "{}",
        walked.talk
    );
    assert!(walked.talk.contains("PORT="), "{}", walked.talk);
    assert!(!walked.talk.contains("no installation"), "{}", walked.talk);
}
