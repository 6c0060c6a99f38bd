//! Logs, on standard error. They carry no personal data and no secrets.

use tracing_subscriber::EnvFilter;

use crate::trouble::Trouble;

/// Options about logs.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    /// How lines of the log are written
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        env = "USHER_LOG_FORMAT"
    )]
    #[arg(help_heading = "Logs")]
    log_format: Format,
    /// What is logged: a level (error, warn, info, debug, trace), or several by module, such as
    /// `info,service=debug`; `info` for serve and worker, `warn` for the others unless given
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        env = "USHER_LOG_LEVEL",
        help_heading = "Logs"
    )]
    log_level: Option<String>,
}

/// How lines of the log are written.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// One JSON object a line, for collectors
    Json,
    /// For people
    Text,
}

/// Starts logging; `level` is what counts when the options name none.
pub(crate) fn start(options: &Options, level: &str) -> Result<(), Trouble> {
    let level = options.log_level.as_deref().unwrap_or(level);
    let filter = EnvFilter::try_new(level).map_err(|error| {
        Trouble::usage(format!("--log-level {level:?} cannot be read: {error}"))
            .hint("write one of error, warn, info, debug, trace")
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match options.log_format {
        Format::Json => tracing::subscriber::set_global_default(lines.json().finish()),
        Format::Text => {
            let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
            tracing::subscriber::set_global_default(lines.with_ansi(is_terminal).finish())
        }
    };
    started.map_err(|error| Trouble::new(format!("logs cannot be started: {error}")))
}
