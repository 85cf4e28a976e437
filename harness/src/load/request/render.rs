//! Renders a route's request: once in full, then by patching what an arrival changes.
//!
//! Most of what changes has a width that stays: ids, random text, and numbers as long as they have as many digits as
//! the last ones. Where a width differs, or a value from outside stands in the request, it is laid out anew in the same
//! buffer. Neither allocates once the buffer has grown to the longest request.

use std::sync::Arc;

use hyper::body::Bytes;

use super::message::{Message, Piece, What, Within};
use super::trace::Trace;
use super::url;
use crate::load::key::KeyDraw;
use crate::load::template::random_letters;
use crate::load::wire::Rendered;
use crate::scenario::plan::Route;

/// The request of one route, ready to be sent. A clone costs little until it renders.
#[derive(Debug, Clone)]
pub struct Renderer {
    pattern: Arc<Pattern>,
    buffer: Vec<u8>,
    /// The places of the buffer as it is laid out now.
    slots: Vec<Slot>,
    /// The widths it is laid out for.
    widths: Option<Widths>,
}

/// What all renderers of a route share.
#[derive(Debug)]
struct Pattern {
    message: Message,
    /// Stands behind the message.
    body: Option<Bytes>,
    head: bool,
    seed: u64,
    trace_seed: u64,
    /// `None` if the request has no key.
    keys: Option<KeyDraw>,
    has_values: bool,
}

/// From this length on, a body in which nothing changes is shared and sent from where it lies. A shorter one is copied
/// into each buffer: what is in one piece is written for less.
const SHARED_BODY: usize = 4096;

#[derive(Debug, Clone, Copy)]
struct Slot {
    at: usize,
    width: usize,
    what: What,
}

/// Numbers of decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Widths {
    key: usize,
    seq: usize,
}

/// What an arrival puts into the places.
#[derive(Clone, Copy)]
struct Filling {
    key: u64,
    seq: u64,
    trace: Trace,
    body: u64,
}

impl Renderer {
    /// For a route. `host` is what the header of that name says and `prefix` what stands before every path, both of the
    /// target's address; `values` names the placeholders that stand for values from outside the plan, in the order in
    /// which they are given to [`render`](Self::render).
    pub fn new(
        route: &Route,
        seed: u64,
        trace_seed: u64,
        (host, prefix): (&str, &str),
        values: &[String],
    ) -> Self {
        let mut message = Message::new(route, host, prefix, values);
        let body = message.take_fixed_body(SHARED_BODY).map(Bytes::from);
        let pattern = Pattern {
            body,
            head: route.method == "HEAD",
            seed,
            trace_seed,
            keys: message
                .holds(|what| what == What::Key)
                .then(|| KeyDraw::new(&route.keys)),
            has_values: message.holds(|what| matches!(what, What::Value(..))),
            message,
        };
        Self {
            pattern: Arc::new(pattern),
            buffer: Vec::new(),
            slots: Vec::new(),
            widths: None,
        }
    }

    /// The trace that the request of arrival `seq` carries.
    pub fn trace(&self, seq: u64) -> Trace {
        Trace::of(self.pattern.trace_seed, seq)
    }

    /// The request of arrival `seq` with its [`trace`](Self::trace). A value that is missing is empty.
    pub fn render(&mut self, seq: u64, trace: Trace, values: &[Vec<u8>]) -> Rendered<'_> {
        let pattern = &*self.pattern;
        let key = pattern
            .keys
            .as_ref()
            .map_or(0, |keys| keys.number(pattern.seed, seq));
        let widths = Widths {
            key: digits(key),
            seq: digits(seq),
        };
        let mut filling = Filling {
            key,
            seq,
            trace,
            body: 0,
        };
        let fresh = pattern.has_values || self.widths != Some(widths);
        if fresh {
            filling.body = self.lay_out(widths, values);
        }
        let pattern = &*self.pattern;
        for slot in &self.slots {
            // A length that was laid out stays as long as the widths do.
            if fresh || slot.what != What::Length {
                let place = &mut self.buffer[slot.at..slot.at + slot.width];
                fill(slot.what, &filling, pattern.seed, place);
            }
        }
        Rendered {
            bytes: &self.buffer,
            body: pattern.body.as_ref(),
            head: pattern.head,
        }
    }

    /// Writes the fixed bytes and values, notes the other places, and says how long the body is.
    fn lay_out(&mut self, widths: Widths, values: &[Vec<u8>]) -> u64 {
        let value = |number: usize| values.get(number).map_or(&[][..], Vec::as_slice);
        let width = |what: What, body: usize| match what {
            What::Key => widths.key,
            What::Seq => widths.seq,
            What::Random(length) => length,
            What::TraceId => 32,
            What::SpanId => 16,
            What::Length => digits(body as u64),
            What::Value(number, _) => value(number).len(),
        };
        let pattern = &*self.pattern;
        let message = &pattern.message;
        let shared = pattern.body.as_ref().map_or(0, Bytes::len);
        let laid_out: usize = message.pieces[message.body..]
            .iter()
            .map(|piece| match piece {
                Piece::Fixed(bytes) => bytes.len(),
                Piece::Place(what) => width(*what, 0),
            })
            .sum();
        let body = laid_out + shared;
        self.buffer.clear();
        self.slots.clear();
        for piece in &message.pieces {
            match piece {
                Piece::Fixed(bytes) => self.buffer.extend_from_slice(bytes),
                Piece::Place(What::Value(number, within)) => {
                    push_value(value(*number), *within, &mut self.buffer);
                }
                Piece::Place(what) => {
                    let (at, width) = (self.buffer.len(), width(*what, body));
                    self.buffer.resize(at + width, 0);
                    self.slots.push(Slot {
                        at,
                        width,
                        what: *what,
                    });
                }
            }
        }
        self.widths = Some(widths);
        body as u64
    }
}

fn fill(what: What, filling: &Filling, seed: u64, place: &mut [u8]) {
    match what {
        What::Key => write_decimal(filling.key, place),
        What::Seq => write_decimal(filling.seq, place),
        What::Length => write_decimal(filling.body, place),
        What::TraceId => filling.trace.write_id(place),
        What::SpanId => filling.trace.write_span(place),
        What::Random(length) => {
            for (byte, letter) in place
                .iter_mut()
                .zip(random_letters(seed, filling.seq, length))
            {
                *byte = letter;
            }
        }
        What::Value(..) => {}
    }
}

fn push_value(value: &[u8], within: Within, buffer: &mut Vec<u8>) {
    match within {
        Within::Target => url::push(value, &mut false, buffer),
        Within::Header => {
            buffer.extend(
                value
                    .iter()
                    .filter(|byte| **byte == b'\t' || !byte.is_ascii_control()),
            );
        }
        Within::Body => buffer.extend_from_slice(value),
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

fn write_decimal(mut number: u64, place: &mut [u8]) {
    for byte in place.iter_mut().rev() {
        *byte = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::key::key_number;
    use crate::load::template::Template;
    use crate::scenario::plan::Keys;
    use crate::verify::fixture::Fixture;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    const SEED: u64 = 3;
    const TRACE_SEED: u64 = 5;

    fn route(method: &str, path: &str, header: &str, body: Option<&str>) -> Route {
        static PLAIN: LazyLock<Route> =
            LazyLock::new(|| Fixture::new().plan.load.routes[0].clone());
        let mut route = PLAIN.clone();
        route.method = method.into();
        route.path = path.into();
        route.headers = vec![("X-One".into(), header.into())];
        route.body = body.map(str::to_owned);
        route.keys = Keys::Zipf { n: 100_000, s: 1.1 };
        route
    }

    fn renderer(route: &Route) -> Renderer {
        Renderer::new(route, SEED, TRACE_SEED, ("kv:80", ""), &[])
    }

    /// The request as the templates render it, without buffers or patches.
    fn plain(route: &Route, seq: u64) -> String {
        let key = key_number(&route.keys, SEED, seq);
        let render = |text: &str| Template::parse(text).render(SEED, seq, key);
        let trace = Trace::of(TRACE_SEED, seq);
        let mut span = [0; 16];
        trace.write_span(&mut span);
        let span = std::str::from_utf8(&span).unwrap();
        let body = route.body.as_deref().map(render);
        let length = body.as_ref().map_or_else(String::new, |body| {
            format!("content-length: {}\r\n", body.len())
        });
        format!(
            "{} {} HTTP/1.1\r\nhost: kv:80\r\nx-one: {}\r\ntraceparent: 00-{}-{span}-01\r\naccept: */*\r\n{length}\r\n{}",
            route.method,
            render(&route.path),
            render(&route.headers[0].1),
            trace.id(),
            body.unwrap_or_default(),
        )
    }

    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("{key}"),
            Just("{seq}"),
            Just("{random:13}"),
            Just("{random:1}"),
            Just("a"),
            Just("/b/"),
            Just("-"),
        ];
        prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn patched_bytes_are_the_freshly_rendered_ones_and_those_of_the_templates(
            (path, header, body) in (text(), text(), prop::option::of(text())),
            seqs in prop::collection::vec(prop_oneof![0..200_u64, any::<u64>()], 1..40),
        ) {
            let route = route("GET", &format!("/{path}"), &header, body.as_deref());
            let mut patched = renderer(&route);
            for seq in seqs {
                let mut fresh = renderer(&route);
                let fresh = fresh.render(seq, fresh.trace(seq), &[]).bytes;
                let patched = patched.render(seq, patched.trace(seq), &[]).bytes;
                prop_assert_eq!(std::str::from_utf8(patched), std::str::from_utf8(fresh));
                prop_assert_eq!(std::str::from_utf8(patched).unwrap(), plain(&route, seq));
            }
        }

        #[test]
        fn numbers_have_as_many_digits_as_printed(number: u64) {
            let mut place = vec![0; digits(number)];
            write_decimal(number, &mut place);
            prop_assert_eq!(String::from_utf8(place).unwrap(), number.to_string());
        }
    }

    #[test]
    fn the_buffer_stays_where_it_is() {
        let route = route("PUT", "/{key}?n={seq}", "{random:5}", Some("{seq}"));
        let mut renderer = renderer(&route);
        let first = renderer
            .render(u64::MAX, renderer.trace(u64::MAX), &[])
            .bytes
            .as_ptr();
        for seq in 0..1000 {
            assert_eq!(
                renderer
                    .render(seq, renderer.trace(seq), &[])
                    .bytes
                    .as_ptr(),
                first
            );
        }
    }

    #[test]
    fn a_large_body_in_which_nothing_changes_is_in_memory_once() {
        let body = "x".repeat(1 << 20);
        for (text, shared) in [(body.clone(), true), (format!("{body}{{seq}}"), false)] {
            let mut one = renderer(&route("PUT", "/{seq}", "1", Some(&text)));
            let mut other = one.clone();
            let trace = one.trace(7);
            let (one, other) = (one.render(7, trace, &[]), other.render(8, trace, &[]));
            let length = if shared { 1 << 20 } else { (1 << 20) + 1 };
            let head = String::from_utf8_lossy(&one.bytes[..150]);
            assert!(
                head.contains(&format!("content-length: {length}\r\n")),
                "{head}"
            );
            assert_eq!(one.body.is_some(), shared);
            if let (Some(one_body), Some(other_body)) = (one.body, other.body) {
                assert_eq!(one_body, body.as_bytes());
                assert_eq!(one_body.as_ptr(), other_body.as_ptr());
                assert!(one.bytes.len() < 1000 && one.bytes.ends_with(b"\r\n\r\n"));
            }
        }
    }

    #[test]
    fn framing_and_trace_are_ours_and_what_the_scenario_says_else_is_not_doubled() {
        let mut route = route("POST", "/a b", "", None);
        route.headers = [
            "Host",
            "accept",
            "Content-Length",
            "transfer-encoding",
            "Traceparent",
        ]
        .map(|name| (name.to_owned(), "7".to_owned()))
        .to_vec();
        let mut renderer = Renderer::new(&route, SEED, TRACE_SEED, ("kv", "/base"), &[]);
        let text =
            String::from_utf8(renderer.render(0, renderer.trace(0), &[]).bytes.to_vec()).unwrap();
        let names: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split_once(": ").map(|l| l.0))
            .collect();
        assert_eq!(names, ["host", "accept", "traceparent", "content-length"]);
        assert!(
            text.starts_with("POST /base/a%20b HTTP/1.1\r\nhost: 7\r\n"),
            "{text}"
        );
        assert!(text.ends_with("content-length: 0\r\n\r\n"), "{text}");
    }

    #[test]
    fn a_value_from_outside_cannot_break_out_of_its_place() {
        let names = ["token".to_owned(), "id".to_owned()];
        let route = route(
            "PUT",
            "/{id}/{token}",
            "Bearer {token}",
            Some("<{token}{other}>"),
        );
        let mut renderer = Renderer::new(&route, SEED, TRACE_SEED, ("kv", ""), &names);
        let values = [b"a b\r\nx: y".to_vec(), b"7".to_vec()];
        for _ in 0..2 {
            let text = String::from_utf8(
                renderer
                    .render(0, renderer.trace(0), &values)
                    .bytes
                    .to_vec(),
            )
            .unwrap();
            assert!(
                text.starts_with("PUT /7/a%20b%0D%0Ax:%20y HTTP/1.1\r\n"),
                "{text}"
            );
            assert!(text.contains("\r\nx-one: Bearer a bx: y\r\n"), "{text}");
            assert!(
                text.ends_with("content-length: 18\r\n\r\n<a b\r\nx: y{other}>"),
                "{text}"
            );
        }
        let text =
            String::from_utf8(renderer.render(0, renderer.trace(0), &[]).bytes.to_vec()).unwrap();
        assert!(
            text.ends_with("content-length: 9\r\n\r\n<{other}>"),
            "{text}"
        );
    }
}
