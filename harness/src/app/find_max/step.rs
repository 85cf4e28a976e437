//! One step: a short open-loop load at one rate, recorded and judged like any other.

use super::plan::Search;
use super::ports;
use crate::app::document::percentiles::{censored, millis, percentiles};
use crate::app::interrupt::Interrupt;
use crate::app::run::drive::{Site, drive};
use crate::app::run_dir::RunDir;
use crate::app::{Console, Failure};
use crate::capacity::{Delivery, Judged, Judgement, Purpose, judge};
use crate::ledger::book::LEDGER_SCHEMA_VERSION;
use crate::ledger::{GeneratorFacts, Ledger};
use crate::load::Loop;
use crate::load::preflight::PreflightError;
use crate::model::{EvidenceSet, Millis, Ratio, Timeline};
use crate::report::capacity::StepInfo;
use crate::scenario::Plan;
use crate::verify::Case;
use crate::verify::generator::kept_up::{self, busy_cores, lacked_places};

/// Above this share of their time the generator's threads compete with the requests that they await.
const MAX_CPU_SHARE: f64 = 0.9;

/// A step that was made.
pub(super) struct Made {
    plan: Plan,
    ledger: Ledger,
    judgement: Judgement,
}

/// Makes one; its ledger and interval log are kept in `steps/NN`.
pub(super) async fn step(
    console: &Console,
    search: &Search,
    dir: &RunDir,
    number: u32,
    rate: f64,
    interrupt: &Interrupt,
) -> Result<Made, Failure> {
    let plan = search.at(rate, number);
    let own = RunDir::open(&dir.path().join("steps").join(format!("{number:02}")));
    std::fs::create_dir_all(own.path())
        .map_err(|e| Failure::internal(anyhow::Error::new(e).context("cannot keep the step")))?;
    own.write_json("plan.json", &plan)
        .map_err(|e| Failure::internal(e.into()))?;
    let site = Site {
        target: &search.url,
        faults: None,
        mode: Loop::Open,
        child: None,
        workers: search.workers,
        // A service that dies in the search breaks the objective.
        unseen: false,
    };
    // Where lines are not rewritten, one for each step is enough.
    let quiet = Console::from_environment(true, None);
    let shown = if console.is_live() { console } else { &quiet };
    let driven = ports::when_free(console, interrupt, ports::A_MINUTE, async || {
        drive(shown, &plan, &site, None, &own, interrupt).await
    })
    .await;
    let driven = match driven {
        Ok(driven) => driven,
        Err(failure) => return not_begun(plan, failure, number, interrupt),
    };
    if let Some(error) = driven.write_error {
        return Err(Failure::internal(error));
    }
    let timeline = driven.timeline(interrupt);
    let delivery = delivery(&plan, &driven.ledger, &timeline);
    let judgement = judge(&search.objective, &driven.ledger, &delivery);
    Ok(Made {
        plan,
        ledger: driven.ledger,
        judgement,
    })
}

/// A step for which this machine has no room says nothing about the service, and does not end the search: what the other
/// steps proved stands. The first one has nothing before it, and its failure is the command's.
fn not_begun(
    plan: Plan,
    failure: Failure,
    number: u32,
    interrupt: &Interrupt,
) -> Result<Made, Failure> {
    let why = match failure.cause::<PreflightError>() {
        Some(limit) if number > 1 || interrupt.is_set() => format!("not begun: {limit}"),
        _ => return Err(failure),
    };
    let ledger = Ledger {
        schema_version: LEDGER_SCHEMA_VERSION,
        cells: vec![],
        windows: vec![],
        slowest: vec![],
        failed: vec![],
        generator: GeneratorFacts {
            planned_duration: plan.load.duration(),
            max_in_flight: plan.load.max_in_flight,
            ..GeneratorFacts::default()
        },
        watch: vec![],
    };
    let judgement = Judgement {
        judged: Judged::Invalid,
        why,
    };
    Ok(Made {
        plan,
        ledger,
        judgement,
    })
}

/// Whether the generator kept up, by the same rules as in every other run.
fn delivery(plan: &Plan, ledger: &Ledger, timeline: &Timeline) -> Delivery {
    let case = Case {
        plan,
        ledger,
        evidence: &EvidenceSet::new(vec![]),
        timeline,
    };
    let facts = &ledger.generator;
    Delivery {
        kept_up: kept_up::load_was_delivered(&case),
        lacked_places: lacked_places(facts).then_some(facts.max_in_flight),
        busy: busy(facts),
    }
}

/// A worker is one thread: when all of them are busy all the time, answers wait to be read.
fn busy(facts: &GeneratorFacts) -> Option<String> {
    let workers = f64::from(facts.workers?);
    let threads = facts.cpu_cores.map_or(workers, |cores| cores.min(workers));
    let share = busy_cores(facts)? / threads;
    (share > MAX_CPU_SHARE).then(|| {
        format!(
            "the generator's threads were busy {:.0} % of the time, and what looks like the service's latency may \
             be their own queue",
            share.min(1.0) * 100.0
        )
    })
}

impl Made {
    /// What is told of it.
    pub(super) fn info(self, number: u32, rate: f64, purpose: Purpose) -> StepInfo {
        let cells = || self.ledger.measured();
        let response = Ledger::merge_histograms(cells(), |c| &c.response);
        let given_up = Ledger::merge_histograms(cells(), |c| &c.censored);
        let service = Ledger::merge_histograms(cells(), |c| &c.service);
        let delay = Ledger::merge_histograms(cells(), |c| &c.delay);
        let good: u64 = cells().map(|c| c.good).sum();
        let outcomes = Ledger::sum_outcomes(cells());
        let planned = outcomes.events();
        let facts = &self.ledger.generator;
        let took = facts.sending_duration.max(facts.planned_duration);
        let all = Ledger::sum_outcomes(&self.ledger.cells);
        let sent = Ratio::of(facts.sent, all.total() - all.unsendable());
        let pace = facts.planned_duration.as_secs_f64() / took.as_secs_f64();
        let measured = self.plan.load.phases.iter().filter(|p| p.measured);
        StepInfo {
            number,
            purpose,
            rate,
            achieved: rate * sent.map_or(0.0, |share| share.0) * pace,
            measured: measured.fold(Millis(0), |sum, p| sum + p.duration),
            max_in_flight: facts.max_in_flight,
            response: censored(&response, &given_up),
            service: percentiles(&service),
            delay_p99_ms: delay.quantile(0.99).map(millis),
            bad_share: Ratio::of(planned - good, planned).map(|share| share.0),
            why: match self.judgement.judged {
                Judged::Holds => String::new(),
                _ => self.judgement.why,
            },
            judged: self.judgement.judged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::Fixture;

    fn want_of_ports() -> Failure {
        Failure::usage(PreflightError::Ports {
            free: 10,
            range: 28_232,
            used: 28_222,
            target: "127.0.0.1:80".parse().unwrap(),
            connections: 10_240,
        })
    }

    #[test]
    fn a_step_for_which_there_are_no_ports_is_not_valid_and_does_not_end_the_search() {
        let plan = || Fixture::new().plan;
        let made = not_begun(plan(), want_of_ports(), 7, &Interrupt::default()).unwrap();
        let info = made.info(7, 51_200.0, Purpose::Climb);
        assert_eq!((info.judged, info.achieved), (Judged::Invalid, 0.0));
        assert_eq!((info.bad_share, info.response.count), (None, 0));
        assert!(
            info.why.starts_with("not begun: 10 local ports are free"),
            "{}",
            info.why
        );
        // The document can be read again.
        let json = serde_json::to_string(&info).unwrap();
        assert_eq!(serde_json::from_str::<StepInfo>(&json).unwrap(), info);
    }

    #[test]
    fn before_any_step_a_want_of_ports_is_the_commands_end() {
        let plan = || Fixture::new().plan;
        let ended = not_begun(plan(), want_of_ports(), 1, &Interrupt::default());
        assert_eq!(ended.err().map(|failure| failure.code()), Some(2));
        let other = Failure::internal(anyhow::anyhow!("another"));
        let ended = not_begun(plan(), other, 7, &Interrupt::default());
        assert_eq!(ended.err().map(|failure| failure.code()), Some(70));
    }

    #[test]
    fn the_generators_threads_are_busy_when_they_do_more_than_wait() {
        let facts = |used, spun, workers| GeneratorFacts {
            cpu_cores_used: Some(used),
            spinning_cores: Some(spun),
            cpu_cores: Some(2.0),
            workers: Some(workers),
            ..GeneratorFacts::default()
        };
        assert_eq!(busy(&facts(0.95, 0.4, 1)), None);
        assert_eq!(busy(&facts(0.95, 0.0, 2)), None);
        let told = busy(&facts(0.97, 0.0, 1)).unwrap();
        assert!(told.contains("busy 97 %"), "{told}");
        assert!(busy(&facts(1.9, 0.0, 4)).is_some());
        assert_eq!(busy(&GeneratorFacts::default()), None);
    }
}
