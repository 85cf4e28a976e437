//! Where a target is: its address as written, and as resolved.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// A target's address, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Host and port, or the path of a socket.
    pub at: At,
    /// Whether TLS is spoken.
    pub tls: bool,
    /// What the header `host` says.
    pub authority: String,
    /// What stands before every path: empty, or a path without a slash at its end.
    pub prefix: String,
}

/// What is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// A host and a port of TCP.
    Tcp {
        /// Name or address, IPv6 without brackets.
        host: String,
        /// Port.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

/// Why an address is none, or leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Another scheme, or none.
    #[error(
        "`{text}` is not an address to send to; write http://host:port, https://host:port or unix:/path/to.sock"
    )]
    Scheme {
        /// As written.
        text: String,
    },
    /// No host.
    #[error("`{text}` names no host; write http://host:port")]
    Host {
        /// As written.
        text: String,
    },
    /// A port that is none.
    #[error("`{port}` in `{text}` is not a port; it must be 1 to 65535")]
    Port {
        /// As written.
        text: String,
        /// The part that is wrong.
        port: String,
    },
    /// A user, a query, a fragment, or a character that no address may hold.
    #[error(
        "`{text}` holds {what}, which an address to send to must not have; put it into the routes"
    )]
    Excess {
        /// As written.
        text: String,
        /// What is too much.
        what: &'static str,
    },
    /// A socket whose path is relative or missing.
    #[error(
        "`{text}` names no socket; write unix: and its absolute path, such as unix:/run/kv.sock"
    )]
    Socket {
        /// As written.
        text: String,
    },
    /// The name does not resolve.
    #[error(
        "cannot find the host `{host}`; check its spelling and that this machine's name service knows it"
    )]
    Unknown {
        /// Which.
        host: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The name resolves to nothing.
    #[error("the host `{host}` has no address")]
    NoAddress {
        /// Which.
        host: String,
    },
}

impl Place {
    /// Parses `http://host:port/prefix`, `https://…` or `unix:/path/to.sock`.
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        let own = || text.to_owned();
        if let Some(path) = text.strip_prefix("unix:") {
            // `unix:///run/a` is written too.
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.starts_with('/') || path.ends_with('/') {
                return Err(PlaceError::Socket { text: own() });
            }
            return Ok(Self {
                at: At::Unix(path.into()),
                tls: false,
                authority: "localhost".into(),
                prefix: String::new(),
            });
        }
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| PlaceError::Scheme { text: own() })?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(PlaceError::Scheme { text: own() }),
        };
        if let Some(what) = excess(rest) {
            return Err(PlaceError::Excess { text: own(), what });
        }
        let slash = rest.find('/').unwrap_or(rest.len());
        let (authority, prefix) = rest.split_at(slash);
        let (host, port) = split(authority);
        if host.is_empty() {
            return Err(PlaceError::Host { text: own() });
        }
        let port = match port {
            None if tls => 443,
            None => 80,
            Some(port) => match port.parse() {
                Ok(number) if number > 0 && !port.starts_with('+') => number,
                _ => {
                    return Err(PlaceError::Port {
                        text: own(),
                        port: port.to_owned(),
                    });
                }
            },
        };
        Ok(Self {
            at: At::Tcp {
                host: host.to_owned(),
                port,
            },
            tls,
            authority: authority.to_owned(),
            prefix: prefix.trim_end_matches('/').to_owned(),
        })
    }

    /// The addresses of the host, in the order in which they should be tried; none for a Unix socket. Asked once, at
    /// the start: a name service is no part of what is measured.
    pub async fn resolve(&self) -> Result<Vec<SocketAddr>, PlaceError> {
        let At::Tcp { host, port } = &self.at else {
            return Ok(Vec::new());
        };
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, *port)]);
        }
        let found = tokio::net::lookup_host((host.as_str(), *port)).await;
        let found: Vec<_> = found
            .map_err(|source| PlaceError::Unknown {
                host: host.clone(),
                source,
            })?
            .collect();
        if found.is_empty() {
            return Err(PlaceError::NoAddress { host: host.clone() });
        }
        Ok(found)
    }
}

fn excess(rest: &str) -> Option<&'static str> {
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        Some("a user")
    } else if rest.contains('?') {
        Some("a query")
    } else if rest.contains('#') {
        Some("a fragment")
    } else if rest.contains(|c: char| c.is_whitespace() || c.is_control() || !c.is_ascii()) {
        Some("a character that no URL may hold")
    } else {
        None
    }
}

/// Host without brackets, and the port if one is written.
fn split(authority: &str) -> (&str, Option<&str>) {
    if let Some((host, after)) = authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        return (host, after.strip_prefix(':'));
    }
    match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(text: &str) -> (String, u16, bool, String, String) {
        let place = Place::parse(text).unwrap();
        let At::Tcp { host, port } = place.at else {
            panic!("{text} is TCP");
        };
        (host, port, place.tls, place.authority, place.prefix)
    }

    #[test]
    fn addresses_are_taken_apart() {
        let told = |host: &str, port, tls, authority: &str, prefix: &str| {
            (host.into(), port, tls, authority.into(), prefix.into())
        };
        assert_eq!(tcp("http://kv"), told("kv", 80, false, "kv", ""));
        assert_eq!(tcp("HTTPS://kv/"), told("kv", 443, true, "kv", ""));
        assert_eq!(
            tcp("http://[::1]:8080/a/b/"),
            told("::1", 8080, false, "[::1]:8080", "/a/b")
        );
        for text in ["unix:/run/kv.sock", "unix:///run/kv.sock"] {
            let place = Place::parse(text).unwrap();
            assert_eq!(place.at, At::Unix("/run/kv.sock".into()));
            assert_eq!((place.tls, place.prefix.as_str()), (false, ""));
        }
    }

    #[test]
    fn what_is_no_address_is_told_with_its_remedy() {
        for (text, told) in [
            ("localhost:8080", "write http://host:port"),
            ("ftp://kv", "write http://host:port"),
            ("http://", "names no host"),
            ("http://:80", "names no host"),
            ("http://kv:0", "`0` in `http://kv:0` is not a port"),
            ("http://kv:+1", "`+1` in"),
            ("http://kv:99999", "it must be 1 to 65535"),
            ("http://kv:", "`` in"),
            ("http://me:secret@kv", "holds a user"),
            ("http://kv/?a=b", "holds a query"),
            ("http://kv/#a", "holds a fragment"),
            ("http://k v", "holds a character"),
            ("unix:kv.sock", "its absolute path"),
            ("unix:/", "its absolute path"),
        ] {
            let error = Place::parse(text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[tokio::test]
    async fn names_are_resolved_and_unknown_ones_told() {
        let place = Place::parse("http://127.0.0.1:9").unwrap();
        let expected = vec!["127.0.0.1:9".parse().unwrap()];
        assert_eq!(place.resolve().await.unwrap(), expected);
        let place = Place::parse("http://no-such-host.invalid").unwrap();
        let error = place.resolve().await.unwrap_err().to_string();
        assert!(error.contains("no-such-host.invalid"), "{error}");
    }
}
