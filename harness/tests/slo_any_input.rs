//! Whatever a file holds, the readers of objectives and rules tell what is wrong with it and do not panic, and what
//! they accept compiles, exports and can be linted.
#![forbid(unsafe_code)]

use proptest::prelude::*;

use sloproof::model::{Diagnostic, Level, Millis, Source};
use sloproof::slo::compile::style::{Style, foreign};
use sloproof::slo::compile::{Options, compile};
use sloproof::slo::exchange::{openslo_text, pyrra, sloth};
use sloproof::slo::lint::{AlertFile, Settings, SloFile, Subject, lint};
use sloproof::slo::openslo::{File, lower};

const OPENSLO: &str = include_str!("../../slo/kv.yaml");
const ALERTING: &str = include_str!("fixtures/slo/all-kinds.yaml");
const SLOTH: &str = include_str!("fixtures/slo/sloth.yaml");
const PYRRA: &str = include_str!("fixtures/slo/pyrra.yaml");
const RULES: &str = include_str!("../../alerts/kv.yaml");

/// Pieces that mean something somewhere.
const PIECES: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "100",
    "1e309",
    "NaN",
    "null",
    "~",
    "[]",
    "{}",
    "\"",
    "'",
    "\t",
    "é",
    "\u{0}",
    "&a",
    "*a",
    "---\n",
    "1m",
    "30d",
    "1M",
    "0d",
    "99999999999w",
    "{{.window}}",
    "sum(rate(x[",
    "x{a=\"b\"}",
    "x{",
    "> 0",
    "/",
    "Timeslices",
    "RatioTimeslices",
    "Occurrences",
    "isRolling: false",
    "thresholdMetric",
    "rawType: failure",
    "target: 1",
    "op: lte",
];

fn source(text: String) -> Source {
    Source {
        file: "any.yaml".to_owned(),
        text,
    }
}

/// Everything that can be done with a text, whatever it is.
fn try_all(text: &str) {
    let source = source(text.to_owned());
    let mut found: Vec<Diagnostic> = Vec::new();
    let file = File::read(&source, &mut found);
    let pairs: Vec<_> = file
        .slos
        .iter()
        .filter_map(|document| Some((document, lower(document, &source, &mut found)?)))
        .collect();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(document, slo)| (*document, slo))
        .collect();
    let slos: Vec<_> = pairs.iter().map(|(_, slo)| (*slo).clone()).collect();
    let _ = compile(&slos, "any.yaml", &Options::default());
    for style in [Style::Sloth, Style::Pyrra] {
        foreign(style, &pairs, "any.yaml").unwrap();
    }

    let specs = sloth::read(&source, &mut found);
    let _ = sloth::rules(&specs, Millis(7 * 86_400_000));
    again(&openslo_text(&sloth::import(&specs, sloth::PERIOD).written).unwrap());
    let documents = pyrra::read(&source, &mut found);
    let _ = pyrra::rules(&documents);
    again(&openslo_text(&pyrra::import(&documents).written).unwrap());

    let rules = [AlertFile::read(source.clone(), &mut found)];
    let slos = [SloFile::read(source, &mut found)];
    let settings = Settings {
        retention: Some(Millis(3_600_000)),
        buckets: vec![0.1, 1.0],
        ..Settings::default()
    };
    let subject = Subject {
        slos: &slos,
        rules: &rules,
        settings: &settings,
    };
    for finding in lint(&subject, &[]) {
        assert_eq!(finding.diagnostic.level, Level::Warning);
        found.push(finding.diagnostic);
    }
    for told in found {
        let _ = told.render(true);
    }
}

/// What an import writes is read without a panic; a mistake of the original may be one of the copy.
fn again(text: &str) {
    let source = source(text.to_owned());
    let mut found = Vec::new();
    let file = File::read(&source, &mut found);
    for document in &file.slos {
        let _ = lower(document, &source, &mut found);
    }
}

/// One of the documents with stretches of it replaced by pieces.
fn mutated() -> impl Strategy<Value = String> {
    let document = prop::sample::select(vec![OPENSLO, ALERTING, SLOTH, PYRRA, RULES]);
    let edit = (0.0..1.0_f64, 0..40_usize, prop::sample::select(PIECES));
    (document, prop::collection::vec(edit, 1..6)).prop_map(|(document, edits)| {
        let mut text = document.to_owned();
        for (at, length, piece) in edits {
            let boundary = |mut at: usize| {
                at = at.min(text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let start = boundary((at * text.len() as f64) as usize);
            let end = boundary(start + length);
            text.replace_range(start..end.max(start), piece);
        }
        text
    })
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        try_all(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_yaml_makes_a_reader_panic(lines in prop::collection::vec((0..6_usize, "(- )?(\\{|\\[|[a-zA-Z]{1,12}: ?)?\\PC{0,12}"), 0..30)) {
        let lines: Vec<String> = lines.iter().map(|(depth, line)| "  ".repeat(*depth) + line).collect();
        try_all(&lines.join("\n"));
    }

    #[test]
    fn no_mutation_of_a_valid_document_makes_a_reader_panic(text in mutated()) {
        try_all(&text);
    }
}

#[test]
fn the_documents_that_are_mutated_are_valid_themselves() {
    for text in [OPENSLO, ALERTING] {
        let source = source(text.to_owned());
        let mut found = Vec::new();
        let file = File::read(&source, &mut found);
        let read = file.slos.len();
        let lowered = file
            .slos
            .iter()
            .filter_map(|slo| lower(slo, &source, &mut found))
            .count();
        assert_eq!((found, read), (Vec::new(), lowered));
        assert!(read > 0);
    }
    let mut found = Vec::new();
    assert!(!sloth::read(&source(SLOTH.to_owned()), &mut found).is_empty());
    assert!(!pyrra::read(&source(PYRRA.to_owned()), &mut found).is_empty());
    assert_eq!(found, []);
    try_all(RULES);
}
