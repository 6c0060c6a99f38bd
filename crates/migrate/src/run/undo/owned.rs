//! Whose a profile is that a state knows.
//!
//! The idempotency keys of two states of one book are the same, so a state is answered with what
//! another has made. An Usher says so with its answer, and the ledger keeps it. Where an answer was lost,
//! what the server remembers may be of this state or of another. It counts as this state's when the
//! profile is not older than the state and the state has met no other; so does everything where it is not
//! known what the server remembered: with another server, and in the ledger of an older tool.

use std::collections::BTreeMap;

use super::super::gone::parsed;
use super::Client;
use crate::Error;
use crate::ledger::{Ledger, Whose};

/// What is said of a profile that another state has made.
const OTHER: &str = "another state has made it";
/// What is said of one that another state may have made.
const UNCLEAR: &str = "an answer was lost when it was sent, and whether this state or another that \
                       this one has met made it is not known";

/// What tells whose a profile is.
pub(super) struct Owned {
    /// The ledger and the server say of each answer whether it was remembered.
    is_told: bool,
    /// Some step of this state was done by another one.
    has_met_another: bool,
    /// When the state began, in seconds since 1970: by the server's clock, as what is held to it.
    began_at: i64,
    /// By the reference of a profile that another state has made: what this one has added, by kind.
    added: BTreeMap<String, BTreeMap<&'static str, usize>>,
}

impl Owned {
    pub(super) fn of(ledger: &Ledger, is_usher: bool) -> Result<Owned, Error> {
        let others = ledger.of_others()?;
        let mut added: BTreeMap<String, BTreeMap<&'static str, usize>> = BTreeMap::new();
        for step in &others {
            if let Some(reference) = step.strip_suffix("/create") {
                added.entry(reference.to_owned()).or_default();
            }
        }
        if !added.is_empty() {
            for finished in ledger.finished() {
                let (step, answer) = finished?;
                let Some((reference, what)) = addition(&step).filter(|_| !answer.is_empty()) else {
                    continue;
                };
                if let Some(counts) = added.get_mut(reference)
                    && ledger.whose(&step)? == Whose::Own
                {
                    *counts.entry(what).or_default() += 1;
                }
            }
        }
        Ok(Owned {
            is_told: is_usher && ledger.knows_origins()?,
            has_met_another: !others.is_empty(),
            began_at: ledger.began_at()?,
            added,
        })
    }

    /// Why a profile is certainly another state's.
    pub(super) fn other(&self, ledger: &Ledger, client: &Client) -> Result<Option<String>, Error> {
        if ledger.whose(&step(client))? != Whose::Other {
            return Ok(None);
        }
        let counts = self.added.get(&client.reference).into_iter().flatten();
        let counts: Vec<String> = counts
            .map(|(what, count)| format!("{what}: {count}"))
            .collect();
        Ok(Some(if counts.is_empty() {
            OTHER.to_owned()
        } else {
            format!(
                "{OTHER}, and this one has added to it what stays, {}",
                counts.join(", ")
            )
        }))
    }

    /// Why a profile is not certainly this state's, that was made at this time.
    pub(super) fn doubted(
        &self,
        ledger: &Ledger,
        client: &Client,
        made_at: Option<i64>,
    ) -> Result<Option<String>, Error> {
        let whose = ledger.whose(&step(client))?;
        if whose == Whose::Own && self.is_told {
            return Ok(None);
        }
        if made_at.is_some_and(|made_at| made_at < self.began_at) {
            return Ok(Some(format!("{OTHER}: it was there before this one began")));
        }
        let is_doubtful = whose == Whose::Unclear && self.has_met_another;
        Ok(is_doubtful.then(|| UNCLEAR.to_owned()))
    }
}

fn step(client: &Client) -> String {
    format!("{}/create", client.reference)
}

/// The reference that a step adds something to, and what.
fn addition(step: &str) -> Option<(&str, &'static str)> {
    if let Some((kind, reference, _)) = parsed(step) {
        return (!step.ends_with("/create")).then(|| (reference, kind.as_str()));
    }
    for (part, what) in [("/application/", "application"), ("/tag/", "tag")] {
        if let Some((reference, _)) = step.rsplit_once(part) {
            return Some((reference, what));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::super::Fate;
    use super::*;
    use crate::clock;

    #[test]
    fn who_was_made_by_a_server_whose_clock_is_behind_is_the_states_own() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let client = Client {
            reference: "a".to_owned(),
            profile: "p".to_owned(),
            entity: String::new(),
            open_count: 0,
            rejected: Vec::new(),
            parents: Vec::new(),
            fate: Fate::Undo,
        };
        let behind = clock::now() - SignedDuration::from_mins(1);
        let doubted = |made_at: Timestamp| {
            let owned = Owned::of(&ledger, false).unwrap();
            let made_at = Some(made_at.as_second());
            owned.doubted(&ledger, &client, made_at).unwrap().is_some()
        };
        assert!(doubted(behind));
        ledger.begin_at(behind).unwrap();
        ledger.finish("a/create", "p").unwrap();
        // What is sent later does not make it younger.
        ledger.begin_at(clock::now()).unwrap();
        assert!(!doubted(behind));
        assert!(doubted(behind - SignedDuration::from_secs(1)));
    }

    #[test]
    fn a_step_says_what_it_adds_and_to_whom() {
        let check = |step: &str, expected: Option<(&str, &'static str)>| {
            assert_eq!(addition(step), expected, "{step}");
        };
        check("a/create", None);
        check("a/inline/0123456789abcdef/create", None);
        check("a/kept", None);
        check("a/application/x", Some(("a", "application")));
        check("a/b/tag/x", Some(("a/b", "tag")));
        check("a/note/0123456789abcdef.1", Some(("a", "note")));
        check("a/associate/0123456789abcdef.1", Some(("a", "link")));
    }
}
