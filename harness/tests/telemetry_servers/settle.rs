//! Waiting for the telemetry, on a clock that only the waiting moves.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use sloproof::model::{
    Answer, Labels, Millis, Moment, Point, Question, Reading, Series, Timeline, Timestamp,
};
use sloproof::telemetry::{
    Asking, Scripted, SettlePlan, Settled, Source, Sources, baseline, settle,
};

use crate::fake::ms;

/// The last response of the run.
const LAST: Timestamp = Timestamp(100_000);

fn plan() -> SettlePlan {
    SettlePlan {
        baseline: Timestamp(40_000),
        counter_selector: Some("x".into()),
        log_selector: Some("{app=\"kv\"}".into()),
        scrape_interval: ms(500),
        timeout: ms(20_000),
    }
}

/// A clock and a sleep that moves it.
fn time(start: Timestamp) -> (impl Fn() -> Timestamp, impl Fn(Millis) -> Slept) {
    let now = Rc::new(Cell::new(start));
    let sleeping = Rc::clone(&now);
    let sleep = move |length| Slept {
        now: Rc::clone(&sleeping),
        length,
    };
    (move || now.get(), sleep)
}

/// Moves the clock when it is awaited, not when it is made.
struct Slept {
    now: Rc<Cell<Timestamp>>,
    length: Millis,
}

impl Future for Slept {
    type Output = ();
    fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        self.now.set(self.now.get() + self.length);
        std::task::Poll::Ready(())
    }
}

fn instant(query: &str) -> Question {
    Question::PromInstant {
        query: query.into(),
        at: Moment::Settled,
    }
}

fn newest() -> Question {
    instant("max(timestamp(x))")
}

fn lines() -> Question {
    Question::LokiCount {
        selector: "{app=\"kv\"}".into(),
        by: vec![],
    }
}

fn number(value: f64) -> Answer {
    let points = vec![Point {
        at: LAST,
        value: Some(value),
    }];
    Answer::Value(Reading::Series(vec![Series {
        labels: Labels::new(),
        points,
    }]))
}

fn refused() -> Answer {
    Answer::Unavailable {
        error: "connection refused".into(),
    }
}

fn script(
    question: &Question,
    answers: impl IntoIterator<Item = Answer>,
    on: Scripted,
) -> Scripted {
    answers
        .into_iter()
        .fold(on, |on, answer| on.answer(question.clone(), answer))
}

/// A Prometheus whose scrapes are at these seconds, with these sums from the first one that counts.
fn prometheus(scrapes: &[f64], sums: &[f64]) -> Scripted {
    let numbers = |all: &[f64]| all.iter().copied().map(number).collect::<Vec<_>>();
    let on = script(&newest(), numbers(scrapes), Scripted::new("http://p"));
    script(&instant("sum(x)"), numbers(sums), on)
}

fn sources(prometheus: Option<Scripted>, loki: Option<Scripted>) -> Sources {
    let source = |s: Scripted| -> Arc<dyn Source> { Arc::new(s) };
    Sources {
        prometheus: prometheus.map(source),
        loki: loki.map(source),
    }
}

async fn settled(sources: Sources) -> (Settled, Millis) {
    let (clock, sleep) = time(LAST);
    let settled = settle(&plan(), LAST, &sources, clock, sleep).await;
    let took = settled.at.since(LAST);
    (settled, took)
}

#[tokio::test]
async fn two_scrapes_after_the_last_response_that_agree_are_enough() {
    let scrapes = [100.2, 100.2, 100.7, 100.7, 101.2];
    let (settled, took) = settled(sources(Some(prometheus(&scrapes, &[7.0])), None)).await;
    assert!(settled.unsettled.is_empty(), "{settled:?}");
    assert_eq!(took, Millis(800), "four pauses of 200 ms");
}

#[tokio::test]
async fn a_sum_that_still_moves_is_waited_for() {
    let scrapes = [100.5, 101.0, 101.5];
    let (settled, took) =
        settled(sources(Some(prometheus(&scrapes, &[7.0, 8.0, 8.0])), None)).await;
    assert!(settled.unsettled.is_empty(), "{settled:?}");
    assert_eq!(took, Millis(400));
}

#[tokio::test]
async fn scrapes_that_stop_are_told_after_the_time_out() {
    let (settled, took) = settled(sources(Some(prometheus(&[99.9], &[7.0])), None)).await;
    assert_eq!(
        settled.unsettled,
        ["Prometheus took no new sample of `x` within 20 s, check that the scrape works"]
    );
    assert_eq!(took, Millis(20_000));
}

#[tokio::test]
async fn a_server_that_refuses_is_given_up_at_once() {
    let prometheus = Scripted::new("http://p").answer(newest(), refused());
    let loki = Scripted::new("http://l").answer(lines(), refused());
    let (settled, took) = settled(sources(Some(prometheus), Some(loki))).await;
    assert_eq!(settled.unsettled.len(), 2);
    for told in &settled.unsettled {
        assert!(
            told.ends_with("could not be asked whether it has caught up: connection refused"),
            "{told}"
        );
    }
    assert!(took < Millis(5000), "{took}");
}

/// A server that takes every question and answers none.
#[derive(Debug)]
struct Silent;

impl Source for Silent {
    fn base_url(&self) -> &'static str {
        "http://silent"
    }

    fn ask<'a>(&'a self, _: &'a Question, _: &'a Timeline) -> Asking<'a> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_server_that_hangs_costs_the_time_out_and_not_more() {
    let (clock, sleep) = time(LAST);
    let sources = Sources {
        prometheus: Some(Arc::new(Silent)),
        loki: None,
    };
    let settled = settle(&plan(), LAST, &sources, clock, sleep).await;
    assert_eq!(settled.at.since(LAST), Millis(20_000));
    assert!(
        settled.unsettled[0].ends_with("http://silent did not answer in time"),
        "{settled:?}"
    );
}

/// A Prometheus without a new scrape that takes its time: asked at the deadline it would have none to answer.
#[derive(Debug)]
struct Unhurried;

impl Source for Unhurried {
    fn base_url(&self) -> &'static str {
        "http://unhurried"
    }

    fn ask<'a>(&'a self, question: &'a Question, timeline: &'a Timeline) -> Asking<'a> {
        if timeline.settled >= LAST + ms(20_000) {
            return Box::pin(std::future::pending());
        }
        let on = prometheus(&[99.9], &[7.0]);
        Box::pin(async move { on.ask(question, timeline).await })
    }
}

#[tokio::test]
async fn a_scrape_that_stopped_is_not_blamed_on_prometheus() {
    let sources = Sources {
        prometheus: Some(Arc::new(Unhurried)),
        loki: None,
    };
    let (settled, _) = settled(sources).await;
    assert_eq!(
        settled.unsettled,
        ["Prometheus took no new sample of `x` within 20 s, check that the scrape works"]
    );
}

#[tokio::test]
async fn one_failure_is_not_the_end() {
    let on = script(
        &lines(),
        [number(5.0), refused(), number(9.0)],
        Scripted::new("http://l"),
    );
    let (settled, took) = settled(sources(None, Some(on))).await;
    assert!(settled.unsettled.is_empty(), "{settled:?}");
    assert_eq!(
        took,
        Millis(1500 + 4 * 500),
        "one count, one failure, three equal counts"
    );
}

#[tokio::test]
async fn no_line_must_hold_for_longer_than_some() {
    let on = Scripted::new("http://l").answer(lines(), Answer::Empty);
    let (settled, took) = settled(sources(None, Some(on))).await;
    assert!(settled.unsettled.is_empty(), "{settled:?}");
    assert_eq!(took, Millis(1500 + 9 * 500));
}

#[tokio::test]
async fn lines_that_keep_coming_are_told() {
    let on = script(
        &lines(),
        (0..100).map(|n| number(f64::from(n))),
        Scripted::new("http://l"),
    );
    let (settled, _) = settled(sources(None, Some(on))).await;
    let told = &settled.unsettled[0];
    assert!(
        told.starts_with("the count of `{app=\"kv\"}` in Loki did not hold still"),
        "{told}"
    );
    assert!(told.ends_with("lines at last"), "{told}");
}

#[tokio::test]
async fn without_a_counter_two_scrapes_are_given_to_rules_and_dashboards() {
    let (clock, sleep) = time(LAST);
    let plan = SettlePlan {
        counter_selector: None,
        ..plan()
    };
    let sources = sources(Some(Scripted::new("http://p")), None);
    let settled = settle(&plan, LAST, &sources, clock, sleep).await;
    assert_eq!((settled.at, settled.unsettled.len()), (LAST + ms(1000), 0));
}

#[tokio::test]
async fn a_baseline_is_a_scrape_that_began_after_the_question() {
    let (clock, sleep) = time(LAST);
    let sources = sources(Some(prometheus(&[99.9, 99.9, 100.4], &[])), None);
    let baseline = baseline(Some("x"), ms(5000), &sources, clock, sleep).await;
    assert_eq!((baseline.at, baseline.missing), (LAST + ms(400), None));
}

#[tokio::test]
async fn a_counter_without_samples_is_told_with_a_remedy() {
    let (clock, sleep) = time(LAST);
    let empty = Scripted::new("http://p").answer(newest(), Answer::Empty);
    let baseline = baseline(
        Some("x"),
        ms(5000),
        &sources(Some(empty), None),
        clock,
        sleep,
    )
    .await;
    assert_eq!(
        baseline.missing.as_deref(),
        Some(
            "no baseline: Prometheus has no sample of `x` after waiting 5 s, check the selector and the scrape"
        )
    );
}
