//! The platform over real databases: from a request until everything is quiet.

mod harness;
mod onboarding;
