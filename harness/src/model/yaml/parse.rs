//! From text to trees, one per document of the stream, within a budget of bytes and nodes.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span as RawSpan};

use super::node::{Entry, Node, NodeKind};
use crate::model::source::{Diagnostic, Source, Span};

/// Files that people write are far smaller.
const MAX_BYTES: usize = 1 << 20;
/// After expansion of aliases: ends an alias bomb within milliseconds.
const MAX_NODES: usize = 50_000;

/// Reads every document of a file; empty documents are left out. A mistake of syntax ends the reading and leaves
/// nothing; a key written twice is reported and its second value ignored.
pub fn parse(source: &Source, found: &mut Vec<Diagnostic>) -> Vec<Node> {
    documents(source, found).unwrap_or_else(|fatal| {
        found.push(*fatal);
        vec![]
    })
}

fn documents(source: &Source, found: &mut Vec<Diagnostic>) -> Result<Vec<Node>, Box<Diagnostic>> {
    if source.text.len() > MAX_BYTES {
        let message = format!(
            "the file has {} bytes, more than the {MAX_BYTES} allowed",
            source.text.len()
        );
        return Err(Box::new(Diagnostic::whole_file(&source.file, message)));
    }
    let mut builder = Builder::new(source);
    for event in Parser::new_from_str(&source.text) {
        let (event, span) = event.map_err(|e| Box::new(syntax(source, &e)))?;
        builder.take(event, span)?;
    }
    found.append(&mut builder.doubles);
    Ok(builder.documents)
}

fn syntax(source: &Source, error: &ScanError) -> Diagnostic {
    let mark = error.marker();
    let at = mark
        .byte_offset()
        .unwrap_or_else(|| offset_of(&source.text, mark.index()));
    source
        .mistake(
            Span {
                start: at,
                end: at + 1,
            },
            format!("not valid YAML: {}", error.info()),
        )
        .hint("check the indentation, and put text that holds `: `, `#`, `{` or `[` in quotes")
}

fn offset_of(text: &str, chars: usize) -> usize {
    text.char_indices()
        .nth(chars)
        .map_or(text.len(), |(at, _)| at)
}

struct Builder<'a> {
    source: &'a Source,
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    doubles: Vec<Diagnostic>,
}

/// A list or mapping whose end has not come yet.
struct Open {
    start: usize,
    anchor: usize,
    kind: OpenKind,
}

enum OpenKind {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        key: Option<(String, Span)>,
    },
}

impl<'a> Builder<'a> {
    fn new(source: &'a Source) -> Self {
        Self {
            source,
            documents: vec![],
            open: vec![],
            anchors: BTreeMap::new(),
            nodes: 0,
            doubles: vec![],
        }
    }

    fn take(&mut self, event: Event<'_>, raw: RawSpan) -> Result<(), Box<Diagnostic>> {
        let span = self.span(raw);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let node = Node {
                    span,
                    kind: NodeKind::Scalar {
                        text: text.into_owned(),
                        plain: style == ScalarStyle::Plain,
                    },
                };
                self.add(node, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin(span, anchor, OpenKind::List(vec![]));
                Ok(())
            }
            Event::MappingStart(_, anchor, _) => {
                let kind = OpenKind::Map {
                    entries: vec![],
                    key: None,
                };
                self.begin(span, anchor, kind);
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(id) => {
                let Some(mut node) = self.anchors.get(&id).cloned() else {
                    return self.fail(span, "an alias to a value that is not complete yet");
                };
                node.span = span;
                self.count(span, node.size())?;
                self.add(node, 0)
            }
            Event::DocumentStart(..) => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn span(&self, raw: RawSpan) -> Span {
        let at = |m: serde_saphyr::granit_parser::Marker| {
            m.byte_offset()
                .unwrap_or_else(|| offset_of(&self.source.text, m.index()))
        };
        Span {
            start: at(raw.start),
            end: at(raw.end),
        }
    }

    fn begin(&mut self, span: Span, anchor: usize, kind: OpenKind) {
        self.open.push(Open {
            start: span.start,
            anchor,
            kind,
        });
    }

    fn end(&mut self, span: Span) -> Result<(), Box<Diagnostic>> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let kind = match open.kind {
            OpenKind::List(items) => NodeKind::List(items),
            OpenKind::Map { entries, .. } => NodeKind::Map(entries),
        };
        let node = Node {
            span: Span {
                start: open.start,
                end: span.end.max(open.start),
            },
            kind,
        };
        self.add(node, open.anchor)
    }

    fn fail(&self, span: Span, message: impl Into<String>) -> Result<(), Box<Diagnostic>> {
        Err(Box::new(self.source.mistake(span, message)))
    }

    fn count(&mut self, span: Span, nodes: usize) -> Result<(), Box<Diagnostic>> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return self.fail(
                span,
                format!("more than {MAX_NODES} values with all aliases expanded"),
            );
        }
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Box<Diagnostic>> {
        self.count(node.span, 1)?;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            if !node.is_null() {
                self.documents.push(node);
            }
            return Ok(());
        };
        match &mut open.kind {
            OpenKind::List(items) => items.push(node),
            OpenKind::Map { entries, key } => match key.take() {
                Some((key, key_span)) => {
                    if let Some(first) = entries.iter().find(|e| e.key == key) {
                        let line = self.source.mistake(first.key_span, "").line;
                        self.doubles.push(
                            self.source
                                .mistake(key_span, format!("key `{key}` is written twice"))
                                .note("first", format!("line {line}")),
                        );
                    } else {
                        entries.push(Entry {
                            key,
                            key_span,
                            value: node,
                        });
                    }
                }
                None => match node.kind {
                    NodeKind::Scalar { text, .. } => {
                        *key = Some((text, node.span));
                    }
                    _ => return self.fail(node.span, "a key must be text"),
                },
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use proptest::prelude::*;

    fn source(text: &str) -> Source {
        Source {
            file: "a.yaml".into(),
            text: text.into(),
        }
    }

    fn first_mistake(text: &str) -> Diagnostic {
        let mut found = vec![];
        parse(&source(text), &mut found);
        found.remove(0)
    }

    #[test]
    fn every_value_knows_its_place() {
        let source = source("# é\na:\n  - {b: 'two'}\n  - |\n    text\n");
        let root = &parse(&source, &mut vec![])[0];
        let NodeKind::List(items) = &root.get("a").unwrap().kind else {
            panic!()
        };
        let b = items[0].get("b").unwrap();
        assert_eq!(&source.text[b.span.start..b.span.end], "'two'");
        assert_eq!(items[1].as_text(), Some("text\n"));
    }

    #[test]
    fn an_alias_bomb_is_refused_quickly() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..12 {
            let refs = vec![format!("*a{}", i - 1); 9].join(", ");
            let _ = writeln!(text, "a{i}: &a{i} [{refs}]");
        }
        let found = first_mistake(&text);
        assert!(found.message.contains("aliases expanded"), "{found:?}");
    }

    #[test]
    fn a_key_written_twice_points_at_the_second() {
        let found = first_mistake("a: 1\nb: 2\na: 3\n");
        assert_eq!(
            (found.line, found.message.as_str()),
            (3, "key `a` is written twice")
        );
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        let found = first_mistake("a: 1\nb: [1, 2\nc: 3\n");
        assert!(found.line >= 2, "{found:?}");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[ -~\n\té]{0,200}") {
            parse(&source(&text), &mut vec![]);
        }
    }
}
