//! How the service tells about itself.

use super::Mistakes;
use crate::telemetry::{Level, LogFormat};

/// Raw settings of logs and traces.
#[derive(Debug, Clone, clap::Args)]
pub struct TelemetryArgs {
    /// Least level that is logged: debug (with probes), info, warn or error
    #[arg(long, env = "LOG_LEVEL", default_value = "info", value_name = "LEVEL")]
    pub log_level: String,

    /// Shape of log lines: json, or dated, access, dated-json to try log rules on
    #[arg(
        long,
        env = "LOG_FORMAT",
        default_value = "json",
        value_name = "FORMAT"
    )]
    pub log_format: String,

    /// Where the service runs, told on every log line
    #[arg(
        long,
        env = "ENVIRONMENT",
        default_value = "local",
        value_name = "NAME"
    )]
    pub environment: String,
}

/// Settings that are known to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelemetrySettings {
    /// Least level that is logged.
    pub log_level: Level,
    /// Shape of the lines.
    pub log_format: LogFormat,
    /// Told on every line.
    pub environment: String,
}

impl TelemetrySettings {
    pub(super) fn check(args: &TelemetryArgs, mistakes: &mut Mistakes) -> Option<Self> {
        let log_level = mistakes.note(level(&args.log_level));
        let format: Result<LogFormat, _> = args.log_format.parse();
        let format = format.map_err(|error| format!("--log-format (LOG_FORMAT): {error}"));
        let log_format = mistakes.note(format);
        Some(Self {
            log_level: log_level?,
            log_format: log_format?,
            environment: args.environment.clone(),
        })
    }
}

fn level(text: &str) -> Result<Level, String> {
    match text {
        "debug" => Ok(Level::Debug),
        "info" => Ok(Level::Info),
        "warn" => Ok(Level::Warn),
        "error" => Ok(Level::Error),
        _ => Err(format!(
            "--log-level (LOG_LEVEL): unknown level `{text}`; known: debug, info, warn, error"
        )),
    }
}
