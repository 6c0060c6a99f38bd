//! Where applications stand, client by client.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where one application stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Standing {
    /// The client's reference in the source; of people named inline, the company's with a mark of
    /// their own.
    #[serde(rename = "key")]
    pub reference: String,
    /// Its profile.
    #[serde(rename = "profile_id")]
    pub profile: String,
    /// Alias of the product.
    pub product: String,
    /// The status, as the API words it.
    pub status: String,
    /// The flag, as the API words it.
    pub flag: String,
    /// What it waits for, by name; empty when nothing is said.
    pub waits_for: String,
    /// The level of risk; empty while there is none.
    pub risk: String,
    /// The application's id.
    pub application: String,
}

impl Standing {
    /// Where every application of a profile stands, but for hidden ones: by product, since the order in
    /// which a profile came to them may be another in every run.
    pub(super) fn of(reference: &str, profile: &Value) -> Vec<Standing> {
        let applications = profile["applications"].as_array().into_iter().flatten();
        let mut all: Vec<Standing> = applications
            .filter(|application| application["hidden"] != true)
            .map(|application| Standing {
                reference: reference.to_owned(),
                profile: text(&profile["id"]),
                ..standing(application)
            })
            .collect();
        all.sort_by(|one, other| one.product.cmp(&other.product));
        all
    }

    /// Product and status: what a later look compares.
    pub(super) fn stands(&self) -> String {
        format!("{}: {}", self.product, self.status)
    }

    /// Status, flag and what it waits for, in words.
    pub(super) fn in_words(&self) -> String {
        let waits = if self.waits_for.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.waits_for)
        };
        format!("{} {}{waits}", self.status, self.flag)
    }
}

/// The applications of a client that stand elsewhere than when the run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    /// The client's reference in the source.
    pub reference: String,
    /// Its profile.
    pub profile: String,
    /// Products and statuses when the run ended.
    pub before: String,
    /// Products and statuses now.
    pub now: String,
}

impl Moved {
    /// Between the end of the run and now, if there is anything.
    pub(super) fn between(before: Option<&[String]>, now: &[Standing]) -> Option<Moved> {
        let (before, first) = (before?, now.first());
        let stands: Vec<String> = now.iter().map(Standing::stands).collect();
        let sorted = |stands: &[String]| {
            let mut stands = stands.to_vec();
            stands.sort_unstable();
            stands
        };
        if sorted(&stands) == sorted(before) {
            return None;
        }
        Some(Moved {
            reference: first.map(|one| one.reference.clone()).unwrap_or_default(),
            profile: first.map(|one| one.profile.clone()).unwrap_or_default(),
            before: before.join(", "),
            now: stands.join(", "),
        })
    }
}

fn standing(application: &Value) -> Standing {
    let overall = &application["risk"]["overall_risk"];
    let risk = overall["name"].as_str().or(overall["category"].as_str());
    let or_none = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    Standing {
        product: text(&application["product"]["alias"]),
        status: or_none(&application["status"]),
        flag: or_none(&application["flag"]),
        waits_for: waits_for(application)
            .or_else(|| blocker(application))
            .unwrap_or_default(),
        risk: risk.unwrap_or_default().to_owned(),
        application: text(&application["id"]),
        ..Standing::default()
    }
}

/// What an application waits for, by the names of what is missing; `None` when the server says none.
fn waits_for(application: &Value) -> Option<String> {
    let waits = application["waiting_for"].as_array()?;
    let name = |wait: &Value| {
        let name = wait["subject"].as_str().or_else(|| wait["kind"].as_str())?;
        Some(name.to_lowercase())
    };
    let names: Vec<String> = waits.iter().filter_map(name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The first thing in the way of an approval.
fn blocker(application: &Value) -> Option<String> {
    let blocker = &application["approval_blockers"][0];
    let name = blocker["task_variant"]["alias"]
        .as_str()
        .or_else(|| blocker["task_type"].as_str())
        .or_else(|| blocker["blocker_type"].as_str());
    name.map(str::to_owned)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Moved, Standing};

    fn profile(products: &[&str]) -> Value {
        let application = |product: &&str| json!({"id": product, "product": {"alias": product}, "status": "APPLIED"});
        let applications: Vec<Value> = products.iter().map(application).collect();
        json!({"id": "p", "applications": applications})
    }

    #[test]
    fn the_order_in_which_a_profile_came_to_its_applications_does_not_matter() {
        let one = Standing::of("1", &profile(&["savings", "associate"]));
        let other = Standing::of("1", &profile(&["associate", "savings"]));
        assert_eq!(one, other);
        let before: Vec<String> = ["savings: APPLIED", "associate: APPLIED"]
            .map(str::to_owned)
            .into();
        assert_eq!(Moved::between(Some(&before), &one), None);
        let fewer = Moved::between(Some(&before), &one[..1]);
        assert_eq!(
            fewer.map(|moved| moved.now).as_deref(),
            Some("associate: APPLIED")
        );
    }
}
