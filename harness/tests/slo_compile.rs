//! What is compiled from objectives: the repository's own files are up to date.
#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const SLOPROOF: &str = env!("CARGO_BIN_EXE_sloproof");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// What `make slo` runs, as it stands in the Makefile.
fn command_of_the_makefile() -> Vec<String> {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let value = |name: &str| {
        let line = makefile.lines().find_map(|line| line.strip_prefix(name));
        line.expect(name).trim_start_matches(" := ").to_owned()
    };
    let recipe = makefile.split("\nslo: ").nth(1).unwrap();
    let recipe = recipe.split("\n\n").next().unwrap();
    let command = recipe.split("@$(BIN) ").nth(1).unwrap();
    let command = command
        .replace("\\\n", " ")
        .replace("$(RUNBOOKS)", &value("RUNBOOKS"));
    command.split_whitespace().map(str::to_owned).collect()
}

fn compile(folder: &Path, more: &[&str]) -> Output {
    Command::new(SLOPROOF)
        .args(command_of_the_makefile())
        .args(more)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn alerts_tables_and_panels_are_what_slo_kv_yaml_compiles_to() {
    let output = compile(root(), &["--check"]);
    assert!(
        output.status.success(),
        "run `make slo`:\n{}",
        said(&output)
    );
}

#[test]
fn what_is_out_of_date_is_named_and_written_anew() {
    let place = tempfile::tempdir().unwrap();
    for folder in ["slo", "alerts", "dashboards"] {
        fs::create_dir(place.path().join(folder)).unwrap();
    }
    let files = ["alerts/kv.yaml", "SLO.md", "dashboards/kv.json"];
    for file in ["slo/kv.yaml", "slo/tiers.yaml"].iter().chain(&files) {
        fs::copy(root().join(file), place.path().join(file)).unwrap();
    }
    let read = |file: &str| fs::read_to_string(place.path().join(file)).unwrap();
    let change = |file: &str, from: &str, to: &str| {
        let text = read(file);
        assert!(text.contains(from), "{file} has {from}");
        fs::write(place.path().join(file), text.replace(from, to)).unwrap();
    };
    change("slo/kv.yaml", "target: 0.999", "target: 0.995");

    let output = compile(place.path(), &["--check"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for file in files {
        assert!(
            said(&output).contains(&format!("{file} is out of date from line")),
            "{}",
            said(&output)
        );
        assert_eq!(read(file), fs::read_to_string(root().join(file)).unwrap());
    }

    assert!(compile(place.path(), &[]).status.success());
    assert!(read("alerts/kv.yaml").contains("> (14.4 * 0.005)"));
    assert!(read("SLO.md").contains("| 99.5 % | 30d | 0.5 % of the events |"));
    assert!(
        read("dashboards/kv.json").contains("ratio_rate1h{slo=\\\"kv-availability\\\"} / 0.005")
    );
    assert!(compile(place.path(), &["--check"]).status.success());
}

/// Commands and what they print, of the page's console blocks.
fn examples(page: &str) -> Vec<(String, String)> {
    let blocks = page.split("```console\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap());
    let example = |block: &str| {
        let (command, printed) = block.split_once('\n').unwrap();
        let command = command.strip_prefix("$ sloproof ").unwrap().to_owned();
        (command, printed.trim_end().to_owned())
    };
    blocks.map(example).collect()
}

#[test]
fn what_the_page_shows_is_what_the_program_prints() {
    let page = fs::read_to_string(root().join("docs/slo.md")).unwrap();
    let mut shown = 0;
    for (command, printed) in examples(&page) {
        // Run directories are not part of the repository.
        if command.contains("--run") {
            continue;
        }
        let output = Command::new(SLOPROOF)
            .args(command.split_whitespace())
            .env("NO_COLOR", "1")
            .current_dir(root())
            .output()
            .unwrap();
        assert_eq!(said(&output).trim_end(), printed, "{command}");
        shown += 1;
    }
    assert!(shown >= 3, "only {shown} examples");
}

#[test]
fn the_pages_tiers_are_read_and_its_queries_compile() {
    let page = fs::read_to_string(root().join("docs/slo.md")).unwrap();
    let blocks = page.split("```yaml\n").skip(1);
    let blocks: Vec<&str> = blocks
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    let place = tempfile::tempdir().unwrap();
    let source = fs::read_to_string(root().join("slo/kv.yaml")).unwrap();
    fs::write(place.path().join("kv.yaml"), &source).unwrap();
    let tiers = blocks
        .iter()
        .find(|block| block.starts_with("tiers:"))
        .unwrap();
    fs::write(place.path().join("tiers.yaml"), tiers).unwrap();
    let compile = |file: &str| {
        Command::new(SLOPROOF)
            .args(["slo", "compile", file, "--tiers", "tiers.yaml"])
            .current_dir(place.path())
            .output()
            .unwrap()
    };
    let output = compile("kv.yaml");
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("keep_firing_for: 10m"));

    let latency = source.rsplit("---\n").next().unwrap();
    let (head, rest) = latency.split_once("        good:\n").unwrap();
    let (_, tail) = rest.split_once("  timeWindow:").unwrap();
    let mut queries = 0;
    for block in blocks.iter().filter(|block| block.starts_with("good:")) {
        let indented = format!("        {}\n", block.trim_end().replace('\n', "\n        "));
        let document = format!("{head}{indented}  timeWindow:{tail}");
        fs::write(place.path().join("latency.yaml"), document).unwrap();
        let output = compile("latency.yaml");
        assert!(output.status.success(), "{}", said(&output));
        queries += 1;
    }
    assert_eq!(queries, 2);
}
