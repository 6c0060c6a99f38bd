//! The platform over real databases: from a request until everything is quiet.

mod associates;
mod harness;
mod history;
mod life;
mod nested;
mod onboarding;
