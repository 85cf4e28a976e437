//! What Grafana would send to the data source for a panel: variables and built-ins replaced, resolution chosen.
//!
//! Template variables are replaced first, as Grafana's browser half does, then the interval built-ins, as its server
//! half does. What Grafana would silently send as written although nothing defines it is an error here.

use std::collections::BTreeMap;

use super::panel::{Dashboard, Panel, PanelQuery, Variable};
use crate::model::{Engine, Millis, Moment, Question};
use builtin::Resolution;
use token::{Form, Piece, Quote, Reference};
use value::Value;

mod builtin;
mod error;
mod escape;
mod format;
mod interval;
mod token;
mod value;

pub use error::InterpolationError;

/// What the dashboard is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The time range shown.
    pub range: Millis,
    /// "Scrape interval" in the settings of the Prometheus data source.
    pub scrape_interval: Millis,
}

/// The question that a panel's query asks. `values` win over the values chosen in the file.
///
/// An instant PromQL query is asked at the settled moment. A log query (it starts with its selector) is asked for the
/// number of its lines.
pub fn panel_question(
    dashboard: &Dashboard,
    values: &BTreeMap<String, Vec<String>>,
    panel: &Panel,
    query: &PanelQuery,
    span: Span,
) -> Result<Question, InterpolationError> {
    let text = replace_variables(&dashboard.variables, values, query)?;
    let resolution = Resolution::of(panel, query.engine, span);
    Ok(match query.engine {
        Engine::Prometheus => {
            let query_text = builtin::prometheus(&text, resolution, span.range);
            if query.instant {
                Question::PromInstant {
                    query: query_text,
                    at: Moment::Settled,
                }
            } else {
                Question::PromRange {
                    query: query_text,
                    step: resolution.step,
                }
            }
        }
        Engine::Loki => {
            let query_text = builtin::loki(&text, resolution, span.range, query.instant);
            if query_text.trim_start().starts_with('{') {
                Question::LokiCount {
                    selector: query_text,
                    by: vec![],
                }
            } else {
                Question::LokiRange {
                    query: query_text,
                    step: resolution.step,
                }
            }
        }
    })
}

fn replace_variables(
    variables: &[Variable],
    values: &BTreeMap<String, Vec<String>>,
    query: &PanelQuery,
) -> Result<String, InterpolationError> {
    let mut text = String::new();
    let mut quote = Quote::default();
    for piece in token::pieces(&query.expr) {
        match piece {
            Piece::Text(plain) => {
                quote.pass(plain);
                text.push_str(plain);
            }
            Piece::Variable(reference) => {
                let variable = variables.iter().find(|v| v.name == reference.name);
                match variable {
                    None => text.push_str(verbatim(&reference, query.engine)?),
                    Some(variable) => {
                        let value = value::of(variable, values.get(&variable.name))?;
                        let new = replacement(&reference, variable, &value, query.engine)?;
                        if reference.format == Some("regex")
                            && quote.is_double()
                            && new.contains('\\')
                        {
                            return Err(InterpolationError::RegexInQuotes {
                                variable: variable.name.clone(),
                            });
                        }
                        text.push_str(&new);
                    }
                }
            }
        }
    }
    Ok(text)
}

/// What stays as written: numbers (`$1` of `label_replace`) and built-ins that are replaced later.
fn verbatim<'a>(reference: &Reference<'a>, engine: Engine) -> Result<&'a str, InterpolationError> {
    let name = reference.name;
    let plain = reference.format.is_none() && reference.field.is_none();
    let numeric = reference.form == Form::Dollar && name.bytes().all(|b| b.is_ascii_digit());
    if numeric || (plain && builtin::is_known(engine, name, reference.form)) {
        return Ok(reference.text);
    }
    Err(
        if engine == Engine::Loki && name.starts_with("__rate_interval") {
            InterpolationError::RateIntervalInLoki
        } else if name.starts_with("__") {
            InterpolationError::NotSupported {
                what: reference.text.to_owned(),
            }
        } else {
            InterpolationError::Undefined {
                variable: name.to_owned(),
            }
        },
    )
}

fn replacement(
    reference: &Reference<'_>,
    variable: &Variable,
    value: &Value,
    engine: Engine,
) -> Result<String, InterpolationError> {
    let not_supported = || InterpolationError::NotSupported {
        what: reference.text.to_owned(),
    };
    if reference.field.is_some() {
        return Err(not_supported());
    }
    match (reference.format, engine) {
        (Some(format), _) => format::apply(format, &variable.name, value).ok_or_else(not_supported),
        (None, Engine::Prometheus) => Ok(escape::prometheus(variable, value)),
        (None, Engine::Loki) => Ok(escape::loki(variable, value)),
    }
}

#[cfg(test)]
mod tests;
