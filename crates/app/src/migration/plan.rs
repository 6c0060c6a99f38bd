//! `usher migrate plan`: what a migration comes to, before anything is sent.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use migrate::api::Patience;
use migrate::plan::{self, Asked, Hours, Letter, Plan};

use super::{Server, Which, outputs, stages, trouble};
use crate::ending::Ending;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{clock, say};

/// Options of `usher migrate plan`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Folder with the source files
    #[arg(long, value_name = "DIR")]
    source: PathBuf,
    /// Mapping file: what the bank's columns and codes become
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// Which clients come over
    #[arg(long, value_name = "SCOPE", default_value = "all")]
    scope: Which,
    #[command(flatten)]
    server: Server,
    /// State folder: of a test run, for the rate it measured; of the run that is planned, for the
    /// notices on record and the rows that were mended. The notices' texts are written there
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// When the first client comes over, such as 2026-03-02T09:00; as soon as notice allows unless
    /// given. Times are those of this machine's zone (TZ)
    #[arg(long, value_name = "TIME", value_parser = time)]
    start: Option<Zoned>,
    /// When the last client must be over
    #[arg(long, value_name = "TIME", value_parser = time)]
    deadline: Option<Zoned>,
    /// Hours of every day in which clients may come over, such as 09:00-17:00
    #[arg(long, value_name = "HOURS", value_parser = hours)]
    hours: Option<Hours>,
    /// Workers, and for how many clients each stage lasts; the last one for the rest
    #[arg(long, value_name = "STAGES", default_value = "1:500,3:1000,5")]
    ramp: String,
    /// Let the ramp have more than five workers, which is all that the API's makers ask for
    #[arg(long)]
    allow_more_than_five: bool,
    /// Print JSON, for other programs
    #[arg(long)]
    json: bool,
}

fn hours(text: &str) -> Result<Hours, String> {
    Hours::parse(text).map_err(|error| error.to_string())
}

/// A time in this machine's zone; a day alone is its first instant.
fn time(text: &str) -> Result<Zoned, String> {
    let wrong = || "write it as 2026-03-02T09:00".to_owned();
    let at: DateTime = text.parse().map_err(|_| wrong())?;
    at.to_zoned(TimeZone::system()).map_err(|_| wrong())
}

/// Makes the plan and shows it.
pub(super) async fn run(options: Options) -> Result<Ending, Trouble> {
    let now = clock::now();
    if options
        .start
        .as_ref()
        .is_some_and(|start| start.timestamp() < now)
    {
        let hint = "give a time to come; a day alone is its first instant";
        return Err(Trouble::usage("--start lies in the past").hint(hint));
    }
    let api_key = options.server.given_key()?.unwrap_or_default();
    if api_key.is_empty() && !options.server.url.is_empty() {
        say::talk("the server is not asked: there is no key");
        say::talk("  hint: set USHER_KEY or give --key-file to have its answers timed");
    }
    if let Some(state) = &options.state {
        migrate::ledger::make_folder(state).map_err(trouble)?;
        outputs::check([("--state", Some(&state.join("notice-1.txt")))])?;
    }
    let asked = Asked {
        mapping: options.mapping,
        source: options.source,
        scope: options.scope.into(),
        stages: stages(&options.ramp, options.allow_more_than_five)?,
        api_key,
        base_urls: options.server.url,
        patience: Patience::default(),
        state: options.state,
        start: options.start,
        deadline: options.deadline,
        hours: options.hours,
        now: now.to_zoned(TimeZone::system()),
    };
    let plan = plan::make(&asked).await.map_err(trouble)?;
    say::data(&if options.json {
        format!("{:#}", plan.to_json())
    } else {
        plan.to_string()
    });
    if let Some(state) = &asked.state {
        write_letters(state, &plan)?;
    }
    say::talk("nothing was sent");
    Ok(judged(&plan))
}

/// Puts the notices into the state folder, ready to be sent.
fn write_letters(state: &Path, plan: &Plan) -> Result<(), Trouble> {
    let missing: Vec<&Letter> = plan
        .letters
        .iter()
        .filter(|it| it.given.is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    migrate::ledger::make_folder(state).map_err(trouble)?;
    for letter in missing {
        let file = state.join(format!("notice-{}.txt", letter.stage));
        fs::write(&file, &letter.text).map_err(|error| Trouble::file(&file, &error))?;
    }
    say::talk(&format!(
        "the notices are in {}",
        show(&state.join("notice-*.txt"))
    ));
    Ok(())
}

fn judged(plan: &Plan) -> Ending {
    let late: Vec<String> = plan.late_notices().map(|it| it.stage.to_string()).collect();
    if !late.is_empty() {
        let stages = late.join(", ");
        say::talk(&format!(
            "the {} of stage {stages} {}",
            if late.len() == 1 { "notice" } else { "notices" },
            if plan.late_notices().any(|it| it.given.is_none()) {
                "can no longer be given in time"
            } else {
                "came too late"
            }
        ));
        say::talk("  hint: choose a later --start");
    }
    if !plan.is_in_time() {
        say::talk("the deadline is missed");
    }
    if plan.is_in_time() && late.is_empty() {
        Ending::Well
    } else {
        Ending::Wrong
    }
}
