use std::fs;

use crate::binary::{Server, command, finish, folder, master_key, run};

const BROKEN: &str = "\
format: 1
products:
  - alias: current_account
    name: Current account
    individual: {policy: indvidual_policy}
policies:
  - alias: individual_policy
    name: Individuals
    entity: individual
    flow:
      - outcome: manual_reviewed
colour: red
";

#[test]
fn every_mistake_of_a_document_is_reported_with_its_place() {
    let file = folder("config-check").join("policy.yaml");
    fs::write(&file, BROKEN).unwrap();
    let name = file.to_str().unwrap();
    let run = run(&["config", "check", name]);
    assert_eq!(run.code, 1, "{}{}", run.data, run.talk);
    for line in [":5:26: products[0].individual.policy: ", ":11:", ":12:1: "] {
        assert!(
            run.data.contains(&format!("{name}{line}")),
            "{line}: {}",
            run.data
        );
    }
    assert!(
        run.data
            .contains("  hint: did you mean \"individual_policy\"?"),
        "{}",
        run.data
    );
    assert!(run.talk.contains("3 mistakes"), "{}", run.talk);
}

#[test]
fn a_file_that_is_no_document_is_a_mistake_too() {
    let file = folder("config-no-document").join("policy.yaml");
    for text in ["", "a: [", "- 1", "\u{0}", "a: &x 1\nb: *x"] {
        fs::write(&file, text).unwrap();
        let run = run(&["config", "check", file.to_str().unwrap()]);
        assert_eq!(run.code, 1, "{text:?}: {}{}", run.data, run.talk);
        assert!(run.talk.contains("mistake"), "{text:?}: {}", run.talk);
    }
    let run = run(&["config", "check", "/nowhere/policy.yaml"]);
    assert_eq!(run.code, 2, "{}", run.talk);
}

#[test]
fn the_schema_is_json_on_standard_output() {
    let run = run(&["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&run.data).unwrap();
    assert_eq!((run.code, schema["type"].as_str()), (0, Some("object")));
}

#[test]
fn a_policy_is_published_exported_changed_and_promoted() {
    let data = folder("config-publish");
    let (first, second) = (data.join("first.yaml"), data.join("second.yaml"));
    fs::write(&first, config::DEMO).unwrap();
    let changed = config::DEMO.replace("Verify identity", "Verify who it is");
    fs::write(&second, changed).unwrap();
    let server = Server::start(&data);
    let usher = |arguments: &[&str], environment: &str| {
        let mut command = command(arguments);
        command.env("USHER_URL", format!("http://{}", server.address));
        command.env("USHER_KEY", master_key(&data, environment));
        finish(command)
    };
    let [first, second] = [&first, &second].map(|path| path.to_str().unwrap());
    let run = usher(&["config", "export"], "demo");
    assert!(run.code == 1 && run.talk.contains("hint:"), "{}", run.talk);
    let run = usher(&["config", "publish", first], "demo");
    assert_eq!((run.code, run.data.trim()), (0, "1"), "{}", run.talk);
    let run = usher(&["config", "diff", second, "--exit-code"], "demo");
    assert_eq!(run.code, 1, "{}", run.talk);
    assert!(
        run.data.contains("changed task verify_identity"),
        "{}",
        run.data
    );
    let run = usher(&["config", "publish", second], "demo");
    assert_eq!((run.code, run.data.trim()), (0, "2"), "{}", run.talk);
    let run = usher(&["config", "publish", second], "demo");
    assert_eq!((run.code, run.data.trim()), (0, "2"), "{}", run.talk);
    assert!(run.talk.contains("unchanged"), "{}", run.talk);
    let run = usher(&["config", "promote"], "live");
    assert_eq!((run.code, run.data.trim()), (0, "2"), "{}", run.talk);
    assert!(!run.talk.contains("unchanged"), "{}", run.talk);
    let run = usher(&["config", "promote"], "live");
    assert!(run.talk.contains("unchanged"), "{}", run.talk);
    let run = usher(&["config", "export", "--version", "1"], "live");
    assert_eq!(run.data, config::DEMO);
    fs::write(first, BROKEN).unwrap();
    let run = usher(&["config", "publish", first], "demo");
    assert!(
        run.code == 1 && run.talk.contains("3 mistakes"),
        "{}{}",
        run.data,
        run.talk
    );
    let run = usher(&["config", "promote"], "demo");
    assert!(run.code == 1 && run.talk.contains("hint:"), "{}", run.talk);
}
