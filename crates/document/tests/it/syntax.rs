//! Text that is no YAML: each common mistake with its place, what was expected, and what to do.

use document::parse;

#[track_caller]
fn refused(text: &str, expected: &str) {
    let problems = parse("doc", text).expect_err(text);
    assert_eq!(problems.to_string(), expected.trim(), "{text}");
}

#[test]
fn tabs() {
    refused(
        "checks:\n\t- alias: a\n\t- alias: b\n  \t- alias: c\n",
        "\
doc:2:1: this line is indented with a tab, and YAML is indented with spaces
  hint: put spaces in the place of every tab before the text of a line; 2 other lines have tabs, too",
    );
    refused(
        "checks:\n  - alias: a\n\t  name: b\n",
        "\
doc:3:1: this line is indented with a tab, and YAML is indented with spaces
  hint: put spaces in the place of every tab before the text of a line",
    );
    refused(
        "checks:\r\n  - [\r\n\ta ]\r\n",
        "\
doc:3:1: this line is indented with a tab, and YAML is indented with spaces
  hint: put spaces in the place of every tab before the text of a line",
    );
    refused(
        "name: x\nformat:\t1\n",
        "\
doc:2:8: a tab stands after the colon
  hint: put a space after the colon",
    );
}

#[test]
fn lines_that_are_indented_like_nothing_above_them() {
    refused(
        "checks:\n  - alias: a\n   name: b\n",
        "\
doc:3:4: this line is indented by 3 spaces, and what it could go on with by 0, 2, 4
  hint: indent it by 4 to go on after \"alias\" of line 2, or by 2 and begin it with \"- \" for the \
         next item after line 2",
    );
    refused(
        "a:\n  b:\n    c: 1\n   d: 2\n",
        "\
doc:4:4: this line is indented by 3 spaces, and what it could go on with by 0, 2, 4
  hint: indent it by 4 to go on after \"c\" of line 3, or by 2 to go on after \"b\" of line 2",
    );
    refused(
        "checks:\n  - alias: a\n    name: b\n tasks: []\n",
        "\
doc:4:2: this line is indented by 1 space, and what it could go on with by 0, 2, 4
  hint: indent it by 2 and begin it with \"- \" for the next item after line 2, or by 0 to go on after \
         \"checks\" of line 1",
    );
    refused(
        "name: |\n  text: 1\n other: 2\n",
        "\
doc:3:2: this line is indented by 1 space, deeper than line 1 before it by 0, which has its value already
  hint: indent it by 0 to go on after \"name\" of line 1",
    );
}

#[test]
fn lines_that_are_indented_too_deep() {
    refused(
        "checks:\n  - alias: a\n     name: b\n",
        "\
doc:3:6: this line is indented by 5 spaces, deeper than line 2 before it by 4, which has its value already
  hint: indent it by 4 to go on after \"alias\" of line 2",
    );
    refused(
        "format: 1\n  checks: []\n",
        "\
doc:2:3: this line is indented by 2 spaces, deeper than line 1 before it by 0, which has its value already
  hint: indent it by 0 to go on after \"format\" of line 1",
    );
}

#[test]
fn lists_and_mappings_that_go_on_as_the_other() {
    refused(
        "checks:\n  - alias: a\n  name: b\n",
        "\
doc:3:3: a list goes on here, and its items begin with \"- \"
  hint: begin the line with \"- \", or indent it by 4 to go on with the item of line 2",
    );
    refused(
        "checks:\n  alias: a\n  - b\n",
        "\
doc:3:3: a mapping goes on here after \"alias\" of line 2, and a list item cannot stand in it
  hint: write it as \"key: value\", or put the items below a key that has no other value",
    );
    refused(
        "name: - a\n",
        "\
doc:1:7: a list with dashes cannot begin on the line of its key
  hint: put the items on lines of their own below the key, or write the list as [a, b]",
    );
    refused(
        "checks:\n  -alias: a\n   name: b\n",
        "\
doc:2:3: a space is missing after the dash of a list item
  hint: write \"- alias\"",
    );
}

#[test]
fn colons() {
    refused(
        "format: 1\nname: KYC: basic\n",
        "\
doc:2:10: a second \": \" stands on this line, and a value without quotes has none
  hint: put the value in quotes: name: \"KYC: basic\"",
    );
    refused(
        "- name: say \"a\": b\n",
        "\
doc:1:16: a second \": \" stands on this line, and a value without quotes has none
  hint: put the value in quotes: - name: 'say \"a\": b'",
    );
    refused(
        "format: 1\nname b\nx: 1\n",
        "\
doc:2:1: \"name b\" is no \"key: value\"
  hint: put a colon and a space between the key and its value",
    );
    refused(
        "format: 1\n\n  # more\nname:b\nx: 1\n",
        "\
doc:4:1: \"name:b\" is no \"key: value\"
  hint: put a space after the colon: name: b",
    );
}

#[test]
fn quotes() {
    let inside =
        "inside '…' a ' is written twice, as in 'it''s'; inside \"…\" a \" is written \\\"";
    refused(
        "format: 1\nname: \"abc\nx: 1\n",
        &format!(
            "doc:2:7: the text in quotes that begins here has no end\n  hint: close it with \"; {inside}"
        ),
    );
    refused(
        "name: 'it's'\n",
        &format!(
            "doc:1:11: the text in quotes has ended, and more stands after it on this line\n  \
             hint: {inside}"
        ),
    );
    refused(
        "name: \"a\\qb\"\n",
        "\
doc:1:7: a backslash in double quotes begins an escape, and there is none like this
  hint: write \\\\ for a backslash, or put the text between single quotes",
    );
    refused(
        "name: @home\n",
        "\
doc:1:7: a value without quotes cannot begin with @
  hint: put it in quotes: \"@home\"",
    );
}

#[test]
fn brackets() {
    refused(
        "tags: [a, b\nx: 1\n",
        "\
doc:2:2: the list that [ opens at 1:7 is neither closed nor goes on here
  hint: close it with ], or put a comma before the next value",
    );
    refused(
        "{\"a\": 1\n \"b\": 2}",
        "\
doc:2:5: the mapping that { opens at 1:1 is neither closed nor goes on here
  hint: close it with }, or put a comma before the next \"key: value\"",
    );
    refused(
        "tags: [a,, b]\n",
        "\
doc:1:10: a value is expected before this comma of the list
  hint: take the comma away",
    );
    refused(
        "name: a\n]\n",
        "\
doc:2:1: ] closes nothing here
  hint: take it away, or put the text that it belongs to in quotes",
    );
}

#[test]
fn what_is_not_recognized_keeps_the_words_of_the_parser() {
    let problems = parse("doc", "<body>hello: x</body>: y").unwrap_err();
    let problem = &problems.list[0];
    assert!(problem.hint.is_some(), "{problems}");
    let problems = parse("doc", "%YAML 9.9\n---\na: 1\n%").unwrap_err();
    assert!(problems.list[0].hint.is_some(), "{problems}");
}

#[test]
fn nothing_long_or_disturbing_is_repeated() {
    let text = format!("format: 1\nna\u{7}me{}\nx: 1\n", "x".repeat(100_000));
    let problems = parse("doc", &text).unwrap_err().to_string();
    assert!(problems.len() < 400, "{problems}");
    assert!(!problems.contains('\u{7}'), "{problems:?}");
}
