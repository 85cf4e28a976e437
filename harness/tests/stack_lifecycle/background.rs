//! A stack in the background: found again, ended, and cleaned up after.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sloproof::stack::{
    Component, Detached, Down, OnExit, StackConfig, StackError, State, detach, down, recover,
    status, supervise, sweep,
};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::place::{assert_nothing_is_left, config, kill, signal, state_file, tools};

/// Names the folder of the supervisor under test; see [`supervisor_process`].
const FOLDER: &str = "SLOPROOF_TEST_STACK_FOLDER";

/// A folder with a supervised stack in it, which ends with the test, however the test ends.
struct Supervised(TempDir);

impl Supervised {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl std::ops::Deref for Supervised {
    type Target = TempDir;

    fn deref(&self) -> &TempDir {
        &self.0
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        let Ok(Some(state)) = sloproof::stack::state::load(&state_file(self.path())) else {
            return;
        };
        let pid = state.supervisor.pid.to_string();
        let _ = std::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status();
        for _ in 0..200 {
            if !state.supervisor.is_alive() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn supervised(folder: &Path) -> StackConfig {
    StackConfig {
        state_file: Some(state_file(folder)),
        ..config(folder)
    }
}

/// Not a test: the supervisor that the tests below start, by running this very binary again.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the other tests as a process of its own"]
async fn supervisor_process() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    supervise(
        &supervised(&folder),
        &tools().await,
        OnExit::TearDown,
        &mut |_| {},
    )
    .await
    .unwrap();
}

fn supervisor(folder: &TempDir) -> Detached {
    Detached {
        exe: std::env::current_exe().unwrap(),
        args: [
            "--exact",
            "background::supervisor_process",
            "--ignored",
            "--nocapture",
        ]
        .map(Into::into)
        .into(),
        // A backtrace would push the error out of the last lines that are told.
        env: vec![
            (FOLDER.into(), folder.path().into()),
            ("RUST_BACKTRACE".into(), "0".into()),
        ],
        state_file: state_file(folder.path()),
        log: folder.path().join("supervisor.log"),
        limit: Duration::from_mins(1),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_background_stack_is_found_again_and_ended() {
    let folder = Supervised::new();
    let state = detach(&supervisor(&folder)).await.unwrap();
    let found = recover(&state_file(folder.path()), &mut |_| {})
        .await
        .unwrap()
        .expect("already up");
    assert_eq!(found.supervisor, state.supervisor);
    assert!(status(&found).await.unwrap().is_healthy());

    let second = detach(&supervisor(&folder)).await.unwrap_err();
    assert!(
        matches!(&second, StackError::SupervisorEnded { text, .. } if text.contains("AlreadyUp")),
        "{second}"
    );

    assert_eq!(
        down(&state_file(folder.path()), &mut |_| {}).await.unwrap(),
        Down::Stopped
    );
    assert_nothing_is_left(folder.path(), &state);
    assert_eq!(
        down(&state_file(folder.path()), &mut |_| {}).await.unwrap(),
        Down::NotUp
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_the_supervisor_and_all_it_owns() {
    let folder = Supervised::new();
    let state = detach(&supervisor(&folder)).await.unwrap();
    signal("INT", state.supervisor.pid).await;
    ended(&state).await;
    assert_nothing_is_left(folder.path(), &state);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_death_of_a_component_ends_a_supervised_stack_with_a_reason() {
    let folder = Supervised::new();
    let state = detach(&supervisor(&folder)).await.unwrap();
    kill(&state, Component::Alertmanager).await;
    ended(&state).await;
    assert_nothing_is_left(folder.path(), &state);
    let log = std::fs::read_to_string(folder.path().join("supervisor.log")).unwrap();
    assert!(
        log.contains("ComponentDied { component: Alertmanager"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_supervisor_leaves_is_cleaned_up_by_the_next_start() {
    let folder = Supervised::new();
    let first = detach(&supervisor(&folder)).await.unwrap();
    signal("KILL", first.supervisor.pid).await;
    ended(&first).await;
    assert!(
        first.component(Component::Loki).unwrap().process.is_alive(),
        "an orphan is left"
    );

    let second = detach(&supervisor(&folder)).await.unwrap();
    assert!(
        first
            .components
            .iter()
            .all(|component| !component.process.is_alive())
    );
    assert!(!first.work_dir.exists());
    assert_ne!(first.work_dir, second.work_dir);

    // And without a state file, by the working directory alone.
    signal("KILL", second.supervisor.pid).await;
    ended(&second).await;
    std::fs::remove_file(state_file(folder.path())).unwrap();
    assert_eq!(
        sweep(&folder.path().join("work"), &mut |_| {})
            .await
            .unwrap(),
        1
    );
    assert_nothing_is_left(folder.path(), &second);
}

async fn ended(state: &State) {
    let gone = async {
        while state.is_live() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(25), gone)
        .await
        .expect("the supervisor ends");
}
