//! What a start has made so far: removed again when the start comes to nothing, so that a mistake in
//! the options leaves nothing behind. What was there before is never touched.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::folder::{self, SECRET_MODE};
use crate::trouble::Trouble;

/// What SQLite keeps beside its file.
const BESIDE_DATABASE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The folders and files that this start has made.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Outermost first.
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    /// Held until everything is removed: nobody else may begin to work on what is going.
    lock: Option<File>,
}

impl Made {
    /// Makes a folder, and those above it, unless it is there.
    pub(crate) fn folder(&mut self, folder: &Path) -> Result<(), Trouble> {
        let mut missing: Vec<PathBuf> = folder
            .ancestors()
            .filter(|path| !path.as_os_str().is_empty())
            .take_while(|path| !path.exists())
            .map(Path::to_owned)
            .collect();
        missing.reverse();
        self.folders.extend(missing);
        folder::make(folder)
    }

    /// Makes an empty database file for its owner alone, unless it is there.
    pub(crate) fn database(&mut self, path: &Path) -> Result<(), Trouble> {
        let mut options = OpenOptions::new();
        let made = options
            .create_new(true)
            .write(true)
            .mode(SECRET_MODE)
            .open(path);
        match made {
            Ok(_) => {
                self.files.push(path.to_owned());
                let others = BESIDE_DATABASE.map(|ending| beside(path, ending));
                self.files
                    .extend(others.into_iter().filter(|path| !path.exists()));
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(Trouble::file(path, &error)),
        }
    }

    /// Writes the mark of a demonstration, unless it is there.
    pub(crate) fn demo_mark(&mut self, path: &Path) -> Result<(), Trouble> {
        const TEXT: &str =
            "`usher demo` made this folder and goes on with it. Nobody in it is real.\n";
        match folder::write_secret(path, TEXT) {
            Ok(()) => {
                self.files.push(path.to_owned());
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(Trouble::file(path, &error)),
        }
    }

    /// Holds a folder for this process.
    pub(crate) fn lock(&mut self, folder: &Path) -> Result<(), Trouble> {
        let path = folder::lock_file(folder);
        let is_new = !path.exists();
        self.lock = Some(folder::lock(folder)?);
        if is_new {
            self.files.push(path);
        }
        Ok(())
    }

    /// Keeps everything; gives the lock, if a folder is held.
    pub(crate) fn keep(self) -> Option<File> {
        self.lock
    }

    /// Removes everything again. A folder that somebody has put something into stays.
    pub(crate) fn remove(self) {
        for file in self.files.iter().rev() {
            // What cannot be removed, or was never there, is left.
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
        drop(self.lock);
    }
}

/// The name with an ending behind it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
