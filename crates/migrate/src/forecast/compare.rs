//! A forecast beside what really happened.
//!
//! The ledger of a run says which profile each member of the book became; the API says where its
//! applications stand. Differences are told one by one, with the reasons that can be found: a row
//! that was changed in between, another policy version, a check that answered otherwise, a person
//! who decided, an associate that came out otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::{Application, ClientForecast, Forecasts};
use crate::Error;
use crate::api::{Api, Call, Failure};
use crate::ledger::{self, Ledger};
use crate::progress::Reporter;
use crate::run::create_step;

/// What came of comparing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Members of the book that were compared.
    pub clients: u64,
    /// Members of whom everything is as forecast.
    pub same: u64,
    /// What is otherwise, in the order of the book.
    pub differences: Vec<Difference>,
}

/// An application that stands elsewhere than forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The client.
    pub reference: String,
    /// The source file of its row.
    pub file: String,
    /// The physical line of its row.
    pub line: u64,
    /// Alias of the product; none where it is about the client as a whole.
    pub product: Option<String>,
    /// Where it was forecast to stand.
    pub forecast: String,
    /// Where it stands.
    pub real: String,
    /// Why, as far as it is known.
    pub because: Vec<Reason>,
}

/// Why something is otherwise than forecast.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reason {
    /// The kind of reason, for counting.
    pub kind: &'static str,
    /// This one, in words.
    pub detail: String,
}

const ROW_CHANGED: &str = "the row was changed";
const NOT_OVER: &str = "it did not come over";
const POLICY_CHANGED: &str = "another policy version";
const CHECK_OTHERWISE: &str = "a check answered otherwise";
const DECIDED_BY_HAND: &str = "a person or program decided";
const AT_WORK: &str = "automation is still at work";
const ASSOCIATE_OTHERWISE: &str = "an associate came out otherwise";
/// What is said where no reason was found.
pub const NOT_KNOWN: &str = "not known";

impl Comparison {
    /// How many differences have each reason; those with none under [`NOT_KNOWN`].
    pub fn reasons(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for difference in &self.differences {
            let kinds: BTreeSet<&str> = difference.because.iter().map(|one| one.kind).collect();
            if kinds.is_empty() {
                *counts.entry(NOT_KNOWN).or_default() += 1;
            }
            for kind in kinds {
                *counts.entry(kind).or_default() += 1;
            }
        }
        counts
    }
}

/// Reads what became of everybody in a forecast, under the published policy, after the run that kept
/// its ledger in `state`.
///
/// Errors: a state folder without a ledger; a server that refuses the key or does not answer.
pub async fn compare(
    forecasts: &Forecasts,
    state: &Path,
    api: &Api,
    reporter: &Arc<dyn Reporter>,
) -> Result<Comparison, Error> {
    is_of_run(state)?;
    let comparing = Comparing {
        forecasts,
        ledger: Ledger::open(state)?,
        api,
    };
    let clients = &forecasts.published.clients;
    let mut comparison = Comparison::default();
    reporter.begin("comparing", clients.len() as u64);
    for client in clients {
        let found = comparing.client(client).await;
        let differences = found.inspect_err(|_| reporter.end())?;
        comparison.clients += 1;
        comparison.same += u64::from(differences.is_empty());
        comparison.differences.extend(differences);
        reporter.advance();
    }
    reporter.end();
    blame_associates(&mut comparison, clients);
    Ok(comparison)
}

/// Whether a state folder has the ledger of a run.
///
/// Errors: it has none.
pub fn is_of_run(state: &Path) -> Result<(), Error> {
    if state.join(ledger::FILE).is_file() {
        return Ok(());
    }
    let state = state.display();
    let message = format!(
        "{state} is no state folder of a run: it has no {}; give the --state of the run",
        ledger::FILE
    );
    Err(Error::State(message))
}

/// Where an application stands, as far as both sides can say it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    status: String,
    flag: String,
    risk: Option<String>,
    open: BTreeSet<String>,
}

impl Standing {
    fn forecast(application: &Application) -> Standing {
        Standing {
            status: application.status.clone(),
            flag: application.flag.clone(),
            risk: application.risk_name().map(str::to_owned),
            open: application
                .open_tasks()
                .map(|task| task.alias.clone())
                .collect(),
        }
    }

    fn real(application: &Value) -> Standing {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let overall = &application["risk"]["overall_risk"];
        let blockers = application["approval_blockers"].as_array();
        let open = blockers.into_iter().flatten();
        Standing {
            status: text(&application["status"]).unwrap_or_default(),
            flag: text(&application["flag"]).unwrap_or_default(),
            risk: text(&overall["name"]).or_else(|| text(&overall["category"])),
            open: open
                .filter_map(|one| text(&one["task_variant"]["alias"]))
                .collect(),
        }
    }

    /// A server that shows no risk says nothing against one.
    fn agrees(&self, real: &Standing) -> bool {
        let same_risk = real.risk.is_none() || self.risk == real.risk;
        same_risk
            && (&self.status, &self.flag, &self.open) == (&real.status, &real.flag, &real.open)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.flag)?;
        if let Some(risk) = &self.risk {
            write!(f, ", {risk}")?;
        }
        if !self.open.is_empty() {
            let open: Vec<&str> = self.open.iter().map(String::as_str).collect();
            write!(f, ", open: {}", open.join(", "))?;
        }
        Ok(())
    }
}

struct Comparing<'a> {
    forecasts: &'a Forecasts,
    ledger: Ledger,
    api: &'a Api,
}

impl Comparing<'_> {
    async fn client(&self, client: &ClientForecast) -> Result<Vec<Difference>, Error> {
        let step = create_step(&client.reference);
        let Some(profile) = self.ledger.answer(&step)? else {
            return self.not_over(client);
        };
        if let Some(mistake) = client.errors.first() {
            let forecast = format!("refused: {}", mistake.message);
            let real = format!("profile {profile}");
            let because = self.row_changed(client)?.into_iter().collect();
            return Ok(vec![difference(client, None, (forecast, real), because)]);
        }
        let path = format!("/profiles/{profile}/applications");
        let real = match self.api.call(Call::get(&path)).await {
            Ok(answer) => answer.body,
            Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
                let sides = ("a profile".to_owned(), message);
                return Ok(vec![difference(client, None, sides, Vec::new())]);
            }
            Err(failure) => return Err(failure.into()),
        };
        let real = by_product(&real);
        let forecast: BTreeMap<&str, &Application> = client
            .applications
            .iter()
            .map(|one| (one.product.as_str(), one))
            .collect();
        let products: BTreeSet<&str> = forecast.keys().chain(real.keys()).copied().collect();
        let mut differences = Vec::new();
        for product in products {
            let (forecast, real) = (forecast.get(product), real.get(product));
            let standing = forecast.map(|one| Standing::forecast(one));
            let stands = real.map(|one| Standing::real(one));
            if let (Some(standing), Some(stands)) = (&standing, &stands)
                && standing.agrees(stands)
            {
                continue;
            }
            let because = self.reasons(client, &profile, real.copied()).await?;
            let none = || "no application".to_owned();
            let said =
                |standing: Option<Standing>| standing.map_or_else(none, |one| one.to_string());
            let sides = (said(standing), said(stands));
            differences.push(difference(client, Some(product), sides, because));
        }
        Ok(differences)
    }

    /// Nothing came over: as forecast where the API was to refuse it.
    fn not_over(&self, client: &ClientForecast) -> Result<Vec<Difference>, Error> {
        if !client.errors.is_empty() {
            return Ok(Vec::new());
        }
        let state = self.ledger.row_at(&client.file, client.line)?;
        let detail = match state {
            Some((_, state)) => state
                .error
                .unwrap_or_else(|| format!("its row is {}", state.state)),
            None => "the run knows no such row".to_owned(),
        };
        let detail = Reason {
            kind: NOT_OVER,
            detail,
        };
        let because = self
            .row_changed(client)?
            .into_iter()
            .chain([detail])
            .collect();
        let sides = ("a profile".to_owned(), "none".to_owned());
        Ok(vec![difference(client, None, sides, because)])
    }

    fn row_changed(&self, client: &ClientForecast) -> Result<Option<Reason>, Error> {
        let row = self.ledger.row_at(&client.file, client.line)?;
        let changed = row.is_some_and(|(hash, _)| hash != client.row_hash);
        Ok(changed.then(|| Reason {
            kind: ROW_CHANGED,
            detail: format!(
                "line {} of {} says something else",
                client.line, client.file
            ),
        }))
    }

    async fn reasons(
        &self,
        client: &ClientForecast,
        profile: &str,
        real: Option<&Value>,
    ) -> Result<Vec<Reason>, Error> {
        let mut reasons: Vec<Reason> = self.row_changed(client)?.into_iter().collect();
        let mut add = |kind, detail: String| reasons.push(Reason { kind, detail });
        if let Some(real) = real {
            let last = real["history"].as_array().and_then(|steps| steps.last());
            let last = last.unwrap_or(&Value::Null);
            let forecast = self.forecasts.published.configuration.version;
            if let Some(version) = last["policy_version"]
                .as_u64()
                .filter(|one| *one != forecast)
            {
                add(
                    POLICY_CHANGED,
                    format!("version {version}, forecast under {forecast}"),
                );
            }
            let by = last["decided_by"].as_str().unwrap_or_default();
            let is_decided = real["status"] != "APPLIED" && last["status"] == real["status"];
            if is_decided && !by.is_empty() && !by.starts_with("Smart policy") {
                add(DECIDED_BY_HAND, format!("decided by {by}"));
            }
            let flag = real["flag"].as_str().unwrap_or_default();
            if matches!(
                flag,
                "AUTOMATING" | "WAITING_ON_CHECKS" | "RECALCULATING_RISK"
            ) {
                add(AT_WORK, flag.to_owned());
            }
        }
        let path = format!("/profiles/{profile}/checks");
        let checks = match self.api.call(Call::get(&path)).await {
            Ok(answer) => answer.body,
            Err(Failure::Refused { .. } | Failure::Unclear(_)) => Value::Null,
            Err(failure) => return Err(failure.into()),
        };
        reasons.extend(otherwise(client, &checks));
        Ok(reasons)
    }
}

/// The applications of an answer by product, but for hidden ones; of several the last counts.
fn by_product(applications: &Value) -> BTreeMap<&str, &Value> {
    let all = applications.as_array().into_iter().flatten();
    all.filter(|one| one["hidden"] != true)
        .filter_map(|one| Some((one["product"]["alias"].as_str()?, one)))
        .collect()
}

/// Checks whose latest run answered otherwise than assumed; the list has the newest first.
fn otherwise(client: &ClientForecast, checks: &Value) -> Vec<Reason> {
    let mut latest: BTreeMap<&str, &Value> = BTreeMap::new();
    for check in checks.as_array().into_iter().flatten().rev() {
        let alias = check["variant"]["alias"].as_str();
        if let Some(name) = alias.or_else(|| check["check_type"].as_str()) {
            latest.insert(name, check);
        }
    }
    let assumed = client.checks.iter().filter_map(|check| {
        let name = check.variant.as_deref().unwrap_or(&check.check_type);
        let real = latest
            .get(name)
            .or_else(|| latest.get(check.check_type.as_str()))?;
        let real = real["result"].as_str().unwrap_or("nothing");
        let assumed = check.result.as_deref().unwrap_or("nothing");
        (real != assumed).then(|| Reason {
            kind: CHECK_OTHERWISE,
            detail: format!("{name} answered {real}, forecast {assumed}"),
        })
    });
    let assumed: BTreeSet<Reason> = assumed.collect();
    assumed.into_iter().collect()
}

fn difference(
    client: &ClientForecast,
    product: Option<&str>,
    (forecast, real): (String, String),
    because: Vec<Reason>,
) -> Difference {
    Difference {
        reference: client.reference.clone(),
        file: client.file.clone(),
        line: client.line,
        product: product.map(str::to_owned),
        forecast,
        real,
        because,
    }
}

/// A company may be otherwise because somebody below it is.
fn blame_associates(comparison: &mut Comparison, clients: &[ClientForecast]) {
    let below: BTreeMap<&str, &[String]> = clients
        .iter()
        .map(|client| (client.reference.as_str(), client.associates.as_slice()))
        .collect();
    let otherwise: BTreeSet<String> = comparison
        .differences
        .iter()
        .map(|one| one.reference.clone())
        .collect();
    for difference in &mut comparison.differences {
        let below = below
            .get(difference.reference.as_str())
            .copied()
            .unwrap_or_default();
        if let Some(associate) = below.iter().find(|one| otherwise.contains(*one)) {
            difference.because.push(Reason {
                kind: ASSOCIATE_OTHERWISE,
                detail: associate.clone(),
            });
        }
    }
}
