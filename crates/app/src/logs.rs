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
    let filter = filter(level).map_err(|error| {
        let message = format!("--log-level {level:?} cannot be read: {error}");
        Trouble::usage(message).hint("write one of error, warn, info, debug, trace, off")
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

/// A word alone would be taken for the name of a module, so it must be a level.
fn filter(text: &str) -> Result<EnvFilter, String> {
    const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];
    let mut words = text.split(',').filter(|part| !part.contains(['=', '[']));
    if let Some(word) = words.find(|word| !LEVELS.contains(&word.trim().to_lowercase().as_str())) {
        return Err(format!("{word:?} is no level"));
    }
    EnvFilter::try_new(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        for text in ["info", "WARN", "info,service=debug", "service=trace"] {
            assert!(filter(text).is_ok(), "{text}");
        }
        for text in ["", "loud", "info,loud", "service=loud"] {
            assert!(filter(text).is_err(), "{text}");
        }
    }
}
