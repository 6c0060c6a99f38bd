use document::{DEPTH_MAX, Kind, Node, PROBLEMS_COUNT_MAX, parse};

/// A node on one line: `{key@line:column=value …}`; plain text bare, quoted text in quotes.
fn drawn(node: &Node) -> String {
    let value = match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Scalar { text, quoted: true } => format!("{text:?}"),
        Kind::Scalar {
            text,
            quoted: false,
        } => text.clone(),
        Kind::Sequence(items) => {
            let items: Vec<String> = items.iter().map(drawn).collect();
            format!("[{}]", items.join(" "))
        }
        Kind::Mapping(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}@{}={}", key.text, key.place, drawn(value)))
                .collect();
            format!("{{{}}}", entries.join(" "))
        }
    };
    format!("{}~{value}", node.place)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let node = parse("doc", text).expect(text);
    assert_eq!(drawn(&node), expected, "{text}");
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let problems = parse("doc", text).expect_err(text);
    assert_eq!(problems.to_string(), expected.trim(), "{text}");
}

#[test]
fn scalars_are_text_and_nothing_is_guessed() {
    check("country: NO", "1:1~{country@1:1=1:10~NO}");
    check(
        "- 007\n- 1e3\n- yes\n- 'yes'\n- 2025-06-30",
        "1:1~[1:3~007 2:3~1e3 3:3~yes 4:3~\"yes\" 5:3~2025-06-30]",
    );
    check(
        "- Null\n- NULL\n- None\n- NA",
        "1:1~[1:3~Null 2:3~NULL 3:3~None 4:3~NA]",
    );
}

#[test]
fn nothing_is_an_empty_value_a_tilde_or_null_without_quotes() {
    check(
        "a: ~\nb: null\nc: 'null'\nd: ''",
        "1:1~{a@1:1=1:4~null b@2:1=2:4~null c@3:1=3:4~\"null\" d@4:1=4:4~\"\"}",
    );
    check("", "1:1~null");
    check("# only a comment\n", "1:1~null");
}

#[test]
fn places_count_characters_from_one() {
    check(
        "a:\n  é: x\n  b: [1, {c: 2}]",
        "1:1~{a@1:1=2:3~{é@2:3=2:6~x b@3:3=3:6~[3:7~1 3:10~{c@3:11=3:14~2}]}}",
    );
    check("\u{feff}a: 1", "1:1~{a@1:1=1:4~1}");
    check("a: 1\r\nb: 2\r\n", "1:1~{a@1:1=1:4~1 b@2:1=2:4~2}");
}

#[test]
fn blocks_and_json_are_read() {
    check("a: |\n  one\n  two\n", "1:1~{a@1:1=2:3~\"one\\ntwo\\n\"}");
    check(
        "{\"a\": [1, true, null, \"x\\n\"],\n\t\"b\": {}}",
        "1:1~{a@1:2=1:7~[1:8~1 1:11~true 1:17~null 1:23~\"x\\n\"] b@2:2=2:7~{}}",
    );
}

#[test]
fn mistakes_of_form_are_named_with_their_places() {
    refused(
        "a: 1\nb:\n  c: 1\n  c: 2\na: 3",
        "\
doc:4:3: b: the key \"c\" is already on line 3
doc:5:1: the key \"a\" is already on line 1",
    );
    refused(
        "a: &x 1\nb: *x",
        "\
doc:1:4: a: anchors (&name) are not read here
  hint: write the value out wherever it is needed
doc:2:4: b: aliases (*name) are not read here
  hint: write the value out",
    );
    refused(
        "a: !!str 1",
        "\
doc:1:4: a: tags (!name) are not read here
  hint: leave it out; every value is read as what its field needs",
    );
    refused("? [a, b]\n: 1", "doc:1:3: a key must be text");
    refused(
        "a: 1\n---\nb: 2",
        "doc:2:1: a second document begins here; only one is read from a text",
    );
    refused(
        "a: 1\nb: \0",
        "\
doc:2:4: the document has a NUL character
  hint: save it as plain text in UTF-8",
    );
}

#[test]
fn text_that_is_no_yaml_is_refused_at_its_place() {
    let problems = parse("doc", "a: [1, 2\nb: 3").unwrap_err();
    assert_eq!(problems.list[0].place.line, 2, "{problems}");
    assert!(parse("doc", "a: 'open").is_err());
    assert!(parse("doc", "a: *unknown").is_err());
}

#[test]
fn depth_and_the_number_of_problems_have_limits() {
    let deep = "[".repeat(DEPTH_MAX) + &"]".repeat(DEPTH_MAX);
    assert!(parse("doc", &deep).is_ok());
    let deeper = "[".repeat(DEPTH_MAX + 2) + &"]".repeat(DEPTH_MAX + 2);
    let message = parse("doc", &deeper).unwrap_err().list[0].message.clone();
    assert_eq!(message, format!("values nest more than {DEPTH_MAX} deep"));

    let text = "a: 1\n".repeat(PROBLEMS_COUNT_MAX + 11);
    let problems = parse("doc", &text).unwrap_err();
    assert_eq!(
        (problems.list.len(), problems.more),
        (PROBLEMS_COUNT_MAX, 10)
    );
    assert!(problems.to_string().ends_with("\ndoc: and 10 more"));
}

#[test]
fn a_bomb_of_brackets_does_not_overflow_the_stack() {
    assert!(parse("doc", &"[".repeat(500_000)).is_err());
    assert!(parse("doc", &"{a: ".repeat(200_000)).is_err());
    assert!(parse("doc", &"- ".repeat(200_000)).is_err());
}
