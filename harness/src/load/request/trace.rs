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

/// Sixteen digits, eight at a time: a request carries 48 of them, and one by one they would be a tenth of what it costs
/// outside the kernel.
fn write_hex(number: u64, place: &mut [u8]) {
    for (half, place) in [(number >> 32) as u32, number as u32]
        .into_iter()
        .zip(place.chunks_exact_mut(8))
    {
        place.copy_from_slice(&hex(half));
    }
}

/// Spreads the half-bytes over eight bytes, then adds `0` to each, and to those above 9 the way from `:` to `a`.
fn hex(number: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut digits = u64::from(number);
    digits = (digits | digits << 16) & 0x0000_ffff_0000_ffff;
    digits = (digits | digits << 8) & 0x00ff_00ff_00ff_00ff;
    digits = (digits | digits << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = (digits + 6 * ONES) >> 4 & ONES;
    let text = digits + u64::from(b'0') * ONES + u64::from(b'a' - b'9' - 1) * letters;
    text.to_be_bytes()
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
