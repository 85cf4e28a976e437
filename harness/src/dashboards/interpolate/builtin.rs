//! The built-in variables: intervals and the range shown.

use super::Span;
use super::interval::{Half, go_duration, rounded, truncated};
use super::token::Form;
use crate::dashboards::panel::Panel;
use crate::model::{Engine, Millis};

/// Points per panel when the dashboard does not pin `maxDataPoints`.
const DEFAULT_POINTS: u64 = 1500;
/// No server answers more points per series.
const SAFE_POINTS: u64 = 11_000;

/// How finely a panel asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resolution {
    /// The panel's interval, computed in the browser.
    pub(super) interval: Millis,
    /// The step of the request, computed in the server.
    pub(super) step: Millis,
    /// Prometheus only: wide enough for `rate` to see four scrapes.
    pub(super) rate_interval: Millis,
}

impl Resolution {
    /// Grafana's choice for a panel.
    pub(super) fn of(panel: &Panel, engine: Engine, span: Span) -> Self {
        let points = panel.max_data_points.unwrap_or(DEFAULT_POINTS);
        // Loki's data source has no interval of its own.
        let floor = panel.min_step.unwrap_or(match engine {
            Engine::Prometheus => span.scrape_interval,
            Engine::Loki => Millis(1),
        });
        let interval = rounded(span.range, points, Half::Browser).max(floor);
        match engine {
            Engine::Prometheus => {
                Self::prometheus(span.range, points, Some(interval), span.scrape_interval)
            }
            Engine::Loki => Self {
                interval,
                step: interval.max(Millis(span.range.0.div_ceil(SAFE_POINTS))),
                rate_interval: Millis(0),
            },
        }
    }

    /// The server half for Prometheus; without an interval from the browser, the data source's one is the floor.
    fn prometheus(range: Millis, points: u64, interval: Option<Millis>, scrape: Millis) -> Self {
        let floor = interval.unwrap_or(scrape);
        let calculated = if range.0 < floor.0.saturating_mul(points) {
            floor
        } else {
            rounded(range, points, Half::Server)
        };
        let interval = interval.unwrap_or_default();
        Self {
            interval,
            step: calculated.max(rounded(range, SAFE_POINTS, Half::Server)),
            rate_interval: (interval + scrape).max(Millis(4 * scrape.0)),
        }
    }
}

/// Whether the data source replaces this name later.
pub(super) fn is_known(engine: Engine, name: &str, form: Form) -> bool {
    if form == Form::Brackets {
        return false;
    }
    let both = [
        "__interval",
        "__interval_ms",
        "__range",
        "__range_s",
        "__range_ms",
    ];
    let prometheus = [
        "__interval_s",
        "__rate_interval",
        "__rate_interval_ms",
        "__rate_interval_s",
    ];
    both.contains(&name)
        || match engine {
            Engine::Prometheus => prometheus.contains(&name),
            Engine::Loki => name == "__auto" && form == Form::Dollar,
        }
}

/// Replaces what Grafana's Prometheus data source replaces.
pub(super) fn prometheus(expr: &str, resolution: Resolution, range: Millis) -> String {
    let (step, rate) = (resolution.step, resolution.rate_interval);
    let mut values = vec![
        ("__interval_ms", step.0.to_string()),
        ("__interval_s", (step.0 / 1000).to_string()),
        ("__interval", truncated(step)),
        ("__rate_interval_ms", rate.0.to_string()),
        ("__rate_interval_s", (rate.0 / 1000).to_string()),
        ("__rate_interval", go_duration(rate)),
    ];
    values.extend(range_values(range));
    replaced(expr, &values)
}

/// Replaces what Grafana's Loki data source replaces; `$__interval` is the panel's, not the step.
pub(super) fn loki(expr: &str, resolution: Resolution, range: Millis, instant: bool) -> String {
    let mut values = vec![
        ("__interval_ms", resolution.interval.0.to_string()),
        ("__interval", truncated(resolution.interval)),
    ];
    values.extend(range_values(range));
    let auto = if instant {
        whole_seconds(range)
    } else {
        truncated(resolution.step)
    };
    values.push(("__auto", auto));
    replaced(expr, &values)
}

fn range_values(range: Millis) -> [(&'static str, String); 3] {
    let seconds = whole_seconds(range);
    [
        ("__range_ms", range.0.to_string()),
        ("__range_s", seconds.trim_end_matches('s').to_owned()),
        ("__range", seconds),
    ]
}

fn whole_seconds(range: Millis) -> String {
    format!("{}s", (range.0 + 500) / 1000)
}

/// Plain text replacement in order: a longer name must stand before the shorter one it starts with.
fn replaced(expr: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(expr.to_owned(), |text, (name, value)| {
        text.replace(&format!("${name}"), value)
            .replace(&format!("${{{name}}}"), value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn step(range: Millis, points: u64, interval: Option<u64>, scrape: u64) -> Resolution {
        Resolution::prometheus(range, points, interval.map(Millis), Millis(scrape))
    }

    #[test]
    fn the_step_follows_range_points_and_scrape_interval() {
        for (hours, scrape, golden) in [
            (12, 15_000, 30_000),
            (1, 15_000, 15_000),
            (48, 15_000, 120_000),
            (48, 240_000, 240_000),
        ] {
            let found = step(Millis(hours * HOUR), 1500, None, scrape).step;
            assert_eq!(found, Millis(golden), "{hours} h");
        }
    }

    #[test]
    fn interval_variables_of_two_days_read_as_in_grafana() {
        let range = Millis(48 * HOUR);
        let minute = step(range, 1500, Some(60_000), 15_000);
        let all = "$__interval $__interval_ms ${__interval_s} $__range ${__range_s} $__range_ms";
        assert_eq!(
            prometheus(all, minute, range),
            "2m 120000 120 172800s 172800 172800000"
        );
        let two_minutes = step(range, 1500, Some(120_000), 15_000);
        assert_eq!(
            prometheus(
                "$__rate_interval $__rate_interval_ms ${__rate_interval_s}",
                two_minutes,
                range
            ),
            "2m15s 135000 135"
        );
    }

    #[test]
    fn the_rate_interval_is_at_least_four_scrapes() {
        for (range, points, interval, scrape, rate, golden) in [
            (HOUR, 1613, 30_000, 30_000, "2m0s", 30_000),
            (300_000, 1055, 15_000, 15_000, "1m0s", 15_000),
        ] {
            let found = step(Millis(range), points, Some(interval), scrape);
            assert_eq!(go_duration(found.rate_interval), rate);
            assert_eq!(found.step, Millis(golden));
        }
    }

    #[test]
    fn a_short_range_rounds_to_whole_seconds() {
        let any = step(Millis(40), 1500, None, 15_000);
        for (ms, golden) in [(40, "0 0s 40"), (800, "1 1s 800"), (20, "0 0s 20")] {
            assert_eq!(
                prometheus("$__range_s $__range $__range_ms", any, Millis(ms)),
                golden
            );
        }
    }

    #[test]
    fn loki_reads_the_panel_interval_and_the_step_apart() {
        let all = "$__interval $__interval_ms $__range $__range_s $__range_ms";
        for (range, interval, golden) in [
            (3_000_000, 15_000, "15s 15000 3000s 3000 3000000"),
            (750, 50, "50ms 50 1s 1 750"),
            (250, 50, "50ms 50 0s 0 250"),
            (50_000, 2000, "2s 2000 50s 50 50000"),
        ] {
            let resolution = Resolution {
                interval: Millis(interval),
                step: Millis(100),
                rate_interval: Millis(0),
            };
            assert_eq!(loki(all, resolution, Millis(range), false), golden);
            if range == 50_000 {
                assert_eq!(loki("$__auto", resolution, Millis(range), true), "50s");
                assert_eq!(loki("$__auto", resolution, Millis(range), false), "100ms");
            }
        }
    }
}
