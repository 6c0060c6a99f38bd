//! What becomes of one member of a book.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// As what somebody comes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A client of the scope.
    Client,
    /// A client out of scope, for somebody who lists it.
    Associate,
    /// Somebody named in a row of associates.
    Inline,
}

/// What becomes of one member of a book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientForecast {
    /// The reference in the source; of somebody named inline, the company's with a mark.
    pub reference: String,
    /// As what it comes over.
    pub kind: Kind,
    /// `INDIVIDUAL` or `COMPANY`.
    pub entity: String,
    /// The source file of its row.
    pub file: String,
    /// The physical line of its row.
    pub line: u64,
    /// SHA-256 of its row.
    pub row_hash: String,
    /// Whom it lists, by reference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub associates: Vec<String>,
    /// Why the API would refuse it; empty when it would not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Mistake>,
    /// What of it would be left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Mistake>,
    /// Its applications, asked for by itself or by companies that list it.
    #[serde(default)]
    pub applications: Vec<Application>,
    /// What its checks were taken to answer.
    #[serde(default)]
    pub checks: Vec<CheckAnswered>,
}

/// What the API says is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mistake {
    /// In the words of the API.
    pub message: String,
    /// More for programs, such as the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<Value>,
}

impl Mistake {
    /// The field it is about, if one is.
    pub fn field(&self) -> Option<&str> {
        self.info.as_ref()?["field"].as_str()
    }
}

/// Where one application would stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// Alias of the product.
    pub product: String,
    /// The status, as the API words it.
    pub status: String,
    /// The flag, as the API words it.
    pub flag: String,
    /// Whether a company that lists it asked, and not the client.
    #[serde(default)]
    pub asked_by_company: bool,
    /// Whether a person must act.
    #[serde(default)]
    pub needs_hands: bool,
    /// The level of risk, by alias.
    #[serde(default)]
    pub level: Option<String>,
    /// The score, as the API shows it; with its factors where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Value>,
    /// The tasks it requires.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// What it lacks to be scored or led on.
    #[serde(default)]
    pub missing: Vec<Lack>,
    /// By what it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
}

/// A task that an application requires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Alias of the variant.
    pub alias: String,
    /// The state, as the API words it.
    #[serde(default)]
    pub state: Option<String>,
    /// Whether it waits for a person.
    #[serde(default)]
    pub needs_hands: bool,
    /// Why it has not passed by itself.
    #[serde(default)]
    pub because: Vec<String>,
}

/// A value that is missing, and what asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lack {
    /// The risk factor that needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<String>,
    /// The branch of the policy that needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The property, such as `age`.
    pub field: String,
    /// The check that would tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// `not_supplied`, `too_coarse`, `check_pending`, `check_failed` or `risk_undetermined`.
    pub why: String,
}

impl fmt::Display for Lack {
    /// `age (factor Age)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.field)?;
        if let Some(check) = &self.check {
            write!(f, " of {check}")?;
        }
        match (&self.factor, &self.branch) {
            (Some(factor), _) => write!(f, " (factor {factor})")?,
            (None, Some(branch)) => write!(f, " (branch {branch})")?,
            (None, None) => {}
        }
        match self.why.as_str() {
            "too_coarse" => f.write_str(", not precise enough"),
            "check_failed" => f.write_str(", the check ended in an error"),
            "check_pending" => f.write_str(", the check has not run"),
            _ => Ok(()),
        }
    }
}

/// By what an application was rejected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    /// The level of risk at which it was.
    #[serde(default)]
    pub level: Option<String>,
    /// The branch of the policy that led there; none where its level alone did.
    #[serde(default)]
    pub rule: Option<String>,
    /// Which way that branch was taken: `true` for yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<bool>,
    /// The reason that the policy gives.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Rejection {
    /// The branch with the way it was taken, else the reason.
    fn by(&self) -> Option<String> {
        let taken = match self.answer {
            Some(true) => " = yes",
            Some(false) => " = no",
            None => "",
        };
        let rule = self.rule.as_ref().map(|rule| format!("{rule}{taken}"));
        rule.or_else(|| self.reason.clone())
    }
}

impl fmt::Display for Rejection {
    /// `medium risk: Lives in a prohibited country = yes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.level, self.by()) {
            (Some(level), Some(by)) => write!(f, "{level} risk: {by}"),
            (Some(level), None) => write!(f, "{level} risk"),
            (None, Some(by)) => f.write_str(&by),
            (None, None) => f.write_str("no reason given"),
        }
    }
}

/// What a check answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckAnswered {
    /// Alias of the variant.
    #[serde(default)]
    pub variant: Option<String>,
    /// The type, as the API words it.
    pub check_type: String,
    /// The result in the check's own words.
    #[serde(default)]
    pub result: Option<String>,
}

/// Where an application stands, in the words of a forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stand {
    /// Approved by the policy.
    Approved,
    /// Rejected by the policy.
    Rejected,
    /// A person must do tasks, or resolve matches.
    Hands,
    /// Everything is done, and a person decides.
    Decision,
    /// A value is missing.
    Data,
    /// Automation has not come to an end.
    Unfinished,
}

impl Application {
    /// Where it stands.
    pub fn stand(&self) -> Stand {
        match self.status.as_str() {
            "APPROVED" => Stand::Approved,
            "REJECTED" | "CANCELLED" => Stand::Rejected,
            _ if !self.missing.is_empty() => Stand::Data,
            _ if !self.needs_hands => Stand::Unfinished,
            _ if self.flag == "READY_FOR_DECISION" => Stand::Decision,
            _ => Stand::Hands,
        }
    }

    /// The tasks that wait for a person.
    pub fn open_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.needs_hands)
    }

    /// In one line: `approved`, `needs hands: verify_identity`.
    pub fn in_words(&self) -> String {
        let list = |names: Vec<String>| names.join(", ");
        match self.stand() {
            Stand::Approved => "approved".to_owned(),
            Stand::Rejected => match &self.rejection {
                Some(rejection) => format!("rejected, {rejection}"),
                None => "rejected".to_owned(),
            },
            Stand::Hands => {
                let tasks: Vec<String> = self.open_tasks().map(|task| task.alias.clone()).collect();
                if tasks.is_empty() {
                    "needs hands: matches to resolve".to_owned()
                } else {
                    format!("needs hands: {}", list(tasks))
                }
            }
            Stand::Decision => "ready for a decision".to_owned(),
            Stand::Data => {
                let lacks = self.missing.iter().map(ToString::to_string);
                format!("waits for {}", list(lacks.collect()))
            }
            Stand::Unfinished => format!("not at its end ({})", self.flag),
        }
    }

    /// Leaves the factors of the score out: a whole book of them is large.
    pub(super) fn shorten(&mut self) {
        if let Some(risk) = &mut self.risk {
            *risk = json!({ "overall_risk": risk["overall_risk"] });
        }
    }

    /// The level as people read it, or the category: what the API shows of real profiles too.
    pub fn risk_name(&self) -> Option<&str> {
        let overall = &self.risk.as_ref()?["overall_risk"];
        overall["name"].as_str().or(overall["category"].as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_says_which_way_its_branch_was_taken() {
        for (rejection, expected) in [
            (
                json!({"level": "medium", "rule": "At home", "answer": true, "reason": "no"}),
                "medium risk: At home = yes",
            ),
            (
                json!({"level": "medium", "rule": "At home", "answer": false}),
                "medium risk: At home = no",
            ),
            (json!({"rule": "At home"}), "At home"),
            (json!({"level": "high", "answer": null}), "high risk"),
            (json!({"reason": "too young"}), "too young"),
            (json!({}), "no reason given"),
        ] {
            let read: Rejection = serde_json::from_value(rejection).unwrap();
            assert_eq!(read.to_string(), expected);
        }
    }
}
