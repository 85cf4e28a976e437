//! The rule file as text, with comments.

use std::fmt::Write as _;

use super::alerts::{AlertRule, alerts, number};
use super::{CompileError, Compiled, Options, budget, ratio};
use crate::model::Millis;
use crate::slo::burn;

/// The whole file. Groups: one per SLO for ratios and alerts, one for budgets and facts of all.
pub(super) fn file(
    slos: &[Compiled<'_>],
    source: &str,
    options: &Options,
) -> Result<String, CompileError> {
    let mut out = head(slos, source, options);
    for slo in slos {
        slo_group(&mut out, slo, options)?;
    }
    budget_group(&mut out, slos, options)?;
    Ok(out)
}

fn head(slos: &[Compiled<'_>], source: &str, options: &Options) -> String {
    let mut out = format!(
        "# Compiled from {source} by `sloproof slo compile`; edit that and compile again.\n"
    );
    if options.time_scale > 1 {
        let _ = writeln!(
            out,
            "# Every window, period, `for` and interval is divided by {}; factors and objectives are production's.",
            options.time_scale
        );
    }
    out.push_str(
        "#\n# A burn rate of 1 spends exactly the whole budget in the period; burning at `factor` for the length of `window` spends\n\
         # factor * window / period of it (SRE workbook, chapter 5):\n#\n#   slo                     severity  long    short   factor  spends\n",
    );
    for slo in slos {
        for tier in &slo.tiers {
            let scaled = tier.scaled_down(slo.time_scale);
            let share = burn::budget_spent(tier.factor, slo.slo.objective.period, tier.long);
            let _ = writeln!(
                out,
                "#   {:<22}  {:<8}  {:<6}  {:<6}  {:<6}  {} %",
                slo.slo.objective.name,
                tier.urgency.as_str(),
                scaled.long.to_promql(),
                scaled.short.to_promql(),
                number(tier.factor),
                number(share * 100.0)
            );
        }
    }
    out.push_str(
        "#\n# Comparisons are strict. Without traffic nothing is recorded and nothing fires: absent is not zero.\ngroups:\n",
    );
    out
}

fn interval(options: &Options) -> String {
    options.interval.scaled_down(options.time_scale).to_promql()
}

fn slo_group(out: &mut String, slo: &Compiled<'_>, options: &Options) -> Result<(), CompileError> {
    let objective = &slo.slo.objective;
    let _ = write!(
        out,
        "  # {}: {} % over {}. Ratios and alerts share a group, so an alert reads the values recorded just above it.\n  - name: slo-{}\n    interval: {}\n    rules:\n",
        objective.name,
        number(objective.target * 100.0),
        objective.period.to_promql(),
        objective.name,
        interval(options)
    );
    for window in &slo.windows {
        let lines = ratio::error_ratio(&slo.slo.indicator, *window);
        let lines = lines.map_err(|error| slo.query_error(error))?;
        record(
            out,
            &format!("slo:sli_error:ratio_rate{}", window.to_promql()),
            &lines,
            slo,
        );
    }
    let rules = alerts(slo, options).map_err(|error| slo.query_error(error))?;
    let _ = writeln!(
        out,
        "      # {} is 1 - {}, the share of events that may be bad.",
        number(objective.budget()),
        number(objective.target)
    );
    for rule in &rules {
        alert(out, rule, slo, options);
    }
    if options.absent {
        absent(out, slo, options)?;
    }
    out.push('\n');
    Ok(())
}

fn budget_group(
    out: &mut String,
    slos: &[Compiled<'_>],
    options: &Options,
) -> Result<(), CompileError> {
    let _ = write!(
        out,
        "  # Share of the budget left: 1 = untouched, 0 = spent, below 0 = overspent. Counted in events over the whole period,\n\
         \x20 # because an average of ratios would weigh a request at night more than one at noon. Prometheus must keep the whole\n\
         \x20 # period (its default is 15 days): a shorter history shortens the window without a word.\n\
         \x20 - name: slo-budget\n    interval: {}\n    rules:\n",
        interval(options)
    );
    for slo in slos {
        let lines = budget::remaining(slo).map_err(|error| slo.query_error(error))?;
        record(out, "slo:error_budget_remaining:ratio", &lines, slo);
        let objective = number(slo.slo.objective.target);
        record(
            out,
            "slo:objective:ratio",
            &[format!("vector({objective})")],
            slo,
        );
        let seconds = number(slo.period.as_secs_f64());
        record(
            out,
            "slo:time_period:seconds",
            &[format!("vector({seconds})")],
            slo,
        );
    }
    Ok(())
}

fn record(out: &mut String, name: &str, lines: &[String], slo: &Compiled<'_>) {
    let _ = writeln!(out, "      - record: {name}");
    expression(out, lines);
    let _ = writeln!(out, "        labels: {{ {} }}", identity(slo));
}

fn alert(out: &mut String, rule: &AlertRule, slo: &Compiled<'_>, options: &Options) {
    let _ = writeln!(out, "      - alert: {}", rule.name);
    expression(out, &rule.expr);
    for (field, length) in [("for", rule.hold), ("keep_firing_for", rule.keep_firing)] {
        if length > Millis(0) {
            let _ = writeln!(out, "        {field}: {}", length.to_promql());
        }
    }
    labels(out, rule.urgency.as_str(), slo);
    annotations(out, &rule.summary, &rule.description, &rule.name, options);
}

/// Fires when there is nothing to compute a ratio from, which would otherwise be silence.
fn absent(out: &mut String, slo: &Compiled<'_>, options: &Options) -> Result<(), CompileError> {
    let window = slo.windows.first().copied().unwrap_or_default();
    let total = ratio::events(&slo.slo.indicator.total_query, window);
    let total = total.map_err(|error| slo.query_error(error))?;
    let name = format!("{}Absent", super::alerts::pascal(&slo.slo.objective.name));
    let _ = writeln!(out, "      - alert: {name}");
    expression(out, &[format!("absent({total})")]);
    labels(out, "page", slo);
    let objective = &slo.slo.objective.name;
    annotations(
        out,
        &format!("{objective} has no data"),
        "The series that this objective counts are not there: nothing is known, and no other alert of it can fire.",
        &name,
        options,
    );
    Ok(())
}

fn expression(out: &mut String, lines: &[String]) {
    out.push_str("        expr: |\n");
    for line in lines {
        for line in line.lines() {
            let _ = writeln!(out, "          {line}");
        }
    }
}

fn labels(out: &mut String, severity: &str, slo: &Compiled<'_>) {
    let mut all = format!("severity: {severity}, {}", identity(slo));
    for (name, value) in &slo.slo.labels {
        let _ = write!(all, ", {name}: {}", scalar(value));
    }
    let _ = writeln!(out, "        labels: {{ {all} }}");
}

fn annotations(out: &mut String, summary: &str, description: &str, name: &str, options: &Options) {
    let _ = write!(
        out,
        "        annotations:\n          summary: {}\n          description: {}\n",
        scalar(summary),
        scalar(description)
    );
    if let Some(base) = &options.runbooks {
        let _ = writeln!(
            out,
            "          runbook_url: {}",
            scalar(&format!("{base}{name}.md"))
        );
    }
}

/// `slo: x, service: y`.
fn identity(slo: &Compiled<'_>) -> String {
    let mut text = format!("slo: {}", scalar(&slo.slo.objective.name));
    if let Some(service) = &slo.slo.service {
        let _ = write!(text, ", service: {}", scalar(service));
    }
    text
}

/// A YAML scalar: plain where nothing can be misread, else in double quotes, which are JSON's.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let special = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if word && text.chars().all(plain) && !special.contains(&text.to_ascii_lowercase().as_str()) {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}
