//! What a test came to, for people and for programs.

use std::fmt;

use serde_json::{Value, json};

use super::{Choice, Phase};
use crate::attempt::text::plain;
use crate::numbered;
use crate::{Book, Summary};

/// Things that no client of the test has, as the terminal shows them; the JSON has all.
const MISSED_SHOWN_MAX: usize = 20;

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
    pub missed: Vec<Missed>,
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

/// Something that a migration could get wrong, and that no client of the test has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// What it is.
    pub feature: String,
    /// The first client of the book who has it.
    pub reference: String,
    /// Its file.
    pub file: String,
    /// The physical line of its row.
    pub line: u64,
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [feature, reference, file] =
            [&self.feature, &self.reference, &self.file].map(|it| plain(it));
        write!(
            f,
            "{feature} (first {reference}, line {} of {file})",
            self.line
        )
    }
}

/// What the clients of a choice do not have.
pub(super) fn missed(book: &Book, choice: &Choice) -> Vec<Missed> {
    let missed = choice.missed.iter().map(|(feature, place)| {
        let row = &book.clients[*place].row;
        Missed {
            feature: feature.clone(),
            reference: row.reference.clone(),
            file: book.mapping.sources[row.source].file.clone(),
            line: row.record.line,
        }
    });
    missed.collect()
}

/// Who would be brought over, and what none of them has.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The clients.
    pub picked: Vec<Picked>,
    /// What the book has and none of them.
    pub missed: Vec<Missed>,
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
        for missed in &self.missed {
            writeln!(f, "    {missed}")?;
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

    /// Adds examples, so many at most, and how many there are more.
    pub(super) fn list(&mut self, all: Vec<String>, most: usize, what: &str) {
        let more = all.len().saturating_sub(most);
        self.examples.extend(all.into_iter().take(most));
        if more > 0 {
            self.examples.push(format!("and {more} more {what}"));
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
            "not_covered": self.missed.iter().map(|one| json!({
                "what": one.feature,
                "first_client": one.reference,
                "file": one.file,
                "line": one.line,
            })).collect::<Vec<Value>>(),
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
            "{} {} of the {all} things looked for in the book",
            numbered(self.picked.len(), "client, who has", "clients, who have"),
            self.covered_count
        )?;
        if !self.missed.is_empty() {
            writeln!(f, "none of them has (--count N takes more clients)")?;
        }
        for missed in self.missed.iter().take(MISSED_SHOWN_MAX) {
            writeln!(f, "     {missed}")?;
        }
        if self.missed.len() > MISSED_SHOWN_MAX {
            let more = self.missed.len() - MISSED_SHOWN_MAX;
            writeln!(f, "     and {more} more; --json FILE has all of them")?;
        }
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
