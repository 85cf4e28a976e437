//! The working directory of a stack: which file is where, and its removal.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::component::Component;

/// Working directories are named so, and only directories so named are ever removed.
pub(crate) const PREFIX: &str = "sloproof-stack-";

/// The state, in the working directory. It also marks the directory as one of ours.
pub(crate) const STATE_FILE: &str = "stack.json";

/// A working directory can't be made, changed or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A file operation failed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A state file names a directory that no stack made.
    #[error("refusing to remove {}: not a working directory of a stack", path.display())]
    NotOurs {
        /// The directory.
        path: PathBuf,
    },
}

impl LayoutError {
    /// For `map_err`: adds the action and the path to an I/O error.
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

/// The paths below a working directory.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Makes a new directory below `base`, readable by this user only.
    pub(crate) fn create(base: &Path) -> Result<Self, LayoutError> {
        // The time, as one process may have several stacks, and an id may come again.
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        let name = format!("{PREFIX}{}-{nanos:x}", std::process::id());
        let base = std::path::absolute(base).map_err(LayoutError::io("resolve", base))?;
        let layout = Self {
            root: base.join(name),
        };
        let result = layout.fill();
        if result.is_err() {
            let _ = fs::remove_dir_all(&layout.root);
        }
        result.map(|()| layout)
    }

    /// The directory of an existing stack.
    pub(crate) fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    fn fill(&self) -> Result<(), LayoutError> {
        if let Some(base) = self.root.parent() {
            fs::create_dir_all(base).map_err(LayoutError::io("create", base))?;
        }
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&self.root)
            .map_err(LayoutError::io("create", &self.root))?;
        let rules = self.rules_generation(0);
        for dir in [
            self.data(Component::Prometheus),
            self.data(Component::Alertmanager),
            self.data(Component::Loki),
        ] {
            fs::create_dir_all(&dir).map_err(LayoutError::io("create", &dir))?;
        }
        Self::create_rule_dirs(&rules)?;
        self.point_rules_to(&rules)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn state_file(&self) -> PathBuf {
        self.root.join(STATE_FILE)
    }

    pub(crate) fn config(&self, component: Component) -> PathBuf {
        self.root.join(format!("{component}.yaml"))
    }

    pub(crate) fn data(&self, component: Component) -> PathBuf {
        self.root.join("data").join(component.name())
    }

    /// What a component prints; of the target only stderr.
    pub(crate) fn log(&self, component: Component) -> PathBuf {
        match component {
            Component::Target => self.root.join("target.err.log"),
            server => self.root.join(format!("{server}.log")),
        }
    }

    /// The target's stdout, line by line as shipped.
    pub(crate) fn target_log(&self) -> PathBuf {
        self.root.join("target.log")
    }

    /// The current rules: a symbolic link, so that all files change in one step.
    pub(crate) fn rules(&self) -> PathBuf {
        self.root.join("rules")
    }

    /// A set of rules, numbered by installation.
    pub(crate) fn rules_generation(&self, number: u64) -> PathBuf {
        self.root.join(format!("rules-{number}"))
    }

    /// Below a set of rules, or below [`Self::rules`]: the files of Prometheus.
    pub(crate) fn prometheus_rules(rules: &Path) -> PathBuf {
        rules.join("prometheus")
    }

    /// Below a set of rules, or below [`Self::rules`]: the folder of Loki's tenants.
    pub(crate) fn loki_rules(rules: &Path) -> PathBuf {
        rules.join("loki")
    }

    /// The files of Loki's only tenant; without authentication it is called `fake`.
    pub(crate) fn loki_tenant_rules(rules: &Path) -> PathBuf {
        Self::loki_rules(rules).join("fake")
    }

    pub(crate) fn create_rule_dirs(rules: &Path) -> Result<(), LayoutError> {
        for dir in [
            Self::prometheus_rules(rules),
            Self::loki_tenant_rules(rules),
        ] {
            fs::create_dir_all(&dir).map_err(LayoutError::io("create", &dir))?;
        }
        Ok(())
    }

    /// Makes `rules` the current set: a new link is renamed over the old one.
    pub(crate) fn point_rules_to(&self, rules: &Path) -> Result<(), LayoutError> {
        let fresh = self.root.join(".rules.new");
        let _ = fs::remove_file(&fresh);
        symlink(rules, &fresh).map_err(LayoutError::io("create", &fresh))?;
        fs::rename(&fresh, self.rules()).map_err(LayoutError::io("replace", self.rules()))
    }

    /// Removes the directory; fine if it is gone already. A path that doesn't look like ours is
    /// refused, as it may come from an edited state file.
    pub(crate) fn remove(&self) -> Result<(), LayoutError> {
        let ours = self
            .root
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(PREFIX));
        if !ours {
            return Err(LayoutError::NotOurs {
                path: self.root.clone(),
            });
        }
        match fs::remove_dir_all(&self.root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(LayoutError::io("remove", &self.root)(error))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_directory_has_empty_rule_folders_and_can_be_removed() {
        let base = tempfile::tempdir().unwrap();
        let layout = Layout::create(base.path()).unwrap();
        assert!(Layout::loki_tenant_rules(&layout.rules()).is_dir());
        layout.remove().unwrap();
        layout.remove().unwrap();
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_foreign_directory_is_not_removed() {
        let precious = tempfile::tempdir().unwrap();
        assert!(matches!(
            Layout::at(precious.path()).remove(),
            Err(LayoutError::NotOurs { .. })
        ));
        assert!(precious.path().exists());
    }
}
