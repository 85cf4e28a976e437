//! Rules for Loki's ruler, for objectives whose queries count log lines.
//!
//! Loki's rules cannot read each other's series, so each alert spells out its ratios. The ruler drops
//! `keep_firing_for` without a word; tiers that ask for it are refused. A window without a matching line has no series
//! rather than 0, so bad events are `… or 0 * total`; without any line there is no ratio, and nothing fires.

use std::fmt::Write as _;

use super::alerts::{either, rule};
use super::ratio::WINDOW;
use super::scalar::{number, scalar};
use super::text::{absent, alert, interval, record};
use super::{CompileError, Compiled, Options, compiled};
use crate::model::Millis;
use crate::slo::definition::{Indicator, Part, Slo};
use crate::slo::tier::Tier;

/// Whether an indicator counts log lines: LogQL's pipelines have a `|`, which PromQL does not know outside of quotes.
pub fn counts_logs(indicator: &Indicator) -> bool {
    has_pipe(&indicator.part_query) || has_pipe(&indicator.total_query)
}

fn has_pipe(query: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    for c in query.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(open) if c == '\\' && open != '`' => escaped = true,
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if c == '|' => return true,
            Some(_) | None => {}
        }
    }
    false
}

/// One rule file for those of `slos` that count log lines.
pub fn compile(slos: &[Slo], source: &str, options: &Options) -> Result<String, CompileError> {
    let all = compiled(slos, options)?;
    let slos: Vec<_> = all
        .iter()
        .filter(|slo| counts_logs(&slo.slo.indicator))
        .collect();
    let mut out = format!(
        "# Compiled from {} by `sloproof slo compile --loki`; edit that and compile again.\n\
         # For Loki's ruler. Recorded series go where its remote_write sends them; the alerts do without.\n\
         # Loki evaluates up to now: lines that arrive late are counted by the next evaluation.\n{}\n",
        scalar(source).trim_matches('"'),
        if slos.is_empty() {
            "groups: []"
        } else {
            "groups:"
        }
    );
    for slo in slos {
        group(&mut out, slo, options)?;
    }
    Ok(out)
}

fn group(out: &mut String, slo: &Compiled<'_>, options: &Options) -> Result<(), CompileError> {
    let objective = &slo.slo.objective;
    let indicator = &slo.slo.indicator;
    if slo.tiers.iter().any(|tier| tier.keep_firing > Millis(0)) {
        return Err(CompileError::KeepFiring {
            slo: objective.name.clone(),
        });
    }
    let _ = write!(
        out,
        "  # {}: {} % over {}, counted in log lines.\n  - name: {}\n    interval: {}\n    rules:\n",
        scalar(&objective.name),
        number(objective.target * 100.0),
        objective.period.to_promql(),
        scalar(&format!("slo-{}", objective.name)),
        interval(options)
    );
    for window in &slo.windows {
        let name = format!("slo:sli_error:ratio_rate{}", window.to_promql());
        record(out, &name, &ratio(indicator, *window), slo);
    }
    for (i, (suffix, tiers)) in slo.alerts().iter().enumerate() {
        let conditions = tiers.iter().map(|tier| condition(slo, tier, options));
        let expr = either(&conditions.collect::<Vec<_>>());
        alert(out, &rule(slo, suffix, tiers, i == 0, expr), slo, options);
    }
    if options.absent {
        let window = slo.windows.first().copied().unwrap_or_default();
        let total = &indicator.total_query;
        if total.contains(WINDOW) {
            return Err(CompileError::AbsentLogs {
                slo: objective.name.clone(),
            });
        }
        let expr = format!(
            "absent_over_time({} [{}])",
            total.trim(),
            window.to_promql()
        );
        absent(out, expr, slo, options);
    }
    out.push('\n');
    Ok(())
}

/// Lines of a query over a window; a plain pipeline is counted.
fn counted(query: &str, window: Millis) -> String {
    let length = window.to_promql();
    if query.contains(WINDOW) {
        query.replace(WINDOW, &length)
    } else {
        format!("sum(count_over_time({} [{length}]))", query.trim())
    }
}

fn bad(indicator: &Indicator, window: Millis) -> Vec<String> {
    let (part, total) = (
        counted(&indicator.part_query, window),
        counted(&indicator.total_query, window),
    );
    let part = format!("({part} or 0 * {total})");
    match indicator.part {
        Part::Bad => vec![part],
        Part::Good => vec![format!("({total} - {part})")],
    }
}

fn ratio(indicator: &Indicator, window: Millis) -> Vec<String> {
    let mut lines = bad(indicator, window);
    lines.push("/".to_owned());
    lines.push(counted(&indicator.total_query, window));
    lines
}

fn condition(slo: &Compiled<'_>, tier: &Tier, options: &Options) -> Vec<String> {
    let scaled = tier.scaled_down(slo.time_scale);
    let threshold = number(tier.threshold(slo.slo.objective.budget()));
    let indicator = &slo.slo.indicator;
    let side = |window: Millis| {
        let mut lines = vec!["(".to_owned()];
        lines.extend(
            ratio(indicator, window)
                .into_iter()
                .map(|line| format!("  {line}")),
        );
        lines.push(format!(") > {threshold}"));
        lines
    };
    let mut lines = side(scaled.long);
    lines.push("and".to_owned());
    lines.extend(side(scaled.short));
    if let Some(least) = options.min_events {
        lines.push("and".to_owned());
        let total = counted(&indicator.total_query, scaled.long);
        lines.push(format!("{total} >= {least}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indicator(part: &str, total: &str) -> Indicator {
        Indicator {
            part: Part::Bad,
            part_query: part.into(),
            total_query: total.into(),
        }
    }

    #[test]
    fn a_bar_outside_of_quotes_is_log_ql() {
        assert!(counts_logs(&indicator(
            r#"{app="kv"} | json"#,
            r#"{app="kv"}"#
        )));
        assert!(counts_logs(&indicator("x", r#"{a="b"} |= "c""#)));
        assert!(!counts_logs(&indicator(r#"x{a=~"b|c"}"#, "x{a='|\\''}")));
    }

    #[test]
    fn a_pipeline_is_counted_and_a_query_keeps_its_own_form() {
        let hour = Millis(3_600_000);
        assert_eq!(
            ratio(
                &indicator(
                    r#"{a="b"} |= "c""#,
                    "sum(count_over_time({a=\"b\"} | json [{{.window}}]))"
                ),
                hour
            )
            .join(" "),
            r#"(sum(count_over_time({a="b"} |= "c" [1h])) or 0 * sum(count_over_time({a="b"} | json [1h]))) / sum(count_over_time({a="b"} | json [1h]))"#
        );
    }
}
