//! A stack in a folder of its own, and how it is asked and hurt.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sloproof::stack::tools::{Search, Tool, Toolbox, locate};
use sloproof::stack::{Component, Places, StackConfig, State, TargetConfig};
use tokio::process::Command;
use tokio::time::{Instant, sleep};

pub(super) async fn tools() -> Toolbox {
    locate(
        &Tool::SERVERS,
        &Search::new(&Places::from_env()),
        &mut |_| {},
    )
    .await
    .unwrap()
}

/// A target that prints a line every 20 ms and ignores its addresses.
pub(super) fn chatty_target() -> TargetConfig {
    let script =
        r#"i=0; while :; do i=$((i+1)); echo "{\"n\":$i,\"level\":\"info\"}"; sleep 0.02; done"#;
    TargetConfig {
        program: "/bin/sh".into(),
        args: vec!["-c".to_owned(), script.to_owned()],
        readiness_path: None,
        metrics_path: None,
        ..TargetConfig::kv(PathBuf::new(), ":memory:", 1)
    }
}

pub(super) fn config(folder: &Path) -> StackConfig {
    StackConfig {
        base_dir: folder.join("work"),
        target: Some(chatty_target()),
        ..StackConfig::new(&Places::from_env())
    }
}

pub(super) fn state_file(folder: &Path) -> PathBuf {
    folder.join("stack.json")
}

/// No process of the stack, and nothing in the folder where working directories are made.
pub(super) fn assert_nothing_is_left(folder: &Path, state: &State) {
    for component in &state.components {
        assert!(
            !component.process.is_alive(),
            "{} still runs",
            component.component
        );
    }
    let work: Vec<_> = std::fs::read_dir(folder.join("work")).unwrap().collect();
    assert!(work.is_empty(), "{work:?}");
    assert!(!state_file(folder).exists());
}

pub(super) async fn kill(state: &State, component: Component) {
    let process = state.component(component).unwrap().process;
    signal("KILL", process.pid).await;
}

pub(super) async fn signal(name: &str, pid: u32) {
    Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()
        .await
        .unwrap();
}

/// Asks again until the answer is there; the test fails after ten seconds.
pub(super) async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut question: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(answer) = question().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: not within ten seconds");
        sleep(Duration::from_millis(50)).await;
    }
}

pub(super) async fn get(url: String) -> Option<serde_json::Value> {
    reqwest::get(url)
        .await
        .ok()?
        .error_for_status()
        .ok()?
        .json()
        .await
        .ok()
}
