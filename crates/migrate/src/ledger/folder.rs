//! The state folder, which others must not read.

use std::fs;
use std::path::Path;

use super::{FILE, unusable};
use crate::Error;

/// Makes a state folder. Ledger, results and rejected rows hold the clients' data: a new folder is for
/// this user alone, and so is one that is there, where it is empty or has a ledger in it. A folder
/// with other things in it keeps the rights that it has: who may read it is its owner's choice.
pub fn make_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(folder);
    #[cfg(unix)]
    let made = made.and_then(|()| close(folder));
    made.map_err(|error| unusable(folder, &error))
}

/// Takes the rights of others away, where the folder is a state folder.
#[cfg(unix)]
fn close(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = fs::metadata(folder)?.permissions().mode();
    let is_state = folder.join(FILE).is_file() || fs::read_dir(folder)?.next().is_none();
    if mode & 0o077 != 0 && is_state {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_state_folder_that_is_there_is_closed_to_others() {
        let base = std::env::temp_dir().join(format!("usher-folder-{}", uuid::Uuid::now_v7()));
        let check = |name: &str, file: Option<&str>, expected: u32| {
            let folder = base.join(name);
            fs::create_dir_all(&folder).unwrap();
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
            if let Some(file) = file {
                fs::write(folder.join(file), "").unwrap();
            }
            make_folder(&folder).unwrap();
            let mode = fs::metadata(&folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, expected, "{name}");
        };
        check("empty", None, 0o700);
        check("with a ledger", Some(FILE), 0o700);
        check("of others", Some("letter.txt"), 0o755);
        fs::remove_dir_all(&base).unwrap();
    }
}
