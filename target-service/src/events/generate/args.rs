//! The command line of the generator.

use std::{fmt, str::FromStr};

use axum::http::{Uri, uri::Scheme};

const EXAMPLES: &str = "\
Examples:
  target-service generate-events --events 5
  target-service generate-events --domains 100 --seed 7 --json > events.jsonl
  target-service generate-events --events 10000 --url http://127.0.0.1:7000

Exit codes: 0 good, 1 an event failed or the service's /stats do not agree, 2 bad usage.";

/// Print a seeded stream of events, or send it to a service and compare what is stored
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct GenerateArgs {
    /// End after so many events; 10000 unless --domains is given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub events: Option<u64>,

    /// End with the last event of so many domains
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub domains: Option<u64>,

    /// The same seed gives the same events
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,

    /// Send the events there instead of printing them
    #[arg(long, value_name = "URL")]
    pub url: Option<BaseUrl>,

    /// Requests under way at the same time, at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub concurrency: u32,

    /// One JSON object per event, or for the result
    #[arg(long)]
    pub json: bool,
}

/// Address of a service, such as `http://127.0.0.1:7000`; without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// A text is no [`BaseUrl`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no plain http:// address; try http://127.0.0.1:7000")]
pub struct InvalidUrl;

impl BaseUrl {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let uri: Uri = text.parse().map_err(|_syntax| InvalidUrl)?;
        let good = uri.scheme() == Some(&Scheme::HTTP)
            // A password would end up in messages, and is not sent anyway.
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
            && uri.query().is_none();
        let base = text.trim_end_matches('/').to_owned();
        good.then_some(Self(base)).ok_or(InvalidUrl)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_addresses_are_taken() {
        for text in ["http://127.0.0.1:7000", "http://localhost:7000/"] {
            let url: BaseUrl = text.parse().expect("an address");
            assert_eq!(url.as_str(), text.trim_end_matches('/'));
        }
        for text in [
            "",
            "127.0.0.1:7000",
            "https://a.com",
            "http://a.com?x",
            "http://user:password@a.com",
            "/a",
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(InvalidUrl), "{text}");
        }
    }
}
