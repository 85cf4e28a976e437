//! What a team does when a budget runs low.
//!
//! ```yaml
//! rules:
//!   - { below: 25%, action: review, says: risky changes wait }
//!   - { below: 0%, action: freeze, says: only what makes the service more reliable is released }
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::yaml::{self, Path};
use crate::model::{Diagnostic, Source};

/// What is asked of a team, the mildest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// To look before releasing.
    Review,
    /// To release nothing but what mends.
    Freeze,
}

/// Thresholds, the highest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Policy {
    /// What applies below which share of the budget.
    pub rules: Vec<PolicyRule>,
}

/// One threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyRule {
    /// It applies when less than this share is left.
    pub below: f64,
    /// What is asked for.
    pub action: Action,
    /// The same in the team's words.
    pub says: String,
}

impl Policy {
    /// The rule that applies with so much left: of the strictest action, the one with the lowest threshold.
    pub fn applies(&self, remaining: f64) -> Option<&PolicyRule> {
        let broken = self.rules.iter().filter(|rule| remaining < rule.below);
        broken.max_by(|a, b| {
            let lower = b.below.total_cmp(&a.below);
            a.action.cmp(&b.action).then(lower)
        })
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PolicySpec {
    rules: Vec<RuleSpec>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RuleSpec {
    /// Share of the budget: `25%`.
    below: String,
    action: Action,
    #[serde(default)]
    says: String,
}

/// Reads a policy; its mistakes go to `found`.
pub fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Policy {
    let before = found.len();
    let documents = yaml::parse(source, found);
    let [node] = &documents[..] else {
        if found.len() == before {
            let message = "a budget policy is one document";
            let hint = "rules: [{ below: 0%, action: freeze, says: only fixes }]";
            found.push(Diagnostic::whole_file(&source.file, message).hint(hint));
        }
        return Policy::default();
    };
    let Some(shaped) = yaml::read::<PolicySpec>(source, node, found) else {
        return Policy::default();
    };
    let path = Path::root().at("rules");
    let mut rules: Vec<PolicyRule> = Vec::new();
    for (i, rule) in shaped.value.rules.iter().enumerate() {
        let at = path.at(i).at("below");
        let percent = rule.below.strip_suffix('%').map(str::trim);
        let share = percent.and_then(|text| text.parse::<f64>().ok());
        match share.filter(|percent| *percent <= 100.0 && *percent >= -1e6) {
            Some(percent) => rules.push(PolicyRule {
                below: percent / 100.0,
                action: rule.action,
                says: rule.says.clone(),
            }),
            None if shaped.places.is_broken(&at) => {}
            None => {
                let message = format!("`{}` is no share of a budget", rule.below);
                let mistake = source.mistake(shaped.places.span(&at), message);
                found.push(mistake.hint("25%, at most 100%; 0% is a budget that is spent"));
            }
        }
    }
    if shaped.value.rules.is_empty() && !shaped.places.is_broken(&path) {
        let mistake = source.mistake(shaped.places.span(&path), "a policy without rules");
        found.push(mistake.hint("- { below: 0%, action: freeze, says: only fixes }"));
    }
    rules.sort_by(|a, b| b.below.total_cmp(&a.below));
    Policy { rules }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Policy, String) {
        let source = Source {
            file: "policy.yaml".into(),
            text: text.into(),
        };
        let mut found = vec![];
        let policy = read(&source, &mut found);
        (policy, found.iter().map(|d| d.render(false)).collect())
    }

    #[test]
    fn the_strictest_action_that_applies_is_told() {
        let (policy, said) = told(
            "rules:\n  - { below: 0%, action: freeze, says: only fixes }\n  - { below: 25%, action: review }\n  - { below: -100%, action: freeze, says: all hands }\n",
        );
        assert_eq!(said, "");
        let says = |left: f64| {
            let rule = policy.applies(left);
            rule.map(|rule| (rule.action, rule.says.as_str()))
        };
        assert_eq!(says(1.0), None);
        assert_eq!(says(0.25), None);
        assert_eq!(says(0.2), Some((Action::Review, "")));
        assert_eq!(says(-0.1), Some((Action::Freeze, "only fixes")));
        assert_eq!(says(-2.0), Some((Action::Freeze, "all hands")));
    }

    #[test]
    fn mistakes_name_their_line() {
        let (_, said) = told("rules: [{ below: 25, action: frieze }]");
        assert!(said.contains("`25` is no share"), "{said}");
        assert!(said.contains("freeze"), "{said}");
        let (_, said) = told("rules: []");
        assert!(said.contains("without rules"), "{said}");
    }
}
