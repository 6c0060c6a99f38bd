//! `usher demo`: everything at once, on an empty folder. A server in this process, a policy, a small
//! client book with all the dirt of real ones, its migration, and where every client ended.
//!
//! The cast: [`book`] writes the client book, with files from [`pictures`]; [`story`] tells it, step
//! by step; [`endings`] reads back where everybody ended, and [`reasons`] why the others wait. A second run in the same folder changes
//! nothing: each step looks first whether it was done.

mod book;
mod endings;
mod pictures;
mod reasons;
mod story;

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::ending::Ending;
use crate::installation::{self, Founding};
use crate::node::{Node, Told};
use crate::place::{Place, show};
use crate::trouble::Trouble;
use crate::{say, serve};

/// Where the demonstration listens unless told otherwise.
const LISTEN: &str = "127.0.0.1:8080";
/// Where it listens when it ends by itself: on any free port.
const LISTEN_AND_EXIT: &str = "127.0.0.1:0";

/// Options of `usher demo`.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    /// Folder of the demonstration; made when it is absent, and gone on with when it is not
    #[arg(long, value_name = "DIR", default_value = "./usher-demo")]
    data: PathBuf,
    /// PostgreSQL database to use instead of SQLite; it must be the demonstration's alone
    #[arg(long, value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Address and port to listen on; 127.0.0.1:8080, or with --exit any free port, unless given
    #[arg(long, value_name = "ADDRESS", value_parser = serve::address)]
    listen: Option<SocketAddr>,
    /// End when the story is told: with 0 when everything reconciled, with 1 otherwise
    #[arg(long)]
    exit: bool,
}

/// Tells the story, then serves until it is told to stop.
pub(crate) async fn run(options: Options) -> Result<Ending, Trouble> {
    let mut told = Told::listen()?;
    let place = Place {
        data: options.data,
        database_url: options.database_url,
        encryption_key_file: None,
    };
    let founding = Founding {
        institution: "Northgate demo".to_owned(),
        time_zone: "Europe/London".to_owned(),
        for_demo: true,
    };
    place.check()?;
    own_folder(&place)?;
    let standard = if options.exit {
        LISTEN_AND_EXIT
    } else {
        LISTEN
    };
    let address = options.listen.map_or_else(|| standard.parse(), Ok);
    let address = address.map_err(|error| Trouble::usage(format!("--listen: {error}")))?;
    let listener = serve::listen(address).await?;
    let installation = installation::open(&place, &founding, true).await?;
    serve::welcome(&installation, &place);
    let base_url = serve::base_url(&listener);
    let mut node = Node::new(installation.platform.clone());
    node.work();
    serve::ready(&listener);
    node.serve(listener);
    let stage = story::Stage {
        platform: installation.platform.clone(),
        place: place.clone(),
        base_url,
    };
    let ended = tokio::select! {
        told = story::tell(&stage) => told,
        stopped = node.until_told(&mut told) => {
            node.stop(&mut told).await;
            stopped?;
            let message = "stopped before the end of the story";
            return Err(Trouble::new(message).hint("run it again with the same --data to go on"));
        }
    };
    if ended.is_ok() && !options.exit {
        say::talk(&invitation(&stage));
        let stopped = node.until_told(&mut told).await;
        node.stop(&mut told).await;
        stopped?;
        return Ok(Ending::Well);
    }
    node.stop(&mut told).await;
    ended
}

/// Refuses a folder with anything in it that no demonstration made, before anything is written.
fn own_folder(place: &Place) -> Result<(), Trouble> {
    if place.demo_mark().exists() {
        return Ok(());
    }
    // What else may be wrong with the folder is said when it is made.
    let inside = fs::read_dir(&place.data).ok();
    if inside.and_then(|mut inside| inside.next()).is_none() {
        return Ok(());
    }
    let message = format!("{} was not made by `usher demo`", show(&place.data));
    let hint = "name a folder that is absent or empty with --data DIR: a demonstration puts \
                fictitious clients into it; nothing was changed in this one";
    Err(Trouble::usage(message).hint(hint))
}

/// What to try next.
fn invitation(stage: &story::Stage) -> String {
    let (base, key) = (&stage.base_url, show(&stage.key_file()));
    let master = show(&stage.place.master_keys_file());
    format!(
        "\nthe server goes on at {base}; ctrl-c ends it, and the same command goes on with it\n  \
         the key of this demonstration is in {key}, the master keys are in {master}\n  \
         curl -s -H \"apikey: $(cat {key})\" {base}/4.0/profiles\n  \
         curl -s -H \"apikey: $(cat {key})\" {base}/4.0/whoami\n  \
         USHER_URL={base} USHER_KEY=$(awk '/^demo/ {{print $2}}' {master}) usher config export"
    )
}
