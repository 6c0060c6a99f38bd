//! The weights of the terms, fitted by `cargo xtask bench screening --fit` (see there on which
//! pairs, and how well they do on pairs that they were not fitted to).

use crate::terms::COUNT;
use crate::words::Bearer;

/// The version of the weights and of everything else that decides a score. A stored result names
/// it, so that it can be told from one of other weights.
pub const VERSION: u32 = 1;

/// The weights for names of one kind.
pub fn of(bearer: Bearer) -> &'static [f64; COUNT] {
    match bearer {
        Bearer::Person => &PERSON,
        Bearer::Organization => &ORGANIZATION,
    }
}

const PERSON: [f64; COUNT] = [
    1.0, -6.0, -3.0, -2.0, -2.5, -2.5, -0.4, -0.6, 3.0, -4.0, -1.5, 0.5, -1.0, 0.0, 1.5, -0.5,
    -1.0, -0.5, -0.5, -0.5, -0.5, -0.2, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, -0.5, -0.5, -0.5, -0.5, 2.0,
    -0.2,
];

const ORGANIZATION: [f64; COUNT] = [
    1.0, -6.0, -3.0, -2.0, -2.5, -2.5, -1.0, -2.0, 3.0, -4.0, -1.0, 0.5, -0.5, 0.0, 1.5, -0.5,
    -1.0, -0.5, -0.5, -0.5, -1.5, -0.8, -1.0, 0.0, 0.0, 0.3, 0.0, 0.0, -0.5, -0.5, -0.5, -0.5, 2.0,
    -0.2,
];

/// The weights of evidence.
pub const EVIDENCE: [f64; crate::evidence::COUNT] = [
    2.5, 1.8, 2.0, 1.2, -0.6, -0.4, 0.8, 0.3, -3.0, 0.6, -0.5, -2.0, 8.0, -2.0,
];
