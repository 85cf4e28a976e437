//! Reads one reply from bytes as they come, without I/O: whatever the segmentation, the result is the same.

use super::chunks::{Chunks, Step};
use super::fault::{Fault, Where};
use super::head::{self, Framing};
use crate::load::wire::{KEPT_BODY, Reply};

/// The reading of one reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reader {
    state: State,
    answers_head: bool,
    status: u16,
    keep_alive: bool,
    bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Length(u64),
    Chunked(Chunks),
    UntilClose,
    Done,
}

/// A reply that was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) status: u16,
    /// Bytes of the decoded body.
    pub(super) bytes: u64,
    /// The peer keeps the connection open.
    pub(super) keep_alive: bool,
}

impl Reader {
    /// For the reply to a request; to `HEAD` there is no body.
    pub(super) fn new(answers_head: bool) -> Self {
        Self {
            state: State::Head,
            answers_head,
            status: 0,
            keep_alive: false,
            bytes: 0,
        }
    }

    /// Takes what belongs to the reply off the front of `input` and says how many bytes those were. A head is taken
    /// whole or not at all; all else is taken as it comes. Nothing behind the reply's end is taken.
    pub(super) fn take(&mut self, input: &[u8], reply: &mut Reply) -> Result<usize, Fault> {
        let mut rest = input;
        loop {
            match &mut self.state {
                State::Head => {
                    let kept = reply.keep_head.then_some(&mut reply.head);
                    let Some(head) = head::parse(rest, self.answers_head, kept)? else {
                        break;
                    };
                    rest = &rest[head.length..];
                    if head::is_final(head.status) {
                        (self.status, self.keep_alive) = (head.status, head.keep_alive);
                        self.state = match head.framing {
                            Framing::Length(0) => State::Done,
                            Framing::Length(length) => State::Length(length),
                            Framing::Chunked => State::Chunked(Chunks::new()),
                            Framing::UntilClose => State::UntilClose,
                        };
                    }
                }
                State::Length(left) => {
                    let length = usize::try_from(*left).map_or(rest.len(), |l| l.min(rest.len()));
                    let (data, behind) = rest.split_at(length);
                    *left -= length as u64;
                    if *left == 0 {
                        self.state = State::Done;
                    }
                    self.data(data, reply);
                    rest = behind;
                }
                State::Chunked(chunks) => match chunks.step(rest)? {
                    Step::Data(data, behind) => {
                        self.data(data, reply);
                        rest = behind;
                    }
                    Step::More => rest = &[],
                    Step::Done(behind) => {
                        rest = behind;
                        self.state = State::Done;
                    }
                },
                State::UntilClose => {
                    self.data(rest, reply);
                    rest = &[];
                }
                State::Done => break,
            }
            if rest.is_empty() {
                break;
            }
        }
        Ok(input.len() - rest.len())
    }

    /// The reply, if it is at its end.
    pub(super) fn whole(&self) -> Option<Whole> {
        (self.state == State::Done).then_some(Whole {
            status: self.status,
            bytes: self.bytes,
            keep_alive: self.keep_alive,
        })
    }

    /// The peer closed; `waiting` says whether bytes were left that are no whole head yet.
    pub(super) fn close(&mut self, waiting: bool) -> Result<Whole, Fault> {
        if self.state == State::UntilClose {
            self.state = State::Done;
        }
        self.whole().ok_or(Fault::Truncated(match self.state {
            State::Head if waiting => Where::InHead,
            State::Head => Where::BeforeReply,
            _ => Where::InBody,
        }))
    }

    fn data(&mut self, data: &[u8], reply: &mut Reply) {
        self.bytes += data.len() as u64;
        if reply.keep_body {
            let room = KEPT_BODY.saturating_sub(reply.body.len());
            reply.body.extend_from_slice(&data[..data.len().min(room)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::wire::http1::inbox::Inbox;
    use proptest::prelude::*;

    /// What a reader makes of a stream that comes in pieces and then ends: the result, what was kept, and how many
    /// bytes belonged to the reply.
    fn read(
        stream: &[u8],
        mut sizes: impl Iterator<Item = usize>,
        answers_head: bool,
    ) -> (Result<Whole, Fault>, Reply) {
        let (mut inbox, mut reader) = (Inbox::new(), Reader::new(answers_head));
        let mut reply = Reply {
            keep_body: true,
            keep_head: true,
            ..Reply::default()
        };
        let mut rest = stream;
        while !rest.is_empty() {
            let space = inbox.space();
            assert!(
                !space.is_empty(),
                "a buffer without space would read for ever"
            );
            let length = sizes
                .next()
                .unwrap_or(usize::MAX)
                .clamp(1, rest.len())
                .min(space.len());
            let (piece, behind) = rest.split_at(length);
            space[..length].copy_from_slice(piece);
            inbox.filled(length);
            rest = behind;
            if let Err(fault) = inbox.give(&mut reader, &mut reply) {
                return (Err(fault), reply);
            }
            if let Some(whole) = reader.whole() {
                reply.surplus = !inbox.is_empty() || !rest.is_empty();
                return (Ok(whole), reply);
            }
        }
        (reader.close(!inbox.is_empty()), reply)
    }

    fn at_once(stream: &[u8]) -> (Result<Whole, Fault>, Reply) {
        read(stream, std::iter::empty(), false)
    }

    /// Heads and bodies that are right or nearly so; random bytes alone would never get past the status line.
    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just("HTTP/1.1 200 OK\r\n"),
            Just("HTTP/1.0 200 OK\r\n"),
            Just("HTTP/1.1 100 Continue\r\n\r\n"),
            Just("HTTP/1.1 204 \r\n"),
            Just("HTTP/1.1 304\r\n"),
            Just("content-length: 5\r\n"),
            Just("content-length: 300\r\n"),
            Just("Content-Length: 5, 5\r\n"),
            Just("content-length: 7x\r\n"),
            Just("transfer-encoding: chunked\r\n"),
            Just("connection: close\r\n"),
            Just("connection: keep-alive\r\n"),
            Just("x: y\r\n"),
            Just("\r\n"),
            Just("\r\n\r\n"),
            Just("5\r\nhello\r\n"),
            Just("0\r\n"),
            Just("a;b=c\r\n"),
            Just("0123456789\r\n"),
            Just("hello"),
            Just("\n"),
            Just("\0"),
        ];
        prop_oneof![
            4 => prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes()),
            1 => prop::collection::vec(any::<u8>(), 0..200),
            1 => (0..30_000_usize).prop_map(|n| format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\nb", "y".repeat(n)).into_bytes()),
            1 => (0..200_usize).prop_map(|n| format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(n)).into_bytes()),
        ]
    }

    proptest! {
        #[test]
        fn the_result_does_not_depend_on_how_the_bytes_come(
            stream in stream(),
            sizes in prop::collection::vec(1..40_usize, 0..60),
            answers_head: bool,
        ) {
            let whole = read(&stream, std::iter::empty(), answers_head);
            prop_assert_eq!(&read(&stream, sizes.into_iter(), answers_head), &whole);
            prop_assert_eq!(&read(&stream, std::iter::repeat(1), answers_head), &whole);
        }

        #[test]
        fn a_body_survives_its_framing(
            body in prop::collection::vec(any::<u8>(), 0..40_000),
            cuts in prop::collection::vec(1..5000_usize, 1..20),
            sizes in prop::collection::vec(1..9000_usize, 0..60),
        ) {
            let mut chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            let mut rest = &body[..];
            for cut in cuts.iter().cycle() {
                let (chunk, behind) = rest.split_at((*cut).min(rest.len()));
                chunked.extend(format!("{:X}\r\n", chunk.len()).bytes());
                chunked.extend(chunk);
                chunked.extend(b"\r\n");
                rest = behind;
                if chunk.is_empty() { break; }
            }
            let length = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let sized = [length.as_bytes(), &body].concat();
            let closed = [b"HTTP/1.1 200 OK\r\n\r\n", &body[..]].concat();
            for stream in [&chunked, &sized, &closed] {
                let (whole, reply) = read(stream, sizes.iter().copied(), false);
                prop_assert_eq!(whole.unwrap().bytes, body.len() as u64);
                prop_assert_eq!(&reply.body, &body);
                prop_assert!(!reply.surplus);
            }
        }
    }

    #[test]
    fn informational_heads_are_skipped_and_switching_protocols_ends_the_exchange() {
        let (whole, reply) = at_once(
            b"HTTP/1.1 100 Continue\r\nx: y\r\n\r\nHTTP/1.1 103\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
        );
        assert_eq!((whole.unwrap().status, &reply.body[..]), (200, &b"a"[..]));
        assert_eq!(reply.head, b"content-length: 1\r\n");
        let (whole, _) = at_once(b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n");
        let whole = whole.unwrap();
        assert_eq!((whole.status, whole.keep_alive), (101, false));
    }

    #[test]
    fn a_reply_without_a_body_ends_with_its_head_whatever_its_length_says() {
        for (status, answers_head) in [(204, false), (304, false), (200, true)] {
            let stream = format!("HTTP/1.1 {status} X\r\ncontent-length: 5\r\n\r\n");
            let (whole, reply) = read(stream.as_bytes(), std::iter::empty(), answers_head);
            assert_eq!(
                whole.unwrap(),
                Whole {
                    status,
                    bytes: 0,
                    keep_alive: true
                }
            );
            assert!(!reply.surplus);
        }
    }

    #[test]
    fn a_head_may_fill_the_buffer_and_not_more() {
        let head = |length: usize| {
            let frame = "HTTP/1.1 204 X\r\nx: \r\n\r\n".len();
            format!(
                "HTTP/1.1 204 X\r\nx: {}\r\n\r\n",
                "y".repeat(length - frame)
            )
        };
        let limit = crate::load::wire::http1::HEAD_LIMIT;
        assert!(at_once(head(limit).as_bytes()).0.is_ok());
        assert_eq!(
            at_once(head(limit + 1).as_bytes()).0,
            Err(Fault::HeadTooLong)
        );
        // The limit is of one head: an informational one before it takes nothing away.
        let two = format!("HTTP/1.1 100 X\r\n\r\n{}", head(limit));
        assert!(at_once(two.as_bytes()).0.is_ok());
    }

    #[test]
    fn a_kept_body_is_bounded_and_counted_whole() {
        let body = vec![b'x'; KEPT_BODY + 10];
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        let (whole, reply) = at_once(&[head.as_bytes(), &body].concat());
        assert_eq!(whole.unwrap().bytes, body.len() as u64);
        assert_eq!(reply.body.len(), KEPT_BODY);
    }
}
