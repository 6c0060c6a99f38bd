//! Cleans up after a process, also when it was killed: a shell that waits for its end.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

/// The shells that wait for this process; their pipes close when it ends.
static WAITING: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// Runs a shell command when this process ends.
pub(super) fn after_this_process(command: &str) {
    let Some(child) = waiting_shell(command) else {
        return;
    };
    if let Ok(mut waiting) = WAITING.lock() {
        waiting.push(child);
    }
}

/// A shell that runs the command when its standard input closes.
pub(super) fn waiting_shell(command: &str) -> Option<Child> {
    shell(&format!("cat >/dev/null; {command}"), Stdio::piped())
}

/// Runs a shell command when another process has ended.
pub(super) fn after_process(id: u32, command: &str) {
    drop(shell(
        &format!("while kill -0 {id} 2>/dev/null; do sleep 0.3; done; {command}"),
        Stdio::null(),
    ));
}

/// A path as one word of a shell command.
pub(super) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// Detached from the terminal and the group, so that a signal to the tests does not reach it.
fn shell(script: &str, input: Stdio) -> Option<Child> {
    let spawned = Command::new("setsid")
        .args(["sh", "-c", script])
        .stdin(input)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match spawned {
        Ok(child) => Some(child),
        Err(error) => {
            let text = format!("nothing will be cleaned up, setsid cannot be run: {error}\n");
            // The message is all that can be done.
            let _ = std::io::stderr().write_all(text.as_bytes());
            None
        }
    }
}
