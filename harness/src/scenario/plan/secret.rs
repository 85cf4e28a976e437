//! What a plan keeps to itself when it is written down: run directories are published by CI.
//!
//! A plan is read back only to judge a run again, and nobody judges by a password.

use serde::{Serialize as _, Serializer};

/// What stands in the place of a secret.
pub const HIDDEN: &str = "(hidden)";

/// Names of headers that carry credentials, and parts of names that mostly do.
const NAMES: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];
const PARTS: [&str; 6] = [
    "token", "secret", "password", "api-key", "apikey", "session",
];

/// The value of a header as it may be shown.
pub fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    let name = name.trim().to_ascii_lowercase();
    let secret = NAMES.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part));
    if secret { HIDDEN } else { value }
}

/// The user and the password that a URL names.
pub fn credentials(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit_once('@').map(|(user, _)| user)
}

/// Serializes headers without the values of those that carry credentials.
pub(super) fn headers<S: Serializer>(all: &[(String, String)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(all.iter().map(|(name, value)| (name, shown(name, value))))
}

/// Serializes a URL without its credentials.
#[expect(clippy::ref_option, reason = "the signature that serde calls")]
pub(super) fn url<S: Serializer>(url: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    let open = url.as_deref().map(|url| match credentials(url) {
        Some(user) => url.replacen(&format!("{user}@"), "", 1),
        None => url.to_owned(),
    });
    open.serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_carry_credentials_are_hidden() {
        for name in ["Authorization", "cookie", "X-Api-Key", "x-auth-token"] {
            assert_eq!(shown(name, "s3cret"), HIDDEN, "{name}");
        }
        for name in ["accept", "host", "traceparent", "author"] {
            assert_eq!(shown(name, "plain"), "plain", "{name}");
        }
    }

    #[test]
    fn credentials_stand_before_the_host_and_nowhere_else() {
        assert_eq!(credentials("http://ann:pw@host:80/a"), Some("ann:pw"));
        assert_eq!(credentials("https://a@b@host"), Some("a@b"));
        assert_eq!(credentials("http://host/a@b"), None);
        assert_eq!(credentials("unix:/run/a@b.sock"), None);
    }

    #[test]
    fn a_plan_is_written_down_without_its_secrets() {
        let mut plan = crate::verify::fixture::Fixture::new().plan;
        plan.telemetry.prometheus = Some("https://ann:s3cret@prometheus/a".into());
        plan.load.routes[0].headers = vec![("authorization".into(), "Bearer s3cret".into())];
        let written = serde_json::to_string(&plan).unwrap();
        assert!(!written.contains("s3cret"), "{written}");
        assert!(written.contains("https://prometheus/a"), "{written}");
        assert!(serde_json::from_str::<crate::scenario::Plan>(&written).is_ok());
    }
}
