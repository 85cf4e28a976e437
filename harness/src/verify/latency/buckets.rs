//! The histogram can decide each latency objective.

use crate::model::{Evidence, Finding, Hop, Millis, Question, Series};
use crate::scenario::Plan;
use crate::scenario::plan::{BadEvents, LatencySignal, ObjectiveExpectation, SloPlan};
use crate::verify::buckets::{self, Within, upper_bound};
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::counter::Movement;
use crate::verify::endpoint::{Endpoint, endpoints};
use crate::verify::latency::quantile::question;
use crate::verify::words;

/// `latency/buckets`.
#[derive(Debug, Clone, Copy)]
pub struct Buckets;

const META: Meta = Meta {
    id: "latency/buckets",
    hop: Hop::Latency,
    title: "the histogram's buckets are fine enough to decide each latency objective",
    failure: "a bucket spans the objective, so the service cannot know whether it is met, nor can its alerts",
    needs_planned_load: false,
    builds_on: &["latency/quantile"],
};

impl Check for Buckets {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        let asked = objectives(plan).next().is_some();
        let signal = plan.signals.latency.iter().filter(|_| asked);
        signal.map(question).collect()
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let objectives: Vec<_> = objectives(case.plan).collect();
        let Some(signal) = &case.plan.signals.latency else {
            let why = "the scenario names no latency histogram";
            return vec![META.skipped("buckets", why)];
        };
        if objectives.is_empty() {
            let why = "no latency objective is judged";
            return vec![META.skipped("buckets", why)];
        }
        match META.series(case, &question(signal), &signal.selector, "prometheus") {
            Ok((evidence, series)) => objectives
                .into_iter()
                .map(|(slo, bound)| of_slo(case, signal, slo, bound, (evidence, series)))
                .collect(),
            Err(finding) => vec![*finding],
        }
    }
}

/// Latency objectives of which something is expected, with their bounds.
fn objectives(plan: &Plan) -> impl Iterator<Item = (&SloPlan, Millis)> {
    let judged = plan.slos.iter();
    let judged = judged.filter(|slo| slo.expect != ObjectiveExpectation::Any);
    judged.filter_map(|slo| match slo.bad {
        BadEvents::SlowerThan { bound } => Some((slo, bound)),
        BadEvents::Status { .. } => None,
    })
}

fn of_slo(
    case: &Case<'_>,
    signal: &LatencySignal,
    slo: &SloPlan,
    bound: Millis,
    (evidence, series): (&Evidence, &[Series]),
) -> Finding {
    let endpoints = endpoints(
        case.plan,
        signal.route_label.as_deref(),
        signal.method_label.as_deref(),
    );
    let of_slo = |endpoint: &&Endpoint<'_>| {
        slo.routes.is_empty() || slo.routes.iter().any(|route| endpoint.has(route))
    };
    let endpoints: Vec<_> = endpoints.iter().filter(of_slo).collect();
    let own = series
        .iter()
        .filter(|one| endpoints.iter().any(|endpoint| endpoint.owns(one)));
    let (baseline, settled) = (case.timeline.baseline, case.timeline.settled);
    let buckets = buckets::Buckets::new(own.filter_map(|one| {
        let increase = Movement::of(&one.points, baseline, settled)?.increase;
        Some((upper_bound(one.label("le"))?, increase))
    }));
    let seconds = bound.as_secs_f64();
    decided(slo, bound, buckets.total(), &buckets.within(seconds))
        .expected(format!("a bucket that ends at {seconds}"))
        .evidence([evidence.id])
}

fn decided(slo: &SloPlan, bound: Millis, total: f64, within: &Within) -> Finding {
    let name = slo.objective.name.as_str();
    if total < 0.5 {
        return META
            .undecided(name, "the histogram counted no request of this objective")
            .observed("0 requests")
            .hint("see what latency/quantile says of the selector and its labels");
    }
    let (least, most) = (within.least / total, within.most / total);
    let requests = words::count(total.round() as u64, "request");
    let bucket = within.bucket;
    if bucket.upper.total_cmp(&bound.as_secs_f64()).is_eq() {
        return META
            .pass(name, format!("a bucket ends at {bound}"))
            .observed(format!("{} within {bound} over {requests}", percent(least)));
    }
    let observed = format!(
        "{} to {} within {bound} over {requests}: it lies in {bucket}",
        percent(least),
        percent(most)
    );
    let target = slo.objective.target;
    if (least >= target) == (most >= target) {
        let summary = "no bucket ends there, but this run does not hang on it";
        return META.pass(name, summary).observed(observed);
    }
    let share = percent(most - least);
    META.undecided(
        name,
        format!(
            "{share} of the requests are in the bucket {bucket}, and decide whether {} are within {bound}",
            percent(target)
        ),
    )
    .observed(observed)
    .hint(format!(
        "add {} to the histogram's bucket bounds, or move the objective to a bound that it has",
        bound.as_secs_f64()
    ))
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 1e4).round() / 1e2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::{Fixture, series};
    use crate::verify::fixtures::budget::{errors, slow};

    /// 1,000 requests on `get`; `fast` of them within 100 ms, `most` within 500 ms.
    fn run(fast: f64, most: f64, slo: SloPlan) -> Fixture {
        let fixture = Fixture::new()
            .completed("get", "outage", 200, 1000, 3100)
            .with(|f| f.plan.slos = vec![slo]);
        let selector = fixture.plan.signals.latency.clone().unwrap().selector;
        let bucket = |le: &str, n: f64| {
            let labels = [("route", "/v1/kv/{key}"), ("method", "GET"), ("le", le)];
            series(&labels, &[(-1200, 0.0), (50_500, n)])
        };
        fixture.series(
            Question::PromSamples { selector },
            vec![
                bucket("0.1", fast),
                bucket("0.5", most),
                bucket("+Inf", 1000.0),
            ],
        )
    }

    fn judged(fixture: &Fixture) -> Finding {
        fixture.judge(|case| Buckets.judge(case)).remove(0)
    }

    #[test]
    fn a_bucket_that_spans_the_objective_and_holds_the_answer_leaves_it_open() {
        let finding = judged(&run(960.0, 995.0, slow(Millis(250), 0.99)));
        assert_eq!(finding.status.word(), "inconclusive");
        assert_eq!(
            finding.summary,
            "3.5 % of the requests are in the bucket (100 ms, 500 ms], and decide whether 99 % are within 250 ms"
        );
        assert_eq!(finding.expected, "a bucket that ends at 0.25");
        assert_eq!(
            finding.hint,
            "add 0.25 to the histogram's bucket bounds, or move the objective to a bound that it has"
        );
    }

    #[test]
    fn a_bucket_that_does_not_decide_does_no_harm() {
        for (fast, most) in [(995.0, 999.0), (100.0, 980.0)] {
            let finding = judged(&run(fast, most, slow(Millis(250), 0.99)));
            assert_eq!(finding.status.word(), "pass", "{fast} {most}");
        }
    }

    #[test]
    fn a_bound_of_its_own_decides_whatever_it_holds() {
        let finding = judged(&run(960.0, 995.0, slow(Millis(100), 0.99)));
        assert_eq!(finding.status.word(), "pass");
        assert_eq!(finding.observed, "96 % within 100 ms over 1,000 requests");
    }

    #[test]
    fn beyond_the_highest_bound_everything_is_open() {
        let finding = judged(&run(960.0, 980.0, slow(Millis(2000), 0.99)));
        assert_eq!(finding.status.word(), "inconclusive");
        assert!(finding.summary.contains("above 500 ms"));
    }

    #[test]
    fn without_a_latency_objective_there_is_nothing_to_decide() {
        let finding = judged(&run(960.0, 980.0, errors(0.99)));
        assert_eq!(finding.status.word(), "skipped");
    }
}
