//! Why somebody was found: in words for people, in numbers for programs.

use std::fmt::Write as _;

use ::screening::likeness::Reason;
use serde_json::{Value, json};

use super::{Citation, Hit};

/// The words: which stand for which, what each piece counts, and what it adds up to.
pub fn words(hit: &Hit) -> String {
    let mut text = format!("\"{}\" against \"{}\"", hit.subject_name, hit.name);
    if !hit.alignment.is_empty() {
        let edges = hit.alignment.iter().map(|edge| {
            let reason = reason(edge.reason);
            format!("\"{}\" for \"{}\" ({reason})", edge.left, edge.right)
        });
        let _ = write!(text, ": {}", edges.collect::<Vec<_>>().join(", "));
    }
    let terms = hit.terms.iter().map(|term| {
        let about = if term.words.is_empty() {
            String::new()
        } else {
            format!(" ({})", term.words.join(" "))
        };
        format!("{}{about} {:+.2}", term.name, term.log_odds)
    });
    let terms = terms.collect::<Vec<_>>().join("; ");
    let _ = write!(
        text,
        ". {terms}. Together {:+.2}, a likeness of {:.4}",
        hit.log_odds, hit.score
    );
    if let Some(ignored) = &hit.ignored {
        let _ = write!(text, ". Ignored: {ignored}");
    }
    text
}

/// The numbers, with everything by which the screening can be done again.
pub(super) fn numbers(citation: &Citation, hit: &Hit) -> Value {
    let mut numbers = explained(hit);
    numbers["list"] = json!(citation.lists.get(hit.list));
    numbers["engine"] = json!(citation.engine);
    numbers["policy"] = json!(citation.policy);
    numbers["lists_as_of"] = json!(citation.lists_as_of);
    numbers
}

/// The numbers alone.
pub fn explained(hit: &Hit) -> Value {
    let edges = hit.alignment.iter().map(|edge| {
        json!({
            "subject": edge.left,
            "listed": edge.right,
            "reason": reason(edge.reason),
            "joined": edge.joined,
            "similarity": edge.similarity,
        })
    });
    let terms = hit
        .terms
        .iter()
        .map(|term| json!({ "name": term.name, "words": term.words, "log_odds": term.log_odds }));
    json!({
        "entry": hit.entry.id,
        "subject_name": hit.subject_name,
        "score": hit.score,
        "log_odds": hit.log_odds,
        "terms": terms.collect::<Vec<_>>(),
        "alignment": edges.collect::<Vec<_>>(),
    })
}

fn reason(reason: Reason) -> String {
    match reason {
        Reason::Exact => "the same".to_owned(),
        Reason::NamePart => "one name in two forms".to_owned(),
        Reason::Nickname => "short form".to_owned(),
        Reason::Typo(1) => "1 letter differs".to_owned(),
        Reason::Typo(count) => format!("{count} letters differ"),
        Reason::Sound => "sounds alike".to_owned(),
        Reason::Initial => "initial".to_owned(),
        Reason::Acronym => "acronym".to_owned(),
    }
}
