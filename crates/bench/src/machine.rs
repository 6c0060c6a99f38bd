//! The machine that the figures hold for.

use std::fs::{self, File};
use std::io::Write;
use std::process::Command;
use std::time::Instant;

use crate::Trouble;

/// How often the disk is asked for its time.
const FLUSHES: usize = 200;

/// The head of the table.
pub(crate) fn header() -> Result<String, Trouble> {
    let cpu = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let memory = line_of("/proc/meminfo", "MemTotal").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    Ok(format!(
        "# Bench\n\n\
         - processor: {cpu}, {cores} cores; memory: {memory}; kernel: {}\n\
         - flush of 8 KiB to disk: {} us (median of {FLUSHES})\n\
         - {}; {}\n\
         - load of the machine before the run (1, 5, 15 minutes): {}\n",
        kernel.trim(),
        flush_microseconds()?,
        rustc.unwrap_or_default().trim(),
        crate::server::now().strftime("%Y-%m-%d %H:%M UTC"),
        load.split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" "),
    ))
}

fn line_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn flush_microseconds() -> Result<u128, Trouble> {
    let path = store::testing::scratch_folder().join("flush");
    let mut file = File::create(path)?;
    let mut times = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        file.write_all(&[7; 8 * 1024])?;
        let begun = Instant::now();
        file.sync_data()?;
        times.push(begun.elapsed().as_micros());
    }
    times.sort_unstable();
    Ok(times.get(FLUSHES / 2).copied().unwrap_or_default())
}
