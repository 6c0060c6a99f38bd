//! The HTTP border, tested over real sockets, on both databases, with the workers running. Every
//! JSON answer that any of these tests sees is held to the contract (`client.rs`).

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets an error fails, in helpers too"
)]

mod client;
mod node;
mod receiver;
mod routes;
mod samples;

mod admin;
mod collected;
mod files;
mod idempotency;
mod input;
mod limits;
mod notes;
mod onboarding;
mod pages;
mod permissions;
mod privacy;
mod rules;
mod search;
mod simulation;
mod unknown;
mod webhooks;
mod windows;
