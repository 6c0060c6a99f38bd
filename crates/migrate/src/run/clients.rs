//! One client: its profile with its applications, its tags, its documents.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::prove::{NOT_KEPT, REPAIRS_COUNT_MAX};
use super::steps::{Done, Made, Posted};
use super::{Occurrences, Work, delta};
use crate::book::files::FileFacts;
use crate::book::{Client, Scan};
use crate::mapping::DocumentKind;
use crate::{Error, hex};

/// The step that makes a client's profile.
pub(crate) fn create_step(reference: &str) -> String {
    format!("{reference}/create")
}

/// The step that applies for a product for a client who was made without applications.
pub(super) fn application_step(reference: &str, alias: &str) -> String {
    application_start(reference) + alias
}

/// How the names of those steps begin.
pub(super) fn application_start(reference: &str) -> String {
    format!("{reference}/application/")
}

/// Brings one individual over.
pub(super) async fn bring_over(work: Arc<Work>, place: usize) -> Result<(), Error> {
    work.begun_count.fetch_add(1, Ordering::Relaxed);
    let client = &work.book.clients[place];
    let step = create_step(&client.row.reference);
    for _ in 0..=REPAIRS_COUNT_MAX {
        let (profile, is_agreed) = match work.make(&step, &body(client)?).await? {
            Made::Now(profile) => (profile, true),
            Made::Before(profile) => {
                let is_agreed = delta::update(&work, place, &profile).await?;
                (profile, is_agreed)
            }
            Made::Refused(message) => return fail(&work, place, &message),
        };
        complete(&work, place, (&profile, is_agreed)).await?;
        if work.keeps_client(place, &profile).await? {
            return Ok(());
        }
    }
    fail(&work, place, NOT_KEPT)
}

/// Brings over what follows a client that has a profile: its tags, its documents. Where the profile does
/// not agree with the row, why is written down already.
pub(super) async fn complete(
    work: &Work,
    place: usize,
    (profile, is_agreed): (&str, bool),
) -> Result<(), Error> {
    let client = &work.book.clients[place];
    let reference = &client.row.reference;
    if let Some(message) = tag(work, reference, profile, &client.tags).await? {
        return fail(work, place, &message);
    }
    if is_agreed && client.row.verdict.migrates() {
        work.row_done(&client.row, profile)?;
    }
    let mut names = Occurrences::default();
    for scan in &work.followers[place].documents {
        let scan = &work.book.documents[*scan];
        let name = names.name(&scan.row);
        match document(work, scan, &name, profile).await? {
            None => work.row_done(&scan.row, profile)?,
            Some(message) => work.row_failed(&scan.row, &message)?,
        }
    }
    Ok(())
}

/// The step that puts a tag on the profile of a client or of a person named inline.
pub(super) fn tag_step(owner: &str, tag: &str) -> String {
    format!("{owner}/tag/{tag}")
}

/// Puts tags on a profile; gives what went wrong.
pub(super) async fn tag(
    work: &Work,
    owner: &str,
    profile: &str,
    tags: &[String],
) -> Result<Option<String>, Error> {
    for tag in tags {
        let step = tag_step(owner, tag);
        let path = format!("/profiles/{profile}/tags");
        if let Done::Refused(message) = work.post(&step, &path, &json!({"name": tag})).await? {
            return Ok(Some(format!("tag: {message}")));
        }
    }
    Ok(None)
}

/// The body of a client's profile; one that is out of scope comes as an associate, without
/// applications.
///
/// Errors: as [`Kept::get`](crate::book::Kept::get).
pub(crate) fn body(client: &Client) -> Result<Value, Error> {
    let mut body = client.body.get()?;
    if client.is_associate_only {
        body["role"] = Value::String(format!("{}_ASSOCIATED", client.entity.as_str()));
        if let Value::Object(fields) = &mut body {
            fields.remove("applications");
        }
    }
    Ok(body)
}

/// A client that failed takes what follows it along.
pub(super) fn fail(work: &Work, place: usize, message: &str) -> Result<(), Error> {
    let client = &work.book.clients[place];
    if client.row.verdict.migrates() {
        work.row_failed(&client.row, message)?;
    }
    let followers = &work.followers[place];
    let rows = (followers
        .documents
        .iter()
        .map(|scan| &work.book.documents[*scan].row))
    .chain(
        followers
            .notes
            .iter()
            .map(|note| &work.book.notes[*note].row),
    )
    .chain(
        followers
            .associates
            .iter()
            .map(|place| &work.book.associates[*place].row),
    );
    for row in rows {
        work.row_failed(row, "its client did not come over")?;
    }
    Ok(())
}

/// Sends one scan; gives what went wrong.
async fn document(
    work: &Work,
    scan: &Scan,
    name: &str,
    profile: &str,
) -> Result<Option<String>, Error> {
    let (Some(file), Some(kind)) = (&scan.file, &scan.kind) else {
        return Ok(Some("the file or its type is not known".to_owned()));
    };
    let base = format!("{}/document/{name}", scan.row.reference);
    let last = format!("{base}/{}", if kind.is_file { "file" } else { "document" });
    if work.live(&last)?.is_some() {
        let sent = work.ledger.sent(&last)?.unwrap_or_default();
        let sent: Value = serde_json::from_str(&sent).unwrap_or_default();
        // The row is as it was; the file it names may be another by now.
        if sent.is_null() || sent["sha256"] == json!(file.sha256) {
            return Ok(None);
        }
        return delta::replace_document(work, scan, (file, kind), (&base, &base), profile).await;
    }
    if let Some(old) = work.delta.old(&base) {
        let end = if kind.is_file { "file" } else { "document" };
        if work.ledger.answer(&format!("{old}/{end}"))?.is_none() {
            return go_on(work, scan, (old, &base), profile).await;
        }
        return delta::replace_document(work, scan, (file, kind), (old, &base), profile).await;
    }
    send_document(work, scan, (file, kind), &base, profile).await
}

/// Sends a scan that was not sent, as far as is known.
async fn send_document(
    work: &Work,
    scan: &Scan,
    (file, kind): (&FileFacts, &DocumentKind),
    base: &str,
    profile: &str,
) -> Result<Option<String>, Error> {
    if kind.is_file {
        let step = format!("{base}/file");
        let done = upload_file(work, &step, file, profile).await?;
        return remembered(work, &step, &delta::document_body(scan, "")?, done);
    }
    let step = format!("{base}/image");
    let done = upload_image(work, &step, (file, kind), profile).await?;
    let image = match &done {
        Done::Finished(image) => image.clone(),
        Done::Refused(message) => return Ok(Some(message.clone())),
    };
    remembered(
        work,
        &step,
        &json!({"sha256": file.sha256}).to_string(),
        done,
    )?;
    let (step, body) = (format!("{base}/document"), scan.document(kind, &image)?);
    let path = format!("/profiles/{profile}/collected_data/documents");
    let done = match work.post_unless_reused(&step, &path, &body).await? {
        Posted::Done(done) => done,
        Posted::Before(document, sent) => {
            let before = (document.as_str(), &sent);
            return delta::amend_document(work, (scan, kind), (base, &image), before, profile)
                .await;
        }
        Posted::Reused(message) => Done::Refused(message),
    };
    remembered(work, &step, &delta::document_body(scan, &image)?, done)
}

/// Sends a scan whose row said something else when an earlier run was cut off while it was sent: what
/// is there of it is not sent a second time.
async fn go_on(
    work: &Work,
    scan: &Scan,
    (old, base): (&str, &str),
    profile: &str,
) -> Result<Option<String>, Error> {
    let (Some(file), Some(kind)) = (&scan.file, &scan.kind) else {
        return Ok(Some("the file or its type is not known".to_owned()));
    };
    let (before, now) = (format!("{old}/image"), format!("{base}/image"));
    let sent = work.ledger.sent(&before)?.unwrap_or_default();
    let sent: Value = serde_json::from_str(&sent).unwrap_or_default();
    let document = format!("{old}/document");
    let image = work.ledger.answer(&before)?;
    let is_unfollowed = image.is_some() && work.ledger.answer(&document)?.is_none();
    match image {
        Some(image) if sent["sha256"] == json!(file.sha256) => {
            if work.ledger.answer(&now)?.is_none() {
                work.ledger
                    .finish_by(&now, &image, work.ledger.whose(&before)?)?;
            }
            if is_unfollowed {
                work.ledger
                    .stand_in(&document, &format!("{base}/document"))?;
            }
        }
        Some(_) => {}
        None => work.ledger.take_over(&before, &now)?,
    }
    let end = if kind.is_file { "file" } else { "document" };
    let (before, now) = (format!("{old}/{end}"), format!("{base}/{end}"));
    work.ledger.take_over(&before, &now)?;
    let refused = send_document(work, scan, (file, kind), base, profile).await?;
    if refused.is_none() && is_unfollowed {
        work.ledger.stand_in(&document, &now)?;
    }
    Ok(refused)
}

/// Remembers what a step sent, so that a later run sees what changed; gives what went wrong.
fn remembered(work: &Work, step: &str, body: &str, done: Done) -> Result<Option<String>, Error> {
    if matches!(done, Done::Finished(_)) {
        work.ledger.remember(step, body)?;
    }
    Ok(refused(done))
}

/// Sends a scan as a file of the profile.
pub(super) async fn upload_file(
    work: &Work,
    step: &str,
    file: &FileFacts,
    profile: &str,
) -> Result<Done, Error> {
    let data = match content(file) {
        Ok(data) => data,
        Err(message) => return Ok(Done::Refused(message)),
    };
    let name = file
        .path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let body = json!({"name": name, "data": data});
    let path = format!("/profiles/{profile}/files");
    work.post(step, &path, &body).await
}

/// Sends a scan as an image of a document.
pub(super) async fn upload_image(
    work: &Work,
    step: &str,
    (file, kind): (&FileFacts, &DocumentKind),
    profile: &str,
) -> Result<Done, Error> {
    let data = match content(file) {
        Ok(data) => data,
        Err(message) => return Ok(Done::Refused(message)),
    };
    let body = json!({
        "data": data,
        "image_type": "FRONT",
        "document_type": kind.document_type,
        "document_category": kind.category,
    });
    let path = format!("/profiles/{profile}/document_images");
    work.post(step, &path, &body).await
}

/// The content of a scan as a data URI.
fn content(file: &FileFacts) -> Result<String, String> {
    let content = fs::read(&file.path).map_err(|_| "the file can no longer be read".to_owned())?;
    if hex(&Sha256::digest(&content)) != file.sha256 {
        return Err("the file changed during the run".to_owned());
    }
    Ok(format!(
        "data:{};base64,{}",
        file.mime,
        STANDARD.encode(&content)
    ))
}

/// Applies for products; gives what went wrong.
pub(super) async fn apply(
    work: &Work,
    place: usize,
    profile: &str,
    applications: &Value,
) -> Result<Option<String>, Error> {
    let reference = &work.book.clients[place].row.reference;
    for application in applications.as_array().into_iter().flatten() {
        let alias = delta::alias(application);
        let step = application_step(reference, alias);
        let path = format!("/profiles/{profile}/applications");
        if let Done::Refused(message) = work.post(&step, &path, application).await? {
            return Ok(Some(format!("application for {alias}: {message}")));
        }
    }
    Ok(None)
}

fn refused(done: Done) -> Option<String> {
    match done {
        Done::Finished(_) => None,
        Done::Refused(message) => Some(message),
    }
}
