use super::*;

fn variable(name: &str, current: &[&str], multi: bool) -> Variable {
    Variable {
        name: name.into(),
        kind: "custom".into(),
        multi,
        include_all: false,
        all_value: None,
        current: current.iter().map(|c| (*c).to_owned()).collect(),
        options: vec![],
    }
}

fn ask(engine: Engine, expr: &str, instant: bool) -> Result<Question, InterpolationError> {
    let query = PanelQuery {
        ref_id: "A".into(),
        engine,
        expr: expr.into(),
        instant,
    };
    let panel = Panel {
        id: 1,
        title: "Requests".into(),
        unit: "reqps".into(),
        max_data_points: Some(500),
        min_step: None,
        queries: vec![],
    };
    let dashboard = Dashboard {
        title: "Kv".into(),
        uid: "kv".into(),
        panels: vec![],
        variables: vec![
            variable("job", &["kv"], false),
            variable("route", &["/a.b", "/c"], true),
        ],
    };
    let span = Span {
        range: Millis(50_000),
        scrape_interval: Millis(500),
    };
    panel_question(&dashboard, &BTreeMap::new(), &panel, &query, span)
}

fn prom(expr: &str) -> Result<String, InterpolationError> {
    ask(Engine::Prometheus, expr, false).map(|question| match question {
        Question::PromRange { query, step } => {
            assert_eq!(step, Millis(500));
            query
        }
        other => panic!("{other:?}"),
    })
}

#[test]
fn variables_and_built_ins_are_replaced_in_a_promql_panel() {
    assert_eq!(
        prom("rate(x{job=\"$job\",route=~\"$route\"}[$__rate_interval])").unwrap(),
        r#"rate(x{job="kv",route=~"(/a\\.b|/c)"}[2s])"#
    );
    assert_eq!(
        prom("x{job=\"[[job]]\"}[${__range}]").unwrap(),
        "x{job=\"kv\"}[50s]"
    );
}

#[test]
fn a_number_after_a_dollar_stays_for_label_replace() {
    let expr = r#"label_replace(up, "a", "$1", "b", "(.*)")"#;
    assert_eq!(prom(expr).unwrap(), expr);
}

#[test]
fn a_name_that_nothing_defines_is_reported() {
    assert_eq!(
        prom("x{pod=\"$pod\"}"),
        Err(InterpolationError::Undefined {
            variable: "pod".into()
        })
    );
    assert_eq!(
        prom("x > $__from"),
        Err(InterpolationError::NotSupported {
            what: "$__from".into()
        })
    );
}

#[test]
fn the_regex_format_in_double_quotes_is_reported() {
    assert_eq!(
        prom("x{route=~\"${route:regex}\"}"),
        Err(InterpolationError::RegexInQuotes {
            variable: "route".into()
        })
    );
    assert_eq!(
        prom("x{route=~`${route:regex}`}").unwrap(),
        r"x{route=~`(\/a\.b|\/c)`}"
    );
}

#[test]
fn an_instant_panel_is_asked_at_the_end() {
    assert_eq!(
        ask(Engine::Prometheus, "up{job=\"$job\"}", true),
        Ok(Question::PromInstant {
            query: "up{job=\"kv\"}".into(),
            at: Moment::Settled
        })
    );
}

#[test]
fn loki_knows_auto_and_no_rate_interval() {
    assert_eq!(
        ask(Engine::Loki, "sum(rate({app=\"$job\"}[$__auto]))", false),
        Ok(Question::LokiRange {
            query: "sum(rate({app=\"kv\"}[100ms]))".into(),
            step: Millis(100)
        })
    );
    assert_eq!(
        ask(Engine::Loki, "rate({app=\"kv\"}[$__rate_interval])", false),
        Err(InterpolationError::RateIntervalInLoki)
    );
    assert_eq!(
        ask(Engine::Loki, "rate({app=\"kv\"}[${__auto}])", false),
        Err(InterpolationError::NotSupported {
            what: "${__auto}".into()
        })
    );
}

#[test]
fn a_log_panel_is_asked_for_the_number_of_its_lines() {
    assert_eq!(
        ask(Engine::Loki, "{app=\"$job\"} |= \"error\"", false),
        Ok(Question::LokiCount {
            selector: "{app=\"kv\"} |= \"error\"".into(),
            by: vec![]
        })
    );
}
