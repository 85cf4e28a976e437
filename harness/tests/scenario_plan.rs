//! A right scenario becomes the plan it describes; a wrong one never panics.

mod scenario_workshop;

use proptest::prelude::*;
use scenario_workshop::Workshop;
use sloproof::model::{Engine, Millis, yaml};
use sloproof::scenario::plan::{Arrivals, BadEvents, Keys, ObjectiveExpectation};
use sloproof::scenario::{Overrides, load, schema};

#[test]
fn the_plan_says_what_the_file_says() {
    let plan = Workshop::new().load("base.yaml").unwrap();
    assert_eq!(
        (plan.name.as_str(), plan.time_scale, plan.load.seed),
        ("20-base", 60, 7)
    );
    assert_eq!(plan.load.arrivals, Arrivals::Poisson);
    assert_eq!(
        (plan.load.timeout, plan.load.drain),
        (Millis(2000), Millis(3000))
    );
    assert_eq!(plan.load.duration(), Millis(63_000));
    let get = &plan.load.routes[0];
    assert_eq!(
        (get.method.as_str(), get.path.as_str()),
        ("GET", "/v1/kv/{key}?n={seq}")
    );
    assert_eq!(
        (get.labels.route.as_str(), get.labels.method.as_str()),
        ("/v1/kv/{key}", "GET")
    );
    assert_eq!(get.keys, Keys::Zipf { n: 1000, s: 1.1 });
    let put = &plan.load.routes[1];
    assert_eq!((put.weight, put.keys), (1, Keys::Uniform { n: 1000 }));
    assert_eq!(
        (put.expect.len(), put.expect[0], put.expect[99]),
        (100, 200, 299)
    );
    let climb = &plan.load.phases[1];
    assert_eq!(
        (climb.rate_from, climb.rate_to, climb.measured),
        (10.0, 200.0, true)
    );
}

#[test]
fn faults_carry_the_names_of_the_target() {
    let plan = Workshop::new().load("base.yaml").unwrap();
    let faults = plan.load.phases[2].faults.as_ref().unwrap();
    let inner = &faults.inner[0];
    assert_eq!(
        (inner.route.as_str(), inner.method.as_deref()),
        ("/v1/kv/{key}", Some("GET"))
    );
    assert_eq!(
        (inner.status, inner.error_ratio, inner.latency_ms),
        (500, 0.15, 50)
    );
    let outer = &faults.outer[0];
    assert_eq!((outer.route.as_str(), outer.status), ("/v1/kv/:key", 502));
    let drop = &faults.telemetry.as_ref().unwrap().drop_counter;
    assert_eq!((drop.ratio, drop.status.as_deref()), (0.2, Some("5xx")));
}

#[test]
fn rules_are_scaled_and_objectives_are_not() {
    let plan = Workshop::new().load("base.yaml").unwrap();
    let alerts = &plan.rules[0];
    assert_eq!(alerts.groups[0].interval, Some(Millis(500)));
    assert!(
        alerts.text.contains("[1m]") && !alerts.text.contains("[1h]"),
        "{}",
        alerts.text
    );
    assert_eq!(alerts.groups[0].rules[3].hold, Millis(15_000));
    assert_eq!(plan.slos[0].objective.period, Millis(30 * 86_400_000));
    assert_eq!(plan.slos[0].bad, BadEvents::Status { from: 500, to: 599 });
    assert_eq!(plan.slos[0].expect, ObjectiveExpectation::Missed);
    assert_eq!(plan.alerts.expected[1].engine, Engine::Loki);
}

#[test]
fn the_command_line_wins_over_the_file() {
    let workshop = Workshop::new();
    let overrides = Overrides {
        seed: Some(99),
        time_scale: Some(1),
    };
    // At full length the slow alert's `for` and the hour's windows are the file's own.
    let plan = workshop.load_with("base.yaml", &overrides).unwrap();
    assert_eq!((plan.load.seed, plan.time_scale), (99, 1));
    let written = std::fs::read_to_string(workshop.path("alerts/kv.yaml")).unwrap();
    assert_eq!(plan.rules[0].text, written);
}

#[test]
fn named_servers_replace_the_stack() {
    let workshop = Workshop::new();
    let telemetry = "  target: { url: \"http://t\", faults: \"http://f\" }\n  telemetry:\n    prometheus: { url: \"${PROM:-http://p:9090/}\", scrapeInterval: 1s }\n    loki: { url: \"${LOKI}\" }\n    alertmanager: { url: \"http://a\", webhookListen: \"127.0.0.1:9099\" }\n  load:\n";
    workshop.change("scenarios/base.yaml", "  load:\n", telemetry);
    let env = |name: &str| (name == "LOKI").then(|| "http://l:3100".to_owned());
    let plan = load(
        &workshop.path("scenarios/base.yaml"),
        &env,
        &Overrides::default(),
    )
    .unwrap();
    assert!(!plan.telemetry.stack && plan.telemetry.has_receiver());
    assert_eq!(plan.telemetry.prometheus.as_deref(), Some("http://p:9090"));
    assert_eq!(plan.telemetry.loki.as_deref(), Some("http://l:3100"));
    assert_eq!(plan.telemetry.scrape_interval, Millis(1000));
    assert_eq!(plan.telemetry.evaluation_interval, Millis(15_000));
    // What a variable stands for may be a secret: the text is kept as it is written.
    assert!(plan.text.contains("url: \"${LOKI}\"") && plan.text.contains("# PASS"));
}

#[test]
fn defaults_are_those_of_the_reference() {
    let workshop = Workshop::new();
    workshop.write(
        "scenarios/least.yaml",
        "apiVersion: sloproof.dev/v1\nkind: Scenario\nmetadata: { name: least, purpose: the least }\nspec:\n  load:\n    routes: [{ name: get, request: GET / }]\n    phases: [{ name: only, duration: 1s, rate: 1/s }]\n  alerts:\n",
    );
    let plan = workshop.load("least.yaml").unwrap();
    assert_eq!(
        (plan.load.seed, plan.time_scale, plan.load.max_in_flight),
        (1, 1, 512)
    );
    assert_eq!(
        (plan.load.timeout, plan.load.drain),
        (Millis(5000), Millis(5000))
    );
    assert_eq!(
        (
            plan.load.routes[0].weight,
            plan.load.routes[0].expect.as_slice()
        ),
        (1, &[200][..])
    );
    assert!(plan.telemetry.stack && plan.target.url.is_none());
    assert_eq!(plan.telemetry.settle_timeout, Millis(20_000));
}

#[test]
fn steps_of_a_journey_are_routes_that_the_schedule_never_draws_by_themselves() {
    let plan = Workshop::new().load("journey.yaml").unwrap().load;
    let routes: Vec<(&str, u32, &str)> = plan
        .routes
        .iter()
        .map(|r| (r.id.as_str(), r.weight, r.labels.route.as_str()))
        .collect();
    assert_eq!(
        routes,
        [
            ("browse", 3, "/v1/kv/{users.name}"),
            ("register", 2, "/v1/kv/{key}"),
            ("look-up", 0, "/v1/kv/{key}"),
            ("leave", 0, "/v1/kv/{key}"),
        ]
    );
    assert!(
        plan.routes[1..]
            .iter()
            .all(|r| r.keys == Keys::Sequence { n: 5 })
    );
    let journey = &plan.journeys[0];
    assert_eq!((journey.first, journey.steps.len()), (1, 3));
    assert_eq!(journey.steps[1].think, Millis(500));
    let names: Vec<&str> = journey.steps[1]
        .extract
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["id", "mail"]);
    assert_eq!(plan.requests_after(1), 1..4);
    assert!((plan.requests_per_arrival() - 9.0 / 5.0).abs() < 1e-9);
    let fault = &plan.phases[0].faults.as_ref().unwrap().inner[0];
    assert_eq!(fault.method.as_deref(), Some("GET"));
}

#[test]
fn a_feeder_brings_its_rows_and_leaves_them_out_of_the_kept_plan() {
    let plan = Workshop::new().load("journey.yaml").unwrap();
    let feeder = &plan.load.feeders[0];
    assert_eq!(feeder.columns, ["name", "mail"]);
    assert_eq!(feeder.rows[1][1], b"bo, b@example.org");
    assert!([0, 1].iter().all(|route| plan.load.uses(*route, feeder)));
    assert!(!plan.load.uses(2, feeder));
    let kept = serde_json::to_string(&plan.load).unwrap();
    assert!(!kept.contains("example.org"), "{kept}");
    let read: sloproof::scenario::plan::LoadPlan = serde_json::from_str(&kept).unwrap();
    assert_eq!(read.journeys, plan.load.journeys);
}

#[test]
fn every_shipped_scenario_is_right() {
    let workshop = Workshop::new().with_shipped_scenarios();
    for name in [
        "10-healthy",
        "20-error-burst",
        "30-journey",
        "80-lying-counters",
        "90-overload",
    ] {
        let file = format!("{name}.yaml");
        assert_eq!(workshop.told(&file), "");
        assert_eq!(workshop.load(&file).unwrap().name, name);
        let text = workshop.text(&file);
        let first = text.lines().nth(1).unwrap_or_default();
        assert!(
            ["# PASS: ", "# FAIL: ", "# INVALID: "]
                .iter()
                .any(|v| first.starts_with(v)),
            "{file}: the first comment must say the verdict"
        );
    }
}

#[test]
fn a_plan_survives_its_own_file() {
    let plan = Workshop::new().load("base.yaml").unwrap();
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(
        serde_json::from_str::<sloproof::scenario::Plan>(&json).unwrap(),
        plan
    );
}

/// Rewrite with `SLOPROOF_UPDATE=1 cargo test -p sloproof --test scenario_plan`.
#[test]
fn the_published_schema_is_in_step() {
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema/scenario-v1.json");
    let current = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("SLOPROOF_UPDATE").is_some() {
        std::fs::write(&file, &current).unwrap();
    }
    let published = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        published == current,
        "docs/schema/scenario-v1.json is out of step; see this test"
    );
}

/// Every field of the format is explained in the reference.
#[test]
fn the_reference_names_every_field() {
    let reference = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenario.md");
    let reference = std::fs::read_to_string(reference).unwrap();
    let schema = schema();
    let mut definitions: Vec<&serde_json::Value> = vec![&schema];
    definitions.extend(schema["$defs"].as_object().unwrap().values());
    for definition in definitions {
        let forms = definition["oneOf"].as_array().cloned().unwrap_or_default();
        for form in forms.iter().chain([definition]) {
            for field in form["properties"].as_object().into_iter().flatten() {
                assert!(
                    reference.contains(&format!("`{}`", field.0)),
                    "no `{}`",
                    field.0
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Cutting, doubling or overwriting any part of a scenario gives a plan or mistakes, never a panic, and every
    /// mistake can be shown.
    #[test]
    fn no_scenario_panics(at in 0_usize..2400, length in 0_usize..40, instead in "[ -~é\n\t]{0,12}") {
        let workshop = Workshop::new();
        let base = workshop.text("base.yaml");
        let mut from = at.min(base.len());
        let mut to = (from + length).min(base.len());
        while !base.is_char_boundary(from) { from -= 1; }
        while !base.is_char_boundary(to) { to -= 1; }
        let to = to.max(from);
        workshop.write("scenarios/changed.yaml", &format!("{}{instead}{}", &base[..from], &base[to..]));
        if let Err(mistakes) = workshop.load("changed.yaml") {
            prop_assert!(mistakes.render(false).ends_with("nothing was started\n"));
        }
    }

    #[test]
    fn no_rule_file_or_objective_panics(file in 0_usize..4, at in 0_usize..1500, instead in "[ -~é\n]{0,12}") {
        let workshop = Workshop::new();
        let file = ["alerts/kv.yaml", "loki-rules/kv.yaml", "slo/kv.yaml", "dashboards/kv.json"][file];
        let text = std::fs::read_to_string(workshop.path(file)).unwrap();
        let at = at.min(text.len());
        workshop.write(file, &format!("{}{instead}{}", &text[..at], text.get(at + 5..).unwrap_or("")));
        if let Err(mistakes) = workshop.load("base.yaml") {
            let _ = mistakes.render(true);
        }
    }
}

#[test]
fn the_tree_reader_is_public_and_placed() {
    let source = sloproof::model::Source {
        file: "x".into(),
        text: "a: [1]\n".into(),
    };
    let nodes = yaml::parse(&source, &mut vec![]);
    assert_eq!(nodes[0].get("a").unwrap().span.start, 3);
}
