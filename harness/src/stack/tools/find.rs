//! The search for tools.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::catalogue::{GoModule, Tool};
use super::error::ToolError;
use super::{build, cache, version};
use crate::stack::places::Places;
use crate::stack::progress::{OnProgress, Progress};

/// Where to look. The caller fills it from flags and environment.
#[derive(Debug, Clone)]
pub struct Search {
    /// Binaries named by the user. They are used whatever their version is.
    pub explicit: BTreeMap<Tool, PathBuf>,
    /// The cache of built tools.
    pub tools_dir: PathBuf,
    /// The value of PATH.
    pub search_path: OsString,
    /// Whether a tool that isn't found is built.
    pub build: bool,
}

impl Search {
    /// The usual search: cache, PATH, build.
    pub fn new(places: &Places) -> Self {
        Self {
            explicit: BTreeMap::new(),
            tools_dir: places.tools_dir(),
            search_path: places.search_path.clone(),
            build: true,
        }
    }
}

/// Which step of the search found a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The user named it.
    Explicit,
    /// Built earlier.
    Cache,
    /// Found on PATH with the pinned version.
    Path,
    /// Built just now.
    Built,
}

/// A tool that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The binary, absolute.
    pub path: PathBuf,
    /// Its version; `None` if an explicitly named binary doesn't tell.
    pub version: Option<String>,
    /// Who found it.
    pub origin: Origin,
}

/// The tools that were asked for.
#[derive(Debug, Clone, Default)]
pub struct Toolbox {
    tools: BTreeMap<Tool, Located>,
}

impl Toolbox {
    /// A tool, if it was asked for.
    pub fn get(&self, tool: Tool) -> Option<&Located> {
        self.tools.get(&tool)
    }

    /// All of them, in the order of [`Tool`].
    pub fn iter(&self) -> impl Iterator<Item = (Tool, &Located)> {
        self.tools.iter().map(|(tool, located)| (*tool, located))
    }
}

/// Finds each of the wanted tools, or builds it. A build takes minutes, all else milliseconds.
///
/// Dropping the future ends a running build and removes what it left, but for the downloaded
/// modules.
pub async fn locate(
    wanted: &[Tool],
    search: &Search,
    progress: OnProgress<'_>,
) -> Result<Toolbox, ToolError> {
    let mut toolbox = Toolbox::default();
    let mut missing: Vec<Tool> = Vec::new();
    for &tool in wanted {
        match find(tool, search, progress).await? {
            Some(located) => announce(&mut toolbox, tool, located, progress),
            None if search.build => missing.push(tool),
            None => return Err(ToolError::NotFound { tool }),
        }
    }
    if missing.is_empty() {
        return Ok(toolbox);
    }
    let _lock = cache::InstallLock::acquire(&search.tools_dir, progress).await?;
    // Another installer may have been here while this one waited for the lock.
    let modules = modules_of(
        missing
            .iter()
            .copied()
            .filter(|&tool| cached(tool, search).is_none()),
    );
    build::all(&modules, search, progress).await?;
    for tool in missing {
        let origin = if modules.contains(&tool.module()) {
            Origin::Built
        } else {
            Origin::Cache
        };
        let located = cached(tool, search).ok_or(ToolError::NotFound { tool })?;
        announce(&mut toolbox, tool, Located { origin, ..located }, progress);
    }
    Ok(toolbox)
}

fn announce(toolbox: &mut Toolbox, tool: Tool, located: Located, progress: OnProgress<'_>) {
    let Located {
        path,
        version,
        origin,
    } = located.clone();
    progress(Progress::ToolFound {
        tool,
        version,
        path,
        origin,
    });
    toolbox.tools.insert(tool, located);
}

async fn find(
    tool: Tool,
    search: &Search,
    progress: OnProgress<'_>,
) -> Result<Option<Located>, ToolError> {
    if let Some(path) = search.explicit.get(&tool) {
        return explicit(tool, path).await.map(Some);
    }
    match cached(tool, search) {
        Some(located) => Ok(Some(located)),
        None => Ok(on_path(tool, search, progress).await),
    }
}

async fn explicit(tool: Tool, path: &Path) -> Result<Located, ToolError> {
    let absolute = std::path::absolute(path).map_err(ToolError::io("resolve", path))?;
    if !cache::is_executable(&absolute) {
        return Err(ToolError::NotExecutable {
            tool,
            path: absolute,
        });
    }
    Ok(Located {
        version: version::of(&absolute).await,
        path: absolute,
        origin: Origin::Explicit,
    })
}

fn cached(tool: Tool, search: &Search) -> Option<Located> {
    let path = cache::path(&search.tools_dir, tool);
    cache::is_executable(&path).then(|| Located {
        path,
        version: Some(tool.version().to_owned()),
        origin: Origin::Cache,
    })
}

/// The first binary on PATH with the pinned version. Others are told about and passed over: their
/// behaviour isn't what the checks were written against.
async fn on_path(tool: Tool, search: &Search, progress: OnProgress<'_>) -> Option<Located> {
    for folder in env::split_paths(&search.search_path) {
        let path = folder.join(tool.name());
        if !path.is_absolute() || !cache::is_executable(&path) {
            continue;
        }
        let found = version::of(&path).await;
        if found.as_deref() == Some(tool.version()) {
            return Some(Located {
                path,
                version: found,
                origin: Origin::Path,
            });
        }
        progress(Progress::ToolSkipped {
            tool,
            path,
            found,
            wanted: tool.version(),
        });
    }
    None
}

fn modules_of(tools: impl Iterator<Item = Tool>) -> Vec<&'static GoModule> {
    let mut modules: Vec<&'static GoModule> = Vec::new();
    for tool in tools {
        if !modules.contains(&tool.module()) {
            modules.push(tool.module());
        }
    }
    modules
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn script(folder: &Path, name: &str, version: &str) -> PathBuf {
        fs::create_dir_all(folder).unwrap();
        let path = folder.join(name);
        fs::write(
            &path,
            format!("#!/bin/sh\necho '{name}, version {version} (branch: )'\n"),
        )
        .unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn search(root: &Path) -> Search {
        Search {
            explicit: BTreeMap::new(),
            tools_dir: root.join("cache"),
            search_path: env::join_paths([root.join("old"), root.join("new")]).unwrap(),
            build: false,
        }
    }

    #[tokio::test]
    async fn a_wrong_version_on_path_is_named_and_the_right_one_behind_it_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let old = script(&root.path().join("old"), "loki", "2.0.0");
        let new = script(&root.path().join("new"), "loki", Tool::Loki.version());
        let mut events = Vec::new();
        let tools = locate(&[Tool::Loki], &search(root.path()), &mut |event| {
            events.push(event);
        })
        .await
        .unwrap();
        assert_eq!(tools.get(Tool::Loki).unwrap().path, new);
        let skipped = Progress::ToolSkipped {
            tool: Tool::Loki,
            path: old,
            found: Some("2.0.0".to_owned()),
            wanted: Tool::Loki.version(),
        };
        assert_eq!(events[0], skipped);
    }

    #[tokio::test]
    async fn an_explicit_path_wins_whatever_its_version() {
        let root = tempfile::tempdir().unwrap();
        let mine = script(root.path(), "loki", "9.9.9");
        let mut search = search(root.path());
        search.explicit.insert(Tool::Loki, mine.clone());
        let tools = locate(&[Tool::Loki], &search, &mut |_| {}).await.unwrap();
        let found = Located {
            path: mine,
            version: Some("9.9.9".to_owned()),
            origin: Origin::Explicit,
        };
        assert_eq!(tools.get(Tool::Loki), Some(&found));
    }

    #[tokio::test]
    async fn a_missing_tool_is_named_with_the_remedy() {
        let root = tempfile::tempdir().unwrap();
        let error = locate(&[Tool::Amtool], &search(root.path()), &mut |_| {})
            .await
            .unwrap_err();
        insta::assert_snapshot!(error, @"amtool 0.31.1 found neither in the cache nor on PATH; run `sloproof stack install`, or name one with SLOPROOF_AMTOOL");
    }
}
