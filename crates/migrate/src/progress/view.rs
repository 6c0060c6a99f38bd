//! What is shown of a run: a picture of a few lines, or one line.

use std::collections::VecDeque;
use std::fmt::Write;
use std::time::Duration;

use tokio::time::Instant;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Status, harmless};
use crate::numbered;

/// The rate of now is that of so long.
const NOW: Duration = Duration::from_secs(10);
/// A mean of a shorter time says nothing.
const MEAN_AFTER: Duration = Duration::from_secs(2);
/// Times of items that are kept for the rate of now.
const TIMES_COUNT_MAX: usize = 10_000;
/// Reasons that are named in the picture; the rest are counted together.
const REASONS_SHOWN_MAX: usize = 4;
/// The narrowest picture that has a bar, in columns.
const BAR_COLUMNS_MIN: usize = 56;

/// How far a part of a run is.
#[derive(Debug, Default)]
pub(super) struct View {
    part: String,
    total: u64,
    done: u64,
    begun_at: Option<Instant>,
    times: VecDeque<Instant>,
    pub(super) status: Option<Status>,
}

impl View {
    pub(super) fn begin(&mut self, part: &str, total: u64, now: Instant) {
        *self = View {
            part: harmless(part),
            total,
            begun_at: Some(now),
            status: self.status.take(),
            ..View::default()
        };
    }

    pub(super) fn advance(&mut self, now: Instant) {
        self.done += 1;
        self.times.push_back(now);
        let is_old = |at: &Instant| now.duration_since(*at) > NOW;
        while self.times.len() > TIMES_COUNT_MAX || self.times.front().is_some_and(is_old) {
            self.times.pop_front();
        }
    }

    pub(super) fn is_begun(&self) -> bool {
        self.begun_at.is_some()
    }

    pub(super) fn end(&mut self) {
        self.begun_at = None;
    }

    /// Items per second since the part began; `None` when it is too early to say.
    fn mean(&self, now: Instant) -> Option<f64> {
        let passed = now.duration_since(self.begun_at?);
        (passed >= MEAN_AFTER).then(|| number(self.done) / passed.as_secs_f64())
    }

    /// Items per second just now.
    fn rate(&self, now: Instant) -> Option<f64> {
        let passed = now.duration_since(self.begun_at?).min(NOW);
        let lately = self.times.iter();
        let lately = lately.filter(|at| now.duration_since(**at) <= NOW).count();
        (passed >= MEAN_AFTER).then(|| number(lately as u64) / passed.as_secs_f64())
    }

    /// What is left of the part at the rate of now.
    fn left(&self, now: Instant) -> Option<Duration> {
        let rate = self.rate(now).filter(|rate| *rate > 0.0)?;
        let left = number(self.total.saturating_sub(self.done)) / rate;
        Duration::try_from_secs_f64(left).ok()
    }

    /// Everything, in one line.
    pub(super) fn line(&self, now: Instant) -> String {
        let mut line = format!("{}: {} of {}", self.part, self.done, self.total);
        if let Some(rate) = self.rate(now) {
            let _ = write!(line, ", {rate:.1}/s");
        }
        if let Some(status) = &self.status {
            if status.busy > 0 {
                let _ = write!(line, ", {}", workers(status.busy));
            }
            if let Some(p95) = status.p95_milliseconds {
                let _ = write!(line, ", p95 {p95:.0} ms");
            }
            for (counts, one, many) in [
                (
                    &status.faults,
                    "request tried again",
                    "requests tried again",
                ),
                (&status.failed, "row failed", "rows failed"),
            ] {
                let count: u64 = counts.iter().map(|(_, count)| count).sum();
                if count > 0 {
                    let _ = write!(line, ", {}", numbered(count, one, many));
                }
            }
            if let Some(state) = state(status) {
                let _ = write!(line, ", {state}");
            }
        }
        if let Some(left) = self.left(now).filter(|_| self.done < self.total) {
            let _ = write!(line, ", {} left", clock(left));
        }
        line
    }

    /// Everything, in lines no wider than the terminal.
    pub(super) fn picture(&self, columns: usize, now: Instant) -> String {
        let columns = columns.saturating_sub(1).max(10);
        let mut lines = self.head(columns, now);
        let mut rates = Vec::new();
        if let Some(status) = &self.status {
            let (stage, stages) = (status.stage, status.stages);
            let (busy, allowed) = (status.busy, status.allowed);
            // What only looks takes the workers of the last stage, whatever stage there is.
            rates.push(if busy > allowed {
                workers(busy)
            } else {
                format!("stage {stage} of {stages}, {busy} of {}", workers(allowed))
            });
        }
        if let (Some(rate), Some(mean)) = (self.rate(now), self.mean(now)) {
            rates.push(format!("{rate:.1}/s now, {mean:.1}/s mean"));
        }
        if let Some(p95) = self
            .status
            .as_ref()
            .and_then(|status| status.p95_milliseconds)
        {
            rates.push(format!("p95 {p95:.0} ms"));
        }
        lines.extend(packed(&rates, columns));
        if let Some(status) = &self.status {
            lines.extend(state(status).map(|state| cut(&state, columns)));
            for (counts, one, many) in [
                (&status.faults, "tried again", "tried again"),
                (&status.failed, "row failed", "rows failed"),
            ] {
                lines.extend(counted(counts, one, many).map(|line| cut(&line, columns)));
            }
        }
        lines.join("\n")
    }

    /// Part, bar, count and time left; without a bar in lines of their own where it is narrow.
    fn head(&self, columns: usize, now: Instant) -> Vec<String> {
        let percent = (self.done * 100).checked_div(self.total).unwrap_or(100);
        let mut ends = vec![format!("{} of {}  {percent:>3} %", self.done, self.total)];
        let left = self.left(now).filter(|_| self.done < self.total);
        ends.extend(left.map(|left| format!("{} left", clock(left))));
        let end = ends.join("  ");
        let taken = self.part.width() + end.width() + 4;
        if columns < BAR_COLUMNS_MIN || columns < taken + 10 {
            ends.insert(0, self.part.clone());
            return packed(&ends, columns);
        }
        let width = (columns - taken).min(40);
        let full = usize::try_from(percent).unwrap_or(100).min(100) * width / 100;
        let bar = format!("{}{}", "█".repeat(full), "░".repeat(width - full));
        vec![format!("{}  {bar}  {end}", self.part)]
    }
}

/// So many workers, in words.
pub(crate) fn workers(count: usize) -> String {
    numbered(count, "worker", "workers")
}

/// What keeps the run from its full speed.
fn state(status: &Status) -> Option<String> {
    if status.is_paused {
        let busy = match status.busy {
            0 => String::new(),
            busy => format!(" ({} still busy)", workers(busy)),
        };
        return Some(format!("PAUSED{busy}; usher migrate resume goes on"));
    }
    if let Some(wait) = status.wait.filter(|wait| wait.as_secs() >= 1) {
        return Some(match &status.wait_until {
            Some(until) => format!(
                "the server asks to wait until {until} ({} left)",
                clock(wait)
            ),
            None => format!("the server asks to wait {}", clock(wait)),
        });
    }
    let trouble = status.trouble.as_ref()?;
    Some(format!("BACKED OFF: {}", harmless(trouble)))
}

/// Counts by reason, the most frequent first; nothing when there are none.
fn counted(counts: &[(String, u64)], one: &str, many: &str) -> Option<String> {
    let mut counts: Vec<&(String, u64)> = counts.iter().filter(|(_, count)| *count > 0).collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    if total == 0 {
        return None;
    }
    let shown = counts.iter().take(REASONS_SHOWN_MAX);
    let mut shown: Vec<String> = shown
        .map(|(reason, count)| format!("{} ×{count}", harmless(reason)))
        .collect();
    let others: u64 = counts
        .iter()
        .skip(REASONS_SHOWN_MAX)
        .map(|(_, count)| count)
        .sum();
    if others > 0 {
        shown.push(format!("others ×{others}"));
    }
    let total = numbered(total, one, many);
    Some(format!("{total}: {}", shown.join(", ")))
}

/// Texts side by side, in as many lines as it takes.
fn packed(texts: &[String], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        match lines.last_mut() {
            Some(line) if line.width() + 3 + text.width() <= columns => {
                let _ = write!(line, "   {text}");
            }
            _ => lines.push(cut(text, columns)),
        }
    }
    lines
}

/// A line without line breaks, no wider than so many columns.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    let text = text.replace('\n', " ");
    if text.width() <= columns {
        return text;
    }
    let mut short = String::new();
    let mut width = 0;
    for sign in text.chars() {
        width += sign.width().unwrap_or_default();
        if width + 1 > columns {
            break;
        }
        short.push(sign);
    }
    format!("{short}…")
}

/// Hours, minutes and seconds, such as `1:02:03` or `2:03`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part that is 20 seconds old; 142 of 300 items, 62 of them in the last ten seconds.
    fn view() -> (View, Instant) {
        let begun = Instant::now();
        let mut view = View::default();
        view.begin("individuals", 300, begun);
        for item in 0..142_u64 {
            let millis = if item < 80 {
                item * 100
            } else {
                10_100 + (item - 80) * 150
            };
            view.advance(begun + Duration::from_millis(millis));
        }
        view.status = Some(Status {
            stage: 2,
            stages: 3,
            busy: 1,
            allowed: 1,
            trouble: Some("the server answers in 210 ms (p95), it was 40 ms".to_owned()),
            p95_milliseconds: Some(209.6),
            faults: vec![("broke off".to_owned(), 6), ("answered 503".to_owned(), 7)],
            failed: vec![("HTTP 400: 201\u{1b}[2J".to_owned(), 3)],
            ..Status::default()
        });
        (view, begun + Duration::from_secs(20))
    }

    #[test]
    fn the_picture_says_everything_and_is_never_wider_than_the_terminal() {
        let (view, now) = view();
        let expected = "\
individuals  ████████████████░░░░░░░░░░░░░░░░░░░░  142 of 300   47 %  0:25 left
stage 2 of 3, 1 of 1 worker   6.2/s now, 7.1/s mean   p95 210 ms
BACKED OFF: the server answers in 210 ms (p95), it was 40 ms
13 tried again: answered 503 ×7, broke off ×6
3 rows failed: HTTP 400: 201\u{fffd}[2J ×3";
        assert_eq!(view.picture(80, now), expected);
        let narrow = view.picture(40, now);
        assert!(
            narrow.starts_with("individuals   142 of 300   47 %\n0:25 left\n"),
            "{narrow}"
        );
        for columns in [1, 12, 20, 40, 57, 80, 200] {
            for line in view.picture(columns, now).lines() {
                assert!(line.width() <= columns.max(11), "{columns}: {line}");
            }
        }
    }

    #[test]
    fn what_only_looks_has_no_stage() {
        let (mut view, now) = view();
        view.status.as_mut().unwrap().busy = 5;
        let picture = view.picture(80, now);
        assert!(picture.contains("\n5 workers   6.2/s now"), "{picture}");
        assert!(!picture.contains("stage"), "{picture}");
    }

    #[test]
    fn one_line_says_the_same_in_short() {
        let (view, now) = view();
        let expected = "individuals: 142 of 300, 6.2/s, 1 worker, p95 210 ms, 13 requests tried again, \
                        3 rows failed, BACKED OFF: the server answers in 210 ms (p95), it was 40 ms, \
                        0:25 left";
        assert_eq!(view.line(now), expected);
    }

    #[test]
    fn a_pause_and_a_wait_are_told_before_the_pace() {
        let (mut view, now) = view();
        let status = view.status.as_mut().unwrap();
        status.wait = Some(Duration::from_secs(75));
        assert!(
            view.picture(80, now)
                .contains("the server asks to wait 1:15")
        );
        view.status.as_mut().unwrap().wait_until = Some("14:20".to_owned());
        for told in [view.picture(80, now), view.line(now)] {
            assert!(
                told.contains("the server asks to wait until 14:20 (1:15 left)"),
                "{told}"
            );
        }
        view.status.as_mut().unwrap().is_paused = true;
        let picture = view.picture(80, now);
        assert!(
            picture.contains("PAUSED (1 worker still busy); usher"),
            "{picture}"
        );
    }
}
