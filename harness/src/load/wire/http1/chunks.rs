//! The chunked transfer coding (RFC 9112, section 7.1), one byte at a time but for the data.

use super::fault::Fault;

/// Most bytes of all chunk extensions of a body, and of all its trailers.
const LIMIT: usize = 16 * 1024;

/// Reads a chunked body from pieces of any size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunks {
    state: State,
    /// While a size is read: its value so far; within data: the bytes still to come.
    left: u64,
    extensions: usize,
    trailers: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The first digit of a size must come.
    Start,
    Size,
    /// Blanks after a size.
    Blank,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// At the begin of a trailer line, or of the empty line that ends all.
    Line,
    Name,
    Value,
    ValueLf,
    EndLf,
    Done,
}

/// What a step found.
pub(super) enum Step<'a> {
    /// Data of the body, and what follows it.
    Data(&'a [u8], &'a [u8]),
    /// All was read and the body is not at its end.
    More,
    /// The body ended; this follows it.
    Done(&'a [u8]),
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self {
            state: State::Start,
            left: 0,
            extensions: 0,
            trailers: 0,
        }
    }

    /// Reads until data, the end of the body or the end of the input.
    pub(super) fn step<'a>(&mut self, mut input: &'a [u8]) -> Result<Step<'a>, Fault> {
        loop {
            if self.state == State::Done {
                return Ok(Step::Done(input));
            }
            let Some((&byte, rest)) = input.split_first() else {
                return Ok(Step::More);
            };
            if self.state == State::Data {
                let length = usize::try_from(self.left).map_or(input.len(), |l| l.min(input.len()));
                let (data, rest) = input.split_at(length);
                self.left -= length as u64;
                if self.left == 0 {
                    self.state = State::DataCr;
                }
                return Ok(Step::Data(data, rest));
            }
            self.state = self.read(byte)?;
            input = rest;
        }
    }

    fn read(&mut self, byte: u8) -> Result<State, Fault> {
        let expect = |wanted: u8, next, what| {
            if byte == wanted {
                Ok(next)
            } else {
                Err(Fault::Chunk(what))
            }
        };
        match self.state {
            State::Start => {
                self.left = 0;
                self.digit(byte, "a size has no digit")
            }
            State::Size if byte.is_ascii_hexdigit() => self.digit(byte, ""),
            State::Size | State::Blank => match byte {
                b' ' | b'\t' => Ok(State::Blank),
                b';' => Ok(State::Extension),
                b'\r' => Ok(State::SizeLf),
                _ => Err(Fault::Chunk("a size is not hexadecimal")),
            },
            State::Extension => match byte {
                b'\r' => Ok(State::SizeLf),
                b'\n' => Err(Fault::Chunk("an extension holds a line feed")),
                _ => {
                    self.extensions += 1;
                    within(self.extensions, "its extensions are too long")?;
                    Ok(State::Extension)
                }
            },
            State::SizeLf => {
                let next = if self.left == 0 {
                    State::Line
                } else {
                    State::Data
                };
                expect(b'\n', next, "a size line does not end with CRLF")
            }
            State::DataCr => expect(b'\r', State::DataLf, "a chunk is longer than its size"),
            State::DataLf => expect(b'\n', State::Start, "a chunk does not end with CRLF"),
            State::Line if byte == b'\r' => Ok(State::EndLf),
            State::Line | State::Name | State::Value => {
                self.trailers += 1;
                within(self.trailers, "its trailers are too long")?;
                self.trailer(byte)
            }
            State::ValueLf => expect(b'\n', State::Line, "a trailer does not end with CRLF"),
            State::EndLf => expect(b'\n', State::Done, "the body does not end with CRLF"),
            State::Data | State::Done => unreachable!("handled by `step`"),
        }
    }

    fn digit(&mut self, byte: u8, otherwise: &'static str) -> Result<State, Fault> {
        let digit = char::from(byte)
            .to_digit(16)
            .ok_or(Fault::Chunk(otherwise))?;
        self.left = self
            .left
            .checked_mul(16)
            .and_then(|left| left.checked_add(u64::from(digit)))
            .ok_or(Fault::Chunk("a size is above 2^64"))?;
        Ok(State::Size)
    }

    fn trailer(&self, byte: u8) -> Result<State, Fault> {
        let token = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        match (self.state, byte) {
            (State::Line | State::Name, _) if token => Ok(State::Name),
            (State::Name, b':') => Ok(State::Value),
            (State::Line | State::Name, _) => Err(Fault::Chunk("a trailer has no name")),
            (_, b'\r') => Ok(State::ValueLf),
            (_, b'\t' | 0x20..=0x7e | 0x80..) => Ok(State::Value),
            _ => Err(Fault::Chunk("a trailer holds a control character")),
        }
    }
}

fn within(length: usize, what: &'static str) -> Result<(), Fault> {
    if length < LIMIT {
        Ok(())
    } else {
        Err(Fault::Chunk(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body's data and what follows it.
    type Read<'a> = (Vec<u8>, &'a [u8]);

    /// `None` if the body does not end.
    fn read(mut input: &[u8]) -> Result<Option<Read<'_>>, Fault> {
        let (mut chunks, mut body) = (Chunks::new(), Vec::new());
        loop {
            match chunks.step(input)? {
                Step::Data(data, rest) => {
                    body.extend_from_slice(data);
                    input = rest;
                }
                Step::More => return Ok(None),
                Step::Done(rest) => return Ok(Some((body, rest))),
            }
        }
    }

    #[test]
    fn chunks_extensions_and_trailers_are_read_to_the_end_and_no_further() {
        let body = b"3\r\nabc\r\n0A;x=\"y\" ;z\r\n0123456789\r\n0 \t\r\nA: b\r\nc:\r\n\r\nHTTP";
        let (data, rest) = read(body).unwrap().unwrap();
        assert_eq!(data, b"abc0123456789");
        assert_eq!(rest, b"HTTP");
        for end in 0..body.len() - b"HTTP".len() {
            assert_eq!(read(&body[..end]), Ok(None), "cut at {end}");
        }
    }

    #[test]
    fn what_is_not_chunked_is_refused() {
        let long = format!("1;{}\r\na\r\n0\r\n\r\n", "x".repeat(LIMIT));
        let trailers = format!("0\r\na: {}\r\n\r\n", "x".repeat(LIMIT));
        for body in [
            "\r\n",
            "x\r\n",
            "3\nabc",
            "3\r\nabcd",
            "3\r\nabc\n",
            "1 2\r\n",
            "-1\r\n",
            "0x1\r\n",
            "11111111111111111\r\n",
            "0\r\n a: b\r\n\r\n",
            "0\r\nno colon\r\n\r\n",
            "0\r\n: b\r\n\r\n",
            "0\r\na: \0\r\n\r\n",
            "0\r\n\rx",
            "1;a\nb\r\n",
            &long,
            &trailers,
        ] {
            assert!(
                matches!(read(body.as_bytes()), Err(Fault::Chunk(_))),
                "{body:?}"
            );
        }
    }
}
