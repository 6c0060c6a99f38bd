//! What a terminal's Ctrl-C and a service manager's TERM do to `usher migrate`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::binary::{command, folder};
use crate::verify::Migrated;

/// What is told to end ends within this.
const END_TIME_MAX: Duration = Duration::from_secs(10);

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("book")
}

fn tell(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Reads until a line has this text.
fn read_until(lines: &mut impl Iterator<Item = std::io::Result<String>>, text: &str) {
    let found = lines.map(Result::unwrap).find(|line| line.contains(text));
    assert!(found.is_some(), "nothing said {text}");
}

#[track_caller]
fn ends_soon(mut child: Child) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < END_TIME_MAX {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("it did not end");
}

#[test]
fn a_run_that_reads_its_book_hears_a_signal_and_ends_at_the_second() {
    let place = folder("signals-reading");
    let mapping = fs::read_to_string(book().join("mapping.yaml")).unwrap();
    let slow = "command: [sh, -c, 'echo reading >> read; sleep 60']";
    let slow = mapping.replace("file: individuals.csv", slow);
    fs::write(place.join("mapping.yaml"), slow).unwrap();
    let (mapping, state) = (place.join("mapping.yaml"), place.join("state"));
    let mut run = command(&[
        "migrate",
        "run",
        "--url",
        "http://127.0.0.1:1",
        "--key",
        "k",
    ]);
    run.args(["--source".as_ref(), place.as_os_str()]);
    run.args(["--mapping".as_ref(), mapping.as_os_str()]);
    run.args(["--state".as_ref(), state.as_os_str()]);
    let mut child = run.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let begun = Instant::now();
    while !place.join("read").exists() && begun.elapsed() < END_TIME_MAX {
        std::thread::sleep(Duration::from_millis(20));
    }
    tell(&child, Signal::TERM);
    let (heard, waiting) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        read_until(&mut lines, "stopping");
        let _ = heard.send(());
    });
    let said = waiting.recv_timeout(END_TIME_MAX);
    tell(&child, Signal::INT);
    assert_eq!(ends_soon(child), Some(1));
    assert!(said.is_ok(), "it did not say that it stops");
}

#[test]
fn a_watch_that_waits_for_its_next_look_is_ended_by_a_signal() {
    let migrated = Migrated::new("signals-watch", &book(), &book().join("mapping.yaml"));
    let run = migrated.migrate("run", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    let (book, mapping, state) = (
        book(),
        book().join("mapping.yaml"),
        migrated.data.join("state"),
    );
    let url = format!("http://{}", migrated.server().address);
    let mut watch = command(&["migrate", "watch", "--url", &url, "--key", &migrated.key]);
    watch.args(["--every", "1h", "--source"]).arg(&book);
    watch
        .arg("--mapping")
        .arg(&mapping)
        .arg("--state")
        .arg(&state);
    let mut child = watch.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    read_until(&mut lines, "a run would send");
    tell(&child, Signal::INT);
    assert_eq!(ends_soon(child), Some(0));
}
