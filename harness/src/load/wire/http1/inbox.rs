//! The fixed buffer that a connection reads into.

use super::fault::Fault;
use super::reader::Reader;
use crate::load::wire::Reply;

/// Size of the buffer, and with it the longest head: what other clients and servers allow by default, and small enough
/// for thousands of connections.
pub const HEAD_LIMIT: usize = 16 * 1024;

/// Bytes that came and are not taken yet.
#[derive(Debug)]
pub struct Inbox {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Inbox {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            buffer: vec![0; HEAD_LIMIT].into_boxed_slice(),
            start: 0,
            end: 0,
        }
    }

    /// Where the next bytes go; never empty after a [`give`](Self::give) that succeeded.
    pub(super) fn space(&mut self) -> &mut [u8] {
        &mut self.buffer[self.end..]
    }

    /// So many bytes were written to the space.
    pub(super) fn filled(&mut self, length: usize) {
        self.end += length;
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Forgets what is left.
    pub(super) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Gives what came to the reader, and makes space for more.
    pub(super) fn give(&mut self, reader: &mut Reader, reply: &mut Reply) -> Result<(), Fault> {
        self.start += reader.take(&self.buffer[self.start..self.end], reply)?;
        if self.is_empty() {
            self.clear();
        } else if self.end == self.buffer.len() {
            if reader.whole().is_none() && self.start == 0 {
                return Err(Fault::HeadTooLong);
            }
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        Ok(())
    }
}
