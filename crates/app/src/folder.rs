//! The data folder: for its owner alone, and for one process at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::place::show;
use crate::trouble::Trouble;

/// Rights of the data folder.
pub(crate) const FOLDER_MODE: u32 = 0o700;
/// Rights of the files with secrets in it.
pub(crate) const SECRET_MODE: u32 = 0o600;
/// The file that a process at work holds locked.
const LOCK_FILE: &str = "usher.lock";

/// Makes the folder, and those above it, unless it is there.
pub(crate) fn make(folder: &Path) -> Result<(), Trouble> {
    let made = DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(folder);
    made.map_err(|error| {
        let name = show(folder);
        let message = match error.kind() {
            io::ErrorKind::AlreadyExists => format!("{name} is a file, not a folder"),
            _ => format!("the folder {name} cannot be made: {error}"),
        };
        let hint = "name a folder that this user may write to with --data DIR";
        Trouble::usage(message).hint(hint)
    })
}

/// The file that a process at work holds locked.
pub(crate) fn lock_file(folder: &Path) -> PathBuf {
    folder.join(LOCK_FILE)
}

/// Holds the folder for this process until the lock is dropped; a killed process lets go of it.
pub(crate) fn lock(folder: &Path) -> Result<File, Trouble> {
    let path = lock_file(folder);
    loop {
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .mode(SECRET_MODE)
            .open(&path);
        let file = file.map_err(|error| Trouble::file(&path, &error))?;
        match file.try_lock() {
            // A start that came to nothing may have removed the file before it was locked here.
            Ok(()) if is_at(&file, &path) => return Ok(file),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("another usher is at work on {}", show(folder));
                let hint = "stop it first, or give this one its own --data DIR; to spread the work \
                            over several processes, use PostgreSQL with --database-url";
                return Err(Trouble::usage(message).hint(hint));
            }
            Err(TryLockError::Error(error)) => return Err(Trouble::file(&path, &error)),
        }
    }
}

/// Whether an open file is still the one with this name.
fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(held), Ok(named)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (held.dev(), held.ino()) == (named.dev(), named.ino())
}

/// Whether a process is at work on the folder.
pub(crate) fn is_held(folder: &Path) -> bool {
    let file = File::open(lock_file(folder));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Writes a new file with secrets in it, durably; fails when it is there already. What cannot be
/// written whole is not left behind.
pub(crate) fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(SECRET_MODE)
        .open(path)?;
    let written = fill(file, path, text);
    if written.is_err() {
        // The first error says more than one of the removal.
        let _ = fs::remove_file(path);
    }
    written
}

fn fill(mut file: File, path: &Path, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}

/// A file that may be absent.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, Trouble> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::file(path, &error)),
    }
}

/// A file that the user named, as text.
pub(crate) fn read(path: &Path) -> Result<String, Trouble> {
    fs::read_to_string(path).map_err(|error| Trouble::file(path, &error))
}

/// A name beside `path` that is not taken: itself, or with `-2`, `-3` … before its ending.
pub(crate) fn free_name(path: &Path) -> PathBuf {
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let ending = path
        .extension()
        .map(|ending| format!(".{}", ending.to_string_lossy()));
    let ending = ending.unwrap_or_default();
    let later = (2..).map(|number| path.with_file_name(format!("{stem}-{number}{ending}")));
    let mut names = std::iter::once(path.to_owned()).chain(later);
    names
        .find(|name| !name.exists())
        .unwrap_or_else(|| path.to_owned())
}
