//! The files that a scenario names, found beside it.

use std::path::{Component, Path, PathBuf};

use super::quantity::Remedy;
use crate::model::{Source, nearest};

/// No file that people write is larger.
const MAX_BYTES: u64 = 8 << 20;

/// Finds files relative to the scenario's own.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(super) fn beside(scenario: &Path) -> Self {
        Self {
            folder: scenario.parent().unwrap_or(Path::new("")).to_owned(),
        }
    }

    /// Where a named file is, from where the program stands.
    pub(super) fn path(&self, named: &str) -> PathBuf {
        self.folder.join(named)
    }

    /// Reads a file under the name that messages use: its path from where the program stands.
    pub(super) fn read(&self, named: &str) -> Result<Source, Remedy> {
        self.read_up_to(named, MAX_BYTES)
    }

    /// The same for a file that programs write, which may be longer.
    pub(super) fn read_up_to(&self, named: &str, bytes: u64) -> Result<Source, Remedy> {
        let path = self.folder.join(named);
        read_up_to(&path, &tidy(&path), bytes)
    }
}

/// Reads a text file, or says what is there instead.
pub(super) fn read(path: &Path, shown: &Path) -> Result<Source, Remedy> {
    read_up_to(path, shown, MAX_BYTES)
}

fn read_up_to(path: &Path, shown: &Path, most: u64) -> Result<Source, Remedy> {
    let metadata = std::fs::metadata(path).map_err(|error| missing(path, shown, &error))?;
    let shown = shown.display().to_string();
    if !metadata.is_file() {
        return Err(Remedy::new(format!("`{shown}` is not a file")));
    }
    if metadata.len() > most {
        return Err(Remedy::new(format!(
            "`{shown}` is larger than {most} bytes"
        )));
    }
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => Remedy::new(format!("`{shown}` is not UTF-8 text")),
        _ => Remedy::new(format!("cannot read `{shown}`: {error}")),
    })?;
    Ok(Source {
        file: shown,
        // A byte order mark is no part of the text.
        text: text
            .strip_prefix('\u{feff}')
            .map_or_else(|| text.clone(), str::to_owned),
    })
}

fn missing(path: &Path, shown: &Path, error: &std::io::Error) -> Remedy {
    let shown_folder = shown.parent().unwrap_or(Path::new("")).display();
    let shown = shown.display();
    if error.kind() != std::io::ErrorKind::NotFound {
        return Remedy::new(format!("cannot read `{shown}`: {error}"));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Remedy::new(format!(
            "no file `{shown}`: there is no folder `{shown_folder}`"
        ));
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let wanted = path
        .file_name()
        .and_then(|n| n.to_str())
        .unwrap_or_default();
    match nearest(wanted, &names) {
        Some(near) => Remedy::new(format!("no file `{shown}`, did you mean `{near}`?")),
        None => Remedy::new(format!("no file `{shown}`")),
    }
}

/// `scenarios/../slo/kv.yaml` is `slo/kv.yaml`. By name only: a link is followed by the system, not by us.
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(out.components().next_back(), Some(Component::Normal(_))) =>
            {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detours_are_removed_from_names() {
        assert_eq!(
            tidy(Path::new("scenarios/../slo/./kv.yaml")),
            Path::new("slo/kv.yaml")
        );
        assert_eq!(tidy(Path::new("../../x")), Path::new("../../x"));
        assert_eq!(tidy(Path::new("/a/../b")), Path::new("/b"));
    }

    #[test]
    fn a_mistyped_file_name_is_recognised() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kv.yaml"), "x").unwrap();
        let files = Files::beside(&folder.path().join("scenario.yaml"));
        assert!(files.read("kv.yaml").is_ok());
        assert!(
            files
                .read("kv.yml")
                .unwrap_err()
                .message
                .ends_with("did you mean `kv.yaml`?")
        );
        assert!(
            files
                .read("no/kv.yaml")
                .unwrap_err()
                .message
                .contains("there is no folder")
        );
        assert!(
            files
                .read(".")
                .unwrap_err()
                .message
                .contains("is not a file")
        );
    }
}
