//! What is known before anything is sent.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use migrate::check::{Policy, preview};
use migrate::progress::Silent;
use migrate::{Error, Options, Scope, run};

use crate::runs::options;
use crate::server::{Server, Trouble};
use crate::shared;

const MAPPING: &str = r"version: 1
name: check
as_of: 2025-06-30
sources: {rows: {file: rows.csv},
  links: {file: links.csv},
  firms: {file: firms.csv}}
individuals:
  source: rows
  key: NO
  products: {from: PRODUCT, aliases: {A: acount, B: business}}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.personal_details.name.given_names, from: NAME}
    - {to: collected_data.personal_details.dob, from: BORN}
    - {to: collected_data.custom_fields.jobb, from: NAME}
    - {to: collected_data.custom_fields.trade, from: NAME}
companies:
  source: firms
  key: NO
  products: {always: [business]}
  fields: [{to: collected_data.custom_fields.trade, from: NAME}]
associates:
  source: links
  owner: NO
  person: PERSON
  role: {from: ROLE, lists: {D: officers.directors}}
  entry: [{to: appointed_on, from: SINCE}]
  fields: []
";

/// The mapping with its people alone.
fn of_people() -> String {
    let people = MAPPING.split("companies:").next().expect("a part");
    let others = ",\n  links: {file: links.csv},\n  firms: {file: firms.csv}}";
    people.replace(others, "}")
}

const POLICY: &str = r"format: 1
custom_fields:
  - {name: job, entity: individual, type: text}
  - {name: trade, entity: company, type: text}
products:
  - {alias: account, individual: {policy: x}, company: {policy: y}}
  - {alias: business, company: {policy: y}}
";

fn book(name: &str, url: &str) -> Options {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("check-{name}"));
    fs::create_dir_all(&folder).expect("a folder can be made");
    let write = |file: &str, text: &str| {
        fs::write(folder.join(file), text).expect("a file can be written");
    };
    write("mapping.yaml", MAPPING);
    write(
        "rows.csv",
        "NO,NAME,BORN,PRODUCT\n1,Ann,1980-01-01,A\n2,Bob,80-01-01,A\n3,,81-01-01,B\n",
    );
    write("links.csv", "NO,PERSON,ROLE,SINCE\n");
    write("firms.csv", "NO,NAME\n9,Firm\n");
    Options {
        mapping: folder.join("mapping.yaml"),
        ..options(&folder, url, Scope::All, &format!("check-{name}-state"))
    }
}

/// As [`book`], without a server.
fn offline(name: &str) -> Options {
    Options {
        base_urls: Vec::new(),
        ..book(name, "")
    }
}

#[tokio::test]
async fn what_the_api_will_refuse_is_told_by_field() {
    let options = offline("refusals");
    let people = of_people();
    fs::write(&options.mapping, people).expect("it can be written");
    let found = preview(&options).await.expect("it can be read").refusals;
    let told: Vec<String> = found
        .iter()
        .map(|one| format!("{} {} {} {}", one.file, one.field, one.rows, one.line))
        .collect();
    assert_eq!(
        told,
        [
            "rows.csv collected_data.personal_details.dob 2 3",
            "rows.csv collected_data.personal_details.name.given_names 2 2",
        ]
    );
    assert!(found[1].message.contains("list"), "{}", found[1].message);
}

#[tokio::test]
async fn an_entry_of_a_link_is_held_to_the_api_too() {
    let options = offline("entries");
    let links = options.source.join("links.csv");
    fs::write(links, "NO,PERSON,ROLE,SINCE\n9,1,D,2001\n").expect("it can be written");
    let found = preview(&options).await.expect("it can be read").refusals;
    let of_links = found.iter().filter(|one| one.file == "links.csv");
    let told: Vec<&str> = of_links.map(|one| one.field.as_str()).collect();
    assert_eq!(told, ["appointed_on"]);
}

#[tokio::test]
async fn nothing_of_the_small_book_will_be_refused() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    for scope in [Scope::All, Scope::Active] {
        let options = Options {
            base_urls: Vec::new(),
            ..options(&folder, "", scope, "check-small")
        };
        let found = preview(&options).await.expect("it can be read");
        assert_eq!(found.refusals, [], "{}", scope.as_str());
        assert!(
            matches!(found.policy, Policy::Unread(_)),
            "{:?}",
            found.policy
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_policy_does_not_know_is_told_before_anything_is_sent() {
    let server = Server::start(Trouble {
        policy: Some(POLICY.to_owned()),
        ..Trouble::default()
    })
    .await;
    let options = book("policy", &server.url);
    let wrong = MAPPING.replace("personal_details.dob", "personal_details.dobb");
    fs::write(&options.mapping, wrong).expect("it can be written");
    let error = preview(&options).await.expect_err("it has mistakes");
    let name = format!("{}:", options.mapping.display());
    assert_eq!(
        error.to_string().replace(&name, ""),
        "\
10:42: individuals.products.aliases.A: the published policy has no product \"acount\"
  hint: did you mean \"account\"?
10:53: individuals.products.aliases.B: the product \"business\" is not for individuals
  hint: the policy gives it no individual policy
14:12: individuals.fields[2].to: the API has no field \"dobb\" in collected_data.personal_details
  hint: did you mean \"dob\"?
15:12: individuals.fields[3].to: the published policy has no custom field \"jobb\"
  hint: did you mean \"job\"?
16:12: individuals.fields[4].to: the custom field \"trade\" is not for individuals
  hint: it has job; or publish a policy that has it"
    );
    fs::write(&options.mapping, MAPPING).expect("it can be written");
    let outcome = run(options, Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Mapping(_))), "{outcome:?}");
    assert!(server.state().profiles.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_cannot_be_read_is_no_mistake() {
    let server = Server::start(Trouble::default()).await;
    let options = book("unread", &server.url);
    let people = of_people();
    fs::write(&options.mapping, people).expect("it can be written");
    let asked = async || preview(&options).await.expect("it may go on").policy;
    let plain = "only an administrator's key may read the policy";
    assert_eq!(asked().await, Policy::Unread(plain.to_owned()));
    server.state().trouble.policy = Some("products: {a: b}".to_owned());
    let other = "the server's policy is not one that this tool can read";
    assert_eq!(asked().await, Policy::Unread(other.to_owned()));
    // Without one every client would be refused.
    server.state().trouble.policy = Some(String::new());
    assert_eq!(asked().await, Policy::Missing);
    let outcome = run(options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Option(_))), "{outcome:?}");
    assert_eq!(server.state().effects_count, 0);
    let wrong = Options {
        api_key: "wrong".to_owned(),
        ..options.clone()
    };
    let outcome = preview(&wrong).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_northgate_mapping_names_nothing_that_the_demo_policy_lacks() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/demo.yaml");
    let server = Server::start(Trouble {
        policy: Some(fs::read_to_string(policy).expect("it is there")),
        ..Trouble::default()
    })
    .await;
    let options = options(&folder, &server.url, Scope::All, "check-demo");
    let found = preview(&options).await.expect("it has no mistakes");
    assert_eq!(found.policy, Policy::Version(7));
}
