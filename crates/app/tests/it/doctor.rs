use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::binary::{Server, command, finish, folder, run};

#[test]
fn a_folder_without_an_installation_is_wrong_with_hints() {
    let data = folder("doctor-nothing").join("none");
    let run = run(&["doctor", "--data", data.to_str().unwrap()]);
    assert_eq!(run.code, 1);
    for part in [
        "WRONG  data folder",
        "is not there",
        "hint: name the folder with --data",
        "WRONG  database",
    ] {
        assert!(run.data.contains(part), "{part}: {}", run.data);
    }
    assert!(!data.exists(), "the doctor makes nothing");
}

#[test]
fn a_server_at_work_is_well_and_open_rights_are_not() {
    let data = folder("doctor-server").join("data");
    let server = Server::start(&data);
    let doctor = || run(&["doctor", "--data", data.to_str().unwrap()]);
    let well = doctor();
    assert_eq!(well.code, 0, "{}", well.data);
    for part in [
        "a server is at work",
        "ok     keys, demo",
        "odd    policy, demo",
        "(not shown)",
    ] {
        assert!(well.data.contains(part), "{part}: {}", well.data);
    }
    let key = fs::read_to_string(data.join("encryption.key")).unwrap();
    assert!(!well.data.contains(key.trim()));
    fs::set_permissions(data.join("encryption.key"), Permissions::from_mode(0o644)).unwrap();
    let open = doctor();
    assert_eq!(open.code, 1);
    assert!(
        open.data.contains("WRONG  encryption key") && open.data.contains("chmod 600"),
        "{}",
        open.data
    );
    drop(server);
}

#[test]
fn a_password_is_not_shown() {
    let data = folder("doctor-password");
    let mut command = command(&["doctor", "--data", data.to_str().unwrap()]);
    command.env(
        "USHER_DATABASE_URL",
        "postgres://usher:planted@127.0.0.1:1/usher",
    );
    let run = finish(command);
    assert_eq!(run.code, 1);
    assert!(
        run.data.contains("postgres://usher:****@127.0.0.1:1/usher"),
        "{}",
        run.data
    );
    assert!(
        !run.data.contains("planted") && !run.talk.contains("planted"),
        "{}{}",
        run.data,
        run.talk
    );
}
