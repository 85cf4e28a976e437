//! The service in the stack: scraped, ended, and louder than Loki can listen.

use std::path::PathBuf;

use sloproof::stack::tools::Tool;
use sloproof::stack::{Component, TargetConfig, up};
use tempfile::TempDir;

use super::place::{chatty_target, config, eventually, get, signal, tools};

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
