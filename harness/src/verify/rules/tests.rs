use super::*;
use crate::model::{Answer, Severity};
use crate::verify::fixture::Fixture;
use crate::verify::fixtures::rules::{self, loaded, loaded_by, with_file};

fn of(fixture: &Fixture) -> Vec<Finding> {
    fixture.judge(|case| Loaded.judge(case))
}

#[test]
fn rules_loaded_as_written_pass_with_their_number() {
    for fixture in rules::passing("loaded").unwrap() {
        let found = of(&fixture);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].status, Status::Pass);
        assert_eq!(found[0].subject, "alerts/kv.yaml");
        assert_eq!(found[0].summary, "4 of 4 rules as written");
        assert_eq!(found[0].expected, "4 rules in 1 group");
    }
}

#[test]
fn each_difference_is_a_finding_of_its_own() {
    let failing = rules::failing("loaded").unwrap();
    let found: Vec<_> = failing.iter().map(|f| of(f).remove(0)).collect();
    assert!(
        found
            .iter()
            .all(|f| f.status == Status::Fail && !f.hint.is_empty())
    );
    let told: Vec<_> = found
        .iter()
        .map(|f| {
            format!(
                "{} | {} | {} | {}",
                f.subject, f.summary, f.expected, f.observed
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "alerts/kv.yaml | no rule is loaded | 4 rules in 1 group | 0 rules",
            "alerts/kv.yaml kv | group is not loaded | 4 rules | no group of this name",
            "alerts/kv.yaml KvSlow | rule is not loaded | in group kv | no rule of this name",
            "alerts/kv.yaml KvBurn | expression differs | errors:ratio{alert=\"KvBurn\"} > 0.01 | \
             errors:ratio{alert=\"KvBurn\"} > 0.1",
            "alerts/kv.yaml KvBurn | for differs | for: 0s | for: 1m",
            "alerts/kv.yaml KvBurn | keep_firing_for differs | keep_firing_for: 5s | \
             keep_firing_for: 0s",
            "alerts/kv.yaml KvBurn | labels differ | severity: page | severity: info, team: kv",
            "alerts/kv.yaml KvBurn | annotations differ | runbook_url: https://example.org/burn | \
             nothing more",
            "alerts/kv.yaml kv | interval differs | interval: 5s | interval: 1m",
            "alerts/kv.yaml KvBurn | cannot be evaluated | evaluated without error | \
             vector cannot contain metrics with the same labelset",
        ]
    );
    assert!(
        found[5]
            .hint
            .starts_with("Loki's ruler drops keep_firing_for")
    );
}

#[test]
fn rules_that_share_a_name_find_their_twins() {
    let namesakes = with_file().with(|f| {
        for rule in &mut f.plan.rules[0].groups[0].rules[1..] {
            rule.name = "KvBurn".into();
        }
    });
    let found = of(&loaded_by(namesakes, Engine::Prometheus, |groups| {
        groups[0].rules.reverse();
    }));
    assert_eq!(found[0].status, Status::Pass, "{found:?}");
}

#[test]
fn a_rule_of_no_file_is_only_a_warning() {
    let found = of(&loaded(|groups| {
        let mut rule = groups[0].rules[1].clone();
        rule.name = "Forgotten".into();
        groups[0].rules.push(rule);
    }));
    assert_eq!(found[0].status, Status::Pass);
    assert_eq!(found[1].severity, Severity::Warning);
    assert_eq!(
        found[1].summary,
        "1 rule loaded in no file of this scenario"
    );
    assert_eq!(found[1].observed, "Forgotten");
}

#[test]
fn a_silent_ruler_or_formatter_proves_nothing() {
    let engine = Engine::Prometheus;
    let found = of(&with_file().unavailable(Question::LoadedRules { engine }));
    assert_eq!(found[0].status, Status::Inconclusive);
    assert_eq!(found[0].observed, "no answer: connection refused");
    let found = of(&loaded(|groups| groups[0].rules[1].expr = "other".into()));
    assert_eq!(found[0].status, Status::Inconclusive);
    assert_eq!(found[0].summary, "the expressions cannot be compared");
}

#[test]
fn an_expression_that_the_engine_refuses_fails() {
    let fixture = loaded(|groups| groups[0].rules[1].expr = "other".into());
    let query = fixture.plan.rules[0].groups[0].rules[1].expr.clone();
    let question = Question::CanonicalQuery {
        engine: Engine::Prometheus,
        query,
    };
    let error = "1:3: parse error: unexpected end of input".to_owned();
    let found = of(&fixture.answer(
        question,
        Answer::Rejected {
            error: error.clone(),
        },
    ));
    assert_eq!(
        (&found[0].status, &found[0].observed),
        (&Status::Fail, &error)
    );
}

#[test]
fn each_expression_is_asked_for_once() {
    let asked = with_file().judge(|case| Loaded.wants(case.plan));
    assert_eq!(asked.len(), 5);
    assert_eq!(Fixture::new().judge(|case| Loaded.wants(case.plan)), []);
    assert_eq!(of(&Fixture::new())[0].status.word(), "skipped");
}
