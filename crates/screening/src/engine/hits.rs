//! What a screening finds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::party::{Party, Subject};
use super::{Engine, is_other, is_person};
use crate::comparison::{self, Comparison, Explanation};
use crate::evidence::{self, Evidence};
use crate::index::{More, Scratch};
use crate::rules::{self, Reason, Rules};
use crate::weights;
use crate::words::Bearer;

/// How a party is screened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The score from which on an entry is a hit, between 0 and 1.
    pub threshold: f64,
    /// Hits that are told of at most; how many more there are is told as a number.
    pub max_hits: usize,
    /// Ids of the lists to look into; all where there are none.
    pub lists: Vec<String>,
    /// Which hits are ignored.
    pub rules: Rules,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            threshold: 0.7,
            max_hits: 200,
            lists: Vec::new(),
            rules: Rules::default(),
        }
    }
}

/// An entry that reached the threshold, with the name that did best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    pub party: u32,
    /// The name of the entry, as a number of the engine.
    pub name: u32,
    /// The place of the name asked for in the subject.
    pub asked: usize,
    pub whole: Comparison,
}

/// A hit with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The id of the list and of the entry in it, and the entry's place there.
    pub list: String,
    pub entry: String,
    pub place: u32,
    /// The name that did best, as the list writes it.
    pub name: String,
    /// The place of the name asked for that did best.
    pub asked: usize,
    pub explanation: Explanation,
    /// Why the hit is ignored, if it is.
    pub ignored: Option<Reason>,
}

/// All hits of a party.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Hits that a rule filtered out, best first.
    pub ignored: Vec<Hit>,
    /// How many hits there are besides those told.
    pub more: usize,
    /// How many ignored hits there are besides those told.
    pub more_ignored: usize,
}

/// The hits, best first; of equal ones, in the order of the lists and of their entries.
pub(super) fn find(
    engine: &Engine,
    subject: &Subject,
    settings: &Settings,
    scratch: &mut Scratch,
) -> Vec<Found> {
    let threshold = settings.threshold.clamp(THRESHOLD_MIN, THRESHOLD_MAX);
    let floor = (threshold / (1.0 - threshold)).ln();
    let more = Known::of(engine, subject, settings);
    let mut best: BTreeMap<u32, Found> = BTreeMap::new();
    let mut offer = |asked: usize, name: u32, names: Comparison| {
        let party = engine.parties.of_name(name);
        let evidence = &engine.parties.get(party).evidence;
        let whole = comparison::with_evidence(names, &subject.evidence, evidence);
        if whole.score < threshold {
            return;
        }
        let found = Found {
            party,
            name,
            asked,
            whole,
        };
        let known = best.entry(party).or_insert(found);
        let better = whole.log_odds.total_cmp(&known.whole.log_odds);
        if better
            .then_with(|| (known.name, known.asked).cmp(&(name, asked)))
            .is_gt()
        {
            *known = found;
        }
    };
    let index = engine.index(subject.kind);
    for (asked, name) in subject.names.iter().enumerate() {
        for found in index.search(name, floor, &more, scratch) {
            offer(asked, found.owner, found.names);
        }
    }
    for party in engine.parties.with_numbers(&subject.evidence.numbers) {
        if more.is_asked_for(engine.parties.get(party)) {
            for name in engine.parties.names_of(party) {
                let kind = super::bearer(engine.parties.get(party).kind);
                let other = engine.analyzer.analyze(kind, engine.parties.name(name));
                for (asked, one) in subject.names.iter().enumerate() {
                    offer(asked, name, comparison::compare_names(one, &other));
                }
            }
        }
    }
    let mut found: Vec<Found> = best.into_values().collect();
    found.sort_by(|a, b| {
        let by_score = b.whole.log_odds.total_cmp(&a.whole.log_odds);
        by_score.then_with(|| a.party.cmp(&b.party))
    });
    found
}

/// Thresholds beyond these are taken as these.
const THRESHOLD_MIN: f64 = 0.05;
const THRESHOLD_MAX: f64 = 0.999;

/// The hits found, told with their reasons.
pub(super) fn report(
    engine: &Engine,
    subject: &Subject,
    settings: &Settings,
    found: &[Found],
) -> Hits {
    let mut hits = Hits::default();
    for found in found {
        let party = engine.parties.get(found.party);
        let ignored = rules::ignores(
            &settings.rules,
            (&subject.names, &subject.evidence),
            (|| engine.names_of(found.party), &party.evidence),
        );
        let (told, more) = match ignored {
            None => (&mut hits.hits, &mut hits.more),
            Some(_) => (&mut hits.ignored, &mut hits.more_ignored),
        };
        if told.len() == settings.max_hits {
            *more += 1;
            continue;
        }
        told.push(Hit {
            list: engine.parties.list(found.party).to_owned(),
            entry: engine.parties.id(found.party).to_owned(),
            place: party.entry,
            name: engine.parties.name(found.name).to_owned(),
            asked: found.asked,
            explanation: engine.explain(subject, found),
            ignored,
        });
    }
    hits
}

/// What is known of the party besides its names.
struct Known<'a> {
    engine: &'a Engine,
    evidence: &'a Evidence,
    kind: Bearer,
    lists: Option<Vec<bool>>,
    most: f64,
}

impl<'a> Known<'a> {
    fn of(engine: &'a Engine, subject: &'a Subject, settings: &Settings) -> Known<'a> {
        let wanted = |list: &str| settings.lists.iter().any(|wanted| wanted == list);
        let lists =
            (!settings.lists.is_empty()).then(|| engine.parties.lists().map(wanted).collect());
        Known {
            engine,
            evidence: &subject.evidence,
            kind: subject.kind,
            lists,
            most: most(&subject.evidence),
        }
    }

    fn is_asked_for(&self, party: &Party) -> bool {
        let kind = match self.kind {
            Bearer::Person => is_person(party.kind),
            Bearer::Organization => is_other(party.kind),
        };
        kind && self
            .lists
            .as_ref()
            .is_none_or(|lists| lists[usize::from(party.list)])
    }
}

/// What the evidence on two parties says, in log-odds.
pub(crate) fn log_odds(one: &Evidence, other: &Evidence) -> f64 {
    let found = evidence::findings(one, other);
    found.map(|finding| weights::EVIDENCE[finding.term]).sum()
}

/// The most that evidence can say for anybody, numbers apart: who shares one is looked at anyway.
pub(crate) fn most(evidence: &Evidence) -> f64 {
    let greatest = |speaks_of: fn(&str) -> bool| {
        let terms = evidence::NAMES.iter().zip(weights::EVIDENCE);
        let of_these = terms.filter(|(name, _)| speaks_of(name));
        of_these.map(|(_, weight)| weight).fold(0.0, f64::max)
    };
    let born = if evidence.born.is_empty() {
        0.0
    } else {
        greatest(|name| name.starts_with("born"))
    };
    let country = if evidence.countries.is_empty() {
        0.0
    } else {
        greatest(|name| name.ends_with("country"))
    };
    born + country
}

impl More for Known<'_> {
    fn most(&self) -> f64 {
        self.most
    }

    fn of(&self, name: u32) -> Option<f64> {
        let party = self.engine.parties.get(self.engine.parties.of_name(name));
        self.is_asked_for(party)
            .then(|| log_odds(self.evidence, &party.evidence))
    }
}
