//! Decision tables of the core, as text.

mod associates;
mod conditions;
mod decisions;
mod expiry;
mod institution;
mod limits;
mod risk;
mod scenario;
mod tasks;
mod text;
