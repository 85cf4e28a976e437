//! The rule file as text, with comments.

use std::fmt::Write as _;

use super::alerts::{AlertRule, alerts};
use super::scalar::{literal, number, scalar};
use super::{CompileError, Compiled, Options, budget, ratio};
use crate::model::Millis;
use crate::slo::burn;

/// Labels that are the compiler's own; a document's label of this name is not taken.
const OWN: [&str; 4] = ["severity", "burn", "slo", "service"];

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
        "# Compiled from {} by `sloproof slo compile`; edit that and compile again.\n",
        scalar(source).trim_matches('"')
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
                scalar(&slo.slo.objective.name),
                tier.urgency.as_str(),
                scaled.long.to_promql(),
                scaled.short.to_promql(),
                number(tier.factor),
                number(share * 100.0)
            );
        }
    }
    out.push_str(
        "#\n# The long window makes an alert mean something, the short one makes it stop soon after the trouble does. Comparisons are\n\
         # strict. Without traffic nothing is recorded and nothing fires: absent is not zero. While an alert with `burn: fast`\n\
         # fires, Alertmanager can hold back those with `burn: slow` of the same slo.\n",
    );
    out.push_str(if slos.is_empty() {
        "groups: []\n"
    } else {
        "groups:\n"
    });
    out
}

pub(super) fn interval(options: &Options) -> String {
    options.interval.scaled_down(options.time_scale).to_promql()
}

fn slo_group(out: &mut String, slo: &Compiled<'_>, options: &Options) -> Result<(), CompileError> {
    let objective = &slo.slo.objective;
    let name = scalar(&objective.name);
    let _ = write!(
        out,
        "  # {name}: {} % over {}. Ratios and alerts share a group, so an alert reads the values recorded just above it.\n  - name: {}\n    interval: {}\n    rules:\n",
        number(objective.target * 100.0),
        objective.period.to_promql(),
        scalar(&format!("slo-{}", objective.name)),
        interval(options)
    );
    let _ = writeln!(
        out,
        "      # Share of bad events, over each window that an alert of {name} looks at."
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
    let ignored = slo
        .slo
        .labels
        .keys()
        .filter(|name| OWN.contains(&name.as_str()));
    for label in ignored {
        let _ = writeln!(
            out,
            "      # The document's label `{label}` is not taken: rules have their own of this name."
        );
    }
    for rule in &rules {
        alert(out, rule, slo, options);
    }
    if options.absent {
        let window = slo.windows.first().copied().unwrap_or_default();
        let total = ratio::events(&slo.slo.indicator.total_query, window);
        let total = total.map_err(|error| slo.query_error(error))?;
        absent(out, format!("absent({total})"), slo, options);
    }
    out.push('\n');
    Ok(())
}

fn budget_group(
    out: &mut String,
    slos: &[Compiled<'_>],
    options: &Options,
) -> Result<(), CompileError> {
    if slos.is_empty() {
        return Ok(());
    }
    let _ = write!(
        out,
        "  # Share of the budget left: 1 = untouched, 0 = spent, below 0 = overspent. Counted in events over the whole period,\n\
         \x20 # because an average of ratios would weigh a request at night more than one at noon. Prometheus must keep the whole\n\
         \x20 # period (its default is 15 days): a shorter history shortens the window without a word.\n\
         \x20 - name: slo-budget\n    interval: {}\n    rules:\n",
        interval(options)
    );
    for slo in slos {
        let name = scalar(&slo.slo.objective.name);
        let recorded = budget::recorded(slo).map_err(|error| slo.query_error(error))?;
        let _ = writeln!(
            out,
            "      # {name}: events of {}, and what they leave of the budget.",
            slo.period.to_promql()
        );
        for (name, lines) in recorded {
            record(out, &name, &lines, slo);
        }
        let _ = writeln!(
            out,
            "      # {name}: what it is, for dashboards, and how fast its budget goes right now."
        );
        for (name, lines) in budget::facts(slo) {
            record(out, &name, &lines, slo);
        }
    }
    Ok(())
}

pub(super) fn record(out: &mut String, name: &str, lines: &[String], slo: &Compiled<'_>) {
    let _ = writeln!(out, "      - record: {name}");
    expression(out, lines);
    let _ = writeln!(
        out,
        "        labels: {{ {} }}",
        identity(slo, str::to_owned)
    );
}

pub(super) fn alert(out: &mut String, rule: &AlertRule, slo: &Compiled<'_>, options: &Options) {
    let _ = writeln!(out, "      # {}.", rule.says);
    let _ = writeln!(out, "      - alert: {}", scalar(&rule.name));
    expression(out, &rule.expr);
    for (field, length) in [("for", rule.hold), ("keep_firing_for", rule.keep_firing)] {
        if length > Millis(0) {
            let _ = writeln!(out, "        {field}: {}", length.to_promql());
        }
    }
    labels(out, rule.urgency.as_str(), Some(rule.burn), slo);
    annotations(out, &rule.summary, &rule.description, &rule.name, options);
}

/// Fires when there is nothing to compute a ratio from, which would otherwise be silence.
pub(super) fn absent(out: &mut String, expr: String, slo: &Compiled<'_>, options: &Options) {
    let name = slo.alert_name("Absent");
    out.push_str("      # No series, no ratio: without this alert that would be silence.\n");
    let _ = writeln!(out, "      - alert: {}", scalar(&name));
    expression(out, &[expr]);
    labels(out, "page", None, slo);
    let objective = &slo.slo.objective.name;
    annotations(
        out,
        &literal(&format!("{objective} has no data")),
        "The series that this objective counts are not there: nothing is known, and no other alert of it can fire.",
        &name,
        options,
    );
}

fn expression(out: &mut String, lines: &[String]) {
    out.push_str("        expr: |\n");
    for line in lines {
        for line in line.lines() {
            let _ = writeln!(out, "          {line}");
        }
    }
}

fn labels(out: &mut String, severity: &str, burn: Option<&str>, slo: &Compiled<'_>) {
    let mut all = format!("severity: {severity}, ");
    if let Some(burn) = burn {
        let _ = write!(all, "burn: {burn}, ");
    }
    all.push_str(&identity(slo, literal));
    let others = slo
        .slo
        .labels
        .iter()
        .filter(|(name, _)| !OWN.contains(&name.as_str()));
    for (name, value) in others {
        let _ = write!(all, ", {}: {}", scalar(name), scalar(&literal(value)));
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

/// `slo: x, service: y`; only an alert's labels are templates.
fn identity(slo: &Compiled<'_>, spell: fn(&str) -> String) -> String {
    let mut text = format!("slo: {}", scalar(&spell(&slo.slo.objective.name)));
    if let Some(service) = &slo.slo.service {
        let _ = write!(text, ", service: {}", scalar(&spell(service)));
    }
    text
}
