//! A row of the timeline: one quantity over time, drawn as SVG that stretches with the page.

use std::fmt::Write as _;

use serde::Serialize;

use super::axis::Axis;
use crate::report::document::SecondInfo;

/// Height of a row's drawing in its own units; the page decides the height in pixels.
const HEIGHT: f64 = 100.0;
/// Width in its own units: a tenth of a percent of the axis each.
const WIDTH: f64 = 1000.0;

/// A drawn row.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    title: &'static str,
    /// What the upper edge stands for.
    top: String,
    /// Class and word of each series.
    legend: Vec<(&'static str, &'static str)>,
    /// Contents of an `svg` element with the view box `0 0 1000 100`.
    shapes: String,
}

/// A row before its scale is known.
pub(super) struct Draft {
    title: &'static str,
    top: fn(f64) -> String,
    series: Vec<Series>,
}

struct Series {
    class: &'static str,
    word: &'static str,
    shape: Shape,
    /// Second and value; absent values leave a gap.
    points: Vec<(u64, Option<f64>)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Area,
    Steps,
    Line,
}

type Pick = fn(&SecondInfo) -> Option<f64>;

impl Row {
    /// Begins a row; `top` words the value at its upper edge.
    #[expect(clippy::new_ret_no_self, reason = "a row exists only once it is drawn")]
    pub(super) fn new(title: &'static str, top: fn(f64) -> String) -> Draft {
        Draft {
            title,
            top,
            series: Vec::new(),
        }
    }
}

impl Draft {
    fn with(
        mut self,
        shape: Shape,
        class: &'static str,
        word: &'static str,
        seconds: &[SecondInfo],
        pick: Pick,
    ) -> Self {
        let points = seconds
            .iter()
            .map(|s| (s.second, pick(s).filter(|v| v.is_finite())))
            .collect();
        self.series.push(Series {
            class,
            word,
            shape,
            points,
        });
        self
    }

    /// Adds a filled stair.
    pub(super) fn area(
        self,
        class: &'static str,
        word: &'static str,
        s: &[SecondInfo],
        pick: Pick,
    ) -> Self {
        self.with(Shape::Area, class, word, s, pick)
    }

    /// Adds a stair.
    pub(super) fn steps(
        self,
        class: &'static str,
        word: &'static str,
        s: &[SecondInfo],
        pick: Pick,
    ) -> Self {
        self.with(Shape::Steps, class, word, s, pick)
    }

    /// Adds a line through the middles of the seconds.
    pub(super) fn line(
        self,
        class: &'static str,
        word: &'static str,
        s: &[SecondInfo],
        pick: Pick,
    ) -> Self {
        self.with(Shape::Line, class, word, s, pick)
    }

    /// Draws all series on one scale from zero to a round value above the largest.
    pub(super) fn draw(self, axis: Axis) -> Row {
        let largest = self
            .series
            .iter()
            .flat_map(|s| s.points.iter().filter_map(|(_, v)| *v))
            .fold(0.0, f64::max);
        let top = round_up(largest);
        let scale = Scale { axis, top };
        Row {
            title: self.title,
            top: (self.top)(top),
            legend: self.series.iter().map(|s| (s.class, s.word)).collect(),
            shapes: self.series.iter().map(|s| s.draw(scale)).collect(),
        }
    }
}

#[derive(Clone, Copy)]
struct Scale {
    axis: Axis,
    top: f64,
}

impl Scale {
    fn x(self, ms: i64) -> f64 {
        self.axis.percent(ms) / 100.0 * WIDTH
    }

    fn y(self, value: f64) -> f64 {
        HEIGHT - value / self.top * HEIGHT
    }
}

impl Series {
    fn draw(&self, scale: Scale) -> String {
        let mut out = String::new();
        for run in runs(&self.points) {
            let path = match self.shape {
                Shape::Line => line(&run, scale),
                Shape::Area | Shape::Steps => stair(&run, scale),
            };
            let class = self.class;
            if self.shape == Shape::Area {
                let (first, last) = (run[0].0, run[run.len() - 1].0);
                let (from, to) = (scale.x(at(first)), scale.x(at(last) + 1000));
                let _ = write!(
                    out,
                    r#"<path class="area {class}" d="M{from:.1} {HEIGHT}L{path}L{to:.1} {HEIGHT}Z"/>"#
                );
            }
            let _ = write!(out, r#"<path class="stroke {class}" d="M{path}"/>"#);
        }
        out
    }
}

/// Runs of neighbouring seconds with a value.
fn runs(points: &[(u64, Option<f64>)]) -> Vec<Vec<(u64, f64)>> {
    let mut runs: Vec<Vec<(u64, f64)>> = Vec::new();
    for (second, value) in points {
        let Some(value) = value else { continue };
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| last + 1 == *second) => {
                run.push((*second, *value));
            }
            _ => runs.push(vec![(*second, *value)]),
        }
    }
    runs
}

fn at(second: u64) -> i64 {
    i64::try_from(second.saturating_mul(1000)).unwrap_or(i64::MAX / 2)
}

fn stair(run: &[(u64, f64)], scale: Scale) -> String {
    let corners = run.iter().map(|(second, value)| {
        let y = scale.y(*value);
        let (from, to) = (scale.x(at(*second)), scale.x(at(*second) + 1000));
        format!("{from:.1} {y:.1}L{to:.1} {y:.1}")
    });
    corners.collect::<Vec<_>>().join("L")
}

fn line(run: &[(u64, f64)], scale: Scale) -> String {
    if let [only] = run {
        // A single second would have no length: show it as the second it is.
        return stair(&[*only], scale);
    }
    let points = run
        .iter()
        .map(|(second, value)| format!("{:.1} {:.1}", scale.x(at(*second) + 500), scale.y(*value)));
    points.collect::<Vec<_>>().join("L")
}

/// The next of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten; 1 for nothing.
fn round_up(largest: f64) -> f64 {
    if largest <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(largest.log10().floor());
    [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0]
        .into_iter()
        .map(|step| step * power)
        .find(|top| *top >= largest * 1.02)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_parts_the_line() {
        let points = [(0, Some(1.0)), (1, Some(2.0)), (2, None), (3, Some(1.0))];
        assert_eq!(
            runs(&points),
            vec![vec![(0, 1.0), (1, 2.0)], vec![(3, 1.0)]]
        );
    }

    #[test]
    fn the_scale_ends_at_a_round_value() {
        let tops = [0.0, 15.2, 200.0, 0.7, 99.0].map(|v| format!("{:.1}", round_up(v)));
        assert_eq!(tops, ["1.0", "20.0", "250.0", "0.8", "100.0"]);
    }
}
