use crate::binary::run;

const COMMANDS: [&[&str]; 31] = [
    &[],
    &["serve"],
    &["worker"],
    &["keys"],
    &["keys", "issue"],
    &["keys", "list"],
    &["keys", "revoke"],
    &["config"],
    &["config", "check"],
    &["config", "diff"],
    &["config", "publish"],
    &["config", "promote"],
    &["config", "export"],
    &["config", "schema"],
    &["lists"],
    &["lists", "load"],
    &["lists", "status"],
    &["lists", "diff"],
    &["lists", "search"],
    &["lists", "names"],
    &["lists", "replay"],
    &["lists", "source", "add"],
    &["lists", "source", "list"],
    &["lists", "source", "remove"],
    &["migrate", "init"],
    &["migrate", "inspect"],
    &["migrate", "run"],
    &["migrate", "schema"],
    &["migrate", "try"],
    &["doctor"],
    &["demo"],
];

#[test]
fn every_command_has_a_help_on_standard_output() {
    for command in COMMANDS {
        let run = run(&[command, &["--help"]].concat());
        assert_eq!(run.code, 0, "{command:?}: {}", run.talk);
        assert!(
            run.data.contains("Usage: usher"),
            "{command:?}: {}",
            run.data
        );
        assert!(run.talk.is_empty(), "{command:?}: {}", run.talk);
    }
}

#[test]
fn the_help_says_what_the_exit_codes_mean() {
    let help = run(&["--help"]).data;
    for line in ["  0  done", "  1  something is wrong", "  2  the options"] {
        assert!(help.contains(line), "{help}");
    }
}

#[test]
fn wrong_usage_ends_with_2_and_a_suggestion() {
    let run = run(&["serv"]);
    assert_eq!(run.code, 2);
    assert!(run.talk.contains("serve"), "{}", run.talk);
}

#[test]
fn options_that_would_be_ignored_are_refused_with_what_belongs_to_them() {
    for (arguments, wanted) in [
        (&["inspect", ".", "--sql", "select 1"][..], "--sqlite"),
        (&["notice", "--stage", "1"], "--given"),
        (&["notice", "--ramp", "1"], "--given"),
        (
            &[
                "run",
                "--source",
                ".",
                "--mapping",
                "m",
                "--url",
                "http://h",
                "--window-reason",
                "x",
            ],
            "--window <CHECKS>",
        ),
        (
            &[
                "plan",
                "--source",
                ".",
                "--mapping",
                "m",
                "--start",
                "2001-01-01",
            ],
            "--start lies in the past",
        ),
    ] {
        let run = run(&[&["migrate"], arguments].concat());
        assert_eq!(run.code, 2, "{arguments:?} {}", run.talk);
        assert!(run.talk.contains(wanted), "{arguments:?} {}", run.talk);
    }
}

#[test]
fn a_secret_in_the_environment_is_in_no_help() {
    let mut command = crate::binary::command(&["migrate", "run", "--help"]);
    command
        .env("USHER_KEY", "usher_demo_planted")
        .env("USHER_DATABASE_URL", "postgres://u:planted@h/d");
    let help = crate::binary::finish(command);
    assert!(
        help.data.contains("USHER_KEY") && !help.data.contains("planted"),
        "{}",
        help.data
    );
    let mut command = crate::binary::command(&["serve", "--help"]);
    command.env("USHER_DATABASE_URL", "postgres://u:planted@h/d");
    let help = crate::binary::finish(command);
    assert!(
        help.data.contains("USHER_DATABASE_URL") && !help.data.contains("planted"),
        "{}",
        help.data
    );
}
