//! The adapters against a real Prometheus and a real Loki. Skipped, and said so, where they are not installed.

mod alertmanager;
mod loki;
mod prometheus;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sloproof::model::{AlertState, Answer, Engine, Question, Reading, RuleGroup, Timeline};
use sloproof::telemetry::{AlertObserver, Role, Source, probe};

use crate::fake::{ms, wall};

/// A child that dies with the test, and its directory.
pub(crate) struct Running {
    child: Child,
    dir: tempfile::TempDir,
    pub(crate) url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The newest cached binary of a tool.
pub(crate) fn cached(tool: &str) -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(home)?;
    let found = std::fs::read_dir(cache.join("sloproof/stack")).ok()?;
    let newest = found
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with(&format!("{tool}-")))
        })
        .map(|path| path.join(tool))
        .filter(|path| path.is_file())
        .max();
    if newest.is_none() {
        eprintln!("skipped: no {tool} in the stack cache");
    }
    newest
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

pub(crate) async fn start(
    role: Role,
    tool: &str,
    lay_out: impl Fn(&Path, u16) -> Vec<String>,
) -> Option<Running> {
    let binary = cached(tool)?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let port = free_port();
    let child = Command::new(binary)
        .args(lay_out(dir.path(), port))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running {
        child,
        dir,
        url: format!("http://127.0.0.1:{port}"),
    };
    for _ in 0..200 {
        if probe(role, &running.url).await.is_ok() {
            return Some(running);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{role} did not become ready: {:?}", running.dir);
}

/// A run whose load began two seconds before now.
pub(crate) fn until_now() -> Timeline {
    let now = wall()();
    Timeline {
        baseline: now - ms(2500),
        load_start: now - ms(2000),
        load_end: now,
        settled: now,
        phases: vec![],
        unsettled: vec![],
        interrupted: false,
    }
}

pub(crate) async fn ask(source: &dyn Source, question: Question) -> Answer {
    source.ask(&question, &until_now()).await.answer
}

/// Asks until the answer is a value that satisfies, for at most 15 s.
pub(crate) async fn until(
    source: &dyn Source,
    question: Question,
    ok: impl Fn(&Reading) -> bool,
) -> Reading {
    let mut last = Answer::Empty;
    for _ in 0..150 {
        last = ask(source, question.clone()).await;
        match last {
            Answer::Value(reading) if ok(&reading) => return reading,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("{question:?}: {last:?}");
}

pub(crate) async fn loaded(source: &dyn Source, engine: Engine) -> Vec<RuleGroup> {
    match until(source, Question::LoadedRules { engine }, |_| true).await {
        Reading::Rules(groups) => groups,
        other => panic!("{other:?}"),
    }
}

/// The expressions of a rule file, as YAML gives them.
pub(crate) fn written(file: &str) -> Vec<String> {
    let file: serde_json::Value = serde_saphyr::from_str(file).unwrap();
    let rules = file["groups"][0]["rules"].as_array().unwrap();
    rules
        .iter()
        .map(|rule| rule["expr"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) async fn canonical(source: &dyn Source, engine: Engine, query: String) -> String {
    match ask(source, Question::CanonicalQuery { engine, query }).await {
        Answer::Value(Reading::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Written expressions, formatted by the engine, read like the loaded ones.
pub(crate) async fn spelled_alike(
    source: &dyn Source,
    engine: Engine,
    file: &str,
) -> Vec<RuleGroup> {
    let groups = loaded(source, engine).await;
    for (rule, expr) in groups[0].rules.iter().zip(written(file)) {
        assert_eq!(
            rule.expr,
            canonical(source, engine, expr).await,
            "{}",
            rule.name
        );
    }
    groups
}

pub(crate) async fn seen_firing(engine: Engine, url: &str, alert: &str) {
    let observer = AlertObserver::start(engine, url, ms(50), wall()).unwrap();
    let firing = (alert.to_owned(), AlertState::Firing);
    for _ in 0..150 {
        if observer.snapshot().contains(&firing) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let log = observer.stop().await;
    assert!(
        log.transitions
            .iter()
            .any(|t| t.name == alert && t.state == AlertState::Firing),
        "{log:?}"
    );
    assert_eq!(log.failed_polls, 0);
}
