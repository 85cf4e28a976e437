//! Rule files before they are installed.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::install::RulesError;

/// A rule file, for Prometheus or for Loki.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// A file name that ends in `.yaml`, without folders. The servers' APIs show it.
    pub name: String,
    /// The content: `groups: [{name, rules}]`.
    pub text: String,
}

/// Which groups a server is to show: file name and group name.
pub(super) type Groups = BTreeSet<(String, String)>;

/// The groups in the files. Only what is needed to know when they are loaded is read here; whether
/// the rules are good is for the servers to say.
pub(super) fn groups(files: &[RuleFile]) -> Result<Groups, RulesError> {
    #[derive(Deserialize)]
    struct Document {
        #[serde(default)]
        groups: Vec<Group>,
    }
    #[derive(Deserialize)]
    struct Group {
        name: String,
    }
    let mut seen = BTreeSet::new();
    let mut groups = Groups::new();
    for file in files {
        let plain = !file.name.starts_with('.')
            && !file.name.contains('/')
            && Path::new(&file.name).extension() == Some("yaml".as_ref());
        if !plain {
            return Err(RulesError::FileName {
                file: file.name.clone(),
            });
        }
        if !seen.insert(&file.name) {
            return Err(RulesError::Twice {
                file: file.name.clone(),
            });
        }
        let document: Document =
            serde_saphyr::from_str(&file.text).map_err(|error| RulesError::Malformed {
                file: file.name.clone(),
                why: error.to_string(),
            })?;
        groups.extend(
            document
                .groups
                .into_iter()
                .map(|group| (file.name.clone(), group.name)),
        );
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> RuleFile {
        RuleFile {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn groups_are_named_by_file_and_group() {
        let files = [
            file("a.yaml", "groups: [{name: one, rules: []}, {name: two}]"),
            file("b.yaml", "groups: []"),
        ];
        let expected =
            [("a.yaml", "one"), ("a.yaml", "two")].map(|(f, g)| (f.to_owned(), g.to_owned()));
        assert_eq!(groups(&files).unwrap(), Groups::from(expected));
    }

    #[test]
    fn a_file_that_prometheus_would_not_see_is_refused() {
        for name in ["a.yml", ".a.yaml", "../a.yaml"] {
            assert!(
                matches!(
                    groups(&[file(name, "groups: []")]),
                    Err(RulesError::FileName { .. })
                ),
                "{name}"
            );
        }
    }

    #[test]
    fn broken_yaml_is_told_with_its_file() {
        let error = groups(&[file("kv.yaml", "groups: [")])
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("rule file kv.yaml: not a rule file"),
            "{error}"
        );
    }
}
