//! The lies of the metrics, checked. Which are told when is decided here, how is the telemetry's.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    CoarseBucketsSpec, CourseSpec, RecordedRoute, RouteLabelSpec, ShareSpec, StatusFilter,
    StatusLabelSpec, TelemetryFaultSpec, WholeSpec, course::Course, dice::Dice, mistakes,
    share::Share,
};
use crate::{
    config::{Defect, Defects},
    endpoint::Subject,
};

/// Most distinct routes that a lie may make.
const MAX_ROUTES: u64 = 10_000;
const MAX_AGE_MS: u64 = 24 * 60 * 60 * 1000;
const AGE_MS: u64 = 10 * 60 * 1000;
const COARSE_SECONDS: [f64; 2] = [1.0, 10.0];

/// Lies in force, at least one.
#[derive(Debug)]
pub struct MetricLies {
    /// When they were put: courses count from here.
    since: Instant,
    drop_counter: Option<Share>,
    double_counter: Option<Share>,
    /// With the code recorded; `None`: the class.
    status_label: Option<(Share, Option<u16>)>,
    /// With what is recorded, and how many values of it.
    route_label: Option<(Share, RecordedRoute, usize)>,
    milliseconds: Option<Share>,
    coarse_buckets: Option<(Course, Vec<f64>)>,
    lazy_series: Option<Course>,
    counter_reset: Option<Course>,
    /// With what the gauge shows, when that is given.
    stuck_gauge: Option<(Course, Option<i64>)>,
    stale_timestamp: Option<(Course, Duration)>,
}

/// What is told about one request. The default is the truth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Distortion {
    /// The request is not counted.
    pub dropped: bool,
    /// The request is counted twice.
    pub doubled: bool,
    /// A status other than the one sent.
    pub status: Option<ToldStatus>,
    /// Something other than the template, and how many distinct values of it there may be.
    pub route: Option<(RecordedRoute, usize)>,
    /// The latency is given in milliseconds.
    pub milliseconds: bool,
}

/// A status other than the one sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldStatus {
    /// This code.
    Code(u16),
    /// The class of the one sent.
    Class,
}

impl MetricLies {
    /// `None` when `spec` has none. Notes every mistake.
    pub(super) fn check(
        spec: &TelemetryFaultSpec,
        routes: &[&'static str],
        seed: u64,
        mistakes: &mut Vec<String>,
    ) -> Option<Self> {
        let mut share = |name: &str, rule: &ShareSpec, stream: u64| {
            let (field, dice) = (format!("telemetry.{name}"), Dice::new(seed, stream << 32));
            Share::check(&field, rule, routes, dice, mistakes)
        };
        let drop_counter = spec.drop_counter.as_ref();
        let drop_counter = drop_counter.map(|rule| share("drop_counter", rule, 3));
        let double_counter = spec.double_counter.as_ref();
        let double_counter = double_counter.map(|rule| share("double_counter", rule, 4));
        let milliseconds = spec.milliseconds.as_ref();
        let milliseconds = milliseconds.map(|rule| share("milliseconds", rule, 7));
        let status_label = spec
            .status_label
            .as_ref()
            .map(|rule| (share("status_label", &rule.share(), 5), rule.code));
        let route_label = spec.route_label.as_ref().map(|rule| {
            let values = rule.max_values.unwrap_or(MAX_ROUTES) as usize;
            (share("route_label", &rule.share(), 6), rule.record, values)
        });
        check_numbers(spec, mistakes);
        let mut course = |name: &str, written: &Option<CourseSpec>| {
            Course::check(&format!("telemetry.{name}"), written.as_ref(), mistakes)
        };
        let lies = Self {
            since: Instant::now(),
            drop_counter,
            double_counter,
            status_label,
            route_label,
            milliseconds,
            coarse_buckets: spec.coarse_buckets.as_ref().map(|rule| {
                let bounds = rule.bounds.clone();
                (
                    course("coarse_buckets", &rule.course),
                    bounds.unwrap_or_else(|| COARSE_SECONDS.to_vec()),
                )
            }),
            lazy_series: spec
                .lazy_series
                .as_ref()
                .map(|rule| course("lazy_series", &rule.course)),
            counter_reset: spec
                .counter_reset
                .as_ref()
                .map(|rule| course("counter_reset", &rule.course)),
            stuck_gauge: spec
                .stuck_gauge
                .as_ref()
                .map(|rule| (course("stuck_gauge", &rule.course), rule.value)),
            stale_timestamp: spec.stale_timestamp.as_ref().map(|rule| {
                let age = Duration::from_millis(rule.age_ms.unwrap_or(AGE_MS));
                (course("stale_timestamp", &rule.course), age)
            }),
        };
        lies.any().then_some(lies)
    }

    /// The lies that are told for the life of the process.
    pub(super) fn of_defects(defects: &Defects, seed: u64) -> Option<Self> {
        let mut spec = TelemetryFaultSpec::default();
        if defects.has(Defect::StatusMismatch) {
            spec.status_label = Some(StatusLabelSpec {
                ratio: 1.0,
                status: Some(StatusFilter::Class(5)),
                code: Some(200),
                ..StatusLabelSpec::default()
            });
        }
        if defects.has(Defect::RouteWithQuery) {
            spec.route_label = Some(RouteLabelSpec {
                ratio: 1.0,
                status: None,
                route: None,
                record: RecordedRoute::Raw,
                max_values: None,
                course: None,
            });
        }
        if defects.has(Defect::LazyMetrics) {
            spec.lazy_series = Some(WholeSpec::default());
        }
        if defects.has(Defect::CoarseBuckets) {
            spec.coarse_buckets = Some(CoarseBucketsSpec::default());
        }
        Self::check(&spec, &[], seed, &mut Vec::new())
    }

    /// Rolls every lie about single requests.
    pub fn about(&self, subject: Subject, status: u16) -> Distortion {
        let elapsed = self.elapsed();
        let strikes = |share: &Share| share.strikes(subject, status, elapsed);
        Distortion {
            dropped: self.drop_counter.as_ref().is_some_and(strikes),
            doubled: self.double_counter.as_ref().is_some_and(strikes),
            status: self.status_label.as_ref().and_then(|(share, code)| {
                let told = code.map_or(ToldStatus::Class, ToldStatus::Code);
                strikes(share).then_some(told)
            }),
            route: self
                .route_label
                .as_ref()
                .and_then(|(share, record, values)| strikes(share).then_some((*record, *values))),
            milliseconds: self.milliseconds.as_ref().is_some_and(strikes),
        }
    }

    /// The only bounds left of the latency histograms, when they are coarse now.
    pub fn coarse_bounds(&self) -> Option<&[f64]> {
        let (course, bounds) = self.coarse_buckets.as_ref()?;
        self.is_on(*course).then_some(bounds)
    }

    /// Whether series at 0 are hidden now.
    pub fn hides_zeros(&self) -> bool {
        self.lazy_series.is_some_and(|course| self.is_on(course))
    }

    /// Whether counters have been reset by now.
    pub fn has_reset_counters(&self) -> bool {
        self.counter_reset.is_some_and(|course| self.is_on(course))
    }

    /// What the stuck gauge shows now; `Some(None)`: what it was when it got stuck.
    pub fn stuck_gauge(&self) -> Option<Option<i64>> {
        let (course, value) = self.stuck_gauge?;
        self.is_on(course).then_some(value)
    }

    /// How old the timestamps of all samples are now.
    pub fn timestamp_age(&self) -> Option<Duration> {
        let (course, age) = self.stale_timestamp?;
        self.is_on(course).then_some(age)
    }

    /// Kinds of lie and how strong each is now. The names are labels: all of them, always.
    pub(super) fn strengths(lies: Option<&Self>) -> [(&'static str, f64); 10] {
        let share = |of: fn(&Self) -> Option<&Share>| {
            let lies = lies.and_then(|lies| Some((lies.elapsed(), of(lies)?)));
            lies.map_or(0.0, |(elapsed, share)| share.strength(elapsed))
        };
        let whole = |of: fn(&Self) -> Option<Course>| {
            let lies = lies.and_then(|lies| Some((lies.elapsed(), of(lies)?)));
            lies.map_or(0.0, |(elapsed, course)| course.strength(elapsed))
        };
        [
            ("drop_counter", share(|l| l.drop_counter.as_ref())),
            ("double_counter", share(|l| l.double_counter.as_ref())),
            (
                "status_label",
                share(|l| l.status_label.as_ref().map(|s| &s.0)),
            ),
            (
                "route_label",
                share(|l| l.route_label.as_ref().map(|r| &r.0)),
            ),
            ("milliseconds", share(|l| l.milliseconds.as_ref())),
            (
                "coarse_buckets",
                whole(|l| l.coarse_buckets.as_ref().map(|c| c.0)),
            ),
            ("lazy_series", whole(|l| l.lazy_series)),
            ("counter_reset", whole(|l| l.counter_reset)),
            ("stuck_gauge", whole(|l| l.stuck_gauge.map(|s| s.0))),
            ("stale_timestamp", whole(|l| l.stale_timestamp.map(|s| s.0))),
        ]
    }

    fn any(&self) -> bool {
        let Self {
            since: _,
            drop_counter,
            double_counter,
            status_label,
            route_label,
            milliseconds,
            coarse_buckets,
            lazy_series,
            counter_reset,
            stuck_gauge,
            stale_timestamp,
        } = self;
        drop_counter.is_some()
            || double_counter.is_some()
            || status_label.is_some()
            || route_label.is_some()
            || milliseconds.is_some()
            || coarse_buckets.is_some()
            || lazy_series.is_some()
            || counter_reset.is_some()
            || stuck_gauge.is_some()
            || stale_timestamp.is_some()
    }

    /// Lies about all series have no ratio: they are told or they are not.
    fn is_on(&self, course: Course) -> bool {
        course.strength(self.elapsed()) > 0.0
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }
}

fn check_numbers(spec: &TelemetryFaultSpec, mistakes: &mut Vec<String>) {
    let code = spec.status_label.as_ref().and_then(|rule| rule.code);
    if code.is_some_and(|code| !(100..=599).contains(&code)) {
        mistakes.push("telemetry.status_label.code: must be from 100 to 599".to_owned());
    }
    let values = spec.route_label.as_ref().and_then(|rule| rule.max_values);
    if values.is_some_and(|values| !(1..=MAX_ROUTES).contains(&values)) {
        mistakes.push(format!(
            "telemetry.route_label.max_values: must be from 1 to {MAX_ROUTES}"
        ));
    }
    let age = spec.stale_timestamp.as_ref().and_then(|rule| rule.age_ms);
    let field = "telemetry.stale_timestamp.age_ms";
    mistakes::at_most(field, age.unwrap_or_default(), MAX_AGE_MS, mistakes);
}
