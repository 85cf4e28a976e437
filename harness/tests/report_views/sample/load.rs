//! Load that looks like load: 200/s for 85 s, the outage from 40 s to 60 s.

use std::collections::BTreeMap;

use sloproof::ledger::KeptSample;
use sloproof::model::{
    AlertState, Engine, Labels, Millis, Notification, NotificationStatus, Outcome, PhaseId, RouteId,
};
use sloproof::report::document::{
    AlertInterval, NotificationMark, Percentiles, PhaseInfo, RouteInfo, RouteSecond, SecondInfo,
    TimelineInfo,
};

use super::START;

const GET_PER_SECOND: u64 = 160;
const PUT_PER_SECOND: u64 = 40;

/// Noise in -1 to 1 that is the same on every machine.
fn noise(seed: u64) -> f64 {
    let mixed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407)
        >> 33;
    (mixed % 2001) as f64 / 1000.0 - 1.0
}

/// Bad outcomes of `get` in one second: 609 in all.
fn get_bad(second: u64) -> u64 {
    match second {
        40 => 20,
        41..=58 => [31, 28, 34, 29, 33, 30][(second % 6) as usize],
        59 => 34,
        _ => 0,
    }
}

/// Bad outcomes of the whole run; all of them fall into a measured phase.
pub(crate) fn bad_total() -> u64 {
    (0..85).map(get_bad).sum()
}

/// Three percentiles, rounded as a histogram of three digits would.
fn latencies(second: u64, base: f64, seed: u64) -> [Option<f64>; 3] {
    let strain = if (40..60).contains(&second) { 2.6 } else { 1.0 };
    [(1.0, 0.08), (3.6, 0.16), (7.4, 0.3)].map(|(factor, spread)| {
        let ms = base * factor * strain * (1.0 + spread * noise(second * 31 + seed));
        Some((ms * 1000.0).round() / 1000.0)
    })
}

/// The worse of two routes.
fn worst(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    Some(a?.max(b?))
}

fn second(at: u64) -> SecondInfo {
    let [p50, p95, p99] = latencies(at, 0.82, 1);
    let [q50, q95, q99] = latencies(at, 1.05, 2);
    let row = |route: &str, planned, bad, [p50_ms, p95_ms, p99_ms]: [Option<f64>; 3]| RouteSecond {
        route: route.to_owned(),
        planned,
        bad,
        p50_ms,
        p95_ms,
        p99_ms,
    };
    SecondInfo {
        second: at,
        planned: GET_PER_SECOND + PUT_PER_SECOND,
        sent: GET_PER_SECOND + PUT_PER_SECOND,
        bad: get_bad(at),
        p50_ms: worst(p50, q50),
        p95_ms: worst(p95, q95),
        p99_ms: worst(p99, q99),
        routes: vec![
            row("get", GET_PER_SECOND, get_bad(at), [p50, p95, p99]),
            row("put", PUT_PER_SECOND, 0, [q50, q95, q99]),
        ],
    }
}

/// The whole axis.
pub(crate) fn timeline() -> TimelineInfo {
    let phase = |name: &str, start_s: i64, end_s: i64, measured, faults: &[&str]| PhaseInfo {
        phase: name.to_owned(),
        start_ms: start_s * 1000,
        end_ms: end_s * 1000,
        measured,
        faults: faults.iter().map(|f| (*f).to_owned()).collect(),
    };
    TimelineInfo {
        started: START,
        end_ms: 97_400,
        phases: vec![
            phase("warmup", 0, 15, false, &[]),
            phase("healthy", 15, 40, true, &[]),
            phase("outage", 40, 60, true, &["get: 19 % answer 500"]),
            phase("recovery", 60, 85, true, &[]),
        ],
        seconds: (0..85).map(second).collect(),
        alerts: vec![
            alert(
                "KvAvailabilityFastBurn",
                Engine::Prometheus,
                AlertState::Pending,
                44_200,
                46_400,
            ),
            alert(
                "KvAvailabilityFastBurn",
                Engine::Prometheus,
                AlertState::Firing,
                46_400,
                65_100,
            ),
            alert(
                "LogsErrorBurst",
                Engine::Loki,
                AlertState::Pending,
                43_000,
                49_000,
            ),
            alert(
                "LogsErrorBurst",
                Engine::Loki,
                AlertState::Firing,
                49_000,
                67_300,
            ),
        ],
        notifications: vec![
            notification("KvAvailabilityFastBurn", NotificationStatus::Firing, 46_411),
            notification("LogsErrorBurst", NotificationStatus::Firing, 49_020),
            notification(
                "KvAvailabilityFastBurn",
                NotificationStatus::Resolved,
                65_630,
            ),
            notification("LogsErrorBurst", NotificationStatus::Resolved, 67_840),
        ],
        unsettled: Vec::new(),
    }
}

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn alert(
    name: &str,
    engine: Engine,
    state: AlertState,
    start_ms: i64,
    end_ms: i64,
) -> AlertInterval {
    AlertInterval {
        name: name.to_owned(),
        engine,
        labels: labels(&[("severity", "page")]),
        state,
        start_ms,
        end_ms: Some(end_ms),
        role: if engine == Engine::Loki {
            "allowed"
        } else {
            "expected"
        }
        .to_owned(),
    }
}

fn notification(name: &str, status: NotificationStatus, at_ms: u64) -> NotificationMark {
    NotificationMark {
        at_ms: i64::try_from(at_ms).unwrap(),
        notification: Notification {
            at: START + Millis(at_ms),
            status,
            receiver: "kv-page".to_owned(),
            labels: labels(&[("alertname", name)]),
            annotations: Labels::new(),
            starts_at: None,
        },
    }
}

/// Both routes over the 70 measured seconds.
pub(crate) fn routes() -> Vec<RouteInfo> {
    let get = route(
        "get",
        "GET /v1/kv/{key}",
        GET_PER_SECOND * 70,
        bad_total(),
        0.8,
    );
    let put = route("put", "PUT /v1/kv/{key}", PUT_PER_SECOND * 70, 0, 1.1);
    vec![get, put]
}

fn route(name: &str, request: &str, planned: u64, bad: u64, base: f64) -> RouteInfo {
    let mut outcomes = BTreeMap::from([("status_200".to_owned(), planned - bad)]);
    if bad > 0 {
        outcomes.insert("status_500".to_owned(), bad);
    }
    RouteInfo {
        route: name.to_owned(),
        request: request.to_owned(),
        planned,
        good: planned - bad,
        bad,
        outcomes,
        response: percentiles(planned, base),
        service: percentiles(planned, base * 0.94),
        response_curve: curve(base, 1.0),
        service_curve: curve(base * 0.94, 0.86),
        slowest: (0..4)
            .map(|n| sample(name, n, 200, 19_000 - n * 1700))
            .collect(),
        failed: (0..bad.min(4))
            .map(|n| sample(name, n + 40, 500, 900 + n * 130))
            .collect(),
    }
}

fn percentiles(count: u64, base: f64) -> Percentiles {
    let at = |factor: f64| Some((base * factor * 1000.0).round() / 1000.0);
    Percentiles {
        count,
        p50_ms: at(1.0),
        p90_ms: at(2.4),
        p95_ms: at(3.9),
        p99_ms: at(7.7),
        max_ms: at(23.5),
        censored_from_ms: None,
    }
}

fn curve(base: f64, tail: f64) -> Vec<(f64, f64)> {
    let steps = (0..26).map(|n| 1.0 - 0.5_f64.powf(f64::from(n) / 2.0));
    let mut points: Vec<(f64, f64)> = steps
        .map(|q| (q, base * 0.62 * (1.0 / (1.0 - q)).powf(0.42 * tail)))
        .collect();
    points.push((1.0, base * 23.5));
    // Few digits, as measured values have: these are read back from JSON to the last bit.
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    points
        .into_iter()
        .map(|(q, ms)| (rounded(q), rounded(ms)))
        .collect()
}

fn sample(route: &str, n: u64, status: u16, response_us: u64) -> KeptSample {
    KeptSample {
        seq: 8000 + n * 7,
        route: RouteId::new(route).unwrap(),
        phase: PhaseId::new("outage").unwrap(),
        due_us: 40_000_000 + n * 35_000,
        response_us,
        service_us: Some(response_us - 40),
        outcome: Outcome::Completed { status, bytes: 43 },
        trace_id: format!("4bf92f3577b34da6a3ce929d0e0e{:04x}", 0x4736 + n),
    }
}
