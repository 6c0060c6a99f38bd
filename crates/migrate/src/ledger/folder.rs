//! The state folder, which others must not read.

use std::fs;
use std::path::Path;

use super::{FILE, unusable};
use crate::Error;

/// What a state folder may have in it before its ledger: notices and what is made for them, a wish to
/// pause, what a run that was killed early has begun, and what a disk of its own brings along.
const KNOWN: [&str; 7] = [
    "results",
    "summary.json",
    "control",
    "control.new",
    "lock",
    "lost+found",
    ".DS_Store",
];
/// How the names of files with notices begin.
const NOTICES: &str = "notice";

/// Refuses a folder that is no state folder and has other things in it, such as the book itself: clients'
/// data would be written among them, for everybody who may read the folder.
///
/// Errors: [`Error::State`] that names one of them; a folder that cannot be read.
pub(crate) fn refuse(folder: &Path) -> Result<(), Error> {
    if !folder.is_dir() || folder.join(FILE).is_file() {
        return Ok(());
    }
    let entries = fs::read_dir(folder).map_err(|error| unusable(folder, &error))?;
    let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
    let names: std::io::Result<Vec<_>> = names.collect();
    let mut names = names.map_err(|error| unusable(folder, &error))?;
    names.retain(|name| {
        let name = name.to_string_lossy();
        !KNOWN.contains(&name.as_ref()) && !name.starts_with(NOTICES)
    });
    match names.iter().min() {
        None => Ok(()),
        Some(name) => Err(Error::State(format!(
            "{} is no state folder and has other things in it, such as {}; give --state a folder of its \
             own, which is made when it is not there",
            folder.display(),
            name.display()
        ))),
    }
}

/// Makes a state folder. Ledger, results and rejected rows hold the clients' data, so it is for this
/// user alone.
///
/// Errors: as [`refuse`]; a folder that cannot be made.
pub fn make_folder(folder: &Path) -> Result<(), Error> {
    refuse(folder)?;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(folder);
    #[cfg(unix)]
    let made = made.and_then(|()| close(folder));
    made.map_err(|error| unusable(folder, &error))
}

/// Takes the rights of others away.
#[cfg(unix)]
fn close(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = fs::metadata(folder)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_state_folder_that_is_there_is_closed_to_others_and_one_of_others_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let check = |name: &str, files: &[&str], expected: Option<u32>| {
            let folder = base.path().join(name);
            fs::create_dir_all(&folder).unwrap();
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
            for file in files {
                fs::write(folder.join(file), "").unwrap();
            }
            let made = make_folder(&folder);
            let mode = fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
            assert_eq!(made.is_ok().then_some(mode), expected, "{name}");
            if let Err(error) = made {
                assert_eq!(mode, 0o755, "{name}");
                let said = error.to_string();
                assert!(
                    said.contains("letter.txt") && said.contains("--state"),
                    "{said}"
                );
            }
        };
        check("empty", &[], Some(0o700));
        check("with a ledger", &[FILE, "letter.txt"], Some(0o700));
        check(
            "with notices",
            &["notices.json", "notice-1.txt"],
            Some(0o700),
        );
        check("of others", &["letter.txt", "lock"], None);
    }
}
