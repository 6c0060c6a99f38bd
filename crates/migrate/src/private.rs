//! Files with personal data: for their owner alone.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::path::Path;

/// Opens a file to be written anew, which only this user may read: one that is there already loses
/// the rights that others had. What is no plain file (a terminal, a pipe) keeps its own.
///
/// Errors: as of opening a file; rights that cannot be set.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        let owner: Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        file.set_permissions(owner)?;
    }
    Ok(file)
}

/// Whether [`create`] will be able to write a file, to be known before hours of work; nothing is
/// changed. What is no plain file (a terminal, a pipe) is not looked at.
///
/// Errors: as of opening a file.
pub fn check(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    match path.metadata() {
        Ok(there) if there.is_file() || there.is_dir() => options.open(path).map(drop),
        Ok(_) => Ok(()),
        Err(_) => {
            options.create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(path)?;
            std::fs::remove_file(path)
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_for_its_owner_alone_even_when_it_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        super::check(&path).unwrap();
        assert!(!path.exists(), "a look leaves nothing behind");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        drop(super::create(&path).unwrap());
        assert_eq!(mode(), 0o600);
        fs::write(&path, "an older and longer text").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        super::check(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().len(), 24);
        for nowhere in [
            folder.path(),
            &path.join("below"),
            &folder.path().join("no/such"),
        ] {
            assert!(super::check(nowhere).is_err(), "{}", nowhere.display());
        }
        super::create(&path).unwrap().write_all(b"new").unwrap();
        assert_eq!(
            (mode(), fs::read_to_string(&path).unwrap()),
            (0o600, "new".to_owned())
        );
    }
}
