//! `usher doctor`: what is wrong with an installation, and what to do about it.
//!
//! The cast: a [`Finding`] is one line of the report; [`machine`] looks at the folder, the disk and
//! the clock, [`database`] at what is stored. Nothing is changed, and a server may be at work.

mod database;
mod machine;

use crate::ending::Ending;
use crate::place::{Place, show};
use crate::trouble::Trouble;
use crate::{installation, say, table};

/// Options of `usher doctor`.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Place,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Well,
    Odd,
    Wrong,
}

/// One line of the report.
#[derive(Clone, Debug)]
struct Finding {
    health: Health,
    subject: &'static str,
    message: String,
    hint: Option<String>,
}

impl Finding {
    fn well(subject: &'static str, message: impl Into<String>) -> Finding {
        Finding {
            health: Health::Well,
            subject,
            message: message.into(),
            hint: None,
        }
    }

    fn odd(subject: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Finding {
        Finding {
            health: Health::Odd,
            hint: Some(hint.into()),
            ..Finding::well(subject, message)
        }
    }

    fn wrong(
        subject: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        Finding {
            health: Health::Wrong,
            ..Finding::odd(subject, message, hint)
        }
    }
}

/// Looks at everything, prints the settings and the findings; ends with 1 when something is wrong.
pub(crate) async fn run(options: Options) -> Result<Ending, Trouble> {
    let place = &options.place;
    say::data(&format!("Settings\n\n{}", settings(place)));
    let mut findings = machine::look(place);
    match installation::open_existing(place).await {
        Ok(platform) => {
            findings.extend(database::look(&platform, place).await);
            installation::close(platform).await;
        }
        Err(trouble) => {
            let hint = trouble.hint.unwrap_or_default();
            findings.push(Finding::wrong("database", trouble.message, hint));
        }
    }
    say::data(&format!("\nFindings\n\n{}", report(&findings)));
    let count = |health| {
        findings
            .iter()
            .filter(|finding| finding.health == health)
            .count()
    };
    let (odd, wrong) = (count(Health::Odd), count(Health::Wrong));
    say::talk(&format!(
        "\n{} looked at: {wrong} wrong, {odd} odd",
        findings.len()
    ));
    Ok(if wrong > 0 {
        Ending::Wrong
    } else {
        Ending::Well
    })
}

/// What counts, from options, environment and defaults; secrets are masked.
fn settings(place: &Place) -> String {
    let row = |name: &str, value: String| [name.to_owned(), value];
    let rows = [
        row("version", env!("CARGO_PKG_VERSION").to_owned()),
        row("data folder", show(&place.data)),
        row("database", place.database()),
        row(
            "encryption key",
            format!("{} (not shown)", show(&place.key_file())),
        ),
    ];
    table::text([("setting", 20), ("value", 200)], &rows)
}

fn report(findings: &[Finding]) -> String {
    let width = findings
        .iter()
        .map(|finding| finding.subject.len())
        .max()
        .unwrap_or_default();
    let mut lines = Vec::new();
    for finding in findings {
        let health = match finding.health {
            Health::Well => "ok   ",
            Health::Odd => "odd  ",
            Health::Wrong => "WRONG",
        };
        lines.push(format!(
            "{health}  {:<width$}  {}",
            finding.subject,
            table::harmless(&finding.message)
        ));
        if let Some(hint) = finding.hint.as_ref().filter(|hint| !hint.is_empty()) {
            lines.push(format!("       hint: {}", table::harmless(hint)));
        }
    }
    lines.join("\n")
}
