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
    1.958,  // start
    -6.522, // spelling
    -4.038, // worst word
    -1.705, // second worst word
    -1.504, // conflict
    0.000,  // conflict share
    -0.132, // extra
    -6.117, // extra share
    0.860,  // coverage
    0.000,  // no word
    -0.513, // one word
    0.000,  // three words
    -1.495, // single against more
    1.742,  // both single
    1.362,  // rarity
    1.061,  // initials
    -0.647, // initials clash
    -1.456, // order
    -0.625, // first word open
    -1.008, // last word open
    -0.500, // numbers clash
    -0.805, // number extra
    -0.039, // legal forms clash
    -1.652, // legal form extra
    -3.455, // other script
    0.219,  // name parts
    -1.653, // sound
    -0.559, // joined
    -1.280, // nickname
    0.000,  // short word
    0.000,  // first letter
    0.000,  // ending
    0.944,  // same
    0.000,  // edits
    7.323,  // near miss
    0.000,  // extra inside
    -0.681, // bad word
    -2.978, // some conflict
    -0.897, // mostly extra
];

const ORGANIZATION: [f64; COUNT] = [
    0.487,  // start
    -5.244, // spelling
    -1.955, // worst word
    -2.000, // second worst word
    -2.000, // conflict
    -3.114, // conflict share
    -0.824, // extra
    -1.805, // extra share
    1.814,  // coverage
    -0.216, // no word
    -0.504, // one word
    0.124,  // three words
    -0.004, // single against more
    2.831,  // both single
    1.350,  // rarity
    2.019,  // initials
    -1.000, // initials clash
    -1.483, // order
    0.000,  // first word open
    -0.570, // last word open
    0.000,  // numbers clash
    -0.566, // number extra
    -3.975, // legal forms clash
    -1.558, // legal form extra
    -0.044, // other script
    4.407,  // name parts
    -1.006, // sound
    0.509,  // joined
    -0.500, // nickname
    0.000,  // short word
    -2.059, // first letter
    -1.301, // ending
    1.668,  // same
    0.000,  // edits
    0.749,  // near miss
    0.000,  // extra inside
    0.000,  // bad word
    -0.289, // some conflict
    0.000,  // mostly extra
];

/// The weights of evidence.
pub const EVIDENCE: [f64; crate::evidence::COUNT] = [
    3.492,  // born the same day
    1.800,  // born that day, day and month swapped
    2.000,  // born the same month
    1.125,  // born the same year
    -1.186, // born another day of the year
    -1.598, // born a year apart
    0.800,  // born about then
    0.177,  // born the same day of another year
    -4.510, // born years apart
    0.454,  // same country
    -2.186, // another country
    -2.017, // other gender
    8.000,  // same number
    -2.000, // another number
];
