//! Testing a migration before the whole book comes over (seed 000, Testing).
//!
//! [`run`] picks few clients who cover much of the book ([`choose`]), brings them over as a real run
//! does, reads everything back and answers the questions of the guide with figures and examples
//! ([`Report`]). In a demo account that is about a hundred clients in a state folder of their own, and
//! the firm's webhook receiver is tried with them ([`receiver`]); in a live account five to ten, in the
//! state folder of the full run, whose ledger then leaves them out.

mod answers;
mod checks;
mod choose;
pub mod receiver;
mod report;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::api::{Api, Call};
use crate::book::Keep;
use crate::ledger::{self, Ledger};
use crate::numbered;
use crate::run::starts;
use crate::{Book, Error, Options, Reporter, read_book};

use receiver::{Receiver, Trying};

pub use choose::{Choice, choose};
pub use report::{Answer, Judgement, Missed, Picked, Report, Selection};

/// How many clients a test in a demo account brings over unless said; "about 100" (seed 000).
pub const DEMO_COUNT: usize = 100;
/// How many clients a test in a demo account brings over at most.
pub const DEMO_COUNT_MAX: usize = 1_000;
/// How many clients a test in a live account brings over unless said; "five - ten" (seed 000).
pub const PRODUCTION_COUNT: usize = 8;
/// How many clients a test in a live account brings over at most.
pub const PRODUCTION_COUNT_MAX: usize = 10;

/// Where the test is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// In a demo account.
    Demo,
    /// In a live account.
    Production,
}

impl Phase {
    /// How many clients unless said, and at most.
    pub fn counts(self) -> (usize, usize) {
        match self {
            Phase::Demo => (DEMO_COUNT, DEMO_COUNT_MAX),
            Phase::Production => (PRODUCTION_COUNT, PRODUCTION_COUNT_MAX),
        }
    }

    /// What `whoami` calls the account.
    fn environment(self) -> &'static str {
        match self {
            Phase::Demo => "demo",
            Phase::Production => "live",
        }
    }
}

/// Brings few clients over and says how it went. `options.only` is set here. In a demo account the
/// webhook receiver is tried too; in a live one `receiver` is not looked at.
///
/// Errors: as [`crate::run`]; an account of the other environment; more clients than
/// [`Phase::counts`] allows, or none; a receiver's URL that is none.
pub async fn run(
    mut options: Options,
    (phase, count): (Phase, usize),
    receiver: &Receiver,
    reporter: Arc<dyn Reporter>,
) -> Result<Report, Error> {
    let (_, most) = phase.counts();
    if count == 0 || count > most {
        return Err(Error::Option(format!(
            "a test here takes 1 to {most} clients, not {count}"
        )));
    }
    refuse_other_account(&options, phase).await?;
    if phase == Phase::Demo {
        refuse_state_of_run(&options)?;
    }
    let book = read_book(&options, &Keep::in_folder(&options.state)?)?;
    let choice = choose(&book, count)?;
    if choice.places.is_empty() {
        let message = "not one client of the book comes over, so there is nobody to test with";
        return Err(Error::Option(message.to_owned()));
    }
    reporter.say(&picked(&choice));
    options.only = Some(Arc::new(choice.references(&book)));
    let api = Api::new(&options.base_urls, &options.api_key, options.patience)?;
    let trying = match phase {
        Phase::Demo => {
            let trying = Trying::begin((&mut options, &api), receiver, &reporter);
            Some(Box::pin(trying).await?)
        }
        Phase::Production => None,
    };
    let report = Box::pin(bring_over(
        (&options, &api),
        phase,
        (&book, &choice),
        reporter,
    ))
    .await;
    let answer = match trying {
        None => return report,
        Some(Err(why)) => receiver::not_tried(why),
        Some(Ok(trying)) => {
            let hurry = AtomicBool::new(report.is_err());
            let stop = if report.is_err() {
                &hurry
            } else {
                &*options.stop
            };
            let ended = Box::pin(trying.end((&options.state, &api), stop)).await;
            // What went wrong before is what matters.
            let report = report?;
            let answer = Box::pin(receiver::answer(ended?, &api, &report.picked)).await?;
            return Ok(report.with(answer));
        }
    };
    Ok(report?.with(answer))
}

/// Whom the test takes, in a line.
fn picked(choice: &Choice) -> String {
    let who = numbered(
        choice.places.len(),
        "client picked, who has",
        "clients picked, who have",
    );
    let (covered, missed) = (choice.covered.len(), choice.missed.len());
    format!(
        "{who} {covered} of the {} things looked for",
        covered + missed
    )
}

/// Brings the clients of a choice over and answers what the server can be asked afterwards.
async fn bring_over(
    (options, api): (&Options, &Api),
    phase: Phase,
    (book, choice): (&Book, &Choice),
    reporter: Arc<dyn Reporter>,
) -> Result<Report, Error> {
    let summary = crate::run(options.clone(), reporter).await?;
    if summary.is_stopped {
        return Err(Error::Option(
            "the test was stopped before its end, so there is nothing to answer by; run it again \
             with the same --state to go on"
                .to_owned(),
        ));
    }
    answers::answer((options, api), phase, (book, choice), summary).await
}

/// Picks as [`run`] does and sends nothing.
///
/// Errors: mistakes of the mapping and the sources.
pub fn pick(options: &Options, count: usize) -> Result<Selection, Error> {
    let book = read_book(options, &Keep::in_folder(&options.state)?)?;
    let choice = choose(&book, count)?;
    Ok(Selection {
        picked: report::picked(&book, &choice),
        missed: report::missed(&book, &choice),
    })
}

/// A test in a demo account has a state of its own: it would rewrite the results of a full run.
fn refuse_state_of_run(options: &Options) -> Result<(), Error> {
    if !options.state.join(ledger::FILE).is_file() {
        return Ok(());
    }
    let ledger = Ledger::open(&options.state)?;
    if !starts::is_of_full_run(&ledger)? {
        return Ok(());
    }
    Err(Error::State(format!(
        "{} is the state folder of a run with the whole book, whose results a test would write anew; \
         give the test a --state of its own",
        options.state.display()
    )))
}

/// A test in the wrong account would cost money, or leave test data among real clients.
async fn refuse_other_account(options: &Options, phase: Phase) -> Result<(), Error> {
    let api = Api::new(&options.base_urls, &options.api_key, options.patience)?;
    let answer = api.first_call(Call::get("/whoami")).await?;
    let wanted = phase.environment();
    match answer.body["environment"].as_str() {
        Some(environment) if environment == wanted => Ok(()),
        Some(environment) => Err(Error::Option(format!(
            "this key opens the {environment} account, and this test is for the {wanted} account"
        ))),
        // Other servers of the API do not say.
        None => Ok(()),
    }
}
