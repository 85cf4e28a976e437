//! The identity of a request across services: W3C Trace Context, version 00.

const SAMPLED: u8 = 1;
const RANDOM: u8 = 2;

/// Ids of one request as this service sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// Shared by all services on the way; 32 hex digits when written.
    pub trace_id: u128,
    /// This service's part; 16 hex digits when written.
    pub span_id: u64,
    /// The part of the service that called, when there is one.
    pub parent_id: Option<u64>,
    /// This request, even when a trace holds several; 16 hex digits when written.
    pub request_id: u64,
    /// Trace flags as received: 1 = sampled, 2 = random id. Others are not handed on, as the standard asks.
    pub flags: u8,
}

/// An id as hex digits, without a detour over the heap.
#[derive(Debug, Clone, Copy)]
pub(super) struct HexId<const N: usize>([u8; N]);

impl<const N: usize> HexId<N> {
    fn of(id: u128) -> Self {
        let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
        let mut digits = [b'0'; N];
        let pairs = digits.rchunks_exact_mut(2);
        for (pair, byte) in pairs.zip(id.to_le_bytes()) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
        }
        Self(digits)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl HexId<16> {
    pub(super) fn of_64(id: u64) -> Self {
        Self::of(id.into())
    }
}

impl HexId<32> {
    pub(super) fn of_128(id: u128) -> Self {
        Self::of(id)
    }
}

/// The part of a `traceparent` header that is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) trace_id: u128,
    pub(super) span_id: u64,
    pub(super) flags: u8,
}

impl Parent {
    /// `None` for anything malformed: the trace is then begun anew, as the standard asks.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split('-');
        let version = hex(parts.next()?, 2)?;
        let trace_id = hex(parts.next()?, 32)?;
        let parent_id = hex(parts.next()?, 16)?;
        let flags = hex(parts.next()?, 2)?;
        // Version ff is forbidden; version 00 has nothing after the flags, later ones may.
        let well_formed = version != 0xff && (version != 0 || parts.next().is_none());
        let known = trace_id != 0 && parent_id != 0;
        (well_formed && known).then_some(Self {
            trace_id,
            span_id: u64::try_from(parent_id).ok()?,
            flags: u8::try_from(flags).ok()? & (SAMPLED | RANDOM),
        })
    }
}

impl TraceContext {
    /// Whether somebody collects the spans of this trace.
    pub fn is_sampled(self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// As a `traceparent` header: for the answer, and for requests to the next service.
    pub fn to_traceparent(self) -> Vec<u8> {
        let trace: HexId<32> = HexId::of_128(self.trace_id);
        let span: HexId<16> = HexId::of_64(self.span_id);
        let flags: HexId<2> = HexId::of(self.flags.into());
        let parts = [
            b"00".as_slice(),
            trace.as_bytes(),
            span.as_bytes(),
            flags.as_bytes(),
        ];
        parts.join(&b'-')
    }
}

/// Exactly `digits` lower-case hex digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (text.len() == digits && text.bytes().all(lower_hex))
        .then(|| u128::from_str_radix(text, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_good_header_is_taken_over() {
        let parent = Parent::parse(GOOD).expect("well formed");
        assert_eq!(parent.trace_id, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_eq!((parent.span_id, parent.flags), (0x00f0_67aa_0ba9_02b7, 1));
        let unknown_flags = Parent::parse(&GOOD.replace("-01", "-ff"));
        assert_eq!(unknown_flags.map(|parent| parent.flags), Some(3));
        assert!(Parent::parse(&format!("01{}-more", &GOOD[2..])).is_some());
    }

    #[test]
    fn a_context_is_written_as_it_would_be_read() {
        let context = TraceContext {
            trace_id: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
            span_id: 0x00f0_67aa_0ba9_02b7,
            parent_id: None,
            request_id: 1,
            flags: 1,
        };
        assert_eq!(context.to_traceparent(), GOOD.as_bytes());
    }

    #[test]
    fn a_malformed_header_is_not() {
        let zero_trace = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
        let zero_parent = format!("00-{}-{}-01", "1".repeat(32), "0".repeat(16));
        let bad = [
            "",
            "00",
            &zero_trace,
            &zero_parent,
            &GOOD.to_uppercase(),
            &format!("{GOOD}-more"),
            &format!("ff{}", &GOOD[2..]),
            &GOOD.replace("4b", "+b"),
        ];
        for header in bad {
            assert_eq!(Parent::parse(header), None, "{header}");
        }
    }
}
