//! What all steps prove together.

use serde::{Deserialize, Serialize};

use super::search::{Judged, Settings, Trial, rates, votes};

/// The steps at one rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Votes {
    /// The objective held.
    pub held: u32,
    /// It did not.
    pub broke: u32,
    /// Nothing was proved.
    pub invalid: u32,
}

impl Votes {
    /// Steps that proved something.
    pub fn valid(&self) -> u32 {
        self.held + self.broke
    }

    /// What the majority says, a tie counting as broken; `None` without a valid step.
    pub fn holds(&self) -> Option<bool> {
        (self.valid() > 0).then_some(self.held > self.broke)
    }
}

/// Between which rates the capacity lies. A rate is what the majority of its steps says, a tie counting as broken; an
/// end is only a rate at which all steps agree. Where steps contradict each other near the capacity, the bracket is
/// wider for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bracket {
    /// The highest tried rate at which the objective held every time, with no rate below it that breaks.
    pub low: Option<f64>,
    /// The lowest tried rate at which it broke every time, with no rate above it that holds.
    pub high: Option<f64>,
}

impl Bracket {
    /// Of these steps, in any order.
    pub fn of(trials: &[Trial]) -> Self {
        let rates: Vec<(f64, Votes)> = rates(trials)
            .into_iter()
            .map(|rate| (rate, votes(trials, rate)))
            .collect();
        let low = rates
            .iter()
            .take_while(|(_, votes)| votes.holds() != Some(false))
            .filter(|(_, votes)| votes.held > 0 && votes.broke == 0)
            .last();
        let high = rates
            .iter()
            .rev()
            .take_while(|(_, votes)| votes.holds() != Some(true))
            .filter(|(_, votes)| votes.broke > 0 && votes.held == 0)
            .last();
        Self {
            low: low.map(|(rate, _)| *rate),
            high: high.map(|(rate, _)| *rate),
        }
    }
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// The capacity lies between the ends of the bracket.
    Found,
    /// The same, but between the ends lie rates at which the generator could not deliver, so that the bracket is
    /// wider than asked for.
    FoundWide,
    /// The objective held at the highest rate that was to be tried.
    AtLeastLimit,
    /// Above the bracket's lower end the generator could not deliver: it is the limit, not the service.
    AtLeastGenerator,
    /// Above the bracket's lower end the objective now held and now broke, up to the highest rate tried.
    Unsteady,
    /// The objective did not hold at the lowest rate, or not every time.
    NotHeld,
    /// Not one step at the lowest rate was valid.
    NotMeasured,
    /// It was stopped before its end.
    Interrupted,
}

/// What a search has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// How it ended.
    pub conclusion: Conclusion,
    /// Between which rates the capacity lies.
    pub bracket: Bracket,
    /// All steps at the bracket's lower end.
    pub low_votes: Votes,
    /// All steps at its upper end.
    pub high_votes: Votes,
    /// The rates at which it now held and now broke.
    pub contradicted: Vec<(f64, Votes)>,
}

impl Answer {
    /// Of a search that is [`Done`](super::Next::Done), or was interrupted.
    pub fn of(settings: &Settings, trials: &[Trial], interrupted: bool) -> Self {
        let bracket = Bracket::of(trials);
        let at = |rate: Option<f64>| rate.map_or_else(Votes::default, |rate| votes(trials, rate));
        let contradicted = rates(trials)
            .into_iter()
            .map(|rate| (rate, votes(trials, rate)))
            .filter(|(_, votes)| votes.held > 0 && votes.broke > 0);
        Self {
            conclusion: if interrupted {
                Conclusion::Interrupted
            } else {
                conclude(settings, trials, bracket)
            },
            bracket,
            low_votes: at(bracket.low),
            high_votes: at(bracket.high),
            contradicted: contradicted.collect(),
        }
    }
}

fn conclude(settings: &Settings, trials: &[Trial], bracket: Bracket) -> Conclusion {
    let rates = rates(trials);
    let unmeasured = |above: f64, below: f64| {
        rates
            .iter()
            .any(|rate| above < *rate && *rate < below && votes(trials, *rate).valid() == 0)
    };
    match (bracket.low, bracket.high) {
        (Some(low), Some(high)) if unmeasured(low, high) => Conclusion::FoundWide,
        (Some(_), Some(_)) => Conclusion::Found,
        (Some(low), None) if low >= settings.limit => Conclusion::AtLeastLimit,
        (Some(low), None) if unmeasured(low, f64::INFINITY) => Conclusion::AtLeastGenerator,
        (Some(_), None) => Conclusion::Unsteady,
        (None, _) if trials.iter().any(|t| t.judged == Judged::Breaks) => Conclusion::NotHeld,
        (None, _) => Conclusion::NotMeasured,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::search::Purpose;

    fn trials(of: &[(f64, Judged)]) -> Vec<Trial> {
        of.iter()
            .map(|(rate, judged)| Trial {
                rate: *rate,
                purpose: Purpose::Climb,
                judged: *judged,
            })
            .collect()
    }

    fn ends(of: &[(f64, Judged)]) -> (Option<f64>, Option<f64>) {
        let bracket = Bracket::of(&trials(of));
        (bracket.low, bracket.high)
    }

    #[test]
    fn a_bracket_ends_where_the_first_step_contradicts() {
        use Judged::{Breaks, Holds, Invalid};
        let steady = [(100.0, Holds), (200.0, Holds), (400.0, Breaks)];
        assert_eq!(ends(&steady), (Some(200.0), Some(400.0)));
        let tied = [steady.as_slice(), &[(200.0, Breaks)]].concat();
        assert_eq!(ends(&tied), (Some(100.0), Some(400.0)));
        let open = [steady.as_slice(), &[(400.0, Holds)]].concat();
        assert_eq!(ends(&open), (Some(200.0), None));
        let holed = [(100.0, Holds), (200.0, Invalid), (400.0, Breaks)];
        assert_eq!(ends(&holed), (Some(100.0), Some(400.0)));
        // A minority at a lower rate is no end, and does not hide what holds above it.
        let unlucky = [(100.0, Breaks), (100.0, Holds), (100.0, Holds)];
        let unlucky = [unlucky.as_slice(), &steady[1..]].concat();
        assert_eq!(ends(&unlucky), (Some(200.0), Some(400.0)));
        assert_eq!(ends(&[]), (None, None));
    }

    #[test]
    fn what_was_never_valid_is_neither_held_nor_broken() {
        let settings = Settings {
            start: 100.0,
            limit: 1000.0,
            precision: 0.05,
            repeats: 3,
            retries: 2,
        };
        use Judged::{Breaks, Holds, Invalid};
        for (steps, conclusion) in [
            (vec![(100.0, Invalid)], Conclusion::NotMeasured),
            (vec![(100.0, Breaks)], Conclusion::NotHeld),
            (
                vec![(100.0, Holds), (200.0, Invalid)],
                Conclusion::AtLeastGenerator,
            ),
            (
                vec![(100.0, Holds), (200.0, Invalid), (400.0, Breaks)],
                Conclusion::FoundWide,
            ),
            (
                vec![(100.0, Holds), (1000.0, Holds)],
                Conclusion::AtLeastLimit,
            ),
            (
                vec![(100.0, Holds), (1000.0, Holds), (1000.0, Breaks)],
                Conclusion::Unsteady,
            ),
        ] {
            let answer = Answer::of(&settings, &trials(&steps), false);
            assert_eq!(answer.conclusion, conclusion, "{steps:?}");
        }
    }
}
