//! Reading each client back right after it was written.
//!
//! An answer 200 is only a promise. What this state wrote for a client is looked up once on the
//! server, by the ids that were answered, before the next client counts on it. What is not there was
//! answered and not kept: its step is forgotten and done again under a new idempotency key, since
//! under the old one the same answer might come back. A profile that is not there under its id is
//! looked for by its `customer_ref` first: it may be there under another. One that is there and was
//! taken back is an answer of long ago, to a run with another state: it is made anew too.
//!
//! Only what the server says for certain counts. A server that does not let an image or a file be
//! read is taken at its word; the read-back at the end of the run says what differs.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::links::pointer;
use super::{Occurrences, Work, before, clients, undo};
use crate::api::{Call, Failure};
use crate::ledger::Whose;
use crate::mapping::ASSOCIATE_LISTS;
use crate::{Error, hex};

/// How often what was answered and not kept is sent again before it counts as failed.
pub(super) const REPAIRS_COUNT_MAX: u32 = 3;
/// What is said of a client that the server does not keep.
pub(super) const NOT_KEPT: &str =
    "the server answers that it keeps this and does not, again and again";
/// The status of an answer that says: there is no such thing.
const NOT_FOUND: u16 = 404;
/// As many images are looked at; a longer list has more pages and says nothing for certain.
const IMAGES_COUNT_MAX: usize = 1_000;

/// One step that was answered.
struct Written {
    step: String,
    what: What,
    answer: String,
}

/// What a step wrote.
enum What {
    Create,
    Tag(String),
    Application(String),
    Link,
    Image,
    /// With the id of its image.
    Document(String),
    File,
    Note,
}

/// What the server has of a profile.
struct Found {
    profile: Value,
    images: Option<Value>,
    /// Ids of files that are not there.
    files_gone: Vec<String>,
}

impl Work {
    /// Whether everything that was written for a client is there. If not, what is missing will be
    /// sent again by its next try.
    pub(super) async fn keeps_client(&self, place: usize, profile: &str) -> Result<bool, Error> {
        let client = &self.book.clients[place];
        let written = self.written_for_client(place)?;
        let owner = &client.row.reference;
        self.keeps(owner, profile, &written, Some(place)).await
    }

    /// As [`Work::keeps_client`], for a person named inline.
    pub(super) async fn keeps_person(
        &self,
        owner: &str,
        profile: &str,
        tags: &[String],
    ) -> Result<bool, Error> {
        let mut written = Vec::new();
        self.written(&mut written, clients::create_step(owner), || What::Create)?;
        for tag in tags {
            let step = format!("{owner}/tag/{tag}");
            self.written(&mut written, step, || What::Tag(tag.clone()))?;
        }
        self.keeps(owner, profile, &written, None).await
    }

    /// As [`Work::keeps_client`], for a client's notes; `task` is where they went just now.
    pub(super) async fn keeps_notes(
        &self,
        place: usize,
        profile: &str,
        task: Option<&str>,
    ) -> Result<bool, Error> {
        let reference = &self.book.clients[place].row.reference;
        let mut written = Vec::new();
        let mut names = Occurrences::default();
        for note in &self.followers[place].notes {
            let name = names.name(&self.book.notes[*note].row);
            let step = format!("{reference}/note/{name}");
            self.written(&mut written, step, || What::Note)?;
        }
        let (proof, digest) = (format!("{reference}/notes kept"), digest(&written));
        if written.is_empty() || self.ledger.answer(&proof)?.as_ref() == Some(&digest) {
            return Ok(true);
        }
        let there = match task {
            Some(task) => self.noted(profile, &[task.to_owned()]).await?,
            None => None,
        };
        let has = |there: &[String], one: &Written| there.contains(&one.answer);
        let is_all = |there: &Vec<String>| written.iter().all(|one| has(there, one));
        // Some may have been sent by an earlier run, to a task that is no longer the first.
        let there = match there {
            Some(there) if is_all(&there) => Some(there),
            _ => self.noted(profile, &self.tasks(profile).await?).await?,
        };
        let Some(there) = there else {
            return Ok(true);
        };
        let lost: Vec<&Written> = written.iter().filter(|one| !has(&there, one)).collect();
        if lost.is_empty() {
            self.ledger.finish(&proof, &digest)?;
            return Ok(true);
        }
        self.forget(lost)?;
        Ok(false)
    }

    /// The ids of a profile's tasks, as far as the server says.
    async fn tasks(&self, profile: &str) -> Result<Vec<String>, Error> {
        let path = format!("/profiles/{profile}");
        Ok(match self.looked_up(&path).await? {
            LookUp::Is(profile) => ids(&profile["tasks"]),
            LookUp::IsNot | LookUp::Unknown => Vec::new(),
        })
    }

    /// The ids of the notes on tasks; `None` when they cannot be told.
    async fn noted(&self, profile: &str, tasks: &[String]) -> Result<Option<Vec<String>>, Error> {
        let mut there = Vec::new();
        for task in tasks {
            let path = format!("/profiles/{profile}/tasks/{task}/notes");
            match self.looked_up(&path).await? {
                LookUp::Is(notes) => there.extend(ids(&notes)),
                LookUp::IsNot | LookUp::Unknown => return Ok(None),
            }
        }
        Ok((!tasks.is_empty()).then_some(there))
    }

    async fn keeps(
        &self,
        owner: &str,
        profile: &str,
        written: &[Written],
        client: Option<usize>,
    ) -> Result<bool, Error> {
        let proof = format!("{owner}/kept");
        let digest = digest(written);
        let proven = self.ledger.answer(&proof)?;
        if proven.as_ref() == Some(&digest) {
            return Ok(true);
        }
        let found = self.found(profile, written).await?;
        if proven.is_none() && found.as_ref().is_some_and(Found::is_taken_back) {
            // No repair: the server keeps what it answered.
            for one in written {
                self.ledger.distrust(&one.step)?;
            }
            return Ok(false);
        }
        let Some(found) = found else {
            self.forget(written)?;
            if let Some(place) = client {
                self.adopt(place).await?;
            }
            return Ok(false);
        };
        let lost: Vec<&Written> = written.iter().filter(|one| !found.has(one)).collect();
        if lost.is_empty() {
            self.ledger.finish(&proof, &digest)?;
            return Ok(true);
        }
        self.forget(lost)?;
        Ok(false)
    }

    /// Whether an image or a file is there that a step was answered with; else the step is to be done
    /// again.
    pub(super) async fn keeps_content(
        &self,
        profile: &str,
        (step, answer): (&str, &str),
        is_file: bool,
    ) -> Result<bool, Error> {
        let written = [Written {
            step: step.to_owned(),
            what: if is_file { What::File } else { What::Image },
            answer: answer.to_owned(),
        }];
        let found = self.found(profile, &written).await?;
        if found.is_none_or(|found| found.has(&written[0])) {
            return Ok(true);
        }
        self.forget(&written)?;
        Ok(false)
    }

    /// Takes what was written for not done.
    pub(super) fn forget_step(&self, step: &str) -> Result<(), Error> {
        self.ledger.distrust(step)?;
        self.repairs_count.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn forget<'a>(&self, written: impl IntoIterator<Item = &'a Written>) -> Result<(), Error> {
        for one in written {
            self.forget_step(&one.step)?;
        }
        Ok(())
    }

    /// A profile that is there under another id than was answered is this client's.
    async fn adopt(&self, place: usize) -> Result<(), Error> {
        // With leave to repeat there may be others of the same reference, which are not ours.
        if self.options.may_repeat {
            return Ok(());
        }
        let client = &self.book.clients[place];
        let is_own = |profile: &str| self.ledger.is_answer(profile);
        let step = clients::create_step(&client.row.reference);
        let (profile, why_not) = before::look_for(self, client, is_own).await?;
        if let Some(profile) = profile {
            self.ledger.finish_by(&step, &profile, Whose::Unclear)?;
        } else if let Some(why) = why_not {
            self.hold_back(&step, &why);
        }
        Ok(())
    }

    /// What the server has of a profile; `None` when it has no such profile.
    async fn found(&self, profile: &str, written: &[Written]) -> Result<Option<Found>, Error> {
        let path = format!("/profiles/{profile}");
        let read = match self.looked_up(&path).await? {
            LookUp::Is(read) if read["id"] == json!(profile) => read,
            LookUp::Is(_) | LookUp::IsNot => return Ok(None),
            // Nothing is known, so nothing is held against it.
            LookUp::Unknown => Value::Null,
        };
        let has_images = written.iter().any(|one| matches!(one.what, What::Image));
        let images = format!("{path}/document_images");
        let images = match has_images.then_some(images) {
            Some(images) => match self.looked_up(&images).await? {
                LookUp::Is(images) => Some(images),
                LookUp::IsNot | LookUp::Unknown => None,
            },
            None => None,
        };
        let mut files_gone = Vec::new();
        for one in written.iter().filter(|one| matches!(one.what, What::File)) {
            let file = format!("{path}/files/{}", one.answer);
            if matches!(self.looked_up(&file).await?, LookUp::IsNot) {
                files_gone.push(one.answer.clone());
            }
        }
        Ok(Some(Found {
            profile: read,
            images,
            files_gone,
        }))
    }

    /// Whether the server says that a profile was taken back.
    pub(super) async fn is_taken_back(&self, profile: &str) -> Result<bool, Error> {
        let found = self.looked_up(&format!("/profiles/{profile}")).await?;
        Ok(matches!(found, LookUp::Is(profile) if is_marked(&profile)))
    }

    /// What is there at a path, as far as the server says.
    pub(super) async fn looked_up(&self, path: &str) -> Result<LookUp, Error> {
        match self.api.call(Call::get(path)).await {
            Ok(answer) => Ok(LookUp::Is(answer.body)),
            Err(Failure::Refused {
                status: NOT_FOUND, ..
            }) => Ok(LookUp::IsNot),
            Err(Failure::Refused { .. } | Failure::Unclear(_)) => Ok(LookUp::Unknown),
            Err(failure @ (Failure::KeyRefused | Failure::Fatal(_))) => Err(failure.into()),
        }
    }

    fn written_for_client(&self, place: usize) -> Result<Vec<Written>, Error> {
        let client = &self.book.clients[place];
        let (reference, followers) = (&client.row.reference, &self.followers[place]);
        let mut written = Vec::new();
        let create = clients::create_step(reference);
        self.written(&mut written, create, || What::Create)?;
        for tag in client.tags.iter() {
            let step = format!("{reference}/tag/{tag}");
            self.written(&mut written, step, || What::Tag(tag.clone()))?;
        }
        let body = client.body.get()?;
        for application in body["applications"].as_array().into_iter().flatten() {
            let alias = application["product"]["alias"].as_str().unwrap_or_default();
            let step = format!("{reference}/application/{alias}");
            self.written(&mut written, step, || What::Application(alias.to_owned()))?;
        }
        let mut names = Occurrences::default();
        for associate in &followers.associates {
            let name = names.name(&self.book.associates[*associate].row);
            let step = format!("{reference}/associate/{name}");
            self.written(&mut written, step, || What::Link)?;
        }
        let mut names = Occurrences::default();
        for scan in &followers.documents {
            let name = names.name(&self.book.documents[*scan].row);
            let step = |what: &str| format!("{reference}/document/{name}/{what}");
            let image = self.ledger.answer(&step("image"))?.unwrap_or_default();
            self.written(&mut written, step("image"), || What::Image)?;
            self.written(&mut written, step("document"), || What::Document(image))?;
            self.written(&mut written, step("file"), || What::File)?;
        }
        Ok(written)
    }

    fn written(
        &self,
        written: &mut Vec<Written>,
        step: String,
        what: impl FnOnce() -> What,
    ) -> Result<(), Error> {
        if let Some(answer) = self.live(&step)? {
            let what = what();
            written.push(Written { step, what, answer });
        }
        Ok(())
    }
}

/// What a look at the server found.
pub(super) enum LookUp {
    Is(Value),
    IsNot,
    Unknown,
}

impl Found {
    /// Whether the server answered with a profile of an earlier run, which was taken back since.
    fn is_taken_back(&self) -> bool {
        is_marked(&self.profile)
    }

    /// Whether something is there, or cannot be told.
    fn has(&self, written: &Written) -> bool {
        let profile = &self.profile;
        let answer = written.answer.as_str();
        let any = |list: &Value, is_it: &dyn Fn(&Value) -> bool| {
            list.as_array().is_none_or(|list| list.iter().any(is_it))
        };
        match &written.what {
            // Notes are looked up by themselves.
            What::Create | What::Note => true,
            What::Tag(name) => any(&profile["tags"], &|tag| tag["name"] == json!(name)),
            What::Application(alias) => any(&profile["applications"], &|application| {
                application["product"]["alias"] == json!(alias)
            }),
            What::Link => profile["collected_data"].is_null() || links(profile, answer),
            What::Image => self.images.as_ref().is_none_or(|images| {
                let is_whole = images
                    .as_array()
                    .is_some_and(|it| it.len() < IMAGES_COUNT_MAX);
                !is_whole || any(images, &|image| image["id"] == json!(answer))
            }),
            What::Document(image) => {
                let data = &profile["collected_data"];
                let is_it = |document: &Value| {
                    document["id"] == json!(answer)
                        || any(&document["images"], &|one| one["id"] == json!(image))
                };
                let documents = data["documents"].as_array();
                data.is_null() || documents.into_iter().flatten().any(is_it)
            }
            What::File => !self.files_gone.iter().any(|gone| gone == answer),
        }
    }
}

/// Whether a profile has the tag of those that were taken back.
fn is_marked(profile: &Value) -> bool {
    let mut tags = profile["tags"].as_array().into_iter().flatten();
    tags.any(|tag| tag["name"] == json!(undo::TAG))
}

/// Whether a company's lists link a profile.
fn links(company: &Value, profile: &str) -> bool {
    let lists = ASSOCIATE_LISTS.iter().filter_map(|list| {
        let list = company["collected_data"].pointer(&pointer(list))?;
        list.as_array()
    });
    let mut entries = lists.flatten();
    entries.any(|entry| entry["linked_profile"]["id"] == json!(profile))
}

/// The ids of a list's entries.
pub(super) fn ids(list: &Value) -> Vec<String> {
    let entries = list.as_array().into_iter().flatten();
    let ids = entries.filter_map(|entry| entry["id"].as_str());
    ids.map(str::to_owned).collect()
}

/// What was written, as one word.
fn digest(written: &[Written]) -> String {
    let mut digest = Sha256::new();
    for one in written {
        digest.update(one.step.as_bytes());
        digest.update([0]);
        digest.update(one.answer.as_bytes());
        digest.update([0]);
    }
    hex(&digest.finalize())[..16].to_owned()
}
