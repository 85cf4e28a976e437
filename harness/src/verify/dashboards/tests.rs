use super::*;
use crate::model::{Answer, Millis};
use crate::verify::fixture::{Fixture, series};
use crate::verify::fixtures::dashboards::{self, ASKED, panel, prom, showing};

fn of(fixture: &Fixture) -> Finding {
    fixture.judge(|case| Panels.judge(case)).remove(0)
}

#[test]
fn a_panel_with_a_finite_value_shows_data() {
    let found = of(&dashboards::passing("panels").unwrap()[0]);
    assert_eq!(found.status, Status::Pass);
    assert_eq!(found.subject, "dashboards/kv.json \"Requests\"");
    assert_eq!(found.summary, "shows data");
    assert_eq!(found.expected, "data from 1 of 1 queries");
    assert_eq!(found.observed, "A: 1 series, 1 of 2 values finite");
    assert_eq!(found.evidence, [1]);
}

#[test]
fn each_way_to_be_empty_is_told_apart() {
    let failing = dashboards::failing("panels").unwrap();
    let found: Vec<_> = failing.iter().map(of).collect();
    assert!(
        found
            .iter()
            .all(|f| f.status == Status::Fail && !f.hint.is_empty())
    );
    let summaries: Vec<_> = found.iter().map(|f| f.summary.as_str()).collect();
    assert_eq!(
        summaries,
        [
            "query A: no data",
            "query A: only NaN",
            "query A: the query is refused",
            "query A: the dashboard has no variable `pod`",
            "query A: `$__rate_interval` is not replaced in a Loki query",
        ]
    );
    assert_eq!(found[2].observed, "A: parse error");
    assert_eq!(found[3].observed, "A: not asked");
}

#[test]
fn a_panel_is_asked_as_grafana_would_ask() {
    let fixture = showing(panel(prom("rate(x{job=\"$job\"}[$__rate_interval])")));
    let asked = fixture.judge(|case| Panels.wants(case.plan));
    assert_eq!(
        asked,
        [Question::PromRange {
            query: ASKED.into(),
            step: Millis(500)
        }]
    );
    let broken = &dashboards::failing("panels").unwrap()[3];
    assert_eq!(broken.judge(|case| Panels.wants(case.plan)), []);
}

#[test]
fn a_server_that_is_down_proves_nothing() {
    let fixture = showing(panel(prom(ASKED)));
    let question = fixture.judge(|case| Panels.wants(case.plan)).remove(0);
    let found = of(&fixture.unavailable(question));
    assert_eq!(found.status, Status::Inconclusive);
    assert_eq!(found.summary, "query A: no answer");
    assert_eq!(found.observed, "A: connection refused");
}

#[test]
fn one_empty_query_of_two_fails_the_panel() {
    let fixture = showing(panel(prom(ASKED))).with(|f| {
        let mut second = prom("y");
        second.ref_id = "B".into();
        f.plan.dashboards[0].dashboard.panels[0]
            .queries
            .push(second);
    });
    let asked = fixture.judge(|case| Panels.wants(case.plan));
    let fixture = fixture
        .series(asked[0].clone(), vec![series(&[], &[(0, 1.0)])])
        .answer(asked[1].clone(), Answer::Empty);
    let found = of(&fixture);
    assert_eq!(found.summary, "query B: no data");
    assert_eq!(
        found.observed,
        "A: 1 series, 1 of 1 values finite; B: 0 series"
    );
}

#[test]
fn no_dashboard_is_nothing_to_check_and_an_empty_one_proves_nothing() {
    assert_eq!(of(&Fixture::new()).status.word(), "skipped");
    let empty = showing(panel(prom(ASKED))).with(|f| f.plan.dashboards[0].dashboard.panels.clear());
    assert_eq!(of(&empty).status, Status::Inconclusive);
}
