//! Tests of the public surface of `wire`.

mod associates;
mod collected;
mod contract;
mod requests;
mod rules;
mod unknown;
