//! Telling how far a run is.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

/// How many items pass between two plain lines.
const LINE_ITEMS: u64 = 500;

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
}

/// A reporter for standard error: a bar on a terminal, plain lines otherwise.
pub fn for_stderr() -> Box<dyn Reporter> {
    if io::stderr().is_terminal() {
        Box::new(Bar::default())
    } else {
        Box::new(Lines::default())
    }
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

/// A progress bar on a terminal.
#[derive(Debug, Default)]
pub struct Bar {
    bar: Mutex<Option<ProgressBar>>,
}

impl Reporter for Bar {
    fn begin(&self, part: &str, total: u64) {
        let style = "{msg:<22} {wide_bar} {pos}/{len}  {per_sec}  {eta} left";
        let style =
            ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(total)
            .with_style(style)
            .with_message(part.to_owned());
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    fn advance(&self) {
        if let Some(bar) = &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            bar.inc(1);
        }
    }

    fn say(&self, text: &str) {
        match &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.println(text),
            None => line(text),
        }
    }

    fn end(&self) {
        if let Some(bar) = self
            .bar
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            bar.finish();
        }
    }
}

/// Plain lines, for logs and pipes.
#[derive(Debug, Default)]
pub struct Lines {
    part: Mutex<String>,
    total: AtomicU64,
    done: AtomicU64,
}

impl Lines {
    fn tell(&self, done: u64) {
        let part = self.part.lock().unwrap_or_else(PoisonError::into_inner);
        line(&format!(
            "{part}: {done} of {}",
            self.total.load(Ordering::Relaxed)
        ));
    }
}

impl Reporter for Lines {
    fn begin(&self, part: &str, total: u64) {
        part.clone_into(&mut self.part.lock().unwrap_or_else(PoisonError::into_inner));
        self.total.store(total, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
    }

    fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(LINE_ITEMS) {
            self.tell(done);
        }
    }

    fn say(&self, text: &str) {
        line(text);
    }

    fn end(&self) {
        self.tell(self.done.load(Ordering::Relaxed));
    }
}

fn line(text: &str) {
    // Nobody is left to hear of it when standard error is closed.
    let _ = writeln!(io::stderr(), "{text}");
}
