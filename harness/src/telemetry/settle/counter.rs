//! Has Prometheus scraped what happened?

use std::future::Future;

use super::waiting::{Asked, Waiting, cannot};
use crate::model::{Millis, Moment, Question, Timestamp};

/// Between two looks at Prometheus; well below any scrape interval, and a query costs it a millisecond.
const EVERY: Millis = Millis(200);

/// Until two successive scrapes begun at or after `since` agree on the sum; `Err` says what is wrong.
pub(super) async fn caught_up<C, S, F>(
    waiting: &mut Waiting<'_, C, S>,
    selector: &str,
    since: Timestamp,
) -> Result<(), String>
where
    C: Fn() -> Timestamp,
    S: Fn(Millis) -> F,
    F: Future<Output = ()>,
{
    let sum = at_settled(format!("sum({selector})"));
    let mut seen: Option<(Timestamp, f64)> = None;
    let mut newest = None;
    loop {
        let now = waiting.now();
        newest = self::newest(waiting, selector, now).await?.or(newest);
        if let Some(scrape) = newest.filter(|scrape| *scrape >= since)
            && let Asked::Number(total) = number(waiting, &sum, now).await?
        {
            match seen {
                Some((before, same)) if scrape > before && same.to_bits() == total.to_bits() => {
                    return Ok(());
                }
                Some((before, _)) if scrape <= before => {}
                _ => seen = Some((scrape, total)),
            }
        }
        if !waiting.pause(EVERY).await {
            let waited = waiting.waited();
            return Err(match seen {
                Some((_, total)) => format!(
                    "the sum of `{selector}` in Prometheus did not hold still over two scrapes \
                     within {waited}: {total} at last"
                ),
                None => late(selector, newest, waited),
            });
        }
    }
}

/// Until one scrape begun at or after `since` is there.
pub(super) async fn scraped<C, S, F>(
    waiting: &mut Waiting<'_, C, S>,
    selector: &str,
    since: Timestamp,
) -> Result<(), String>
where
    C: Fn() -> Timestamp,
    S: Fn(Millis) -> F,
    F: Future<Output = ()>,
{
    loop {
        let newest = newest(waiting, selector, waiting.now()).await?;
        if newest.is_some_and(|scrape| scrape >= since) {
            return Ok(());
        }
        if !waiting.pause(EVERY).await {
            return Err(late(selector, newest, waiting.waited()));
        }
    }
}

/// When the newest sample was scraped. The newest of all series: those of a process that is gone stay behind for ever.
async fn newest<C, S, F>(
    waiting: &mut Waiting<'_, C, S>,
    selector: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, String>
where
    C: Fn() -> Timestamp,
    S: Fn(Millis) -> F,
    F: Future<Output = ()>,
{
    let question = at_settled(format!("max(timestamp({selector}))"));
    Ok(match number(waiting, &question, now).await? {
        Asked::Number(seconds) => Some(Timestamp::from_unix_seconds(seconds)),
        Asked::Nothing | Asked::Failed => None,
    })
}

async fn number<C, S, F>(
    waiting: &mut Waiting<'_, C, S>,
    question: &Question,
    now: Timestamp,
) -> Result<Asked, String>
where
    C: Fn() -> Timestamp,
    S: Fn(Millis) -> F,
    F: Future<Output = ()>,
{
    let asked = waiting.number(question, now).await;
    asked.map_err(|why| {
        cannot(
            "Prometheus could not be asked whether it has caught up",
            &why,
        )
    })
}

fn late(selector: &str, newest: Option<Timestamp>, waited: Millis) -> String {
    match newest {
        None => format!(
            "Prometheus has no sample of `{selector}` after waiting {waited}, \
             check the selector and the scrape"
        ),
        Some(_) => format!(
            "Prometheus took no new sample of `{selector}` within {waited}, \
             check that the scrape works"
        ),
    }
}

fn at_settled(query: String) -> Question {
    Question::PromInstant {
        query,
        at: Moment::Settled,
    }
}
