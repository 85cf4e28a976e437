//! Requests as bytes: rendered into a buffer that is used again and again.

use std::io::Write as _;

use crate::ledger::TraceId;
use crate::load::draw::{Stream, bits};
use crate::load::key::key_number;
use crate::load::schedule::Arrival;
use crate::load::template::Template;
use crate::load::wire::Rendered;
use crate::scenario::plan::{Keys, LoadPlan, Route};

/// The requests of a plan, ready to be rendered.
#[derive(Debug, Clone)]
pub(crate) struct Requests {
    routes: Vec<Parts>,
    seed: u64,
    trace_seed: u64,
}

#[derive(Debug, Clone)]
struct Parts {
    method: String,
    path: Template,
    /// `name: value` lines that are the same for every request, each ended by CRLF.
    fixed: Vec<u8>,
    headers: Vec<(String, Template)>,
    body: Option<Template>,
    keys: Keys,
    /// Whether a length must be given although there is no body.
    wants_length: bool,
}

/// The buffers of one place in flight.
#[derive(Debug, Default)]
pub(super) struct Paper {
    bytes: Vec<u8>,
    body: Vec<u8>,
    head: bool,
}

impl Paper {
    /// What was rendered last.
    pub(super) fn rendered(&self) -> Rendered<'_> {
        Rendered {
            bytes: &self.bytes,
            head: self.head,
        }
    }
}

impl Requests {
    /// For a service at `authority` whose paths begin with `prefix`. `run_number` makes the trace ids of two runs with
    /// the same seed differ.
    pub(crate) fn new(plan: &LoadPlan, authority: &str, prefix: &str, run_number: u64) -> Self {
        Self {
            routes: plan
                .routes
                .iter()
                .map(|route| Parts::new(route, authority, prefix))
                .collect(),
            seed: plan.seed,
            trace_seed: plan.seed ^ run_number,
        }
    }

    /// Writes the request of an arrival.
    pub(super) fn render(&self, arrival: &Arrival, paper: &mut Paper) -> TraceId {
        let parts = &self.routes[arrival.route];
        let (seed, seq) = (self.seed, arrival.seq);
        let key = key_number(&parts.keys, seed, seq);
        let trace = self.trace_id(seq);
        let out = &mut paper.bytes;
        out.clear();
        paper.head = parts.method == "HEAD";
        out.extend_from_slice(parts.method.as_bytes());
        out.push(b' ');
        parts.path.write(out, seed, seq, key);
        out.extend_from_slice(b" HTTP/1.1\r\n");
        out.extend_from_slice(&parts.fixed);
        for (name, value) in &parts.headers {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            value.write(out, seed, seq, key);
            out.extend_from_slice(b"\r\n");
        }
        let span = bits(self.trace_seed, Stream::Trace, seq ^ (1 << 63)) | 1;
        // Writing to a vector cannot fail.
        let _ = write!(out, "traceparent: 00-{trace}-{span:016x}-01\r\n");
        paper.body.clear();
        if let Some(body) = &parts.body {
            body.write(&mut paper.body, seed, seq, key);
        }
        if parts.body.is_some() || parts.wants_length {
            let _ = write!(out, "content-length: {}\r\n", paper.body.len());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&paper.body);
        trace
    }

    /// W3C trace ids are 32 hex digits, not all zero.
    fn trace_id(&self, seq: u64) -> TraceId {
        let high = bits(self.trace_seed, Stream::Trace, seq) | 1;
        let low = bits(!self.trace_seed, Stream::Trace, seq);
        TraceId(u128::from(high) << 64 | u128::from(low))
    }
}

impl Parts {
    fn new(route: &Route, authority: &str, prefix: &str) -> Self {
        let has = |wanted: &str| {
            let mut names = route.headers.iter().map(|(name, _)| name);
            names.any(|name| name.eq_ignore_ascii_case(wanted))
        };
        let mut fixed = Vec::new();
        for (name, value) in [
            ("host", authority),
            (
                "user-agent",
                concat!("sloproof/", env!("CARGO_PKG_VERSION")),
            ),
            ("accept", "*/*"),
        ] {
            if !has(name) {
                fixed.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
            }
        }
        Self {
            method: route.method.clone(),
            path: Template::parse(&format!("{prefix}{}", route.path)),
            fixed,
            headers: route
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), Template::parse(value)))
                .collect(),
            body: route.body.as_deref().map(Template::parse),
            keys: route.keys,
            wants_length: matches!(route.method.as_str(), "POST" | "PUT" | "PATCH"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::Fixture;
    use std::time::Duration;

    #[test]
    fn a_request_is_rendered_with_its_length_and_its_trace_and_leaves_nothing_of_the_one_before() {
        let mut plan = Fixture::new().plan.load;
        plan.routes[1].body = Some("{seq}!".into());
        plan.routes[1].headers = vec![("X-Key".into(), "{key}".into())];
        let requests = Requests::new(&plan, "kv:80", "/api", 7);
        let mut paper = Paper::default();
        let mut render = |route| {
            let arrival = Arrival {
                seq: 123,
                due: Duration::ZERO,
                phase: 0,
                route,
            };
            let trace = requests.render(&arrival, &mut paper).to_string();
            let text = String::from_utf8(paper.rendered().bytes.to_vec()).unwrap();
            (text, trace)
        };
        let (put, trace) = render(1);
        let key = put
            .split("/api/v1/kv/")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        assert!(put.starts_with("PUT /api/v1/kv/key-"), "{put}");
        assert!(put.contains(&format!("\r\nX-Key: {key}\r\n")), "{put}");
        assert!(put.contains("\r\nhost: kv:80\r\n"), "{put}");
        assert!(
            put.contains(&format!("\r\ntraceparent: 00-{trace}-")),
            "{put}"
        );
        assert!(put.ends_with("\r\ncontent-length: 4\r\n\r\n123!"), "{put}");
        let (get, _) = render(0);
        assert!(
            get.starts_with("GET ") && get.ends_with("-01\r\n\r\n"),
            "{get}"
        );
    }
}
