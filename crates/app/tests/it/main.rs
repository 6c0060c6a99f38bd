//! The real binary, as people and scripts use it.

mod binary;
mod config;
mod demo;
mod doctor;
mod help;
mod keys;
mod migration;
mod serve;
