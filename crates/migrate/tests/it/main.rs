//! The migration tool from outside: whole books, and whole runs against a server.

mod attempt;
mod check;
mod companies;
mod contract;
mod cut_off;
mod doubled;
mod ends;
mod forecast;
mod init;
mod inspect;
mod manners;
mod mapping;
mod mended;
mod oracle;
mod page;
mod patience;
mod plan;
mod repeated;
mod runs;
mod same_book;
mod server;
mod shared;
mod sources;
mod steps;
mod trial;
mod truth;
