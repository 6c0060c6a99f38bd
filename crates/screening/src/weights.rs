//! The weights of the terms and of evidence.
//!
//! `cargo xtask bench screening --fit` fits them: logistic regression with a ridge towards a prior
//! and signs that are held, on labeled pairs of names, whole entities and customers together. It
//! prints what group-wise cross-validation says of each set, and the tables below. Nothing here is
//! set by hand.

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

/// For names of persons.
const PERSON: [f64; COUNT] = [
    1.363,  // start
    -6.328, // spelling
    -2.883, // worst word
    -2.233, // second worst word
    -1.213, // conflict
    0.000,  // conflict share
    -0.024, // extra
    -6.076, // extra share
    0.695,  // coverage
    0.000,  // no word
    0.000,  // one word
    0.000,  // three words
    -1.556, // single against more
    1.771,  // both single
    2.300,  // rarity
    0.831,  // initials
    0.000,  // initials clash
    -1.418, // order
    -0.380, // first word open
    -0.888, // last word open
    -0.500, // numbers clash
    -0.294, // number extra
    0.000,  // legal forms clash
    -1.591, // legal form extra
    -2.388, // other script
    0.000,  // name parts
    -1.218, // sound
    -0.549, // joined
    -1.304, // nickname
    0.000,  // short word
    0.000,  // first letter
    0.000,  // ending
    1.921,  // same
    0.000,  // edits
    6.835,  // near miss
    0.000,  // extra inside
    -0.464, // bad word
    -3.277, // some conflict
    0.000,  // mostly extra
];

/// For names of organizations, and of what may be either.
const ORGANIZATION: [f64; COUNT] = [
    0.041,  // start
    -5.064, // spelling
    -1.845, // worst word
    -2.000, // second worst word
    -2.668, // conflict
    -3.767, // conflict share
    -1.487, // extra
    -2.571, // extra share
    1.802,  // coverage
    -0.014, // no word
    -0.147, // one word
    0.000,  // three words
    0.142,  // single against more
    3.171,  // both single
    1.606,  // rarity
    2.500,  // initials
    -1.000, // initials clash
    -2.296, // order
    0.000,  // first word open
    -0.144, // last word open
    0.000,  // numbers clash
    0.000,  // number extra
    -3.915, // legal forms clash
    -1.579, // legal form extra
    -0.127, // other script
    0.000,  // name parts
    -1.340, // sound
    0.000,  // joined
    -0.500, // nickname
    0.000,  // short word
    -3.130, // first letter
    -1.077, // ending
    1.992,  // same
    -0.051, // edits
    0.952,  // near miss
    0.000,  // extra inside
    0.000,  // bad word
    0.000,  // some conflict
    0.000,  // mostly extra
];

/// The weights of evidence, the same for all.
pub const EVIDENCE: [f64; crate::evidence::COUNT] = [
    4.231,  // born the same day
    1.800,  // born that day, day and month swapped
    2.000,  // born the same month
    1.463,  // born the same year
    -1.235, // born another day of the year
    -1.992, // born a year apart
    0.800,  // born about then
    0.221,  // born the same day of another year
    -4.777, // born years apart
    0.128,  // same country
    -3.008, // another country
    -2.004, // other gender
    8.000,  // same number
    -2.000, // another number
];
