//! Reads a rule file strictly and scales it.

use super::inspect::Inspector;
use super::scale::scale_spec;
use super::spec::{GroupSpec, RuleFileSpec};
use crate::model::yaml;
use crate::model::{Diagnostic, Engine, Millis, Rule, RuleGroup, RuleKind, Source};

/// How to read a file.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Whose rules these are.
    pub engine: Engine,
    /// What to divide every window by; 1 leaves the file as it is.
    pub time_scale: u32,
    /// How often the service is scraped: after scaling, a range must hold four scrapes.
    pub scrape_interval: Millis,
}

/// A rule file, scaled.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleDocument {
    /// What to install: the file itself at time scale 1, else the file written anew.
    pub text: String,
    /// The same, parsed.
    pub groups: Vec<RuleGroup>,
}

/// Reads a file; `None` when its shape leaves nothing to use. All mistakes go to `found`.
pub fn parse(
    source: &Source,
    reading: Reading,
    found: &mut Vec<Diagnostic>,
) -> Option<RuleDocument> {
    let before = found.len();
    let documents = yaml::parse(source, found);
    let Some(root) = documents.first() else {
        if found.len() == before {
            found.push(
                Diagnostic::whole_file(&source.file, "the rule file is empty").hint("groups: []"),
            );
        }
        return None;
    };
    if let Some(second) = documents.get(1) {
        found.push(source.mistake(second.span, "a rule file holds one document"));
    }
    let shaped = yaml::read::<RuleFileSpec>(source, root, found)?;
    let mut file = Inspector {
        source,
        reading,
        places: &shaped.places,
        found,
    };
    file.check(&shaped.value);

    let mut spec = shaped.value;
    let mut text = source.text.clone();
    scale_spec(&mut spec, reading.time_scale);
    if reading.time_scale != 1 && found.len() == before {
        match serde_saphyr::to_string(&spec) {
            Ok(yaml) => {
                let k = reading.time_scale;
                text = format!(
                    "# {} with every window divided by {k}.\n{yaml}",
                    source.file
                );
            }
            Err(error) => found.push(Diagnostic::whole_file(
                &source.file,
                format!("the scaled rules cannot be written: {error}"),
            )),
        }
    }
    let groups = spec.groups.iter().map(group_of).collect();
    Some(RuleDocument { text, groups })
}

fn group_of(spec: &GroupSpec) -> RuleGroup {
    let millis = |text: &Option<String>| text.as_deref().and_then(Millis::from_promql);
    RuleGroup {
        name: spec.name.clone(),
        interval: millis(&spec.interval),
        rules: spec
            .rules
            .iter()
            .map(|rule| Rule {
                kind: if rule.alert.is_some() {
                    RuleKind::Alert
                } else {
                    RuleKind::Record
                },
                name: rule.name().to_owned(),
                expr: rule.expr.trim_end().to_owned(),
                hold: millis(&rule.hold).unwrap_or_default(),
                keep_firing_for: millis(&rule.keep_firing_for).unwrap_or_default(),
                // A rule's own label wins over its group's.
                labels: spec
                    .labels
                    .iter()
                    .chain(&rule.labels)
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect(),
                annotations: rule.annotations.clone(),
                last_error: None,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::spec::RuleSpec;

    proptest! {
        /// Whatever text a rule holds, the file written anew says the same.
        #[test]
        fn a_file_written_anew_reads_the_same(
            words in proptest::collection::vec("(null|~|yes|1e3|- |: |#|'|\"|\\||[ -~é]|\n|\t){0,12}", 5),
        ) {
            let spec = RuleFileSpec {
                groups: vec![GroupSpec {
                    name: words[0].clone(),
                    interval: Some("1h".to_owned()),
                    query_offset: None,
                    limit: Some(3),
                    labels: [("a".to_owned(), words[1].clone())].into(),
                    rules: vec![RuleSpec {
                        alert: Some(words[2].clone()),
                        record: None,
                        expr: words[3].clone(),
                        hold: None,
                        keep_firing_for: None,
                        labels: [("b".to_owned(), words[4].clone())].into(),
                        annotations: [("c".to_owned(), words[1].clone())].into(),
                    }],
                }],
            };
            let source = Source {
                file: "x".into(),
                text: serde_saphyr::to_string(&spec).unwrap(),
            };
            let mut found = vec![];
            let nodes = yaml::parse(&source, &mut found);
            let again = nodes.first().and_then(|n| yaml::read::<RuleFileSpec>(&source, n, &mut found));
            prop_assert_eq!(&found, &vec![], "{}", source.text);
            prop_assert_eq!(again.map(|s| s.value), Some(spec), "{}", source.text);
        }
    }

    const RULES: &str = r#"groups:
  - name: kv
    interval: 30s
    labels: { team: kv }
    rules:
      - record: kv:errors:ratio_rate5m
        expr: |
          sum(rate(x{status=~"5.."}[5m]))
          /
          sum(rate(x[5m]))
      - alert: KvFastBurn
        expr: 'kv:errors:ratio_rate5m > 14.4 * 0.001 and max_over_time(x{a="[1h]"}[1h:5m]) > 0'
        for: 2m
        keep_firing_for: 5m
        labels: { severity: page }
        annotations:
          summary: "over the last [1h]: {{ $value }}"
"#;

    fn read(text: &str, time_scale: u32, engine: Engine) -> (Option<RuleDocument>, String) {
        let source = Source {
            file: "alerts/kv.yaml".into(),
            text: text.into(),
        };
        let mut found = vec![];
        let reading = Reading {
            engine,
            time_scale,
            scrape_interval: Millis(500),
        };
        let document = parse(&source, reading, &mut found);
        (document, found.iter().map(|d| d.render(false)).collect())
    }

    #[test]
    fn an_unscaled_file_is_kept_to_the_letter() {
        let (document, told) = read(RULES, 1, Engine::Prometheus);
        let document = document.unwrap();
        assert_eq!((told.as_str(), document.text.as_str()), ("", RULES));
        let rule = &document.groups[0].rules[1];
        assert_eq!(
            (rule.hold, rule.keep_firing_for),
            (Millis(120_000), Millis(300_000))
        );
        assert_eq!(rule.labels["team"], "kv");
    }

    #[test]
    fn a_scaled_file_reads_as_the_same_rules_with_shorter_windows() {
        let (document, told) = read(RULES, 60, Engine::Prometheus);
        let document = document.unwrap();
        assert_eq!(told, "");
        let group = &document.groups[0];
        assert_eq!(group.interval, Some(Millis(500)));
        assert_eq!(
            group.rules[0].expr,
            "sum(rate(x{status=~\"5..\"}[5s]))\n/\nsum(rate(x[5s]))"
        );
        let alert = &group.rules[1];
        assert!(
            alert.expr.contains(r#"max_over_time(x{a="[1h]"}[1m:5s])"#),
            "{}",
            alert.expr
        );
        assert_eq!(
            (alert.hold, alert.keep_firing_for),
            (Millis(2000), Millis(5000))
        );
        assert_eq!(
            alert.annotations["summary"],
            "over the last [1h]: {{ $value }}"
        );
        // What is installed says the same as what was parsed.
        let (again, told) = read(&document.text, 1, Engine::Prometheus);
        assert_eq!(
            (told.as_str(), again.unwrap().groups),
            ("", document.groups)
        );
    }

    #[test]
    fn a_window_too_short_for_four_scrapes_names_its_rule() {
        let (_, told) = read(RULES, 200, Engine::Prometheus);
        assert!(
            told.contains("rule `kv:errors:ratio_rate5m`: `[5m]` is only 1.5 s at time scale 200, less than 4 scrapes of 500 ms"),
            "{told}"
        );
        assert!(
            told.contains("try: a time scale of at most 150, or a longer window"),
            "{told}"
        );
        // Loki counts lines, not scrapes.
        assert!(!read(RULES, 200, Engine::Loki).1.contains("scrapes"));
    }

    #[test]
    fn what_loki_would_drop_silently_is_told() {
        let (_, told) = read(RULES, 1, Engine::Loki);
        assert!(
            told.contains("Loki's ruler ignores `keep_firing_for`"),
            "{told}"
        );
        assert!(told.contains("Loki's ruler ignores `labels`"), "{told}");
    }

    #[test]
    fn each_mistake_of_a_rule_file_is_told() {
        for (from, to, message) in [
            ("for: 2m", "for: 2 minutes", "`2 minutes` is not a duration"),
            (
                "interval: 30s",
                "interval: 0.5s",
                "`0.5s` is not a duration",
            ),
            (
                "- alert: KvFastBurn",
                "- alert: A\n        record: b",
                "exactly one of `alert` and `record`",
            ),
            (
                "kv:errors:ratio_rate5m\n",
                "kv-errors\n",
                "`kv-errors` is not a metric name",
            ),
            (
                "severity: page",
                "se-verity: page",
                "`se-verity` is not a label name",
            ),
            (
                "keep_firing_for",
                "keep_fireing_for",
                "did you mean `keep_firing_for`?",
            ),
            (
                "record: kv:errors:ratio_rate5m",
                "record: x\n        for: 1m",
                "`for` belongs to alerts",
            ),
            (
                "- name: kv\n",
                "- name: kv\n    rules: []\n  - name: kv\n",
                "group `kv` is defined twice",
            ),
            ("[5m]", "[5m * 2]", "the window `5m * 2` cannot be scaled"),
        ] {
            let (_, told) = read(&RULES.replacen(from, to, 1), 60, Engine::Prometheus);
            assert!(told.contains(message), "{message}\n{told}");
        }
        assert!(
            read("", 1, Engine::Loki)
                .1
                .contains("the rule file is empty")
        );
    }
}
