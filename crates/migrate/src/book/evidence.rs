//! What the old system decided about a client.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::hex;
use crate::mapping::{EvidenceMap, Reasons};
use crate::row::{Event, Row};

/// How many days ago another run may have sent a pass, to be known again. Servers forget what they have
/// answered earlier: then nothing is asked.
const SENT_DAYS_MAX: i64 = 400;

/// A decision of the old system about one task of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Alias of the task variant.
    pub task: Arc<str>,
    /// What was decided.
    pub decision: Decision,
    /// By whom, if the book knows.
    pub done_by: Option<Box<str>>,
    /// Where it comes from.
    pub provenance: Arc<str>,
    /// It counts although automation has passed the task meanwhile.
    pub is_always: bool,
    /// Days after it on which a pass expires; `None`: as the policy says.
    pub valid_days: Option<u32>,
    /// Over how many days expiries are spread.
    pub spread_days: u32,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The client passed on this day.
    Passed(Date),
    /// The client did not pass; on this day, if the book knows.
    Failed(Option<Date>),
}

/// The evidence of a row, and its warnings and rejections.
pub(crate) fn of_row(maps: &[EvidenceMap], reasons: &Reasons, row: &mut Row<'_>) -> Vec<Evidence> {
    let found = maps.iter().filter_map(|map| one(map, reasons, row));
    found.collect()
}

fn one(map: &EvidenceMap, reasons: &Reasons, row: &mut Row<'_>) -> Option<Evidence> {
    row.tell(|| Event::Aside("evidence: the outcome"));
    let outcome = row.one(&map.outcome);
    row.tell(|| Event::Aside("evidence: done on"));
    let done_on = row.one(&map.done_on);
    let done_by = map.done_by.as_ref().and_then(|field| {
        row.tell(|| Event::Aside("evidence: done by"));
        row.one(field)
    });
    let done_on = done_on.as_ref().and_then(Value::as_str);
    let done_on = done_on.and_then(|day| day.parse::<Date>().ok());
    let decision = match (outcome.as_ref().and_then(Value::as_str), done_on) {
        (Some("passed" | "failed"), Some(day)) if day > row.as_of() => {
            row.warn(&reasons.of("evidence_in_future", &map.task));
            return None;
        }
        (Some("passed"), Some(day)) => Decision::Passed(day),
        (Some("passed"), None) => {
            row.warn(&reasons.of("evidence_without_day", &map.task));
            return None;
        }
        (Some("failed"), day) => Decision::Failed(day),
        (Some(_), _) => {
            row.fail(&map.outcome.on_error);
            return None;
        }
        (None, _) => return None,
    };
    Some(Evidence {
        task: Arc::clone(&map.task),
        decision,
        done_by: done_by.map(|by| by.as_str().map_or_else(|| by.to_string().into(), Box::from)),
        provenance: Arc::clone(&map.provenance),
        is_always: map.is_always,
        valid_days: map.valid_days,
        spread_days: map.spread_days,
    })
}

impl Evidence {
    /// A name by its content, 16 hexadecimal digits: other evidence is another step.
    pub(crate) fn name(&self) -> String {
        let content = json!([
            &*self.task,
            format!("{:?}", self.decision),
            self.done_by.as_deref(),
            &*self.provenance,
            self.valid_days,
            self.spread_days,
        ]);
        hex(&Sha256::digest(content.to_string().as_bytes()))[..16].to_owned()
    }

    /// Where it comes from, in words.
    pub(crate) fn provenance_in_words(&self) -> String {
        match &self.done_by {
            Some(by) => format!("{}, by {by}", self.provenance),
            None => self.provenance.as_ref().to_owned(),
        }
    }

    /// The body that passes the task; `None` when it is no pass. `sent_on` is the day (UTC) on which it
    /// is sent.
    pub(crate) fn pass(&self, reference: &str, sent_on: Date) -> Option<Value> {
        let Decision::Passed(day) = self.decision else {
            return None;
        };
        let mut body = json!({
            "state": "COMPLETED_PASS",
            "as_of": day.to_string(),
            "provenance": self.provenance_in_words(),
        });
        if let Some(expires) = self.expires_on(reference, day, sent_on) {
            body["expiry_date"] = json!(format!("{expires} 00:00:00"));
        }
        Some(body)
    }

    /// The body of the pass that a task has, if it is this one, sent on `today` or on one of the
    /// [`SENT_DAYS_MAX`] days before.
    pub(crate) fn pass_on(&self, task: &Value, reference: &str, today: Date) -> Option<Value> {
        let days = (0..=SENT_DAYS_MAX).map(|ago| today.saturating_sub(ago.days()));
        let mut passes = days.filter_map(|day| self.pass(reference, day));
        passes.find(|pass| {
            let expiry = &pass["expiry_date"];
            pass["state"] == task["state"]
                && pass["as_of"] == task["imported"]["as_of"]
                && pass["provenance"] == task["imported"]["provenance"]
                && (expiry.is_null() || *expiry == task["expiry_date"])
        })
    }

    /// The day a pass expires, where the mapping says it.
    fn expires_on(&self, reference: &str, day: Date, sent_on: Date) -> Option<Date> {
        let due = day.saturating_add(i64::from(self.valid_days?).days());
        let share = self.share(reference);
        // What expires today has expired. A spread puts off to another day, and where the server
        // keeps its days it may be tomorrow already.
        let earliest = match self.spread_days {
            0 => sent_on,
            _ => sent_on.saturating_add(2.days()),
        };
        Some(due.max(earliest).saturating_add(share.days()))
    }

    /// By how many days its expiry is put off: the same for a client in every run.
    fn share(&self, reference: &str) -> i64 {
        let text = format!("{reference}\0{}", self.task);
        let digest = Sha256::digest(text.as_bytes());
        let mut number = [0; 8];
        number.copy_from_slice(&digest[..8]);
        let share = u64::from_be_bytes(number) % u64::from(self.spread_days.max(1));
        i64::try_from(share).unwrap_or_default()
    }

    /// The note that says what was decided, where no pass can: on its task, or, when the policy asks
    /// for no such task (`has_task` is false), on another.
    pub(crate) fn note(&self, has_task: bool) -> Value {
        let (what, day) = match self.decision {
            Decision::Passed(day) => ("passed", Some(day)),
            Decision::Failed(day) => ("did not pass", day),
        };
        let on = day.map_or_else(String::new, |day| format!(" on {day}"));
        let then = if has_task {
            "That does not pass this task".to_owned()
        } else {
            format!("The policy asks for no task \"{}\"", self.task)
        };
        let from = self.provenance_in_words();
        let mut note = json!({
            "text": format!("Before the migration the client {what}{on} ({from}). {then}."),
        });
        if let Some(by) = &self.done_by {
            note["author_name"] = json!(by);
        }
        if let Some(day) = day {
            note["created_on"] = json!(day.to_string());
        }
        note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(valid_days: Option<u32>, spread_days: u32) -> Evidence {
        Evidence {
            task: "verify_identity".into(),
            decision: Decision::Passed("2024-01-31".parse().expect("a date")),
            done_by: None,
            provenance: "old review".into(),
            is_always: false,
            valid_days,
            spread_days,
        }
    }

    fn expiry(evidence: &Evidence, reference: &str, sent_on: &str) -> String {
        let sent_on = sent_on.parse().expect("a date");
        let body = evidence.pass(reference, sent_on).expect("it is a pass");
        body["expiry_date"].as_str().unwrap_or("none").to_owned()
    }

    #[test]
    fn a_pass_expires_when_the_mapping_says_so() {
        assert_eq!(expiry(&evidence(None, 0), "A", "2024-06-01"), "none");
        let year = evidence(Some(366), 0);
        assert_eq!(expiry(&year, "A", "2024-06-01"), "2025-01-31 00:00:00");
        // Overdue on the day it is sent: from that day.
        assert_eq!(expiry(&year, "A", "2025-06-01"), "2025-06-01 00:00:00");
        // Spread over one day: from a day that is later wherever the server is.
        let spread = evidence(Some(366), 1);
        assert_eq!(expiry(&spread, "A", "2025-06-01"), "2025-06-03 00:00:00");
    }

    #[test]
    fn a_pass_is_known_that_was_sent_on_another_day() {
        let year = evidence(Some(366), 30);
        let check = |evidence: &Evidence, sent_on: &str, expected: bool| {
            let sent_on: Date = sent_on.parse().expect("a date");
            let sent = evidence.pass("A", sent_on).expect("it is a pass");
            let task = json!({
                "state": sent["state"],
                "imported": {"as_of": sent["as_of"], "provenance": sent["provenance"]},
                "expiry_date": sent["expiry_date"],
            });
            let known = year.pass_on(&task, "A", "2025-06-01".parse().expect("a date"));
            assert_eq!(known, expected.then_some(sent), "{sent_on}");
        };
        check(&year, "2025-06-01", true);
        check(&year, "2025-05-04", true);
        check(&year, "2025-06-02", false);
        check(&evidence(Some(300), 30), "2024-06-01", false);
        let mut other = year.clone();
        other.provenance = "another review".into();
        check(&other, "2025-06-01", false);
    }

    #[test]
    fn a_book_does_not_expire_on_one_day() {
        let spread = evidence(Some(366), 30);
        let days: Vec<String> = (0..3_000)
            .map(|number| expiry(&spread, &format!("C{number}"), "2024-06-01"))
            .collect();
        let mut counts = std::collections::BTreeMap::new();
        for day in &days {
            *counts.entry(day.as_str()).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 30, "{counts:?}");
        assert_eq!(counts.keys().min(), Some(&"2025-01-31 00:00:00"));
        assert_eq!(counts.keys().max(), Some(&"2025-03-01 00:00:00"));
        assert!(
            counts.values().all(|count| (60..=140).contains(count)),
            "{counts:?}"
        );
        // The same client expires on the same day in every run.
        assert_eq!(expiry(&spread, "C7", "2024-06-02"), days[7]);
    }
}
