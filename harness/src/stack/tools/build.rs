//! Building pinned modules with Go.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStderr, Command};
use tokio::time::Instant;

use super::catalogue::GoModule;
use super::error::ToolError;
use super::find::Search;
use super::{cache, go, version};
use crate::stack::progress::{OnProgress, Progress};

/// At most this often is progress told.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Lines of compiler output kept for the error message.
const OUTPUT_LINES: usize = 20;

/// Builds the modules and installs their tools. The caller holds the install lock.
///
/// All builds share one build cache, made for them and removed with them: gigabytes that nobody
/// needs again. Downloaded modules stay in Go's own module cache.
pub(super) async fn all(
    modules: &[&'static GoModule],
    search: &Search,
    progress: OnProgress<'_>,
) -> Result<(), ToolError> {
    if modules.is_empty() {
        return Ok(());
    }
    let workshop = Workshop::new(&search.tools_dir)?;
    for module in modules {
        workshop.lay_out(module)?;
        go::check(module, &workshop.module_dir(module)).await?;
    }
    // The modules are built one after the other, but all that they leave behind adds up until the
    // end.
    enough_disk(
        &workshop.dir,
        modules.iter().map(|module| module.disk).sum(),
    )?;
    for module in modules {
        build(module, &workshop, progress).await?;
        for &tool in module.tools {
            let built = workshop.bin_dir().join(tool.name());
            let found = version::of(&built).await;
            if found.as_deref() != Some(tool.version()) {
                return Err(ToolError::BuiltOther { tool, found });
            }
            cache::install(&search.tools_dir, tool, &built)?;
        }
    }
    Ok(())
}

/// The temporary folder of a build; removed when dropped.
struct Workshop {
    dir: PathBuf,
}

impl Workshop {
    /// The name is fixed, so a killed installer's leavings are found and removed by the next one.
    fn new(tools_dir: &Path) -> Result<Self, ToolError> {
        let dir = tools_dir.join(".build");
        if dir.exists() {
            fs::remove_dir_all(&dir).map_err(ToolError::io("remove", &dir))?;
        }
        let workshop = Self { dir };
        for folder in [workshop.bin_dir(), workshop.go_cache(), workshop.go_temp()] {
            fs::create_dir_all(&folder).map_err(ToolError::io("create", &folder))?;
        }
        Ok(workshop)
    }

    fn lay_out(&self, module: &GoModule) -> Result<(), ToolError> {
        let dir = self.module_dir(module);
        fs::create_dir_all(&dir).map_err(ToolError::io("create", &dir))?;
        for (name, text) in [("go.mod", module.go_mod), ("go.sum", module.go_sum)] {
            let path = dir.join(name);
            fs::write(&path, text).map_err(ToolError::io("write", &path))?;
        }
        Ok(())
    }

    fn module_dir(&self, module: &GoModule) -> PathBuf {
        self.dir.join(module.name)
    }

    fn bin_dir(&self) -> PathBuf {
        self.dir.join("bin")
    }

    fn go_cache(&self) -> PathBuf {
        self.dir.join("go-cache")
    }

    /// A killed `go` leaves its intermediate files behind; here they are found.
    fn go_temp(&self) -> PathBuf {
        self.dir.join("go-temp")
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // What can't be removed now is removed by the next installer.
        let _ = fs::remove_dir_all(&self.dir);
    }
}

async fn build(
    module: &'static GoModule,
    workshop: &Workshop,
    progress: OnProgress<'_>,
) -> Result<(), ToolError> {
    let started = Instant::now();
    progress(Progress::BuildStarted {
        module: module.name,
        expected: module.expected_packages,
        disk: module.disk,
    });
    let mut child = command(module, workshop)
        .spawn()
        .map_err(ToolError::io("run", "go"))?;
    let mut output = Output::default();
    if let Some(stderr) = child.stderr.take() {
        output
            .follow(stderr, module, started, progress)
            .await
            .map_err(ToolError::io("read the output of", "go"))?;
    }
    let status = child
        .wait()
        .await
        .map_err(ToolError::io("wait for", "go"))?;
    if !status.success() {
        let output = output.last.make_contiguous().join("\n");
        return Err(ToolError::Build {
            module: module.name,
            status,
            output,
        });
    }
    progress(Progress::BuildFinished {
        module: module.name,
        packages: output.packages,
        elapsed: started.elapsed(),
    });
    Ok(())
}

fn command(module: &GoModule, workshop: &Workshop) -> Command {
    let mut linker = "-s -w".to_owned();
    for symbol in module.version_symbols {
        linker.push_str(" -X ");
        linker.push_str(symbol);
        linker.push('=');
        linker.push_str(module.version);
    }
    let mut command = Command::new("go");
    command
        .args([
            "build",
            "-v",
            "-mod=readonly",
            "-buildvcs=false",
            "-trimpath",
            "-tags",
            module.tags,
        ])
        .args(["-ldflags", &linker])
        .arg("-o")
        .arg(workshop.bin_dir())
        .args(module.packages)
        .current_dir(workshop.module_dir(module))
        .env("CGO_ENABLED", "0")
        .env("GOCACHE", workshop.go_cache())
        .env("GOTMPDIR", workshop.go_temp())
        .env("GOWORK", "off")
        // The user's own flags may contradict ours (-mod=vendor, -tags).
        .env("GOFLAGS", "")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// What `go build -v` says: one line per download, one per compiled package, and the complaints.
#[derive(Default)]
struct Output {
    downloads: u32,
    packages: u32,
    last: VecDeque<String>,
}

impl Output {
    async fn follow(
        &mut self,
        stderr: ChildStderr,
        module: &GoModule,
        started: Instant,
        progress: OnProgress<'_>,
    ) -> std::io::Result<()> {
        let mut lines = BufReader::new(stderr).lines();
        let mut told = started;
        let mut tick = tokio::time::interval(TELL_EVERY);
        loop {
            tokio::select! {
                line = lines.next_line() => match line? {
                    Some(line) => self.take(line),
                    None => return Ok(()),
                },
                // Linking is silent for many seconds; the clock still runs.
                _ = tick.tick() => {}
            }
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                progress(Progress::Building {
                    module: module.name,
                    downloads: self.downloads,
                    packages: self.packages,
                    expected: module.expected_packages,
                    elapsed: started.elapsed(),
                });
            }
        }
    }

    fn take(&mut self, line: String) {
        if line.starts_with("go: downloading ") {
            self.downloads += 1;
        } else if !line.contains(char::is_whitespace) {
            self.packages += 1;
        } else {
            if self.last.len() == OUTPUT_LINES {
                self.last.pop_front();
            }
            self.last.push_back(line);
        }
    }
}

fn enough_disk(dir: &Path, needed: u64) -> Result<(), ToolError> {
    let stat = rustix::fs::statvfs(dir).map_err(|error| ToolError::Io {
        action: "measure the free space of",
        path: dir.into(),
        source: error.into(),
    })?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    if free < needed {
        return Err(ToolError::DiskFull {
            dir: dir.into(),
            needed,
            free,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impossible_demand_for_disk_is_refused_with_the_remedy() {
        let error = enough_disk(Path::new("/"), u64::MAX)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("set XDG_CACHE_HOME to another disk"),
            "{error}"
        );
    }

    #[test]
    fn downloads_packages_and_complaints_are_told_apart() {
        let mut output = Output::default();
        for line in [
            "go: downloading a v1.0.0",
            "internal/cpu",
            "net/http",
            "./x.go:3:1: syntax error",
        ] {
            output.take(line.to_owned());
        }
        assert_eq!((output.downloads, output.packages), (1, 2));
        assert_eq!(output.last, ["./x.go:3:1: syntax error"]);
    }

    #[test]
    fn the_workshop_is_removed_when_dropped() {
        let root = tempfile::tempdir().unwrap();
        let workshop = Workshop::new(root.path()).unwrap();
        let dir = workshop.dir.clone();
        assert!(dir.exists());
        drop(workshop);
        assert!(!dir.exists());
    }
}
