//! The memory that the bodies of all requests under way may take together.
//!
//! Every request may have [`FREE_BYTES`] for nothing, so that small ones never wait: their number is
//! bounded elsewhere. What a body has beyond that is taken from the budget as it arrives, not as it is
//! announced, and is given back when the request has been answered.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What every body may have without asking, in bytes.
pub(crate) const FREE_BYTES: usize = 64 * 1024;
/// What is taken from the budget at a time, in bytes.
const STEP_BYTES: usize = 64 * 1024;

/// What all bodies may take.
#[derive(Clone)]
pub(crate) struct Budget {
    /// One permit for each step.
    steps: Arc<Semaphore>,
}

/// What one body has taken; given back when it is dropped.
pub(crate) struct Share {
    budget: Budget,
    held: Option<OwnedSemaphorePermit>,
}

impl Budget {
    pub(crate) fn new(bytes: usize) -> Budget {
        let steps = (bytes / STEP_BYTES).min(Semaphore::MAX_PERMITS);
        Budget {
            steps: Arc::new(Semaphore::new(steps)),
        }
    }

    /// A share with nothing in it yet.
    pub(crate) fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            held: None,
        }
    }
}

impl Share {
    /// Makes room for a body of so many bytes in all; `false` when there is none.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> bool {
        let wanted = bytes.saturating_sub(FREE_BYTES).div_ceil(STEP_BYTES);
        let held = self
            .held
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(more) = wanted.checked_sub(held).filter(|more| *more > 0) else {
            return true;
        };
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        match self.budget.steps.clone().try_acquire_many_owned(more) {
            Ok(more) => {
                match &mut self.held {
                    Some(held) => held.merge(more),
                    held => *held = Some(more),
                }
                true
            }
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_grows_by_steps_within_the_budget_and_is_given_back() {
        let budget = Budget::new(2 * STEP_BYTES);
        let mut first = budget.share();
        let mut second = budget.share();
        assert!(first.grow_to(FREE_BYTES) && second.grow_to(FREE_BYTES));
        assert!(first.grow_to(FREE_BYTES + 1) && first.grow_to(FREE_BYTES + STEP_BYTES));
        assert!(first.grow_to(FREE_BYTES + STEP_BYTES + 1));
        assert!(!second.grow_to(FREE_BYTES + 1), "nothing is left");
        assert!(second.grow_to(FREE_BYTES), "small bodies need nothing");
        drop(first);
        assert!(second.grow_to(FREE_BYTES + 2 * STEP_BYTES));
        assert!(!second.grow_to(FREE_BYTES + 2 * STEP_BYTES + 1));
    }
}
