//! A stack that lives as long as its owner.

use std::sync::{Arc, Mutex};

use sloproof::stack::{Component, Health, RuleFile, RulesError, Stack, State, install_rules, up};

use super::place::{assert_nothing_is_left, config, eventually, get, kill, tools};

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
