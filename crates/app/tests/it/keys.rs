use crate::binary::{Server, folder, run};

#[test]
fn a_key_opens_its_account_until_it_is_revoked() {
    let data = folder("keys");
    let name = data.to_str().unwrap();
    let server = Server::start(&data);
    let issued = run(&[
        "keys",
        "issue",
        "--data",
        name,
        "--environment",
        "live",
        "--name",
        "CRM",
    ]);
    assert_eq!(issued.code, 0, "{}", issued.talk);
    let secret = issued.data.trim();
    assert!(
        secret.starts_with("usher_live_") && !issued.talk.contains(secret),
        "{}",
        issued.talk
    );
    assert_eq!(server.ask("GET", "/4.0/whoami", secret, "").status, 200);
    assert_eq!(server.ask("GET", "/admin/keys", secret, "").status, 403);
    let listed = run(&["keys", "list", "--data", name]);
    let line = listed
        .data
        .lines()
        .find(|line| line.contains("CRM"))
        .unwrap();
    assert!(!listed.data.contains(secret), "{}", listed.data);
    let id = line.split(' ').next().unwrap();
    for said in ["revoked key", "nothing changed"] {
        let revoked = run(&["keys", "revoke", "--data", name, id]);
        assert!(
            revoked.code == 0 && revoked.talk.contains(said),
            "{}",
            revoked.talk
        );
    }
    assert_eq!(server.stop(), Some(0));
    let server = Server::start(&data);
    assert_eq!(server.ask("GET", "/4.0/whoami", secret, "").status, 401);
    let unknown = run(&[
        "keys",
        "revoke",
        "--data",
        name,
        "00000000-0000-0000-0000-000000000000",
    ]);
    assert!(
        unknown.code == 2 && unknown.talk.contains("hint:"),
        "{}",
        unknown.talk
    );
}

#[test]
fn without_an_installation_there_are_no_keys_and_none_is_made() {
    let data = folder("keys-nothing");
    let run = run(&["keys", "list", "--data", data.to_str().unwrap()]);
    assert!(run.code == 2 && run.talk.contains("hint:"), "{}", run.talk);
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
}
