//! `usher migrate pause`, `resume` and `stop`: another process than the run's says how it goes on.

use std::path::PathBuf;

use clap::Args;
use migrate::control::{self, Wish};

use super::trouble;
use crate::ending::Ending;
use crate::place::show;
use crate::say;
use crate::trouble::Trouble;

/// Options of the three.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// State folder of the run
    #[arg(long, value_name = "DIR", default_value = "./usher-migration")]
    state: PathBuf,
}

/// Asks for a pause; the next run of the folder heeds it too.
pub(super) fn pause(options: &Options) -> Result<Ending, Trouble> {
    let is_running = control::ask(&options.state, Wish::Pause).map_err(trouble)?;
    say::talk(if is_running {
        "the run finishes what is under way and waits"
    } else {
        "no run is under way; the next one will wait as soon as it begins"
    });
    let state = show(&options.state);
    say::talk(&format!(
        "  hint: usher migrate resume --state {state} lets it go on"
    ));
    Ok(Ending::Well)
}

/// Takes the pause back.
pub(super) fn resume(options: &Options) -> Result<Ending, Trouble> {
    let was_paused = control::resume(&options.state).map_err(trouble)?;
    let is_running = control::is_running(&options.state).map_err(trouble)?;
    say::talk(match (was_paused, is_running) {
        (true, true) => "the run goes on",
        (true, false) => "the pause is taken back; no run is under way",
        (false, _) => "there was no pause",
    });
    Ok(Ending::Well)
}

/// Ends the run in good order.
pub(super) fn stop(options: &Options) -> Result<Ending, Trouble> {
    control::ask(&options.state, Wish::Stop).map_err(trouble)?;
    say::talk("the run finishes what is under way and ends; run again to go on");
    Ok(Ending::Well)
}
