//! The windows that still take outcomes: a second is closed when every arrival that was due in it has one.

use std::collections::VecDeque;

use super::window::Window;

/// Windows of one worker, by second.
#[derive(Debug)]
pub(super) struct Seconds {
    /// Routes times phases.
    width: usize,
    /// Number of the first open second.
    first: u64,
    open: VecDeque<Second>,
}

#[derive(Debug)]
struct Second {
    /// Arrivals that were taken and have no outcome yet.
    under_way: u64,
    windows: Vec<Option<Window>>,
}

/// A window with its place, route and phase being one index.
pub(super) type Placed = (u64, usize, Window);

impl Seconds {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            first: 0,
            open: VecDeque::new(),
        }
    }

    /// An arrival of this second was taken; its outcome will come.
    pub(super) fn expect(&mut self, second: u64) {
        self.second(second).under_way += 1;
    }

    /// The outcome of an expected arrival. `response_us` is `None` if it was never sent.
    pub(super) fn record(
        &mut self,
        second: u64,
        index: usize,
        response_us: Option<u64>,
        good: bool,
    ) {
        let second = self.second(second);
        second.under_way -= 1;
        second.windows[index]
            .get_or_insert_default()
            .record(response_us, good);
    }

    /// So many arrivals that nobody expects, and that were never sent.
    pub(super) fn add_unsent(&mut self, second: u64, index: usize, arrivals: u64) {
        self.second(second).windows[index]
            .get_or_insert_default()
            .add_unsent(arrivals);
    }

    /// Closes the oldest seconds before `passed` as far as nothing of them is under way; returns the first second
    /// that is still open. All arrivals due before `passed` must have been taken.
    pub(super) fn close(&mut self, passed: u64, closed: &mut Vec<Placed>) -> u64 {
        while self.first < passed {
            match self.open.front() {
                Some(second) if second.under_way > 0 => break,
                Some(_) => {
                    let second = self.open.pop_front().map_or_else(Vec::new, |s| s.windows);
                    let windows = second.into_iter().enumerate();
                    closed.extend(windows.filter_map(|(i, w)| Some((self.first, i, w?))));
                    self.first += 1;
                }
                None => self.first = passed,
            }
        }
        self.first
    }

    fn second(&mut self, number: u64) -> &mut Second {
        debug_assert!(number >= self.first, "second {number} is closed");
        let index = number.saturating_sub(self.first) as usize;
        while self.open.len() <= index {
            self.open.push_back(Second {
                under_way: 0,
                windows: vec![None; self.width],
            });
        }
        &mut self.open[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_waits_for_its_last_outcome_and_keeps_the_later_ones_waiting() {
        let mut seconds = Seconds::new(1);
        let mut closed = vec![];
        seconds.expect(0);
        seconds.expect(0);
        seconds.expect(3);
        seconds.record(0, 0, Some(5), true);
        seconds.record(3, 0, Some(7), true);
        assert_eq!(seconds.close(5, &mut closed), 0);
        seconds.record(0, 0, None, false);
        assert_eq!(seconds.close(5, &mut closed), 5);
        let places: Vec<_> = closed
            .iter()
            .map(|(second, index, _)| (*second, *index))
            .collect();
        assert_eq!(places, [(0, 0), (3, 0)]);
    }

    #[test]
    fn a_second_whose_arrivals_may_still_come_stays_open() {
        let mut seconds = Seconds::new(1);
        let mut closed = vec![];
        seconds.expect(0);
        seconds.record(0, 0, Some(5), true);
        assert_eq!(seconds.close(0, &mut closed), 0);
        assert!(closed.is_empty());
        assert_eq!(seconds.close(u64::MAX, &mut closed), u64::MAX);
        assert_eq!(closed.len(), 1);
    }
}
