//! Documents and files whose rows, or whose content, changed after they were sent.

use serde_json::{Value, json};

use super::super::clients::{upload_file, upload_image};
use super::super::prove::{NOT_KEPT, REPAIRS_COUNT_MAX};
use super::super::steps::Done;
use super::super::{Work, id};
use super::{Clash, Edit, Merged, Rewritten, merge, rewrite};
use crate::Error;
use crate::book::Scan;
use crate::book::files::FileFacts;
use crate::ledger::Whose;
use crate::mapping::DocumentKind;

/// What is remembered of a document that was sent.
pub(in crate::run) fn body(scan: &Scan, image: &str) -> Result<String, Error> {
    let file = scan.file.as_ref();
    let document = match scan.kind.as_ref().filter(|kind| !kind.is_file) {
        Some(kind) => bare(&scan.document(kind, image)?),
        None => Value::Null,
    };
    let body = json!({
        "sha256": file.map(|file| &file.sha256),
        "name": file.map(|file| &file.name),
        "image": image,
        "document": document,
    });
    Ok(body.to_string())
}

/// A document without its images, which are told by their ids.
fn bare(document: &Value) -> Value {
    let mut bare = document.clone();
    if let Value::Object(fields) = &mut bare {
        fields.remove("images");
    }
    bare
}

/// Puts what a row says now in the place of what it stood for; gives what went wrong. `old` and
/// `base` name the steps; they are the same where only the content of the file changed.
pub(in crate::run) async fn replace(
    work: &Work,
    scan: &Scan,
    (file, kind): (&FileFacts, &DocumentKind),
    (old, base): (&str, &str),
    profile: &str,
) -> Result<Option<String>, Error> {
    let end = if kind.is_file { "file" } else { "document" };
    let (old_step, step) = (format!("{old}/{end}"), format!("{base}/{end}"));
    let Some(answer) = work.ledger.answer(&old_step)? else {
        return Ok(Some(
            "what it replaces was sent as something else".to_owned(),
        ));
    };
    let sent = work.ledger.sent(&old_step)?.unwrap_or_default();
    let sent: Value = serde_json::from_str(&sent).unwrap_or_default();
    if sent.is_null() {
        let message = "what was sent before is not known; change the document on the server";
        return Ok(Some(message.to_owned()));
    }
    let new = New {
        scan,
        file,
        kind,
        is_same_content: sent["sha256"] == json!(file.sha256),
        content: format!("{base}/content/{}", &file.sha256[..16]),
    };
    let mut image = String::new();
    let answer = if kind.is_file {
        match new.file(work, profile, answer).await? {
            Done::Finished(id) => id,
            Done::Refused(message) => return Ok(Some(message)),
        }
    } else {
        let was = work
            .ledger
            .answer(&format!("{old}/image"))?
            .unwrap_or_default();
        image = match new.image(work, profile, &was).await? {
            Done::Finished(id) => id,
            Done::Refused(message) => return Ok(Some(message)),
        };
        let versions = (&sent["document"], &bare(&scan.document(kind, &image)?));
        let changes = (answer.as_str(), versions, (was.as_str(), image.as_str()));
        if let Some(message) = put(work, scan, profile, changes).await? {
            return Ok(Some(message));
        }
        // The old image stays on the profile, and is still one that the run made.
        work.ledger
            .finish(&format!("{old}/image before/{was}"), &was)?;
        work.ledger.finish(&format!("{base}/image"), &image)?;
        answer
    };
    let body = body(scan, &image)?;
    if old == base {
        work.ledger.finish(&step, &answer)?;
        work.ledger.remember(&step, &body)?;
    } else {
        work.ledger.replace(&old_step, &step, (&answer, &body))?;
    }
    Ok(None)
}

/// Puts what a row says now in the place of a document that was sent of its earlier version; gives what
/// went wrong. `before` is the document's id and what was sent of it.
pub(in crate::run) async fn amend(
    work: &Work,
    (scan, kind): (&Scan, &DocumentKind),
    (base, image): (&str, &str),
    (document, sent): (&str, &Value),
    profile: &str,
) -> Result<Option<String>, Error> {
    let was = id(&sent["images"][0]);
    let versions = (&bare(sent), &bare(&scan.document(kind, image)?));
    if let Some(message) = put(work, scan, profile, (document, versions, (&was, image))).await? {
        return Ok(Some(message));
    }
    if was != image {
        let before = format!("{base}/image before/{was}");
        work.ledger.finish(&before, &was)?;
    }
    let step = format!("{base}/document");
    work.ledger.finish_by(&step, document, Whose::Unclear)?;
    work.ledger.remember(&step, &body(scan, image)?)?;
    Ok(None)
}

/// A document as its row has it now.
struct New<'a> {
    scan: &'a Scan,
    file: &'a FileFacts,
    kind: &'a DocumentKind,
    is_same_content: bool,
    /// The step that sends its content.
    content: String,
}

impl New<'_> {
    /// The file as it is by now; the API takes no file away, so the old one stays beside it.
    async fn file(&self, work: &Work, profile: &str, was: String) -> Result<Done, Error> {
        if self.is_same_content {
            return Ok(Done::Finished(was));
        }
        let mut done = Done::Refused(NOT_KEPT.to_owned());
        for _ in 0..=REPAIRS_COUNT_MAX {
            let sent = upload_file(work, &self.content, self.file, profile).await?;
            if self.is_kept(work, profile, &sent).await? {
                done = sent;
                break;
            }
        }
        if matches!(done, Done::Finished(_)) {
            let how = "sent as a new file; the old one stays, as the API takes no file away";
            work.tell_change(&self.scan.row, profile, "file", how);
        }
        Ok(done)
    }

    /// The image as it is by now.
    async fn image(&self, work: &Work, profile: &str, was: &str) -> Result<Done, Error> {
        if self.is_same_content {
            return Ok(Done::Finished(was.to_owned()));
        }
        for _ in 0..=REPAIRS_COUNT_MAX {
            let content = (self.file, self.kind);
            let done = upload_image(work, &self.content, content, profile).await?;
            if self.is_kept(work, profile, &done).await? {
                return Ok(done);
            }
        }
        Ok(Done::Refused(NOT_KEPT.to_owned()))
    }

    /// Whether what was sent is there, or was refused. The document must not name an image that was
    /// only answered.
    async fn is_kept(&self, work: &Work, profile: &str, done: &Done) -> Result<bool, Error> {
        let Done::Finished(answer) = done else {
            return Ok(true);
        };
        work.keeps_content(profile, (&self.content, answer), self.kind.is_file)
            .await
    }
}

/// Changes a document in the collected data; gives what went wrong.
async fn put(
    work: &Work,
    scan: &Scan,
    profile: &str,
    (document, (was, is), images): (&str, (&Value, &Value), (&str, &str)),
) -> Result<Option<String>, Error> {
    let reference = &scan.row.reference;
    let edit = |data: &Value| edited(data, document, (was, is), images);
    match rewrite(work, (reference, "document"), profile, edit).await? {
        Rewritten::Done => {
            work.tell_change(&scan.row, profile, "document", "replaced");
            Ok(None)
        }
        Rewritten::Nothing => Ok(None),
        Rewritten::Clashes(clashes) => {
            work.tell_conflict(&scan.row, profile, clashes)?;
            Ok(Some(super::CONFLICT.to_owned()))
        }
        Rewritten::Failed(message) | Rewritten::Unclear(message) => Ok(Some(message)),
    }
}

/// The data with a document as it should be by now.
fn edited(
    data: &Value,
    document: &str,
    (was, is): (&Value, &Value),
    (old_image, new_image): (&str, &str),
) -> Edit {
    let clash = |what: &str, sent: &str, source: &str, server: &str| {
        Edit::Clashes(vec![Clash {
            path: format!("document {document}{what}"),
            sent: sent.to_owned(),
            source: source.to_owned(),
            server: server.to_owned(),
        }])
    };
    let documents = data["documents"].as_array().into_iter().flatten();
    let Some(place) = documents.into_iter().position(|one| id(one) == document) else {
        return clash("", "there", "changed", "not there");
    };
    let have = &data["documents"][place];
    let (mut merged, mut is_changed) = (have.clone(), false);
    match merge(&format!("document {document}"), was, is, have) {
        Merged::Same => {}
        Merged::Changed(document) => (merged, is_changed) = (document, true),
        Merged::Clashes(clashes) => return Edit::Clashes(clashes),
    }
    let images = have["images"].as_array().into_iter().flatten();
    let images: Vec<String> = images.map(id).collect();
    if images == [old_image] && old_image != new_image {
        (merged["images"], is_changed) = (json!([{"id": new_image}]), true);
    } else if images != [new_image] {
        return clash(" images", old_image, new_image, &images.join(", "));
    }
    if !is_changed {
        return Edit::Nothing;
    }
    let mut data = data.clone();
    data["documents"][place] = merged;
    Edit::Put(data)
}
