//! The notices, written out.

use jiff::{Timestamp, Zoned};

use super::{Plan, Stage};
use crate::notices::{NOTICE_HOURS, Notices};
use crate::progress::{folded_under, harmless};

/// The widest line, in columns.
const COLUMNS: usize = 76;

/// A notice, ready to be sent to whoever runs the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// The stage that it announces, from 1.
    pub stage: usize,
    /// When it must have been given.
    pub due: Zoned,
    /// When it was given, if that is on record.
    pub given: Option<Timestamp>,
    /// What it says; the first line is its subject.
    pub text: String,
}

impl Letter {
    /// Whether it was given later than it is due, or is due already and was not given.
    pub fn is_late(&self, now: &Zoned) -> bool {
        self.given
            .map_or(self.due < *now, |given| given > self.due.timestamp())
    }
}

/// One for each stage that raises the volume.
pub(super) fn letters(plan: &Plan, notices: &Notices) -> Vec<Letter> {
    let rising = plan.stages.iter().filter_map(|stage| {
        let due = stage.notice_due.clone()?;
        Some(Letter {
            stage: stage.number,
            given: notices
                .of(stage.number, stage.workers)
                .map(|notice| notice.at),
            text: text(plan, stage),
            due,
        })
    });
    rising.collect()
}

fn text(plan: &Plan, stage: &Stage) -> String {
    let name = harmless(&plan.name).replace('\n', " ");
    let begins = stage.begins.strftime("%d %B %Y, %H:%M %Z");
    let account = match plan.account.as_str() {
        "" => "your server".to_owned(),
        account => format!("the {}", harmless(account).replace('\n', " ")),
    };
    let (workers, number, total) = (
        processes(stage.workers),
        stage.number,
        plan.profiles.total(),
    );
    let before = plan.stages.iter().filter(|other| other.number < number);
    let before = before.map(|other| other.workers).max();
    let subject = match before {
        None => format!("Migration of {name} begins on {begins}"),
        Some(_) => format!("Migration of {name}: {workers} from {begins}"),
    };
    let volume = match before {
        None if stage.last_client == total => {
            format!("{total} clients come over, company associates among them, with {workers}.")
        }
        None => format!(
            "In all {total} clients come over, company associates among them; the first {} with \
             {workers}.",
            stage.last_client
        ),
        Some(before) => format!(
            "From client {} of {total} on, {workers} work at once instead of {before}.",
            stage.first_client
        ),
    };
    let ends = stage.ends.strftime("%d %B, %H:%M");
    let place = match plan.stages.len() {
        1 => String::new(),
        count => format!("This is stage {number} of {count}. "),
    };
    let paragraphs = [
        format!("Subject: {subject}"),
        "Dear colleagues,".to_owned(),
        format!("we bring clients of {name} over to {account}. {volume}"),
        format!(
            "{place}It begins on {begins}, {NOTICE_HOURS} hours or \
             more after this notice, and ends about {ends}."
        ),
        "All requests come under an API key made for the migration alone. The tool obeys rate limits \
         and Retry-After, and takes fewer processes when your server gets slower. To have it paused \
         or stopped at once, answer this message."
            .to_owned(),
    ];
    let [subject, paragraphs @ ..] = paragraphs;
    // A subject goes into one field of a message: it stays one line.
    let wrapped = paragraphs.map(|paragraph| wrapped(&paragraph));
    format!("{subject}\n\n{}\n", wrapped.join("\n\n"))
}

/// A paragraph in lines of [`COLUMNS`].
pub(super) fn wrapped(paragraph: &str) -> String {
    folded_under(paragraph, COLUMNS, 0).join("\n")
}

fn processes(count: usize) -> String {
    match count {
        1 => "one process".to_owned(),
        count => format!("{count} processes"),
    }
}
