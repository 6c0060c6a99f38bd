//! Looking at everything again, at any time after a run.

use std::sync::Arc;

use super::places::Places;
use super::read_back::{Purpose, read_back};
use super::reporting::{self, Begun};
use super::{Options, Work, delta, gone, read_book, undo};
use crate::api::Api;
use crate::book::Keep;
use crate::check::{self, Policy};
use crate::ledger::Ledger;
use crate::numbered;
use crate::progress::Reporter;
use crate::report::Report;
use crate::{Error, Scope};

/// Reads everything back that a run has made, and compares it with the book: also what was changed,
/// taken away or added on the server since. Changes nothing, neither there nor in the state folder.
/// The scope is the run's, whatever the options say.
///
/// Errors: mistakes of mapping, sources, options or state; a state folder without a run; a server that
/// refuses the key or does not answer.
pub async fn verify(options: Options, reporter: Arc<dyn Reporter>) -> Result<Report, Error> {
    let mut work = opened(options, reporter)?;
    work.agree_with_ledger().await?;
    work.places = Places::of(&work)?;
    let work = Arc::new(work);
    if let Some(at) = work.ledger.undone_at()? {
        let count = work.ledger.undone()?.into_values().filter(|done| *done);
        let (count, tag) = (count.count(), undo::TAG);
        work.reporter.say(&format!(
            "this run was taken back on {at}: {} the tag {tag}, and their applications have ended",
            numbered(count, "profile has", "profiles have")
        ));
    }
    let policy = check::policy(&work.book.mapping, &work.api).await;
    // What the policy no longer knows does not matter to what is there.
    let policy = policy.unwrap_or_else(|problems| {
        let count = problems.list.len();
        Policy::Unread(format!(
            "it does not know {} of the mapping any more",
            numbered(count, "name", "names")
        ))
    });
    let begun = Begun::now(&work, "verify", policy)?;
    let mut gone = gone::find(&work)?;
    gone.tell_changed(&delta::find(&work)?);
    let found = read_back(&work, &gone, Purpose::Verify).await?;
    if work.is_stopped() {
        let message = "stopped before everything was read back; nothing was written";
        return Err(Error::Option(message.to_owned()));
    }
    reporting::report(&work, &gone, begun, found).await
}

/// A run's state folder with its book and its server.
pub(super) fn opened(mut options: Options, reporter: Arc<dyn Reporter>) -> Result<Work, Error> {
    let ledger = Ledger::of_run(&options.state)?;
    if let Some(scope) = ledger.fact("scope")?.as_deref().and_then(Scope::parse) {
        options.scope = scope;
    }
    let book = read_book(&options, &Keep::in_folder(&options.state)?)?;
    let api = Api::new(&options.base_urls, &options.api_key, options.patience)?;
    api.stop_by(Arc::clone(&options.stop));
    api.tell(Arc::clone(&reporter));
    Ok(Work::new(options, book, ledger, api, reporter))
}
