//! The local stack with the real servers: started, asked, changed, hurt and ended.
//!
//! Needs the tools in the cache or on PATH (`sloproof stack install`); builds them otherwise, once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sloproof::stack::tools::{Search, Tool, Toolbox, locate};
use sloproof::stack::{
    Component, Detached, Down, Health, OnExit, Places, RuleFile, RulesError, Stack, StackConfig,
    StackError, State, TargetConfig, detach, down, install_rules, recover, status, supervise,
    sweep, up,
};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::{Instant, sleep, timeout};

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

async fn tools() -> Toolbox {
    locate(
        &Tool::SERVERS,
        &Search::new(&Places::from_env()),
        &mut |_| {},
    )
    .await
    .unwrap()
}

/// A target that prints a line every 20 ms and ignores its addresses.
fn chatty_target() -> TargetConfig {
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

fn config(folder: &Path) -> StackConfig {
    StackConfig {
        base_dir: folder.join("work"),
        target: Some(chatty_target()),
        ..StackConfig::new(&Places::from_env())
    }
}

fn supervised(folder: &Path) -> StackConfig {
    StackConfig {
        state_file: Some(state_file(folder)),
        ..config(folder)
    }
}

fn state_file(folder: &Path) -> PathBuf {
    folder.join("stack.json")
}

/// No process of the stack, and nothing in the folder where working directories are made.
fn assert_nothing_is_left(folder: &Path, state: &State) {
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

async fn kill(state: &State, component: Component) {
    let process = state.component(component).unwrap().process;
    signal("KILL", process.pid).await;
}

async fn signal(name: &str, pid: u32) {
    Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()
        .await
        .unwrap();
}

/// Asks again until the answer is there; the test fails after ten seconds.
async fn eventually<T, F: Future<Output = Option<T>>>(
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

async fn get(url: String) -> Option<serde_json::Value> {
    reqwest::get(url)
        .await
        .ok()?
        .error_for_status()
        .ok()?
        .json()
        .await
        .ok()
}

fn rules(name: &str, text: &str) -> Vec<RuleFile> {
    vec![RuleFile {
        name: name.to_owned(),
        text: text.to_owned(),
    }]
}

fn alert(group: &str, expr: &str) -> String {
    format!("groups:\n- name: {group}\n  rules:\n  - alert: {group}\n    expr: {expr}\n")
}

async fn expressions(state: &State, component: Component, path: &str) -> Vec<String> {
    let answer = get(format!("{}{path}", state.url(component).unwrap()))
        .await
        .unwrap();
    let groups = answer["data"]["groups"].as_array().unwrap().clone();
    let rules = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap().clone());
    rules
        .map(|rule| rule["query"].as_str().unwrap().to_owned())
        .collect()
}

const PROMETHEUS_RULES: &str = "/api/v1/rules";
const LOKI_RULES: &str = "/prometheus/api/v1/rules";

#[tokio::test(flavor = "multi_thread")]
async fn an_ephemeral_stack_serves_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut stack = up(&config(folder.path()), &tools().await, &mut |_| {})
        .await
        .unwrap();
    let state = stack.state().clone();

    assert!(stack.status().await.unwrap().is_healthy());

    lines_reach_loki_in_order(&state).await;
    good_rules_are_loaded_and_bad_ones_refused(&stack).await;
    alerts_of_both_rulers_reach_the_webhook(&state).await;
    a_dead_component_is_recorded_and_the_rest_goes_on(&mut stack).await;

    let shipping = stack.stop(&mut |_| {}).await.unwrap().unwrap();
    assert_eq!(shipping.read, shipping.shipped + shipping.dropped);
    assert_nothing_is_left(folder.path(), &state);
}

async fn lines_reach_loki_in_order(state: &State) {
    let url = format!(
        "{}/loki/api/v1/query_range?limit=1000&direction=forward&query=%7Bnamespace%3D%22sloproof%22%2Capp%3D%22kv%22%2Ccontainer%3D%22target-service%22%7D",
        state.url(Component::Loki).unwrap()
    );
    let lines = eventually("ten lines in Loki", || async {
        let answer = get(url.clone()).await?;
        let streams = answer["data"]["result"].as_array()?.clone();
        let values = streams.first()?["values"].as_array()?.clone();
        (values.len() >= 10).then_some(values)
    })
    .await;
    for (position, line) in lines.iter().enumerate() {
        assert_eq!(
            line[1],
            format!("{{\"n\":{},\"level\":\"info\"}}", position + 1)
        );
    }
    let copy = std::fs::read_to_string(state.work_dir.join("target.log")).unwrap();
    assert!(copy.starts_with("{\"n\":1,"), "{copy}");
}

async fn good_rules_are_loaded_and_bad_ones_refused(stack: &Stack) {
    let state = stack.state();
    let logs = |expr: &str| rules("logs.yaml", &alert("logs", expr));
    let first = logs(r#"sum(count_over_time({app="kv"}[1m])) > 0"#);
    stack
        .install_rules(&rules("kv.yaml", &alert("kv", "vector(1) > 0")), &first)
        .await
        .unwrap();
    assert_eq!(
        expressions(state, Component::Prometheus, PROMETHEUS_RULES).await,
        ["vector(1) > 0"]
    );
    assert!(expressions(state, Component::Loki, LOKI_RULES).await[0].contains("[1m]"));

    // The same names with another content: names alone must not pass for loaded.
    let second = logs(r#"sum(count_over_time({app="kv"}[2m])) > 0"#);
    install_rules(
        state,
        &rules("kv.yaml", &alert("kv", "vector(2) > 0")),
        &second,
    )
    .await
    .unwrap();
    assert_eq!(
        expressions(state, Component::Prometheus, PROMETHEUS_RULES).await,
        ["vector(2) > 0"]
    );
    assert!(expressions(state, Component::Loki, LOKI_RULES).await[0].contains("[2m]"));

    let bad = install_rules(state, &rules("bad.yaml", &alert("kv", "sum(")), &second)
        .await
        .unwrap_err();
    assert_refusal(&bad, Component::Prometheus, "bad.yaml");
    let bad = install_rules(
        state,
        &rules("kv.yaml", &alert("kv", "vector(3) > 0")),
        &logs("count_over_time("),
    )
    .await;
    assert_refusal(&bad.unwrap_err(), Component::Loki, "logs.yaml");
    assert_eq!(
        expressions(state, Component::Prometheus, PROMETHEUS_RULES).await,
        ["vector(2) > 0"]
    );
    assert!(expressions(state, Component::Loki, LOKI_RULES).await[0].contains("[2m]"));

    // After a refusal the way is free, and rules that haven't changed are no trouble.
    install_rules(
        state,
        &rules("kv.yaml", &alert("kv", "vector(4) > 0")),
        &second,
    )
    .await
    .unwrap();
}

fn assert_refusal(error: &RulesError, by: Component, file: &str) {
    assert!(
        matches!(error, RulesError::Refused { server, .. } if *server == by),
        "{error}"
    );
    assert!(error.to_string().contains(file), "{error}");
}

/// The end of the chain: what Alertmanager posts to the port that the stack keeps free for it.
async fn alerts_of_both_rulers_reach_the_webhook(state: &State) {
    let posts = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&posts);
    let receiver = axum::Router::new().fallback(move |body: String| async move {
        sink.lock().unwrap().push_str(&body);
    });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", state.receiver_port))
        .await
        .unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, receiver).await });
    eventually("both alerts at the webhook", || async {
        let posts = posts.lock().unwrap();
        let named = |alert: &str| posts.contains(&format!("\"alertname\":\"{alert}\""));
        (named("kv") && named("logs")).then_some(())
    })
    .await;
    server.abort();
}

async fn a_dead_component_is_recorded_and_the_rest_goes_on(stack: &mut Stack) {
    kill(stack.state(), Component::Prometheus).await;
    let process = stack
        .state()
        .component(Component::Prometheus)
        .unwrap()
        .process;
    eventually("the death of Prometheus", || async {
        (!process.is_alive()).then_some(())
    })
    .await;
    assert_eq!(stack.refresh(&mut |_| {}).unwrap(), [Component::Prometheus]);
    let status = stack.status().await.unwrap();
    let health = |wanted| {
        &status
            .components
            .iter()
            .find(|each| each.component == wanted)
            .unwrap()
            .health
    };
    assert!(
        matches!(health(Component::Prometheus), Health::Exited { how: Some(how) } if how.contains('9'))
    );
    assert_eq!(health(Component::Loki), &Health::Running);
}

/// Any server with metrics will do for a target; here a second Alertmanager.
#[tokio::test(flavor = "multi_thread")]
async fn the_target_is_scraped_under_its_job() {
    let folder = tempfile::tempdir().unwrap();
    let tools = tools().await;
    let own = folder.path().join("am.yaml");
    std::fs::write(&own, "route: {receiver: none}\nreceivers: [{name: none}]\n").unwrap();
    let mut config = config(folder.path());
    config.target = Some(TargetConfig {
        args: vec![
            format!("--config.file={}", own.display()),
            format!("--storage.path={}", folder.path().join("data").display()),
            "--web.listen-address={listen}".to_owned(),
            "--cluster.listen-address=".to_owned(),
        ],
        readiness_path: Some("/-/ready".to_owned()),
        ..TargetConfig::kv(tools.get(Tool::Alertmanager).unwrap().path.clone(), "", 1)
    });
    let stack = up(&config, &tools, &mut |_| {}).await.unwrap();
    let prometheus = stack.state().url(Component::Prometheus).unwrap();
    let query =
        "/api/v1/query?query=up%7Bjob%3D%22kv%22%2Cnamespace%3D%22sloproof%22%2Capp%3D%22kv%22%7D";
    eventually("a scrape", || async {
        let answer = get(format!("{prometheus}{query}")).await?;
        (answer["data"]["result"][0]["value"][1] == "1").then_some(())
    })
    .await;
    stack.stop(&mut |_| {}).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_stack_kills_its_processes_and_removes_its_directory() {
    let folder = tempfile::tempdir().unwrap();
    let stack = up(&config(folder.path()), &tools().await, &mut |_| {})
        .await
        .unwrap();
    let state = stack.state().clone();
    drop(stack);
    assert_nothing_is_left(folder.path(), &state);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_ends_at_once_fails_the_start_with_its_last_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    config.target = Some(TargetConfig {
        args: vec![
            "-c".to_owned(),
            "echo no such database >&2; exit 3".to_owned(),
        ],
        readiness_path: Some("/readyz".to_owned()),
        ..chatty_target()
    });
    let error = up(&config, &tools().await, &mut |_| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("target ended with exit status: 3"),
        "{error}"
    );
    assert!(error.contains("no such database"), "{error}");
    assert_eq!(
        std::fs::read_dir(folder.path().join("work"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_lines_survives_a_standstill_of_loki_complete() {
    const LINES: u64 = 50_000;
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    let script = format!(
        "read go < {0}; seq 1 {LINES}; read end < {0}",
        fifo(&folder).display()
    );
    config.target = Some(TargetConfig {
        args: vec!["-c".to_owned(), script],
        ..chatty_target()
    });
    let stack = up(&config, &tools().await, &mut |_| {}).await.unwrap();

    let loki = stack
        .state()
        .component(Component::Loki)
        .unwrap()
        .process
        .pid;
    signal("STOP", loki).await;
    tokio::fs::write(folder.path().join("fifo"), "go\n")
        .await
        .unwrap();
    let read = |count: u64| (count == LINES).then_some(());
    eventually("all lines read", || async {
        read(stack.shipping().unwrap().read)
    })
    .await;
    assert!(stack.shipping().unwrap().waiting() > 0, "Loki stands still");
    signal("CONT", loki).await;
    eventually("all lines shipped", || async {
        read(stack.shipping().unwrap().shipped)
    })
    .await;

    let query = "/loki/api/v1/query?query=sum(count_over_time(%7Bapp%3D%22kv%22%7D%5B5m%5D))";
    let url = format!("{}{query}", stack.state().url(Component::Loki).unwrap());
    eventually("each line once in Loki", || async {
        let answer = get(url.clone()).await?;
        read(
            answer["data"]["result"][0]["value"][1]
                .as_str()?
                .parse()
                .ok()?,
        )
    })
    .await;
    stack.stop(&mut |_| {}).await.unwrap();
}

fn fifo(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("fifo");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    path
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
        args: ["--exact", "supervisor_process", "--ignored", "--nocapture"]
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
