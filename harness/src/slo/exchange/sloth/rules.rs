//! The rules that Sloth v0.16 makes of its document: same names, expressions, labels, and no `for`.

use super::spec::{Alert, SlothSlo, Spec};
use crate::model::{Labels, Millis};
use crate::rules::spec::{GroupSpec, RuleFileSpec, RuleSpec};
use crate::slo::exchange::duration;

const MINUTE: u64 = 60_000;
/// Short and long windows in minutes, and the share of the budget in percent: Sloth's own for 28 and 30 days.
const PAGE: [(u64, u64, f64); 2] = [(5, 60, 2.0), (30, 360, 5.0)];
const TICKET: [(u64, u64, f64); 2] = [(120, 1440, 10.0), (360, 4320, 10.0)];

/// The rule file of documents over one period.
pub fn rules(specs: &[Spec], period: Millis) -> RuleFileSpec {
    let slos = specs
        .iter()
        .flat_map(|spec| spec.slos.iter().map(move |slo| (spec, slo)));
    let groups = slos.flat_map(|(spec, slo)| Made::of(spec, slo, period).groups());
    RuleFileSpec {
        groups: groups.filter(|group| !group.rules.is_empty()).collect(),
    }
}

struct Made<'a> {
    slo: &'a SlothSlo,
    period: Millis,
    id: String,
    /// Of a series of this SLO.
    selector: String,
    /// `sloth_id` and its like, and the user's.
    labels: Labels,
}

impl<'a> Made<'a> {
    fn of(spec: &'a Spec, slo: &'a SlothSlo, period: Millis) -> Self {
        let id = format!("{}-{}", spec.service, slo.name);
        let own = [
            ("sloth_id", id.as_str()),
            ("sloth_service", &spec.service),
            ("sloth_slo", &slo.name),
        ];
        let matchers: Vec<String> = own
            .iter()
            .map(|(label, value)| format!("{label}=\"{value}\""))
            .collect();
        let user = spec.labels.iter().chain(&slo.labels);
        let user = user.map(|(label, value)| (label.clone(), value.clone()));
        let own = own.map(|(label, value)| (label.to_owned(), value.to_owned()));
        Self {
            slo,
            period,
            selector: format!("{{{}}}", matchers.join(", ")),
            labels: own.into_iter().chain(user).collect(),
            id,
        }
    }

    fn groups(&self) -> [GroupSpec; 3] {
        let group = |kind: &str, rules| GroupSpec {
            name: format!("sloth-slo-{kind}-{}", self.id),
            interval: None,
            query_offset: None,
            limit: None,
            labels: Labels::new(),
            rules,
        };
        [
            group("sli-recordings", self.ratios()),
            group("meta-recordings", self.facts()),
            group("alerts", self.alerts()),
        ]
    }

    fn ratios(&self) -> Vec<RuleSpec> {
        let mut windows: Vec<u64> = [PAGE, TICKET]
            .concat()
            .iter()
            .flat_map(|(short, long, _)| [*short, *long])
            .collect();
        windows.sort_unstable();
        windows.dedup();
        let ratio = |minutes: u64| {
            let window = duration::print(Millis(minutes * MINUTE));
            let mut labels = self.labels.clone();
            labels.insert("sloth_window".to_owned(), window.clone());
            RuleSpec::recording(&rate(&window), self.ratio(&window), labels)
        };
        let mut rules: Vec<RuleSpec> = windows.into_iter().map(ratio).collect();
        let period = duration::print(self.period);
        let short = format!("{}{}[{period}]", rate("5m"), self.selector);
        rules.push(RuleSpec::recording(
            &rate(&period),
            format!(
                "sum_over_time({short})\n/ ignoring (sloth_window)\ncount_over_time({short})\n"
            ),
            [("sloth_window".to_owned(), period)].into(),
        ));
        rules
    }

    fn ratio(&self, window: &str) -> String {
        let with = |query: &str| query.replace("{{.window}}", window);
        let sli = &self.slo.sli;
        match (&sli.events, &sli.raw) {
            (Some(events), _) => format!(
                "({})\n/\n({})\n",
                with(&events.error_query),
                with(&events.total_query)
            ),
            (None, Some(raw)) => format!("({})", with(&raw.error_ratio_query)),
            (None, None) => String::new(),
        }
    }

    fn facts(&self) -> Vec<RuleSpec> {
        let objective = self.slo.objective / 100.0;
        let days = self.period.as_secs_f64() / 86_400.0;
        let fact = |name: &str, expr: String| RuleSpec::recording(name, expr, self.labels.clone());
        let sel = &self.selector;
        let burn = |window: &str| {
            format!(
                "{}{sel}\n/ on(sloth_id, sloth_slo, sloth_service) group_left\nslo:error_budget:ratio{sel}\n",
                rate(window)
            )
        };
        let mut info = self.labels.clone();
        for (label, value) in [
            ("sloth_mode", "sloproof".to_owned()),
            ("sloth_objective", self.slo.objective.to_string()),
            ("sloth_spec", super::VERSION.to_owned()),
            ("sloth_version", env!("CARGO_PKG_VERSION").to_owned()),
        ] {
            info.insert(label.to_owned(), value);
        }
        vec![
            fact("slo:objective:ratio", format!("vector({objective})")),
            fact("slo:error_budget:ratio", format!("vector(1-{objective})")),
            fact("slo:time_period:days", format!("vector({days})")),
            fact("slo:current_burn_rate:ratio", burn("5m")),
            fact(
                "slo:period_burn_rate:ratio",
                burn(&duration::print(self.period)),
            ),
            fact(
                "slo:period_error_budget_remaining:ratio",
                format!("1 - slo:period_burn_rate:ratio{sel}"),
            ),
            RuleSpec::recording("sloth_slo_info", "vector(1)".to_owned(), info),
        ]
    }

    fn alerts(&self) -> Vec<RuleSpec> {
        let alerting = &self.slo.alerting;
        [
            ("page", PAGE, &alerting.page_alert, "too fast"),
            ("ticket", TICKET, &alerting.ticket_alert, "too fast"),
        ]
        .into_iter()
        .filter(|(_, _, alert, _)| !alert.disable)
        .map(|(severity, tiers, alert, pace)| self.alert(severity, tiers, alert, pace))
        .collect()
    }

    fn alert(
        &self,
        severity: &str,
        tiers: [(u64, u64, f64); 2],
        alert: &Alert,
        pace: &str,
    ) -> RuleSpec {
        let budget = (100.0 - self.slo.objective) / 100.0;
        let side = |minutes: u64, factor: f64| {
            let window = duration::print(Millis(minutes * MINUTE));
            format!(
                "    max({}{} > ({factor} * {budget})) without (sloth_window)\n",
                rate(&window),
                self.selector
            )
        };
        let pair = |(short, long, percent): (u64, u64, f64)| {
            let hours = self.period.as_secs_f64() / 3600.0;
            // In Sloth's order of operations, so that the last digits agree.
            let factor = percent * hours / 100.0 / (long as f64 / 60.0);
            format!(
                "(\n{}    and\n{})\n",
                side(short, factor),
                side(long, factor)
            )
        };
        let alerting = &self.slo.alerting;
        let both = |shared: &Labels, own: &Labels| -> Labels {
            let all = shared.iter().chain(own);
            all.map(|(k, v)| (k.clone(), v.clone())).collect()
        };
        let mut labels = both(&alerting.labels, &alert.labels);
        labels.insert("sloth_severity".to_owned(), severity.to_owned());
        let who = "{{$labels.sloth_service}} {{$labels.sloth_slo}}";
        let mut annotations: Labels = [
            (
                "title",
                format!("({severity}) {who} SLO error budget burn rate is {pace}."),
            ),
            (
                "summary",
                format!("{who} SLO error budget burn rate is over expected."),
            ),
        ]
        .map(|(name, text)| (name.to_owned(), text))
        .into();
        annotations.extend(both(&alerting.annotations, &alert.annotations));
        RuleSpec {
            alert: Some(alerting.name.clone()),
            record: None,
            expr: format!("{}or\n{}", pair(tiers[0]), pair(tiers[1])),
            hold: None,
            keep_firing_for: None,
            labels,
            annotations,
        }
    }
}

fn rate(window: &str) -> String {
    format!("slo:sli_error:ratio_rate{window}")
}
