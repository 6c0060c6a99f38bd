//! What is sent of a row.

use serde_json::{Value, json};
use wire::request::{AddDocument, AddNote, CreateProfile, FromBody, UpdateTask};

use super::Attempt;
use super::find::Part;
use crate::book::{Associate, Client, Entity, Person, Scan};
use crate::check::mistakes_of;
use crate::numbered;
use crate::run::client_body;
use crate::{Book, Error};

/// Stands for an id that is known only when it is sent.
const UNKNOWN_ID: &str = "00000000-0000-0000-0000-000000000000";

/// One thing that is sent.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Where it goes.
    pub(super) to: String,
    /// What is sent.
    pub(super) body: Value,
    /// What the API will refuse of it, as `field: message`.
    pub(super) mistakes: Vec<String>,
}

impl Request {
    fn of<T: FromBody>(to: impl Into<String>, body: Value) -> Request {
        let mistakes = mistakes_of::<T>(&body).into_iter();
        let told = mistakes.map(|mistake| match mistake.field.as_str() {
            "" => mistake.message,
            field => format!("{field}: {}", mistake.message),
        });
        Request {
            mistakes: told.collect(),
            ..Request::unchecked(to, body)
        }
    }

    fn unchecked(to: impl Into<String>, body: Value) -> Request {
        Request {
            to: to.into(),
            body,
            mistakes: Vec::new(),
        }
    }
}

/// Adds what is sent of a row, and what is to be known about it.
pub(super) fn fill(attempt: &mut Attempt, book: &Book, part: Part<'_>) -> Result<(), Error> {
    match part {
        Part::Client(client) => fill_client(attempt, book, client)?,
        Part::Associate(associate) => fill_associate(attempt, book, associate)?,
        Part::Document(scan) => fill_document(attempt, scan)?,
        Part::Note(note) => attempt.requests.push(Request::of::<AddNote>(
            "POST /profiles/…/tasks/…/notes, on the client's first live task",
            note.body.get()?,
        )),
    }
    Ok(())
}

fn fill_client(attempt: &mut Attempt, book: &Book, client: &Client) -> Result<(), Error> {
    let body = client_body(client)?;
    let applications = body["applications"].as_array();
    attempt.products = applications
        .into_iter()
        .flatten()
        .filter_map(|application| Some(application["product"]["alias"].as_str()?.to_owned()))
        .collect();
    attempt.tags = client.tags.to_vec();
    attempt
        .requests
        .push(Request::of::<CreateProfile>("POST /profiles", body));
    if client.row.verdict.migrates() {
        fill_evidence(attempt, book, client);
    }
    if client.is_associate_only {
        attempt.is_sent = true;
        attempt.remarks.push(
            "it comes over all the same, as an associate without applications: a company lists it"
                .to_owned(),
        );
    }
    let is_link = |associate: &&Associate| {
        let owner = associate.owner.map(|place| &book.clients[place].row.record);
        associate.row.verdict.migrates()
            && owner.is_some_and(|record| std::ptr::eq(record, &raw const client.row.record))
    };
    let links = book.associates.iter().filter(is_link).count();
    if client.entity == Entity::Company && links > 0 {
        attempt.remarks.push(format!(
            "with it go its links to associates, {} of their file",
            numbered(links, "row", "rows")
        ));
    }
    Ok(())
}

/// What the old system decided; an expiry is shown as if the run had begun on the day of the export.
fn fill_evidence(attempt: &mut Attempt, book: &Book, client: &Client) {
    for evidence in &client.evidence {
        let task = &evidence.task;
        let request = match evidence.pass(&client.row.reference, book.mapping.as_of) {
            Some(pass) => {
                Request::of::<UpdateTask>(format!("POST /profiles/…/tasks/… ({task})"), pass)
            }
            None => Request::of::<AddNote>(
                format!("POST /profiles/…/tasks/…/notes ({task})"),
                evidence.note(true),
            ),
        };
        attempt.requests.push(request);
    }
    if !client.evidence.is_empty() {
        attempt.remarks.push(
            "evidence waits for automation; for a task that the policy does not ask for it becomes a \
             note on another"
                .to_owned(),
        );
    }
}

fn fill_associate(attempt: &mut Attempt, book: &Book, associate: &Associate) -> Result<(), Error> {
    if associate.person == Person::Inline {
        let body = associate.body.get()?;
        attempt
            .requests
            .push(Request::of::<CreateProfile>("POST /profiles", body));
        let map = book.mapping.associates.as_ref();
        attempt.tags = map.map(|map| map.tags.clone()).unwrap_or_default();
    }
    if let Some(list) = &associate.list {
        let to = format!(
            "an entry in collected_data.{list} of {}",
            associate.row.reference
        );
        let body = associate.entry_of(UNKNOWN_ID)?;
        attempt.requests.push(Request::unchecked(to, body));
        attempt.remarks.push(zeros("the associate's profile"));
    }
    Ok(())
}

fn fill_document(attempt: &mut Attempt, scan: &Scan) -> Result<(), Error> {
    let (Some(file), Some(kind)) = (&scan.file, &scan.kind) else {
        return Ok(());
    };
    let data = format!("data:{};base64,…", file.mime);
    attempt
        .remarks
        .push(format!("data is the file, {} bytes", file.bytes));
    if kind.is_file {
        let name = file.path.file_name().map(|name| name.to_string_lossy());
        let body = json!({"name": name, "data": data});
        attempt
            .requests
            .push(Request::unchecked("POST /profiles/…/files", body));
        return Ok(());
    }
    let image = json!({
        "data": data,
        "image_type": "FRONT",
        "document_type": kind.document_type,
        "document_category": kind.category,
    });
    let images = Request::unchecked("POST /profiles/…/document_images", image);
    let body = scan.document(kind, UNKNOWN_ID)?;
    let documents = "POST /profiles/…/collected_data/documents";
    attempt
        .requests
        .extend([images, Request::of::<AddDocument>(documents, body)]);
    attempt.remarks.push(zeros("the image"));
    Ok(())
}

fn zeros(of: &str) -> String {
    format!("the id of zeros stands for that of {of}, which is known when it is there")
}
