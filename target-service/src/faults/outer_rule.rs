//! Rules of the layer above the metrics.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    course::CourseSpec,
    mistakes,
    rule::{RuleSpec, Strike, Written},
};

/// Farther than this from the truth no length is worth telling.
const MAX_WRONG_BY: u64 = 65_536;

/// A rule as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OuterFaultSpec {
    /// Route template, such as `/v1/kv/{key}`, or `unmatched`.
    pub route: String,
    /// One method in capitals; any method when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Share of the requests that fail, in `0..=1`.
    #[serde(default)]
    pub error_ratio: f64,
    /// Status of those that fail, `400..=599`; 502 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Extra latency, in milliseconds, `0..=60000`.
    #[serde(default)]
    pub latency_ms: u64,
    /// Share of the requests that have the latency, in `0..=1`; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ratio: Option<f64>,
    /// Share of the requests whose connection is reset in place of an answer, in `0..=1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_ratio: Option<f64>,
    /// Share of the requests whose connection is closed without an answer, in `0..=1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_ratio: Option<f64>,
    /// Share of the answers whose body is cut short, in `0..=1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncate_ratio: Option<f64>,
    /// Bytes of the body that are left; half of the body when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncate_after: Option<u64>,
    /// Share of the answers whose `content-length` is wrong, in `0..=1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong_length_ratio: Option<f64>,
    /// What is added to the true length, not 0, `-65536..=65536`; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong_length_by: Option<i64>,
    /// When it is in force; ratios but that of the latency, and the latency, are multiplied by its strength.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// What befalls a request or its answer above the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OuterStrike {
    Error(StatusCode),
    Reset,
    Drop,
    /// Bytes that are left; `None`: half.
    Truncate(Option<u64>),
    /// Added to the true length.
    WrongLength(i64),
}

impl Strike for OuterStrike {
    const LATENCY: &'static str = "outer_latency";
    const KINDS: &'static [&'static str] = &[
        "outer_error",
        "outer_latency",
        "outer_reset",
        "outer_drop",
        "outer_truncate",
        "outer_wrong_length",
    ];
    const STATUS: StatusCode = StatusCode::BAD_GATEWAY;

    fn kind(self) -> &'static str {
        match self {
            Self::Error(_) => "outer_error",
            Self::Reset => "outer_reset",
            Self::Drop => "outer_drop",
            Self::Truncate(_) => "outer_truncate",
            Self::WrongLength(_) => "outer_wrong_length",
        }
    }
}

impl RuleSpec for OuterFaultSpec {
    type Strike = OuterStrike;

    fn written(&self) -> Written<'_> {
        Written {
            route: &self.route,
            method: self.method.as_deref(),
            status: self.status,
            latency_ms: self.latency_ms,
            latency_ratio: self.latency_ratio,
            course: self.course.as_ref(),
        }
    }

    fn chances(
        &self,
        field: &str,
        status: StatusCode,
        mistakes: &mut Vec<String>,
    ) -> Vec<(&'static str, Option<f64>, OuterStrike)> {
        let by = self.wrong_length_by.unwrap_or(1);
        if by == 0 {
            mistakes.push(format!("{field}.wrong_length_by: must not be 0"));
        }
        let by_field = format!("{field}.wrong_length_by");
        mistakes::at_most(&by_field, by.unsigned_abs(), MAX_WRONG_BY, mistakes);
        vec![
            (
                "error_ratio",
                Some(self.error_ratio),
                OuterStrike::Error(status),
            ),
            ("reset_ratio", self.reset_ratio, OuterStrike::Reset),
            ("drop_ratio", self.drop_ratio, OuterStrike::Drop),
            (
                "truncate_ratio",
                self.truncate_ratio,
                OuterStrike::Truncate(self.truncate_after),
            ),
            (
                "wrong_length_ratio",
                self.wrong_length_ratio,
                OuterStrike::WrongLength(by),
            ),
        ]
    }
}
