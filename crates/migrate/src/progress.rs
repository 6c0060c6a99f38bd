//! Telling how far a run is.
//!
//! A [`Reporter`] hears of it. On a terminal that is a live view of a few lines ([`Bar`]), elsewhere a
//! line every few seconds ([`Lines`]); both show what a [`View`](view::View) says. Whatever a server
//! or a row says is shown without control characters and signs that turn the direction of writing.

mod folded;
mod view;

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;

pub use folded::{folded, folded_under};
use view::View;
pub(crate) use view::{cut, workers};

/// The time between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// The time between two pictures on a terminal.
const PICTURE_EVERY: Duration = Duration::from_millis(100);
/// The width that is taken for a terminal that does not say its own, in columns.
const COLUMNS: u16 = 80;

/// Hears how far a run is. Never told a name or any other data of a client.
pub trait Reporter: Send + Sync {
    /// A part of the run begins; `total` items lie ahead.
    fn begin(&self, part: &str, total: u64);
    /// One item of the part is done, well or not.
    fn advance(&self);
    /// Something worth a line.
    fn say(&self, text: &str);
    /// The part is over.
    fn end(&self);
    /// How the run stands, several times a second.
    fn status(&self, _status: &Status) {}
}

/// How a run stands at an instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The stage of the ramp, from 1.
    pub stage: usize,
    /// How many stages there are.
    pub stages: usize,
    /// Workers at work.
    pub busy: usize,
    /// Workers that may work.
    pub allowed: usize,
    /// Why they are fewer than the stage has.
    pub trouble: Option<String>,
    /// How long the server still wants to hear nothing.
    pub wait: Option<Duration>,
    /// Until when, as a clock shows it (`14:20`), where that is long.
    pub wait_until: Option<String>,
    /// A pause was asked for.
    pub is_paused: bool,
    /// The p95 of the most frequent kind of request in the last look, in milliseconds.
    pub p95_milliseconds: Option<f64>,
    /// Requests that came to nothing and were sent again, by what happened.
    pub faults: Vec<(String, u64)>,
    /// Rows that failed, by reason.
    pub failed: Vec<(String, u64)>,
}

/// A reporter for standard error: a live view on a terminal, plain lines otherwise.
pub fn for_stderr() -> Box<dyn Reporter> {
    if io::stderr().is_terminal() {
        Box::new(Bar::default())
    } else {
        Box::new(Lines::default())
    }
}

/// A text without control characters but line breaks, and without signs that turn the direction of
/// writing.
pub fn harmless(text: &str) -> String {
    let turns = |sign| matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |sign: char| {
        if sign != '\n' && (sign.is_control() || turns(sign)) {
            char::REPLACEMENT_CHARACTER
        } else {
            sign
        }
    };
    text.chars().map(shown).collect()
}

/// A reporter that says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn begin(&self, _part: &str, _total: u64) {}
    fn advance(&self) {}
    fn say(&self, _text: &str) {}
    fn end(&self) {}
}

/// A live view on a terminal.
#[derive(Debug, Default)]
pub struct Bar(Mutex<Shown>);

#[derive(Debug, Default)]
struct Shown {
    view: View,
    bar: Option<ProgressBar>,
    drawn_at: Option<Instant>,
}

impl Bar {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    fn draw(&mut self) {
        if let Some(bar) = &self.bar {
            let (_, columns) = console::Term::stderr()
                .size_checked()
                .unwrap_or((0, COLUMNS));
            bar.set_message(self.view.picture(usize::from(columns), Instant::now()));
            self.drawn_at = Some(Instant::now());
        }
    }

    fn draw_in_time(&mut self) {
        if self.drawn_at.is_none_or(|at| at.elapsed() >= PICTURE_EVERY) {
            self.draw();
        }
    }
}

impl Reporter for Bar {
    fn begin(&self, part: &str, total: u64) {
        let mut shown = self.shown();
        shown.view.begin(part, total, Instant::now());
        let style = ProgressStyle::with_template("{msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        shown.bar = Some(ProgressBar::new(total).with_style(style));
        shown.draw();
    }

    fn advance(&self) {
        let mut shown = self.shown();
        shown.view.advance(Instant::now());
        shown.draw_in_time();
    }

    fn say(&self, text: &str) {
        match &self.shown().bar {
            Some(bar) => bar.println(harmless(text)),
            None => line(text),
        }
    }

    fn end(&self) {
        let mut shown = self.shown();
        shown.draw();
        if let Some(bar) = shown.bar.take() {
            bar.abandon();
        }
    }

    fn status(&self, status: &Status) {
        let mut shown = self.shown();
        shown.view.status = Some(status.clone());
        shown.draw_in_time();
    }
}

/// Plain lines, for logs and pipes.
#[derive(Debug, Default)]
pub struct Lines(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    view: View,
    told_at: Option<Instant>,
}

impl Lines {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    fn tell_in_time(&mut self) {
        let is_running = self.view.is_begun();
        if is_running && self.told_at.is_none_or(|at| at.elapsed() >= LINE_EVERY) {
            self.tell();
        }
    }

    fn tell(&mut self) {
        line(&self.view.line(Instant::now()));
        self.told_at = Some(Instant::now());
    }
}

impl Reporter for Lines {
    fn begin(&self, part: &str, total: u64) {
        let mut told = self.told();
        told.view.begin(part, total, Instant::now());
        told.told_at = Some(Instant::now());
    }

    fn advance(&self) {
        let mut told = self.told();
        told.view.advance(Instant::now());
        told.tell_in_time();
    }

    fn say(&self, text: &str) {
        line(text);
    }

    fn end(&self) {
        let mut told = self.told();
        if told.view.is_begun() {
            told.tell();
        }
        told.view.end();
    }

    fn status(&self, status: &Status) {
        let mut told = self.told();
        told.view.status = Some(status.clone());
        told.tell_in_time();
    }
}

fn line(text: &str) {
    // Nobody is left to hear of it when standard error is closed.
    let _ = writeln!(io::stderr(), "{}", harmless(text));
}
