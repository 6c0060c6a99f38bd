//! `usher migrate`: a client book over the API, proven.

mod attempt;
mod connections;
mod control;
mod dry_run;
mod forecast;
mod init;
mod inspect;
mod lines;
mod notice;
mod outputs;
mod plan;
mod requirements;
mod trial;
mod undo;
mod verify;
mod watch;
mod window;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, Subcommand, ValueEnum};
use migrate::api::Patience;
use migrate::run::Consent;
use migrate::window::{LEASE_SECONDS, LEASE_SECONDS_MAX, LEASE_SECONDS_MIN};
use migrate::{Error, Scope, Stages, Summary, progress};
use tokio::task::JoinSet;

use crate::ending::Ending;
use crate::node::Told;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{folder, say};

/// What to do, and what it is done with.
#[derive(Args, Debug)]
pub(crate) struct Migration {
    #[command(flatten)]
    connections: connections::Connections,
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Say what the server's policy would make of a book, before anything is loaded; nothing is stored
    Forecast(forecast::Options),
    /// Write a first mapping from what is in the source files, with its guesses marked
    Init(init::Options),
    /// Look at source files: how they are written, what is in their columns, what is odd
    Inspect(inspect::InspectOptions),
    /// Say which data the server's policy needs, and which of it the book lacks
    Requirements(requirements::Options),
    /// Print the JSON Schema of mappings, for editors
    Schema,
    /// Bring a book over, or go on where an earlier run with the same --state stopped
    Run(RunOptions),
    /// Test a migration with few clients who cover much of the book
    #[command(subcommand)]
    Test(trial::Command),
    /// Read everything back that a run has made, and compare it with the book: fields, files, links,
    /// tags, notes, and what was added or taken away on the server since
    Verify(verify::VerifyOptions),
    /// Say what a migration comes to: clients, problems, duplicates, dates, notices; nothing is sent
    Plan(plan::Options),
    /// Let the run of a state folder finish what is under way and wait
    Pause(control::Options),
    /// Let a paused run go on
    Resume(control::Options),
    /// Let the run of a state folder finish what is under way and end
    Stop(control::Options),
    /// Keep on record that the server's operators were told
    Notice(notice::Options),
    /// Show what a run with this --state would move by now: rows that are new, changed or gone, and
    /// clients that changed on both sides; nothing is sent
    Watch(watch::WatchOptions),
    /// Take back what a run has made: end the applications, mark the profiles; what people have touched
    /// since is left alone. Shows first what it would do, and asks
    Undo(undo::Options),
    /// Show one row of a source file before, at each step, and after; nothing is sent
    Try(attempt::Options),
    /// Switch checks off on the server while clients are brought over, and on again
    #[command(subcommand)]
    Window(window::Command),
}

/// Options of `usher migrate run`.
#[derive(Args, Debug)]
pub(crate) struct RunOptions {
    /// Folder with the source files
    #[arg(long, value_name = "DIR")]
    source: PathBuf,
    /// Mapping file: what the bank's columns and codes become
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// Base URL of the server; several nodes by repeating it or with commas, tried in turn
    #[arg(long, value_name = "URL", env = "USHER_URL", value_delimiter = ',')]
    #[arg(required_unless_present = "dry_run")]
    url: Vec<String>,
    /// API key, made for this migration alone; better given in USHER_KEY or --key-file than on the
    /// command line, which other users of the machine may see
    #[arg(long, value_name = "KEY", env = "USHER_KEY", hide_env_values = true)]
    key: Option<String>,
    /// File with the API key; it goes before USHER_KEY
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Which clients come over
    #[arg(long, value_name = "SCOPE", default_value = "all")]
    scope: Which,
    /// Folder for the ledger and the results; one per run. Run again with it to resume
    #[arg(long, value_name = "DIR", default_value = "./usher-migration")]
    state: PathBuf,
    #[command(flatten)]
    volume: Volume,
    /// Make profiles even of clients whose references are on the server already, though this --state
    /// did not bring them, or were taken back by `usher migrate undo`
    #[arg(long)]
    again: bool,
    /// Go on although many clients of this --state have other names and dates of birth now: it is the
    /// same book, and they are to be brought up to date
    #[arg(long)]
    same_book: bool,
    /// File of rejected rows from this --state's results, mended; several by repeating it. Its rows stand in
    /// for the source's from now on. SOURCE=FILE when the file has another name by now
    #[arg(long, value_name = "FILE")]
    mended: Vec<PathBuf>,
    /// Checks that the server switches off for this book's clients while the run works, by their
    /// aliases; other keys cannot add customers meanwhile. Goes before the mapping's `mode`
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    window: Vec<String>,
    /// Why; the server keeps it with the window
    #[arg(long, value_name = "TEXT", requires = "window")]
    #[arg(default_value = "a client book is brought over")]
    window_reason: String,
    /// After how long the window closes by itself when this run is killed and renews it no more, from
    /// 10 seconds to a day
    #[arg(long, value_name = "SECONDS", requires = "window")]
    #[arg(default_value_t = LEASE_SECONDS)]
    #[arg(value_parser = clap::value_parser!(u64).range(LEASE_SECONDS_MIN..=LEASE_SECONDS_MAX))]
    window_lease: u64,
    /// Address on which the server's message Manual action required is heard, such as 10.0.0.5:8090
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<std::net::SocketAddr>,
    /// URL under which the server reaches that address, when it is another
    #[arg(long, value_name = "URL", requires = "listen")]
    listen_url: Option<String>,
    /// Read and judge everything, send nothing; with --url and a key, ask the server too whether its
    /// policy has the products and custom fields that the mapping names
    #[arg(long)]
    dry_run: bool,
}

/// Which server, and who asks.
#[derive(Args, Clone, Debug)]
struct Server {
    /// Base URL of the server; several nodes by repeating it or with commas, tried in turn
    #[arg(long, value_name = "URL", env = "USHER_URL", value_delimiter = ',')]
    url: Vec<String>,
    /// An administrator's API key; better given in USHER_KEY or --key-file than on the command line,
    /// which other users of the machine may see
    #[arg(long, value_name = "KEY", env = "USHER_KEY", hide_env_values = true)]
    key: Option<String>,
    /// File with the API key; it goes before USHER_KEY
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Server {
    /// The base URLs and the key, or what to give.
    fn needed(&self) -> Result<(Vec<String>, String), Trouble> {
        if self.url.is_empty() {
            let hint = "set USHER_URL or give --url URL, such as http://127.0.0.1:8080";
            return Err(Trouble::usage("the server is missing").hint(hint));
        }
        if let Some(key) = self.given_key()? {
            return Ok((self.url.clone(), key));
        }
        let hint = "set USHER_KEY or give --key-file FILE; `usher keys issue --admin` makes one";
        Err(Trouble::usage("the API key is missing").hint(hint))
    }

    fn given_key(&self) -> Result<Option<String>, Trouble> {
        let key = match (&self.key, &self.key_file) {
            (_, Some(file)) => Some(folder::read(file)?),
            (key, None) => key.clone(),
        };
        Ok(key.map(|key| key.trim().to_owned()))
    }
}

/// How many workers at once, and with whose leave.
#[derive(Args, Debug)]
struct Volume {
    /// Workers, and for how many clients each stage lasts; the last one for the rest
    #[arg(long, value_name = "STAGES", default_value = "1:500,3:1000,5")]
    ramp: String,
    /// Let the ramp have more than five workers, which is all that the API's makers ask for
    #[arg(long)]
    allow_more_than_five: bool,
    /// Go on without a notice on record: the server's operators were told 48 hours before
    #[arg(long)]
    notice_given: bool,
}

/// Which clients come over.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// Every client
    All,
    /// All but those the mapping's scope rules leave out
    Active,
}

impl From<Which> for Scope {
    fn from(which: Which) -> Scope {
        match which {
            Which::All => Scope::All,
            Which::Active => Scope::Active,
        }
    }
}

/// Carries it out.
pub(crate) async fn run(migration: Migration) -> Result<Ending, Trouble> {
    migration.connections.provide()?;
    let run = match migration.command {
        Command::Forecast(options) => return forecast::run(options).await,
        Command::Requirements(options) => return requirements::run(options).await,
        Command::Init(options) => return init::run(&options),
        Command::Inspect(options) => return inspect::run(&options),
        Command::Schema => {
            say::data(&format!("{:#}", migrate::mapping::schema()));
            return Ok(Ending::Well);
        }
        Command::Run(run) => run,
        Command::Test(command) => return trial::run(command).await,
        Command::Try(options) => return attempt::run(options),
        Command::Verify(options) => return Box::pin(verify::run(&options)).await,
        Command::Plan(options) => return plan::run(options).await,
        Command::Pause(options) => return control::pause(&options),
        Command::Resume(options) => return control::resume(&options),
        Command::Stop(options) => return control::stop(&options),
        Command::Notice(options) => return notice::run(&options),
        Command::Watch(options) => return watch::run(&options).await,
        Command::Undo(options) => return Box::pin(undo::run(options)).await,
        Command::Window(command) => return window::run(command).await,
    };
    let options = options(&run)?;
    window::tell_of_another(&options).await;
    if run.dry_run {
        return dry_run::judge(&options).await;
    }
    let stop = Arc::clone(&options.stop);
    let state = options.state.clone();
    let work = aside(migrate::run(options, Arc::from(progress::for_stderr())));
    let summary = Box::pin(until_told(&stop, work)).await?;
    say::data(&summary.to_string());
    Ok(judged(&summary, &state))
}

/// As [`until_heard`], for work that goes on from its --state when it is begun again.
async fn until_told<T>(
    stop: &AtomicBool,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Trouble> {
    let goes_on = "run again with the same --state to go on";
    let outcome = until_heard(stop, work, goes_on).await?;
    outcome.map_err(|error| match error {
        Error::Server(message) => {
            let hint = format!(
                "{SERVER_HINT}; then run again with the same --state: it goes on where it stopped"
            );
            Trouble::new(message).hint(hint)
        }
        error => trouble(error),
    })
}

/// Works until the end, or until it is told to stop: what is under way is finished then. The hint is
/// for who stops it at once.
async fn until_heard<T>(
    stop: &AtomicBool,
    work: impl Future<Output = Result<T, Error>>,
    hint: &str,
) -> Result<Result<T, Error>, Trouble> {
    let mut told = Told::listen()?;
    tokio::pin!(work);
    let outcome = tokio::select! {
        outcome = &mut work => outcome,
        _ = told.next() => {
            stop.store(true, Ordering::Relaxed);
            say::talk("stopping: what is under way is finished; once more to stop at once");
            tokio::select! {
                outcome = &mut work => outcome,
                _ = told.next() => {
                    return Err(Trouble::new("stopped").hint(hint));
                }
            }
        }
    };
    Ok(outcome)
}

/// Work in a task of its own: signals are heard while it reads a book and waits for nothing.
async fn aside<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    let mut tasks = JoinSet::new();
    tasks.spawn(work);
    match tasks.join_next().await {
        Some(Ok(outcome)) => outcome,
        Some(Err(error)) => Err(Error::State(format!("the work broke off: {error}"))),
        None => Err(Error::State("the work did not begin".to_owned())),
    }
}

/// Says in one line what a summary comes to.
fn judged(summary: &Summary, state: &std::path::Path) -> Ending {
    let results = show(&state.join("results"));
    if summary.is_clean() {
        say::talk(&format!(
            "reconciled: everything that was sent is there; row by row in {results}"
        ));
        return Ending::Well;
    }
    say::talk(&format!("not reconciled; row by row in {results}"));
    for hint in summary.hints() {
        say::talk(&format!("  hint: {hint}"));
    }
    Ending::Wrong
}

fn options(run: &RunOptions) -> Result<migrate::Options, Trouble> {
    let key = match (&run.key, &run.key_file) {
        (None, None) if run.dry_run => String::new(),
        (key, file) => api_key(key.as_deref(), file.as_deref())?,
    };
    Ok(migrate::Options {
        mapping: run.mapping.clone(),
        source: run.source.clone(),
        state: run.state.clone(),
        base_urls: run.url.clone(),
        api_key: key.trim().to_owned(),
        scope: run.scope.into(),
        stages: stages(&run.volume.ramp, run.volume.allow_more_than_five)?,
        patience: Patience::default(),
        may_repeat: run.again,
        only: None,
        mended: run.mended.clone(),
        consent: Consent {
            notice_given: run.volume.notice_given,
            is_same_book: run.same_book,
            ask: notice::ask_on_terminal(),
        },
        window: window::wanted(&run.window, &run.window_reason, run.window_lease),
        listen: run.listen.map(|address| (address, run.listen_url.clone())),
        stop: Arc::new(AtomicBool::new(false)),
    })
}

/// The API key: from the file, else as it was given.
fn api_key(key: Option<&str>, file: Option<&std::path::Path>) -> Result<String, Trouble> {
    let (key, whose) = match (key, file) {
        (_, Some(file)) => (folder::read(file)?, show(file)),
        (Some(key), None) => (key.to_owned(), "--key (or USHER_KEY)".to_owned()),
        (None, None) => return Err(Trouble::usage("the API key is missing").hint(KEY_HINT)),
    };
    if key.trim().is_empty() {
        return Err(Trouble::usage(format!("the API key is empty in {whose}")).hint(KEY_HINT));
    }
    Ok(key)
}

/// Where an API key comes from.
const KEY_HINT: &str =
    "set USHER_KEY or give --key-file FILE; `usher keys issue --name Migration` makes one";

/// Stages as one writes them: the last one needs no `:rest`.
fn stages(text: &str, may_be_more_than_five: bool) -> Result<Stages, Trouble> {
    let last = text.rsplit(',').next().unwrap_or_default();
    let whole = if last.contains(':') {
        text.to_owned()
    } else {
        format!("{text}:rest")
    };
    if may_be_more_than_five {
        Stages::parse_unlimited(&whole)
    } else {
        Stages::parse(&whole)
    }
    .map_err(|error| {
        let hint = "write it as 1:500,3:1000,5; --allow-more-than-five lets it have more workers";
        Trouble::usage(format!("--ramp: {error}")).hint(hint)
    })
}

/// What to do about a server that does not answer, or does not know the key.
const SERVER_HINT: &str = "check --url and the key, and that the server runs";

/// An error of the migration, with what to do about it.
pub(crate) fn trouble(error: Error) -> Trouble {
    match error {
        Error::Mapping(problems) => {
            say::data(&progress::harmless(&problems.to_string()));
            let number = problems.list.len() + problems.more;
            let mistakes = if number == 1 { "mistake" } else { "mistakes" };
            let message = format!("the mapping has {number} {mistakes}; nothing was sent");
            Trouble::usage(message).hint("each is shown above with its line")
        }
        Error::Server(message) => Trouble::new(message).hint(SERVER_HINT),
        Error::Repeated(message) => {
            let hint = "give the --state of the run that brought them, and it goes on from there; if these \
                        are others with the same references, add --again; what a test has brought is taken \
                        back with `usher migrate undo` and the test's --state, and comes over anew then";
            Trouble::usage(message).hint(hint)
        }
        Error::Refusing(message) => {
            let hint = "mend the mapping, or the policy, then run again with the same --state";
            Trouble::new(message).hint(hint)
        }
        Error::Forbidden(message) => {
            let hint = "look what the API key may do, give it the right or take a key of the account that \
                        has it, then run again with the same --state";
            Trouble::new(message).hint(hint)
        }
        Error::Notice(message) => {
            let hint = "`usher migrate plan` writes the notices; send them, record them with `usher \
                        migrate notice`, or say --notice-given";
            Trouble::usage(message).hint(hint)
        }
        error @ (Error::Source { .. }
        | Error::State(_)
        | Error::Locked(_)
        | Error::Option(_)
        | Error::Row { .. }) => {
            let trouble = Trouble::usage(error.to_string());
            match error.hint() {
                Some(hint) => trouble.hint(hint),
                None => trouble,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lacks_a_right_is_not_sent_to_the_mapping() {
        let said = trouble(Error::Forbidden("not allowed".to_owned())).to_string();
        assert!(
            said.contains("what the API key may do") && !said.contains("mapping"),
            "{said}"
        );
    }

    #[test]
    fn the_last_stage_is_for_the_rest() {
        assert_eq!(stages("1:500,3:1000,5", false).unwrap(), Stages::default());
        assert_eq!(
            stages("1:500,3:1000,5:rest", false).unwrap(),
            Stages::default()
        );
        assert!(stages("2", false).is_ok());
        assert!(stages("9", true).is_ok());
        assert!(
            stages("9", false)
                .unwrap_err()
                .to_string()
                .contains("hint:")
        );
    }
}
