//! The sums of a forecast, in 80 columns.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use migrate::forecast::{Forecasts, Kind, Stand, Tally};
use unicode_width::UnicodeWidthStr;

use super::super::lines::{WIDTH, beside, fold};

/// Width of a number.
const NUMBER: usize = 9;

/// What is forecast of whom, under which policy, and what is taken for granted.
pub(super) fn heading(forecasts: &Forecasts, draft: Option<&str>) -> String {
    let published = &forecasts.published;
    let count = |wanted: &dyn Fn(Kind) -> bool| {
        let clients = published.clients.iter();
        clients.filter(|client| wanted(client.kind)).count()
    };
    let clients = count(&|kind| kind == Kind::Client);
    let associates = count(&|kind| kind != Kind::Client);
    let (book, scope) = (&forecasts.book, forecasts.scope.as_str());
    let clients = counted(clients, "client", "clients");
    let about =
        format!("Forecast of {book}, scope {scope}: {clients}, {associates} more as associates");
    format!("{}\n{}", beside("", &about), conditions(forecasts, draft))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Under which policy, and what is taken for granted.
pub(super) fn conditions(forecasts: &Forecasts, draft: Option<&str>) -> String {
    let version = forecasts.published.configuration.version;
    let mut lines = vec![
        beside("assumed   ", &forecasts.assume.to_string()),
        format!("policy    version {version} as published"),
    ];
    if !forecasts.switched_off.is_empty() {
        let checks = forecasts.switched_off.join(", ");
        let window = format!("a run holds it; switched off for these clients: {checks}");
        lines.push(beside("window    ", &window));
    }
    lines.extend(draft.map(|draft| beside("draft     ", draft)));
    lines.push("left out  documents, notes, and what people decide".to_owned());
    lines.join("\n")
}

/// Everything that is counted; with a draft, both beside each other.
pub(super) fn text(forecasts: &Forecasts, draft: Option<&str>) -> String {
    let published = Tally::of(&forecasts.published);
    let drafted = forecasts.draft.as_ref().map(Tally::of);
    let mut sums = Sums {
        published: &published,
        draft: drafted.as_ref(),
        text: heading(forecasts, draft),
    };
    sums.text.push_str("\n\n");
    sums.header();
    sums.own_applications();
    sums.refused();
    sums.others();
    let apart = forecasts.published.apart;
    if apart > 0 {
        let _ = write!(
            sums.text,
            "\n{apart} of them were asked about without some of the companies that list them: more are\n\
             linked with each other than one request may hold"
        );
    }
    sums.text.trim_end().to_owned()
}

struct Sums<'a> {
    published: &'a Tally,
    draft: Option<&'a Tally>,
    text: String,
}

impl Sums<'_> {
    fn header(&mut self) {
        match self.draft {
            None => self.row("", ["count", "", ""]),
            Some(_) => self.row("", ["published", "draft", "change"]),
        }
    }

    fn own_applications(&mut self) {
        self.line("applications of clients", |tally| tally.applications);
        self.line("  approved by the policy", |tally| {
            tally.stand(Stand::Approved)
        });
        self.line("  rejected by the policy", |tally| {
            tally.stand(Stand::Rejected)
        });
        self.each(|tally| &tally.rejected);
        self.line("  needing hands (a task is open)", |tally| {
            tally.stand(Stand::Hands)
        });
        self.each(|tally| &tally.tasks);
        self.line("  ready for a decision", |tally| {
            tally.stand(Stand::Decision)
        });
        self.line("  waiting for data", |tally| tally.stand(Stand::Data));
        self.each(|tally| &tally.missing);
        self.line_if_any("  automation not finished", |tally| {
            tally.stand(Stand::Unfinished)
        });
        self.line_if_any("clients without an application", |tally| {
            tally.without_application
        });
        self.text.push('\n');
        self.line("applications with a risk score, by level", |tally| {
            tally.levels.values().sum()
        });
        self.each(|tally| &tally.levels);
    }

    fn refused(&mut self) {
        self.text.push('\n');
        self.line("profiles that the API would refuse", |tally| {
            tally.refused_count
        });
        let keys: BTreeSet<&(String, String)> = self.published.refused.keys().collect();
        for key in keys {
            // Which profiles are refused hangs on the policy's products and custom fields too.
            self.line(&format!("    {}", key.1), |tally| {
                tally.refused.get(key).copied().unwrap_or_default()
            });
        }
    }

    fn others(&mut self) {
        if self.published.associates.is_empty() {
            return;
        }
        self.text.push('\n');
        let of = |tally: &Tally, stand| tally.associates.get(&stand).copied().unwrap_or_default();
        self.line(
            "applications of associates, asked for by companies",
            |tally| tally.associates.values().sum(),
        );
        for (stand, what) in [
            (Stand::Approved, "  approved by the policy"),
            (Stand::Rejected, "  rejected by the policy"),
            (Stand::Hands, "  needing hands (a task is open)"),
            (Stand::Decision, "  ready for a decision"),
            (Stand::Data, "  waiting for data"),
            (Stand::Unfinished, "  automation not finished"),
        ] {
            self.line_if_any(what, |tally| of(tally, stand));
        }
    }

    /// A line for each thing that either side counts, the most first.
    fn each(&mut self, counts: impl Fn(&Tally) -> &BTreeMap<String, u64>) {
        let of = |tally: &Tally, key: &String| counts(tally).get(key).copied().unwrap_or_default();
        let both = [Some(self.published), self.draft];
        let both = both.into_iter().flatten();
        let keys: BTreeSet<String> = both
            .flat_map(|tally| counts(tally).keys().cloned())
            .collect();
        let mut keys: Vec<String> = keys.into_iter().collect();
        keys.sort_by_key(|key| std::cmp::Reverse(of(self.published, key)));
        for key in &keys {
            self.line(&format!("    {key}"), |tally| of(tally, key));
        }
    }

    fn line_if_any(&mut self, label: &str, count: impl Fn(&Tally) -> u64) {
        if count(self.published) > 0 || self.draft.is_some_and(|draft| count(draft) > 0) {
            self.line(label, count);
        }
    }

    fn line(&mut self, label: &str, count: impl Fn(&Tally) -> u64) {
        let published = count(self.published);
        let draft = self.draft.map(&count);
        let (draft, change) = match draft {
            Some(draft) => (draft.to_string(), change(published, draft)),
            None => (String::new(), String::new()),
        };
        self.row(label, [&published.to_string(), &draft, &change]);
    }

    fn row(&mut self, label: &str, numbers: [&str; 3]) {
        let columns = if self.draft.is_some() { 3 } else { 1 };
        let room = WIDTH - columns * (NUMBER + 1);
        let indent = label.len() - label.trim_start_matches(' ').len() + 2;
        let mut lines = fold(label, room, indent).into_iter();
        let label = lines.next().unwrap_or_default();
        let gap = " ".repeat(room.saturating_sub(label.width()));
        let mut line = format!("{label}{gap}");
        for number in &numbers[..columns] {
            let _ = write!(line, " {number:>NUMBER$}");
        }
        for line in std::iter::once(line).chain(lines) {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}

fn change(from: u64, to: u64) -> String {
    match (from, to) {
        (from, to) if from == to => "=".to_owned(),
        (from, to) if to > from => format!("+{}", to - from),
        (from, to) => format!("-{}", from - to),
    }
}
