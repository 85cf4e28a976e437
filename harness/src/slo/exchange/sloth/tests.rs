//! Round trips, and the rules against Sloth's documented output for a document of the form of its first example.

use super::*;
use crate::model::{Level, Millis, Source};
use crate::slo::Slo;
use crate::slo::exchange::openslo_text;
use crate::slo::openslo::{File, SloDocument, lower};

const SHOP: &str = include_str!("../../../../tests/fixtures/slo/sloth.yaml");

/// Of the series of the first SLO.
const SEL: &str = r#"{sloth_id="shop-checkout-availability", sloth_service="shop", sloth_slo="checkout-availability"}"#;

fn source(text: &str) -> Source {
    Source {
        file: "slo.yaml".into(),
        text: text.into(),
    }
}

fn specs(text: &str) -> Vec<Spec> {
    let mut found = Vec::new();
    let specs = read(&source(text), &mut found);
    assert_eq!(found, [], "{text}");
    specs
}

fn read_openslo(text: &str) -> Vec<(SloDocument, Slo)> {
    let source = source(text);
    let mut found = Vec::new();
    let file = File::read(&source, &mut found);
    let slos = file.slos.into_iter();
    let pairs: Vec<_> = slos
        .filter_map(|document| Some((document.clone(), lower(&document, &source, &mut found)?)))
        .collect();
    let mistakes: String = found
        .iter()
        .filter(|d| d.level == Level::Mistake)
        .map(|d| d.render(false))
        .collect();
    assert_eq!(mistakes, "", "{text}");
    pairs
}

fn exported(text: &str) -> super::super::Exchange<Vec<Spec>> {
    let pairs = read_openslo(text);
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(document, slo)| (document, slo))
        .collect();
    export(&pairs)
}

#[test]
fn what_is_imported_is_exported_again_and_makes_the_same_rules() {
    let before = specs(SHOP);
    let imported = import(&before, PERIOD);
    let text = openslo_text(&imported.written).unwrap();
    let after = exported(&text);
    assert_eq!(rules(&after.written, PERIOD), rules(&before, PERIOD));
    // Labels of the service become labels of each SLO, which the rules do not tell apart.
    let mut expected = before;
    let labels = std::mem::take(&mut expected[0].labels);
    for slo in &mut expected[0].slos {
        slo.labels.clone_from(&labels);
    }
    assert_eq!(after.written, expected);
    assert_eq!(after.losses, []);
}

#[test]
fn an_import_lists_what_openslo_has_no_field_for() {
    let mut told: Vec<String> = import(&specs(SHOP), PERIOD)
        .losses
        .iter()
        .map(ToString::to_string)
        .collect();
    told.sort();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("checkout-availability: alerting: OpenSLO names no alerts; kept"));
    let plugin = SHOP.replace(
        "      raw:\n        error_ratio_query: 1 - avg_over_time(stock_fresh[{{.window}}])",
        "      plugin: { id: shop/stock }",
    );
    let imported = import(&specs(&plugin), PERIOD);
    assert_eq!(imported.written.len(), 1);
    assert!(
        imported
            .losses
            .iter()
            .any(|loss| loss.field == "sli.plugin")
    );
    let named = import(
        &specs(&SHOP.replace("stock-freshness", "Stock_Freshness")),
        PERIOD,
    );
    assert_eq!(named.written[1].metadata.name, "stock-freshness");
    assert!(named.losses.iter().any(|loss| loss.field == "name"));
    let text = openslo_text(&named.written).unwrap();
    assert_eq!(exported(&text).written[0].slos[1].name, "Stock_Freshness");
}

#[test]
fn mistakes_of_a_document_are_told_with_their_places() {
    let text = SHOP
        .replace("objective: 99.9", "objective: 100")
        .replace("error_query", "errror_query")
        .replace(
            "      raw:\n        error_ratio_query: 1 - avg_over_time(stock_fresh[{{.window}}])\n",
            "      {}\n",
        );
    let mut found = Vec::new();
    read(&source(&text), &mut found);
    let mut told: Vec<String> = found
        .iter()
        .map(|d| format!("{} {}", d.line, d.message))
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "10 unknown field `errror_query`, did you mean `error_query`?",
            "21 an SLI has exactly one of `events`, `raw` and `plugin`",
            "6 objective out of range: a percentage, above 0 and below 100",
        ]
    );
    found.clear();
    read(
        &source("apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel\n"),
        &mut found,
    );
    assert!(found[0].message.contains("not a Sloth document"));
}

#[test]
fn the_rules_have_sloths_windows_factors_names_and_labels() {
    let file = rules(&specs(SHOP), PERIOD);
    let names: Vec<&str> = file.groups.iter().map(|g| g.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "sloth-slo-sli-recordings-shop-checkout-availability",
            "sloth-slo-meta-recordings-shop-checkout-availability",
            "sloth-slo-alerts-shop-checkout-availability",
            "sloth-slo-sli-recordings-shop-stock-freshness",
            "sloth-slo-meta-recordings-shop-stock-freshness",
            "sloth-slo-alerts-shop-stock-freshness",
        ]
    );
    let sel = SEL;
    let records: Vec<&str> = file.groups[0]
        .rules
        .iter()
        .filter_map(|r| r.record.as_deref())
        .collect();
    let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"];
    assert_eq!(
        records,
        windows.map(|w| format!("slo:sli_error:ratio_rate{w}"))
    );
    let short = &file.groups[0].rules[0];
    assert_eq!(
        short.expr,
        "(sum(rate(orders_total{code=~\"5..\"}[5m])))\n/\n(sum(rate(orders_total[5m])))\n"
    );
    let labels: Vec<String> = short
        .labels
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    assert_eq!(
        labels,
        [
            "sloth_id=shop-checkout-availability",
            "sloth_service=shop",
            "sloth_slo=checkout-availability",
            "sloth_window=5m",
            "team=storefront",
        ]
    );
    let period = &file.groups[0].rules[7];
    assert_eq!(
        period.expr,
        format!(
            "sum_over_time(slo:sli_error:ratio_rate5m{sel}[30d])\n/ ignoring (sloth_window)\ncount_over_time(slo:sli_error:ratio_rate5m{sel}[30d])\n"
        )
    );
    assert_eq!(period.labels.len(), 1);
    // Sloth's own rounding: 99.9 / 100 and (100 - 99.9) / 100 in binary fractions.
    let facts: Vec<&str> = file.groups[1]
        .rules
        .iter()
        .map(|r| r.expr.as_str())
        .collect();
    assert_eq!(
        facts[..3],
        [
            "vector(0.9990000000000001)",
            "vector(1-0.9990000000000001)",
            "vector(30)"
        ]
    );
    assert_eq!(facts[5], format!("1 - slo:period_burn_rate:ratio{sel}"));
    assert_eq!(file.groups[1].rules[6].labels["sloth_objective"], "99.9");
}

#[test]
fn the_alerts_have_sloths_pairs_labels_and_annotations() {
    let file = rules(&specs(SHOP), PERIOD);
    let sel = SEL;
    let [page, ticket] = &file.groups[2].rules[..] else {
        panic!("two alerts");
    };
    let side = |w: &str, factor: &str| {
        format!(
            "    max(slo:sli_error:ratio_rate{w}{sel} > ({factor} * 0.0009999999999999432)) without (sloth_window)\n"
        )
    };
    let pair = |short, long, factor: &str| {
        format!(
            "(\n{}    and\n{})\n",
            side(short, factor),
            side(long, factor)
        )
    };
    assert_eq!(
        page.expr,
        format!("{}or\n{}", pair("5m", "1h", "14.4"), pair("30m", "6h", "6"))
    );
    assert_eq!(
        ticket.expr,
        format!("{}or\n{}", pair("2h", "1d", "3"), pair("6h", "3d", "1"))
    );
    assert_eq!(page.alert.as_deref(), Some("CheckoutErrors"));
    assert_eq!(
        (page.hold.as_deref(), page.labels["sloth_severity"].as_str()),
        (None, "page")
    );
    assert_eq!(
        (page.labels["area"].as_str(), page.labels["route"].as_str()),
        ("orders", "pager")
    );
    assert!(
        !page.labels.contains_key("sloth_id"),
        "it comes from the series"
    );
    assert_eq!(ticket.labels["route"], "queue");
    assert!(
        page.annotations["title"].starts_with("(page)")
            && ticket.annotations["title"].starts_with("(ticket)")
    );
    let raw = &file.groups[3].rules[0];
    assert_eq!(raw.expr, "(1 - avg_over_time(stock_fresh[5m]))");
    assert_eq!(file.groups[5].rules.len(), 1, "the page is switched off");
}

#[test]
fn other_periods_have_sloths_factors_and_names() {
    let file = rules(&specs(SHOP), Millis(28 * 86_400_000));
    assert_eq!(
        file.groups[0].rules[7].record.as_deref(),
        Some("slo:sli_error:ratio_rate4w")
    );
    let page = &file.groups[2].rules[0].expr;
    assert!(page.contains("> (13.44 *"), "{page}");
    assert_eq!(file.groups[1].rules[2].expr, "vector(28)");
}

#[test]
fn an_objective_of_our_own_is_exported_with_what_is_lost() {
    let text = include_str!("../../../../../slo/kv.yaml");
    let exported = exported(text);
    let slos = &exported.written[0].slos;
    assert_eq!(exported.written[0].service, "kv");
    assert_eq!(slos[0].objective.to_bits(), 99.9_f64.to_bits());
    assert_eq!(
        slos[1].sli.events.as_ref().unwrap().error_query,
        "(sum(rate(http_request_duration_seconds_count{job=\"kv\",route=~\"/v1/.*\"}[{{.window}}])))\n-\n(sum(rate(http_request_duration_seconds_bucket{job=\"kv\",route=~\"/v1/.*\",le=\"0.25\"}[{{.window}}])))"
    );
    let fields: Vec<&str> = exported
        .losses
        .iter()
        .map(|loss| loss.field.as_str())
        .collect();
    assert_eq!(fields, ["metadata.displayName", "metadata.displayName"]);
}

#[test]
fn the_place_of_the_window_may_be_written_wide_and_must_be_there() {
    let wide = SHOP.replace("{{.window}}", "{{ .window }}");
    assert_eq!(specs(&wide), specs(SHOP));
    let mut found = Vec::new();
    read(
        &source(&SHOP.replace("orders_total[{{.window}}]", "orders_total[5m]")),
        &mut found,
    );
    let told: Vec<String> = found
        .iter()
        .map(|d| format!("{} {}", d.line, d.message))
        .collect();
    assert_eq!(told, ["11 a query has no place for the window"]);
}
