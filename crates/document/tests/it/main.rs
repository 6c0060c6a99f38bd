//! The reader from outside: text in, values or messages out.

mod parsing;
mod reading;
mod syntax;
