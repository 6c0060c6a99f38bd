//! A plan for other programs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Plan, Row, Source};

impl Plan {
    /// The plan as JSON; times with their zone's offset, durations in seconds.
    pub fn to_json(&self) -> Value {
        let at = |at: &jiff::Zoned| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let files = self.files.iter().map(|file| {
            let mut reasons: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
            for ((disposition, reason), count) in &file.reasons {
                let of_disposition = reasons.entry(disposition).or_default();
                of_disposition.insert(reason, *count);
            }
            json!({
                "file": file.file,
                "rows": file.dispositions.values().sum::<u64>(),
                "dispositions": file.dispositions,
                "reasons": reasons,
            })
        });
        let stages = self.stages.iter().map(|stage| {
            json!({
                "stage": stage.number,
                "workers": stage.workers,
                "first_client": stage.first_client,
                "last_client": stage.last_client,
                "work_seconds": stage.takes.as_secs_f64(),
                "begins": at(&stage.begins),
                "ends": at(&stage.ends),
                "notice_due": stage.notice_due.as_ref().map(at),
            })
        });
        let notices = self.letters.iter().map(|letter| {
            json!({
                "stage": letter.stage,
                "due": at(&letter.due),
                "given": letter.given.map(|given| given.to_string()),
                "text": letter.text,
            })
        });
        let [links, documents, notes] = self.followers;
        json!({
            "name": self.name,
            "scope": self.scope.as_str(),
            "account": self.account,
            "made_at": at(&self.now),
            "profiles": {
                "individual_customers": self.profiles.individual_customers,
                "company_customers": self.profiles.company_customers,
                "associates_given_inline": self.profiles.associates_given_inline,
                "left_out_customers_as_associates": self.profiles.left_out_customers_as_associates,
                "active_profiles": self.profiles.total(),
            },
            "links": links,
            "documents": documents,
            "notes": notes,
            "files": files.collect::<Vec<_>>(),
            "duplicates": self.duplicates_json(),
            "rate": self.rate_json(),
            "stages": stages.collect::<Vec<_>>(),
            "ends": at(&self.ends),
            "deadline": self.deadline.as_ref().map(at),
            "is_in_time": self.is_in_time(),
            "notices": notices.collect::<Vec<_>>(),
        })
    }

    fn duplicates_json(&self) -> Value {
        let counts = self.duplicates.counts.iter();
        let counts = counts.map(|(likeness, count)| (likeness.as_str().to_owned(), json!(count)));
        let pairs = self.duplicates.pairs.iter().map(|pair| {
            json!({
                "likeness": pair.likeness.as_str(),
                "first": row(&pair.first),
                "second": row(&pair.second),
            })
        });
        json!({
            "counts": counts.collect::<serde_json::Map<_, _>>(),
            "pairs": pairs.collect::<Vec<_>>(),
        })
    }

    fn rate_json(&self) -> Value {
        let source = match &self.rate.source {
            Source::Measured { profiles, at } => {
                json!({"measured": {"profiles": profiles, "at": at}})
            }
            Source::Reads {
                count,
                median_milliseconds,
                requests_per_client,
            } => json!({"reads": {
                "count": count,
                "median_milliseconds": median_milliseconds,
                "requests_per_client": requests_per_client,
            }}),
            Source::Assumed => json!("assumed"),
        };
        json!({
            "seconds_per_client_and_worker": self.rate.per_client.as_secs_f64(),
            "source": source,
        })
    }
}

fn row(row: &Row) -> Value {
    json!({
        "file": row.file,
        "line": row.line,
        "reference": row.reference,
        "name": row.name,
        "known_by": row.known_by,
    })
}
