//! `usher migrate notice`: what the server's operators were told, and when.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use migrate::notices::{NOTICE_HOURS, Notices};
use migrate::run::Ask;

use super::{stages, trouble};
use crate::ending::Ending;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{clock, say};

/// Options of `usher migrate notice`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// State folder of the run
    #[arg(long, value_name = "DIR", default_value = "./usher-migration")]
    state: PathBuf,
    /// When the notice was given: now, 2026-03-02T09:00 or 2026-03-02T09:00Z; without a zone the time
    /// is that of this machine
    #[arg(long, value_name = "TIME", value_parser = time)]
    given: Option<Timestamp>,
    /// Stage of the ramp whose begin was announced, from 1; every one unless given, may be repeated
    #[arg(long, value_name = "N", requires = "given")]
    stage: Vec<usize>,
    /// The ramp that was announced, as the run has it: a run goes no higher than its notices
    #[arg(long, value_name = "STAGES", requires = "given")]
    #[arg(default_value = "1:500,3:1000,5")]
    ramp: String,
}

/// Records notices, or lists those on record.
pub(super) fn run(options: &Options) -> Result<Ending, Trouble> {
    if !options.state.is_dir() {
        let message = format!("there is no state folder {}", show(&options.state));
        let hint = "name the one of the run; `usher migrate plan --state DIR` makes it, with the texts of \
                    the notices";
        return Err(Trouble::usage(message).hint(hint));
    }
    let notices = match options.given {
        Some(given) => {
            let ramp = stages(&options.ramp, true)?;
            let stages = if options.stage.is_empty() {
                (1..=ramp.count()).collect()
            } else {
                options.stage.clone()
            };
            if given > clock::now() {
                return Err(Trouble::usage("--given lies in the future")
                    .hint("record a notice once it was sent"));
            }
            Notices::record(&options.state, &ramp, &stages, given)
        }
        None => Notices::read(&options.state),
    };
    let notices = notices.map_err(trouble)?;
    if notices.given.is_empty() {
        let folder = show(&options.state);
        say::talk(&format!("no notice is on record in {folder}"));
        say::talk("  hint: usher migrate notice --given now --state DIR, once it was sent");
        return Ok(Ending::Well);
    }
    if options.given.is_some() {
        let folder = show(&options.state);
        say::talk(&format!("kept in {folder}, for runs with this --state"));
    }
    for (stage, notice) in &notices.given {
        say::data(&format!(
            "stage {stage}, up to {} at once: given {}, {NOTICE_HOURS} hours are over at {}",
            notice.workers,
            shown(notice.at),
            shown(notice.allowed_from())
        ));
    }
    Ok(Ending::Well)
}

fn shown(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::system());
    zoned.strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// An instant as people write it.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    if text == "now" {
        return Ok(clock::now());
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let wrong = || "write it as now, 2026-03-02T09:00 or 2026-03-02T09:00Z".to_owned();
    let at: DateTime = text.parse().map_err(|_| wrong())?;
    let zoned = at.to_zoned(TimeZone::system()).map_err(|_| wrong())?;
    Ok(zoned.timestamp())
}

/// Asks on the terminal, where there is one to ask on.
pub(super) fn ask_on_terminal() -> Option<Ask> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    Some(Arc::new(|statement: &str| {
        say::talk(&format!("{statement}. Go on all the same? [y/N]"));
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_write_it() {
        let check = |text: &str, expected: &str| {
            assert_eq!(
                time(text).map(|at| at.to_string()).unwrap_or_default(),
                expected
            );
        };
        check("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z");
        check("2026-03-02T09:00+01:00", "2026-03-02T08:00:00Z");
        check("tomorrow", "");
        check("31/02/2026", "");
        assert!(time("2026-03-02").is_ok() && time("2026-03-02T09:00").is_ok());
    }
}
