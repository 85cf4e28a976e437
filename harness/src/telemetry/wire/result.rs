//! Query results: vector, matrix, scalar.

use serde::Deserialize;
use serde_json::Value;

use crate::model::{Labels, Point, Series, Timestamp};

/// `[1795250609.995, "42"]`.
type Pair = (f64, String);

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    metric: Labels,
    value: Option<Pair>,
    #[serde(default)]
    values: Vec<Pair>,
    histogram: Option<Value>,
    histograms: Option<Value>,
}

/// The series of a result, sorted by labels; `Err` says what could not be read.
pub(crate) fn series(data: &Value) -> Result<Vec<Series>, String> {
    let kind = data.get("resultType").and_then(Value::as_str).unwrap_or("");
    let result = data.get("result").unwrap_or(&Value::Null);
    let mut series = match kind {
        "vector" | "matrix" => items(result)?,
        "scalar" => {
            let pair = Pair::deserialize(result).map_err(|e| format!("scalar: {e}"))?;
            vec![Series {
                labels: Labels::new(),
                points: vec![point(&pair)?],
            }]
        }
        "streams" => {
            return Err(
                "log lines instead of numbers, ask a metric query such as count_over_time".into(),
            );
        }
        other => return Err(format!("result type `{other}` holds no series of numbers")),
    };
    series.sort_by(|a, b| a.labels.cmp(&b.labels));
    Ok(series)
}

fn items(result: &Value) -> Result<Vec<Series>, String> {
    // An empty result may be `null`.
    let items = Option::<Vec<Item>>::deserialize(result)
        .map_err(|e| format!("result: {e}"))?
        .unwrap_or_default();
    items.into_iter().map(one).collect()
}

fn one(item: Item) -> Result<Series, String> {
    if item.histogram.is_some() || item.histograms.is_some() {
        return Err(
            "native histograms instead of numbers, ask for a float such as histogram_count".into(),
        );
    }
    let points = item.value.iter().chain(&item.values).map(point);
    Ok(Series {
        points: points.collect::<Result<_, _>>()?,
        labels: item.metric,
    })
}

fn point((at, text): &Pair) -> Result<Point, String> {
    // Rust reads `NaN`, `+Inf` and `-Inf` as Prometheus and Loki write them.
    let value: f64 = text.parse().map_err(|e| format!("value `{text}`: {e}"))?;
    Ok(Point {
        at: Timestamp::from_unix_seconds(*at),
        value: value.is_finite().then_some(value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nan_and_infinities_are_points_without_a_value() {
        for text in ["NaN", "+Inf", "-Inf"] {
            let data =
                json!({"resultType": "vector", "result": [{"metric": {}, "value": [1.5, text]}]});
            let read = series(&data).unwrap();
            assert_eq!(
                read[0].points,
                [Point {
                    at: Timestamp(1500),
                    value: None
                }],
                "{text}"
            );
        }
    }

    #[test]
    fn series_are_sorted_and_points_keep_milliseconds() {
        let data = json!({"resultType": "matrix", "result": [
            {"metric": {"a": "2"}, "values": [[1_795_250_609.995, "6"], [1_795_250_610.5, "7.5e0"]]},
            {"metric": {"a": "1"}, "values": []},
        ]});
        let read = series(&data).unwrap();
        assert_eq!(read[0].label("a"), "1");
        assert_eq!(read[1].points[0].at, Timestamp(1_795_250_609_995));
        assert_eq!(read[1].points[1].value, Some(7.5));
    }

    #[test]
    fn a_scalar_is_one_series_without_labels() {
        let read = series(&json!({"resultType": "scalar", "result": [3, "2"]})).unwrap();
        assert_eq!((read.len(), read[0].last()), (1, Some(2.0)));
    }

    #[test]
    fn what_is_not_a_number_is_said_and_not_dropped() {
        for (data, word) in [
            (json!({"resultType": "streams", "result": []}), "log lines"),
            (
                json!({"resultType": "string", "result": [1, "x"]}),
                "`string`",
            ),
            (
                json!({"resultType": "vector", "result": [{"metric": {}, "histogram": [1, {}]}]}),
                "native",
            ),
            (
                json!({"resultType": "vector", "result": [{"metric": {}, "value": [1, "x"]}]}),
                "`x`",
            ),
            (json!({}), "``"),
        ] {
            let error = series(&data).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
