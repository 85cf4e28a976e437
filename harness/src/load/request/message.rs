//! A route's request as fixed bytes and places to fill.

use super::url;
use crate::load::template::{Part, Template};
use crate::scenario::plan::Route;

/// A part of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Fixed(Vec<u8>),
    /// What an arrival changes.
    Place(What),
}

/// What an arrival changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The number of the key, decimal.
    Key,
    /// The number of the arrival, decimal.
    Seq,
    /// So many random letters.
    Random(usize),
    TraceId,
    SpanId,
    /// The length of the body, decimal.
    Length,
    /// A value from outside the plan, by its number.
    Value(usize, Within),
}

/// Where a value stands, which decides what of it must be made harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// What may not stand in a URL is percent-encoded.
    Target,
    /// Control characters are left out: a line feed would begin another header.
    Header,
    /// As it is.
    Body,
}

/// A whole message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) pieces: Vec<Piece>,
    /// The first piece of the body.
    pub(super) body: usize,
}

/// Headers that are ours to write: the framing must be that of the bytes, and the trace that of the ledger.
const OURS: [&str; 3] = ["content-length", "transfer-encoding", "traceparent"];

impl Message {
    /// Lays a route out. `host` goes into the header of that name, `prefix` before the path; `values` are the names
    /// that stand for values from outside, in their order.
    pub(super) fn new(route: &Route, host: &str, prefix: &str, values: &[String]) -> Self {
        let mut message = Self {
            pieces: Vec::new(),
            body: 0,
        };
        let has = |name: &str| {
            route
                .headers
                .iter()
                .any(|(n, _)| n.eq_ignore_ascii_case(name))
        };
        message.fixed(route.method.as_bytes());
        message.fixed(b" ");
        message.target(&format!("{prefix}{}", route.path), values);
        message.fixed(b" HTTP/1.1\r\n");
        if !has("host") {
            message.fixed(format!("host: {host}\r\n").as_bytes());
        }
        for (name, value) in &route.headers {
            if !OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
                message.fixed(format!("{}: ", name.to_ascii_lowercase()).as_bytes());
                message.template(value, Within::Header, values);
                message.fixed(b"\r\n");
            }
        }
        message.fixed(b"traceparent: 00-");
        message.place(What::TraceId);
        message.fixed(b"-");
        message.place(What::SpanId);
        message.fixed(b"-01\r\n");
        if !has("accept") {
            message.fixed(b"accept: */*\r\n");
        }
        // RFC 9110, section 8.6: a method that usually has a body says so when it has none.
        let usual = matches!(route.method.as_str(), "POST" | "PUT" | "PATCH");
        if route.body.is_some() || usual {
            message.fixed(b"content-length: ");
            message.place(What::Length);
            message.fixed(b"\r\n");
        }
        message.fixed(b"\r\n");
        message.body = message.pieces.len();
        if let Some(body) = &route.body {
            message.template(body, Within::Body, values);
        }
        message
    }

    /// Takes the body out if nothing in it changes and it is at least so long.
    pub(super) fn take_fixed_body(&mut self, length: usize) -> Option<Vec<u8>> {
        match &mut self.pieces[self.body..] {
            [Piece::Fixed(bytes)] if bytes.len() >= length => {
                let bytes = std::mem::take(bytes);
                self.pieces.truncate(self.body);
                Some(bytes)
            }
            _ => None,
        }
    }

    /// Whether something of it is `what`.
    pub(super) fn holds(&self, what: impl Fn(What) -> bool) -> bool {
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Place(found) if what(*found)))
    }

    fn target(&mut self, text: &str, values: &[String]) {
        let mut query = false;
        for part in Template::parse_with(text, values).parts() {
            if let Part::Literal(literal) = part {
                let mut encoded = Vec::new();
                url::push(literal.as_bytes(), &mut query, &mut encoded);
                self.fixed(&encoded);
            } else {
                self.part(part, Within::Target);
            }
        }
    }

    fn template(&mut self, text: &str, within: Within, values: &[String]) {
        for part in Template::parse_with(text, values).parts() {
            self.part(part, within);
        }
    }

    fn part(&mut self, part: &Part, within: Within) {
        match part {
            Part::Literal(literal) => self.fixed(literal.as_bytes()),
            Part::Key => {
                self.fixed(b"key-");
                self.place(What::Key);
            }
            Part::Seq => self.place(What::Seq),
            Part::Random(length) => self.place(What::Random(*length)),
            Part::Value(number) => self.place(What::Value(*number, within)),
        }
    }

    fn place(&mut self, what: What) {
        self.pieces.push(Piece::Place(what));
    }

    /// The body begins with a piece of its own, so a piece before it is closed.
    fn fixed(&mut self, bytes: &[u8]) {
        let closed = self.body != 0 && self.body == self.pieces.len();
        match self.pieces.last_mut() {
            Some(Piece::Fixed(before)) if !closed => before.extend_from_slice(bytes),
            _ => self.pieces.push(Piece::Fixed(bytes.to_vec())),
        }
    }
}
