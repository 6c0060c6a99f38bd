use document::{Collector, Fields, Problems, parse};

fn read(text: &str, with: impl FnOnce(&Fields<'_>)) -> Result<(), Problems> {
    let root = parse("policy.yaml", text)?;
    let collector = Collector::new("policy.yaml");
    if let Some(fields) = Fields::of(&root, &collector) {
        with(&fields);
        fields.finish();
    }
    collector.finish()
}

#[track_caller]
fn refused(text: &str, with: impl FnOnce(&Fields<'_>), expected: &str) {
    assert_eq!(read(text, with).expect_err(text).to_string(), expected);
}

#[test]
fn values_are_read_as_what_their_field_needs() {
    let text = "\
name: Home
code: 007
count: 12
share: 25.5
open: true
shut: 'false'
level: high
tags: [a, b]
single: x
limits: {LOW: 1, HIGH: 2}
nested: {deep: {name: N}}
empty:
";
    read(text, |fields| {
        assert_eq!(fields.text("name"), "Home");
        assert_eq!(fields.text("code"), "007");
        assert_eq!(fields.integer("count", 0..=12_u8), 12);
        assert!((fields.number("share", 0.0..=100.0) - 25.5).abs() < f64::EPSILON);
        assert!(fields.flag("open"));
        assert_eq!(fields.optional_flag("shut"), Some(false));
        assert_eq!(fields.one_of("level", &[("low", 1), ("high", 3)]), Some(3));
        assert_eq!(fields.texts("tags"), ["a", "b"]);
        assert_eq!(fields.texts("single"), ["x"]);
        let limits: Vec<_> = fields
            .entries("limits")
            .into_iter()
            .map(|(key, value)| (key.text.clone(), value.integer(0..=9).unwrap()))
            .collect();
        assert_eq!(limits, [("LOW".to_owned(), 1), ("HIGH".to_owned(), 2)]);
        let nested = fields.mapping("nested").unwrap();
        let deep = nested.mapping("deep").unwrap();
        assert_eq!((deep.path(), deep.text("name")), ("nested.deep", "N"));
        deep.finish();
        nested.finish();
        assert_eq!(fields.optional_text("empty"), None);
        assert_eq!(fields.optional_text("absent"), None);
        assert!(fields.list("absent").is_empty());
    })
    .unwrap();
}

#[test]
fn every_mistake_is_reported_at_once_in_the_order_of_the_text() {
    refused(
        "lvl: 1\nlevel: hgih\nproducts:\n  - policy: indvidual\n  - {}\nopen: yes\ncount: many\n",
        |fields| {
            fields.flag("open");
            fields.integer("count", 1..=9_u32);
            fields.one_of("level", &[("low", ()), ("high", ())]);
            for product in fields.list("products") {
                let product = product.fields().unwrap();
                if let Some(policy) = product.required("policy") {
                    policy.report_unknown("policy", ["individual", "company"]);
                }
                product.finish();
            }
            fields.text("name");
        },
        "\
policy.yaml:1:1: the field \"name\" is missing
policy.yaml:1:1: there is no field \"lvl\" here
  hint: the fields are count, level, name, open, products
policy.yaml:2:8: level: \"hgih\" is not one of low, high
  hint: did you mean \"high\"?
policy.yaml:4:13: products[0].policy: no policy is called \"indvidual\"
  hint: did you mean \"individual\"?
policy.yaml:5:5: products[1]: the field \"policy\" is missing
policy.yaml:6:7: open: \"yes\" is neither true nor false
  hint: write true
policy.yaml:7:8: count: \"many\" is not a whole number from 1 to 9",
    );
}

#[test]
fn a_misspelled_key_is_met_with_the_right_one() {
    let ask = |fields: &Fields<'_>| {
        fields.optional_text("description");
        fields.optional_text("name");
    };
    refused(
        "desciption: x\nname: y",
        ask,
        "\
policy.yaml:1:1: there is no field \"desciption\" here
  hint: did you mean \"description\"?",
    );
    refused(
        "banana: x",
        ask,
        "\
policy.yaml:1:1: there is no field \"banana\" here
  hint: the fields are description, name",
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_named() {
    refused(
        "a: [1]\nb: x\nc: {}\nd: inf\ne: ''\nf: [x, [y]]",
        |fields| {
            fields.text("a");
            fields.list("b");
            fields.flag("c");
            fields.number("d", -1e9..=1e9);
            fields.text("e");
            fields.texts("f");
        },
        "\
policy.yaml:1:4: a: text is expected here, not a list
  hint: write one value beside the key; put it in quotes if it begins with [ or {
policy.yaml:2:4: b: a list is expected here, not text
  hint: begin each item on a line of its own with \"- \", or write [a, b]
policy.yaml:3:4: c: true or false is expected here, not a mapping
  hint: write one value beside the key; put it in quotes if it begins with [ or {
policy.yaml:4:4: d: \"inf\" is not a number from -1000000000 to 1000000000
policy.yaml:5:4: e: this text must not be empty
policy.yaml:6:8: f[1]: text is expected here, not a list
  hint: write one value beside the key; put it in quotes if it begins with [ or {",
    );
    refused(
        "- a",
        |_| {},
        "\
policy.yaml:1:1: a mapping is expected here, not a list
  hint: write \"key: value\" lines without dashes",
    );
}
