//! A folder with a scenario and the files it names, free to be changed by a test.

#![allow(dead_code, missing_docs, reason = "each test uses its own part")]

use std::path::{Path, PathBuf};

use sloproof::scenario::{Mistakes, Overrides, Plan, load};

pub(crate) struct Workshop {
    folder: tempfile::TempDir,
}

impl Workshop {
    /// A copy of the fixtures.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/scenario");
        copy(&fixtures, folder.path());
        Self { folder }
    }

    /// Adds the scenarios that ship, and the files they name; the fixtures stand in for those that do not ship.
    pub(crate) fn with_shipped_scenarios(self) -> Self {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        copy(&shipped.join("scenarios"), &self.path("scenarios"));
        for folder in ["alerts", "loki-rules", "slo", "dashboards"] {
            if shipped.join(folder).is_dir() {
                copy(&shipped.join(folder), &self.path(folder));
            }
        }
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, scenario: &str) -> String {
        std::fs::read_to_string(self.path("scenarios").join(scenario)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    pub(crate) fn change(&self, file: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`");
        self.write(file, &text.replacen(from, to, 1));
    }

    pub(crate) fn load(&self, scenario: &str) -> Result<Plan, Mistakes> {
        self.load_with(scenario, &Overrides::default())
    }

    pub(crate) fn load_with(
        &self,
        scenario: &str,
        overrides: &Overrides,
    ) -> Result<Plan, Mistakes> {
        load(&self.path("scenarios").join(scenario), &|_| None, overrides)
    }

    /// What the user reads, with the folder's own path removed; empty when nothing is wrong.
    pub(crate) fn told(&self, scenario: &str) -> String {
        let prefix = format!("{}/", self.folder.path().display());
        match self.load(scenario) {
            Ok(_) => String::new(),
            Err(mistakes) => mistakes.render(false).replace(&prefix, ""),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
