//! The summary on a terminal: the verdict, what is wrong, then the numbers.

mod findings;
mod headline;
mod style;
mod tables;

use super::document::Document;
use super::story::Story;
pub use style::Style;
pub(super) use style::Tone;

/// Renders the summary, blocks parted by one empty line.
pub fn render(doc: &Document, style: Style) -> String {
    let story = Story::of(doc);
    let mut blocks = vec![headline::render(doc, style)];
    blocks.extend(story.failed.iter().map(|t| findings::told(t, style)));
    blocks.extend(story.undecided.iter().map(|t| findings::told(t, style)));
    blocks.extend([
        tables::routes(doc, style),
        tables::hops(doc, style),
        tables::objectives(doc, style),
        findings::warnings(doc, &story, style),
        findings::aside(doc, &story, style),
        headline::advice(doc, style),
    ]);
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n")
}
