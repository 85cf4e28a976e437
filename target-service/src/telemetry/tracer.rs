//! Ids of requests, and where their spans go.

use prometheus_client::metrics::counter::Counter;

use super::{SpanExporter, TraceContext, TraceIds, span::Span, trace_context::Parent};

/// Clones share ids and exporter. The default exports nothing.
#[derive(Debug, Clone, Default)]
pub struct Tracer {
    ids: TraceIds,
    exporter: Option<SpanExporter>,
}

impl Tracer {
    /// Exports the spans of sampled traces.
    pub fn exporting(exporter: SpanExporter) -> Self {
        Self {
            ids: TraceIds::default(),
            exporter: Some(exporter),
        }
    }

    /// Counts the spans that are lost; stays 0 when nothing is exported.
    pub fn dropped(&self) -> Counter {
        let exporter = self.exporter.as_ref();
        exporter
            .map(|exporter| exporter.dropped().clone())
            .unwrap_or_default()
    }

    /// See [`SpanExporter::flush`].
    pub async fn flush(&self) {
        if let Some(exporter) = &self.exporter {
            exporter.flush().await;
        }
    }

    /// This service's part of the trace of `parent`, or of a new one.
    pub(super) fn context(&self, parent: Option<Parent>) -> TraceContext {
        // A trace that begins here is marked as sampled only if somebody gets to see it.
        let begun = u8::from(self.exporter.is_some());
        TraceContext {
            trace_id: parent.map_or_else(|| self.ids.trace_id(), |parent| parent.trace_id),
            span_id: self.ids.id(),
            parent_id: parent.map(|parent| parent.span_id),
            request_id: self.ids.id(),
            flags: parent.map_or(begun, |parent| parent.flags),
        }
    }

    /// Whether the span of `context` is to be exported.
    pub(super) fn exports(&self, context: TraceContext) -> bool {
        self.exporter.is_some() && context.is_sampled()
    }

    pub(super) fn export(&self, span: Span) {
        if let Some(exporter) = &self.exporter {
            exporter.send(span);
        }
    }
}
