//! The Go toolchain: is it there, is it new enough.

use std::io;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::catalogue::GoModule;
use super::error::ToolError;
use super::version;

/// Checks that `go` can build the module whose files lie in `dir`.
///
/// It is asked inside that folder: with `GOTOOLCHAIN=auto` an older Go then fetches and names the
/// version that `go.mod` asks for, with `local` it refuses.
pub(super) async fn check(module: &GoModule, dir: &Path) -> Result<(), ToolError> {
    let wanted = least_version(module).to_owned();
    let asked = Command::new("go")
        .args(["env", "GOVERSION"])
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .await;
    let output = match asked {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ToolError::NoGo {
                module: module.name,
                wanted,
            });
        }
        Err(error) => return Err(ToolError::io("run", "go")(error)),
    };
    let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && version::go_is_at_least(&found, &wanted) {
        return Ok(());
    }
    let refusal = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let found = if refusal.is_empty() { found } else { refusal };
    Err(ToolError::OldGo {
        module: module.name,
        wanted,
        found,
    })
}

/// The `go` line of the module file.
fn least_version(module: &GoModule) -> &'static str {
    module
        .go_mod
        .lines()
        .find_map(|line| line.strip_prefix("go "))
        .unwrap_or("1.26")
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::Tool;
    use super::*;

    #[test]
    fn loki_asks_for_the_newest_go() {
        assert_eq!(least_version(Tool::Loki.module()), "1.26.5");
    }
}
