//! What is kept of a screening, and doing it again from that alone.

use providers::screening::{Citation, Subject};
use providers::{CheckAnswer, CheckRequest};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use store::screenings::ScreeningRow;
use uuid::Uuid;
use wire::time::DateTime;
use wire::value::CheckType;

use super::screen::{Settings, engine_version};
use super::shelf;
use crate::{Caller, Failure, Platform, convert};

/// What the column `body` of a screening holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Format of this form.
    format: u32,
    check_type: CheckType,
    /// The options of the check.
    options: Value,
    extra: Value,
    subject: Subject,
    settings: Settings,
    citation: Citation,
    /// As text: a number that is read and written again may not be the same.
    answer: Box<RawValue>,
}

/// A screening that was done again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replay {
    pub check_id: Uuid,
    pub profile_id: Uuid,
    /// When it was done first.
    pub at: DateTime,
    /// Whether both answers are the same, byte for byte.
    pub same: bool,
    /// The engine then and now.
    pub engine_then: String,
    pub engine_now: String,
    /// What the lists were at.
    pub lists_as_of: i64,
    /// Who was screened.
    pub subject: Value,
    pub answer_then: Value,
    pub answer_now: Value,
}

impl Record {
    pub(super) fn of(
        request: &CheckRequest,
        (subject, settings): (Subject, Settings),
        (citation, answer): (Citation, &CheckAnswer),
    ) -> Result<Record, Failure> {
        Ok(Record {
            format: 1,
            check_type: request.check_type,
            options: request.config.clone(),
            extra: json!(request.extra),
            subject,
            settings,
            citation,
            answer: told(answer)?,
        })
    }

    /// The row that goes with the answer to the check.
    pub(crate) fn row(
        &self,
        (account, profile_id, check_id): (i64, u128, u128),
        at: i64,
    ) -> Result<ScreeningRow, Failure> {
        Ok(ScreeningRow {
            account,
            profile_id,
            check_id,
            at,
            body: serde_json::to_string(self).map_err(Failure::internal)?,
        })
    }
}

/// An answer as it is kept and compared.
fn told(answer: &CheckAnswer) -> Result<Box<RawValue>, Failure> {
    let events = answer.events.iter().map(|event| {
        json!({
            "type": event.kind.event_type(),
            "match_id": event.match_id,
            "ignored": event.ignored,
            "data": event.data,
        })
    });
    let told = json!({
        "result": answer.result,
        "decision": answer.decision,
        "output": answer.output,
        "events": events.collect::<Vec<_>>(),
    });
    serde_json::value::to_raw_value(&told).map_err(Failure::internal)
}

/// Does the screening of a check again: with the subject as it was, the lists as they were, the same
/// settings; and compares the answers.
pub async fn replay(platform: &Platform, caller: &Caller, check: u128) -> Result<Replay, Failure> {
    let row = store::screenings::of_check(&platform.store, caller.account, check).await?;
    let row = row.ok_or_else(|| Failure::not_found("screening in this account"))?;
    let record: Record = serde_json::from_str(&row.body).map_err(Failure::internal)?;
    let as_of = record.citation.lists_as_of;
    let lists = shelf::as_of(platform, caller.institution, as_of).await?;
    let request = CheckRequest {
        check_id: convert::id(check),
        check_type: record.check_type,
        input: Value::Null.into(),
        config: record.options.clone(),
        extra: serde_json::from_value(record.extra.clone()).map_err(Failure::internal)?,
        now: DateTime::from_micros(row.at),
    };
    let citation = Citation {
        engine: engine_version(),
        lists: lists.lists.clone(),
        names: lists.names.clone(),
        ..record.citation.clone()
    };
    let (subject, settings) = (record.subject.clone(), record.settings.clone());
    let found = tokio::task::spawn_blocking(move || {
        lists.find(&subject, Some(record.check_type), &settings)
    });
    let found = found.await.map_err(Failure::internal)?;
    let now = told(&providers::screening::answer(&request, &citation, &found))?;
    let value = |answer: &RawValue| serde_json::from_str(answer.get()).map_err(Failure::internal);
    Ok(Replay {
        check_id: convert::id(check),
        profile_id: convert::id(row.profile_id),
        at: DateTime::from_micros(row.at),
        same: now.get() == record.answer.get(),
        engine_then: record.citation.engine.clone(),
        engine_now: engine_version(),
        lists_as_of: as_of,
        subject: serde_json::to_value(&record.subject).map_err(Failure::internal)?,
        answer_then: value(&record.answer)?,
        answer_now: value(&now)?,
    })
}
