//! `report.html`: one page that needs no network, reads in light and dark, on paper and on a phone.
//!
//! The views beside this file turn the document into words and shapes; the templates in `assets/` only place them.

mod chain;
mod findings;
mod instrument;
mod objectives;
mod page;
pub(super) mod plot;
mod routes;
mod timeline;
pub(super) mod value;

use minijinja::{Environment, context};
pub use plot::PlotError;

use super::document::Document;
use page::Page;

/// Why the page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// A chart could not be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// The contents do not fit the template.
    #[error("the report's page cannot be filled")]
    Template(#[from] minijinja::Error),
    /// The contents cannot be handed to the template.
    #[error("the report's contents cannot be handed to its page")]
    Contents(#[from] serde_json::Error),
}

const TEMPLATES: [(&str, &str); 9] = [
    ("page.html", include_str!("assets/page.html")),
    ("verdict.html", include_str!("assets/verdict.html")),
    ("chain.html", include_str!("assets/chain.html")),
    ("timeline.html", include_str!("assets/timeline.html")),
    ("routes.html", include_str!("assets/routes.html")),
    ("objectives.html", include_str!("assets/objectives.html")),
    ("findings.html", include_str!("assets/findings.html")),
    ("finding.html", include_str!("assets/finding.html")),
    ("instrument.html", include_str!("assets/instrument.html")),
];

/// Renders the document as one self-contained page. Every text of the document is escaped.
pub fn render(doc: &Document) -> Result<String, HtmlError> {
    let mut env = Environment::new();
    for (name, source) in TEMPLATES {
        env.add_template(name, source)?;
    }
    let page = serde_json::to_value(Page::of(doc)?)?;
    let html = env.get_template("page.html")?.render(context! {
        css => include_str!("assets/style.css"),
        js => include_str!("assets/report.js"),
        p => value::from_json(page),
    })?;
    Ok(html)
}
