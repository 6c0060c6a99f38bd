//! Pausing and stopping a run from outside, by a file in its state folder.
//!
//! A run looks at the file [`FILE`] several times a second. A wish to pause stays, whatever is killed
//! and started again, until it is taken back. A wish to stop is for the run that is under way: the
//! next one does not know it.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::Error;

/// The file of a state folder that says what is wished.
pub const FILE: &str = "control";
/// The file that a run holds locked.
pub(crate) const LOCK_FILE: &str = "lock";

/// What is wished of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Finish what is under way and wait.
    Pause,
    /// Finish what is under way and end.
    Stop,
}

impl Wish {
    fn as_str(self) -> &'static str {
        match self {
            Wish::Pause => "pause\n",
            Wish::Stop => "stop\n",
        }
    }
}

/// Asks the run of a state folder to pause or stop. Whether a run is under way.
///
/// Errors: no such folder; a stop without a run.
pub fn ask(state: &Path, wish: Wish) -> Result<bool, Error> {
    let is_running = is_running(state)?;
    if wish == Wish::Stop && !is_running {
        let folder = state.display();
        return Err(Error::Option(format!("no run is using {folder}")));
    }
    write(state, wish.as_str())?;
    Ok(is_running)
}

/// Takes back a wish to pause; false when there was none.
///
/// Errors: no such folder; a wish that cannot be removed.
pub fn resume(state: &Path) -> Result<bool, Error> {
    is_running(state)?;
    let was_paused = wished(state) == Some(Wish::Pause);
    if was_paused {
        forget(state).map_err(|error| {
            let file = state.join(FILE);
            Error::State(format!(
                "the pause cannot be taken back: {} cannot be removed: {error}",
                file.display()
            ))
        })?;
    }
    Ok(was_paused)
}

/// Whether a run holds the state folder.
///
/// Errors: no such folder.
pub fn is_running(state: &Path) -> Result<bool, Error> {
    if !state.is_dir() {
        let folder = state.display();
        return Err(Error::Option(format!("there is no state folder {folder}")));
    }
    let lock = match File::open(state.join(LOCK_FILE)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Error::State(format!("the lock cannot be read: {error}"))),
    };
    Ok(matches!(
        lock.try_lock_shared(),
        Err(TryLockError::WouldBlock)
    ))
}

/// What is wished of the run of a state folder; anything else in the file is nothing.
pub(crate) fn wished(state: &Path) -> Option<Wish> {
    let text = fs::read_to_string(state.join(FILE)).ok()?;
    [Wish::Pause, Wish::Stop]
        .into_iter()
        .find(|wish| text.trim() == wish.as_str().trim())
}

/// Forgets what was wished.
pub(crate) fn forget(state: &Path) -> io::Result<()> {
    match fs::remove_file(state.join(FILE)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

/// Forgets a wish to stop that was for an earlier run: whoever starts one wants it to go on.
pub(crate) fn forget_stop(state: &Path) -> io::Result<()> {
    if wished(state) == Some(Wish::Stop) {
        forget(state)?;
    }
    Ok(())
}

/// Written beside and put in its place, so that nobody reads half of it.
fn write(state: &Path, text: &str) -> Result<(), Error> {
    let beside = state.join(format!("{FILE}.new"));
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, state.join(FILE)))
        .map_err(|error| {
            let folder = state.display();
            Error::State(format!("{folder} cannot be written: {error}"))
        })
}
