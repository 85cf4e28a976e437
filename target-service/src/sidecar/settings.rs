//! Settings of the `sidecar` profile.

use std::{net::SocketAddr, time::Duration};

use axum::http::Uri;
use serde_json::{Map, Value, json};

use crate::config::{Args, Mistakes};

const UPSTREAM: &str = "--upstream (UPSTREAM)";
const ADMIN: &str = "--admin-listen (ADMIN_ADDR)";

/// Raw settings of this profile alone.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SidecarArgs {
    /// sidecar: where requests go: http://HOST:PORT[/PREFIX] or builtin
    #[arg(long, env = "UPSTREAM", value_name = "URL")]
    pub upstream: Option<String>,

    /// sidecar: longest wait for the upstream's answer [default: 2000]
    #[arg(long, env = "UPSTREAM_TIMEOUT_MS", value_name = "N")]
    pub upstream_timeout_ms: Option<String>,

    /// sidecar: share of requests that are not forwarded, 0 to 100 [default: 0]
    #[arg(long, env = "DROP_PERCENT", value_name = "PERCENT")]
    pub drop_percent: Option<String>,

    /// sidecar: what dropped requests get: gateway-timeout, reset or hang [default: gateway-timeout]
    #[arg(long, env = "DROP_MODE", value_name = "MODE")]
    pub drop_mode: Option<String>,

    /// sidecar: wait before a gateway-timeout or reset [default: 3000]
    #[arg(long, env = "DROP_DELAY_MS", value_name = "N")]
    pub drop_delay_ms: Option<String>,

    /// sidecar: share of forwarded requests that are delayed first, 0 to 100 [default: 0]
    #[arg(long, env = "DELAY_PERCENT", value_name = "PERCENT")]
    pub delay_percent: Option<String>,

    /// sidecar: length of a delay [default: 0]
    #[arg(long, env = "DELAY_MS", value_name = "N")]
    pub delay_ms: Option<String>,

    /// sidecar: how much longer or shorter a delay can be, evenly spread [default: 0]
    #[arg(long, env = "DELAY_JITTER_MS", value_name = "N")]
    pub delay_jitter_ms: Option<String>,

    /// sidecar: where probes and metrics are answered [default: 127.0.0.1:9001]
    #[arg(long, env = "ADMIN_ADDR", value_name = "IP:PORT")]
    pub admin_listen: Option<String>,
}

/// Settings that are known to be good.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where requests go.
    pub upstream: UpstreamAddress,
    /// Longest wait for an answer's head while nothing moves.
    pub timeout: Duration,
    /// Requests that are not forwarded.
    pub drops: Drops,
    /// Requests that are forwarded late.
    pub delays: Delays,
    /// Where probes and metrics are answered.
    pub admin: SocketAddr,
}

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpstreamAddress {
    /// A small service in this process.
    Builtin,
    /// Any HTTP/1.1 service.
    Url(BaseUrl),
}

/// `http://HOST:PORT[/PREFIX]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    /// In front of the request's path; does not end with a slash.
    pub text: String,
    /// Name or address, without brackets.
    pub host: String,
    /// 80 unless written.
    pub port: u16,
}

/// Which requests are not forwarded, and what they get.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drops {
    /// Share of all requests, `0..=1`.
    pub ratio: f64,
    /// What they get.
    pub mode: DropMode,
    /// How long they wait for it; [`DropMode::Hang`] has no end.
    pub delay: Duration,
}

/// What a dropped request gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropMode {
    /// 504 without a body.
    GatewayTimeout,
    /// A closed connection and not one byte.
    Reset,
    /// Nothing, until the client leaves or the process stops.
    Hang,
}

/// Which requests are forwarded late.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delays {
    /// Share of the forwarded requests, `0..=1`.
    pub ratio: f64,
    /// Middle of the delay.
    pub middle: Duration,
    /// Greatest distance from the middle.
    pub jitter: Duration,
}

impl DropMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::GatewayTimeout, Self::Reset, Self::Hang];

    /// As in `--drop-mode` and in labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GatewayTimeout => "gateway-timeout",
            Self::Reset => "reset",
            Self::Hang => "hang",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|mode| mode.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("--drop-mode (DROP_MODE): unknown mode `{text}`; known: {known}")
        })
    }
}

impl UpstreamAddress {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "builtin" => Ok(Self::Builtin),
            url => BaseUrl::parse(url).map(Self::Url),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Builtin => "builtin",
            Self::Url(url) => &url.text,
        }
    }
}

impl BaseUrl {
    /// The text is not repeated in mistakes: a user part may hold a password.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            |what: &str| format!("{UPSTREAM}: {what}; try http://127.0.0.1:8000 or builtin");
        let uri: Uri = text.parse().map_err(|_invalid| wrong("is no address"))?;
        let parts = uri.into_parts();
        match parts.scheme.as_ref().map(axum::http::uri::Scheme::as_str) {
            Some("http") => {}
            Some("https") => return Err(wrong("has no TLS: the upstream is a neighbour")),
            _ => return Err(wrong("does not begin with http://")),
        }
        let authority = parts.authority.ok_or_else(|| wrong("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("must not hold a user"));
        }
        let path = parts.path_and_query.as_ref();
        if path.is_some_and(|path| path.query().is_some()) || text.contains('#') {
            return Err(wrong("must end with its path"));
        }
        let prefix = path.map_or("", |path| path.path()).trim_end_matches('/');
        let host = authority.host().trim_matches(['[', ']']);
        if host.is_empty() {
            return Err(wrong("names no host"));
        }
        Ok(Self {
            text: format!("http://{authority}{prefix}"),
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(80),
        })
    }
}

impl Settings {
    /// Reads the settings; notes every mistake.
    pub fn check(args: &Args, mistakes: &mut Mistakes) -> Option<Self> {
        let args = &args.sidecar;
        let upstream = match args.upstream.as_deref() {
            None | Some("") => Err(format!(
                "{UPSTREAM}: is missing; try http://127.0.0.1:8000 or builtin"
            )),
            Some(text) => UpstreamAddress::parse(text),
        };
        let upstream = mistakes.note(upstream);
        let timeout = milliseconds(
            "--upstream-timeout-ms (UPSTREAM_TIMEOUT_MS)",
            args.upstream_timeout_ms.as_deref().unwrap_or("2000"),
            mistakes,
        );
        if timeout == Some(Duration::ZERO) {
            mistakes
                .push("--upstream-timeout-ms (UPSTREAM_TIMEOUT_MS): must be at least 1; try 2000");
        }
        let drops = Self::drops(args, mistakes);
        let delays = Self::delays(args, mistakes);
        let admin = args.admin_listen.as_deref().unwrap_or("127.0.0.1:9001");
        let admin = mistakes.address(ADMIN, admin);
        Some(Self {
            upstream: upstream?,
            timeout: timeout?,
            drops: drops?,
            delays: delays?,
            admin: admin?,
        })
    }

    fn drops(args: &SidecarArgs, mistakes: &mut Mistakes) -> Option<Drops> {
        let percent = args.drop_percent.as_deref().unwrap_or("0");
        let ratio = percentage("--drop-percent (DROP_PERCENT)", percent, mistakes);
        let mode = args.drop_mode.as_deref().unwrap_or("gateway-timeout");
        let mode = mistakes.note(DropMode::parse(mode));
        let delay = args.drop_delay_ms.as_deref().unwrap_or("3000");
        let delay = milliseconds("--drop-delay-ms (DROP_DELAY_MS)", delay, mistakes);
        Some(Drops {
            ratio: ratio?,
            mode: mode?,
            delay: delay?,
        })
    }

    fn delays(args: &SidecarArgs, mistakes: &mut Mistakes) -> Option<Delays> {
        let percent = args.delay_percent.as_deref().unwrap_or("0");
        let ratio = percentage("--delay-percent (DELAY_PERCENT)", percent, mistakes);
        let middle = args.delay_ms.as_deref().unwrap_or("0");
        let middle = milliseconds("--delay-ms (DELAY_MS)", middle, mistakes);
        let jitter = args.delay_jitter_ms.as_deref().unwrap_or("0");
        let jitter = milliseconds("--delay-jitter-ms (DELAY_JITTER_MS)", jitter, mistakes);
        let delays = Delays {
            ratio: ratio?,
            middle: middle?,
            jitter: jitter?,
        };
        if delays.ratio > 0.0 && (delays.middle + delays.jitter).is_zero() {
            mistakes.push(
                "--delay-ms (DELAY_MS): is 0 although --delay-percent (DELAY_PERCENT) is not; try 100",
            );
        }
        Some(delays)
    }

    /// What the first log line says about them.
    pub fn told(&self) -> Map<String, Value> {
        let fields = json!({
            "upstream": self.upstream.as_str(),
            "upstream_timeout_ms": self.timeout.as_millis() as u64,
            "drop_percent": percent(self.drops.ratio),
            "drop_mode": self.drops.mode.as_str(),
            "drop_delay_ms": self.drops.delay.as_millis() as u64,
            "delay_percent": percent(self.delays.ratio),
            "delay_ms": self.delays.middle.as_millis() as u64,
            "delay_jitter_ms": self.delays.jitter.as_millis() as u64,
        });
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }
}

/// More is no delay but a fault of its own: `hang`.
const MAX_MS: u64 = 600_000;

fn milliseconds(setting: &str, text: &str, mistakes: &mut Mistakes) -> Option<Duration> {
    let ms = mistakes.number(setting, text)?;
    if ms > MAX_MS {
        mistakes.push(format!("{setting}: must be at most {MAX_MS}"));
        return None;
    }
    Some(Duration::from_millis(ms))
}

/// As a ratio, `0..=1`.
fn percentage(setting: &str, text: &str, mistakes: &mut Mistakes) -> Option<f64> {
    let percent: Option<f64> = text.parse().ok();
    let checked = percent.filter(|percent| (0.0..=100.0).contains(percent));
    let checked =
        checked.ok_or_else(|| format!("{setting}: `{text}` is no number from 0 to 100; try 20"));
    mistakes.note(checked).map(|percent| percent / 100.0)
}

/// As it was written: 0.29 * 100 is not 29.
fn percent(ratio: f64) -> f64 {
    (ratio * 1e6).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Option<(String, String, u16)> {
        let url = BaseUrl::parse(text).ok()?;
        Some((url.text, url.host, url.port))
    }

    #[test]
    fn a_base_url_is_a_host_a_port_and_a_prefix() {
        let expected =
            |text: &str, host: &str, port| Some((text.to_owned(), host.to_owned(), port));
        assert_eq!(url("http://app"), expected("http://app", "app", 80));
        assert_eq!(url("http://app:81/"), expected("http://app:81", "app", 81));
        assert_eq!(
            url("http://[::1]:8000/v1/"),
            expected("http://[::1]:8000/v1", "::1", 8000)
        );
    }

    #[test]
    fn an_address_that_cannot_be_a_neighbour_is_refused_without_repeating_it() {
        for text in [
            "app:80",
            "/path",
            "https://app",
            "ftp://app",
            "http://user:hunter2@app",
            "http://app/?hunter2",
            "http://app/#hunter2",
            "http://:80",
            "http://",
            "nonsense hunter2",
        ] {
            let mistake = BaseUrl::parse(text).expect_err(text);
            assert!(
                mistake.starts_with(UPSTREAM) && mistake.contains("try "),
                "{mistake}"
            );
            assert!(!mistake.contains("hunter2"), "{mistake}");
        }
    }
}
