//! Stopping early when the server refuses everybody for one reason: a wrong mapping or policy is
//! mended once, instead of a whole book being refused.

use std::sync::{Mutex, PoisonError};

/// So many clients refused for one reason, with none made in between, end the run.
pub(super) const REFUSED_CLIENTS_MAX: u32 = 20;

/// Watches the first clients of a run.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Somebody came over: the book as a whole is not refused.
    is_anybody_made: bool,
    /// What the server said, without what is of one client alone: it goes to the terminal.
    reason: String,
    count: u32,
}

impl Breaker {
    /// A client has a profile.
    pub(super) fn made(&self) {
        self.seen().is_anybody_made = true;
    }

    /// The server refused to make a client's profile.
    pub(super) fn refused(&self, message: &str) {
        let mut seen = self.seen();
        let reason = reason(message);
        if seen.reason == reason {
            seen.count += 1;
        } else {
            seen.reason = reason;
            seen.count = 1;
        }
    }

    /// Why the run ends, if it does.
    pub(super) fn tripped(&self) -> Option<String> {
        let seen = self.seen();
        let is_tripped = !seen.is_anybody_made && seen.count >= REFUSED_CLIENTS_MAX;
        is_tripped.then(|| {
            format!(
                "the first {} clients were all refused for one reason ({}); nothing more was sent; \
                 the result files have each refusal in full",
                seen.count, seen.reason
            )
        })
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A refusal without what is of one client alone: words with a digit (ids, dates, references) after
/// the status and the code, what stands in quotes, and what a terminal would obey.
fn reason(message: &str) -> String {
    let unquoted: String = message.split('"').step_by(2).collect();
    let unquoted = unquoted.replace(|sign: char| sign.is_control(), " ");
    let words = unquoted.split_whitespace().enumerate();
    let words = words
        .filter(|(place, word)| *place < 3 || !word.contains(|sign: char| sign.is_ascii_digit()));
    words.map(|(_, word)| word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(breaker: &Breaker, count: u32, message: impl Fn(u32) -> String) {
        (0..count).for_each(|place| breaker.refused(&message(place)));
    }

    #[test]
    fn only_one_reason_for_all_of_the_first_ends_the_run() {
        let same =
            |place: u32| format!("HTTP 400: 201 no\u{1b}product \"p{place}\" for 1970-01-{place}");
        let breaker = Breaker::default();
        refuse(&breaker, 19, same);
        assert_eq!(breaker.tripped(), None);
        refuse(&breaker, 1, same);
        let said = breaker.tripped().unwrap();
        assert!(
            said.contains("the first 20 clients")
                && said.contains("(HTTP 400: 201 no product for)"),
            "{said}"
        );
        // Somebody comes over.
        let breaker = Breaker::default();
        breaker.made();
        refuse(&breaker, 99, same);
        assert_eq!(breaker.tripped(), None);
        // They are refused for their own reasons.
        let breaker = Breaker::default();
        refuse(&breaker, 99, |place| format!("HTTP 400: {place} wrong"));
        assert_eq!(breaker.tripped(), None);
    }
}
