//! A file of documents.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::library::Library;
use super::reader::Reader;
use super::slo::SloDocument;
use super::spec::{
    AlertConditionSpec, AlertPolicySpec, DataSourceSpec, Document, NotificationTargetSpec,
    ServiceSpec, SliSpec, SloSpec,
};
use crate::model::yaml::{self, Node, Path, Shaped};
use crate::model::{Diagnostic, Source, nearest};

/// The kinds of documents.
pub const KINDS: [&str; 7] = [
    "SLO",
    "SLI",
    "DataSource",
    "AlertPolicy",
    "AlertCondition",
    "AlertNotificationTarget",
    "Service",
];

/// All that a file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct File {
    /// Its SLOs, those with mistakes left out, in file order.
    pub slos: Vec<SloDocument>,
    /// The names of its services.
    pub services: Vec<String>,
    /// What is worth knowing although it is not wrong.
    pub notices: Vec<Diagnostic>,
}

impl File {
    /// Reads every document of a file; all its mistakes go to `found`.
    pub fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Self {
        let before = found.len();
        let documents = yaml::parse(source, found);
        if documents.is_empty() && found.len() == before {
            found.push(Diagnostic::whole_file(
                &source.file,
                "no OpenSLO document in this file",
            ));
        }
        let mut desk = Desk {
            source,
            found,
            notices: Vec::new(),
            names: BTreeSet::new(),
        };
        let documents: Vec<(&str, &Node)> = documents
            .iter()
            .filter_map(|node| Some((desk.kind_of(node)?, node)))
            .collect();
        desk.file(&documents)
    }
}

struct Desk<'a> {
    source: &'a Source,
    found: &'a mut Vec<Diagnostic>,
    notices: Vec<Diagnostic>,
    /// Kinds and names so far.
    names: BTreeSet<(String, String)>,
}

impl Desk<'_> {
    /// Each kind after those that it refers to.
    fn file(mut self, documents: &[(&str, &Node)]) -> File {
        let metadata = Path::root().at("metadata");
        let spec = Path::root().at("spec");
        let mut library = Library::default();
        let mut services = Vec::new();
        for shaped in self.shaped::<ServiceSpec>("Service", documents) {
            let mut reader = self.reader(&shaped);
            let head = reader.head(&metadata, &shaped.value.metadata);
            reader.description(&spec, shaped.value.spec.description.as_deref());
            services.push(head.name.value);
        }
        for shaped in self.shaped::<DataSourceSpec>("DataSource", documents) {
            let mut reader = self.reader(&shaped);
            let head = reader.head(&metadata, &shaped.value.metadata);
            reader.description(&spec, shaped.value.spec.description.as_deref());
            let kind = shaped.value.spec.kind.clone();
            library.kinds.insert(head.name.value, kind);
        }
        for shaped in self.shaped::<NotificationTargetSpec>("AlertNotificationTarget", documents) {
            let mut reader = self.reader(&shaped);
            let head = reader.head(&metadata, &shaped.value.metadata);
            let target = reader.notification_target(&spec, &shaped.value.spec);
            library.targets.insert(head.name.value, target);
        }
        for shaped in self.shaped::<AlertConditionSpec>("AlertCondition", documents) {
            let mut reader = self.reader(&shaped);
            let head = reader.head(&metadata, &shaped.value.metadata);
            let condition = reader.condition(&spec, &shaped.value.spec);
            library.conditions.insert(head.name.value, condition);
        }
        for shaped in self.shaped::<AlertPolicySpec>("AlertPolicy", documents) {
            let mut reader = self.reader(&shaped);
            let head = reader.head(&metadata, &shaped.value.metadata);
            let name = head.name.value.clone();
            let policy = reader.policy(&spec, Some(head), &shaped.value.spec, &library);
            library.policies.insert(name, policy);
        }
        for shaped in self.shaped::<SliSpec>("SLI", documents) {
            let mut reader = self.reader(&shaped);
            let head = reader.head(&metadata, &shaped.value.metadata);
            let sli = reader.sli(&spec, &shaped.value.spec, &library.kinds);
            library.indicators.insert(head.name.value, sli);
        }
        let mut slos = Vec::new();
        for shaped in self.shaped::<SloSpec>("SLO", documents) {
            let mut reader = self.reader(&shaped);
            slos.extend(reader.slo(&shaped.value, &library, &services));
        }
        File {
            slos,
            services,
            notices: self.notices,
        }
    }

    fn reader<'b, S>(&'b mut self, shaped: &'b Shaped<Document<S>>) -> Reader<'b> {
        Reader {
            source: self.source,
            places: &shaped.places,
            found: self.found,
            notices: &mut self.notices,
        }
    }

    /// The documents of one kind, each name once.
    fn shaped<S: DeserializeOwned + JsonSchema>(
        &mut self,
        kind: &str,
        documents: &[(&str, &Node)],
    ) -> Vec<Shaped<Document<S>>> {
        let mut read = Vec::new();
        for (_, node) in documents.iter().filter(|(found, _)| *found == kind) {
            let Some(shaped) = yaml::read::<Document<S>>(self.source, node, self.found) else {
                continue;
            };
            let name = shaped.value.metadata.name.clone();
            let at = Path::root().at("metadata").at("name");
            if !shaped.places.is_broken(&at) && !self.names.insert((kind.to_owned(), name.clone()))
            {
                let message = format!("{kind} `{name}` is defined twice");
                self.reader(&shaped).report(&at, message, "", "");
            }
            read.push(shaped);
        }
        read
    }

    fn kind_of<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        let version = node.get("apiVersion");
        let text = version.and_then(Node::as_text);
        if text != Some("openslo/v1") {
            let span = version.unwrap_or(node).span;
            let mut mistake = self
                .source
                .mistake(span, "not an OpenSLO v1 document")
                .hint("apiVersion: openslo/v1");
            if let Some(other) = text.filter(|text| text.starts_with("openslo")) {
                mistake = mistake.note(
                    "note",
                    format!("{other} has other fields; write it anew as v1"),
                );
            }
            self.found.push(mistake);
            return None;
        }
        let kind = node.get("kind").and_then(Node::as_text).unwrap_or_default();
        if !KINDS.contains(&kind) {
            let span = node.get("kind").unwrap_or(node).span;
            let message = match nearest(kind, KINDS) {
                Some(near) => format!("unknown kind `{kind}`, did you mean `{near}`?"),
                None => format!("unknown kind `{kind}`"),
            };
            self.found
                .push(self.source.mistake(span, message).known(KINDS));
            return None;
        }
        Some(kind)
    }
}
