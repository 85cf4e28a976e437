//! The rules that Pyrra makes of its document: same groups, names, expressions, labels and `for`.

use std::collections::BTreeSet;

use super::queries::{Measure, increase_name, of_slo, stem, sum};
use super::spec::PyrraSlo;
use super::window::windows;
use crate::model::{Labels, Millis};
use crate::rules::spec::{GroupSpec, RuleFileSpec, RuleSpec};
use crate::slo::exchange::duration::print;
use crate::slo::exchange::selector::Matcher;
use crate::slo::exchange::{Exchange, Loss};

/// Metadata with this prefix goes into the rules.
const PREFIX: &str = "pyrra.dev/";

/// The rule file of documents, with Pyrra's generic rules.
pub fn rules(slos: &[PyrraSlo]) -> Exchange<RuleFileSpec> {
    let mut groups = Vec::new();
    let mut losses = Vec::new();
    for slo in slos {
        let name = &slo.metadata.name;
        if slo.spec.performance_over_accuracy == Some(true) {
            let reason = "not made here: increases are taken over the whole period, which is exact";
            losses.push(Loss::new(name, "performanceOverAccuracy", reason));
        }
        match Made::of(slo) {
            Some(made) => groups.extend(made.groups()),
            None => losses.push(Loss::new(name, "indicator", "cannot be read; no rules")),
        }
    }
    Exchange {
        written: RuleFileSpec { groups },
        losses,
    }
}

struct Made<'a> {
    slo: &'a PyrraSlo,
    target: f64,
    period: Millis,
    measure: Measure,
    grouping: BTreeSet<String>,
}

impl<'a> Made<'a> {
    fn of(slo: &'a PyrraSlo) -> Option<Self> {
        let (measure, grouping) = Measure::of(&slo.spec.indicator)?;
        Some(Self {
            slo,
            target: slo.target()?,
            period: Millis::from_promql(&slo.spec.window)?,
            measure,
            grouping,
        })
    }

    fn name(&self) -> &str {
        &self.slo.metadata.name
    }

    fn groups(&self) -> Vec<GroupSpec> {
        let group = |suffix: &str, seconds: u64, rules| GroupSpec {
            name: format!("{}{suffix}", self.name()),
            interval: Some(print(Millis(seconds * 1000))),
            query_offset: None,
            limit: None,
            labels: Labels::new(),
            rules,
        };
        let days = self.period.0 / 86_400_000;
        // 30 s, and 30 s more for each week up to seven.
        let steps = [7, 14, 21, 28, 35, 42, 49]
            .iter()
            .filter(|limit| days >= **limit);
        let slow = 30 * (1 + steps.count() as u64);
        let mut groups = vec![
            group("-increase", slow, self.increases()),
            group("", 30, self.burn_rates()),
        ];
        if self.grouping.is_empty() {
            groups.push(group("-generic", 30, self.generic()));
        }
        groups
    }

    /// `slo` and what the metadata hands on.
    fn common(&self) -> Labels {
        let mut labels = handed_on(&self.slo.metadata.labels);
        labels.insert("slo".to_owned(), self.name().to_owned());
        labels
    }

    /// The same with the values that all series of the total share, but for those of a group.
    fn shared(&self, grouping: &BTreeSet<String>) -> Labels {
        let mut labels = self.common();
        for m in &self.measure.total().matchers {
            if m.op == "=" && !grouping.contains(&m.label) {
                labels.insert(m.label.clone(), m.value.clone());
            }
        }
        labels.retain(|label, _| !grouping.contains(label));
        labels
    }

    fn burn_name(&self, window: Millis) -> String {
        let stem = stem(&self.measure.total().name, &["_total", "_count"]);
        format!("{stem}:burnrate{}", print(window))
    }

    fn burn_rates(&self) -> Vec<RuleSpec> {
        let windows = windows(self.period);
        let lengths: BTreeSet<Millis> = windows.iter().flat_map(|w| [w.short, w.long]).collect();
        let labels = self.shared(&self.grouping);
        let record_one = |window: Millis| {
            let expr = self.measure.burn_rate(&print(window), &self.grouping);
            RuleSpec::recording(&self.burn_name(window), expr, labels.clone())
        };
        let mut rules: Vec<RuleSpec> = lengths.into_iter().map(record_one).collect();
        let alerting = &self.slo.spec.alerting;
        if alerting.disabled == Some(true) || alerting.burnrates == Some(false) {
            return rules;
        }
        let matchers = self.measure.total().matchers.iter();
        let matchers = matchers.filter(|m| !m.is_regex() || self.grouping.contains(&m.label));
        let mut matchers: Vec<String> = matchers.map(Matcher::to_string).collect();
        matchers.push(of_slo(self.name()).to_string());
        matchers.sort();
        let matchers = matchers.join(",");
        for window in windows {
            let side = |length| {
                let (factor, target) = (window.factor, self.target);
                format!(
                    "{}{{{matchers}}} > ({factor} * (1-{target}))",
                    self.burn_name(length)
                )
            };
            let mut labels = self.shared(&self.grouping);
            let exhaustion = Millis(self.period.0 / window.factor);
            for (label, value) in [
                ("short", print(window.short)),
                ("long", print(window.long)),
                ("severity", window.severity.to_owned()),
                ("exhaustion", print(exhaustion)),
            ] {
                labels.insert(label.to_owned(), value);
            }
            rules.push(RuleSpec {
                alert: Some(
                    alerting
                        .name
                        .clone()
                        .unwrap_or_else(|| "ErrorBudgetBurn".to_owned()),
                ),
                record: None,
                expr: format!("{} and {}", side(window.short), side(window.long)),
                hold: Some(print(window.hold)),
                keep_firing_for: None,
                labels,
                annotations: handed_on(&self.slo.metadata.annotations),
            });
        }
        rules
    }

    fn increases(&self) -> Vec<RuleSpec> {
        let window = print(self.period);
        let grouping = self.measure.increase_grouping(&self.grouping);
        let sum = sum(&grouping);
        let labels = self.shared(&grouping);
        let with = |label: &str, value: &str| {
            let mut labels = labels.clone();
            labels.insert(label.to_owned(), value.to_owned());
            labels
        };
        let counted = |s: &crate::slo::exchange::selector::Selector, labels: Labels| {
            let expr = format!("{sum}(increase({s}[{window}]))");
            RuleSpec::recording(&increase_name(&s.name, &window), expr, labels)
        };
        let mut rules = Vec::new();
        let mut absent = Vec::new();
        match &self.measure {
            Measure::Ratio { errors, total } => {
                rules.push(counted(total, labels.clone()));
                absent.push((total.to_string(), labels.clone()));
                if total.name != errors.name {
                    rules.push(counted(errors, labels.clone()));
                    absent.push((errors.to_string(), labels.clone()));
                }
            }
            Measure::Latency { success, total } => {
                let le = with("le", success.equal("le").unwrap_or_default());
                rules.push(counted(total, labels.clone()));
                rules.push(counted(success, le.clone()));
                absent.push((total.to_string(), labels.clone()));
                absent.push((success.to_string(), le));
            }
            Measure::Native { seconds, total } => {
                let name = increase_name(&total.name, &window);
                let all = format!("{sum}(increase({total}[{window}]))");
                let fast =
                    format!("histogram_fraction(0, {seconds}, {all}) * histogram_count({all})");
                rules.push(RuleSpec::recording(
                    &name,
                    format!("histogram_count({all})"),
                    labels.clone(),
                ));
                rules.push(RuleSpec::recording(
                    &name,
                    fast,
                    with("le", &seconds.to_string()),
                ));
            }
            Measure::Gauge(gauge) => {
                for (kind, function) in [("count", "count_over_time"), ("sum", "sum_over_time")] {
                    let name = format!("{}:{kind}{window}", gauge.name);
                    let expr = format!("{sum}({function}({gauge}[{window}]))");
                    rules.push(RuleSpec::recording(&name, expr, labels.clone()));
                }
                absent.push((gauge.to_string(), labels.clone()));
            }
        }
        let alerting = &self.slo.spec.alerting;
        if alerting.disabled != Some(true) && alerting.absent != Some(false) {
            rules.extend(
                absent
                    .into_iter()
                    .map(|(s, labels)| self.absent(&s, labels)),
            );
        }
        rules
    }

    /// Fires when the metric is gone for as long as a total outage takes to page.
    fn absent(&self, selector: &str, mut labels: Labels) -> RuleSpec {
        let [fast, ..] = windows(self.period);
        let outage = fast.factor as f64 * (1.0 - self.target) * fast.long.as_secs_f64();
        let minutes = ((outage + fast.hold.as_secs_f64()) / 60.0).round() as u64;
        labels.insert("severity".to_owned(), "critical".to_owned());
        let name = self.slo.spec.alerting.absent_name.clone();
        RuleSpec {
            alert: Some(name.unwrap_or_else(|| "SLOMetricAbsent".to_owned())),
            record: None,
            expr: format!("absent({selector}) == 1"),
            hold: Some(print(Millis(minutes * 60_000))),
            keep_firing_for: None,
            labels,
            annotations: handed_on(&self.slo.metadata.annotations),
        }
    }

    fn generic(&self) -> Vec<RuleSpec> {
        let window = print(self.period);
        let fact = |name: &str, expr: String| RuleSpec::recording(name, expr, self.common());
        let mut rules = vec![
            fact("pyrra_objective", self.target.to_string()),
            fact("pyrra_window", (self.period.0 / 1000).to_string()),
        ];
        let slo = of_slo(self.name());
        let no_le = Matcher::equal("le", "");
        let (availability, rates) = match &self.measure {
            Measure::Ratio { errors, total } => {
                let name = increase_name(&errors.name, &window);
                let bad = errors.renamed(name, [slo.clone()]);
                let all = total.renamed(increase_name(&total.name, &window), [slo]);
                (
                    format!("1 - sum({bad} or vector(0)) / sum({all})"),
                    Some((
                        format!("sum(rate({total}[5m]))"),
                        format!("sum(rate({errors}[5m])) or vector(0)"),
                    )),
                )
            }
            Measure::Latency { success, total } => {
                let name = increase_name(&success.name, &window);
                let good = success.renamed(name, [slo.clone()]);
                let all = total.renamed(increase_name(&total.name, &window), [no_le, slo]);
                (
                    format!("sum({good} or vector(0)) / sum({all})"),
                    Some((
                        format!("sum(rate({total}[5m]))"),
                        format!("sum(rate({total}[5m])) - sum(rate({success}[5m]))"),
                    )),
                )
            }
            Measure::Native { seconds, total } => {
                let name = increase_name(&total.name, &window);
                let le = Matcher::equal("le", &seconds.to_string());
                let good = total.renamed(name.clone(), [slo.clone(), le]);
                let all = total.renamed(name, [slo, no_le]);
                (format!("sum({good} or vector(0)) / sum({all})"), None)
            }
            Measure::Gauge(gauge) => {
                let name = |kind: &str| format!("{}:{kind}{window}", gauge.name);
                let all = gauge.renamed(name("count"), [slo.clone()]);
                let good = gauge.renamed(name("sum"), [slo]);
                (
                    format!("sum({good}) / sum({all})"),
                    Some((format!("sum({all})"), format!("sum({all}) - sum({good})"))),
                )
            }
        };
        rules.push(fact("pyrra_availability", availability));
        if let Some((requests, errors)) = rates {
            rules.push(fact("pyrra_requests:rate5m", requests));
            rules.push(fact("pyrra_errors:rate5m", errors));
        }
        rules
    }
}

fn handed_on(texts: &Labels) -> Labels {
    let handed = texts.iter().filter_map(|(key, value)| {
        let key = key.strip_prefix(PREFIX)?;
        Some((key.to_owned(), value.clone()))
    });
    handed.collect()
}
