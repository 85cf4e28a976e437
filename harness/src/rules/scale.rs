//! Divides every window of a rule by the time scale, so that a production hour becomes a minute of a run.
//!
//! Factors, thresholds and annotations stay: burn rates are ratios and do not know how long a month is.

use super::spec::RuleFileSpec;
use super::window::windows;
use crate::model::Millis;

/// An expression with each window divided by `k`. A window that keeps its length keeps its spelling, and one that
/// cannot be read stays as written; [`super::parse()`] has refused those before.
pub fn scale_expr(expr: &str, k: u32) -> String {
    let mut out = String::with_capacity(expr.len());
    let mut copied = 0;
    for window in windows(expr) {
        let Some(length) = window.length else {
            continue;
        };
        let scaled = length.scaled_down(k);
        if scaled != length {
            out.push_str(&expr[copied..window.span.start]);
            out.push_str(&scaled.to_promql());
            copied = window.span.end;
        }
    }
    out.push_str(&expr[copied..]);
    out
}

/// Divides `for`, `keep_firing_for`, `interval`, `query_offset` and every expression of a file by `k`.
pub(super) fn scale_spec(spec: &mut RuleFileSpec, k: u32) {
    for group in &mut spec.groups {
        scale_text(&mut group.interval, k);
        scale_text(&mut group.query_offset, k);
        for rule in &mut group.rules {
            scale_text(&mut rule.hold, k);
            scale_text(&mut rule.keep_firing_for, k);
            rule.expr = scale_expr(&rule.expr, k);
        }
    }
}

fn scale_text(text: &mut Option<String>, k: u32) {
    if let Some(length) = text.as_deref().and_then(Millis::from_promql) {
        *text = Some(length.scaled_down(k).to_promql());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_window_shrinks_and_nothing_else() {
        assert_eq!(
            scale_expr(
                r#"sum(rate(x{job="a[1h]"}[5m] offset 1h)) / 60 > 14.4 * 0.001 # [1h]"#,
                60
            ),
            r#"sum(rate(x{job="a[1h]"}[5s] offset 1m)) / 60 > 14.4 * 0.001 # [1h]"#
        );
        assert_eq!(
            scale_expr("avg_over_time(x[30d:5m])", 60),
            "avg_over_time(x[12h:5s])"
        );
        assert_eq!(scale_expr("rate(x[1m])", 7), "rate(x[8s571ms])");
        assert_eq!(
            scale_expr(r#"sum(count_over_time({a="b"} |= "[5m]" [10m]))"#, 60),
            r#"sum(count_over_time({a="b"} |= "[5m]" [10s]))"#
        );
    }

    proptest! {
        #[test]
        fn scaling_by_one_changes_nothing(expr in "([a-z_:]{1,6}|\\[|\\]|[0-9]{1,4}[smhdw]?|offset | |\"|'|`|#|\n|\\\\|-|é){0,30}") {
            prop_assert_eq!(scale_expr(&expr, 1), expr);
        }

        #[test]
        fn text_in_quotes_is_never_touched(text in "[^\"\\\\]{0,40}", k in 1_u32..10_000) {
            let quoted = format!("\"{text}\"");
            let expr = format!("count_over_time({{a=\"b\"}} |= {quoted} [1h])");
            prop_assert!(scale_expr(&expr, k).contains(&quoted));
        }

        #[test]
        fn any_text_can_be_scaled(expr in "\\PC{0,60}", k in 0_u32..100) {
            let _ = scale_expr(&expr, k);
        }
    }
}
