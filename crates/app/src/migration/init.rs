//! `usher migrate init`: a first mapping of a book.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use migrate::init::{self, Draft, Drafted};

use super::inspect::Written;
use crate::ending::Ending;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{migration, say, table};

/// Options of `usher migrate init`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Folder with the source files
    #[arg(long, value_name = "DIR")]
    source: PathBuf,
    /// File that the mapping is written to; it is printed unless said
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "output")]
    force: bool,
    #[command(flatten)]
    written: Written,
}

/// Carries it out.
pub(super) fn run(options: &Options) -> Result<Ending, Trouble> {
    if let Some(path) = &options.output
        && path.exists()
        && !options.force
    {
        return Err(is_there(path));
    }
    let draft = init::draft(&options.source, &options.written.chosen());
    let draft = draft.map_err(migration::trouble)?;
    match &options.output {
        Some(path) => write(path, &draft.text, options.force)?,
        None => say::data(draft.text.trim_end()),
    }
    tell(&draft);
    if let Some(problems) = &draft.problems {
        say::talk(&format!(
            "the mapping needs mending before it can be used:\n{problems}"
        ));
        return Ok(Ending::Wrong);
    }
    if let Some(path) = &options.output {
        let (source, path) = (show(&options.source), show(path));
        say::talk(&format!(
            "  hint: look at each CHECK in {path}, then: usher migrate run --source {source} --mapping {path} --dry-run"
        ));
    }
    Ok(Ending::Well)
}

fn write(path: &Path, text: &str, may_replace: bool) -> Result<(), Trouble> {
    let mut options = OpenOptions::new();
    options.write(true);
    if may_replace {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => is_there(path),
        ErrorKind::NotFound => no_folder(path),
        _ => Trouble::file(path, &error),
    })
}

fn no_folder(path: &Path) -> Trouble {
    let folder = path.parent().unwrap_or(path);
    let message = format!(
        "{} cannot be written: there is no folder {}",
        show(path),
        show(folder)
    );
    Trouble::usage(message).hint("make the folder, or name a file in one that is there")
}

fn is_there(path: &Path) -> Trouble {
    let message = format!("{} is there already", show(path));
    Trouble::usage(message).hint("give --force to write over it, or another name")
}

/// What each file was taken for.
fn tell(draft: &Draft) {
    let row = |file: &Drafted| {
        let (becomes, columns) = match &file.becomes {
            Ok(part) => (
                (*part).to_owned(),
                format!("{} of {}", file.used, file.columns),
            ),
            Err(why) => (format!("not used: {why}"), String::new()),
        };
        [file.file.clone(), columns, becomes]
    };
    let rows: Vec<[String; 3]> = draft.files.iter().map(row).collect();
    let header = [("file", 40), ("columns used", 12), ("becomes", 90)];
    say::talk(&table::text(header, &rows));
    say::talk(&match draft.checks {
        0 => "no guess is in doubt".to_owned(),
        1 => "1 guess is marked CHECK".to_owned(),
        checks => format!("{checks} guesses are marked CHECK"),
    });
}
