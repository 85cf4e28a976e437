//! Which format of the exposition a client wants.

use axum::http::{HeaderMap, header::ACCEPT};

/// A format that can be asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// Text 0.0.4, for whoever asks for nothing better.
    #[default]
    Text,
    /// Text with exemplars.
    OpenMetrics,
    /// Length-delimited messages with exemplars and native histograms.
    Protobuf,
}

impl Format {
    /// As a `content-type` header.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Protobuf => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
        }
    }

    /// The format with the highest `q` in `Accept`, the earlier one of two equals. Text when nothing fits: a
    /// reader is better off with text than with 406.
    pub(super) fn negotiate(headers: &HeaderMap) -> Self {
        let accepted = headers.get_all(ACCEPT).into_iter();
        let ranges = accepted
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        let mut best = (0.0, Self::default());
        for (format, q) in ranges.filter_map(range) {
            if q > best.0 {
                best = (q, format);
            }
        }
        best.1
    }
}

/// One media range: what it asks for and how much.
fn range(range: &str) -> Option<(Format, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next()?.to_ascii_lowercase();
    let parameters: Vec<(String, &str)> = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect();
    let parameter = |name: &str| {
        let mut parameters = parameters.iter();
        let found = parameters.find(|(found, _)| found == name);
        found.map(|(_, value)| *value)
    };
    let version = |ours: &str| parameter("version").is_none_or(|asked| asked == ours);
    let message = parameter("proto") == Some("io.prometheus.client.MetricFamily");
    let delimited = parameter("encoding") == Some("delimited");
    let format = match media_type.as_str() {
        "application/vnd.google.protobuf" if message && delimited => Format::Protobuf,
        "application/openmetrics-text" if version("1.0.0") => Format::OpenMetrics,
        "application/*" => Format::OpenMetrics,
        "text/plain" if version("0.0.4") => Format::Text,
        "text/*" | "*/*" => Format::Text,
        _ => return None,
    };
    let q = parameter("q").map_or(Some(1.0), |q| q.parse().ok())?;
    Some((format, q))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiate(accept: &str) -> Format {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().expect("a header"));
        Format::negotiate(&headers)
    }

    #[test]
    fn text_is_for_whoever_asks_for_nothing_better() {
        assert_eq!(Format::negotiate(&HeaderMap::new()), Format::Text);
        for accept in [
            "*/*",
            "text/html",
            "nonsense",
            "text/plain;version=0.0.4",
            "application/vnd.google.protobuf",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
            "application/openmetrics-text;version=0.0.1",
            "application/openmetrics-text;q=0",
        ] {
            assert_eq!(negotiate(accept), Format::Text, "{accept}");
        }
    }

    #[test]
    fn the_highest_q_wins_and_then_the_earlier() {
        let protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
        for (accept, format) in [
            ("application/openmetrics-text", Format::OpenMetrics),
            (
                "text/plain;q=0.4, application/openmetrics-text; version=\"1.0.0\"; q=0.5",
                Format::OpenMetrics,
            ),
            ("text/plain, application/openmetrics-text", Format::Text),
            (
                &format!(
                    "{protobuf};q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1"
                ),
                Format::Protobuf,
            ),
            (
                &format!(
                    "application/openmetrics-text;version=1.0.0;q=0.6,{protobuf};q=0.5,*/*;q=0.1"
                ),
                Format::OpenMetrics,
            ),
        ] {
            assert_eq!(negotiate(accept), format, "{accept}");
        }
    }
}
