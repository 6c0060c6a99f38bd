//! `usher worker`: a node without HTTP, beside others on PostgreSQL.

use crate::ending::Ending;
use crate::installation::{self, Founding};
use crate::node::{Node, Told};
use crate::place::Place;
use crate::trouble::Trouble;
use crate::{say, serve};

/// Options of `usher worker`.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Place,
    /// Let webhooks go to plain http and to private addresses; for development only
    #[arg(long)]
    allow_private_endpoints: bool,
    #[command(flatten)]
    founding: Founding,
}

/// Works until it is told to stop.
pub(crate) async fn run(options: Options) -> Result<Ending, Trouble> {
    let mut told = Told::listen()?;
    if options.place.database_url.is_none() {
        let message = "a worker needs a database that it shares with others";
        let hint = "name it with --database-url (or USHER_DATABASE_URL); on SQLite `usher serve` \
                    does all the work itself";
        return Err(Trouble::usage(message).hint(hint));
    }
    let opened = installation::open(
        &options.place,
        &options.founding,
        options.allow_private_endpoints,
    );
    let installation = opened.await?;
    serve::welcome(&installation, &options.place);
    let mut node = Node::new(installation.platform.clone());
    node.work();
    say::talk(&format!("usher at work on {}", options.place.database()));
    let ended = node.until_told(&mut told).await;
    node.stop(&mut told).await;
    ended.map(|()| Ending::Well)
}
