//! Golden texts: what a person or a CI system reads, to the letter.

use sloproof::report::{Format, Style, render};

use crate::sample;

fn text(doc: &sloproof::report::Document, format: Format) -> String {
    render(doc, format, Style::default()).unwrap()
}

#[test]
fn a_pass_on_the_terminal() {
    insta::assert_snapshot!(text(&sample::pass(), Format::Terminal));
}

#[test]
fn lying_counters_on_the_terminal() {
    insta::assert_snapshot!(text(&sample::fail(), Format::Terminal));
}

#[test]
fn a_stalled_generator_on_the_terminal() {
    insta::assert_snapshot!(text(&sample::invalid(), Format::Terminal));
}

#[test]
fn a_narrow_terminal_breaks_between_words() {
    let style = Style {
        colour: false,
        width: 64,
    };
    insta::assert_snapshot!(render(&sample::fail(), Format::Terminal, style).unwrap());
}

#[test]
fn nothing_at_all_on_the_terminal() {
    insta::assert_snapshot!(text(&sample::empty(), Format::Terminal));
}

#[test]
fn lying_counters_in_markdown() {
    insta::assert_snapshot!(text(&sample::fail(), Format::Markdown));
}

#[test]
fn a_stalled_generator_in_markdown() {
    insta::assert_snapshot!(text(&sample::invalid(), Format::Markdown));
}

#[test]
fn lying_counters_in_junit() {
    insta::assert_snapshot!(text(&sample::fail(), Format::Junit));
}

#[test]
fn a_stalled_generator_in_junit() {
    insta::assert_snapshot!(text(&sample::invalid(), Format::Junit));
}

#[test]
fn nothing_at_all_in_junit_is_not_green() {
    insta::assert_snapshot!(text(&sample::empty(), Format::Junit));
}
