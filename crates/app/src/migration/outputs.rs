//! Files that a command writes at its end: whether they can be written is known at its beginning.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use migrate::private;

use crate::place::show;
use crate::trouble::Trouble;

/// Looks whether files can be written, before hours of work. Nothing is changed.
///
/// Errors: the first that cannot, with its option.
pub(super) fn check<const N: usize>(files: [(&str, Option<&PathBuf>); N]) -> Result<(), Trouble> {
    for (option, file) in files {
        let Some(file) = file else { continue };
        private::check(file).map_err(|error| {
            let why = why(file, &error);
            let trouble =
                Trouble::usage(format!("{option}: {} cannot be written: {why}", show(file)));
            trouble.hint("name a file in a folder that is there and yours; nothing was done yet")
        })?;
    }
    Ok(())
}

fn why(file: &Path, error: &std::io::Error) -> String {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    match (error.kind(), folder) {
        (ErrorKind::NotFound, Some(folder)) => format!("there is no folder {}", show(folder)),
        (ErrorKind::IsADirectory, _) => "it is a folder".to_owned(),
        (ErrorKind::PermissionDenied, _) => "this user may not".to_owned(),
        _ => error.to_string(),
    }
}
