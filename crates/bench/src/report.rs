//! The table.

use std::fmt::Write;
use std::time::Duration;

use store::Engine;

use crate::ceiling::Ceiling;
use crate::onboarding::Run;

/// The table of the runs over HTTP.
pub(crate) fn onboardings(runs: &[Run]) -> String {
    let mut text = String::new();
    rates(&mut text, runs);
    costs(&mut text, runs);
    statements(&mut text, runs);
    text.push_str(
        "\nReads are not part of the ceilings; rows are those added, changed or deleted.\n",
    );
    text
}

/// How fast it was, beside the ceilings.
fn rates(text: &mut String, runs: &[Run]) {
    let mut row = |name: &str, cell: &dyn Fn(&Run) -> String| row(text, runs, name, cell);
    row("Onboardings", &|run| name(run.engine).to_owned());
    row("---", &|_| "---:".to_owned());
    row("onboardings, requests at once", &|run| {
        format!("{}, {}", run.size.onboardings, run.size.concurrency)
    });
    row("**onboardings/s over HTTP**", &|run| {
        format!("**{:.0}**", rate(run, run.wall))
    });
    row(
        "ceiling 1: same rows, same commits, bare driver /s",
        &|run| format!("{:.0}", rate(run, run.same_commits.wall)),
    );
    row(
        "ceiling 2: same rows in one commit, bare driver /s",
        &|run| format!("{:.0}", rate(run, run.one_commit.wall)),
    );
    row("**HTTP / ceiling 1, HTTP / ceiling 2**", &|run| {
        format!(
            "**{:.2}**, {:.2}",
            run.share(&run.same_commits),
            run.share(&run.one_commit)
        )
    });
    row("HTTP / ceiling 1 in every round", &|run| {
        let shares = run.shares.iter().map(|share| format!("{share:.2}"));
        shares.collect::<Vec<_>>().join(", ")
    });
    row("POST p50, p99 (ms)", &|run| {
        let milliseconds =
            |microseconds: u64| Duration::from_micros(microseconds).as_secs_f64() * 1e3;
        let told = run.told;
        format!(
            "{:.1}, {:.1}",
            milliseconds(told.p50_microseconds),
            milliseconds(told.p99_microseconds)
        )
    });
}

/// What one onboarding costs.
fn costs(text: &mut String, runs: &[Run]) {
    let mut row = |name: &str, cell: &dyn Fn(&Run) -> String| row(text, runs, name, cell);
    row("CPU of this process (us per onboarding)", &|run| {
        each(run, run.server)
    });
    row("CPU of the database server", &|run| {
        optional(run, run.database)
    });
    row("CPU of the load generator", &|run| {
        each(run, Duration::from_micros(run.told.processor_microseconds))
    });
    row("CPU of ceiling 1: driver, database server", &|run| {
        cpu(run, &run.same_commits)
    });
    row("CPU of ceiling 2: driver, database server", &|run| {
        cpu(run, &run.one_commit)
    });
    row("rows written, per onboarding", &|run| {
        per(run, run.same_commits.rows)
    });
    row("commits, logical and physical, per onboarding", &|run| {
        format!(
            "{}, {}",
            per(run, run.commits as u64),
            per(run, run.batches as u64)
        )
    });
    row("queries, per onboarding", &|run| per(run, run.queries));
    row("bytes in the database, per onboarding", &|run| {
        per(run, u64::try_from(run.bytes).unwrap_or_default())
    });
    row("bytes of the answer", &|run| {
        run.told.answer_bytes.to_string()
    });
}

/// Writes one row of the table: its name and a cell for each run.
fn row(text: &mut String, runs: &[Run], name: &str, cell: &dyn Fn(&Run) -> String) {
    let cells: Vec<String> = runs.iter().map(cell).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
}

/// What is written, by statement.
fn statements(text: &mut String, runs: &[Run]) {
    for run in runs {
        let lines = run
            .rows
            .iter()
            .map(|(name, rows)| format!("{name} {}", per(run, *rows as u64)));
        let lines: Vec<String> = lines.collect();
        let name = name(run.engine);
        let _ = writeln!(
            text,
            "\n{name}, statements per onboarding: {}",
            lines.join(", ")
        );
    }
}

fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}

fn rate(run: &Run, wall: Duration) -> f64 {
    f64::from(run.size.onboardings) / wall.as_secs_f64()
}

fn each(run: &Run, time: Duration) -> String {
    format!(
        "{:.0}",
        time.as_secs_f64() * 1e6 / f64::from(run.size.onboardings)
    )
}

fn optional(run: &Run, time: Option<Duration>) -> String {
    time.map_or_else(|| "in this process".to_owned(), |time| each(run, time))
}

fn cpu(run: &Run, ceiling: &Ceiling) -> String {
    match ceiling.database {
        None => each(run, ceiling.driver),
        Some(database) => format!("{}, {}", each(run, ceiling.driver), each(run, database)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn per(run: &Run, count: u64) -> String {
    format!("{:.2}", count as f64 / f64::from(run.size.onboardings))
}
