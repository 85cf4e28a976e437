//! Where requests go: a base URL taken apart, its name resolved once.

use std::net::{SocketAddr, ToSocketAddrs};

/// Why a base URL cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// Not a URL that requests can be sent to.
    #[error("`{url}` is not a base URL: {why}; such as http://127.0.0.1:8080")]
    Url {
        /// As given.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// Its name is unknown.
    #[error("cannot resolve the host of {url}")]
    Resolve {
        /// As given.
        url: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// A place that speaks HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    authority: String,
    prefix: String,
    addresses: Vec<SocketAddr>,
}

impl Target {
    /// Takes a base URL apart and asks for its addresses, once: a name server is no part of what is measured.
    pub fn resolve(url: &str) -> Result<Self, TargetError> {
        let wrong = |why: &str| TargetError::Url {
            url: url.to_owned(),
            why: why.to_owned(),
        };
        let parsed = reqwest::Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
        if parsed.scheme() != "http" {
            return Err(wrong("the load engine speaks plain http"));
        }
        let (Some(host), Some(port)) = (parsed.host_str(), parsed.port_or_known_default()) else {
            return Err(wrong("it names no host"));
        };
        let authority = match parsed.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        // An IPv6 address stands in brackets in a URL, and without them elsewhere.
        let addresses: Vec<SocketAddr> = (host.trim_matches(['[', ']']), port)
            .to_socket_addrs()
            .map_err(|source| TargetError::Resolve {
                url: url.to_owned(),
                source,
            })?
            .collect();
        Ok(Self {
            authority,
            prefix: parsed.path().trim_end_matches('/').to_owned(),
            addresses,
        })
    }

    /// Host and port, as the `host` header has it.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What every path begins with; empty or starting with `/`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Where to connect to.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_taken_apart() {
        let target = Target::resolve("http://127.0.0.1:8080/api/").unwrap();
        assert_eq!(
            (target.authority(), target.prefix()),
            ("127.0.0.1:8080", "/api")
        );
        assert_eq!(target.addresses(), ["127.0.0.1:8080".parse().unwrap()]);
        let six = Target::resolve("http://[::1]").unwrap();
        assert_eq!((six.authority(), six.prefix()), ("[::1]", ""));
        assert_eq!(six.addresses(), ["[::1]:80".parse().unwrap()]);
    }

    #[test]
    fn what_cannot_be_loaded_is_told() {
        let told = Target::resolve("ftp://127.0.0.1").unwrap_err().to_string();
        assert!(
            told.starts_with("`ftp://127.0.0.1` is not a base URL"),
            "{told}"
        );
        assert!(Target::resolve("127.0.0.1:80").is_err());
    }
}
