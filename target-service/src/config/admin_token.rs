//! The secret that the fault API asks for.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::Mistakes;

const SETTING: &str = "--admin-token (ADMIN_TOKEN)";
const FILE_SETTING: &str = "--admin-token-file (ADMIN_TOKEN_FILE)";

/// A bearer token, kept as its hash. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminToken([u8; 32]);

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken(..)")
    }
}

impl AdminToken {
    /// `None` unless `token` is one or more visible ASCII characters, which is what a header can carry.
    pub fn new(token: &str) -> Option<Self> {
        let visible = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        visible.then(|| Self(Sha256::digest(token).into()))
    }

    /// Whether `token` is this one. Takes the same time wherever they differ.
    pub fn is(&self, token: &[u8]) -> bool {
        let other: [u8; 32] = Sha256::digest(token).into();
        let pairs = self.0.iter().zip(other);
        pairs.fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
    }

    /// From the setting or the first line of the file; the setting wins. No mistake repeats the token.
    pub(super) fn check(
        token: Option<&str>,
        file: Option<&str>,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let (setting, text) = match (token, file) {
            (Some(token), _) => (SETTING, Zeroizing::new(token.to_owned())),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path);
                let text =
                    text.map_err(|error| format!("{FILE_SETTING}: cannot read `{path}`: {error}"));
                (FILE_SETTING, Zeroizing::new(mistakes.note(text)?))
            }
            (None, None) => return None,
        };
        let line = text.lines().next().unwrap_or_default();
        let token = Self::new(line).ok_or_else(|| {
            format!("{setting}: must be visible ASCII characters; try the output of `openssl rand -hex 16`")
        });
        mistakes.note(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_knows_itself_and_nothing_else_and_is_not_shown() {
        let token = AdminToken::new("swordfish").expect("visible");
        assert!(token.is(b"swordfish"));
        for other in ["", "swordfis", "swordfish ", "Swordfish"] {
            assert!(!token.is(other.as_bytes()), "{other:?}");
        }
        assert_eq!(format!("{token:?}"), "AdminToken(..)");
        for bad in ["", "two words", "tab\t", "schlüssel"] {
            assert_eq!(AdminToken::new(bad), None, "{bad:?}");
        }
    }
}
