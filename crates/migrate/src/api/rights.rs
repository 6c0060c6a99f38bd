//! What the API key turns out to be allowed: one refusal is of one row, the same for every row is of the
//! key.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So often a kind of request may be refused, with none of its kind allowed before; then the key is known
/// to lack the right to it.
const REFUSALS_COUNT_MAX: u32 = 5;

/// What was seen, by kind of request such as `POST /profiles/{id}/tags`.
#[derive(Debug, Default)]
pub(super) struct Rights(Mutex<BTreeMap<String, Right>>);

#[derive(Clone, Copy, Debug)]
enum Right {
    /// It was allowed once, so a refusal is of one thing.
    Had,
    /// It was refused so often, and never allowed.
    Refused(u32),
}

impl Rights {
    /// A request of this kind was carried out.
    pub(super) fn had(&self, kind: &str) {
        self.seen().insert(kind.to_owned(), Right::Had);
    }

    /// A request of this kind was answered 403.
    pub(super) fn refused(&self, kind: &str) {
        let mut seen = self.seen();
        match seen.entry(kind.to_owned()).or_insert(Right::Refused(0)) {
            Right::Had => {}
            Right::Refused(count) => *count += 1,
        }
    }

    /// What the key may not do at all, in words; `None` as long as nothing says so.
    pub(super) fn lacking(&self) -> Option<String> {
        let seen = self.seen();
        let lacking = seen.iter().find_map(|(kind, right)| match right {
            Right::Refused(count) if *count >= REFUSALS_COUNT_MAX => Some((kind, count)),
            Right::Refused(_) | Right::Had => None,
        });
        lacking.map(|(kind, count)| {
            format!(
                "the server knows the API key and has refused it {kind} each of {count} times (403), and \
                 never allowed it; look what the API key may do, then run again with the same --state"
            )
        })
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<String, Right>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_lacking_only_when_it_was_refused_from_the_start() {
        let rights = Rights::default();
        let refuse = |kind: &str, count: u32| (0..count).for_each(|_| rights.refused(kind));
        rights.had("POST /profiles");
        refuse("POST /profiles", 99);
        refuse("GET /profiles", 4);
        refuse("POST /profiles/{id}/tags", 4);
        assert_eq!(rights.lacking(), None);
        refuse("POST /profiles/{id}/tags", 1);
        let said = rights.lacking().unwrap();
        assert!(
            said.contains("POST /profiles/{id}/tags each of 5 times"),
            "{said}"
        );
        rights.had("POST /profiles/{id}/tags");
        assert_eq!(rights.lacking(), None);
    }
}
