//! Expectations of alerts, checked against the rules and the length of the run.

use crate::model::yaml::Path;
use crate::model::{Engine, Millis, PhaseId, Rule, RuleKind};
use crate::scenario::plan::{AlertPlan, ExpectedAlert, LoadPlan, RuleFile, TelemetryPlan};
use crate::scenario::review::Review;
use crate::scenario::spec::{AlertsSpec, ExpectedAlertSpec};

/// What the expectations are checked against.
pub(super) struct Scene<'a> {
    pub(super) load: &'a LoadPlan,
    pub(super) rules: &'a [RuleFile],
    /// Every rule file could be read: a name that is in none of them is a mistake.
    pub(super) complete: bool,
    pub(super) telemetry: &'a TelemetryPlan,
}

impl Scene<'_> {
    fn alerts(&self) -> impl Iterator<Item = (Engine, &Rule)> {
        self.rules.iter().flat_map(|file| {
            let rules = file.groups.iter().flat_map(|g| &g.rules);
            rules
                .filter(|r| r.kind == RuleKind::Alert)
                .map(|r| (file.engine, r))
        })
    }

    /// Start and end of a phase.
    fn phase(&self, name: &str) -> Option<(Millis, Millis)> {
        let mut start = Millis(0);
        for phase in &self.load.phases {
            let end = start + phase.duration;
            if phase.id.as_str() == name {
                return Some((start, end));
            }
            start = end;
        }
        None
    }
}

pub(super) fn alerts(
    spec: &AlertsSpec,
    scene: &Scene<'_>,
    path: &Path,
    review: &mut Review<'_>,
) -> AlertPlan {
    let expect = path.at("expect");
    let expected = spec
        .expect
        .iter()
        .enumerate()
        .filter_map(|(i, alert)| {
            let path = expect.at(i);
            let same = |other: &&ExpectedAlertSpec| {
                other.name == alert.name
                    && other.phase == alert.phase
                    && other.labels == alert.labels
            };
            if spec.expect[..i].iter().any(|other| same(&other)) {
                let message = format!("alert `{}` is expected twice in this phase", alert.name);
                review.report(&path.at("name"), message, |d| d);
            }
            expected(alert, scene, &path, review)
        })
        .collect();
    let allow = path.at("allow");
    let names: Vec<_> = spec
        .allow
        .iter()
        .enumerate()
        .map(|(i, name)| (name, allow.at(i)))
        .collect();
    review.doubles("alert", &names);
    for (name, path) in names {
        if spec.expect.iter().any(|e| e.name == *name) {
            let message = format!("alert `{name}` is both expected and allowed");
            review.report(&path, message, |d| {
                d.hint("remove it here: what is expected is allowed")
            });
        } else {
            known(name, scene, &path, review);
        }
    }
    AlertPlan {
        expected,
        allowed: spec.allow.clone(),
    }
}

/// Notes an alert that no rule file holds.
fn known(name: &str, scene: &Scene<'_>, path: &Path, review: &mut Review<'_>) {
    if !scene.complete || scene.alerts().any(|(_, rule)| rule.name == name) {
        return;
    }
    let recorded = scene
        .rules
        .iter()
        .flat_map(|f| f.groups.iter().flat_map(|g| &g.rules))
        .any(|r| r.name == name);
    if recorded {
        review.report(
            path,
            format!("`{name}` is a recorded series, not an alert"),
            |d| d,
        );
        return;
    }
    let mut names: Vec<&str> = scene.alerts().map(|(_, r)| r.name.as_str()).collect();
    names.dedup();
    if names.is_empty() {
        let message =
            format!("alert `{name}` cannot fire: this scenario names no rule file with alerts");
        review.report(path, message, |d| {
            d.hint("rules: { prometheus: [../alerts/kv.yaml] }")
        });
    } else {
        let message = format!("alert `{name}` is in no rule file of this scenario");
        review.unknown(path, &message, name, &names);
    }
}

fn expected(
    spec: &ExpectedAlertSpec,
    scene: &Scene<'_>,
    path: &Path,
    review: &mut Review<'_>,
) -> Option<ExpectedAlert> {
    known(&spec.name, scene, &path.at("name"), review);
    let rule = rule(spec, scene, path, review);
    let fires_within = review.length(&path.at("firesWithin"), &spec.fires_within);
    let resolves_within = spec
        .resolves_within
        .as_ref()
        .map(|text| review.length(&path.at("resolvesWithin"), text));
    if let Some((_, rule)) = rule
        && rule.hold >= fires_within
        && fires_within > Millis(0)
    {
        let message = format!(
            "alert `{}` waits {} before it fires, so it cannot fire within {fires_within}",
            rule.name, rule.hold
        );
        review.report(&path.at("firesWithin"), message, |d| d);
    }
    let phases = Path::root().at("spec").at("load").at("phases");
    if let Some(phase) = scene.phase(&spec.phase) {
        let limits = (fires_within, resolves_within);
        in_time(spec, phase, limits, scene, path, review);
    } else if review.names_are_read(&phases, scene.load.phases.len()) {
        let known: Vec<&str> = scene.load.phases.iter().map(|p| p.id.as_str()).collect();
        let message = format!("unknown phase `{}`", spec.phase);
        review.unknown(&path.at("phase"), &message, &spec.phase, &known);
    }
    if spec.delivered.is_some() && !scene.telemetry.has_receiver() {
        review.report(
            &path.at("delivered"),
            "deliveries cannot be seen: the scenario has no webhook address",
            |d| d.hint("`webhookListen: 127.0.0.1:9099` in `telemetry.alertmanager`"),
        );
    }
    Some(ExpectedAlert {
        name: spec.name.clone(),
        engine: rule?.0,
        labels: spec.labels.clone(),
        phase: PhaseId::new(&spec.phase).ok()?,
        fires_within,
        resolves_within,
        delivered: spec.delivered,
    })
}

/// The rule that is meant: of this name, and with none of the wanted labels set to something else.
fn rule<'a>(
    spec: &ExpectedAlertSpec,
    scene: &'a Scene<'_>,
    path: &Path,
    review: &mut Review<'_>,
) -> Option<(Engine, &'a Rule)> {
    let named: Vec<(Engine, &Rule)> = scene
        .alerts()
        .filter(|(_, r)| r.name == spec.name)
        .collect();
    let conflict = |rule: &Rule| {
        spec.labels.iter().find_map(|(label, wanted)| {
            let set = rule.labels.get(label)?;
            // A templated label is known only when it fires.
            (set != wanted && !set.contains("{{")).then(|| (label.clone(), set.clone()))
        })
    };
    let fitting = named.iter().find(|(_, rule)| conflict(rule).is_none());
    if let (None, Some((_, first))) = (fitting, named.first())
        && let Some((label, set)) = conflict(first)
    {
        let message = format!("alert `{}` carries `{label}: {set}` in its rule", spec.name);
        review.report(&path.at("labels").at(label), message, |d| d.hint(set));
    }
    fitting.copied()
}

/// What is awaited must lie within the run, or it could never be seen.
fn in_time(
    spec: &ExpectedAlertSpec,
    (start, end): (Millis, Millis),
    (fires, resolves): (Millis, Option<Millis>),
    scene: &Scene<'_>,
    path: &Path,
    review: &mut Review<'_>,
) {
    let whole = scene.load.duration();
    let phase = &spec.phase;
    if start + fires > whole {
        let left = Millis(whole.0 - start.0);
        let message = format!(
            "the load ends {left} after the start of `{phase}`: later firing is never seen"
        );
        review.report(&path.at("firesWithin"), message, |d| {
            d.label(format!("at most {left}"))
                .hint("a longer phase, or another one after it")
        });
    }
    if let Some(resolves) = resolves
        && end + resolves > whole
    {
        let left = Millis(whole.0 - end.0);
        let message =
            format!("the load ends {left} after `{phase}`: later resolving is never seen");
        review.report(&path.at("resolvesWithin"), message, |d| {
            d.label(format!("at most {left}"))
                .hint("a recovery phase at least as long")
        });
    }
}
