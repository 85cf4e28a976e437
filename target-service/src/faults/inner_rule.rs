//! Rules of the layer below the metrics.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    course::CourseSpec,
    rule::{RuleSpec, Strike, Written},
};

/// A rule as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InnerFaultSpec {
    /// Route template, such as `/v1/kv/{key}`, or `unmatched`.
    pub route: String,
    /// One method in capitals; any method when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Share of the requests that fail, in `0..=1`.
    #[serde(default)]
    pub error_ratio: f64,
    /// Status of those that fail, `400..=599`; 500 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Extra latency, in milliseconds, `0..=60000`.
    #[serde(default)]
    pub latency_ms: u64,
    /// Share of the requests that have the latency, in `0..=1`; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ratio: Option<f64>,
    /// Share of the requests that hang until their time limit, in `0..=1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hang_ratio: Option<f64>,
    /// Share of the requests whose handler panics, in `0..=1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panic_ratio: Option<f64>,
    /// When it is in force; ratios but that of the latency, and the latency, are multiplied by its strength.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// What befalls a request below the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InnerStrike {
    Error(StatusCode),
    Hang,
    Panic,
}

impl Strike for InnerStrike {
    const LATENCY: &'static str = "inner_latency";
    const KINDS: &'static [&'static str] =
        &["inner_error", "inner_latency", "inner_hang", "inner_panic"];
    const STATUS: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

    fn kind(self) -> &'static str {
        match self {
            Self::Error(_) => "inner_error",
            Self::Hang => "inner_hang",
            Self::Panic => "inner_panic",
        }
    }
}

impl RuleSpec for InnerFaultSpec {
    type Strike = InnerStrike;

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
        _field: &str,
        status: StatusCode,
        _mistakes: &mut Vec<String>,
    ) -> Vec<(&'static str, Option<f64>, InnerStrike)> {
        vec![
            (
                "error_ratio",
                Some(self.error_ratio),
                InnerStrike::Error(status),
            ),
            ("hang_ratio", self.hang_ratio, InnerStrike::Hang),
            ("panic_ratio", self.panic_ratio, InnerStrike::Panic),
        ]
    }
}
