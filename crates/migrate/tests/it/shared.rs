//! Where the test data lies.

use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of a book of the shared data, or `None` with a message when it is not there. The
/// folder is `$USHER_SHARED_DATA` at compile time, else `../shared/data` beside the workspace.
pub(crate) fn book(name: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = option_env!("USHER_SHARED_DATA")
        .map_or_else(|| workspace.join("../shared/data"), PathBuf::from);
    let folder = data.join("books").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    let message = format!(
        "skipped: there is no {}; set USHER_SHARED_DATA",
        folder.display()
    );
    let _ = writeln!(std::io::stderr(), "{message}");
    None
}

/// The mapping of the northgate books.
pub(crate) fn northgate_mapping() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/northgate/mapping.yaml")
}

/// What is kept of a row.
pub(crate) fn said<T: serde::de::DeserializeOwned>(kept: &migrate::book::Kept<T>) -> T {
    kept.get().expect("it is kept")
}

/// A place for the rows of a book.
pub(crate) fn keep() -> migrate::book::Keep {
    migrate::book::Keep::temporary().expect("a file can be made")
}
