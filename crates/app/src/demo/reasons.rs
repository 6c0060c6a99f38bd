//! Why an application waits: what its checks came to, which matches are open, and which of a
//! company's people are not through.

use std::collections::HashMap;

use migrate::api::Api;
use serde_json::Value;

use super::endings::{list, name, profile, shown, text, word, words};
use crate::trouble::Trouble;

/// The lists of a company, by the part of collected data they are in.
const LISTS: [(&str, &str); 2] = [
    ("COMPANY_IDENTIFY_OFFICERS", "officers"),
    ("COMPANY_IDENTIFY_BENEFICIAL_OWNERS", "ownership_structure"),
];

/// Reads the people behind companies, each once.
pub(super) struct Associates<'a> {
    api: &'a Api,
    known: HashMap<String, Value>,
}

impl Associates<'_> {
    /// Nobody is read yet.
    pub(super) fn new(api: &Api) -> Associates<'_> {
        Associates {
            api,
            known: HashMap::new(),
        }
    }

    /// Why an application of a profile waits, in a sentence.
    pub(super) async fn why(
        &mut self,
        waiting: &Value,
        profile: &Value,
    ) -> Result<String, Trouble> {
        let message = text(&waiting["message"]);
        if waiting["kind"] != "TASK" {
            return Ok(message);
        }
        let is_meant = |task: &&Value| {
            task["variant"]["alias"] == waiting["subject"] && task["is_complete"] != true
        };
        let Some(task) = list(&profile["tasks"]).iter().find(is_meant) else {
            return Ok(message);
        };
        let mut causes = checks(task, profile);
        if let Some((_, part)) = LISTS.into_iter().find(|(kind, _)| task["type"] == *kind) {
            causes.extend(self.people(&profile["collected_data"][part]).await?);
        }
        if causes.is_empty() {
            causes.push("a person must do it".to_owned());
        }
        Ok(format!("{message}: {}", causes.join("; ")))
    }

    /// Those on the lists of a company who are not approved.
    async fn people(&mut self, part: &Value) -> Result<Vec<String>, Trouble> {
        let lists = part.as_object().into_iter().flatten();
        let entries = lists.flat_map(|(_, entries)| list(entries));
        let mut ids: Vec<String> = entries
            .map(|entry| text(&entry["linked_profile"]["id"]))
            .collect();
        ids.retain(|id| !id.is_empty());
        ids.sort();
        ids.dedup();
        if ids.is_empty() {
            return Ok(vec!["nobody is on the company's lists yet".to_owned()]);
        }
        let mut found = Vec::new();
        for id in ids {
            let person = self.read(&id).await?;
            let application = shown(person).find(|one| one["associated_role"].is_string());
            let Some(application) = application.filter(|one| one["status"] != "APPROVED") else {
                continue;
            };
            let waits_for: Vec<String> =
                list(&application["waiting_for"]).iter().map(word).collect();
            let waits_for = if waits_for.is_empty() {
                String::new()
            } else {
                format!(" ({})", waits_for.join(", "))
            };
            found.push(format!(
                "{} is {}{waits_for}",
                name(person),
                words(&application["status"])
            ));
        }
        if found.is_empty() {
            found.push(
                "nobody on the company's lists counts for it: other roles, or owners in a circle"
                    .to_owned(),
            );
        }
        Ok(found)
    }

    async fn read(&mut self, id: &str) -> Result<&Value, Trouble> {
        if !self.known.contains_key(id) {
            let read = profile(self.api, id).await?;
            self.known.insert(id.to_owned(), read);
        }
        self.known
            .get(id)
            .ok_or_else(|| Trouble::new("a profile that was read is gone"))
    }
}

/// What the checks of a task came to that did not pass, with the matches to be resolved.
fn checks(task: &Value, profile: &Value) -> Vec<String> {
    let is_own = |check: &&Value| {
        list(&task["check_ids"]).contains(&check["id"]) && check["decision"] != "PASS"
    };
    let open = list(&profile["events"])
        .iter()
        .filter(|event| event["resolution"] == "UNRESOLVED")
        .count();
    let told = |check: &Value| {
        let variant = text(&check["variant"]["name"]);
        let errors: Vec<String> = list(&check["errors"])
            .iter()
            .map(|error| text(&error["message"]))
            .collect();
        if !errors.is_empty() {
            return format!("{variant} ended in an error, {}", errors.join(", "));
        }
        let matches = if text(&check["check_type"]).contains("SCREEN") && open > 0 {
            format!(" ({open} to be confirmed or ignored)")
        } else {
            String::new()
        };
        format!("{variant} came to {}{matches}", text(&check["result"]))
    };
    list(&profile["checks"])
        .iter()
        .filter(is_own)
        .map(told)
        .collect()
}
