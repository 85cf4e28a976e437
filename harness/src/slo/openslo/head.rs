//! Names, labels and annotations of a document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::placed::Placed;
use super::reader::Reader;
use super::spec::MetadataSpec;
use crate::model::yaml::Path;

/// What a document is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Its name, unique among documents of its kind.
    pub name: Placed<String>,
    /// The name for people.
    pub display_name: Option<String>,
    /// Labels, several values joined by commas.
    pub labels: BTreeMap<String, String>,
    /// Texts for tools.
    pub annotations: BTreeMap<String, String>,
}

/// Characters of a name.
const LONGEST_NAME: usize = 63;
/// Characters of a description.
const LONGEST_DESCRIPTION: usize = 1050;

impl Reader<'_> {
    pub(super) fn head(&mut self, path: &Path, metadata: &MetadataSpec) -> Head {
        let at = path.at("name");
        self.name(&at, &metadata.name);
        Head {
            name: self.place(&at, metadata.name.clone()),
            display_name: metadata.display_name.clone(),
            labels: self.labels(&path.at("labels"), metadata.labels.as_ref()),
            annotations: metadata.annotations.clone().unwrap_or_default(),
        }
    }

    fn name(&mut self, path: &Path, name: &str) {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let edge = |c: Option<char>| c.is_some_and(|c| c != '-');
        let mut chars = name.chars();
        let right = name.len() <= LONGEST_NAME
            && name.chars().all(inner)
            && edge(chars.next())
            && edge(name.chars().next_back());
        if !right {
            let words: Vec<String> = name
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_ascii_lowercase)
                .collect();
            let near = words.join("-");
            let hint = if near.is_empty() || near.len() > LONGEST_NAME {
                "kv-availability"
            } else {
                &near
            };
            self.report(
                path,
                format!("`{name}` is not a name"),
                "at most 63 lower-case letters, digits and `-`, none of them at an end",
                hint,
            );
        }
    }

    /// A label is a text or a list of texts, joined here.
    fn labels(
        &mut self,
        path: &Path,
        labels: Option<&BTreeMap<String, Value>>,
    ) -> BTreeMap<String, String> {
        let mut read = BTreeMap::new();
        for (name, value) in labels.into_iter().flatten() {
            let values = match value {
                Value::Array(values) => &values[..],
                single => std::slice::from_ref(single),
            };
            let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            match texts {
                Some(texts) => {
                    read.insert(name.clone(), texts.join(","));
                }
                None => self.report(
                    &path.at(name.as_str()),
                    "a label is a text or a list of texts",
                    "",
                    "team: [storage]",
                ),
            }
        }
        read
    }

    pub(super) fn description(&mut self, path: &Path, text: Option<&str>) -> String {
        let text = text.unwrap_or_default().trim();
        let length = text.chars().count();
        if length > LONGEST_DESCRIPTION {
            self.report(
                path,
                format!("a description of {length} characters is too long"),
                "at most 1050",
                "say it shorter, and link to the rest",
            );
        }
        text.to_owned()
    }
}
