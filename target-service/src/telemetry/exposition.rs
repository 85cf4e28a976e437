//! `GET /metrics`.

use axum::{
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::MetricFamily;
use prost::{EncodeError, Message as _};

use super::{
    Telemetry,
    format::Format,
    text_format::{self, TextFormat},
};

#[derive(Debug, thiserror::Error)]
enum ExpositionError {
    #[error("a metric cannot be encoded")]
    Metric(#[from] std::fmt::Error),
    #[error("the metrics cannot be written as protobuf")]
    Protobuf(#[from] EncodeError),
}

/// Answers with all metrics. Stands outside the layers: a scrape is not a request to be judged.
pub async fn exposition(State(telemetry): State<Telemetry>, headers: HeaderMap) -> Response {
    let format = Format::negotiate(&headers);
    match encode(&telemetry, format) {
        Ok(body) => {
            let headers = [(CONTENT_TYPE, format.content_type()), (VARY, "accept")];
            (headers, body).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn encode(telemetry: &Telemetry, format: Format) -> Result<Vec<u8>, ExpositionError> {
    let families = telemetry.metrics.families(&telemetry.faults)?;
    Ok(match format {
        Format::Text => text_format::write(&families, TextFormat::Prometheus).into_bytes(),
        Format::OpenMetrics => text_format::write(&families, TextFormat::OpenMetrics).into_bytes(),
        Format::Protobuf => delimited(&families)?,
    })
}

fn delimited(families: &[MetricFamily]) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    for family in families {
        family.encode_length_delimited(&mut bytes)?;
    }
    Ok(bytes)
}
