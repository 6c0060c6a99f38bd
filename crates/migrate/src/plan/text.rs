//! A plan as text: plain, aligned, at most 80 columns wide, and without anything in it that plays
//! tricks on a terminal.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::time::Duration;

use jiff::Zoned;
use unicode_width::UnicodeWidthStr;

use super::letter::wrapped;
use super::{Likeness, Plan, Row, Source};
use crate::numbered;
use crate::progress::{cut, folded, harmless};

/// The widest line, in columns.
const COLUMNS: usize = 80;
/// A name or a reference is cut beyond this, in columns.
const CELL_COLUMNS_MAX: usize = 300;
/// Pairs of a kind that are shown; `--json` has more.
const PAIRS_SHOWN_MAX: usize = 4;
/// Reasons of one file that are shown; the rest are counted.
const REASONS_SHOWN_MAX: usize = 16;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = Page::default();
        let scope = self.scope.as_str();
        page.line(&format!("Plan for {}, scope {scope}", self.name));
        self.clients(&mut page);
        self.rows(&mut page);
        self.doubles(&mut page);
        self.ramp(&mut page);
        self.told(&mut page);
        f.write_str(page.0.trim_end())
    }
}

impl Plan {
    fn clients(&self, page: &mut Page) {
        page.title("Clients");
        let profiles = &self.profiles;
        for (what, count) in [
            ("individuals", profiles.individual_customers),
            ("companies", profiles.company_customers),
            ("associates named inline", profiles.associates_given_inline),
            (
                "left out by the scope, but somebody's associates",
                profiles.left_out_customers_as_associates,
            ),
        ] {
            page.count(count, what);
        }
        page.count(
            profiles.total(),
            "in all: clients, and Active Profiles of the agreement",
        );
        let [links, documents, notes] = self.followers;
        page.line(&format!(
            "  with {} to associates, {}, {}",
            numbered(links, "link", "links"),
            numbered(documents, "document", "documents"),
            numbered(notes, "note", "notes")
        ));
    }

    fn rows(&self, page: &mut Page) {
        page.title("Rows");
        let names = ["rows", "over", "warned", "rejected", "skipped"];
        let header = names.map(|name| format!("{name:>10}")).concat();
        page.line(&format!("  {:<26}{header}", "file"));
        for file in &self.files {
            let count = |name| file.dispositions.get(name).copied().unwrap_or_default();
            let all: u64 = file.dispositions.values().sum();
            let counts = [
                all,
                count("migrate"),
                count("migrate_with_warning"),
                count("reject"),
                count("skip"),
            ];
            let counts = counts.map(|count| format!("{count:>10}")).concat();
            let name = filled(&file.file, 26);
            if name.width() > 26 {
                page.line(&format!("  {name}"));
                page.line(&format!("  {}{counts}", filled("", 26)));
            } else {
                page.line(&format!("  {name}{counts}"));
            }
        }
        page.line("  \"over\" comes over without a warning, \"warned\" with one");
        for file in self.files.iter().filter(|file| !file.reasons.is_empty()) {
            page.title(&format!("Problems in {}", file.file));
            let mut reasons: Vec<(&(&str, String), &u64)> = file.reasons.iter().collect();
            // What keeps rows back goes first.
            let rank = |disposition| ["reject", "skip"].iter().position(|it| *it == disposition);
            reasons.sort_by_key(|((disposition, reason), count)| {
                (rank(*disposition).unwrap_or(2), Reverse(**count), reason)
            });
            for ((disposition, reason), count) in reasons.iter().take(REASONS_SHOWN_MAX) {
                page.count(**count, &format!("{:<10}{reason}", fate(disposition)));
            }
            let others = reasons.len().saturating_sub(REASONS_SHOWN_MAX);
            if others > 0 {
                page.line(&format!(
                    "            and {others} more {}; --json has all",
                    if others == 1 { "kind" } else { "kinds" }
                ));
            }
        }
    }

    fn doubles(&self, page: &mut Page) {
        page.title("Rows that may be one client, in pairs");
        if self.duplicates.counts.is_empty() {
            page.line("  none found");
        }
        for (likeness, count) in &self.duplicates.counts {
            page.count(*count, likeness.as_str());
        }
        let mut shown: BTreeMap<Likeness, usize> = BTreeMap::new();
        for pair in &self.duplicates.pairs {
            let shown = shown.entry(pair.likeness).or_default();
            *shown += 1;
            if *shown > PAIRS_SHOWN_MAX {
                continue;
            }
            if *shown == 1 {
                let all = self.duplicates.counts.get(&pair.likeness).copied();
                let all = all.unwrap_or_default();
                let part = if all > PAIRS_SHOWN_MAX as u64 {
                    format!(" ({PAIRS_SHOWN_MAX} of {all}; --json has more)")
                } else {
                    String::new()
                };
                page.title(&format!("  {}{part}", pair.likeness.as_str()));
            }
            page.line(&format!("  {shown:>2}  {}", row(&pair.first)));
            page.line(&format!("      {}", row(&pair.second)));
        }
    }

    fn ramp(&self, page: &mut Page) {
        let zone = self.now.time_zone().iana_name().unwrap_or("local time");
        page.title(&format!("Ramp ({zone})"));
        page.line(&format!(
            "  {:<6}{:>8}{:>17}   {:<22}{}",
            "stage", "workers", "clients", "begins", "ends"
        ));
        for stage in &self.stages {
            let clients = format!("{}-{}", stage.first_client, stage.last_client);
            page.line(&format!(
                "  {:<6}{:>8}{clients:>17}   {:<22}{}",
                stage.number,
                stage.workers,
                moment(&stage.begins),
                moment(&stage.ends)
            ));
        }
        if let Some(hours) = self.hours {
            let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
            let (from, until) = (time(hours.from), time(hours.until));
            page.line(&format!("  every day from {from} to {until}"));
        }
        let work: Duration = self.stages.iter().map(|stage| stage.takes).sum();
        let each = self.rate.per_client.as_secs_f64();
        page.line(&format!(
            "  {} of work; one client takes one worker {each:.2} s with all that follows it",
            length(work)
        ));
        for line in self.rate_source() {
            page.line(&format!("  {line}"));
        }
        page.line("  what providers take for their checks is not in it");
        let Some(deadline) = &self.deadline else {
            return;
        };
        let spare = self.ends.duration_until(deadline);
        let length = length(spare.unsigned_abs());
        let until = moment(deadline);
        if self.is_in_time() {
            page.line(&format!("  Deadline {until}: met, with {length} to spare"));
        } else {
            page.line(&format!("  DEADLINE {until}: MISSED by {length}"));
            page.line(
                "  begin earlier, allow more hours, leave clients out, or agree on more workers",
            );
        }
    }

    fn rate_source(&self) -> Vec<String> {
        match &self.rate.source {
            Source::Measured { profiles, at } => {
                let at = at.get(..16).unwrap_or(at).replace('T', " ");
                vec![format!(
                    "measured by a run of {} at {at} UTC",
                    numbered(*profiles, "profile", "profiles")
                )]
            }
            Source::Reads {
                count,
                median_milliseconds,
                requests_per_client,
            } => vec![
                format!(
                    "guessed: {count} reads took {median_milliseconds:.1} ms (median), a client has \
                     {requests_per_client:.1} requests"
                ),
                "and a write costs four reads; a test run with --state measures it".to_owned(),
            ],
            Source::Assumed => vec![
                "assumed: give --url and a key, or the --state of a test run, to measure it"
                    .to_owned(),
            ],
        }
    }

    fn told(&self, page: &mut Page) {
        page.title("Notices");
        if self.letters.is_empty() {
            page.line("  none needed: ten clients at most, or a demo account on this machine");
            return;
        }
        for letter in &self.letters {
            let due = moment(&letter.due);
            let zone = self.now.time_zone().clone();
            let state = match letter.given {
                Some(given) => {
                    let late = if letter.is_late(&self.now) {
                        ", TOO LATE"
                    } else {
                        ""
                    };
                    format!("given {}{late}", moment(&given.to_zoned(zone)))
                }
                None if letter.is_late(&self.now) => {
                    "NOT GIVEN, TOO LATE for this begin".to_owned()
                }
                None => "not given yet".to_owned(),
            };
            page.line(&format!("  stage {}: due {due}, {state}", letter.stage));
        }
        let sent = match self.letters.len() {
            1 => "once it was sent, record it with",
            _ => "all may be sent at once; then record them with",
        };
        page.line(&format!("  {sent}"));
        page.line("  usher migrate notice --given now --state DIR   (the state folder of the run)");
        for letter in self.letters.iter().filter(|letter| letter.given.is_none()) {
            page.title(&format!("Notice of stage {}", letter.stage));
            for line in letter.text.lines().map(wrapped) {
                line.split('\n')
                    .for_each(|line| page.line(&format!("  {line}")));
            }
        }
    }
}

/// What becomes of rows, as the table has it.
fn fate(disposition: &str) -> &str {
    match disposition {
        "migrate_with_warning" => "warned",
        "reject" => "rejected",
        "skip" => "skipped",
        other => other,
    }
}

fn row(row: &Row) -> String {
    let file = row.file.trim_end_matches(".csv");
    let place = format!("{file} line {}", row.line);
    format!(
        "{} {} {} {}",
        filled(&place, 22),
        filled(&row.reference, 12),
        filled(&row.name, 23),
        row.known_by
    )
}

/// A text, filled up to so many columns. What is wider stays: its end may be what tells it from others.
fn filled(text: &str, columns: usize) -> String {
    let text = cut(&harmless(text), CELL_COLUMNS_MAX);
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

fn moment(at: &Zoned) -> String {
    at.strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// A length of time in its two largest units, such as `2 d 3 h`.
fn length(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{} s", time.as_secs()),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, line: &str) {
        for line in folded(&harmless(line), COLUMNS) {
            let _ = writeln!(self.0, "{}", line.trim_end());
        }
    }

    fn title(&mut self, title: &str) {
        self.0.push('\n');
        self.line(title);
    }

    fn count(&mut self, count: u64, what: &str) {
        self.line(&format!("  {count:>8}  {what}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_its_two_largest_units() {
        let check = |seconds: u64, expected: &str| {
            assert_eq!(length(Duration::from_secs(seconds)), expected);
        };
        check(59, "59 s");
        check(3_540, "59 min");
        check(3_660, "1 h 1 min");
        check(90_061, "1 d 1 h");
    }
}
