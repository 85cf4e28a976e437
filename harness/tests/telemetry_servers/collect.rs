//! Questions in, numbered evidence out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sloproof::model::{
    AlertLog, Answer, Engine, Evidence, Labels, Millis, Moment, Point, Question, Reading, Series,
    Timestamp,
};
use sloproof::telemetry::{Recorded, Scripted, Sources, collect};

use crate::fake::timeline;

fn instant(query: &str) -> Question {
    Question::PromInstant {
        query: query.into(),
        at: Moment::Settled,
    }
}

fn log(covered: bool) -> AlertLog {
    AlertLog {
        poll_interval: Millis(200),
        polls: u64::from(covered),
        failed_polls: 4,
        covered: covered.then_some((Timestamp(1), Timestamp(2))),
        longest_gap: Millis(0),
        transitions: vec![],
    }
}

async fn gather(questions: &[Question], sources: &Sources, recorded: &Recorded) -> Vec<Evidence> {
    let questions: BTreeSet<_> = questions.iter().cloned().collect();
    let mut written = vec![];
    let on_evidence = |e: &Evidence| written.push(e.clone());
    let items = collect(
        questions,
        sources,
        recorded,
        &timeline(),
        || Timestamp(9),
        on_evidence,
    )
    .await;
    written.sort_by_key(|e| e.id);
    assert_eq!(written, items, "every item is handed over once");
    items
}

fn error(item: &Evidence) -> &str {
    match &item.answer {
        Answer::Unavailable { error } => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn ids_follow_the_questions_not_the_answers() {
    let questions: Vec<_> = (0..20).map(|n| instant(&format!("q{n:02}"))).collect();
    let script = questions
        .iter()
        .fold(Scripted::new("http://p"), |script, question| {
            script.answer(question.clone(), Answer::Empty)
        });
    let sources = Sources {
        prometheus: Some(Arc::new(script)),
        loki: None,
    };
    let items = gather(&questions, &sources, &Recorded::default()).await;
    assert_eq!(
        items.iter().map(|e| e.id).collect::<Vec<_>>(),
        (1..=20).collect::<Vec<_>>()
    );
    assert_eq!(
        items.iter().map(|e| e.question.clone()).collect::<Vec<_>>(),
        questions
    );
    assert!(
        items
            .iter()
            .all(|e| e.at == Timestamp(9) && e.source == "http://p")
    );
}

#[tokio::test]
async fn what_the_scenario_does_not_name_is_said() {
    let questions = [
        instant("up"),
        Question::LokiCount {
            selector: "{}".into(),
            by: vec![],
        },
        Question::AlertStates {
            engine: Engine::Loki,
        },
        Question::Notifications,
    ];
    let items = gather(&questions, &Sources::default(), &Recorded::default()).await;
    let errors: Vec<_> = items.iter().map(error).collect();
    assert_eq!(
        errors,
        [
            "the scenario names no Prometheus",
            "the scenario names no Loki",
            "the scenario names no Loki",
            "the scenario names no webhook receiver",
        ]
    );
}

#[tokio::test]
async fn recordings_become_evidence() {
    let recorded = Recorded {
        alerts: BTreeMap::from([(Engine::Prometheus, Ok(log(true)))]),
        notifications: Some(vec![]),
    };
    let questions = [
        Question::AlertStates {
            engine: Engine::Prometheus,
        },
        Question::Notifications,
    ];
    let items = gather(&questions, &Sources::default(), &recorded).await;
    assert_eq!(items[0].answer, Answer::Value(Reading::Alerts(log(true))));
    assert_eq!(items[0].asked, "the alerts of Prometheus, every 200 ms");
    assert_eq!(
        items[1].answer,
        Answer::Value(Reading::Notifications(vec![]))
    );
    assert!(items.iter().all(|e| e.source == "observer"));
}

#[tokio::test]
async fn an_observer_that_saw_nothing_is_not_a_quiet_ruler() {
    let recorded = Recorded {
        alerts: BTreeMap::from([
            (Engine::Prometheus, Ok(log(false))),
            (Engine::Loki, Err("the observer could not start".to_owned())),
        ]),
        notifications: None,
    };
    let questions =
        [Engine::Prometheus, Engine::Loki].map(|engine| Question::AlertStates { engine });
    let items = gather(&questions, &Sources::default(), &recorded).await;
    assert_eq!(
        error(&items[0]),
        "none of 4 polls of Prometheus was answered"
    );
    assert_eq!(error(&items[1]), "the observer could not start");
}

#[tokio::test]
async fn the_question_for_the_time_is_framed_by_this_machine_s_clock() {
    let point = Point {
        at: Timestamp(1_800_000_000_500),
        value: Some(1_800_000_000.5),
    };
    let series = vec![Series {
        labels: Labels::new(),
        points: vec![point],
    }];
    let script = Scripted::new("http://p").series(Question::PromClock, series);
    let sources = Sources {
        prometheus: Some(Arc::new(script)),
        loki: None,
    };
    // Asked three times; the second answer came soonest.
    let clock = [490, 790, 800, 805, 810, 900];
    let looks = AtomicUsize::new(0);
    let items = collect(
        BTreeSet::from([Question::PromClock]),
        &sources,
        &Recorded::default(),
        &timeline(),
        || Timestamp(1_800_000_000_000 + clock[looks.fetch_add(1, Ordering::Relaxed)]),
        |_| (),
    )
    .await;
    let Answer::Value(Reading::Series(series)) = &items[0].answer else {
        panic!("{:?}", items[0].answer)
    };
    assert_eq!(series[0].points[0].at, Timestamp(1_800_000_000_800));
    assert_eq!(series[0].points[0].value, point.value, "the server's time");
    assert_eq!(items[0].at, Timestamp(1_800_000_000_805));
}
