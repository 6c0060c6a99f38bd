//! What is sent is what the API takes.

use migrate::{Book, Scope, mapping};
use serde_json::{Value, json};
use wire::request::{self, AddDocument, AddNote, CreateProfile};

use crate::shared::{self, said};

fn taken<T: request::FromBody>(body: &Value) {
    if let Err(mistakes) = request::parse::<T>(body.to_string().as_bytes()) {
        panic!("{mistakes:#?}\n{body:#}");
    }
}

#[test]
fn every_body_made_of_the_small_book_is_taken_by_the_api() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let text = std::fs::read_to_string(shared::northgate_mapping()).expect("the mapping is there");
    let mapping = mapping::read("mapping.yaml", &text, &folder).expect("it has no mistakes");
    let book =
        Book::read(mapping, &folder, Scope::All, &shared::keep()).expect("the book can be read");
    let id = "00000000-0000-0000-0000-000000000001";
    let mut data = json!({"entity_type": "COMPANY"});
    for associate in book.associates.iter().filter(|a| a.row.verdict.migrates()) {
        if associate.person_reference.is_none() {
            taken::<CreateProfile>(&said(&associate.body));
        }
        let mut entry = said(&associate.entry);
        entry["entity_type"] = json!(associate.entity.as_str());
        entry["linked_profile"] = json!({"id": id});
        let mut at = &mut data;
        for name in associate.list.as_deref().expect("it has a list").split('.') {
            at = &mut at[name];
        }
        if at.is_null() {
            *at = json!([]);
        }
        at.as_array_mut().expect("a list").push(entry);
    }
    taken::<CreateProfile>(&json!({"role": "COMPANY_ASSOCIATED", "collected_data": data}));
    for client in book.clients.iter().filter(|c| c.row.verdict.migrates()) {
        taken::<CreateProfile>(&said(&client.body));
    }
    for scan in book
        .documents
        .iter()
        .filter(|scan| scan.row.verdict.migrates())
    {
        let kind = scan.kind.as_ref().expect("it has a type");
        let mut body = said(&scan.body);
        body["document_type"] = json!(kind.document_type);
        body["category"] = json!(kind.category);
        body["images"] = json!([{"id": id}]);
        taken::<AddDocument>(&body);
    }
    for note in book.notes.iter().filter(|note| note.row.verdict.migrates()) {
        taken::<AddNote>(&said(&note.body));
    }
}
