//! The head of a reply: status, framing of the body, and whether the connection stays open.

use std::mem::MaybeUninit;

use httparse::{Header, ParserConfig, Response, Status};

use super::fault::Fault;

/// Most header lines of a head.
pub const HEADER_LIMIT: usize = 100;

/// What of a head decides how to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Its bytes, the empty line included.
    pub(super) length: usize,
    pub(super) status: u16,
    pub(super) framing: Framing,
    /// The peer keeps the connection open after this reply.
    pub(super) keep_alive: bool,
}

/// Where the body ends (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// After so many bytes.
    Length(u64),
    /// After the last chunk and its trailers.
    Chunked,
    /// Where the peer closes.
    UntilClose,
}

/// Reads a head from the beginning of `bytes`; `None` if it is not whole yet. A head that is kept is written to `kept`
/// as lines. An informational head (1xx but 101) has no body and another head after it.
pub(super) fn parse(
    bytes: &[u8],
    answers_head: bool,
    kept: Option<&mut Vec<u8>>,
) -> Result<Option<Head>, Fault> {
    let mut headers = [const { MaybeUninit::<Header<'_>>::uninit() }; HEADER_LIMIT];
    let mut response = Response::new(&mut []);
    let parsed = ParserConfig::default()
        .parse_response_with_uninit_headers(&mut response, bytes, &mut headers)
        .map_err(|error| Fault::of_head(bytes, error))?;
    let (Status::Complete(length), Some(status), Some(version)) =
        (parsed, response.code, response.version)
    else {
        return Ok(None);
    };
    if status < 100 {
        return Err(Fault::Status(status));
    }
    let mut fields = Fields::default();
    for header in &*response.headers {
        fields.read(header);
    }
    let bodiless = answers_head || matches!(status, 100..=199 | 204 | 304);
    let framing = if bodiless {
        Framing::Length(0)
    } else {
        fields.framing(version)?
    };
    if let Some(kept) = kept
        && is_final(status)
    {
        for header in &*response.headers {
            kept.extend_from_slice(header.name.as_bytes());
            kept.extend_from_slice(b": ");
            kept.extend_from_slice(header.value);
            kept.extend_from_slice(b"\r\n");
        }
    }
    Ok(Some(Head {
        length,
        status,
        framing,
        keep_alive: fields.keep_alive(version) && framing != Framing::UntilClose && status != 101,
    }))
}

/// Whether no further head follows; 101 switches the protocol, so nothing of HTTP follows it.
pub(super) fn is_final(status: u16) -> bool {
    status == 101 || status >= 200
}

/// The header fields that frame a message.
#[derive(Default)]
struct Fields {
    close: bool,
    keep: bool,
    length: Option<Result<u64, ()>>,
    /// There is a `transfer-encoding`; whether its last coding is `chunked`.
    coding: Option<bool>,
}

impl Fields {
    fn read(&mut self, header: &Header<'_>) {
        // Most headers are told apart by their length alone.
        match header.name.len() {
            10 if header.name.eq_ignore_ascii_case("connection") => {
                for token in tokens(header.value) {
                    self.close |= token.eq_ignore_ascii_case(b"close");
                    self.keep |= token.eq_ignore_ascii_case(b"keep-alive");
                }
            }
            14 if header.name.eq_ignore_ascii_case("content-length") => {
                for token in tokens(header.value) {
                    let one = digits(token).ok_or(());
                    self.length = Some(match self.length {
                        None => one,
                        Some(before) if before == one => one,
                        Some(_) => Err(()),
                    });
                }
            }
            17 if header.name.eq_ignore_ascii_case("transfer-encoding") => {
                let last = tokens(header.value).next_back().unwrap_or_default();
                self.coding = Some(last.eq_ignore_ascii_case(b"chunked"));
            }
            _ => {}
        }
    }

    fn framing(&self, version: u8) -> Result<Framing, Fault> {
        match (self.coding, self.length) {
            (Some(_), _) if version == 0 => Err(Fault::TransferEncoding),
            (Some(true), _) => Ok(Framing::Chunked),
            (Some(false), _) | (None, None) => Ok(Framing::UntilClose),
            (None, Some(Ok(length))) => Ok(Framing::Length(length)),
            (None, Some(Err(()))) => Err(Fault::ContentLength),
        }
    }

    /// Both a transfer coding and a length: somebody on the way may see another end of the body, so the connection is
    /// not trusted with another exchange.
    fn keep_alive(&self, version: u8) -> bool {
        let smuggled = self.coding.is_some() && self.length.is_some();
        !self.close && (version == 1 || self.keep) && !smuggled
    }
}

fn tokens(value: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(lines: &str) -> Result<(Framing, bool), Fault> {
        let text = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
        parse(text.as_bytes(), false, None).map(|head| {
            let head = head.unwrap();
            assert_eq!(head.length, text.len());
            (head.framing, head.keep_alive)
        })
    }

    #[test]
    fn equal_lengths_are_one_and_different_ones_are_none() {
        let five = Ok((Framing::Length(5), true));
        assert_eq!(framing("content-length: 5\r\n"), five);
        assert_eq!(framing("content-length: 5, 5\r\n"), five);
        assert_eq!(framing("Content-Length:5\r\ncontent-length: 5\r\n"), five);
        for wrong in ["5, 6", "+5", "5x", "", "-1", "18446744073709551616", "5,"] {
            assert_eq!(
                framing(&format!("content-length: {wrong}\r\n")),
                Err(Fault::ContentLength),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_transfer_coding_beats_the_length_and_ends_the_connection() {
        let both = "content-length: 5\r\ntransfer-encoding: chunked\r\n";
        assert_eq!(framing(both), Ok((Framing::Chunked, false)));
        let last = "transfer-encoding: gzip, Chunked\r\n";
        assert_eq!(framing(last), Ok((Framing::Chunked, true)));
        let inner = "transfer-encoding: chunked, gzip\r\n";
        assert_eq!(framing(inner), Ok((Framing::UntilClose, false)));
    }

    #[test]
    fn http_1_0_closes_unless_it_says_otherwise_and_knows_no_codings() {
        let head = |lines: &str| {
            let text = format!("HTTP/1.0 200 OK\r\n{lines}\r\n");
            parse(text.as_bytes(), false, None).map(|head| head.unwrap().keep_alive)
        };
        assert_eq!(head("content-length: 1\r\n"), Ok(false));
        assert_eq!(
            head("content-length: 1\r\nconnection: Keep-Alive\r\n"),
            Ok(true)
        );
        assert_eq!(
            head("transfer-encoding: chunked\r\n"),
            Err(Fault::TransferEncoding)
        );
    }

    #[test]
    fn a_kept_head_is_its_lines() {
        let mut kept = Vec::new();
        let text = b"HTTP/1.1 201 Created\r\nLocation:  /7 \r\ncontent-length: 0\r\n\r\n";
        parse(text, false, Some(&mut kept)).unwrap();
        assert_eq!(
            String::from_utf8(kept).unwrap(),
            "Location: /7\r\ncontent-length: 0\r\n"
        );
    }
}
