//! What can be known before anything is sent: whether the API will take what the book becomes, and
//! whether the server's policy knows what the mapping names.
//!
//! The mapping's paths are held to the contract when it is read. [`preview`] holds every body of the
//! book to it too, and asks the server, if there is one, for its published policy.

mod bodies;
mod policy;

use document::Problems;

pub use bodies::Refusal;
pub(crate) use bodies::mistakes_of;
pub use policy::Policy;
pub(crate) use policy::policy;
use policy::policy_and_checks;

use crate::api::{Api, Call, Failure};
use crate::book::Keep;
use crate::mapping::{self, Mapping, Origin};
use crate::mended;
use crate::run::{mapping_text, refuse_other_book};
use crate::{Book, Error, Options};

/// What is said of an account without a policy.
pub const NO_POLICY: &str = "the account has no published policy and would refuse every client: publish \
                             one first, with usher config publish";

/// What a run would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Every row, judged.
    pub book: Book,
    /// What the API will refuse of the rows that come over.
    pub refusals: Vec<Refusal>,
    /// What the server's policy was asked.
    pub policy: Policy,
}

/// Reads and judges a book without sending anything. With a base URL and a key in the options the
/// server is asked for its policy.
///
/// Errors: every mistake of the mapping at once, what the policy does not know among them; source
/// files that cannot be read; a key that the server refuses, a server that cannot be reached; another book
/// than was sent from the state.
pub async fn preview(options: &Options) -> Result<Preview, Error> {
    let (name, text) = mapping_text(&options.mapping)?;
    let (mapping, mut problems) = mapping::read_all(&name, &text, &options.source);
    let mut policy = Policy::Unread("there is no --url, or no key".to_owned());
    if let Some(mapping) = &mapping
        && !options.base_urls.is_empty()
        && !options.api_key.is_empty()
    {
        match asked(options, mapping).await? {
            Ok(found) => policy = found,
            Err(more) => problems = Some(together(problems, more)),
        }
    }
    if let Some(problems) = problems {
        return Err(Error::Mapping(problems));
    }
    let mut mapping = match mapping {
        Some(mapping) => mapping,
        None => mapping::read(&name, &text, &options.source)?,
    };
    let keep = Keep::temporary()?;
    mended::lay_over(&mut mapping, options, &keep)?;
    let book = Book::read(mapping, &options.source, options.scope, &keep)?;
    refuse_other_book(&book, options)?;
    Ok(Preview {
        refusals: bodies::refusals(&book)?,
        book,
        policy,
    })
}

async fn asked(options: &Options, mapping: &Mapping) -> Result<Result<Policy, Problems>, Error> {
    let api = Api::new(&options.base_urls, &options.api_key, options.patience)?;
    let who = api.first_call(Call::get("/whoami")).await;
    if let Err(failure @ (Failure::KeyRefused | Failure::Fatal(_))) = who {
        return Err(failure.into());
    }
    let checks = checks_off(options, mapping);
    Ok(policy_and_checks(mapping, &checks, &api).await)
}

/// The checks that the run would switch off, with where they are named.
fn checks_off(options: &Options, mapping: &Mapping) -> Vec<(String, Origin)> {
    let Some(wanted) = &options.window else {
        return mapping.checks_off.clone();
    };
    let of_option = Origin {
        path: "--window".to_owned(),
        ..Origin::default()
    };
    let names = wanted.checks.iter();
    names
        .map(|name| (name.clone(), of_option.clone()))
        .collect()
}

/// The mistakes of two looks at one document, in the order of their places.
fn together(problems: Option<Problems>, mut more: Problems) -> Problems {
    if let Some(problems) = problems {
        more.list.extend(problems.list);
        more.more += problems.more;
    }
    more.list.sort_by_key(|problem| problem.place);
    more
}
