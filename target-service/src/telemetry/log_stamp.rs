//! The time of a log line, in the three spellings of the formats.

use std::{
    cell::Cell,
    time::{SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;

/// `2026-11-21T00:06:24`
type Second = [u8; 19];

thread_local! {
    /// A busy service writes thousands of lines in one second: its date is worked out once.
    static LAST: Cell<Option<(u64, Second)>> = const { Cell::new(None) };
}

/// A time in UTC, to the millisecond.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    second: Second,
    millis: u32,
}

impl Stamp {
    pub(super) fn now() -> Self {
        Self::at(SystemTime::now())
    }

    /// Times before 1970 are shown as 1970.
    pub(super) fn at(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let second = LAST.get().filter(|(known, _)| *known == since.as_secs());
        let second = second.map_or_else(
            || {
                let digits = digits(since.as_secs());
                LAST.set(Some((since.as_secs(), digits)));
                digits
            },
            |(_, digits)| digits,
        );
        Self {
            second,
            millis: since.subsec_millis(),
        }
    }

    /// `2026-11-21T00:06:24.067Z`
    pub(super) fn rfc3339(self, out: &mut Vec<u8>) {
        out.extend(self.second);
        out.push(b'.');
        self.millis(out);
        out.push(b'Z');
    }

    /// `2026-11-21 00:06:24,067`
    pub(super) fn python(mut self, out: &mut Vec<u8>) {
        self.second[10] = b' ';
        out.extend(self.second);
        out.push(b',');
        self.millis(out);
    }

    /// `2026/11/21 00:06:24`
    pub(super) fn go(mut self, out: &mut Vec<u8>) {
        (self.second[4], self.second[7], self.second[10]) = (b'/', b'/', b' ');
        out.extend(self.second);
    }

    fn millis(self, out: &mut Vec<u8>) {
        let digit = |n: u32| b'0' + (n % 10) as u8;
        out.extend([
            digit(self.millis / 100),
            digit(self.millis / 10),
            digit(self.millis),
        ]);
    }
}

fn digits(second: u64) -> Second {
    let time = i64::try_from(second).ok();
    let time = time.and_then(|second| Timestamp::from_second(second).ok());
    let text = time.unwrap_or_default().to_string();
    let digits = text.as_bytes().first_chunk();
    digits.copied().unwrap_or(*b"1970-01-01T00:00:00")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn each_spelling_shows_the_same_moment() {
        let spelt = |write: fn(Stamp, &mut Vec<u8>), millis: u64| {
            let mut out = Vec::new();
            let time = UNIX_EPOCH + Duration::from_millis(1_795_219_584_067 + millis);
            write(Stamp::at(time), &mut out);
            String::from_utf8(out).expect("ASCII")
        };
        assert_eq!(spelt(Stamp::rfc3339, 0), "2026-11-21T00:06:24.067Z");
        assert_eq!(spelt(Stamp::python, 0), "2026-11-21 00:06:24,067");
        assert_eq!(spelt(Stamp::go, 0), "2026/11/21 00:06:24");
        assert_eq!(spelt(Stamp::rfc3339, 933), "2026-11-21T00:06:25.000Z");
    }
}
