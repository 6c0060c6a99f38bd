//! `usher migrate window`: checks switched off while clients are brought over.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use migrate::api::{Api, Patience};
use migrate::window::{self, Wanted, Window};

use super::trouble;
use crate::ending::Ending;
use crate::trouble::Trouble;
use crate::{folder, say, table};

/// What to do about windows.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Open a window: from now on the checks are off for clients that this key adds, and other keys
    /// cannot add customers. `usher migrate run --window` does it by itself
    Open(Open),
    /// Show the windows there are and were, newest first
    Status(Server),
    /// Close the window that is open: every check is on again
    Close(Server),
}

/// Options of `usher migrate window open`.
#[derive(Args, Debug)]
pub(crate) struct Open {
    /// Aliases of the check variants to switch off
    #[arg(long, value_name = "CHECKS", value_delimiter = ',', required = true)]
    checks: Vec<String>,
    /// Why; it is kept for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Minutes after which it closes by itself, at most a day
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes: u64,
    #[command(flatten)]
    server: Server,
}

/// Where the server is, and the key.
#[derive(Args, Debug)]
pub(crate) struct Server {
    /// Base URL of the server; several nodes by repeating it or with commas, tried in turn
    #[arg(
        long,
        value_name = "URL",
        env = "USHER_URL",
        value_delimiter = ',',
        required = true
    )]
    url: Vec<String>,
    /// Administrator's key, the one that clients are brought over with; better given in USHER_KEY or
    /// --key-file than on the command line, which other users of the machine may see
    #[arg(long, value_name = "KEY", env = "USHER_KEY", hide_env_values = true)]
    key: Option<String>,
    /// File with the API key; it goes before USHER_KEY
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Server {
    fn api(&self) -> Result<Api, Trouble> {
        let key = match (&self.key_file, &self.key) {
            (Some(file), _) => folder::read(file)?,
            (None, Some(key)) => key.clone(),
            (None, None) => {
                let hint = "set USHER_KEY or give --key-file FILE";
                return Err(Trouble::usage("the API key is missing").hint(hint));
            }
        };
        Api::new(&self.url, key.trim(), Patience::default()).map_err(trouble)
    }
}

/// What a run wants, unless it names no checks.
pub(super) fn wanted(checks: &[String], reason: &str, lease_seconds: u64) -> Option<Wanted> {
    (!checks.is_empty()).then(|| Wanted {
        checks: checks.to_vec(),
        reason: reason.to_owned(),
        lease_seconds,
    })
}

/// Carries it out.
pub(super) async fn run(command: Command) -> Result<Ending, Trouble> {
    match command {
        Command::Open(open) => {
            let wanted = Wanted {
                checks: open.checks,
                reason: open.reason,
                lease_seconds: open.minutes * 60,
            };
            let api = open.server.api()?;
            let window = window::open(&api, &wanted).await;
            say::data(&shown(&window.map_err(trouble)?));
            say::talk("it closes by itself; close it before with `usher migrate window close`");
        }
        Command::Status(server) => {
            let windows = window::status(&server.api()?).await.map_err(trouble)?;
            if windows.is_empty() {
                say::talk("there was never a window: every check is on");
            }
            for window in windows {
                say::data(&shown(&window));
            }
        }
        Command::Close(server) => match window::close(&server.api()?).await.map_err(trouble)? {
            Some(window) => say::data(&shown(&window)),
            None => say::talk("no window is open: every check is on"),
        },
    }
    Ok(Ending::Well)
}

/// Tells of a window that is open though this run asks for none: its checks are off for the clients that
/// the run adds, or it keeps them away. Only an administrator's key may know; any other trouble is told
/// by the run itself.
pub(super) async fn tell_of_another(options: &migrate::Options) {
    if options.window.is_some() || options.base_urls.is_empty() || options.api_key.is_empty() {
        return;
    }
    let api = Api::new(&options.base_urls, &options.api_key, options.patience);
    let Ok(api) = api else { return };
    let windows = window::status(&api).await.unwrap_or_default();
    for window in windows.iter().filter(|window| window.is_open) {
        say::talk(&format!(
            "a window is open on the server: {}",
            shown(window)
        ));
        say::talk(if window.is_yours {
            "  hint: clients that come over now are spared these checks; `usher migrate window close` \
             switches them on again"
        } else {
            "  hint: it belongs to another key, and no customer can be added until it is closed"
        });
    }
}

/// A window on a terminal: its reason is somebody's free text.
fn shown(window: &Window) -> String {
    table::harmless(&window.to_string())
}
