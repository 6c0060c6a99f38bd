//! Smart policies: a flow of task, branch and outcome elements.
//!
//! Source of the rules: seed 004, "Tasks are created", and `product.md` 3.

use std::collections::BTreeSet;

use crate::{Answer, Condition, Facts, Missing, PolicyId, TaskVariantId, Why, answer};

/// A smart policy for one kind of profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmartPolicy {
    /// Lasting id.
    pub id: PolicyId,
    /// Unique name used in configuration.
    pub alias: String,
    /// What people read.
    pub name: String,
    /// Elements; the first is where the flow starts.
    pub elements: Vec<Element>,
}

/// One element of the flow. Elements name others by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// Adds tasks and goes on without waiting for them.
    Tasks {
        /// The task variants to add.
        add: Vec<TaskVariantId>,
        /// Where the flow goes on.
        next: usize,
    },
    /// Goes one of two ways.
    Branch {
        /// What people read.
        name: String,
        /// The question.
        condition: Condition,
        /// Where it goes on when the answer is yes.
        yes: usize,
        /// Where it goes on when the answer is no.
        no: usize,
    },
    /// Where the flow ends.
    Outcome(PolicyOutcome),
}

/// How a policy ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyOutcome {
    /// Approved by the policy as soon as every task has passed.
    AutomaticApproval,
    /// A person decides once every task has passed.
    ManualReview,
    /// Rejected by the policy at once; the text tells why.
    ImmediateRejection {
        /// Why, for the audit; may be empty.
        reason: String,
    },
}

/// What a policy asks of an application now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Task variants on the way, in order, each once.
    pub tasks: Vec<TaskVariantId>,
    /// Where the flow stopped.
    pub stop: Stop,
}

/// Where a flow stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// At an outcome.
    Outcome(PolicyOutcome),
    /// At a branch that cannot be answered yet, with what is missing.
    Waits(BTreeSet<Missing>),
}

/// A branch on the way, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The branch's name.
    pub branch: String,
    /// The answer; `None` where the flow waits for what is missing.
    pub answer: Option<bool>,
}

/// Walks the policy for one application. The walk remembers nothing and never waits: missing data
/// is a result, and the next walk goes on by itself once it is there.
///
/// A flow longer than the number of elements would run in a circle; configuration refuses those,
/// and here it stops as undetermined.
pub fn walk(policy: &SmartPolicy, facts: &Facts<'_>) -> Walk {
    walk_seen(policy, facts, |_, _| {})
}

/// The branches that [`walk`] comes by, in order: why it ends where it ends.
pub fn turns(policy: &SmartPolicy, facts: &Facts<'_>) -> Vec<Turn> {
    let mut turns = Vec::new();
    walk_seen(policy, facts, |branch, answer| {
        turns.push(Turn {
            branch: branch.to_owned(),
            answer,
        });
    });
    turns
}

/// Walks the policy and tells of every branch on the way.
fn walk_seen(
    policy: &SmartPolicy,
    facts: &Facts<'_>,
    mut see: impl FnMut(&str, Option<bool>),
) -> Walk {
    let mut tasks: Vec<TaskVariantId> = Vec::new();
    let mut at = 0;
    for _ in 0..=policy.elements.len() {
        match policy.elements.get(at) {
            Some(Element::Tasks { add, next }) => {
                let new: Vec<TaskVariantId> = add
                    .iter()
                    .copied()
                    .filter(|variant| !tasks.contains(variant))
                    .collect();
                tasks.extend(new);
                at = *next;
            }
            Some(Element::Branch {
                name,
                condition,
                yes,
                no,
            }) => match answer(condition, facts) {
                Answer::Yes => {
                    see(name, Some(true));
                    at = *yes;
                }
                Answer::No => {
                    see(name, Some(false));
                    at = *no;
                }
                Answer::Missing(missing) => {
                    see(name, None);
                    return Walk {
                        tasks,
                        stop: Stop::Waits(missing),
                    };
                }
            },
            Some(Element::Outcome(outcome)) => {
                return Walk {
                    tasks,
                    stop: Stop::Outcome(outcome.clone()),
                };
            }
            None => break,
        }
    }
    Walk {
        tasks,
        stop: Stop::Waits(BTreeSet::new()),
    }
}

/// Whether risk is among what is missing.
pub fn waits_for_risk(missing: &BTreeSet<Missing>) -> bool {
    missing
        .iter()
        .any(|missing| missing.why == Why::RiskUndetermined)
}
