//! The rules that another tool would make of the same objectives.

use crate::slo::exchange::{Exchange, pyrra, sloth};
use crate::slo::openslo::SloDocument;
use crate::slo::{Slo, exchange::Loss};

/// The tool whose rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Sloth v0.16.
    Sloth,
    /// Pyrra.
    Pyrra,
}

/// The rules of the tool, as text.
pub fn foreign(
    style: Style,
    slos: &[(&SloDocument, &Slo)],
    source: &str,
) -> Result<Exchange<String>, serde_saphyr::ser::Error> {
    let (file, losses, tool): (_, Vec<Loss>, _) = match style {
        Style::Sloth => {
            // Sloth makes the rules of one period at a time.
            let mut groups = Vec::new();
            let mut losses = Vec::new();
            for (document, slo) in slos {
                let made = sloth::export(&[(document, slo)]);
                groups.extend(sloth::rules(&made.written, slo.objective.period).groups);
                // The period is a flag of Sloth's, and here it is known.
                let kept = made
                    .losses
                    .into_iter()
                    .filter(|loss| loss.field != "timeWindow");
                losses.extend(kept);
            }
            (crate::rules::spec::RuleFileSpec { groups }, losses, "Sloth")
        }
        Style::Pyrra => {
            let exported = pyrra::export(slos);
            let made = pyrra::rules(&exported.written);
            let losses = exported.losses.into_iter().chain(made.losses);
            (made.written, losses.collect(), "Pyrra")
        }
    };
    let yaml = serde_saphyr::to_string(&file)?;
    let head = format!(
        "# Compiled from {source} by `sloproof slo compile` in the style of {tool}; edit that and compile again.\n"
    );
    Ok(Exchange {
        written: head + &yaml,
        losses,
    })
}
