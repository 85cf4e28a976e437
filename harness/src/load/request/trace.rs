//! The trace of an arrival (W3C Trace Context): a pure function of seed and number.

use crate::load::draw::{Stream, bits};

/// The ids that go out in `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    high: u64,
    low: u64,
    span: u64,
}

impl Trace {
    /// Of arrival `seq`. The seed is the plan's, mixed with the run's number so that the ids of two runs differ.
    pub fn of(trace_seed: u64, seq: u64) -> Self {
        Self {
            // Neither id may be zero.
            high: bits(trace_seed, Stream::Trace, seq) | 1,
            low: bits(!trace_seed, Stream::Trace, seq),
            span: bits(trace_seed, Stream::Trace, seq ^ (1 << 63)) | 1,
        }
    }

    /// The trace id as the number that its digits write.
    pub fn number(self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }

    /// The trace id: 32 hexadecimal digits.
    pub fn id(self) -> String {
        format!("{:016x}{:016x}", self.high, self.low)
    }

    /// Writes the trace id over 32 bytes.
    pub(super) fn write_id(self, place: &mut [u8]) {
        let (high, low) = place.split_at_mut(16);
        write_hex(self.high, high);
        write_hex(self.low, low);
    }

    /// Writes the span id over 16 bytes.
    pub(super) fn write_span(self, place: &mut [u8]) {
        write_hex(self.span, place);
    }
}

fn write_hex(mut number: u64, place: &mut [u8]) {
    for byte in place.iter_mut().rev() {
        *byte = b"0123456789abcdef"[(number & 15) as usize];
        number >>= 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_ids_are_the_printed_ones() {
        for seq in 0..100 {
            let trace = Trace::of(7, seq);
            let mut place = [0; 48];
            trace.write_id(&mut place[..32]);
            trace.write_span(&mut place[32..]);
            let printed = format!("{}{:016x}", trace.id(), trace.span);
            assert_eq!(std::str::from_utf8(&place).unwrap(), printed);
        }
        assert_ne!(Trace::of(7, 1), Trace::of(8, 1));
    }
}
