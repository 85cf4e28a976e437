//! The page: self-contained, complete, and safe against what it shows.

use sloproof::report::{Document, html};

use crate::sample;

fn page(doc: &Document) -> String {
    html::render(doc).unwrap()
}

#[test]
fn the_page_loads_nothing() {
    for doc in [
        sample::pass(),
        sample::fail(),
        sample::invalid(),
        sample::hostile(),
    ] {
        let html = page(&doc).to_lowercase();
        for loader in [
            "src=",
            "<link",
            "@import",
            "url(",
            "<iframe",
            "fetch(",
            "xmlhttprequest",
            "href=\"http",
            "href=\"//",
            "xmlns",
        ] {
            assert!(!html.contains(loader), "{loader}");
        }
    }
}

#[test]
fn every_finding_has_its_place_and_its_evidence() {
    let doc = sample::fail();
    let html = page(&doc);
    for (index, finding) in doc.findings.iter().enumerate() {
        assert!(html.contains(&format!("id=\"finding-{}\"", index + 1)));
        assert!(html.contains(&format!("sloproof explain {}", escaped(&finding.check.0))));
        for id in &finding.evidence {
            assert!(html.contains(&format!("evidence&#x2f;{id:04}.json")));
        }
    }
}

#[test]
fn every_link_within_the_page_has_a_target() {
    for doc in [
        sample::pass(),
        sample::fail(),
        sample::invalid(),
        sample::empty(),
    ] {
        let html = page(&doc);
        for link in html.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }
}

#[test]
fn the_origin_is_marked_and_what_follows_is_dimmed() {
    let html = page(&sample::fail());
    assert_eq!(html.matches("class=\"hop fail origin\"").count(), 1);
    assert_eq!(html.matches("class=\"hop fail follows\"").count(), 1);
    assert!(!page(&sample::pass()).contains("class=\"hop fail"));
}

#[test]
fn sections_stand_in_the_order_of_reading() {
    let html = page(&sample::fail());
    let order = [
        "class=\"verdict\"",
        "id=\"chain\"",
        "id=\"timeline\"",
        "id=\"routes\"",
        "id=\"objectives\"",
        "id=\"findings\"",
        "id=\"instrument\"",
    ];
    let places: Vec<usize> = order.iter().map(|part| html.find(part).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn hostile_texts_stay_texts() {
    let html = page(&sample::hostile());
    assert!(!html.contains("<script>alert"));
    assert!(html.contains("&lt;script&gt;alert(1)"));
    // A text is never taken for a template.
    assert!(html.contains("{{ 7 * 7 }}"));
    // One script for behaviour, one block of data, as in a harmless report.
    assert_eq!(html.matches("<script").count(), 2);
    assert_eq!(html.matches("</script>").count(), 2);
}

#[test]
fn nothing_at_all_is_said_in_words() {
    let html = page(&sample::empty());
    for words in [
        "Nothing was checked, so nothing is proved.",
        "Nothing happened on the time axis.",
        "No route was loaded in a measured phase.",
        "The scenario has no objective.",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("NaN"));
}

#[test]
fn seconds_without_values_leave_gaps() {
    let mut doc = sample::pass();
    for second in &mut doc.timeline.seconds {
        (second.p50_ms, second.p95_ms, second.p99_ms) = (None, None, None);
        for route in &mut second.routes {
            (route.p50_ms, route.p95_ms, route.p99_ms) = (None, None, None);
        }
    }
    let html = page(&doc);
    assert!(!html.contains("response time percentiles over the seconds"));
    assert!(!html.contains("NaN"));
}

#[test]
fn plots_take_their_colours_from_the_page() {
    let html = page(&sample::fail());
    let plots: Vec<&str> = html
        .split("<svg class=\"plot\"")
        .skip(1)
        .map(|rest| rest.split("</svg>").next().unwrap())
        .collect();
    // Two routes with two plots each, and the errors of the one that has any.
    assert_eq!(plots.len(), 5);
    for plot in plots {
        assert!(plot.contains("var(--"));
        assert!(!plot.contains("=\"#"), "a fixed colour in {plot}");
    }
}

#[test]
#[ignore = "writes the samples into the target directory, to be looked at in a browser"]
fn write_the_samples() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, doc) in [
        ("pass", sample::pass()),
        ("fail", sample::fail()),
        ("invalid", sample::invalid()),
        ("empty", sample::empty()),
        ("hostile", sample::hostile()),
    ] {
        std::fs::write(folder.join(format!("{name}.html")), page(&doc)).unwrap();
    }
}

fn escaped(text: &str) -> String {
    text.replace('/', "&#x2f;")
}
