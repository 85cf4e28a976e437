//! Colours that follow the page, and the finish of every drawing.

use plotters::prelude::*;

/// Drawn at twice the shown size, for the back end rounds to whole pixels.
const WIDTH: u32 = 1120;

/// A colour that stands for a CSS variable: never shown, replaced in [`finish`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Ink {
    Text,
    Grid,
    P50,
    P95,
    P99,
    Bad,
    Response,
    Service,
}

impl Ink {
    const ALL: [Self; 8] = [
        Self::Text,
        Self::Grid,
        Self::P50,
        Self::P95,
        Self::P99,
        Self::Bad,
        Self::Response,
        Self::Service,
    ];

    /// The stand-in for the drawing.
    pub(super) fn colour(self) -> RGBColor {
        RGBColor(1, 2, self as u8 + 1)
    }

    fn css(self) -> &'static str {
        match self {
            Self::Text => "var(--muted)",
            Self::Grid => "var(--line)",
            Self::P50 | Self::Service => "var(--p50)",
            Self::P95 => "var(--p95)",
            Self::P99 | Self::Response => "var(--p99)",
            Self::Bad => "var(--bad)",
        }
    }
}

/// The area a drawing begins with.
pub(super) fn canvas(
    svg: &mut String,
    height: u32,
) -> DrawingArea<SVGBackend<'_>, plotters::coord::Shift> {
    SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area()
}

/// The style of axis labels.
pub(super) fn label() -> TextStyle<'static> {
    ("sans-serif", 24).into_font().color(&Ink::Text.colour())
}

/// The style of a series.
pub(super) fn stroke(ink: Ink) -> ShapeStyle {
    ink.colour().stroke_width(3)
}

/// Makes a drawing part of the page: colours become CSS variables, and the size follows the page.
pub(super) fn finish(svg: &str, height: u32, words: &str) -> String {
    let body = svg
        .split_once('>')
        .map_or("", |(_, body)| body.trim_start());
    let mut out = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{words}\">\n{body}"
    );
    for ink in Ink::ALL {
        let RGBColor(r, g, b) = ink.colour();
        out = out.replace(&format!("#{r:02X}{g:02X}{b:02X}"), ink.css());
    }
    out
}
