//! OpenSLO v1 documents: which promise a service makes, read into an [`Objective`].
//!
//! Only what an event-based objective needs is read strictly: `SLO` with a ratio of occurrences over a rolling window,
//! and the `SLI` it may refer to. Documents of other kinds are let through.

use std::collections::BTreeMap;

use self::reader::SloReader;
use self::spec::{Document, SliSpec, SloSpec};
use super::definition::Slo;
use super::objective::Objective;
use crate::model::yaml::{self, Node, Path};
use crate::model::{Diagnostic, Source, nearest};

mod reader;
mod spec;

const KINDS: [&str; 7] = [
    "SLO",
    "SLI",
    "DataSource",
    "AlertPolicy",
    "AlertCondition",
    "AlertNotificationTarget",
    "Service",
];

/// The objectives of a file; see [`read()`].
pub fn parse(source: &Source, found: &mut Vec<Diagnostic>) -> Vec<Objective> {
    read(source, found)
        .into_iter()
        .map(|slo| slo.objective)
        .collect()
}

/// Reads every SLO of a file; the file's mistakes go to `found`, and an SLO with mistakes is left out.
pub fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Vec<Slo> {
    let before = found.len();
    let documents = yaml::parse(source, found);
    if documents.is_empty() && found.len() == before {
        found.push(Diagnostic::whole_file(
            &source.file,
            "no OpenSLO document in this file",
        ));
    }
    let mut indicators = BTreeMap::new();
    let mut slos = Vec::new();
    for node in &documents {
        match kind_of(source, node, found) {
            Some("SLI") => {
                if let Some(shaped) = yaml::read::<Document<SliSpec>>(source, node, found) {
                    let Document { metadata, spec, .. } = shaped.value;
                    indicators.insert(metadata.name, (spec, shaped.places));
                }
            }
            Some("SLO") => slos.extend(yaml::read::<Document<SloSpec>>(source, node, found)),
            _ => {}
        }
    }
    let mut read: Vec<Slo> = Vec::new();
    for shaped in &slos {
        let mut reader = SloReader {
            source,
            places: &shaped.places,
            found,
        };
        let name = &shaped.value.metadata.name;
        if read.iter().any(|slo| slo.objective.name == *name) {
            let at = Path::root().at("metadata").at("name");
            reader.report(&at, format!("SLO `{name}` is defined twice"), "", "");
        }
        read.extend(reader.slo(&shaped.value, &indicators));
    }
    read
}

fn kind_of<'a>(source: &Source, node: &'a Node, found: &mut Vec<Diagnostic>) -> Option<&'a str> {
    let version = node.get("apiVersion");
    if version.and_then(Node::as_text) != Some("openslo/v1") {
        let span = version.unwrap_or(node).span;
        found.push(
            source
                .mistake(span, "not an OpenSLO v1 document")
                .hint("apiVersion: openslo/v1"),
        );
        return None;
    }
    let kind = node.get("kind").and_then(Node::as_text).unwrap_or_default();
    if !KINDS.contains(&kind) {
        let span = node.get("kind").unwrap_or(node).span;
        let message = match nearest(kind, KINDS) {
            Some(near) => format!("unknown kind `{kind}`, did you mean `{near}`?"),
            None => format!("unknown kind `{kind}`"),
        };
        found.push(source.mistake(span, message).known(KINDS));
        return None;
    }
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Millis;

    const KV: &str = r#"apiVersion: openslo/v1
kind: SLO
metadata: { name: kv-availability }
spec:
  description: answers are not errors
  service: kv
  indicator:
    metadata: { name: kv-errors }
    spec:
      ratioMetric:
        counter: true
        bad: { metricSource: { type: Prometheus, spec: { query: 'sum(rate(x{status=~"5.."}[5m]))' } } }
        total: { metricSource: { type: Prometheus, spec: { query: 'sum(rate(x[5m]))' } } }
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.999 }]
"#;

    fn read(text: &str) -> (Vec<Objective>, String) {
        let source = Source {
            file: "slo/kv.yaml".into(),
            text: text.into(),
        };
        let mut found = vec![];
        let objectives = parse(&source, &mut found);
        let told = found.iter().map(|d| d.render(false)).collect();
        (objectives, told)
    }

    #[test]
    fn a_document_becomes_an_objective() {
        let (objectives, told) = read(KV);
        assert_eq!(told, "");
        assert_eq!(objectives[0].name, "kv-availability");
        assert_eq!(objectives[0].target.to_bits(), 0.999_f64.to_bits());
        assert_eq!(objectives[0].period, Millis(30 * 86_400_000));
        assert_eq!(objectives[0].queries[0].0, "bad");
        assert_eq!(objectives[0].queries[1].1, "sum(rate(x[5m]))");
    }

    #[test]
    fn an_objective_out_of_range_is_told_with_the_remedy() {
        let (objectives, told) = read(&KV.replace("0.999", "99.9"));
        assert!(objectives.is_empty());
        assert_eq!(
            told,
            "error: objective out of range\n  slo/kv.yaml:16:26\n   16 |   objectives: [{ target: 99.9 }]\n      |                          ^^^^ a ratio, above 0 and below 1\n  try: target: 0.999, or targetPercent: 99.9\n"
        );
        let (objectives, told) = read(&KV.replace("target: 0.999", "targetPercent: 99.9"));
        assert_eq!((told.as_str(), objectives.len()), ("", 1));
    }

    #[test]
    fn several_documents_and_an_indicator_by_reference_are_read() {
        let sli = "---\napiVersion: openslo/v1\nkind: SLI\nmetadata: { name: latency }\nspec:\n  ratioMetric:\n    good: { metricSource: { spec: { query: g } } }\n    total: { metricSource: { spec: { query: t } } }\n---\napiVersion: openslo/v1\nkind: Service\nmetadata: { name: kv }\nspec: { anything: 1 }\n---\napiVersion: openslo/v1\nkind: SLO\nmetadata: { name: kv-latency }\nspec:\n  indicatorRef: latency\n  timeWindow: [{ duration: 4w, isRolling: true }]\n  budgetingMethod: Occurrences\n  objectives: [{ targetPercent: 99 }]\n";
        let (objectives, told) = read(&format!("{KV}{sli}"));
        assert_eq!(told, "");
        assert_eq!(objectives.len(), 2);
        assert_eq!(
            objectives[1].queries[0],
            ("good".to_owned(), "g".to_owned())
        );
    }

    #[test]
    fn each_limit_of_what_is_supported_is_told() {
        for (from, to, message) in [
            ("30d", "1M", "`1M` is not a period of fixed length"),
            ("30d", "1m", "a period of `1m` is shorter than an hour"),
            (
                "isRolling: true",
                "isRolling: false",
                "only rolling time windows are supported",
            ),
            (
                "Occurrences",
                "Timeslices",
                "budgeting method `Timeslices` is not supported",
            ),
            (
                "kind: SLO",
                "kind: SLOs",
                "unknown kind `SLOs`, did you mean `SLO`?",
            ),
            (
                "openslo/v1",
                "openslo/v1alpha",
                "not an OpenSLO v1 document",
            ),
            ("bad:", "bda:", "unknown field `bda`, did you mean `bad`?"),
            (
                "indicator:",
                "indicatorRef: x\n  indicator:",
                "exactly one of `indicator` and `indicatorRef`",
            ),
            (
                "[{ target: 0.999 }]",
                "[{ target: 0.9 }, { target: 0.99 }]",
                "exactly one objective here",
            ),
            (
                "{ query: 'sum(rate(x[5m]))' }",
                "{}",
                "a metric source needs its query",
            ),
        ] {
            let (_, told) = read(&KV.replacen(from, to, 1));
            assert!(told.contains(message), "{message}\n{told}");
        }
    }
}
