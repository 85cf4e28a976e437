//! One request and its answer, as far as the metrics care.

use crate::endpoint::Subject;

/// What is known once the answer's head is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange {
    pub(super) subject: Subject,
    pub(super) status: u16,
    /// From the request's head to the answer's head.
    pub(super) seconds: f64,
    /// Links a latency to its log line.
    pub(super) trace_id: u128,
    /// As announced by `content-length`; 0 when it is not.
    pub(super) request_bytes: u64,
    /// 0 when the length is not known beforehand.
    pub(super) response_bytes: u64,
}
