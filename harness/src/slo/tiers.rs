//! Which tiers an SLO's alerts have: the SRE workbook's, or those of a file.
//!
//! The file:
//!
//! ```yaml
//! tiers:                      # of every SLO; the workbook's unless set
//!   - { severity: page, budget: 2%, long: 1h }
//!   - { severity: ticket, factor: 1, long: 3d, short: 6h, for: 15m, keepFiringFor: 1h }
//! slos:
//!   kv-latency:               # of this one alone
//!     tiers:
//!       - { severity: page, budget: 5%, long: 6h }
//! ```

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::tier::{Tier, Urgency, workbook};
use crate::model::yaml::{self, Path, Places};
use crate::model::{Diagnostic, Millis, Source};

/// Tiers by SLO. The default is the workbook's for every SLO.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tiers {
    every: Option<Vec<Row>>,
    by_slo: BTreeMap<String, Vec<Row>>,
}

/// One tier before the period is known.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Row {
    /// Its factor counts only if there is no share.
    tier: Tier,
    /// Share of the budget that is gone when it fires.
    share: Option<f64>,
}

impl Tiers {
    /// The same tiers for every SLO, whatever its period.
    pub fn fixed(tiers: Vec<Tier>) -> Self {
        let row = |tier| Row { tier, share: None };
        Self {
            every: Some(tiers.into_iter().map(row).collect()),
            by_slo: BTreeMap::new(),
        }
    }

    /// The tiers of an SLO: its own, else those of every SLO, else the workbook's for its period.
    pub fn of(&self, slo: &str, period: Millis) -> Vec<Tier> {
        let rows = self.by_slo.get(slo).or(self.every.as_ref());
        let Some(rows) = rows else {
            return workbook(period).to_vec();
        };
        let resolved = rows.iter().map(|row| match row.share {
            Some(share) => Tier {
                factor: super::burn::factor(share, period, row.tier.long),
                ..row.tier
            },
            None => row.tier,
        });
        resolved.collect()
    }

    /// SLOs with tiers of their own.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.by_slo.keys().map(String::as_str)
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TiersSpec {
    /// Of every SLO.
    #[serde(default)]
    tiers: Option<Vec<TierSpec>>,
    /// Of single SLOs, by name.
    #[serde(default)]
    slos: BTreeMap<String, SloTiersSpec>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SloTiersSpec {
    tiers: Vec<TierSpec>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct TierSpec {
    severity: Severity,
    /// Share of the budget that is gone when it fires: `2%`.
    #[serde(default)]
    budget: Option<String>,
    /// Burn rate above which it fires, instead of `budget`.
    #[serde(default)]
    factor: Option<f64>,
    /// Long window.
    long: String,
    /// Short window; a twelfth of the long one unless set.
    #[serde(default)]
    short: Option<String>,
    #[serde(default, rename = "for")]
    hold: Option<String>,
    #[serde(default)]
    keep_firing_for: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Page,
    Ticket,
}

/// Reads a file of tiers; its mistakes go to `found`.
pub fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Tiers {
    let before = found.len();
    let documents = yaml::parse(source, found);
    let [node] = &documents[..] else {
        if found.len() == before {
            let message = "a file of tiers holds one document";
            found.push(
                Diagnostic::whole_file(&source.file, message)
                    .hint("tiers: [{ severity: page, budget: 2%, long: 1h }]"),
            );
        }
        return Tiers::default();
    };
    let Some(shaped) = yaml::read::<TiersSpec>(source, node, found) else {
        return Tiers::default();
    };
    let mut reader = Reader {
        source,
        places: &shaped.places,
        found,
    };
    let root = Path::root();
    let every = shaped.value.tiers.as_deref();
    let every = every.map(|specs| reader.rows(&root.at("tiers"), specs));
    let slos = shaped.value.slos.iter().map(|(name, spec)| {
        let path = root.at("slos").at(name).at("tiers");
        (name.clone(), reader.rows(&path, &spec.tiers))
    });
    let by_slo = slos.collect();
    Tiers { every, by_slo }
}

struct Reader<'a> {
    source: &'a Source,
    places: &'a Places,
    found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(&mut self, path: &Path, message: impl Into<String>, hint: &str) {
        if !self.places.is_broken(path) {
            let mistake = self.source.mistake(self.places.span(path), message);
            self.found.push(mistake.hint(hint));
        }
    }

    fn rows(&mut self, path: &Path, specs: &[TierSpec]) -> Vec<Row> {
        if specs.is_empty() {
            self.report(
                path,
                "no tier: nothing would ever fire",
                "at least one tier",
            );
        }
        let rows = specs.iter().enumerate();
        rows.map(|(i, spec)| self.row(&path.at(i), spec)).collect()
    }

    fn row(&mut self, path: &Path, spec: &TierSpec) -> Row {
        let long = self.length(&path.at("long"), &spec.long, Millis(1));
        let short = match &spec.short {
            Some(text) => self.length(&path.at("short"), text, Millis(1)),
            None => Millis(long.0 / 12),
        };
        if short >= long && long > Millis(0) {
            self.report(
                &path.at("short"),
                "the short window must be shorter than the long one",
                "a twelfth of `long`, which is what is taken when `short` is left out",
            );
        }
        let mut maybe = |name: &str, text: &Option<String>| {
            text.as_ref().map_or(Millis(0), |text| {
                self.length(&path.at(name), text, Millis(0))
            })
        };
        let hold = maybe("for", &spec.hold);
        let keep_firing = maybe("keepFiringFor", &spec.keep_firing_for);
        let share = match (&spec.budget, spec.factor) {
            (Some(text), None) => Some(self.share(&path.at("budget"), text)),
            (None, Some(factor)) => {
                if !(factor > 0.0 && factor < 1e9) {
                    self.report(
                        &path.at("factor"),
                        "a factor is above 0",
                        "14.4, the burn rate",
                    );
                }
                None
            }
            _ => {
                self.report(
                    path,
                    "a tier has either `budget` or `factor`",
                    "budget: 2%, the share that is gone when it fires",
                );
                None
            }
        };
        let urgency = match spec.severity {
            Severity::Page => Urgency::Page,
            Severity::Ticket => Urgency::Ticket,
        };
        let factor = spec.factor.unwrap_or_default();
        Row {
            tier: Tier {
                urgency,
                long,
                short,
                factor,
                hold,
                keep_firing,
            },
            share,
        }
    }

    fn length(&mut self, path: &Path, text: &str, least: Millis) -> Millis {
        let length = Millis::from_promql(text).filter(|length| *length >= least);
        length.unwrap_or_else(|| {
            self.report(
                path,
                format!("`{text}` is no length"),
                "such as 5m, 1h30m or 3d",
            );
            Millis(0)
        })
    }

    fn share(&mut self, path: &Path, text: &str) -> f64 {
        let percent = text
            .strip_suffix('%')
            .and_then(|text| text.trim().parse::<f64>().ok());
        let share = percent.map(|percent| percent / 100.0);
        share
            .filter(|share| *share > 0.0 && *share <= 1.0)
            .unwrap_or_else(|| {
                self.report(
                    path,
                    format!("`{text}` is no share of the budget"),
                    "2%, above 0% and at most 100%",
                );
                f64::NAN
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    fn told(text: &str) -> (Tiers, String) {
        let source = Source {
            file: "tiers.yaml".into(),
            text: text.into(),
        };
        let mut found = vec![];
        let tiers = read(&source, &mut found);
        (tiers, found.iter().map(|d| d.render(false)).collect())
    }

    #[test]
    fn a_share_of_the_budget_becomes_the_factor_of_each_period() {
        let (tiers, said) =
            told("tiers: [{ severity: page, budget: 2%, long: 1h, for: 2m, keepFiringFor: 5m }]");
        assert_eq!(said, "");
        for (days, factor) in [(7, 3.36), (28, 13.44), (30, 14.4)] {
            let [tier] = tiers.of("any", Millis(days * DAY))[..] else {
                panic!("one tier")
            };
            assert!((tier.factor - factor).abs() < 1e-9);
            assert_eq!(tier.short, Millis(300_000));
            assert_eq!(
                (tier.hold, tier.keep_firing),
                (Millis(120_000), Millis(300_000))
            );
        }
    }

    #[test]
    fn one_slo_may_have_tiers_of_its_own() {
        let (tiers, said) =
            told("slos: { a: { tiers: [{ severity: ticket, factor: 1, long: 3d, short: 6h }] } }");
        assert_eq!(said, "");
        assert_eq!(tiers.of("a", Millis(30 * DAY)).len(), 1);
        assert_eq!(
            tiers.of("b", Millis(30 * DAY)),
            workbook(Millis(30 * DAY)).to_vec()
        );
    }

    #[test]
    fn mistakes_are_told_together() {
        let (_, said) = told(
            "tiers:\n  - { severity: page, budget: 2, long: 1x, short: 2h }\n  - { severity: page, long: 1h, short: 1h, factor: 2, budget: 2% }\n  - { severity: paper, long: 1h, factor: -1 }\n",
        );
        for expected in [
            "`2` is no share of the budget",
            "`1x` is no length",
            "must be shorter",
            "either `budget` or `factor`",
            "a factor is above 0",
            "paper",
        ] {
            assert!(said.contains(expected), "{expected}:\n{said}");
        }
    }
}
