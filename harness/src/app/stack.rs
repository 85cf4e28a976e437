//! `sloproof stack`: install, up, down, status, supervise.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::{Console, Failure, PASS};
use crate::gate::exit;
use crate::stack::tools::{self, Search, Tool, Toolbox};
use crate::stack::{
    self, Detached, Down, Health, OnExit, Places, Progress, StackConfig, State, Status,
    TargetConfig,
};

/// How long the background supervisor may take until everything is ready.
const START_LIMIT: Duration = Duration::from_mins(2);

/// Explicit binaries.
#[derive(Debug, Clone, Default)]
pub struct ToolPaths {
    /// Prometheus.
    pub prometheus: Option<PathBuf>,
    /// promtool.
    pub promtool: Option<PathBuf>,
    /// Alertmanager.
    pub alertmanager: Option<PathBuf>,
    /// amtool.
    pub amtool: Option<PathBuf>,
    /// Loki.
    pub loki: Option<PathBuf>,
    /// The reference service.
    pub target: Option<PathBuf>,
}

/// How the stack is to be started.
#[derive(Debug, Clone, Default)]
pub struct UpOptions {
    /// Explicit binaries.
    pub tools: ToolPaths,
    /// Seed of the reference service.
    pub seed: u64,
    /// Its database.
    pub database: String,
}

/// `sloproof stack install`.
pub async fn install(console: &Console, paths: &ToolPaths) -> Result<u8, Failure> {
    let toolbox = locate(console, paths, &Tool::ALL).await?;
    let lines: Vec<String> = toolbox
        .iter()
        .map(|(tool, located)| {
            let version = located.version.as_deref().unwrap_or("unknown");
            let path = located.path.display();
            format!("{:14} {version:10} {path}", tool.name())
        })
        .collect();
    console.print(&lines.join("\n"))?;
    Ok(PASS)
}

/// `sloproof stack up`.
pub async fn up(console: &Console, options: &UpOptions) -> Result<u8, Failure> {
    let places = Places::from_env();
    let mut tell = teller(console);
    let running = stack::recover(&places.state_file(), &mut tell)
        .await
        .map_err(Failure::usage)?;
    if let Some(state) = running {
        console.say("the stack is already up");
        return print_status(console, &state, false).await;
    }
    let target = find_target(&options.tools, &places)?;
    let toolbox = locate(console, &options.tools, &Tool::SERVERS).await?;
    let supervisor = Detached {
        exe: std::env::current_exe().context("cannot tell where this program is")?,
        args: supervisor_args(&toolbox, &target, options),
        env: vec![],
        state_file: places.state_file(),
        log: places.supervisor_log(),
        limit: START_LIMIT,
    };
    let state = stack::detach(&supervisor).await.map_err(Failure::usage)?;
    console.say("the stack is up; `sloproof stack down` stops it");
    print_status(console, &state, false).await
}

/// `sloproof stack supervise`, what `up` starts.
pub async fn supervise(console: &Console, options: &UpOptions) -> Result<u8, Failure> {
    let places = Places::from_env();
    let toolbox = locate(console, &options.tools, &Tool::SERVERS).await?;
    let mut config = config(&places, &options.tools, options.seed, &options.database)?;
    config.state_file = Some(places.state_file());
    let mut tell = teller(console);
    stack::supervise(&config, &toolbox, OnExit::Record, &mut tell)
        .await
        .map_err(Failure::usage)?;
    Ok(PASS)
}

/// `sloproof stack down`.
pub async fn down(console: &Console) -> Result<u8, Failure> {
    let mut tell = teller(console);
    let what = stack::down(&Places::from_env().state_file(), &mut tell)
        .await
        .map_err(Failure::usage)?;
    console.say(match what {
        Down::NotUp => "no stack is up",
        Down::Stopped => "the stack is down; nothing of it is left",
        Down::CleanedUp => "the stack's owner was gone; what it left was stopped and removed",
    });
    Ok(PASS)
}

/// `sloproof stack status`.
pub async fn status(console: &Console, json: bool) -> Result<u8, Failure> {
    match stack::state::load(&Places::from_env().state_file()).map_err(Failure::usage)? {
        Some(state) => print_status(console, &state, json).await,
        None if json => {
            console.print("null")?;
            Ok(exit::FAIL)
        }
        None => {
            console.print("no stack is up; `sloproof stack up` starts one")?;
            Ok(exit::FAIL)
        }
    }
}

/// Finds or builds tools, telling what it does.
pub(super) async fn locate(
    console: &Console,
    paths: &ToolPaths,
    wanted: &[Tool],
) -> Result<Toolbox, Failure> {
    let mut search = Search::new(&Places::from_env());
    for (tool, path) in [
        (Tool::Prometheus, &paths.prometheus),
        (Tool::Promtool, &paths.promtool),
        (Tool::Alertmanager, &paths.alertmanager),
        (Tool::Amtool, &paths.amtool),
        (Tool::Loki, &paths.loki),
    ] {
        if let Some(path) = path {
            search.explicit.insert(tool, path.clone());
        }
    }
    let mut tell = teller(console);
    tools::locate(wanted, &search, &mut tell)
        .await
        .map_err(Failure::usage)
}

/// The configuration of a stack with the reference service in it.
pub(super) fn config(
    places: &Places,
    paths: &ToolPaths,
    seed: u64,
    database: &str,
) -> Result<StackConfig, Failure> {
    let mut config = StackConfig::new(places);
    config.target = Some(TargetConfig::kv(
        find_target(paths, places)?,
        database,
        seed,
    ));
    Ok(config)
}

fn find_target(paths: &ToolPaths, places: &Places) -> Result<PathBuf, Failure> {
    let exe = std::env::current_exe().context("cannot tell where this program is")?;
    stack::find_target(paths.target.as_deref(), &exe, &places.search_path).map_err(Failure::usage)
}

fn supervisor_args(toolbox: &Toolbox, target: &Path, options: &UpOptions) -> Vec<OsString> {
    let mut args: Vec<OsString> = ["stack", "supervise"].map(OsString::from).into();
    for (tool, located) in toolbox.iter() {
        args.push(format!("--{}", tool.name()).into());
        args.push(located.path.clone().into());
    }
    args.extend(["--target".into(), target.as_os_str().to_owned()]);
    args.extend(["--seed".into(), options.seed.to_string().into()]);
    args.extend(["--database".into(), options.database.clone().into()]);
    args
}

async fn print_status(console: &Console, state: &State, json: bool) -> Result<u8, Failure> {
    let status = stack::status(state).await.map_err(Failure::usage)?;
    let text = if json {
        serde_json::to_string_pretty(&status).context("cannot encode the status")?
    } else {
        words(&status)
    };
    console.print(&text)?;
    Ok(if status.is_healthy() {
        PASS
    } else {
        exit::FAIL
    })
}

fn words(status: &Status) -> String {
    let mut lines = Vec::new();
    for component in &status.components {
        let health = match &component.health {
            Health::Running => "running".to_owned(),
            Health::Exited { how } => format!("exited {}", how.as_deref().unwrap_or("(unseen)")),
            Health::Unreachable { why } => format!("unreachable: {why}"),
        };
        lines.push(format!(
            "{:14} {:10} pid {:<8} {health}",
            component.component.name(),
            component.version.as_deref().unwrap_or("-"),
            component.pid
        ));
        for link in &component.links {
            lines.push(format!("    {:12} {}", link.title, link.url));
        }
    }
    lines.push(format!(
        "webhooks go to {} while a run listens",
        status.receiver_url
    ));
    lines.join("\n")
}

/// Turns the stack's events into lines; a build's progress is rewritten in place, or told every 30 s.
pub(super) fn teller(console: &Console) -> impl FnMut(Progress) + Send + use<> {
    let console = console.clone();
    let mut bar = None;
    let mut told = Duration::ZERO;
    move |event| match event {
        Progress::ToolFound {
            tool,
            version,
            origin,
            ..
        } => console.say(&format!(
            "  {:14} {:10} {}",
            tool.name(),
            version.as_deref().unwrap_or("unknown"),
            match origin {
                tools::Origin::Explicit => "as named",
                tools::Origin::Cache => "found in cache",
                tools::Origin::Path => "found on PATH",
                tools::Origin::Built => "built",
            }
        )),
        Progress::ToolSkipped {
            tool,
            path,
            found,
            wanted,
        } => console.say(&format!(
            "  {:14} {} is version {}, not {wanted}: not used",
            tool.name(),
            path.display(),
            found.as_deref().unwrap_or("unknown")
        )),
        Progress::InstallerBusy { lock } => {
            console.say(&format!(
                "  waiting for another installer ({})",
                lock.display()
            ));
        }
        Progress::BuildStarted { module, disk, .. } => {
            told = Duration::ZERO;
            bar = Some(console.live_line());
            console.say(&format!(
                "  {module:14} building with Go; needs {:.0} GB of disk while it builds, takes minutes, once",
                disk as f64 / 1e9
            ));
        }
        Progress::Building {
            module,
            packages,
            expected,
            downloads,
            elapsed,
        } => {
            let line = if packages == 0 {
                format!(
                    "{module:14} {downloads} modules downloaded, {} s",
                    elapsed.as_secs()
                )
            } else {
                format!(
                    "{module:14} {packages} of about {expected} packages, {} s",
                    elapsed.as_secs()
                )
            };
            if let Some(bar) = &bar {
                bar.set_message(line.clone());
            }
            if !console.is_live() && elapsed >= told + Duration::from_secs(30) {
                told = elapsed;
                console.say(&format!("  {line}"));
            }
        }
        Progress::BuildFinished {
            module, elapsed, ..
        } => {
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
            console.say(&format!("  {module:14} built in {} s", elapsed.as_secs()));
        }
        Progress::Exited { component, status } => {
            console.say(&format!("{component} ended by itself: {status}"));
        }
        Progress::Recovered { killed, .. } => {
            console.say(&format!(
                "cleaned up after a stack whose owner was killed ({killed} processes)"
            ));
        }
        _ => {}
    }
}
