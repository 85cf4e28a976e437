//! How the service tells about itself.

use super::Mistakes;
use crate::telemetry::{CollectorUrl, Level, LogFormat};

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

    /// Collector of spans, OTLP over HTTP in JSON; nothing is exported unless set
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        value_name = "URL",
        hide_env_values = true
    )]
    pub otlp_endpoint: Option<String>,
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
    /// Where spans go, if anywhere.
    pub collector: Option<CollectorUrl>,
}

impl TelemetrySettings {
    pub(super) fn check(args: &TelemetryArgs, mistakes: &mut Mistakes) -> Option<Self> {
        let log_level = mistakes.note(level(&args.log_level));
        let format: Result<LogFormat, _> = args.log_format.parse();
        let format = format.map_err(|error| format!("--log-format (LOG_FORMAT): {error}"));
        let log_format = mistakes.note(format);
        // An empty variable counts as unset, as OpenTelemetry asks.
        let endpoint = args.otlp_endpoint.as_deref().filter(|url| !url.is_empty());
        let collector = endpoint.map(|url| {
            let url = CollectorUrl::parse(url);
            url.map_err(|error| format!("--otlp-endpoint (OTEL_EXPORTER_OTLP_ENDPOINT): {error}"))
        });
        let collector = collector.and_then(|collector| mistakes.note(collector));
        Some(Self {
            log_level: log_level?,
            log_format: log_format?,
            environment: args.environment.clone(),
            collector,
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
