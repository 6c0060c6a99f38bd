//! Countries and nationalities, found from whatever people and lists write.
//!
//! - [`find`], [`alpha3`], [`by_alpha3`], [`nationality`], [`historic`], [`all`]: the table, strict
//!   about what may stand where
//! - [`code`] and [`codes`]: what a list means, of any time and in any form, as a [`Code`]

mod code;
mod fold;
mod table;

pub use code::{Code, Codes, code, codes};
pub use table::{Country, Kind, all, alpha3, by_alpha3, find, historic, nationality};
