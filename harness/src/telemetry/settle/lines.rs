//! Has Loki taken in what was logged?

use std::future::Future;

use super::waiting::{Asked, Waiting, cannot};
use crate::model::{Millis, Question};

/// From the last response to the first count: shippers batch for about a second.
pub(super) const DELAY: Millis = Millis(1500);
/// Between two counts.
const EVERY: Millis = Millis(500);
/// Equal counts in a row that are believed.
const STILL: u32 = 3;
/// No line at all is more often a late shipper than a silent service, so it must hold for longer.
const STILL_NOTHING: u32 = 10;

/// Until the count of matching lines holds still; `Err` says what is wrong.
pub(super) async fn caught_up<C, S, F>(
    waiting: &mut Waiting<'_, C, S>,
    selector: &str,
) -> Result<(), String>
where
    C: Fn() -> crate::model::Timestamp,
    S: Fn(Millis) -> F,
    F: Future<Output = ()>,
{
    let question = Question::LokiCount {
        selector: selector.to_owned(),
        by: vec![],
    };
    let mut last = None;
    let mut same = 0;
    loop {
        let now = waiting.now();
        let asked = waiting.number(&question, now).await;
        let count = asked
            .map_err(|why| cannot("Loki could not be asked whether it has caught up", &why))?;
        let needed = match count {
            Asked::Number(_) => STILL,
            Asked::Nothing => STILL_NOTHING,
            // A failed count says nothing, and nothing is not still.
            Asked::Failed => u32::MAX,
        };
        same = if last == Some(count) { same + 1 } else { 1 };
        last = Some(count);
        if same >= needed {
            return Ok(());
        }
        if !waiting.pause(EVERY).await {
            let at_last = match count {
                Asked::Number(lines) => format!("{lines} lines at last"),
                Asked::Nothing | Asked::Failed => "no line at last".to_owned(),
            };
            return Err(format!(
                "the count of `{selector}` in Loki did not hold still within {}: {at_last}",
                waiting.waited()
            ));
        }
    }
}
