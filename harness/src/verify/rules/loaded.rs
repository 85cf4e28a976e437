//! `rules/loaded`: every rule is loaded exactly as its file says.

use super::difference::{self, Difference, RELOAD};
use crate::model::{Engine, Finding, Hop, Question, Reading, Rule, RuleGroup, Status};
use crate::scenario::Plan;
use crate::scenario::plan::RuleFile;
use crate::verify::case::{Answered, Case};
use crate::verify::check::{Check, Meta};
use crate::verify::words;

const ID: &str = "rules/loaded";

/// The check.
pub struct Loaded;

impl Check for Loaded {
    fn meta(&self) -> Meta {
        Meta {
            id: ID,
            hop: Hop::Rules,
            title: "every rule is loaded and evaluated exactly as its file says",
            failure: "the rules that run are not the rules that were reviewed",
            needs_planned_load: false,
            builds_on: &[],
        }
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        let mut questions = Vec::new();
        for file in &plan.rules {
            let engine = file.engine;
            questions.push(Question::LoadedRules { engine });
            let rules = file.groups.iter().flat_map(|g| &g.rules);
            questions.extend(rules.map(|r| canonical(engine, r)));
        }
        questions.sort_unstable();
        questions.dedup();
        questions
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        if case.plan.rules.is_empty() {
            let why = "the scenario names no rule file".to_owned();
            let status = Status::Skipped { why };
            return vec![Finding::new(
                ID,
                Hop::Rules,
                "rules",
                status,
                "no rule to load",
            )];
        }
        let files = case.plan.rules.iter();
        let mut found: Vec<Finding> = files.flat_map(|file| judge_file(case, file)).collect();
        found.extend(
            [Engine::Prometheus, Engine::Loki]
                .into_iter()
                .filter_map(|e| extra(case, e)),
        );
        found
    }
}

fn canonical(engine: Engine, rule: &Rule) -> Question {
    Question::CanonicalQuery {
        engine,
        query: rule.expr.clone(),
    }
}

fn finding(subject: impl Into<String>, status: Status, summary: impl Into<String>) -> Finding {
    Finding::new(ID, Hop::Rules, subject, status, summary)
}

fn judge_file(case: &Case<'_>, file: &RuleFile) -> Vec<Finding> {
    let engine = file.engine;
    let total = file.groups.iter().map(|g| g.rules.len()).sum::<usize>();
    let expected = format!(
        "{} in {}",
        words::count(total as u64, "rule"),
        words::count(file.groups.len() as u64, "group")
    );
    let unknown = |why: &str| {
        finding(
            &file.file,
            Status::Inconclusive,
            "the loaded rules are not known",
        )
        .expected(&expected)
        .observed(format!("no answer: {why}"))
        .hint(format!("see that {engine} answers its rules API"))
    };
    let (evidence, groups) = match case.answer(&Question::LoadedRules { engine }) {
        Answered::Value(evidence, Reading::Rules(groups)) if !groups.is_empty() => {
            (evidence.id, groups)
        }
        Answered::Value(e, Reading::Rules(_)) | Answered::Empty(e) => {
            let none = finding(&file.file, Status::Fail, "no rule is loaded");
            let none = none.expected(expected).observed("0 rules");
            return vec![none.evidence([e.id]).hint(RELOAD)];
        }
        Answered::Value(e, _) => return vec![unknown("not a list of rules").evidence([e.id])],
        Answered::Rejected(e, why) => return vec![unknown(why).evidence([e.id])],
        Answered::Missing { evidence, why } => {
            return vec![unknown(why).evidence(evidence.map(|e| e.id))];
        }
    };
    if total == 0 {
        let why = "the file holds no rule".to_owned();
        return vec![finding(
            &file.file,
            Status::Skipped { why },
            "nothing to load",
        )];
    }
    let mut found = Vec::new();
    for group in &file.groups {
        found.extend(judge_group(case, file, group, groups));
    }
    if found.is_empty() {
        let pass = finding(
            &file.file,
            Status::Pass,
            format!("{total} of {total} rules as written"),
        );
        found.push(
            pass.expected(expected)
                .observed(format!("{total} rules, 0 differences")),
        );
    }
    found.into_iter().map(|f| f.evidence([evidence])).collect()
}

fn judge_group(
    case: &Case<'_>,
    file: &RuleFile,
    group: &RuleGroup,
    loaded: &[RuleGroup],
) -> Vec<Finding> {
    let subject = format!("{} {}", file.file, group.name);
    // Another file may hold a group of the same name: the one with most of our rules is meant.
    let shared = |other: &RuleGroup| {
        other
            .rules
            .iter()
            .filter(|r| holds(&group.rules, r))
            .count()
    };
    let Some(found) = loaded
        .iter()
        .filter(|other| other.name == group.name)
        .max_by_key(|other| shared(other))
    else {
        let missing = finding(subject, Status::Fail, "group is not loaded");
        let missing = missing.expected(format!("{} rules", group.rules.len()));
        return vec![missing.observed("no group of this name").hint(RELOAD)];
    };
    let mut defects = Vec::new();
    if let Some(written) = group.interval.filter(|i| found.interval != Some(*i)) {
        let loaded = found
            .interval
            .map_or("the ruler's own".into(), crate::model::Millis::to_promql);
        let differs = finding(subject, Status::Fail, "interval differs");
        let differs = differs.expected(format!("interval: {}", written.to_promql()));
        defects.push(differs.observed(format!("interval: {loaded}")).hint(RELOAD));
    }
    for (rule, twin) in paired(case, file.engine, &group.rules, &found.rules) {
        let subject = format!("{} {}", file.file, rule.name);
        if let Some(twin) = twin {
            defects.extend(judge_rule(case, file.engine, &subject, rule, twin));
        } else {
            let missing = finding(subject, Status::Fail, "rule is not loaded");
            let missing = missing.expected(format!("in group {}", group.name));
            defects.push(missing.observed("no rule of this name").hint(RELOAD));
        }
    }
    defects
}

fn holds(rules: &[Rule], rule: &Rule) -> bool {
    rules.iter().any(|r| is_named_like(r, rule))
}

fn is_named_like(a: &Rule, b: &Rule) -> bool {
    a.kind == b.kind && a.name == b.name
}

/// Each written rule with its loaded twin. Rules may share a name: equal ones find each other first, then those that
/// differ in their expression only.
fn paired<'a>(
    case: &Case<'_>,
    engine: Engine,
    written: &'a [Rule],
    loaded: &'a [Rule],
) -> Vec<(&'a Rule, Option<&'a Rule>)> {
    let mut free: Vec<&Rule> = loaded.iter().collect();
    let mut pairs: Vec<(&Rule, Option<&Rule>)> = written.iter().map(|r| (r, None)).collect();
    for round in 0..3 {
        let fits = |a: &Rule, b: &Rule| match round {
            0 => judge_rule(case, engine, "", a, b).is_empty(),
            1 => difference::of(engine, a, b).is_empty(),
            _ => true,
        };
        for (rule, twin) in pairs.iter_mut().filter(|(_, twin)| twin.is_none()) {
            *twin = free
                .iter()
                .position(|other| is_named_like(rule, other) && fits(rule, other))
                .map(|at| free.remove(at));
        }
    }
    pairs
}

fn judge_rule(
    case: &Case<'_>,
    engine: Engine,
    subject: &str,
    written: &Rule,
    loaded: &Rule,
) -> Vec<Finding> {
    let failed = |d: Difference| {
        finding(subject, Status::Fail, d.summary)
            .expected(d.expected)
            .observed(d.observed)
            .hint(d.hint)
    };
    let differences = difference::of(engine, written, loaded);
    let mut found: Vec<Finding> = differences.into_iter().map(failed).collect();
    let Some(as_is) = difference::expr(&written.expr, &loaded.expr) else {
        return found;
    };
    found.extend(match case.answer(&canonical(engine, written)) {
        Answered::Value(e, Reading::Text(text)) => {
            difference::expr(text, &loaded.expr).map(|d| failed(d).evidence([e.id]))
        }
        Answered::Rejected(e, why) => Some(
            finding(subject, Status::Fail, "the engine refuses the expression")
                .expected(&written.expr)
                .observed(why)
                .evidence([e.id])
                .hint("correct the expression in the file; what is loaded is another one"),
        ),
        answer => Some(
            finding(
                subject,
                Status::Inconclusive,
                "the expressions cannot be compared",
            )
            .expected(as_is.expected)
            .observed(as_is.observed)
            .evidence(match answer {
                Answered::Value(e, _) | Answered::Empty(e) => Some(e.id),
                Answered::Missing { evidence, .. } => evidence.map(|e| e.id),
                Answered::Rejected(..) => None,
            })
            .hint(format!("see that {engine} answers its query formatter")),
        ),
    });
    found
}

/// A warning for rules that run and that no file of the scenario has.
fn extra(case: &Case<'_>, engine: Engine) -> Option<Finding> {
    let files = || case.plan.rules.iter().filter(|f| f.engine == engine);
    files().next()?;
    let Answered::Value(evidence, Reading::Rules(groups)) =
        case.answer(&Question::LoadedRules { engine })
    else {
        return None;
    };
    let written = |group: &RuleGroup, rule: &Rule| {
        let mut groups = files().flat_map(|f| &f.groups);
        groups.any(|g| g.name == group.name && holds(&g.rules, rule))
    };
    let mut names: Vec<&str> = Vec::new();
    for group in groups {
        let unknown = group.rules.iter().filter(|r| !written(group, r));
        names.extend(unknown.map(|r| r.name.as_str()));
    }
    let count = names.len();
    (count > 0).then(|| {
        names.truncate(3);
        let more = if count > 3 { ", …" } else { "" };
        let summary = format!(
            "{} loaded in no file of this scenario",
            words::count(count as u64, "rule")
        );
        finding(format!("{engine} rules"), Status::Fail, summary)
            .warning()
            .expected("only the scenario's rules")
            .observed(format!("{}{more}", names.join(", ")))
            .evidence([evidence.id])
            .hint("name their file in the scenario, or remove them from the ruler")
    })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
