//! What a migration comes to, before anything is sent.

mod profiles;

pub use profiles::Profiles;
