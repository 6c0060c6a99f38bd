//! Tests of the public surface of `providers`.

mod demo;
