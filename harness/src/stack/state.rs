//! The state file: what runs, where, and under which process ids. Public format, JSON.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::component::Component;
use super::process::ProcessRef;
use super::ship::Shipping;

/// Raised when a reader of the older format would misunderstand the newer one.
pub const SCHEMA_VERSION: u32 = 1;

/// A stack, as its owner records it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// How far the stack is.
    pub phase: Phase,
    /// The process that owns the others: a supervisor, or a harness with an ephemeral stack.
    pub supervisor: ProcessRef,
    /// When the stack was started.
    pub started_at: Timestamp,
    /// Configuration, data and logs; removed with the stack.
    pub work_dir: PathBuf,
    /// Where Alertmanager sends its webhooks. Nothing listens there until the harness does.
    pub receiver_url: String,
    /// The port of `receiver_url`, for the harness to bind on 127.0.0.1 during a run.
    pub receiver_port: u16,
    /// The target's fault API; `None` without a target.
    pub fault_url: Option<String>,
    /// The processes, in the order of their start.
    pub components: Vec<ComponentState>,
    /// The log lines of the target; `None` without a target.
    pub shipping: Option<Shipping>,
}

/// How far a stack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Not all components are ready yet.
    Starting,
    /// All components were ready.
    Ready,
    /// The components are being ended.
    Stopping,
}

/// One process of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComponentState {
    /// Which one.
    pub component: Component,
    /// Its version; `None` if it doesn't tell.
    pub version: Option<String>,
    /// The process. Leader of a process group of its own.
    pub process: ProcessRef,
    /// The base of its API, without a slash at the end.
    pub url: String,
    /// Answers 200 when it serves; `None`: a target that has no such path.
    pub readiness_url: Option<String>,
    /// What it prints. Of the target: stderr.
    pub log: PathBuf,
    /// How it ended without being asked to, for people; `None` while it runs.
    pub exited: Option<String>,
}

/// A state file can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It can't be read or written.
    #[error("cannot {action} the state file {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It isn't what this program writes.
    #[error(
        "state file {}: not understood; end its processes by hand if any run, then remove the file",
        path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// It was written by another version of this program.
    #[error(
        "state file {}: schema version {found}, this program knows {SCHEMA_VERSION}; \
         use the program that started the stack to end it",
        path.display()
    )]
    OtherSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
}

/// Reads a state; `None` if there is no such file.
pub fn load(path: &Path) -> Result<Option<State>, StateError> {
    #[derive(Deserialize)]
    struct Version {
        schema_version: u32,
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(StateError::Io {
                action: "read",
                path: path.to_owned(),
                source,
            });
        }
    };
    let malformed = |source| StateError::Malformed {
        path: path.to_owned(),
        source,
    };
    let Version { schema_version } = serde_json::from_str(&text).map_err(malformed)?;
    if schema_version != SCHEMA_VERSION {
        return Err(StateError::OtherSchema {
            path: path.to_owned(),
            found: schema_version,
        });
    }
    serde_json::from_str(&text).map(Some).map_err(malformed)
}

impl State {
    /// Whether the owner still runs. If it doesn't, the stack is stale: its processes may run on as
    /// orphans.
    pub fn is_live(&self) -> bool {
        self.supervisor.is_alive()
    }

    /// The record of a component, if the stack has it.
    pub fn component(&self, component: Component) -> Option<&ComponentState> {
        self.components
            .iter()
            .find(|state| state.component == component)
    }

    /// The base of a component's API, if the stack has it.
    pub fn url(&self, component: Component) -> Option<&str> {
        self.component(component).map(|state| state.url.as_str())
    }

    /// The process id of a component, if the stack has it.
    pub fn pid(&self, component: Component) -> Option<u32> {
        self.component(component).map(|state| state.process.pid)
    }

    /// Writes the state: a reader sees the old one or the new one, nothing between.
    pub(crate) fn save(&self, path: &Path) -> Result<(), StateError> {
        let failed = |action| {
            move |source| StateError::Io {
                action,
                path: path.to_owned(),
                source,
            }
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed("create the folder of"))?;
        }
        let text = serde_json::to_string_pretty(self)
            .map_err(io::Error::from)
            .map_err(failed("encode"))?;
        let fresh = path.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&fresh, text + "\n").map_err(failed("write"))?;
        fs::rename(&fresh, path).map_err(failed("replace"))
    }
}

/// Removes a state file; fine if it is gone already.
pub(crate) fn remove(path: &Path) -> Result<(), StateError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StateError::Io {
            action: "remove",
            path: path.to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn example() -> State {
        State {
            schema_version: SCHEMA_VERSION,
            phase: Phase::Ready,
            supervisor: ProcessRef {
                pid: 100,
                start_ticks: 1,
            },
            started_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            work_dir: "/tmp/sloproof-stack-1".into(),
            receiver_url: "http://127.0.0.1:20006/".to_owned(),
            receiver_port: 20006,
            fault_url: None,
            components: vec![ComponentState {
                component: Component::Loki,
                version: Some("3.7.8".to_owned()),
                process: ProcessRef {
                    pid: 101,
                    start_ticks: 2,
                },
                url: "http://127.0.0.1:20002".to_owned(),
                readiness_url: Some("http://127.0.0.1:20002/ready".to_owned()),
                log: "/tmp/sloproof-stack-1/loki.log".into(),
                exited: None,
            }],
            shipping: None,
        }
    }

    #[test]
    fn the_format_is_stable() {
        insta::assert_json_snapshot!(example());
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/stack.json");
        assert_eq!(load(&path).unwrap(), None);
        example().save(&path).unwrap();
        assert_eq!(load(&path).unwrap(), Some(example()));
        remove(&path).unwrap();
        remove(&path).unwrap();
    }

    #[test]
    fn another_schema_is_refused_whatever_else_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stack.json");
        fs::write(&path, r#"{"schema_version": 99}"#).unwrap();
        assert!(matches!(
            load(&path),
            Err(StateError::OtherSchema { found: 99, .. })
        ));
    }
}
