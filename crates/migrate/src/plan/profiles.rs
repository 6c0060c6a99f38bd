//! How many profiles a book becomes.

use std::collections::HashSet;

use crate::Book;
use crate::book::{Entity, Person};

/// The profiles that a book becomes, by kind. All of them are clients in the sense of the guide, and
/// Active Profiles of the commercial agreement (seed 000, Scope).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    /// People who are customers.
    pub individual_customers: u64,
    /// Companies that are customers.
    pub company_customers: u64,
    /// People and companies who are named in a company's row of an associate and nowhere else, each
    /// once per company.
    pub associates_given_inline: u64,
    /// Customers the scope leaves out who come over as somebody's associate.
    pub left_out_customers_as_associates: u64,
}

impl Profiles {
    /// Those of a book.
    pub fn of(book: &Book) -> Profiles {
        let mut profiles = Profiles::default();
        for client in book
            .clients
            .iter()
            .filter(|client| client.becomes_profile())
        {
            let count = match (client.is_associate_only, client.entity) {
                (true, _) => &mut profiles.left_out_customers_as_associates,
                (false, Entity::Individual) => &mut profiles.individual_customers,
                (false, Entity::Company) => &mut profiles.company_customers,
            };
            *count += 1;
        }
        let inline = book.associates.iter().filter(|associate| {
            associate.row.verdict.migrates() && associate.person == Person::Inline
        });
        let people: HashSet<(&str, String)> = inline
            .map(|associate| (&*associate.row.reference, associate.person_name()))
            .collect();
        profiles.associates_given_inline = people.len() as u64;
        profiles
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.individual_customers
            + self.company_customers
            + self.associates_given_inline
            + self.left_out_customers_as_associates
    }
}
