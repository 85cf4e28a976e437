//! Lies of the metrics as written: one to one with the JSON below `telemetry`.

use serde::{Deserialize, Serialize};

use super::{CourseSpec, StatusFilter};

/// A share of the requests that are counted wrongly.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareSpec {
    /// Share of the matching requests, in `0..=1`.
    pub ratio: f64,
    /// Only requests answered with this status; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusFilter>,
    /// Only requests of this route template; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// When it is in force; the ratio is multiplied by its strength.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// The status recorded is not the one sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusLabelSpec {
    /// As in [`ShareSpec`].
    pub ratio: f64,
    /// As in [`ShareSpec`]: the status sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusFilter>,
    /// As in [`ShareSpec`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The status recorded, `100..=599`. Absent: the class of the one sent, such as `5xx`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// As in [`ShareSpec`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

impl StatusLabelSpec {
    /// Which requests it is about.
    pub(super) fn share(&self) -> ShareSpec {
        ShareSpec {
            ratio: self.ratio,
            status: self.status,
            route: self.route.clone(),
            course: self.course,
        }
    }
}

/// The route recorded is not the template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteLabelSpec {
    /// As in [`ShareSpec`].
    pub ratio: f64,
    /// As in [`ShareSpec`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusFilter>,
    /// As in [`ShareSpec`]: the true template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// What stands in the place of the template.
    pub record: RecordedRoute,
    /// Most distinct routes that the lie makes, `1..=10000`; later ones are recorded truly. So the target
    /// survives. Default: 10000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_values: Option<u64>,
    /// As in [`ShareSpec`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

impl RouteLabelSpec {
    /// Which requests it is about.
    pub(super) fn share(&self) -> ShareSpec {
        ShareSpec {
            ratio: self.ratio,
            status: self.status,
            route: self.route.clone(),
            course: self.course,
        }
    }
}

/// What stands in the place of a route template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordedRoute {
    /// No label at all.
    Missing,
    /// A label without text.
    Empty,
    /// The path with its query string as the client sent it, at most 200 characters.
    Raw,
}

/// Latency buckets too wide for any objective.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoarseBucketsSpec {
    /// Bounds that are left of those there are, in seconds. Default: 1 and 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Vec<f64>>,
    /// When it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// A lie about all series at once, which has nothing to set but its time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WholeSpec {
    /// When it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// `http_requests_in_flight` does not move.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StuckGaugeSpec {
    /// What it shows. Absent: what it was at the first request or scrape under the lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// When it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// Every sample has an explicit timestamp that is too old.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StaleTimestampSpec {
    /// Age of the timestamps, in milliseconds, at most a day. Default: ten minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_ms: Option<u64>,
    /// When it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}
