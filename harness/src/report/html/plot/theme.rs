//! Colours that follow the page, and the finish of every drawing.

use plotters::coord::CoordTranslate;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;

/// Drawn at twice the shown size, for the back end rounds to whole pixels.
const WIDTH: u32 = 1120;

/// A colour that stands for a CSS variable: never shown, replaced in [`finish`].
#[derive(Debug, Clone, Copy)]
pub(in crate::report) enum Ink {
    Text,
    Grid,
    P50,
    P95,
    P99,
    Bad,
    Response,
    Service,
    Good,
    Doubt,
    Ground,
}

impl Ink {
    const ALL: [Self; 11] = [
        Self::Text,
        Self::Grid,
        Self::P50,
        Self::P95,
        Self::P99,
        Self::Bad,
        Self::Response,
        Self::Service,
        Self::Good,
        Self::Doubt,
        Self::Ground,
    ];

    /// The stand-in for the drawing.
    pub(in crate::report) fn colour(self) -> RGBColor {
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
            Self::Good => "var(--good)",
            Self::Doubt => "var(--doubt)",
            Self::Ground => "var(--card)",
        }
    }

    /// The same on white paper, where there is no page to ask.
    pub(in crate::report) fn paper(self) -> &'static str {
        match self {
            Self::Text => "#5d6870",
            Self::Grid => "#e1e5e2",
            Self::P50 | Self::Service => "#2f7fc1",
            Self::P95 => "#7a58c8",
            Self::P99 | Self::Response => "#c2477f",
            Self::Bad => "#c5303a",
            Self::Good => "#1b7a4a",
            Self::Doubt => "#9a6200",
            Self::Ground => "#ffffff",
        }
    }
}

/// The area a drawing begins with.
pub(in crate::report) fn canvas(
    svg: &mut String,
    height: u32,
) -> DrawingArea<SVGBackend<'_>, plotters::coord::Shift> {
    SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area()
}

/// The style of axis labels.
pub(in crate::report) fn label() -> TextStyle<'static> {
    ("sans-serif", 24).into_font().color(&Ink::Text.colour())
}

/// The style of a series.
pub(in crate::report) fn stroke(ink: Ink) -> ShapeStyle {
    ink.colour().stroke_width(3)
}

/// The key to the series, in the corner where capacity and truth leave room.
pub(in crate::report) fn legend<'a, B: DrawingBackend + 'a, X: CoordTranslate>(
    chart: &mut ChartContext<'a, B, X>,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(label())
        .legend_area_size(40)
        .margin(14)
        .background_style(Ink::Ground.colour())
        .draw()
}

/// Makes a drawing part of the page: colours become CSS variables, and the size follows the page.
pub(in crate::report) fn finish(svg: &str, height: u32, words: &str) -> String {
    let body = svg
        .split_once('>')
        .map_or("", |(_, body)| body.trim_start());
    let page = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{words}\">\n{body}"
    );
    coloured(page, Ink::css)
}

/// Makes a drawing a file of its own, on white paper.
pub(in crate::report) fn standalone(svg: &str) -> String {
    coloured(svg.to_owned(), Ink::paper)
}

fn coloured(svg: String, colour: fn(Ink) -> &'static str) -> String {
    Ink::ALL.into_iter().fold(svg, |svg, ink| {
        let RGBColor(r, g, b) = ink.colour();
        svg.replace(&format!("#{r:02X}{g:02X}{b:02X}"), colour(ink))
    })
}
