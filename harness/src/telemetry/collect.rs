//! Asks every question once and numbers the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::source::{Reply, Source};
use crate::model::{
    AlertLog, Answer, Engine, Evidence, Notification, Question, Reading, Timeline, Timestamp,
};

/// Questions under way at once: enough to hide latency, too few to slow a server down.
const AT_ONCE: usize = 4;
/// How often a server is asked for the time.
const TIMES: u32 = 3;
/// The source of what the harness recorded itself.
const OBSERVER: &str = "observer";

/// The servers that the scenario names.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Prometheus.
    pub prometheus: Option<Arc<dyn Source>>,
    /// Loki.
    pub loki: Option<Arc<dyn Source>>,
}

impl Sources {
    /// The server of an engine.
    pub fn of(&self, engine: Engine) -> Option<&Arc<dyn Source>> {
        match engine {
            Engine::Prometheus => self.prometheus.as_ref(),
            Engine::Loki => self.loki.as_ref(),
        }
    }
}

/// What was recorded while the load ran.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// What each observer saw, or why there was none.
    pub alerts: BTreeMap<Engine, Result<AlertLog, String>>,
    /// What reached the receiver; `None` without a receiver.
    pub notifications: Option<Vec<Notification>>,
}

/// One item of evidence for each question, numbered from 1 in the questions' order, whatever order they are answered in.
/// `on_evidence` sees each item as soon as it is there; `now` gives the time of each answer.
pub async fn collect(
    questions: BTreeSet<Question>,
    sources: &Sources,
    recorded: &Recorded,
    timeline: &Timeline,
    now: impl Fn() -> Timestamp,
    mut on_evidence: impl FnMut(&Evidence),
) -> Vec<Evidence> {
    let timeline = Arc::new(timeline.clone());
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut asking = JoinSet::new();
    let mut items = Vec::with_capacity(questions.len());
    let mut keep = |id, question, reply, at| {
        let item = evidence(id, question, reply, at);
        on_evidence(&item);
        items.push(item);
    };
    let mut rest = Vec::new();
    for (id, question) in (1..).zip(questions) {
        match way(&question, sources, recorded) {
            Way::Known(reply) => keep(id, question, reply, now()),
            // Before all others, so that nothing of ours keeps the server or this task from answering at once.
            Way::Clock(source) => {
                let (reply, at) = time_of(source.as_ref(), &question, &timeline, &now).await;
                keep(id, question, reply, at);
            }
            Way::Ask(source) => rest.push((id, question, source)),
        }
    }
    for (id, question, source) in rest {
        let (timeline, places) = (Arc::clone(&timeline), Arc::clone(&places));
        asking.spawn(async move {
            // Never closed, so a place is always given.
            let _place = places.acquire().await;
            let reply = source.ask(&question, &timeline).await;
            (id, question, reply)
        });
    }
    while let Some(asked) = asking.join_next().await {
        match asked {
            Ok((id, question, reply)) => keep(id, question, reply, now()),
            // Tasks of this set are never cancelled, so it is a panic; a bug must not pass for a silent server.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    items.sort_by_key(|item| item.id);
    items
}

/// How a question is answered.
enum Way {
    Known(Reply),
    Ask(Arc<dyn Source>),
    /// Asked by itself, with this machine's time taken before and after.
    Clock(Arc<dyn Source>),
}

/// What time it is for a server, dated by our clock just before the question; and our clock at the answer. The
/// sharpest of three, because one slow round trip says little.
async fn time_of(
    source: &dyn Source,
    question: &Question,
    timeline: &Timeline,
    now: impl Fn() -> Timestamp,
) -> (Reply, Timestamp) {
    let ask = async || {
        let sent = now();
        let reply = source.ask(question, timeline).await;
        let at = now();
        (at.since(sent), stamped(reply, sent), at)
    };
    let mut best = ask().await;
    for _ in 1..TIMES {
        if !matches!(best.1.answer, Answer::Value(_)) {
            break;
        }
        let next = ask().await;
        if next.0 < best.0 && matches!(next.1.answer, Answer::Value(_)) {
            best = next;
        }
    }
    (best.1, best.2)
}

/// The answer to a question for the time, at the moment it was asked by this machine's clock.
fn stamped(mut reply: Reply, sent: Timestamp) -> Reply {
    if let Answer::Value(Reading::Series(series)) = &mut reply.answer {
        for point in series.iter_mut().flat_map(|one| &mut one.points) {
            point.at = sent;
        }
    }
    reply
}

fn way(question: &Question, sources: &Sources, recorded: &Recorded) -> Way {
    let engine = match question {
        Question::AlertStates { engine } => return Way::Known(alerts(*engine, sources, recorded)),
        Question::Notifications => return Way::Known(notifications(recorded)),
        Question::PromSamples { .. }
        | Question::PromInstant { .. }
        | Question::PromClock
        | Question::PromRange { .. } => Engine::Prometheus,
        Question::LokiCount { .. } | Question::LokiRange { .. } => Engine::Loki,
        Question::LoadedRules { engine } | Question::CanonicalQuery { engine, .. } => *engine,
    };
    match sources.of(engine) {
        Some(source) if *question == Question::PromClock => Way::Clock(Arc::clone(source)),
        Some(source) => Way::Ask(Arc::clone(source)),
        None => Way::Known(unavailable("nobody", "nothing", unnamed(engine))),
    }
}

fn alerts(engine: Engine, sources: &Sources, recorded: &Recorded) -> Reply {
    let asked = format!("the alerts of {}", title(engine));
    let log = match recorded.alerts.get(&engine) {
        Some(Ok(log)) => log,
        Some(Err(error)) => return unavailable(OBSERVER, &asked, error.clone()),
        None if sources.of(engine).is_none() => {
            return unavailable(OBSERVER, &asked, unnamed(engine));
        }
        None => {
            return unavailable(
                OBSERVER,
                &asked,
                format!("no observer watched {}", title(engine)),
            );
        }
    };
    let asked = format!("{asked}, every {}", log.poll_interval);
    if log.covered.is_none() {
        let error = format!(
            "none of {} polls of {} was answered",
            log.failed_polls,
            title(engine)
        );
        return unavailable(OBSERVER, &asked, error);
    }
    known(asked, Reading::Alerts(log.clone()))
}

fn notifications(recorded: &Recorded) -> Reply {
    let asked = "webhook deliveries";
    match &recorded.notifications {
        Some(all) => known(asked.to_owned(), Reading::Notifications(all.clone())),
        None => unavailable(
            OBSERVER,
            asked,
            "the scenario names no webhook receiver".into(),
        ),
    }
}

fn known(asked: String, reading: Reading) -> Reply {
    Reply {
        source: OBSERVER.to_owned(),
        asked,
        answer: Answer::Value(reading),
        raw: None,
    }
}

fn unavailable(source: &str, asked: &str, error: String) -> Reply {
    Reply {
        source: source.to_owned(),
        asked: asked.to_owned(),
        answer: Answer::Unavailable { error },
        raw: None,
    }
}

fn unnamed(engine: Engine) -> String {
    format!("the scenario names no {}", title(engine))
}

fn title(engine: Engine) -> &'static str {
    match engine {
        Engine::Prometheus => "Prometheus",
        Engine::Loki => "Loki",
    }
}

fn evidence(id: u32, question: Question, reply: Reply, at: Timestamp) -> Evidence {
    Evidence {
        id,
        question,
        source: reply.source,
        asked: reply.asked,
        at,
        answer: reply.answer,
        raw: reply.raw,
    }
}
