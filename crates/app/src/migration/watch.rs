//! `usher migrate watch`: what a run would move by now.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use migrate::progress;
use migrate::run::Watched;

use super::verify::Place;
use super::{aside, trouble, until_heard};
use crate::ending::Ending;
use crate::node::Told;
use crate::trouble::Trouble;
use crate::{say, table};

/// Lines that are shown at a time.
const SHOWN_COUNT_MAX: usize = 100;
/// The shortest time between two looks, in seconds.
const EVERY_SECONDS_MIN: u64 = 10;

/// Options of `usher migrate watch`.
#[derive(Args, Debug)]
pub(crate) struct WatchOptions {
    #[command(flatten)]
    place: Place,
    /// Look again and again, this long after the last look: 30s, 5m, 2h; until it is stopped
    #[arg(long, value_name = "TIME")]
    every: Option<String>,
}

/// Looks once, or again and again.
pub(super) async fn run(options: &WatchOptions) -> Result<Ending, Trouble> {
    let every = options.every.as_deref().map(interval).transpose()?;
    // It hears what is told while it looks too, so that no wish to end is lost in between.
    let mut told = Told::listen()?;
    loop {
        let library = options.place.options()?;
        let stop = Arc::clone(&library.stop);
        let work = aside(migrate::watch(library, Arc::from(progress::for_stderr())));
        let watched = until_heard(&stop, work, "nothing was changed")
            .await?
            .map_err(trouble)?;
        show(&watched);
        let ending = if watched.is_quiet() {
            Ending::Well
        } else {
            Ending::Wrong
        };
        let Some(every) = every else {
            return Ok(ending);
        };
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = told.next() => return Ok(ending),
        }
    }
}

fn show(watched: &Watched) {
    let rows: Vec<[String; 5]> = watched
        .lines
        .iter()
        .take(SHOWN_COUNT_MAX)
        .cloned()
        .collect();
    if !rows.is_empty() {
        let header = [
            ("what", 10),
            ("file", 40),
            ("row", 10),
            ("client", 30),
            ("", 80),
        ];
        say::data(&table::text(header, &rows));
    }
    let shown = rows.len() as u64;
    let all = watched.new + watched.changed + watched.gone + watched.conflicts;
    if all > shown {
        say::data(&format!("… and {} more", all - shown));
    }
    if watched.taken_back > 0 {
        say::data(&format!(
            "{} taken back: a run refuses to send anything unless it is given --again, and then makes new \
             profiles of those clients",
            migrate::numbered(
                watched.taken_back,
                "profile of this state was",
                "profiles of this state were"
            )
        ));
    }
    say::data(&format!(
        "a run would send {} and bring {} up to date; {} and {} would be told and left alone",
        migrate::numbered(watched.new, "new row", "new rows"),
        migrate::numbered(watched.changed, "changed row", "changed rows"),
        migrate::numbered(watched.conflicts, "conflict", "conflicts"),
        migrate::numbered(watched.gone, "row that is gone", "rows that are gone"),
    ));
}

/// A time such as `30s`, `5m`, `2h`.
fn interval(text: &str) -> Result<Duration, Trouble> {
    let wrong = || {
        Trouble::usage(format!("--every: \"{text}\" is no time")).hint(format!(
            "write it as 30s, 5m or 2h; at least {EVERY_SECONDS_MIN}s"
        ))
    };
    let (number, unit) = text.split_at(text.len() - usize::from(text.ends_with(['s', 'm', 'h'])));
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = number
        .checked_mul(seconds)
        .filter(|all| *all >= EVERY_SECONDS_MIN);
    seconds.map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_is_not_too_short() {
        assert_eq!(interval("5m").unwrap(), Duration::from_mins(5));
        assert_eq!(interval("10s").unwrap(), Duration::from_secs(10));
        for text in ["", "5", "m", "1s", "-5m", "5d", "é"] {
            assert!(interval(text).is_err(), "{text}");
        }
    }
}
