//! What a user reads when a scenario is wrong: transcripts, to be reviewed like code.

mod scenario_workshop;

use std::fmt::Write as _;

use scenario_workshop::Workshop;

#[test]
fn many_mistakes_are_told_at_once() {
    let workshop = Workshop::new();
    insta::assert_snapshot!(workshop.told("many-mistakes.yaml"));
}

/// One change of the right scenario each; the transcript shows what comes of it.
const CHANGES: &[(&str, &str)] = &[
    // Shape.
    ("seed: 7", "sed: 7"),
    ("rate: 200/s, measure: false", "raet: 200/s, measure: false"),
    (
        "    - { name: warmup, duration: 8s,",
        "    - { duration: 8s,",
    ),
    ("measure: false", "measure: no"),
    ("weight: 4", "weight: four"),
    ("weight: 4", "weight: -4"),
    ("arrivals: poisson", "arrivals: poison"),
    (
        "keys: { zipf: { n: 1000, s: 1.1 } }",
        "keys: { zipf: { n: 1000, s: 1.1 }, uniform: { n: 5 } }",
    ),
    ("keys: { zipf: { n: 1000, s: 1.1 } }", "keys: zipf"),
    ("apiVersion: sloproof.dev/v1", "apiVersion: sloproof.dev/v2"),
    (
        "allow: [KvAvailabilitySlowBurn]",
        "allow: KvAvailabilitySlowBurn",
    ),
    ("maxInFlight: 256", "maxInFlight: 0"),
    ("timeScale: 60", "timeScale: 0"),
    ("seed: 7", "seed: 7\n  seed: 8"),
    // Syntax.
    ("expect: [200, 404]", "expect: [200, 404"),
    ("accept: text/plain", "accept: ${ACCEPT}"),
    ("accept: text/plain", "accept: \"${ACCEPT}\""),
    // Quantities.
    ("timeout: 2s", "timeout: 2 seconds"),
    ("timeout: 2s", "timeout: 0s"),
    ("from: 10/s", "from: 10rps"),
    ("errors: 15%", "errors: 0.15"),
    ("errors: 15%", "errors: 150%"),
    ("expect: [2xx]", "expect: [2xy]"),
    ("quantile: 0.9", "quantile: 90"),
    ("slowerThan: 250ms", "slowerThan: fast"),
    // Names.
    ("name: 20-base", "name: 20_Base"),
    ("name: put", "name: Put"),
    ("name: put", "name: get"),
    ("name: climb", "name: warmup"),
    ("inner: [{ route: get", "inner: [{ route: gte"),
    ("routes: [get]", "routes: [gett]"),
    (
        "phase: outage, firesWithin: 15s, resolvesWithin",
        "phase: outge, firesWithin: 15s, resolvesWithin",
    ),
    // Requests.
    ("GET /v1/kv/{key}?n={seq}", "get /v1/kv/{key}"),
    ("GET /v1/kv/{key}?n={seq}", "GET v1/kv/{key}"),
    ("GET /v1/kv/{key}?n={seq}", "GET /v1/kv/{kee}"),
    ("{random:64}", "{random}"),
    ("accept: text/plain", "a ccept: text/plain"),
    // Faults.
    ("errors: 15%, latency: 50ms", "status: 500"),
    (
        "  load:\n",
        "  target: { url: \"http://127.0.0.1:8000\" }\n  load:\n",
    ),
    (
        "  load:\n",
        "  target: { url: \"127.0.0.1:8000\", faults: \"http://127.0.0.1:8001\" }\n  load:\n",
    ),
    // Files.
    ("[../alerts/kv.yaml]", "[../alerts/kv.yml]"),
    ("[../alerts/kv.yaml]", "[../alert/kv.yaml]"),
    (
        "[../alerts/kv.yaml]",
        "[../alerts/kv.yaml, ../alerts/kv.yaml]",
    ),
    ("name: kv-latency", "name: kv-latncy"),
    ("name: kv-latency", "name: kv-availability"),
    ("variables: { route:", "variables: { rute:"),
    // Alerts.
    ("name: KvAvailabilityFastBurn", "name: KvFastBurn"),
    ("severity: page", "severity: ticket"),
    (
        "allow: [KvAvailabilitySlowBurn]",
        "allow: [KvAvailabilityFastBurn]",
    ),
    (
        "allow: [KvAvailabilitySlowBurn]",
        "allow: [slo:sli_error:ratio_rate5m]",
    ),
    (
        "firesWithin: 15s, resolvesWithin: 15s",
        "firesWithin: 1m, resolvesWithin: 30s",
    ),
    (
        "name: KvAvailabilityFastBurn, labels: { severity: page }, phase: outage, firesWithin: 15s",
        "name: KvAvailabilitySlowBurn, phase: outage, firesWithin: 10s",
    ),
    (
        "prometheus: [../alerts/kv.yaml], loki: [../loki-rules/kv.yaml]",
        "",
    ),
    ("timeScale: 60", "timeScale: 300"),
    // Telemetry.
    (
        "  load:\n",
        "  telemetry: { prometheus: { url: \"http://127.0.0.1:9090\", scrapeInterval: 500ms } }\n  load:\n",
    ),
    (
        "  load:\n",
        "  telemetry:\n    prometheus: { url: prometheus, scrapeInterval: 500ms }\n    loki: { url: \"http://l\" }\n    alertmanager: { url: \"http://a\", webhookListen: nowhere }\n  load:\n",
    ),
    (
        "requests: { selector: 'http_requests_total{job=\"kv\"}'",
        "requests: { selector: 'rate(http_requests_total[5m])'",
    ),
    (
        "errorLogs: { selector: '{app=\"kv\"} | json",
        "errorLogs: { selector: 'app=\"kv\" | json",
    ),
];

#[test]
fn each_kind_of_mistake_is_told() {
    let workshop = Workshop::new();
    let base = workshop.text("base.yaml");
    assert_eq!(workshop.told("base.yaml"), "");
    let mut transcript = String::new();
    for (from, to) in CHANGES {
        assert!(base.contains(from), "the base scenario has no `{from}`");
        workshop.write("scenarios/changed.yaml", &base.replacen(from, to, 1));
        let told = workshop.told("changed.yaml");
        assert_ne!(told, "", "no mistake in `{to}`");
        let first = |s: &str| s.trim().lines().next().unwrap_or_default().to_owned();
        let _ = writeln!(transcript, "## {} -> {}\n{told}", first(from), first(to));
    }
    insta::assert_snapshot!(transcript);
}

/// Single changes of `journey.yaml`: what was written, and what is written instead.
const CHANGES_OF_A_JOURNEY: &[(&str, &str)] = &[
    // Feeders.
    ("file: ../data/users.csv", "file: ../data/user.csv"),
    ("file: ../data/users.csv", "file: ../data/users.txt"),
    ("file: ../data/users.csv", "file: ../data/empty.csv"),
    ("file: ../data/users.csv", "file: ../data/ragged.csv"),
    ("order: random", "order: randm"),
    ("order: random", "order: once"),
    ("{ name: users, file", "{ name: the users, file"),
    ("{users.mail}", "{users.male}"),
    ("{users.mail}", "{user.mail}"),
    // Steps.
    ("steps:", "stepps:"),
    ("thinkTime: 500ms", "think: 500ms"),
    ("name: look-up", "name: browse"),
    ("body: '{", "thinkTime: 1s\n            body: '{"),
    ("{ if-match: \"{token}\" }", "{ if-match: \"{tokn}\" }"),
    ("{ if-match: \"{token}\" }", "{ if-match: \"{id}\" }"),
    ("GET /v1/kv/{users.name}", "GET /v1/kv/{token}"),
    ("body: '{\"mail\": \"{users.mail}\"}'", "body: '{missing}'"),
    ("route: look-up, errors", "route: look-upp, errors"),
    // Values.
    ("{ pointer: /id }", "{ pointer: id }"),
    ("{ pointer: /id }", "{ json: /id }"),
    ("{ header: etag }", "{ header: the tag }"),
    ("extract: { token:", "extract: { key:"),
    // Time and room.
    ("thinkTime: 500ms", "thinkTime: 10s"),
    ("rate: 100/s", "rate: 10_000/s"),
];

#[test]
fn each_kind_of_mistake_in_a_journey_is_told() {
    let workshop = Workshop::new();
    workshop.write("data/empty.csv", "name,mail\n");
    workshop.write("data/ragged.csv", "name,mail\nann\n");
    let base = workshop.text("journey.yaml");
    assert_eq!(workshop.told("journey.yaml"), "");
    let mut transcript = String::new();
    for (from, to) in CHANGES_OF_A_JOURNEY {
        assert!(base.contains(from), "the scenario has no `{from}`");
        workshop.write("scenarios/changed.yaml", &base.replacen(from, to, 1));
        let told = workshop.told("changed.yaml");
        assert_ne!(told, "", "no mistake in `{to}`");
        let _ = writeln!(transcript, "## {} -> {}\n{told}", from.trim(), to.trim());
    }
    insta::assert_snapshot!(transcript);
}

#[test]
fn a_load_that_is_none_is_told() {
    let workshop = Workshop::new();
    let mut transcript = String::new();
    for (weight, phase) in [
        ("0", "duration: 5s, rate: 10/s"),
        ("1", "duration: 5s, rate: 0/s"),
        ("1", "duration: 0s, rate: 10/s"),
        ("1", "duration: 5s, rate: 10/s, measure: false"),
        ("1", "duration: 30d, rate: 200_000/s"),
    ] {
        workshop.write(
            "scenarios/none.yaml",
            &format!(
                "apiVersion: sloproof.dev/v1\nkind: Scenario\nmetadata: {{ name: none, purpose: no load }}\nspec:\n  load:\n    routes: [{{ name: get, request: GET /, weight: {weight} }}]\n    phases: [{{ name: only, {phase} }}]\n"
            ),
        );
        transcript.push_str(&workshop.told("none.yaml"));
    }
    insta::assert_snapshot!(transcript);
}

#[test]
fn mistakes_in_named_files_carry_their_own_place() {
    let workshop = Workshop::new();
    for (file, from, to) in [
        ("alerts/kv.yaml", "for: 15m", "fro: 15 minutes"),
        ("alerts/kv.yaml", "[1h])) / sum", "[1s])) / sum"),
        (
            "loki-rules/kv.yaml",
            "alert: LogsErrorBurst",
            "alert: LogsErrorBurst\n        record: x",
        ),
        ("slo/kv.yaml", "target: 0.999", "target: 99.9"),
        (
            "dashboards/kv.json",
            "\"loki\", \"uid\"",
            "\"lokki\", \"uid\"",
        ),
    ] {
        workshop.change(file, from, to);
    }
    insta::assert_snapshot!(workshop.told("base.yaml"));
}

#[test]
fn what_cannot_be_read_at_all_is_told_too() {
    let workshop = Workshop::new();
    workshop.write("scenarios/empty.yaml", "# nothing\n");
    workshop.write(
        "scenarios/two.yaml",
        &format!("{0}---\n{0}", workshop.text("base.yaml")),
    );
    workshop.write("scenarios/tabs.yaml", "a:\n\t- b\n");
    let told: Vec<String> = ["empty.yaml", "two.yaml", "tabs.yaml", "bass.yaml"]
        .map(|file| workshop.told(file))
        .into();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn colour_is_only_there_when_asked_for() {
    let workshop = Workshop::new();
    let mistakes = workshop.load("many-mistakes.yaml").unwrap_err();
    assert!(mistakes.render(true).contains("\u{1b}[1;31m"));
    assert!(!mistakes.render(false).contains('\u{1b}'));
    assert!(
        mistakes
            .to_string()
            .ends_with("mistakes; nothing was started")
    );
}
