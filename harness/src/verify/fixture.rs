//! Cases for tests: a small plan, a ledger with known counts, and evidence that is added question by question.

use std::collections::BTreeMap;

use super::case::Case;
use crate::ledger::{Cell, GeneratorFacts, LatencyHistogram, Ledger, OutcomeCounts, WatchRow};
use crate::model::{
    Answer, Evidence, EvidenceSet, Labels, Millis, PhaseId, PhaseTime, Point, Question, Reading,
    RouteId, Series, Timeline, Timestamp,
};
use crate::scenario::plan::{
    AlertPlan, Arrivals, ConnectPlan, Curve, Keys, LatencySignal, LoadPlan, LogSignal,
    PLAN_SCHEMA_VERSION, Phase, Plan, RequestSignal, Route, RouteLabels, Signals, TargetPlan,
    TelemetryPlan,
};

/// Wall-clock start of the load in every fixture.
pub(crate) const START: Timestamp = Timestamp(1_800_000_000_000);

/// A run under construction.
pub(crate) struct Fixture {
    pub(crate) plan: Plan,
    pub(crate) ledger: Ledger,
    pub(crate) timeline: Timeline,
    evidence: Vec<Evidence>,
}

impl Fixture {
    /// Routes `get` (weight 4) and `put` (weight 1); phases `warmup` 10 s (not measured), `outage` 20 s and
    /// `recovery` 20 s at 100/s; an empty ledger whose generator sent everything; no evidence; all three signals.
    pub(crate) fn new() -> Self {
        let phases: Vec<Phase> = [
            ("warmup", 10, false),
            ("outage", 20, true),
            ("recovery", 20, true),
        ]
        .map(|(id, s, measured)| phase(id, s, measured))
        .into();
        let routes = vec![
            route("get", "GET", 4, &[200, 404]),
            route("put", "PUT", 1, &[204]),
        ];
        let cells = routes
            .iter()
            .flat_map(|r| phases.iter().map(|p| empty_cell(&r.id, p)))
            .collect();
        let mut start = START;
        let times = phases
            .iter()
            .map(|p| {
                let time = PhaseTime {
                    phase: p.id.clone(),
                    start,
                    end: start + p.duration,
                };
                start = time.end;
                time
            })
            .collect();
        Self {
            plan: Plan {
                schema_version: PLAN_SCHEMA_VERSION,
                name: "fixture".into(),
                purpose: "a case for tests".into(),
                file: "scenarios/fixture.yaml".into(),
                text: String::new(),
                time_scale: 60,
                target: TargetPlan {
                    url: None,
                    fault_url: None,
                    connect: ConnectPlan::default(),
                },
                telemetry: TelemetryPlan {
                    stack: true,
                    prometheus: None,
                    loki: None,
                    alertmanager: None,
                    webhook_listen: None,
                    scrape_interval: Millis(500),
                    evaluation_interval: Millis(500),
                    settle_timeout: Millis(20_000),
                },
                load: LoadPlan {
                    seed: 1,
                    arrivals: Arrivals::Uniform,
                    timeout: Millis(2000),
                    max_in_flight: 256,
                    drain: Millis(5000),
                    routes,
                    journeys: vec![],
                    feeders: vec![],
                    phases,
                },
                signals: signals(),
                slos: vec![],
                rules: vec![],
                dashboards: vec![],
                alerts: AlertPlan::default(),
            },
            ledger: Ledger {
                schema_version: crate::ledger::book::LEDGER_SCHEMA_VERSION,
                cells,
                windows: vec![],
                slowest: vec![],
                failed: vec![],
                generator: GeneratorFacts {
                    planned_duration: Millis(50_000),
                    sending_duration: Millis(50_000),
                    max_in_flight: 256,
                    ..GeneratorFacts::default()
                },
                watch: vec![],
            },
            timeline: Timeline {
                baseline: START - Millis(1000),
                load_start: START,
                load_end: START + Millis(50_000),
                settled: START + Millis(55_000),
                phases: times,
                unsettled: vec![],
                interrupted: false,
            },
            evidence: vec![],
        }
    }

    /// Adds `n` completed arrivals with this status and service time (response the same, delay 50 µs).
    pub(crate) fn completed(
        mut self,
        route: &str,
        phase: &str,
        status: u16,
        n: u64,
        service_us: u64,
    ) -> Self {
        let good = self
            .plan
            .route(&RouteId::new(route).unwrap())
            .unwrap()
            .expect
            .contains(&status);
        let cell = self.cell(route, phase);
        cell.planned += n;
        *cell.outcomes.completed.entry(status).or_default() += n;
        if good {
            cell.good += n;
        }
        for _ in 0..n {
            cell.response.record(service_us);
            cell.service.record(service_us);
            cell.delay.record(50);
            if !good {
                cell.errors.get_or_insert_default().record(service_us);
            }
        }
        self.ledger.generator.planned += n;
        self.ledger.generator.sent += n;
        self
    }

    /// Adds `n` arrivals that were given up at this age.
    pub(crate) fn timed_out(self, route: &str, phase: &str, n: u64, age_us: u64) -> Self {
        let outcomes = OutcomeCounts {
            timed_out: n,
            ..OutcomeCounts::default()
        };
        let mut fixture = self.unfinished(route, phase, &outcomes);
        let cell = fixture.cell(route, phase);
        for _ in 0..n {
            cell.response.record(age_us);
            cell.censored.record(age_us);
            cell.delay.record(50);
        }
        fixture
    }

    /// Adds arrivals without a whole response; only `not_sent` ones were never sent.
    pub(crate) fn unfinished(mut self, route: &str, phase: &str, outcomes: &OutcomeCounts) -> Self {
        let cell = self.cell(route, phase);
        cell.planned += outcomes.total();
        cell.outcomes.merge(outcomes);
        self.ledger.generator.planned += outcomes.total();
        self.ledger.generator.sent += outcomes.total() - outcomes.not_sent;
        self
    }

    /// Watched until these milliseconds, with so many connections opened again and requests sent; a tenth of a core
    /// was used.
    pub(crate) fn watch(&mut self, rows: &[(u64, u64, u64)]) {
        let row = |(until_ms, reopened, sent): &(u64, u64, u64)| WatchRow {
            until_ms: *until_ms,
            sent: *sent,
            reopened: *reopened,
            cpu_cores_used: Some(0.2),
            spinning_cores: 0.1,
        };
        self.ledger.watch = rows.iter().map(row).collect();
        self.ledger.generator.reopened = Some(rows.iter().map(|row| row.1).sum());
    }

    /// The cell of a route and phase.
    pub(crate) fn cell(&mut self, route: &str, phase: &str) -> &mut Cell {
        self.ledger
            .cells
            .iter_mut()
            .find(|c| c.route.as_str() == route && c.phase.as_str() == phase)
            .unwrap()
    }

    /// Answers a question.
    pub(crate) fn answer(mut self, question: Question, answer: Answer) -> Self {
        let id = self.evidence.len() as u32 + 1;
        self.evidence.push(Evidence {
            id,
            question,
            source: "http://127.0.0.1:1".into(),
            asked: "fixture".into(),
            at: self.timeline.settled,
            answer,
            raw: None,
        });
        self
    }

    /// Answers a question with series.
    pub(crate) fn series(self, question: Question, series: Vec<Series>) -> Self {
        self.answer(question, Answer::Value(Reading::Series(series)))
    }

    /// Answers a question with a failure of the server.
    pub(crate) fn unavailable(self, question: Question) -> Self {
        self.answer(
            question,
            Answer::Unavailable {
                error: "connection refused".into(),
            },
        )
    }

    /// Changes anything, in a chain.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Hands the case to a judge.
    pub(crate) fn judge<T>(&self, judge: impl FnOnce(&Case<'_>) -> T) -> T {
        let evidence = EvidenceSet::new(self.evidence.clone());
        judge(&Case {
            plan: &self.plan,
            ledger: &self.ledger,
            evidence: &evidence,
            timeline: &self.timeline,
        })
    }
}

/// A series with one value at each offset in milliseconds from the start of the load.
pub(crate) fn series(labels: &[(&str, &str)], points: &[(i64, f64)]) -> Series {
    Series {
        labels: labels_of(labels),
        points: points
            .iter()
            .map(|(ms, v)| Point {
                at: Timestamp(START.0 + ms),
                value: Some(*v),
            })
            .collect(),
    }
}

/// Labels from pairs.
pub(crate) fn labels_of(pairs: &[(&str, &str)]) -> Labels {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect::<BTreeMap<_, _>>()
}

fn phase(id: &str, seconds: u64, measured: bool) -> Phase {
    Phase {
        id: PhaseId::new(id).unwrap(),
        duration: Millis(seconds * 1000),
        rate_from: 100.0,
        rate_to: 100.0,
        curve: Curve::Line,
        measured,
        faults: None,
    }
}

fn route(id: &str, method: &str, weight: u32, expect: &[u16]) -> Route {
    Route {
        id: RouteId::new(id).unwrap(),
        method: method.into(),
        path: "/v1/kv/{key}".into(),
        headers: vec![],
        body: None,
        weight,
        expect: expect.to_vec(),
        keys: Keys::Uniform { n: 100 },
        labels: RouteLabels {
            route: "/v1/kv/{key}".into(),
            method: method.into(),
        },
    }
}

fn empty_cell(route: &RouteId, phase: &Phase) -> Cell {
    Cell {
        route: route.clone(),
        phase: phase.id.clone(),
        measured: phase.measured,
        planned: 0,
        good: 0,
        outcomes: OutcomeCounts::default(),
        response: LatencyHistogram::default(),
        censored: LatencyHistogram::default(),
        errors: None,
        service: LatencyHistogram::default(),
        delay: LatencyHistogram::default(),
    }
}

fn signals() -> Signals {
    let (route, method, status) = (
        Some("route".to_owned()),
        Some("method".to_owned()),
        Some("status".to_owned()),
    );
    Signals {
        requests: Some(RequestSignal {
            selector: "http_requests_total{job=\"kv\"}".into(),
            route_label: route.clone(),
            method_label: method.clone(),
            status_label: status.clone(),
        }),
        latency: Some(LatencySignal {
            selector: "http_request_duration_seconds_bucket{job=\"kv\"}".into(),
            route_label: route.clone(),
            method_label: method.clone(),
            quantile: 0.95,
            allowed_gap: Millis(10),
        }),
        error_logs: Some(LogSignal {
            selector: "{app=\"kv\"} | json | status >= 500".into(),
            statuses: (500, 599),
            route_label: route,
            method_label: method,
            status_label: status,
        }),
    }
}
