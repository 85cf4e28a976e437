//! The service under test, as the stack sees it: a program with two addresses.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The name of the reference service's binary, and its container label.
const BINARY: &str = "target-service";

/// A program to run, scrape and take log lines from.
#[derive(Debug, Clone)]
pub struct TargetConfig {
    /// The program.
    pub program: PathBuf,
    /// Its arguments; `{listen}` and `{fault_listen}` are replaced by `host:port`.
    pub args: Vec<String>,
    /// Variables added to its environment.
    pub env: BTreeMap<String, String>,
    /// The scrape job and the `app` label of series and log lines.
    pub app: String,
    /// The `container` label of log lines.
    pub container: String,
    /// Path that answers 200 when the target serves; `None`: it counts as ready once started.
    pub readiness_path: Option<String>,
    /// Path that Prometheus scrapes; `None`: it isn't scraped.
    pub metrics_path: Option<String>,
}

impl TargetConfig {
    /// The reference service in its profile `kv`. `database` is a path or `:memory:`.
    pub fn kv(program: PathBuf, database: &str, seed: u64) -> Self {
        let args = [
            "--profile",
            "kv",
            "--listen",
            "{listen}",
            "--fault-listen",
            "{fault_listen}",
            "--database",
            database,
            "--seed",
            &seed.to_string(),
        ];
        Self {
            program,
            args: args.iter().map(ToString::to_string).collect(),
            env: BTreeMap::new(),
            app: "kv".to_owned(),
            container: BINARY.to_owned(),
            readiness_path: Some("/readyz".to_owned()),
            metrics_path: Some("/metrics".to_owned()),
        }
    }

    /// The arguments with addresses filled in.
    pub(crate) fn arguments(&self, port: u16, fault_port: u16) -> Vec<String> {
        let fill = |arg: &String| {
            arg.replace("{listen}", &format!("127.0.0.1:{port}"))
                .replace("{fault_listen}", &format!("127.0.0.1:{fault_port}"))
        };
        self.args.iter().map(fill).collect()
    }
}

/// The reference service can't be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// It was named and isn't there.
    #[error("target-service at {}: no such file; correct --target or SLOPROOF_TARGET, or leave it out to search", path.display())]
    Missing {
        /// What was named.
        path: PathBuf,
    },
    /// It is nowhere to be found.
    #[error(
        "{BINARY} found neither beside {} nor on PATH; build it with `cargo build -p {BINARY}`, or name it with --target",
        exe.display()
    )]
    NotFound {
        /// The running program.
        exe: PathBuf,
    },
}

/// Finds the reference service: the explicit path, else beside the running program `exe`, else on
/// PATH.
pub fn find_target(
    explicit: Option<&Path>,
    exe: &Path,
    search_path: &OsStr,
) -> Result<PathBuf, TargetError> {
    if let Some(path) = explicit {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        return if path.is_file() {
            Ok(path)
        } else {
            Err(TargetError::Missing { path })
        };
    }
    exe.parent()
        .map(Path::to_owned)
        .into_iter()
        .chain(env::split_paths(search_path))
        .map(|folder| folder.join(BINARY))
        .find(|path| path.is_absolute() && path.is_file())
        .ok_or_else(|| TargetError::NotFound {
            exe: exe.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_filled_into_the_arguments() {
        let target = TargetConfig::kv("target-service".into(), ":memory:", 7);
        insta::assert_snapshot!(
            target.arguments(20001, 20002).join(" "),
            @"--profile kv --listen 127.0.0.1:20001 --fault-listen 127.0.0.1:20002 --database :memory: --seed 7"
        );
    }

    #[test]
    fn a_missing_service_is_told_with_the_command_that_builds_it() {
        let error = find_target(None, Path::new("/nowhere/sloproof"), OsStr::new("")).unwrap_err();
        insta::assert_snapshot!(error, @"target-service found neither beside /nowhere/sloproof nor on PATH; build it with `cargo build -p target-service`, or name it with --target");
    }

    #[test]
    fn the_service_beside_the_program_wins_over_path() {
        let beside = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        for folder in [&beside, &other] {
            std::fs::write(folder.path().join(BINARY), "").unwrap();
        }
        let found = find_target(
            None,
            &beside.path().join("sloproof"),
            other.path().as_os_str(),
        )
        .unwrap();
        assert_eq!(found, beside.path().join(BINARY));
    }
}
