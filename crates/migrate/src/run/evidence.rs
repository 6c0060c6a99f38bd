//! What the old system decided, as passes of tasks and as notes on them.
//!
//! A client's evidence waits until automation has done what it can: only then it is known which tasks
//! there are and which of them are open. Passing one may bring up others, so it is looked again until
//! nothing more is to be passed. Evidence for a task that the policy does not ask for becomes a note
//! on another, so that it is not lost.
//!
//! Each piece is a step. Which task it goes to depends on when one looks; so request and body are
//! written down as an intent before they are sent, and until their outcome is known no other is. Right
//! after it was answered it is looked for: an answer is only a promise.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;

use super::prove::{LookUp, NOT_KEPT, REPAIRS_COUNT_MAX, ids};
use super::steps::{Done, Posted};
use super::{Work, attached, id};
use crate::Error;
use crate::api::{Call, Failure};
use crate::book::{Client, Decision, Evidence, Judged};
use crate::ledger::{RowState, Trouble, Whose};
use crate::numbered;

/// The answer kept for evidence that needed no request: automation has passed its task meanwhile.
pub(super) const LEFT: &str = "";

/// The end of the path that adds a note to a task.
pub(super) const NOTES: &str = "/notes";

/// The step that brings a piece of evidence over.
pub(super) fn step(reference: &str, evidence: &Evidence) -> String {
    format!("{reference}/evidence/{}.1", evidence.name())
}

/// The evidence that comes over with a client.
pub(crate) fn of(client: &Client) -> &[Evidence] {
    if client.row.verdict.migrates() {
        &client.evidence
    } else {
        &[]
    }
}

/// Clients' rows whose evidence is not all answered yet: a run that ends before it comes to the evidence has
/// sent the client, and not what the old system decided about it.
pub(super) struct Unsent {
    /// By source and row: how many pieces.
    counts: HashMap<(usize, u64), usize>,
}

impl Unsent {
    pub(super) fn of(work: &Work) -> Result<Unsent, Error> {
        let mut counts = HashMap::new();
        for client in &work.book.clients {
            let mut count = 0;
            for evidence in of(client) {
                let step = step(&client.row.reference, evidence);
                count += usize::from(work.ledger.answer(&step)?.is_none());
            }
            if count > 0 {
                counts.insert((client.row.source, client.row.record.row), count);
            }
        }
        Ok(Unsent { counts })
    }

    /// What is known of a row: one that is done but for its evidence waits.
    pub(super) fn judged(&self, row: &Judged, state: Option<RowState>) -> Option<RowState> {
        let mut state = state?;
        if let Some(count) = self.counts.get(&(row.source, row.record.row))
            && state.state == "done"
        {
            "planned".clone_into(&mut state.state);
            state.error = Some(format!(
                "the client is there, and {} of the old system not sent yet: run again with the same \
                 --state",
                numbered(*count, "decision is", "decisions are")
            ));
        }
        Some(state)
    }
}

/// Brings the evidence of one client over, and looks whether the server keeps it.
pub(super) async fn bring_over(work: Arc<Work>, place: usize) -> Result<(), Error> {
    let client = &work.book.clients[place];
    for _ in 0..=REPAIRS_COUNT_MAX {
        let mut left = Vec::new();
        for evidence in of(client) {
            let step = step(&client.row.reference, evidence);
            if work.ledger.answer(&step)?.is_none() {
                left.push((step, evidence));
            }
        }
        let Some(profile) = work.profile(place)?.filter(|_| !left.is_empty()) else {
            return Ok(());
        };
        let mut bringing = Bringing {
            work: &work,
            client,
            profile,
            troubles: Vec::new(),
            sent: Vec::new(),
        };
        bringing.bring_all(left).await?;
        if bringing.is_kept().await? {
            return match bringing.troubles.as_slice() {
                [] => Ok(()),
                troubles => work.row_failed(&client.row, &troubles.join("; ")),
            };
        }
    }
    work.row_failed(&client.row, NOT_KEPT)
}

/// The live version of a task variant.
fn live<'t>(tasks: &'t [Value], alias: &str) -> Option<&'t Value> {
    let is_it = |task: &&Value| task["variant"]["alias"] == json!(alias);
    tasks.iter().filter(|task| is_live(task)).find(is_it)
}

fn is_live(task: &Value) -> bool {
    task["is_expired"] != true && task["is_deleted"] != true
}

/// A client whose evidence comes over.
struct Bringing<'w> {
    work: &'w Work,
    client: &'w Client,
    profile: String,
    /// What the server refused.
    troubles: Vec<String>,
    /// What it answered.
    sent: Vec<Sent>,
}

/// A piece of evidence that was sent just now.
struct Sent {
    step: String,
    /// Where: a task, or the notes of one.
    path: String,
    answer: String,
}

impl Bringing<'_> {
    /// Brings over what is left; passing one task may bring up others.
    async fn bring_all(&mut self, mut left: Vec<(String, &Evidence)>) -> Result<(), Error> {
        loop {
            let tasks = match self.tasks().await {
                Ok(Some(tasks)) => tasks,
                Ok(None) => {
                    let what = "automation is still at work: evidence waits for the next run";
                    self.troubles.push(what.to_owned());
                    return Ok(());
                }
                Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
                    self.troubles.push(message);
                    return Ok(());
                }
                Err(failure) => return Err(failure.into()),
            };
            let count = left.len();
            let (ready, waiting): (Vec<_>, Vec<_>) = (left.into_iter())
                .partition(|(_, evidence)| live(&tasks, &evidence.task).is_some());
            left = waiting;
            for (step, evidence) in ready {
                self.bring(&step, evidence, &tasks).await?;
            }
            if left.is_empty() {
                return Ok(());
            }
            if left.len() == count {
                for (step, evidence) in left {
                    self.bring(&step, evidence, &tasks).await?;
                }
                return Ok(());
            }
        }
    }

    /// Whether what was sent just now is there, as far as the server says. What is not is to be sent
    /// again. A task that somebody decided since is left as it is.
    async fn is_kept(&self) -> Result<bool, Error> {
        let work = self.work;
        let mut is_kept = true;
        for sent in &self.sent {
            let is_lost = if sent.path.ends_with(NOTES) {
                match work.looked_up(&sent.path).await? {
                    LookUp::Is(notes) => notes.is_array() && !ids(&notes).contains(&sent.answer),
                    LookUp::IsNot | LookUp::Unknown => false,
                }
            } else {
                let path = format!("/profiles/{}/tasks", self.profile);
                let LookUp::Is(tasks) = work.looked_up(&path).await? else {
                    continue;
                };
                let is_it = |task: &&Value| {
                    let id = task["id"].as_str().unwrap_or_default();
                    sent.path.ends_with(&format!("/{id}"))
                };
                let task = tasks.as_array().into_iter().flatten().find(is_it);
                task.is_some_and(|task| task["state"] == "INCOMPLETE")
            };
            if is_lost {
                work.forget_step(&sent.step)?;
                is_kept = false;
            }
        }
        Ok(is_kept)
    }

    /// The tasks of the profile, once automation is at rest; `None` when it is not.
    async fn tasks(&self) -> Result<Option<Vec<Value>>, Failure> {
        if !self.work.wait_for_hands(&self.profile).await? {
            return Ok(None);
        }
        let path = format!("/profiles/{}/tasks", self.profile);
        let answer = self.work.api.call(Call::get(path)).await?.body;
        Ok(Some(answer.as_array().cloned().unwrap_or_default()))
    }

    async fn bring(
        &mut self,
        step: &str,
        evidence: &Evidence,
        tasks: &[Value],
    ) -> Result<(), Error> {
        let task = live(tasks, &evidence.task);
        let is_passed = task.is_some_and(|task| task["state"] == "COMPLETED_PASS");
        let leaves = !evidence.is_always && matches!(evidence.decision, Decision::Passed(_));
        // An intent says that it was sent: the pass may be its own.
        let was_sent = self.work.ledger.intent(step)?.is_some();
        if is_passed && leaves && !was_sent {
            return self.work.ledger.finish(step, LEFT);
        }
        let Some((path, body)) = self.request(evidence, task, tasks) else {
            let what = format!("no task to put the evidence for {} on", evidence.task);
            self.troubles.push(what);
            return self.work.ledger.keep_trouble(step, Trouble::NoTask);
        };
        let intent = json!([path, body]).to_string();
        let intended = self.work.ledger.intend(step, &intent)?;
        let intended: Value = serde_json::from_str(&intended).unwrap_or_default();
        let path = intended[0].as_str().unwrap_or_default();
        let posted = self
            .work
            .post_unless_reused(step, path, &intended[1])
            .await?;
        let done = match posted {
            Posted::Done(done) => done,
            Posted::Before(answer, _) => {
                self.work.ledger.finish_by(step, &answer, Whose::Unclear)?;
                return Ok(());
            }
            Posted::Reused(message) => match self.sent_by_others(evidence).await? {
                Some((answer, sent)) => {
                    self.work.ledger.remember(step, &sent.to_string())?;
                    return self.work.ledger.finish_by(step, &answer, Whose::Other);
                }
                None => Done::Refused(message),
            },
        };
        match done {
            Done::Finished(answer) => self.sent.push(Sent {
                step: step.to_owned(),
                path: path.to_owned(),
                answer,
            }),
            Done::Refused(message) => {
                let what = format!("evidence for {}: {message}", evidence.task);
                self.troubles.push(what);
                // As long as its outcome is not known, the intent stays, and nobody has refused it.
                if self.work.ledger.intent(step)?.is_none() {
                    self.work.ledger.keep_trouble(step, Trouble::Refused)?;
                }
            }
        }
        Ok(())
    }

    /// What is there of a piece of evidence, and the request that has sent it. Another state of the same
    /// book has the same idempotency key for it, and may have put it on another task, or on another day,
    /// on which a pass that is overdue expires otherwise.
    async fn sent_by_others(&self, evidence: &Evidence) -> Result<Option<(String, Value)>, Error> {
        let path = format!("/profiles/{}/tasks", self.profile);
        let LookUp::Is(tasks) = self.work.looked_up(&path).await? else {
            return Ok(None);
        };
        let (reference, today) = (&self.client.row.reference, day_of(Uuid::now_v7()));
        for task in tasks.as_array().into_iter().flatten() {
            if task["variant"]["alias"] == json!(evidence.task)
                && let Some(pass) = evidence.pass_on(task, reference, today)
            {
                return Ok(Some((
                    id(task),
                    json!([format!("{path}/{}", id(task)), pass]),
                )));
            }
        }
        let notes = [true, false].map(|has_task| evidence.note(has_task));
        let profile = json!({"id": self.profile, "tasks": tasks});
        for (task, found) in attached::notes(self.work, &profile).await? {
            let is_it = |note: &&Value| note["text"] == found["text"];
            if let Some(note) = notes.iter().find(is_it)
                && !self.work.ledger.is_answer(&id(&found))?
            {
                return Ok(Some((
                    id(&found),
                    json!([format!("{path}/{task}{NOTES}"), note]),
                )));
            }
        }
        Ok(None)
    }

    /// What is sent for a piece of evidence; `None` when there is no task at all.
    fn request(
        &self,
        evidence: &Evidence,
        task: Option<&Value>,
        tasks: &[Value],
    ) -> Option<(String, Value)> {
        let path = |task: &Value| {
            let id = task["id"].as_str().unwrap_or_default();
            format!("/profiles/{}/tasks/{id}", self.profile)
        };
        let reference = &self.client.row.reference;
        // Overdue passes are spread from the day they are sent, which may be long after the run began.
        match (task, evidence.pass(reference, day_of(Uuid::now_v7()))) {
            (Some(task), Some(pass)) => Some((path(task), pass)),
            (Some(task), None) => Some((path(task) + NOTES, evidence.note(true))),
            (None, _) => {
                let other = tasks.iter().find(|task| is_live(task))?;
                Some((path(other) + NOTES, evidence.note(false)))
            }
        }
    }
}

/// Where a piece of evidence was sent, and the body, as the ledger keeps them.
pub(super) fn sent(kept: Option<String>) -> Option<(String, Value)> {
    let mut kept: Value = serde_json::from_str(&kept?).ok()?;
    let path = kept[0].as_str()?.to_owned();
    Some((path, kept[1].take()))
}

/// The day (UTC) that an id of version 7 was made on.
pub(crate) fn day_of(run: Uuid) -> Date {
    let seconds = run.get_timestamp().map_or(0, |at| at.to_unix().0);
    let at = i64::try_from(seconds).ok();
    let at = at.and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.unwrap_or_default().to_zoned(TimeZone::UTC).date()
}

/// Where the old system and today's automation come to opposite ends, as machine-readable reasons: a
/// decision is brought over in no way that could overrule automation, so somebody should look.
pub(super) fn contradicted(evidence: &[Evidence], profile: &Value) -> Vec<String> {
    let is_failed = |one: &&Evidence| matches!(one.decision, Decision::Failed(_));
    let failed: Vec<&Evidence> = evidence.iter().filter(is_failed).collect();
    let list = |name: &str| profile[name].as_array().map_or(&[][..], Vec::as_slice);
    let mut reasons = Vec::new();
    for one in &failed {
        let task = live(list("tasks"), &one.task);
        if task.is_some_and(|task| task["state"] == "COMPLETED_PASS") {
            reasons.push(format!("evidence_failed_task_passed:{}", one.task));
        }
    }
    for application in list("applications") {
        let product = application["product"]["alias"].as_str().unwrap_or_default();
        match application["status"].as_str() {
            Some("APPROVED") if !failed.is_empty() => {
                reasons.push(format!("evidence_failed_approved:{product}"));
            }
            Some("REJECTED") if failed.is_empty() && !evidence.is_empty() => {
                reasons.push(format!("evidence_passed_rejected:{product}"));
            }
            _ => {}
        }
    }
    reasons
}

/// How the evidence of a client was found when it was read back: what is not there as it was sent,
/// as (the task, what was sent, what is there).
pub(super) async fn found(
    work: &Work,
    place: usize,
    profile: &Value,
) -> Result<Vec<(String, String, String)>, Error> {
    let client = &work.book.clients[place];
    let tasks = profile["tasks"].as_array().map_or(&[][..], Vec::as_slice);
    let mut wrong = Vec::new();
    for evidence in of(client) {
        let step = step(&client.row.reference, evidence);
        let Some(answer) = work.ledger.answer(&step)?.filter(|answer| answer != LEFT) else {
            continue;
        };
        let mut differ = |expected: String, found: String| {
            wrong.push((evidence.task.to_string(), expected, found));
        };
        let live = tasks
            .iter()
            .find(|task| task["id"] == json!(answer))
            .cloned();
        let task = match live {
            Some(task) => Some(task),
            None => expired(work, profile, &answer).await?,
        };
        if let Some(task) = task {
            // What was sent counts, not what would be sent today. Where an older version of the tool
            // did not keep it, the day on which the run began stands for the day it was sent.
            let pass = if let Some((_, body)) = sent(work.ledger.sent(&step)?) {
                body
            } else {
                let day = day_of(work.ledger.run());
                let pass = evidence.pass(&client.row.reference, day);
                pass.unwrap_or_default()
            };
            for (name, sent, there) in [
                ("state", &pass["state"], &task["state"]),
                ("as of", &pass["as_of"], &task["imported"]["as_of"]),
                ("from", &pass["provenance"], &task["imported"]["provenance"]),
                ("expires", &pass["expiry_date"], &task["expiry_date"]),
            ] {
                if !sent.is_null() && sent != there {
                    differ(format!("{name} {sent}"), there.to_string());
                }
            }
        } else if !has_note(work, profile, &answer).await? {
            differ(
                "a pass or a note as it was sent".to_owned(),
                "none".to_owned(),
            );
        }
    }
    Ok(wrong)
}

/// A task that is no longer live: a pass of a day so long ago that it has expired by now is on record
/// there, and a new version of the task is open.
async fn expired(work: &Work, profile: &Value, task: &str) -> Result<Option<Value>, Error> {
    let id = profile["id"].as_str().unwrap_or_default();
    let path = format!("/profiles/{id}/tasks/{task}");
    match work.api.call(Call::get(path)).await {
        Ok(answer) => Ok(Some(answer.body)),
        Err(Failure::Refused { .. } | Failure::Unclear(_)) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// The texts of notes that a client's evidence may have become.
pub(super) fn note_texts(work: &Work, place: usize) -> Vec<String> {
    let evidence = of(&work.book.clients[place]).iter();
    let notes = evidence.flat_map(|one| [one.note(true), one.note(false)]);
    let texts = notes.filter_map(|note| Some(note["text"].as_str()?.to_owned()));
    texts.collect()
}

async fn has_note(work: &Work, profile: &Value, note: &str) -> Result<bool, Error> {
    let id = profile["id"].as_str().unwrap_or_default();
    for task in profile["tasks"].as_array().into_iter().flatten() {
        let task = task["id"].as_str().unwrap_or_default();
        let path = format!("/profiles/{id}/tasks/{task}/notes");
        match work.api.call(Call::get(path)).await {
            Ok(answer) => {
                let mut notes = answer.body.as_array().into_iter().flatten();
                if notes.any(|have| have["id"] == json!(note)) {
                    return Ok(true);
                }
            }
            Err(Failure::Refused { .. } | Failure::Unclear(_)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_old_system_and_today_say_otherwise_is_told() {
        let evidence = |decision: Decision| Evidence {
            task: "identity".into(),
            decision,
            done_by: None,
            provenance: "old".into(),
            is_always: false,
            valid_days: None,
            spread_days: 0,
        };
        let day = jiff::civil::date(2024, 1, 2);
        let check = |decision: Decision, task: &str, status: &str, expected: &[&str]| {
            let profile = json!({
                "tasks": [{"variant": {"alias": "identity"}, "state": task}],
                "applications": [{"product": {"alias": "account"}, "status": status}],
            });
            assert_eq!(contradicted(&[evidence(decision)], &profile), expected);
        };
        let failed = Decision::Failed(None);
        let both = [
            "evidence_failed_task_passed:identity",
            "evidence_failed_approved:account",
        ];
        check(failed, "COMPLETED_PASS", "APPROVED", &both);
        check(failed, "COMPLETED_PASS", "APPLIED", &both[..1]);
        check(failed, "INCOMPLETE", "REJECTED", &[]);
        let passed = Decision::Passed(day);
        check(passed, "COMPLETED_PASS", "APPROVED", &[]);
        check(
            passed,
            "INCOMPLETE",
            "REJECTED",
            &["evidence_passed_rejected:account"],
        );
        assert!(contradicted(&[], &json!({"applications": [{"status": "REJECTED"}]})).is_empty());
    }
}
