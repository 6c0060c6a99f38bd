//! The elements of a policy while it is read, and the mistakes only the whole flow shows.

use std::collections::{BTreeMap, BTreeSet};

use document::{Place, Value, suggest};
use domain::{Condition, Element, PolicyOutcome, TaskVariantId};

use super::ELEMENTS_COUNT_MAX;

/// Where an element goes on.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// At the element made as number so many.
    At(usize),
    /// At the element with this id.
    Label {
        label: String,
        path: String,
        place: Place,
    },
    /// The flow is over without an outcome.
    Nowhere,
    /// At something that was wrong and has been reported.
    Wrong,
}

/// An element whose targets are not yet numbers.
pub(super) enum Draft {
    Tasks {
        add: Vec<TaskVariantId>,
        next: Target,
    },
    Branch {
        name: String,
        condition: Condition,
        yes: Target,
        no: Target,
    },
    Outcome(PolicyOutcome),
}

/// Elements in the order they are made: from the last of the document to the first.
#[derive(Default)]
pub(super) struct Graph {
    drafts: Vec<(Draft, String, Place)>,
    labels: BTreeMap<String, Target>,
}

impl Graph {
    pub(super) fn push(&mut self, draft: Draft, value: &Value<'_>) -> Target {
        self.drafts
            .push((draft, value.path().to_owned(), value.place()));
        Target::At(self.drafts.len() - 1)
    }

    /// Gives an element an id; false when the id is taken.
    pub(super) fn name(&mut self, label: &str, target: Target) -> bool {
        self.labels.insert(label.to_owned(), target).is_none()
    }

    /// The elements in the order of the document, the first being the start. Reports unknown ids,
    /// ends without an outcome, circles, and elements that nothing leads to.
    pub(super) fn finish(self, start: &Target, policy: &Value<'_>) -> Vec<Element> {
        if self.drafts.len() > ELEMENTS_COUNT_MAX {
            policy.report(format!(
                "a policy has at most {ELEMENTS_COUNT_MAX} elements"
            ));
            return Vec::new();
        }
        let links = self.links(policy);
        let start = self.resolve(start, policy);
        if links.iter().flatten().any(|link| *link == Link::Wrong) || start == Link::Wrong {
            return Vec::new();
        }
        let Link::To(start) = start else {
            policy.report("this policy has no outcome");
            return Vec::new();
        };
        let reached = reach(&links, start);
        self.report_unreached(&reached, policy);
        self.report_ends(&links, &reached, policy);
        self.report_circle(&links, start, policy);
        self.into_elements(&links, start)
    }

    /// Where each element leads.
    fn links(&self, policy: &Value<'_>) -> Vec<Vec<Link>> {
        self.drafts
            .iter()
            .map(|(draft, ..)| match draft {
                Draft::Tasks { next, .. } => vec![self.resolve(next, policy)],
                Draft::Branch { yes, no, .. } => {
                    vec![self.resolve(yes, policy), self.resolve(no, policy)]
                }
                Draft::Outcome(_) => Vec::new(),
            })
            .collect()
    }

    fn resolve(&self, target: &Target, policy: &Value<'_>) -> Link {
        let mut target = target;
        for _ in 0..=self.labels.len() {
            match target {
                Target::At(index) => return Link::To(*index),
                Target::Nowhere => return Link::Nowhere,
                Target::Wrong => return Link::Wrong,
                Target::Label { label, path, place } => {
                    let Some(found) = self.labels.get(label) else {
                        self.report_label(label, path, *place, policy);
                        return Link::Wrong;
                    };
                    target = found;
                }
            }
        }
        policy.report("a goto of this policy leads to itself");
        Link::Wrong
    }

    fn report_label(&self, label: &str, path: &str, place: Place, policy: &Value<'_>) {
        let message = format!("no element has the id \"{label}\"");
        let collector = policy.collector();
        match suggest(label, self.labels.keys().map(String::as_str)) {
            Some(near) => {
                collector.report_with_hint(
                    path,
                    place,
                    message,
                    format!("did you mean \"{near}\"?"),
                );
            }
            None => collector.report(path, place, message),
        }
    }

    fn report_unreached(&self, reached: &BTreeSet<usize>, policy: &Value<'_>) {
        for (index, (_, path, place)) in self.drafts.iter().enumerate() {
            if !reached.contains(&index) {
                policy
                    .collector()
                    .report(path, *place, "nothing leads to this element");
            }
        }
    }

    fn report_ends(&self, links: &[Vec<Link>], reached: &BTreeSet<usize>, policy: &Value<'_>) {
        let ends = |index: &&usize| links[**index].contains(&Link::Nowhere);
        for index in reached.iter().filter(ends) {
            let (_, path, place) = &self.drafts[*index];
            policy.collector().report_with_hint(
                path,
                *place,
                "the flow can end here without an outcome",
                "end it with \"outcome: automatic_approval\" or \"outcome: manual_review\"",
            );
        }
    }

    fn report_circle(&self, links: &[Vec<Link>], start: usize, policy: &Value<'_>) {
        // Depth-first: `true` leaves an element. An element met again before it was left closes
        // a circle.
        let mut stack = vec![(start, false)];
        let mut entered = BTreeSet::new();
        let mut left = BTreeSet::new();
        while let Some((index, leaving)) = stack.pop() {
            if leaving {
                left.insert(index);
                continue;
            }
            if left.contains(&index) || !entered.insert(index) {
                continue;
            }
            stack.push((index, true));
            for link in &links[index] {
                let Link::To(next) = link else {
                    continue;
                };
                if entered.contains(next) && !left.contains(next) {
                    let (_, path, place) = &self.drafts[index];
                    let message = "the flow runs in a circle through this element";
                    policy.collector().report(path, *place, message);
                    return;
                }
                stack.push((*next, false));
            }
        }
    }

    fn into_elements(self, links: &[Vec<Link>], start: usize) -> Vec<Element> {
        let count = self.drafts.len();
        let number = |link: Option<&Link>| match link {
            Some(Link::To(index)) => count - 1 - index,
            _ => usize::MAX,
        };
        let mut elements: Vec<Element> = self
            .drafts
            .into_iter()
            .zip(links)
            .map(|((draft, ..), links)| match draft {
                Draft::Tasks { add, .. } => Element::Tasks {
                    add,
                    next: number(links.first()),
                },
                Draft::Branch {
                    name, condition, ..
                } => Element::Branch {
                    name,
                    condition,
                    yes: number(links.first()),
                    no: number(links.get(1)),
                },
                Draft::Outcome(outcome) => Element::Outcome(outcome),
            })
            .collect();
        elements.reverse();
        begin_with(elements, count - 1 - start)
    }
}

/// A flow starts at its first element; one that begins with a goto gets an empty element in front.
fn begin_with(mut elements: Vec<Element>, start: usize) -> Vec<Element> {
    if start == 0 {
        return elements;
    }
    for element in &mut elements {
        match element {
            Element::Tasks { next, .. } => *next = next.saturating_add(1),
            Element::Branch { yes, no, .. } => {
                *yes = yes.saturating_add(1);
                *no = no.saturating_add(1);
            }
            Element::Outcome(_) => {}
        }
    }
    let first = Element::Tasks {
        add: Vec::new(),
        next: start + 1,
    };
    elements.insert(0, first);
    elements
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    To(usize),
    Nowhere,
    Wrong,
}

fn reach(links: &[Vec<Link>], start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(index) = open.pop() {
        if !reached.insert(index) {
            continue;
        }
        open.extend(links[index].iter().filter_map(|link| match link {
            Link::To(next) => Some(*next),
            Link::Nowhere | Link::Wrong => None,
        }));
    }
    reached
}
