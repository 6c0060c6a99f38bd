//! Processor time of processes, as Linux counts it.

use std::fs;
use std::time::Duration;

use crate::Trouble;

/// Clock ticks per second in `/proc`: fixed in Linux's interface to programs.
const TICKS_PER_SECOND: u64 = 100;

/// One line of `/proc/<id>/stat`.
struct Stat {
    parent: u32,
    own_ticks: u64,
    /// Of children that have ended.
    children_ticks: u64,
}

/// Time that this process has used, on all its threads.
pub(crate) fn of_this_process() -> Result<Duration, Trouble> {
    Ok(duration(stat("self")?.own_ticks))
}

/// Time that a server has used, given one of its child processes: its parent and all its children,
/// also those that have ended.
pub(crate) fn of_siblings(child: u32) -> Result<Duration, Trouble> {
    let parent = stat(&child.to_string())?.parent;
    let of_parent = stat(&parent.to_string())?;
    let mut ticks = of_parent.own_ticks + of_parent.children_ticks;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.bytes().all(|digit| digit.is_ascii_digit()) {
            continue;
        }
        // A process that has ended meanwhile is in its parent's sum next time.
        if let Ok(found) = stat(&name)
            && found.parent == parent
        {
            ticks += found.own_ticks;
        }
    }
    Ok(duration(ticks))
}

fn duration(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)
}

fn stat(process: &str) -> Result<Stat, Trouble> {
    let line = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold spaces; the fields after it do not.
    let (_, rest) = line.rsplit_once(')').ok_or("/proc/stat has another form")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let field = |place: usize| {
        fields
            .get(place)
            .copied()
            .unwrap_or_default()
            .parse::<u64>()
    };
    Ok(Stat {
        parent: u32::try_from(field(1)?)?,
        own_ticks: field(11)? + field(12)?,
        children_ticks: field(13)? + field(14)?,
    })
}
