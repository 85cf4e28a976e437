//! Asking a program for its version.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

/// The version that `<program> --version` tells; `None` if it can't be run, hangs or tells none.
pub(super) async fn of(program: &Path) -> Option<String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(Duration::from_secs(10), output).await.ok()?.ok()?;
    // Older releases print it on stderr.
    parse(&String::from_utf8_lossy(&output.stdout))
        .or_else(|| parse(&String::from_utf8_lossy(&output.stderr)))
}

/// The word behind `version`, as in `loki, version 3.7.8 (branch: , revision: unknown)`. A binary
/// that was built without version information has `(branch:` in that place, which is no version.
fn parse(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    words.find(|word| *word == "version")?;
    let version = words.next()?.trim_start_matches('v');
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| version.to_owned())
}

/// Whether `found`, such as `go1.26.8`, is at least `wanted`, such as `1.26.5`. A development
/// version without numbers counts as new enough: the build will tell.
pub(super) fn go_is_at_least(found: &str, wanted: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        text.trim_start_matches("go")
            .split('.')
            .map_while(|part| {
                let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().ok()
            })
            .collect()
    };
    let found = numbers(found);
    found.is_empty() || found >= numbers(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_release_is_found() {
        let text = "prometheus, version 3.15.0 (branch: HEAD, revision: abc)\n  build user: x";
        assert_eq!(parse(text).as_deref(), Some("3.15.0"));
    }

    #[test]
    fn a_binary_without_version_information_has_none() {
        assert_eq!(parse("loki, version  (branch: , revision: unknown)"), None);
    }

    #[test]
    fn go_versions_compare_by_number_not_by_letter() {
        assert!(go_is_at_least("go1.26.10", "1.26.5"));
        assert!(go_is_at_least("go1.27rc1", "1.26.5"));
        assert!(!go_is_at_least("go1.26.4", "1.26.5"));
        assert!(!go_is_at_least("go1.9", "1.26.5"));
    }
}
