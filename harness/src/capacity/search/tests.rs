use super::*;
use crate::capacity::answer::{Answer, Conclusion};
use proptest::prelude::*;

fn settings() -> Settings {
    Settings {
        start: 100.0,
        limit: 100_000.0,
        precision: 0.05,
        repeats: 3,
        retries: 2,
    }
}

/// Steps until the search is done; a service that answers by rate and number of the step.
fn run(settings: &Settings, mut service: impl FnMut(f64, usize) -> Judged) -> Vec<Trial> {
    let mut trials = Vec::new();
    while let Next::Try { rate, purpose } = wanted(settings, &trials) {
        let judged = service(rate, trials.len());
        trials.push(Trial {
            rate,
            purpose,
            judged,
        });
        assert!(
            trials.len() <= settings.most_steps() as usize,
            "{} steps, at most {} were promised",
            trials.len(),
            settings.most_steps()
        );
    }
    trials
}

fn below(capacity: f64) -> impl Fn(f64, usize) -> Judged {
    move |rate, _| {
        if rate <= capacity {
            Judged::Holds
        } else {
            Judged::Breaks
        }
    }
}

#[test]
fn the_search_doubles_then_narrows_then_confirms_both_ends_in_turn() {
    let trials = run(&settings(), below(500.0));
    let rates: Vec<f64> = trials.iter().map(|t| t.rate).collect();
    assert_eq!(
        rates,
        [
            100.0, 200.0, 400.0, 800.0, 565.7, 475.7, 518.8, 496.8, 496.8, 518.8, 496.8, 518.8,
            496.8, 518.8
        ]
    );
    let answer = Answer::of(&settings(), &trials, false);
    assert_eq!(answer.conclusion, Conclusion::Found);
    assert_eq!((answer.low_votes.held, answer.high_votes.broke), (4, 4));
    assert_eq!(answer.contradicted, []);
}

#[test]
fn a_service_that_never_breaks_holds_at_the_limit() {
    let trials = run(&settings(), |_, _| Judged::Holds);
    let answer = Answer::of(&settings(), &trials, false);
    assert_eq!(answer.conclusion, Conclusion::AtLeastLimit);
    assert_eq!(answer.bracket.low, Some(100_000.0));
    assert_eq!(answer.low_votes.held, 4);
}

#[test]
fn a_service_that_always_breaks_is_asked_again_at_the_lowest_rate_only() {
    let trials = run(&settings(), |_, _| Judged::Breaks);
    assert_eq!(trials.len(), 4);
    assert!(trials.iter().all(|t| same(t.rate, 100.0)));
    let answer = Answer::of(&settings(), &trials, false);
    assert_eq!(answer.conclusion, Conclusion::NotHeld);
}

#[test]
fn one_unlucky_step_at_the_lowest_rate_does_not_end_the_search() {
    let trials = run(&settings(), |rate, step| {
        if step == 0 {
            Judged::Breaks
        } else {
            below(500.0)(rate, step)
        }
    });
    let answer = Answer::of(&settings(), &trials, false);
    assert_eq!(answer.conclusion, Conclusion::Found);
    assert_eq!(answer.bracket.low, Some(496.8));
    let (rate, votes) = answer.contradicted[0];
    assert_eq!((rate, votes.held, votes.broke), (100.0, 2, 1));
}

#[test]
fn a_generator_that_never_delivers_is_tried_as_often_as_promised() {
    let trials = run(&settings(), |_, _| Judged::Invalid);
    assert_eq!(trials.len(), 3);
    let answer = Answer::of(&settings(), &trials, false);
    assert_eq!(answer.conclusion, Conclusion::NotMeasured);
}

#[test]
fn an_invalid_step_is_tried_again_and_never_taken_for_a_break() {
    // The first try of every rate fails to deliver.
    let mut seen = Vec::new();
    let trials = run(&settings(), |rate, step| {
        if seen.contains(&rate.to_bits()) {
            below(500.0)(rate, step)
        } else {
            seen.push(rate.to_bits());
            Judged::Invalid
        }
    });
    let answer = Answer::of(&settings(), &trials, false);
    assert_eq!(answer.conclusion, Conclusion::Found);
    assert!(answer.bracket.low.unwrap() <= 500.0 && answer.bracket.high.unwrap() > 500.0);
}

#[test]
fn the_generators_own_ceiling_is_found_and_named() {
    let trials = run(&settings(), |rate, _| {
        if rate <= 3000.0 {
            Judged::Holds
        } else {
            Judged::Invalid
        }
    });
    let answer = Answer::of(&settings(), &trials, false);
    assert_eq!(answer.conclusion, Conclusion::AtLeastGenerator);
    let low = answer.bracket.low.unwrap();
    assert!((2850.0..=3000.0).contains(&low), "{low}");
}

#[test]
fn a_confirmation_that_overrules_the_search_moves_the_bracket() {
    // One unlucky step at 400 makes the search look below it; the confirmations hold, and the search goes on above.
    let mut unlucky = true;
    let trials = run(&settings(), |rate, step| {
        if same(rate, 400.0) && std::mem::take(&mut unlucky) {
            Judged::Breaks
        } else {
            below(1000.0)(rate, step)
        }
    });
    let answer = Answer::of(&settings(), &trials, false);
    let (low, high) = (answer.bracket.low.unwrap(), answer.bracket.high.unwrap());
    assert!(
        low <= 1000.0 && 1000.0 < high && high < low * 1.051,
        "{low} to {high}"
    );
    assert_eq!(answer.contradicted[0].0, 400.0);
}

#[test]
fn where_confirmations_contradict_each_other_the_bracket_is_widened() {
    // 496.8 holds every other time.
    let mut times = 0;
    let trials = run(&settings(), |rate, step| {
        if same(rate, 496.8) {
            times += 1;
            return [Judged::Holds, Judged::Breaks][times % 2];
        }
        below(500.0)(rate, step)
    });
    let answer = Answer::of(&settings(), &trials, false);
    assert_eq!(answer.conclusion, Conclusion::Found);
    assert_eq!(answer.contradicted[0].0, 496.8);
    let (low, high) = (answer.bracket.low.unwrap(), answer.bracket.high.unwrap());
    assert!(low < 496.8 && high > 496.8);
    assert!(high > low * 1.05, "wider than the precision");
    assert!(
        high < low * 1.05_f64.powi(3),
        "no wider than it must be: {low} to {high}"
    );
}

#[test]
fn a_service_that_stays_broken_after_an_overload_widens_the_bracket_and_says_so() {
    // Holds up to 500; after a break the next three steps hold up to 300 only.
    let mut weak = 0_u32;
    let trials = run(&settings(), |rate, _| {
        let capacity = if weak > 0 { 300.0 } else { 500.0 };
        weak = weak.saturating_sub(1);
        if rate <= capacity {
            Judged::Holds
        } else {
            weak = 3;
            Judged::Breaks
        }
    });
    let answer = Answer::of(&settings(), &trials, false);
    assert!(answer.bracket.low.unwrap() <= 500.0);
    assert!(answer.bracket.high.unwrap() > 300.0);
}

#[test]
fn no_answers_keep_it_going_beyond_what_was_promised() {
    let settings = settings();
    let trial = Trial {
        rate: 100.0,
        purpose: Purpose::Climb,
        judged: Judged::Holds,
    };
    let trials = vec![trial; settings.most_steps() as usize];
    assert_ne!(wanted(&settings, &trials), Next::Done);
    assert_eq!(next(&settings, &trials), Next::Done);
}

#[test]
fn rates_are_rounded_to_four_digits() {
    let tidied = [565.685_42, 0.012_345_6, 123_456.0, 99_999.0].map(tidy);
    assert_eq!(tidied, [565.7, 0.012_35, 123_500.0, 100_000.0]);
}

/// How a simulated service answers near its capacity.
#[derive(Debug, Clone, Copy)]
struct Simulated {
    capacity: f64,
    /// Within this share of the capacity the answer is drawn by lot.
    noise: f64,
    /// Above this rate, no step is valid.
    ceiling: f64,
    /// Every so many steps is invalid whatever the rate; 0 is never.
    hiccup: usize,
}

fn simulated() -> impl Strategy<Value = (Simulated, Settings, Vec<bool>)> {
    let service = (10.0..2e5_f64, 0.0..0.3_f64, 50.0..1e6_f64, 0_usize..6).prop_map(
        |(capacity, noise, ceiling, hiccup)| Simulated {
            capacity,
            noise,
            ceiling,
            hiccup,
        },
    );
    let settings = (
        1.0..500.0_f64,
        1.0..5000.0_f64,
        0.01..0.5_f64,
        0_u32..6,
        0_u32..4,
    )
        .prop_map(|(start, ratio, precision, repeats, retries)| Settings {
            start,
            limit: start * ratio,
            precision,
            repeats,
            retries,
        });
    (service, settings, prop::collection::vec(any::<bool>(), 64))
}

impl Simulated {
    fn answer(&self, rate: f64, step: usize, lots: &[bool]) -> Judged {
        if rate > self.ceiling || (self.hiccup > 0 && step % self.hiccup == self.hiccup - 1) {
            return Judged::Invalid;
        }
        let near = (rate / self.capacity - 1.0).abs() <= self.noise;
        let holds = if near {
            lots[step % lots.len()]
        } else {
            rate <= self.capacity
        };
        if holds { Judged::Holds } else { Judged::Breaks }
    }
}

proptest! {
    #[test]
    fn a_steady_service_is_found_to_the_precision_in_the_promised_steps(
        capacity in 1.0..1e6_f64,
        (_, settings, _) in simulated(),
    ) {
        let trials = run(&settings, below(capacity));
        let most = settings.climbs() + settings.narrowings() + 2 * settings.repeats;
        prop_assert!(trials.len() as u32 <= most, "{} of {most}", trials.len());
        let answer = Answer::of(&settings, &trials, false);
        prop_assert!(answer.contradicted.is_empty());
        match answer.conclusion {
            Conclusion::NotHeld => prop_assert!(settings.start > capacity),
            Conclusion::AtLeastLimit => prop_assert!(settings.limit <= capacity),
            Conclusion::Found => {
                let (low, high) = (answer.bracket.low.unwrap(), answer.bracket.high.unwrap());
                prop_assert!(low <= capacity && capacity < high);
                // Four digits are a part in a thousand at worst.
                prop_assert!(high <= low * (1.0 + settings.precision) * 1.001, "{low} to {high}");
                prop_assert_eq!(answer.low_votes.held, 1 + settings.repeats);
                prop_assert_eq!(answer.high_votes.broke, 1 + settings.repeats);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    /// `run` fails if the promised number of steps is exceeded.
    #[test]
    fn whatever_a_service_does_the_search_ends_and_its_bracket_contradicts_no_step(
        (service, settings, lots) in simulated(),
    ) {
        let trials = run(&settings, |rate, step| service.answer(rate, step, &lots));
        let Bracket { low, high } = Answer::of(&settings, &trials, false).bracket;
        for trial in &trials {
            prop_assert!(trial.rate >= settings.start && trial.rate <= settings.limit);
            match trial.judged {
                Judged::Breaks => prop_assert!(low.is_none_or(|low| !same(low, trial.rate))),
                Judged::Holds => prop_assert!(high.is_none_or(|high| !same(high, trial.rate))),
                Judged::Invalid => {}
            }
        }
        // Outside of its noise the service is what it is.
        if let Some(low) = low {
            prop_assert!(low <= service.capacity * (1.0 + service.noise));
        }
        if let Some(high) = high {
            prop_assert!(high >= service.capacity * (1.0 - service.noise));
        }
    }

    #[test]
    fn any_answers_at_all_end_in_the_promised_steps(
        answers in prop::collection::vec(0_u8..3, 1..200),
        (_, settings, _) in simulated(),
    ) {
        run(&settings, |_, step| match answers[step % answers.len()] {
            0 => Judged::Holds,
            1 => Judged::Breaks,
            _ => Judged::Invalid,
        });
    }
}
