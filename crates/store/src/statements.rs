//! The list of every statement of the program.

use crate::statement::Statement;
use crate::{
    accounts, administration, applications, audits, checks, configs, endpoints, events, files,
    idempotency, institutions, jobs, keys, links, lists, messages, notes, pages, profiles,
    screenings, search, tables, tasks, views, windows,
};

/// Every statement; a test prepares each of them on both databases.
pub fn all() -> Vec<&'static Statement> {
    let lists = [
        accounts::STATEMENTS,
        administration::STATEMENTS,
        applications::STATEMENTS,
        audits::STATEMENTS,
        checks::STATEMENTS,
        configs::STATEMENTS,
        endpoints::STATEMENTS,
        events::STATEMENTS,
        files::STATEMENTS,
        idempotency::STATEMENTS,
        institutions::STATEMENTS,
        jobs::STATEMENTS,
        keys::STATEMENTS,
        links::STATEMENTS,
        lists::STATEMENTS,
        messages::STATEMENTS,
        notes::STATEMENTS,
        pages::STATEMENTS,
        profiles::STATEMENTS,
        screenings::STATEMENTS,
        search::STATEMENTS,
        tables::STATEMENTS,
        tasks::STATEMENTS,
        views::STATEMENTS,
        windows::STATEMENTS,
    ];
    lists.concat()
}
