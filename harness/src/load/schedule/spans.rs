//! Which arrivals are due in which second, without asking for each: what a stopped load must know of all that it did
//! not send.
//!
//! Due times never decrease, so a range of arrivals between two times of one second lies in that second as a whole;
//! only a range across a border is split, at its middle. For random arrivals the middle is the very draw that
//! [`order_statistic`](super::poisson::order_statistic) makes first for the range, so each draw is made at most once
//! here, where asking for every arrival would make a few dozen for each.

use std::ops::Range;

use super::timetable::Schedule;

/// Arrivals one after the other that are due in one second of one phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Their numbers; at least one.
    pub seqs: Range<u64>,
    /// Index of the phase.
    pub phase: usize,
    /// The second, from 0 at the start of the load.
    pub second: u64,
}

/// The spans of all arrivals from one on, in order.
#[derive(Debug)]
pub struct Spans<'s> {
    schedule: &'s Schedule,
    /// Arrivals before this one are left out.
    from: u64,
    /// The phase whose parts are at hand.
    phase: usize,
    /// What is left of it, the first part on top.
    parts: Vec<Part>,
    /// May go on in the next part.
    open: Option<Span>,
}

/// Arrivals of a phase, by their number in it, between two positions on the curve and two seconds.
#[derive(Debug)]
struct Part {
    range: Range<u64>,
    positions: (f64, f64),
    seconds: (u64, u64),
}

impl<'s> Spans<'s> {
    pub(super) fn new(schedule: &'s Schedule, from: u64) -> Self {
        let mut spans = Self {
            schedule,
            from,
            phase: 0,
            parts: Vec::new(),
            open: None,
        };
        spans.begin(0);
        spans
    }

    fn begin(&mut self, phase: usize) {
        self.phase = phase;
        if let Some(stretch) = self.schedule.phases.get(phase) {
            self.parts.push(Part {
                range: 0..stretch.count,
                positions: (0.0, 1.0),
                seconds: (stretch.second(0.0), stretch.second(stretch.length)),
            });
        }
    }

    /// Puts a part that crosses a border back as three: what is before its middle, the middle, and what is after it.
    fn split(&mut self, part: &Part) {
        let (arrivals, seed) = (self.schedule.arrivals, self.schedule.seed);
        let stretch = &self.schedule.phases[self.phase];
        let (middle, position) = stretch.middle(&part.range, part.positions, arrivals, seed);
        let second = stretch.second(stretch.time_of(middle, position, arrivals));
        self.parts.push(Part {
            range: middle + 1..part.range.end,
            positions: (position, part.positions.1),
            seconds: (second, part.seconds.1),
        });
        self.parts.push(Part {
            range: middle..middle + 1,
            positions: (position, position),
            seconds: (second, second),
        });
        self.parts.push(Part {
            range: part.range.start..middle,
            positions: (part.positions.0, position),
            seconds: (part.seconds.0, second),
        });
    }

    /// Takes arrivals of one second; gives back the span before it, if that is at its end.
    fn add(&mut self, seqs: Range<u64>, second: u64) -> Option<Span> {
        let phase = self.phase;
        match &mut self.open {
            Some(open) if (open.phase, open.second) == (phase, second) => {
                open.seqs.end = seqs.end;
                None
            }
            open => open.replace(Span {
                seqs,
                phase,
                second,
            }),
        }
    }
}

impl Iterator for Spans<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        while let Some(stretch) = self.schedule.phases.get(self.phase) {
            let first = stretch.first;
            let Some(part) = self.parts.pop() else {
                self.begin(self.phase + 1);
                continue;
            };
            let seqs = (first + part.range.start).max(self.from)..first + part.range.end;
            if seqs.is_empty() {
                continue;
            }
            if part.seconds.0 < part.seconds.1 {
                self.split(&part);
            } else if let Some(span) = self.add(seqs, part.seconds.0) {
                return Some(span);
            }
        }
        self.open.take()
    }
}
