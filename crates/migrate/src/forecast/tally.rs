//! Counting a forecast.

use std::collections::{BTreeMap, BTreeSet};

use super::{Application, ClientForecast, Forecast, Kind, Stand};

/// How many applications come to what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Applications that clients ask for.
    pub applications: u64,
    /// By where they stand.
    pub stands: BTreeMap<Stand, u64>,
    /// Rejected, by level and rule or reason.
    pub rejected: BTreeMap<String, u64>,
    /// Needing hands, by task; one application may wait for several.
    pub tasks: BTreeMap<String, u64>,
    /// Waiting, by field and what asks for it; one application may lack several.
    pub missing: BTreeMap<String, u64>,
    /// By level of risk, as people read it.
    pub levels: BTreeMap<String, u64>,
    /// Bodies that the API would refuse, by field and message.
    pub refused: BTreeMap<(String, String), u64>,
    /// Bodies that the API would refuse.
    pub refused_count: u64,
    /// Clients without an application: they would only be there.
    pub without_application: u64,
    /// Applications that companies ask their associates to make, by where they stand.
    pub associates: BTreeMap<Stand, u64>,
}

impl Tally {
    /// Counts a forecast.
    pub fn of(forecast: &Forecast) -> Tally {
        let mut tally = Tally::default();
        for client in &forecast.clients {
            tally.count(client);
        }
        tally
    }

    fn count(&mut self, client: &ClientForecast) {
        if !client.errors.is_empty() {
            self.refused_count += 1;
            for mistake in &client.errors {
                let field = mistake.field().unwrap_or_default().to_owned();
                *self
                    .refused
                    .entry((field, mistake.message.clone()))
                    .or_default() += 1;
            }
            return;
        }
        let own = client
            .applications
            .iter()
            .filter(|one| !one.asked_by_company);
        if client.kind == Kind::Client && own.clone().next().is_none() {
            self.without_application += 1;
        }
        for application in own {
            self.count_application(application);
        }
        for application in client
            .applications
            .iter()
            .filter(|one| one.asked_by_company)
        {
            *self.associates.entry(application.stand()).or_default() += 1;
        }
    }

    fn count_application(&mut self, application: &Application) {
        let add = |counts: &mut BTreeMap<String, u64>, what: String| {
            *counts.entry(what).or_default() += 1;
        };
        let stand = application.stand();
        self.applications += 1;
        *self.stands.entry(stand).or_default() += 1;
        if let Some(level) = application.risk_name() {
            add(&mut self.levels, level.to_owned());
        }
        match stand {
            Stand::Rejected => {
                let by = application.rejection.as_ref().map(ToString::to_string);
                add(
                    &mut self.rejected,
                    by.unwrap_or_else(|| "no reason given".to_owned()),
                );
            }
            Stand::Hands => {
                let tasks: BTreeSet<&str> = application
                    .open_tasks()
                    .map(|task| task.alias.as_str())
                    .collect();
                if tasks.is_empty() {
                    add(&mut self.tasks, "matches to resolve".to_owned());
                }
                for task in tasks {
                    add(&mut self.tasks, task.to_owned());
                }
            }
            Stand::Data => {
                let lacks: BTreeSet<String> = application
                    .missing
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                for lack in lacks {
                    add(&mut self.missing, lack);
                }
            }
            Stand::Approved | Stand::Decision | Stand::Unfinished => {}
        }
    }

    /// How many applications stand there.
    pub fn stand(&self, stand: Stand) -> u64 {
        self.stands.get(&stand).copied().unwrap_or_default()
    }
}

/// An application that comes to something else under another policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The client.
    pub reference: String,
    /// Alias of the product.
    pub product: String,
    /// Where it stands under the first; nothing when there it is not made at all.
    pub from: Option<String>,
    /// Where it stands under the second.
    pub to: Option<String>,
}

/// The applications that come to something else under the second forecast, in the order of the book.
/// Both must be of the same book.
pub fn changes(first: &Forecast, second: &Forecast) -> Vec<Change> {
    let mut changes = Vec::new();
    for (one, other) in first.clients.iter().zip(&second.clients) {
        let (before, after) = (standings(one), standings(other));
        let products: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for product in products {
            let (from, to) = (before.get(product), after.get(product));
            if from != to {
                changes.push(Change {
                    reference: one.reference.clone(),
                    product: product.clone(),
                    from: from.cloned(),
                    to: to.cloned(),
                });
            }
        }
    }
    changes
}

/// Where a client's applications stand, by product; what is refused stands under no product.
fn standings(client: &ClientForecast) -> BTreeMap<String, String> {
    if let Some(mistake) = client.errors.first() {
        let refused = format!("refused: {}", mistake.message);
        return BTreeMap::from([("-".to_owned(), refused)]);
    }
    let all = client.applications.iter();
    all.map(|one| (one.product.clone(), one.in_words()))
        .collect()
}
