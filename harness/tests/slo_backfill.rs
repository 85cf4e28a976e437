//! The compiled rules on backfilled blocks, in a running Prometheus, against the oracle: 4 tiers, 6 error ratios and
//! 3 periods. The counters are written as blocks in the past, promtool records the ratios over them, and each alert's
//! condition is asked for at the very evaluations that recorded them. None of the tiers waits (`for` is 0), so an alert
//! fires as soon as its condition holds.
#![forbid(unsafe_code)]

mod slo_grid;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sloproof::model::Millis;
use sloproof::slo::compile::{Options, compile};
use sloproof::slo::oracle::{Grid, evaluate};
use sloproof::slo::tier::{Tier, workbook};
use sloproof::slo::{Slo, Tiers};

use slo_grid::{COUNTED, Case, DAYS, MINUTE, RATIOS, scaled, slo, tool};

/// 2024-01-01T00:00:00Z, where every timeline begins: a bound of blocks.
const START: u64 = 1_704_067_200_000;

/// The outage at one error ratio: long enough for every alert that can fire at it.
struct Timeline {
    name: String,
    case: Case,
}

impl Timeline {
    fn of(ratio: f64) -> Self {
        let name = format!("bad-{}-permille", (ratio * 1000.0).round());
        let case = Case {
            ratio,
            history: 70,
            outage: 70,
            recovery: 20,
        };
        Self { name, case }
    }

    fn slo(&self, days: u64) -> Slo {
        slo(&self.name, days, &format!("case=\"{}\"", self.name))
    }

    /// When the oracle says that a tier fires, evaluated each minute at `phase`.
    fn told(&self, tier: &Tier, budget: f64, phase: Millis) -> Vec<Firing> {
        let grid = Grid {
            scrape: Millis(MINUTE),
            scrape_phase: Millis(0),
            evaluate: Millis(MINUTE),
            evaluate_phase: phase,
        };
        let run = evaluate(tier, budget, &self.case.profile(), grid);
        run.firing()
            .into_iter()
            .map(|(from, to)| Firing { from, to })
            .collect()
    }

    /// The same outage a minute later.
    fn a_minute_late(&self) -> Self {
        let case = Case {
            history: self.case.history + 1,
            recovery: self.case.recovery - 1,
            ..self.case
        };
        let name = format!("late-{}", self.name);
        Self { name, case }
    }

    /// Both counters of the outage as OpenMetrics samples.
    fn samples(&self, text: &mut String) {
        for (index, status) in ["200", "500"].into_iter().enumerate() {
            let (mut value, mut at) = (COUNTED[index], START / 1000);
            let mut sample = |value: f64, at: u64| {
                let name = &self.name;
                let _ = writeln!(
                    text,
                    "requests_total{{case=\"{name}\",status=\"{status}\"}} {value} {at}"
                );
            };
            sample(value, at);
            for (steps, minutes) in self.case.parts() {
                for _ in 0..minutes {
                    value += steps[index];
                    at += 60;
                    sample(value, at);
                }
            }
        }
    }
}

/// From the first evaluation at which an alert fires to the first at which it no longer does, since the start.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Firing {
    from: Millis,
    to: Option<Millis>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct RuleFile {
    groups: Vec<Group>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Group {
    name: String,
    interval: String,
    rules: Vec<Rule>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Rule {
    /// Absent from an alert.
    record: Option<String>,
    expr: String,
    labels: BTreeMap<String, String>,
}

/// What a tier compiles to for each timeline: the ratios that are recorded, and the alerts' conditions.
struct Compiled {
    ratios: RuleFile,
    conditions: Vec<String>,
}

impl Compiled {
    fn of(timelines: &[Timeline], tier: Tier, days: u64) -> Self {
        let options = Options {
            scrape: Millis(MINUTE),
            interval: Millis(MINUTE),
            tiers: Tiers::fixed(vec![tier]),
            ..Options::default()
        };
        let slos: Vec<Slo> = timelines.iter().map(|line| line.slo(days)).collect();
        let text = compile(&slos, "the test", &options).unwrap();
        let mut ratios: RuleFile = serde_saphyr::from_str(&text).unwrap();
        let mut conditions = Vec::new();
        for group in &mut ratios.groups {
            group.rules.retain(|rule| {
                let Some(record) = &rule.record else {
                    conditions.push(rule.expr.clone());
                    return false;
                };
                // Alerts read nothing else that is recorded.
                record.starts_with("slo:sli_error:ratio_rate")
            });
        }
        ratios.groups.retain(|group| !group.rules.is_empty());
        assert_eq!(conditions.len(), timelines.len(), "{text}");
        Self { ratios, conditions }
    }
}

/// A Prometheus that scrapes nothing and has only what was backfilled; killed when dropped.
struct Prometheus {
    child: Child,
    url: String,
    http: reqwest::Client,
}

impl Prometheus {
    async fn start(folder: &Path) -> Self {
        fs::write(folder.join("prometheus.yaml"), "global: {}\n").unwrap();
        let log = folder.join("prometheus.log");
        let child = Command::new(tool("prometheus"))
            .args([
                "--config.file=prometheus.yaml",
                "--web.listen-address=127.0.0.1:0",
                "--storage.tsdb.path=data",
                "--storage.tsdb.retention.time=10y",
            ])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut this = Self {
            child,
            url: String::new(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        for _ in 0..600 {
            let said = fs::read_to_string(&log).unwrap();
            if this.url.is_empty()
                && let Some(address) = listening(&said)
            {
                this.url = format!("http://{address}");
            }
            if !this.url.is_empty() {
                let ready = this.http.get(format!("{}/-/ready", this.url)).send().await;
                if ready.is_ok_and(|ready| ready.status().is_success()) {
                    return this;
                }
            }
            assert!(this.child.try_wait().unwrap().is_none(), "{said}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{}", fs::read_to_string(&log).unwrap());
    }

    /// The times of the only series that a query gives, in milliseconds; none without a series.
    async fn times(&self, path: &str, parameters: &[(&str, String)]) -> Vec<u64> {
        let url = format!("{}/api/v1/{path}", self.url);
        let request = self.http.get(url).query(parameters);
        let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["status"], "success", "{answer}");
        let series = answer["data"]["result"].as_array().unwrap();
        assert!(series.len() <= 1, "{answer}");
        let Some(series) = series.first() else {
            return Vec::new();
        };
        let values = series["values"].as_array().unwrap();
        let at = |value: &serde_json::Value| (value[0].as_f64().unwrap() * 1000.0).round() as u64;
        values.iter().map(at).collect()
    }

    /// When a timeline's ratios were evaluated.
    async fn evaluations(&self, line: &Timeline) -> Vec<u64> {
        let minutes = line.case.minutes();
        let recorded = format!("slo:sli_error:ratio_rate1h{{slo=\"{}\"}}", line.name);
        let parameters = [
            ("query", format!("{recorded}[{}m]", minutes + 1)),
            ("time", seconds(START + minutes * MINUTE)),
        ];
        let evaluations = self.times("query", &parameters).await;
        // The first minutes have no two scrapes to make a rate of.
        let enough = evaluations.len() as u64 >= minutes - 3;
        let steady = evaluations
            .windows(2)
            .all(|pair| pair[1] - pair[0] == MINUTE);
        assert!(enough && steady, "{recorded}: {evaluations:?}");
        evaluations
    }

    /// When the condition holds, of these evaluations.
    async fn firing(&self, condition: &str, evaluations: &[u64]) -> Vec<Firing> {
        let (first, last) = (evaluations[0], evaluations[evaluations.len() - 1]);
        let parameters = [
            ("query", condition.to_owned()),
            ("start", seconds(first)),
            ("end", seconds(last)),
            ("step", seconds(MINUTE)),
        ];
        let holds = self.times("query_range", &parameters).await;
        let mut firing: Vec<Firing> = Vec::new();
        let mut before = false;
        for at in evaluations {
            let since = Millis(at - START);
            let now = holds.contains(at);
            match (before, now) {
                (false, true) => firing.push(Firing {
                    from: since,
                    to: None,
                }),
                (true, false) => firing.last_mut().unwrap().to = Some(since),
                _ => {}
            }
            before = now;
        }
        firing
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address that Prometheus says it got.
fn listening(log: &str) -> Option<&str> {
    // Only whole lines: it may be writing one.
    let (whole, _) = log.rsplit_once('\n')?;
    let line = whole.lines().find(|line| line.contains("Listening on"))?;
    let (_, address) = line.split_once("address=")?;
    address.split_whitespace().next()
}

/// As the HTTP API takes times and steps.
fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

fn promtool(promtool: &Path, folder: &Path, arguments: &[&str]) {
    let output = Command::new(promtool)
        .args(["tsdb", "create-blocks-from"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// A Prometheus on blocks with the counters, and with the ratios that `rules` record from them.
async fn backfilled(folder: &Path, timelines: &[Timeline], rules: &RuleFile) -> Prometheus {
    let tool = tool("promtool");
    let mut text = "# TYPE requests counter\n".to_owned();
    for line in timelines {
        line.samples(&mut text);
    }
    text.push_str("# EOF\n");
    fs::write(folder.join("counters.txt"), text).unwrap();
    promtool(&tool, folder, &["openmetrics", "counters.txt", "data"]);

    // JSON is YAML.
    let rules = serde_json::to_string(rules).unwrap();
    fs::write(folder.join("rules.yaml"), rules).unwrap();
    let prometheus = Prometheus::start(folder).await;
    let minutes = timelines.iter().map(|line| line.case.minutes()).max();
    let (start, end) = (START / 1000, START / 1000 + minutes.unwrap() * 60);
    let arguments = [
        "rules",
        &format!("--url={}", prometheus.url),
        &format!("--start={start}"),
        &format!("--end={end}"),
        "--output-dir=recorded",
        "rules.yaml",
    ];
    promtool(&tool, folder, &arguments);
    // It looks for new blocks when it starts.
    drop(prometheus);
    for block in fs::read_dir(folder.join("recorded")).unwrap() {
        let block = block.unwrap();
        fs::rename(block.path(), folder.join("data").join(block.file_name())).unwrap();
    }
    Prometheus::start(folder).await
}

#[tokio::test]
async fn backfilled_alerts_fire_and_reset_at_the_very_evaluation_that_the_oracle_tells() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut timelines: Vec<Timeline> = RATIOS.map(Timeline::of).into();
    // Two percent, at which a page takes long to fire, once more for the control.
    timelines.push(timelines[3].a_minute_late());
    let mut tiers = Vec::new();
    for days in DAYS {
        let objective = timelines[0].slo(days).objective;
        for tier in workbook(objective.period).map(|tier| scaled(&tier)) {
            let rules = Compiled::of(&timelines, tier, days);
            tiers.push((days, tier, objective.budget(), rules));
        }
    }
    // Scaled, all tiers have the same windows, and what is recorded knows neither factor nor period: once is enough.
    let ratios = &tiers[0].3.ratios;
    assert_eq!(ratios.groups.len(), timelines.len());
    for (days, tier, _, rules) in &tiers {
        assert_eq!(&rules.ratios, ratios, "{days} d, {tier:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let prometheus = backfilled(folder.path(), &timelines, ratios).await;

    let mut fired = 0;
    for (index, line) in timelines.iter().enumerate() {
        let evaluations = prometheus.evaluations(line).await;
        let phase = Millis((evaluations[0] - START) % MINUTE);
        let control = index == RATIOS.len();
        for (days, tier, budget, rules) in &tiers {
            let condition = &rules.conditions[index];
            let seen = prometheus.firing(condition, &evaluations).await;
            let cell = format!("{}, {days} d, {tier:?}: {seen:?}", line.name);
            if control {
                // The comparison can fail: an outage a minute off is another one.
                let told = timelines[3].told(tier, *budget, phase);
                assert!(seen != told || told.is_empty(), "{cell}");
                continue;
            }
            assert_eq!(seen, line.told(tier, *budget, phase), "{cell}");
            fired += usize::from(!seen.is_empty());
        }
    }
    // The others' thresholds are above the error ratio.
    assert_eq!(fired, 63, "of {} alerts", RATIOS.len() * tiers.len());

    // It can fail for the rules too: a page that fires at a twelfth less is caught.
    let (_, tier, budget, rules) = &tiers[4];
    let evaluations = prometheus.evaluations(&timelines[3]).await;
    let phase = Millis((evaluations[0] - START) % MINUTE);
    let mutated = rules.conditions[3].replace("(14.4 *", "(13.2 *");
    let seen = prometheus.firing(&mutated, &evaluations).await;
    assert!(!seen.is_empty());
    assert_ne!(seen, timelines[3].told(tier, *budget, phase));
}
