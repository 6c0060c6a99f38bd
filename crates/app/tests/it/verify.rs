//! Whatever is changed on the server after a run, `usher migrate verify` names it, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use store::{Commit, Statement, Store};

use crate::binary::{Run, Server, folder, master_key, run};

/// The pieces of the first two images are not what was stored.
static DAMAGE: Statement = Statement::change(
    "test.damage_files",
    "update file_chunk set content = zeroblob(length(content)) where file_id in \
     (select id from file where kind = 'image' order by id limit 2)",
);

/// The small book of the shared data, or nothing where it is not there.
pub(crate) fn small_book() -> Option<PathBuf> {
    let data = option_env!("USHER_SHARED_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = data.join("books/northgate-small");
    folder.is_dir().then_some(folder)
}

/// A book that was brought over to a server of its own.
pub(crate) struct Migrated {
    pub(crate) data: PathBuf,
    pub(crate) book: PathBuf,
    pub(crate) mapping: PathBuf,
    pub(crate) key: String,
    pub(crate) server: Option<Server>,
}

impl Migrated {
    pub(crate) fn new(name: &str, book: &Path, mapping: &Path) -> Migrated {
        let data = folder(name);
        let server = Server::start(&data);
        let key = master_key(&data, "demo");
        let published = server.ask("POST", "/admin/config", &key, config::DEMO);
        assert_eq!(published.status, 200);
        Migrated {
            data,
            book: book.to_owned(),
            mapping: mapping.to_owned(),
            key,
            server: Some(server),
        }
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// Runs a command of `usher migrate` with a book on this server.
    pub(crate) fn migrate(&self, command: &str, more: &[&str]) -> Run {
        let url = format!("http://{}", self.server().address);
        self.migrate_by(&url, command, more)
    }

    /// Runs a command of `usher migrate` without a book on this server.
    pub(crate) fn of_run(&self, command: &str, more: &[&str]) -> Run {
        let url = format!("http://{}", self.server().address);
        self.at(&url, command, more)
    }

    /// As [`Migrated::migrate`], through a proxy.
    pub(crate) fn migrate_by(&self, url: &str, command: &str, more: &[&str]) -> Run {
        let (book, mapping) = (self.book.to_str().unwrap(), self.mapping.to_str().unwrap());
        let book = ["--source", book, "--mapping", mapping];
        self.at(url, command, &[&book[..], more].concat())
    }

    fn at(&self, url: &str, command: &str, more: &[&str]) -> Run {
        let state = self.data.join("state");
        let place = ["--url", url, "--key", &self.key, "--state"];
        let place = [&place[..], &[state.to_str().unwrap()]].concat();
        run(&[&["migrate", command], &place[..], more].concat())
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let path = format!("/4.0{path}");
        let answer = self.server().ask(method, &path, &self.key, &text);
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
        answer.body
    }

    /// Changes the collected data of a profile by hand.
    pub(crate) fn edit(&self, profile: &str, edit: impl FnOnce(&mut Value)) {
        let path = format!("/profiles/{profile}/collected_data");
        let mut data = self.ask("GET", &path, &Value::Null);
        edit(&mut data);
        self.ask("POST", &path, &data);
    }

    /// Reference and profile of every client of a file that came over.
    pub(crate) fn clients(&self, file: &str) -> Vec<(String, String)> {
        let text = fs::read_to_string(self.data.join("state/results").join(file)).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows = reader.records().map(Result::unwrap);
        rows.filter(|row| row[3].starts_with("migrated"))
            .map(|row| (row[2].to_owned(), row[5].to_owned()))
            .collect()
    }

    /// The JSON report of a look at everything, and how the command ended.
    pub(crate) fn verify(&self) -> (Value, Run) {
        let path = self.data.join("verify.json");
        let page = self.data.join("verify.html");
        let files = [
            "--json",
            path.to_str().unwrap(),
            "--report",
            page.to_str().unwrap(),
        ];
        let run = self.migrate("verify", &files);
        let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", run.talk));
        (serde_json::from_str(&text).unwrap(), run)
    }
}

/// Reference and what differs, of every difference in a report.
fn named(report: &Value) -> Vec<(String, String)> {
    let differences = report["differences"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    differences
        .map(|one| (text(&one["key"]), text(&one["what"])))
        .collect()
}

const FIELDS: [&str; 16] = [
    "/personal_details/name/family_name",
    "/personal_details/name/given_names/0",
    "/personal_details/dob",
    "/personal_details/nationality",
    "/personal_details/gender",
    "/address_history/0/address/address_lines/0",
    "/address_history/0/address/country",
    "/address_history/0/address/postal_code",
    "/contact_details/email",
    "/contact_details/phone_number",
    "/custom_fields/occupation",
    "/custom_fields/customer_since",
    "/metadata/name",
    "/metadata/number",
    "/metadata/incorporation_date",
    "/metadata/addresses/0/address/locality",
];

/// Another value of the same kind.
fn other(pointer: &str, value: &str) -> String {
    let swapped = |one: &str, another: &str| {
        let other = if value == one { another } else { one };
        other.to_owned()
    };
    match pointer.rsplit('/').next().unwrap() {
        "gender" => swapped("F", "M"),
        "country" | "nationality" => swapped("FRA", "DEU"),
        "dob" | "customer_since" | "incorporation_date" => swapped("1971-02-03", "1972-03-04"),
        "email" => format!("other.{value}"),
        "phone_number" => format!("{value}1"),
        _ => format!("{value} II"),
    }
}

/// The path as a report writes it: list places in brackets.
fn written(pointer: &str) -> String {
    let parts = pointer.split('/').skip(1);
    let parts = parts.map(|part| match part.parse::<usize>() {
        Ok(place) => format!("[{place}]"),
        Err(_) => format!(".{part}"),
    });
    format!("collected_data{}", parts.collect::<String>())
}

/// Changes fields of random clients, one after another until there are so many.
fn change_fields(book: &Migrated, count: usize, dice: &mut StdRng) -> BTreeSet<(String, String)> {
    let mut clients = book.clients("individuals.csv");
    clients.extend(book.clients("companies.csv"));
    let mut changed = BTreeSet::new();
    while changed.len() < count {
        let (reference, profile) = clients.choose(dice).unwrap();
        let pointer = FIELDS.choose(dice).unwrap();
        let name = (reference.clone(), written(pointer));
        if changed.contains(&name) {
            continue;
        }
        book.edit(profile, |data| {
            if let Some(Value::String(value)) = data.pointer_mut(pointer) {
                *value = other(pointer, value);
                changed.insert(name);
            }
        });
    }
    changed
}

const LISTS: [&str; 4] = [
    "officers.directors",
    "officers.secretaries",
    "ownership_structure.shareholders",
    "ownership_structure.beneficial_owners",
];

/// Changes one link in each of so many random companies: its day, its list, or whether it is there.
fn change_links(book: &Migrated, count: usize, dice: &mut StdRng) -> BTreeSet<(String, String)> {
    let mut companies = book.clients("companies.csv");
    companies.shuffle(dice);
    let mut changed = BTreeSet::new();
    for (reference, profile) in companies {
        if changed.len() == count {
            break;
        }
        book.edit(&profile, |data| {
            let list = LISTS.choose(dice).unwrap();
            let pointer = format!("/{}", list.replace('.', "/"));
            let Some(entries) = data.pointer_mut(&pointer).and_then(Value::as_array_mut) else {
                return;
            };
            if entries.is_empty() {
                return;
            }
            let place = dice.random_range(0..entries.len());
            match dice.random_range(0..3) {
                0 => entries[place]["appointed_on"] = json!("1999-09-09"),
                1 => drop(entries.remove(place)),
                _ => {
                    let entry = entries.remove(place);
                    let others = data["officers"]["trustees"].as_array().cloned();
                    let others = others.unwrap_or_default();
                    data["officers"]["trustees"] = json!([&others[..], &[entry]].concat());
                }
            }
            changed.insert((reference, (*list).to_owned()));
        });
    }
    assert_eq!(changed.len(), count);
    changed
}

/// Every document of the book: reference, profile, the id of its image.
fn documents(book: &Migrated) -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    for (reference, profile) in book.clients("documents.csv") {
        let path = format!("/profiles/{profile}/document_images");
        for image in book.ask("GET", &path, &Value::Null).as_array().unwrap() {
            let id = image["id"].as_str().unwrap().to_owned();
            found.insert(id, (reference.clone(), profile.clone()));
        }
    }
    found
}

/// Puts another image into so many random documents, of clients with one document each.
fn change_documents(book: &Migrated, count: usize, dice: &mut StdRng) -> BTreeSet<String> {
    let mut documents: Vec<_> = documents(book).into_iter().skip(2).collect();
    documents.shuffle(dice);
    let mut changed = BTreeSet::new();
    for (image, (reference, profile)) in documents {
        if changed.len() == count || !changed.insert(reference) {
            continue;
        }
        let scan = json!({
            "data": "data:application/pdf;base64,JVBERi0xLjQKb3RoZXIKJSVFT0YK",
            "image_type": "FRONT", "document_type": "PASSPORT",
            "document_category": "PROOF_OF_IDENTITY",
        });
        let new = book.ask(
            "POST",
            &format!("/profiles/{profile}/document_images"),
            &scan,
        );
        book.edit(&profile, |data| {
            for document in data["documents"].as_array_mut().unwrap() {
                if document["images"][0]["id"] == json!(image) {
                    document["images"] = json!([{"id": new["id"]}]);
                }
            }
        });
    }
    changed
}

#[test]
fn fifty_fields_five_files_and_five_links_changed_on_the_server_are_named_and_nothing_else() {
    let Some(small) = small_book() else {
        return;
    };
    let mapping =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/northgate/mapping.yaml");
    let mut book = Migrated::new("verify-changed", &small, &mapping);
    let brought = book.migrate("run", &["--ramp", "4"]);
    assert_eq!(brought.code, 0, "{}{}", brought.data, brought.talk);
    let (report, clean) = book.verify();
    assert_eq!((clean.code, named(&report).len()), (0, 0), "{}", clean.data);

    let mut dice = StdRng::seed_from_u64(20_261_123);
    let mut expected = change_fields(&book, 50, &mut dice);
    expected.extend(change_links(&book, 5, &mut dice));
    let damaged: Vec<String> = (documents(&book).into_values().take(2))
        .map(|(reference, _)| reference)
        .collect();
    let mut files = change_documents(&book, 3, &mut dice)
        .into_iter()
        .collect::<Vec<_>>();
    files.extend(damaged);
    files.sort();
    book.server.take().unwrap().stop();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let path = book.data.join("usher.sqlite");
        let store = Store::open_sqlite(path).await.unwrap();
        let damage = store::Write::new(&DAMAGE, vec![]);
        store.commit(Commit::new().write(damage)).await.unwrap();
        store.close().await;
    });
    book.server = Some(Server::start(&book.data));

    let (report, verified) = book.verify();
    assert_eq!(verified.code, 1, "{}", verified.talk);
    let (found_files, found): (Vec<_>, Vec<_>) = (named(&report).into_iter())
        .partition(|(_, what)| what.starts_with("document ") || what.starts_with("file "));
    let found: BTreeSet<(String, String)> = found.into_iter().collect();
    let missed: Vec<_> = expected.difference(&found).collect();
    let invented: Vec<_> = found.difference(&expected).collect();
    assert!(
        missed.is_empty() && invented.is_empty(),
        "{missed:#?} {invented:#?}"
    );
    let found_files: Vec<String> = found_files.into_iter().map(|(client, _)| client).collect();
    assert_eq!(found_files, files);
    assert_eq!(report["difference_counts"]["all"], 60, "{}", verified.data);
    assert_eq!(report["difference_counts"]["changed_on_server"], 60);
}

/// What a report says of a client: what differs, what was sent, what is there, and why.
fn told(report: &Value, reference: &str) -> Vec<[String; 4]> {
    let differences = report["differences"].as_array().unwrap().iter();
    differences
        .filter(|one| one["key"] == reference)
        .map(|one| {
            ["what", "expected", "found", "cause"]
                .map(|name| one[name].as_str().unwrap().to_owned())
        })
        .collect()
}

/// Adds a field, a tag, a file, an image, a note and a link.
fn add_by_hand(book: &Migrated, profile: &str, company: &str) {
    let at = |path: &str| format!("/profiles/{profile}{path}");
    book.edit(profile, |data| {
        data["ip_location"] = json!({"ip_address": "192.0.2.7"});
    });
    book.ask("POST", &at("/tags"), &json!({"name": "<b>vip</b>"}));
    let pdf = "data:application/pdf;base64,JVBERi0xLjQKb3RoZXIKJSVFT0YK";
    book.ask(
        "POST",
        &at("/files"),
        &json!({"name": "x.pdf", "data": pdf}),
    );
    let image = json!({"data": pdf, "image_type": "FRONT", "document_type": "PASSPORT",
        "document_category": "PROOF_OF_IDENTITY"});
    book.ask("POST", &at("/document_images"), &image);
    let task = book.ask("GET", &at("/tasks"), &Value::Null)[0]["id"].clone();
    let task = task.as_str().unwrap();
    book.ask(
        "POST",
        &at(&format!("/tasks/{task}/notes")),
        &json!({"text": "by hand"}),
    );
    book.edit(company, |data| {
        data["officers"]["other"] = json!([{"entity_type": "INDIVIDUAL",
            "linked_profile": {"id": profile}}]);
    });
}

#[test]
fn what_others_added_is_told_apart_from_what_they_changed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let book = Migrated::new("verify-added", &folder, &folder.join("mapping.yaml"));
    assert_eq!(book.migrate("run", &[]).code, 0);
    let (company, its_profile) = book.clients("companies.csv").swap_remove(0);
    let (client, profile) = book.clients("individuals.csv").swap_remove(0);
    add_by_hand(&book, &profile, &its_profile);
    let (report, run) = book.verify();
    assert_eq!(run.code, 1, "{}", run.talk);
    let added: Vec<String> = (told(&report, &client).into_iter())
        .map(|[what, expected, found, cause]| {
            assert_eq!(
                (expected.as_str(), cause.as_str()),
                ("", "added_on_server"),
                "{what}"
            );
            let kind = what.split(' ').take(2).collect::<Vec<_>>().join(" ");
            let is_made = what.starts_with("file") || what.starts_with("note");
            if is_made {
                assert!(!found.is_empty(), "{what}");
                return what.split(' ').next().unwrap().to_owned();
            }
            kind
        })
        .collect();
    let wanted = [
        "collected_data.ip_location.ip_address",
        "document image",
        "file",
        "note",
        "tag <b>vip</b>",
    ];
    assert_eq!(added, wanted);
    let links = told(&report, &company);
    assert_eq!(links.len(), 1, "{links:?}");
    assert_eq!(links[0][0], format!("link to {profile} in officers.other"));
    assert_eq!(links[0][3], "added_on_server");
    assert_eq!(report["difference_counts"]["added_on_server"], 6);
    assert_eq!(report["difference_counts"]["all"], 6, "{}", run.data);
    is_for_an_auditor(&book, &report);
}

/// The report says what was compared with what, and its page escapes what it shows.
fn is_for_an_auditor(book: &Migrated, report: &Value) {
    let page = fs::read_to_string(book.data.join("verify.html")).unwrap();
    assert!(page.contains("&lt;b&gt;vip&lt;/b&gt;") && !page.contains("<b>vip"));
    assert!(!page.contains("<script") && !page.contains("href=") && !page.contains("src="));

    for name in ["begun_at", "ended_at", "account", "scope", "run"] {
        assert!(!report[name].as_str().unwrap().is_empty(), "{name}");
    }
    assert_eq!(report["configuration"], "version 1");
    assert_eq!(report["key_name"], "Master key");
    let input = &report["inputs"][1];
    let text = fs::read(book.book.join(input["file"].as_str().unwrap())).unwrap();
    assert_eq!(input["bytes"], text.len());
    assert_eq!(
        (&input["is_as_run"], input["sha256"].as_str().unwrap().len()),
        (&json!(true), 64)
    );
}

#[test]
fn a_folder_without_a_run_is_said_to_be_none() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let book = Migrated::new("verify-gone", &folder, &folder.join("mapping.yaml"));
    let nothing = book.migrate("verify", &[]);
    assert_eq!(nothing.code, 2, "{}", nothing.talk);
    assert!(
        nothing.talk.contains("is not the state folder of a run"),
        "{}",
        nothing.talk
    );
    assert!(!book.data.join("state").exists());
}
