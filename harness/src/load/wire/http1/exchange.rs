//! One exchange on a connection, without waiting: whoever drives it says what its socket takes and gives now.

use std::io;
use std::task::{Poll, ready};

use super::inbox::Inbox;
use super::reader::{Reader, Whole};
use crate::load::wire::Reply;

/// Both ways of a socket, as far as they go now; `Pending` where they do not.
pub(super) trait Duplex {
    /// Reads what has come; 0 at its end.
    fn read(&mut self, space: &mut [u8]) -> Poll<io::Result<usize>>;

    /// Writes of two parts as much as the socket takes; one of them may be empty.
    fn write(&mut self, parts: [&[u8]; 2]) -> Poll<io::Result<usize>>;
}

/// Where an exchange stands. The request is not its own: it is told with each step.
#[derive(Debug)]
pub(super) struct Exchange {
    /// The first one of its connection.
    first: bool,
    written: usize,
    /// The peer takes no more of the request; it may have answered all the same.
    refused: Option<io::Error>,
    reader: Reader,
    /// The last read filled all the space it had: more may have come.
    filled: bool,
}

/// Not one byte was handed to the kernel: the idle connection was broken already.
#[derive(Debug)]
pub(super) struct Unsent(pub(super) String);

impl Exchange {
    /// The `first` one of a connection, or a later one; to `HEAD` there is no body.
    pub(super) fn new(first: bool, answers_head: bool) -> Self {
        Self {
            first,
            written: 0,
            refused: None,
            reader: Reader::new(answers_head),
            filled: false,
        }
    }

    /// Whether the whole request was handed to the kernel.
    pub(super) fn is_written(&self, request: [&[u8]; 2]) -> bool {
        self.written == request[0].len() + request[1].len()
    }

    /// Writes as much as the socket takes.
    pub(super) fn write(
        &mut self,
        socket: &mut impl Duplex,
        request: [&[u8]; 2],
    ) -> Result<(), Unsent> {
        while !self.is_written(request) && self.refused.is_none() {
            match socket.write(self.rest(request)) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => self.refused = Some(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(length)) => self.written += length,
                Poll::Ready(Err(error)) => self.refused = Some(error),
            }
        }
        if self.written == 0
            && !self.first
            && let Some(error) = self.refused.take()
        {
            return Err(Unsent(format!("the idle connection broke: {error}")));
        }
        Ok(())
    }

    /// Reads what has come, to the end of the reply at most; an error says why there will be none.
    pub(super) fn read(
        &mut self,
        socket: &mut impl Duplex,
        inbox: &mut Inbox,
        reply: &mut Reply,
    ) -> Poll<Result<Whole, String>> {
        loop {
            let space = inbox.space();
            let room = space.len();
            let length = match ready!(socket.read(space)) {
                Ok(length) => length,
                Err(error) => {
                    let error = self.refused.take().unwrap_or(error);
                    return Poll::Ready(Err(error.to_string()));
                }
            };
            if length == 0 {
                let waiting = !inbox.is_empty();
                let closed = self.reader.close(waiting);
                return Poll::Ready(closed.map_err(|fault| fault.to_string()));
            }
            inbox.filled(length);
            self.filled = length == room;
            if let Err(fault) = inbox.give(&mut self.reader, reply) {
                return Poll::Ready(Err(fault.to_string()));
            }
            if let Some(whole) = self.reader.whole() {
                return Poll::Ready(Ok(whole));
            }
        }
    }

    /// Whether bytes may have come that were not read.
    pub(super) fn may_have_more(&self) -> bool {
        self.filled
    }

    /// What is still to be written.
    fn rest<'a>(&self, [first, second]: [&'a [u8]; 2]) -> [&'a [u8]; 2] {
        match first.split_at_checked(self.written) {
            Some((_, first)) => [first, second],
            None => [&[], &second[self.written - first.len()..]],
        }
    }
}

/// Why an idle connection cannot be used any more, by what is read from it without waiting; `None` if it can.
pub(super) fn left(read: Poll<io::Result<usize>>) -> Option<String> {
    match read {
        Poll::Pending => None,
        Poll::Ready(Err(error)) => Some(format!("the idle connection broke: {error}")),
        Poll::Ready(Ok(0)) => Some("the server had closed the idle connection".into()),
        Poll::Ready(Ok(_)) => Some("the server sent bytes on the idle connection".into()),
    }
}

/// `Pending` instead of the error that says so.
pub(super) fn now(result: io::Result<usize>) -> Poll<io::Result<usize>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}
