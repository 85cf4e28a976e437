//! Feeders: files of values, read and named.

use std::sync::Arc;

use crate::model::yaml::Path;
use crate::scenario::feeder::{self, Table};
use crate::scenario::files::Files;
use crate::scenario::plan::{FeederPlan, Order};
use crate::scenario::quantity::Remedy;
use crate::scenario::review::Review;
use crate::scenario::spec::{FeederSpec, OrderSpec};
use crate::scenario::template;

pub(super) fn feeders(
    specs: &[FeederSpec],
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> Vec<FeederPlan> {
    let names: Vec<_> = specs
        .iter()
        .enumerate()
        .map(|(i, spec)| (&spec.name, path.at(i).at("name")))
        .collect();
    review.doubles("feeder", &names);
    specs
        .iter()
        .enumerate()
        .map(|(i, spec)| feeder(spec, files, &path.at(i), review))
        .collect()
}

fn feeder(spec: &FeederSpec, files: &Files, path: &Path, review: &mut Review<'_>) -> FeederPlan {
    if !template::is_name(&spec.name) {
        let message = format!("`{}` cannot stand in a placeholder", spec.name);
        review.report(&path.at("name"), message, |d| {
            d.label("a letter, then letters, digits or `_`")
        });
    }
    let table = table(spec, files, path, review).unwrap_or_default();
    FeederPlan {
        name: spec.name.clone(),
        file: spec.file.clone(),
        order: match spec.order {
            OrderSpec::Sequence => Order::Sequence,
            OrderSpec::Random => Order::Random,
            OrderSpec::Once => Order::Once,
        },
        columns: table.columns,
        rows: Arc::new(table.rows),
    }
}

/// What the file holds; `None` when it could not be read in full.
fn table(spec: &FeederSpec, files: &Files, path: &Path, review: &mut Review<'_>) -> Option<Table> {
    let path = path.at("file");
    if !feeder::is_known_kind(&spec.file) {
        let message = format!("`{}` does not say how to read it", spec.file);
        let remedy = Remedy::new(message).label("a file whose name ends in .csv or .jsonl");
        review.report_part(&path, &spec.file, remedy);
        return None;
    }
    match files.read_up_to(&spec.file, feeder::LONGEST) {
        Ok(source) => feeder::parse(&source, review.found),
        Err(remedy) => {
            review.report_part(&path, &spec.file, remedy);
            None
        }
    }
}
