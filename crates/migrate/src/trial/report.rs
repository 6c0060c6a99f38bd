//! What a test came to, for people and for programs.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Value, json};

use super::{Choice, Phase};
use crate::attempt::text::plain;
use crate::{Book, Summary};

/// What a test came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where it was.
    pub phase: Phase,
    /// The clients that were brought over.
    pub picked: Vec<Picked>,
    /// How many things that a migration could get wrong they cover.
    pub covered_count: usize,
    /// What the book has and none of them.
    pub missed: Vec<String>,
    /// What the run said.
    pub summary: Summary,
    /// The guide's questions.
    pub answers: Vec<Answer>,
}

impl Report {
    /// The report with one more answer.
    pub(super) fn with(mut self, answer: Answer) -> Report {
        self.answers.push(answer);
        self
    }
}

/// A client that was brought over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picked {
    /// Its reference in the source.
    pub reference: String,
    /// Its file.
    pub file: String,
    /// The physical line of its row.
    pub line: u64,
    /// Its profile, if it has one.
    pub profile: Option<String>,
    /// What it was picked for; nothing for those who fill up or whom somebody lists.
    pub covers: Vec<String>,
}

/// The clients of a choice, not brought over yet.
pub(super) fn picked(book: &Book, choice: &Choice) -> Vec<Picked> {
    let picked = choice.places.iter().map(|place| {
        let row = &book.clients[*place].row;
        let covers = choice.covered.iter().filter(|(_, by)| *by == place);
        Picked {
            reference: row.reference.clone(),
            file: book.mapping.sources[row.source].file.clone(),
            line: row.record.line,
            profile: None,
            covers: covers.map(|(feature, _)| feature.clone()).collect(),
        }
    });
    picked.collect()
}

/// Who would be brought over, and what none of them has.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The clients.
    pub picked: Vec<Picked>,
    /// What the book has and none of them.
    pub missed: BTreeSet<String>,
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for client in &self.picked {
            let (file, reference) = (plain(&client.file), plain(&client.reference));
            writeln!(f, "{file}, line {}: {reference}", client.line)?;
            for feature in &client.covers {
                writeln!(f, "    {}", plain(feature))?;
            }
        }
        if !self.missed.is_empty() {
            writeln!(f, "\nnone of them has")?;
        }
        for feature in &self.missed {
            writeln!(f, "    {}", plain(feature))?;
        }
        Ok(())
    }
}

/// One question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question, in the guide's words (seed 000, Demo environment test).
    pub question: &'static str,
    /// Yes or no.
    pub judgement: Judgement,
    /// Counts with what they count.
    pub figures: Vec<(u64, String)>,
    /// What stands for the figures, or against a yes.
    pub examples: Vec<String>,
}

/// Yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Nothing was found against it.
    Yes,
    /// Something was.
    No,
    /// It cannot be told, for this reason.
    NotTold(String),
}

impl Answer {
    pub(super) fn new(question: &'static str) -> Answer {
        Answer {
            question,
            judgement: Judgement::Yes,
            figures: Vec::new(),
            examples: Vec::new(),
        }
    }

    pub(super) fn figure(&mut self, count: u64, what: &str) {
        self.figures.push((count, what.to_owned()));
    }
}

impl Judgement {
    fn in_words(&self) -> String {
        match self {
            Judgement::Yes => "yes".to_owned(),
            Judgement::No => "NO".to_owned(),
            Judgement::NotTold(why) => format!("cannot be told: {why}"),
        }
    }
}

impl Report {
    /// Whether no question was answered with no.
    pub fn is_passed(&self) -> bool {
        let is_no = |answer: &Answer| answer.judgement == Judgement::No;
        self.summary.is_clean() && !self.answers.iter().any(is_no)
    }

    /// The report as JSON.
    pub fn to_json(&self) -> Value {
        let picked = self.picked.iter().map(|client| {
            json!({
                "reference": client.reference,
                "file": client.file,
                "line": client.line,
                "profile_id": client.profile,
                "covers": client.covers,
            })
        });
        let answers = self.answers.iter().map(|answer| {
            let figures = answer.figures.iter();
            let figures = figures.map(|(count, what)| json!({"count": count, "what": what}));
            json!({
                "question": answer.question,
                "answer": answer.judgement.in_words(),
                "figures": figures.collect::<Vec<Value>>(),
                "examples": answer.examples,
            })
        });
        json!({
            "test": self.phase.environment(),
            "passed": self.is_passed(),
            "clients": picked.collect::<Vec<Value>>(),
            "covered": self.covered_count,
            "not_covered": self.missed,
            "answers": answers.collect::<Vec<Value>>(),
            "run": self.summary.to_json(),
        })
    }
}

/// For a terminal; signs that cannot be seen are escaped.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.covered_count + self.missed.len();
        writeln!(
            f,
            "{} clients, who have {} of the {all} things looked for in the book",
            self.picked.len(),
            self.covered_count
        )?;
        for (number, answer) in self.answers.iter().enumerate() {
            writeln!(f, "\n{}. {}", number + 1, answer.question)?;
            writeln!(f, "   {}", plain(&answer.judgement.in_words()))?;
            for (count, what) in &answer.figures {
                writeln!(f, "   {count:>8}  {}", plain(what))?;
            }
            for example in &answer.examples {
                writeln!(f, "     {}", plain(example))?;
            }
        }
        Ok(())
    }
}
