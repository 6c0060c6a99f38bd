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
    1.304,  // start
    -6.810, // spelling
    -3.511, // worst word
    -1.771, // second worst word
    -2.017, // conflict
    0.000,  // conflict share
    -0.240, // extra
    -5.134, // extra share
    1.425,  // coverage
    -1.715, // no word
    -0.089, // one word
    0.000,  // three words
    -2.069, // single against more
    1.485,  // both single
    1.706,  // rarity
    0.928,  // initials
    -1.084, // initials clash
    -1.210, // order
    -0.531, // first word open
    -1.057, // last word open
    -0.500, // numbers clash
    -0.615, // number extra
    -0.017, // legal forms clash
    -1.412, // legal form extra
    -3.527, // other script
    -0.346, // name parts
    -1.753, // sound
    -0.431, // joined
    -1.382, // nickname
    0.000,  // short word
    0.000,  // first letter
    -0.082, // ending
    1.204,  // same
    0.000,  // edits
    7.044,  // near miss
    0.000,  // extra inside
    -0.618, // bad word
    -2.610, // some conflict
    -0.733, // mostly extra
];

/// For names of organizations, and of what may be either.
const ORGANIZATION: [f64; COUNT] = [
    0.507,  // start
    -4.966, // spelling
    -1.703, // worst word
    -2.000, // second worst word
    -1.857, // conflict
    -3.049, // conflict share
    -0.636, // extra
    -1.986, // extra share
    1.694,  // coverage
    -0.233, // no word
    -0.423, // one word
    0.133,  // three words
    0.177,  // single against more
    2.741,  // both single
    1.288,  // rarity
    1.934,  // initials
    -1.000, // initials clash
    -1.334, // order
    0.000,  // first word open
    -0.657, // last word open
    0.000,  // numbers clash
    0.000,  // number extra
    -3.941, // legal forms clash
    -1.437, // legal form extra
    -0.046, // other script
    0.000,  // name parts
    -1.116, // sound
    0.000,  // joined
    -0.500, // nickname
    0.000,  // short word
    -2.032, // first letter
    -1.259, // ending
    1.764,  // same
    0.000,  // edits
    0.689,  // near miss
    0.000,  // extra inside
    -0.005, // bad word
    -0.280, // some conflict
    0.000,  // mostly extra
];

/// The weights of evidence, the same for all.
pub const EVIDENCE: [f64; crate::evidence::COUNT] = [
    3.552,  // born the same day
    1.800,  // born that day, day and month swapped
    2.000,  // born the same month
    1.116,  // born the same year
    -1.061, // born another day of the year
    -1.442, // born a year apart
    0.800,  // born about then
    0.170,  // born the same day of another year
    -4.473, // born years apart
    0.554,  // same country
    -2.275, // another country
    -2.007, // other gender
    8.000,  // same number
    -2.000, // another number
];
