//! `usher migrate undo`: a run taken back.

use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;

use clap::Args;
use migrate::undo::{self, Counts, NAMED_COUNT_MAX, TAG, Undo};
use migrate::{Reporter, numbered, progress};

use super::until_told;
use super::verify::RunPlace;
use crate::ending::Ending;
use crate::node::Told;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{say, table};

/// Options of `usher migrate undo`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    run: RunPlace,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// Alias of one of the policy's reasons to reject, where it asks for one; several by repeating it
    #[arg(long = "reason", value_name = "ALIAS")]
    reasons: Vec<String>,
}

/// Shows, asks, takes back, tells.
pub(super) async fn run(options: Options) -> Result<Ending, Trouble> {
    let library = options.run.options()?;
    let stop = Arc::clone(&library.stop);
    let reporter: Arc<dyn Reporter> = Arc::from(progress::for_stderr());
    let mut undo = until_told(&stop, undo::look(library, &reporter)).await?;
    let before = undo.counts();
    show_plan(&undo, &before);
    if before.waiting == 0 {
        say::talk("there is nothing to take back; nothing was changed");
        return Ok(Ending::Well);
    }
    if let Some(why) = undo.lacks_reason(&options.reasons) {
        return Err(Trouble::usage(format!("nothing was changed: {why}")));
    }
    if !options.yes && !is_wanted(&before).await? {
        say::talk("nothing was changed");
        return Ok(Ending::Well);
    }
    let work = undo.carry_out(options.reasons, reporter.as_ref());
    until_told(&stop, work).await?;
    Ok(tell(&undo, &before))
}

fn show_plan(undo: &Undo, counts: &Counts) {
    let rows = [
        ("would be taken back", counts.waiting),
        ("  their applications that would end", counts.applications),
        ("left alone", counts.left_alone),
        (
            "  of another state, or not certainly of this one",
            counts.of_others,
        ),
        ("taken back before", counts.before),
    ];
    let rows = rows.map(|(what, count)| [what.to_owned(), count.to_string()]);
    say::data(&table::text(
        [("profiles of this run", 50), ("count", 10)],
        &rows,
    ));
    show_named(undo, counts.left_alone);
    say::talk(&format!("client by client in {}", show(&undo.path())));
}

/// Clients that stay as they are, and why.
fn show_named(undo: &Undo, count: usize) {
    let named = undo.named();
    if named.is_empty() {
        return;
    }
    let header = [("client", 30), ("outcome", 12), ("why", 100)];
    say::data(&format!("\n{}", table::text(header, &named)));
    if count > NAMED_COUNT_MAX {
        say::data(&format!("… and {} more", count - NAMED_COUNT_MAX));
    }
}

/// Asks on the terminal.
async fn is_wanted(counts: &Counts) -> Result<bool, Trouble> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let hint = "look at what it would do, above, then add --yes";
        let message = "nobody can be asked without a terminal; nothing was changed";
        return Err(Trouble::usage(message).hint(hint));
    }
    say::talk(&format!(
        "End {} and mark {} as {TAG}? Nothing is deleted; going back is by hand, one by one. [y/N]",
        numbered(counts.applications, "application", "applications"),
        numbered(counts.waiting, "profile", "profiles"),
    ));
    let answer = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
    });
    let mut told = Told::listen()?;
    tokio::select! {
        answer = answer => Ok(answer.unwrap_or(false)),
        _ = told.next() => Ok(false),
    }
}

fn tell(undo: &Undo, before: &Counts) -> Ending {
    let counts = undo.counts();
    if counts.left_alone + counts.failed > before.left_alone {
        show_named(undo, counts.left_alone + counts.failed);
    }
    say::data(&format!(
        "taken back: {}, marked {TAG}; left alone: {}; refused by the server: {}",
        numbered(counts.undone, "profile", "profiles"),
        counts.left_alone,
        counts.failed
    ));
    if counts.waiting > 0 {
        let text = format!(
            "{}: run the same command again",
            numbered(counts.waiting, "profile waits", "profiles wait")
        );
        say::talk(&text);
        return Ending::Wrong;
    }
    if counts.failed > 0 {
        say::talk(
            "  hint: where the policy wants a reason to reject, add --reason ALIAS; run the command again",
        );
        return Ending::Wrong;
    }
    say::talk("a run with this --state sends nothing now, unless it is given --again");
    Ending::Well
}
