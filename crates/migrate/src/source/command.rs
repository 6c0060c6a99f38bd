//! The output of a command that prints CSV or JSON lines. The mapping gives its words one by one; no
//! shell reads them.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::spool::Spool;
use super::{Broken, late};

/// How much of what a command says on its error output is told, in characters: the end of it.
const SAID_CHARS_MAX: usize = 600;
/// How long a command that has ended is waited for to have said so.
const SAID_TIME_MAX: Duration = Duration::from_secs(2);
/// How often it is asked whether it has ended.
const WAIT: Duration = Duration::from_millis(5);
/// How much of it is read at once, in bytes.
const PIECE_BYTES: usize = 4096;

/// Runs a command in the folder of the sources and keeps what it prints. It gets no input, and not
/// the API key of the migration.
///
/// Errors: it cannot be started, its exit status is not 0, or it does not end within `limit`.
pub(super) fn run(words: &[String], folder: &Path, limit: Duration) -> Result<Spool, Broken> {
    let mut child = started(words, folder)?;
    let ends = Instant::now() + limit;
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let (tell, heard) = mpsc::channel();
    std::thread::spawn(move || tell.send(errors.map(end_of).unwrap_or_default()));
    // Threads of their own: what a command has started may hold its output open after its end.
    let (keep, kept) = mpsc::channel();
    std::thread::spawn(move || {
        keep.send(output.map_or_else(|| Err(Broken::new("it has no output")), Spool::of))
    });
    let spool = kept
        .recv_timeout(limit)
        .unwrap_or_else(|_| Err(late(limit)));
    if spool.is_err() {
        // Nobody reads what it prints any more.
        let _ = child.kill();
    }
    let status = ended(&mut child, ends)?.ok_or_else(|| late(limit))?;
    let spool = spool?;
    if status.success() {
        return Ok(spool);
    }
    let said = heard.recv_timeout(SAID_TIME_MAX).unwrap_or_default();
    let broken = Broken::new(format!("it ended with {status}"));
    Err(match said.as_str() {
        "" => broken.hint("it said nothing on its error output"),
        said => broken.hint(format!("it said: {said}")),
    })
}

/// How a command ended; killed, and `None`, when it has not until then.
fn ended(child: &mut Child, ends: Instant) -> Result<Option<ExitStatus>, Broken> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= ends {
            let _ = child.kill();
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(WAIT);
    }
}

fn started(words: &[String], folder: &Path) -> Result<Child, Broken> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(Broken::new("the command is empty"));
    };
    // A program of the folder is named as ./NAME; others are looked for in PATH.
    let is_in_folder = program.contains('/') && Path::new(program).is_relative();
    let program = if is_in_folder {
        folder.join(program)
    } else {
        program.into()
    };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let started = |error: std::io::Error| Broken::new(format!("it cannot be started: {error}"));
    let program = if is_in_folder {
        program.canonicalize().map_err(started)?
    } else {
        program
    };
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_remove("USHER_KEY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(started)
}

/// The end of what can be read, in one line that a terminal can show.
fn end_of(mut errors: impl Read) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut piece = [0; PIECE_BYTES];
    while let Ok(length) = errors.read(&mut piece) {
        if length == 0 {
            break;
        }
        kept.extend_from_slice(&piece[..length]);
        let old = kept.len().saturating_sub(SAID_CHARS_MAX * 4);
        kept.drain(..old);
    }
    let text = String::from_utf8_lossy(&kept);
    let lines: Vec<&str> = text.split_whitespace().collect();
    let plain: String = lines
        .join(" ")
        .chars()
        .filter(|sign| !sign.is_control())
        .collect();
    let count = plain.chars().count();
    plain
        .chars()
        .skip(count.saturating_sub(SAID_CHARS_MAX))
        .collect()
}
