//! The views by name, and the files they are kept in.

use super::document::Document;
use super::html::HtmlError;
use super::json::JsonError;
use super::junit::JunitError;
use super::terminal::Style;
use super::{html, json, junit, markdown, terminal};

/// A view of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The summary for a terminal.
    Terminal,
    /// The document itself.
    Json,
    /// One self-contained page.
    Html,
    /// Test results for a CI system.
    Junit,
    /// The summary for a CI job's page.
    Markdown,
}

impl Format {
    /// All views.
    pub const ALL: [Self; 5] = [
        Self::Terminal,
        Self::Json,
        Self::Html,
        Self::Junit,
        Self::Markdown,
    ];

    /// The word for the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Html => "html",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }

    /// The file in the run directory; `None` for what is only printed.
    pub fn file_name(self) -> Option<&'static str> {
        match self {
            Self::Terminal => None,
            Self::Json => Some("report.json"),
            Self::Html => Some("report.html"),
            Self::Junit => Some("junit.xml"),
            Self::Markdown => Some("summary.md"),
        }
    }
}

/// Why a view could not be made: always a fault of this program, never of the document's contents.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The page.
    #[error(transparent)]
    Html(#[from] HtmlError),
    /// The test results.
    #[error(transparent)]
    Junit(#[from] JunitError),
}

/// Renders one view; `style` matters to the terminal only.
pub fn render(doc: &Document, format: Format, style: Style) -> Result<String, RenderError> {
    Ok(match format {
        Format::Terminal => terminal::render(doc, style),
        Format::Json => json::render(doc)?,
        Format::Html => html::render(doc)?,
        Format::Junit => junit::render(doc)?,
        Format::Markdown => markdown::render(doc),
    })
}
