//! The folder, its rights, the encryption key, the disk, the clock.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::Finding;
use crate::place::{Place, show};
use crate::trouble::Trouble;
use crate::{clock, folder, installation};

/// With less room than this writes will soon fail, in bytes.
const FREE_BYTES_MIN: u64 = 200 * 1024 * 1024;
/// With less room than this somebody should look, in bytes.
const FREE_BYTES_LOW: u64 = 2 * 1024 * 1024 * 1024;
/// How far the newest file may lie ahead of the clock, in seconds.
const AHEAD_SECONDS_MAX: u64 = 60;
/// No release of this program is older: 1 January 2026, in seconds since 1970.
const YEAR_2026_SECONDS: i64 = 1_767_225_600;

/// Looks at the machine.
pub(super) fn look(place: &Place) -> Vec<Finding> {
    let mut findings = vec![data_folder(&place.data), key(place)];
    findings.extend(database_file(place));
    findings.extend(master_keys(place));
    findings.push(disk(&place.data));
    findings.push(time(place));
    findings.extend(at_work(place));
    findings
}

fn data_folder(path: &Path) -> Finding {
    const SUBJECT: &str = "data folder";
    let name = show(path);
    if let Err(error) = path.try_exists() {
        let trouble = Trouble::file(path, &error);
        let hint = "run it as the user who runs the server, or name another folder with --data DIR";
        return Finding::wrong(SUBJECT, trouble.message, hint);
    }
    let Some(mode) = installation::mode(path) else {
        let hint = "name the folder with --data DIR (or USHER_DATA), or start with `usher serve`";
        return Finding::wrong(SUBJECT, format!("{name} is not there"), hint);
    };
    if !path.is_dir() {
        return Finding::wrong(
            SUBJECT,
            format!("{name} is no folder"),
            "name another with --data DIR",
        );
    }
    if mode & 0o077 != 0 {
        let message = format!("other users may look into {name} (mode {mode:03o})");
        return Finding::wrong(
            SUBJECT,
            message,
            format!("chmod {:03o} {name}", folder::FOLDER_MODE),
        );
    }
    Finding::well(SUBJECT, format!("{name}, for its owner alone"))
}

fn key(place: &Place) -> Finding {
    const SUBJECT: &str = "encryption key";
    let path = place.key_file();
    let name = show(&path);
    match installation::read_key(&path) {
        Ok(None) => {
            let hint = "bring it back from the backup, or name it with --encryption-key-file FILE; a new \
                        installation makes one on its first start";
            Finding::wrong(SUBJECT, format!("{name} is not there"), hint)
        }
        Err(trouble) => Finding::wrong(SUBJECT, trouble.message, trouble.hint.unwrap_or_default()),
        Ok(Some(_)) => private(SUBJECT, &path, &name),
    }
}

fn database_file(place: &Place) -> Option<Finding> {
    let path = place.database_file();
    let is_used = place.database_url.is_none() && path.exists();
    is_used.then(|| private("database file", &path, &show(&path)))
}

/// A file that only its owner should read.
fn private(subject: &'static str, path: &Path, name: &str) -> Finding {
    let mode = installation::mode(path).unwrap_or_default();
    if mode & 0o077 != 0 {
        let message = format!("other users may read {name} (mode {mode:03o})");
        return Finding::wrong(
            subject,
            message,
            format!("chmod {:03o} {name}", folder::SECRET_MODE),
        );
    }
    Finding::well(subject, format!("{name}, for its owner alone"))
}

fn master_keys(place: &Place) -> Option<Finding> {
    let path = place.master_keys_file();
    path.exists().then(|| {
        let message = format!("{} still lies here", show(&path));
        let hint = "keep the keys where secrets are kept, and delete the file";
        Finding::odd("master keys", message, hint)
    })
}

fn disk(folder: &Path) -> Finding {
    const SUBJECT: &str = "free disk";
    let there = folder
        .ancestors()
        .find(|path| path.exists())
        .unwrap_or(Path::new("."));
    let there = if there.as_os_str().is_empty() {
        Path::new(".")
    } else {
        there
    };
    let space = match rustix::fs::statvfs(there) {
        Ok(space) => space,
        Err(error) => {
            let message = format!("{} does not tell: {error}", show(there));
            return Finding::odd(SUBJECT, message, "look at it with df");
        }
    };
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let message = format!("{} MiB beside the database", free / (1024 * 1024));
    match free {
        0..FREE_BYTES_MIN => Finding::wrong(
            SUBJECT,
            message,
            "free some now: without room nothing is stored",
        ),
        FREE_BYTES_MIN..FREE_BYTES_LOW => {
            Finding::odd(SUBJECT, message, "free some, or give it more")
        }
        _ => Finding::well(SUBJECT, message),
    }
}

fn time(place: &Place) -> Finding {
    const SUBJECT: &str = "clock";
    let hint = "set the clock of this machine, best by NTP: expiry, ages and leases depend on it";
    let now = clock::now();
    if now.as_second() < YEAR_2026_SECONDS {
        return Finding::wrong(
            SUBJECT,
            format!("it says {now}, before this program was made"),
            hint,
        );
    }
    let newest = [place.database_file(), place.key_file()]
        .into_iter()
        .filter_map(|path| changed_at(&path))
        .max();
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    match newest {
        Some(newest) if newest > seconds + AHEAD_SECONDS_MAX => {
            let message = format!(
                "it says {now}, and the data was changed {} s later",
                newest - seconds
            );
            Finding::wrong(SUBJECT, message, hint)
        }
        _ => Finding::well(SUBJECT, format!("{now}")),
    }
}

/// When a file was changed, in seconds since 1970.
fn changed_at(path: &Path) -> Option<u64> {
    let modified = fs::metadata(path)
        .and_then(|details| details.modified())
        .ok()?;
    modified
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .map(|since| since.as_secs())
}

fn at_work(place: &Place) -> Option<Finding> {
    place.database_url.is_none().then(|| {
        let message = if folder::is_held(&place.data) {
            "a server is at work"
        } else {
            "none is at work"
        };
        Finding::well("process", message)
    })
}
