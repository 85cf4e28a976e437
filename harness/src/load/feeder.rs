//! Which row of a feeder an arrival gets: a pure function of seed and arrival number, so that workers ask nobody.

use std::cell::Cell;
use std::sync::Arc;

use super::draw::{Stream, unit};
use super::schedule::Schedule;
use crate::scenario::plan::{FeederPlan, LoadPlan, Order};

/// A feeder as one worker uses it.
#[derive(Debug, Clone)]
pub(crate) struct Feeder {
    order: Order,
    rows: Arc<Vec<Vec<Vec<u8>>>>,
    seed: u64,
    users: Users,
}

impl Feeder {
    pub(crate) fn new(plan: &LoadPlan, feeder: &FeederPlan, schedule: &Arc<Schedule>) -> Self {
        Self {
            order: feeder.order,
            rows: Arc::clone(&feeder.rows),
            seed: plan.seed,
            users: Users::new(plan, feeder, schedule),
        }
    }

    /// The values of arrival `seq`; `None` when every row was given out.
    pub(crate) fn row(&self, seq: u64) -> Option<&[Vec<u8>]> {
        let count = self.rows.len() as u64;
        let number = match self.order {
            _ if count == 0 => return None,
            Order::Sequence => self.users.before(seq) % count,
            Order::Once => self.users.before(seq),
            Order::Random => {
                ((unit(self.seed, Stream::Feeder, seq) * count as f64) as u64).min(count - 1)
            }
        };
        self.rows.get(number as usize).map(Vec::as_slice)
    }
}

/// Counts the arrivals that use a feeder.
#[derive(Debug, Clone)]
struct Users {
    schedule: Arc<Schedule>,
    /// By route, whether its arrivals do.
    routes: Vec<bool>,
    /// How many do among the first so many arrivals.
    counted: Cell<(u64, u64)>,
}

impl Users {
    fn new(plan: &LoadPlan, feeder: &FeederPlan, schedule: &Arc<Schedule>) -> Self {
        let routes = (0..plan.routes.len()).map(|route| plan.uses(route, feeder));
        Self {
            schedule: Arc::clone(schedule),
            routes: routes.collect(),
            counted: Cell::new((0, 0)),
        }
    }

    /// How many arrivals before `seq` use the feeder. Goes on from the last answer, in either direction: a worker asks
    /// in the order of its arrivals, or nearly so.
    fn before(&self, seq: u64) -> u64 {
        let (mut at, mut count) = self.counted.get();
        let uses = |i| u64::from(self.routes[self.schedule.route(i)]);
        while at < seq {
            count += uses(at);
            at += 1;
        }
        while at > seq {
            at -= 1;
            count -= uses(at);
        }
        self.counted.set((at, count));
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::Fixture;
    use proptest::prelude::*;

    /// Two routes, of which only `put` uses the feeder, by its column `n`.
    fn feeder(order: Order, rows: usize, seed: u64) -> (Feeder, Arc<Schedule>) {
        let mut plan = Fixture::new().plan.load;
        plan.seed = seed;
        plan.routes[1].body = Some("{users.n}".into());
        let feeder = FeederPlan {
            name: "users".into(),
            file: "users.csv".into(),
            order,
            columns: vec!["n".into()],
            rows: Arc::new(
                (0..rows)
                    .map(|n| vec![n.to_string().into_bytes()])
                    .collect(),
            ),
        };
        let schedule = Arc::new(Schedule::new(&plan));
        (Feeder::new(&plan, &feeder, &schedule), schedule)
    }

    fn number(row: Option<&[Vec<u8>]>) -> Option<usize> {
        row.map(|row| std::str::from_utf8(&row[0]).unwrap().parse().unwrap())
    }

    proptest! {
        #[test]
        fn users_get_one_row_after_the_other_in_whatever_order_they_ask(
            seed: u64,
            asked in prop::collection::vec(0_u64..500, 1..60),
        ) {
            let (once, schedule) = feeder(Order::Once, 40, seed);
            let (again, _) = feeder(Order::Sequence, 40, seed);
            let users: Vec<u64> = (0..500).filter(|i| schedule.route(*i) == 1).collect();
            for seq in asked {
                let place = users.iter().filter(|user| **user < seq).count();
                prop_assert_eq!(number(again.row(seq)), Some(place % 40));
                prop_assert_eq!(number(once.row(seq)), (place < 40).then_some(place));
            }
        }
    }

    #[test]
    fn random_rows_repeat_with_the_seed_and_come_all() {
        let drawn = |seed| {
            let (feeder, _) = feeder(Order::Random, 4, seed);
            (0..400)
                .map(|i| number(feeder.row(i)).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        for row in 0..4 {
            let count = drawn(1).iter().filter(|drawn| **drawn == row).count();
            assert!((60..140).contains(&count), "row {row}: {count} of 400");
        }
    }
}
