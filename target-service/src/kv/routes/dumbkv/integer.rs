//! Integers as leniently as pydantic reads them.

use serde_json::{Number, Value};

use super::mistakes::IntegerMistake;

/// Numbers without a fraction, booleans, and texts such as `"1"`, `" +1_0 "` and `"1.0"`.
pub(super) fn of_json(value: &Value) -> Result<i64, IntegerMistake> {
    match value {
        Value::Number(number) => of_number(number),
        Value::Bool(bit) => Ok(i64::from(*bit)),
        Value::String(text) => of_text(text),
        _ => Err(IntegerMistake::Type),
    }
}

fn of_number(number: &Number) -> Result<i64, IntegerMistake> {
    /// 2^63, the first number beyond the range.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if let Some(number) = number.as_i64() {
        return Ok(number);
    }
    let number = number.as_f64().ok_or(IntegerMistake::Size)?;
    if number.fract() != 0.0 {
        Err(IntegerMistake::Fraction)
    } else if (-LIMIT..LIMIT).contains(&number) {
        Ok(number as i64)
    } else {
        Err(IntegerMistake::Size)
    }
}

/// The text form alone, as in a query.
pub(super) fn of_text(text: &str) -> Result<i64, IntegerMistake> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) if text.starts_with('-') => ("-", rest),
        Some(rest) => ("", rest),
        None => ("", text),
    };
    let whole = match rest.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return Err(IntegerMistake::Text),
        None => rest,
    };
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    if !whole.split('_').all(digits) {
        return Err(IntegerMistake::Text);
    }
    let number = format!("{sign}{}", whole.replace('_', ""));
    // Only digits are left, so that nothing but the size can be wrong.
    number.parse().map_err(|_size| IntegerMistake::Size)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_pydantic_takes_is_taken() {
        for (value, expected) in [
            (json!(-5), Ok(-5)),
            (json!(1.0), Ok(1)),
            (json!(1e2), Ok(100)),
            (json!(true), Ok(1)),
            (json!("001"), Ok(1)),
            (json!(" +1_0 "), Ok(10)),
            (json!("-0"), Ok(0)),
            (json!("1.0"), Ok(1)),
            (json!(i64::MIN.to_string()), Ok(i64::MIN)),
            (json!(1.5), Err(IntegerMistake::Fraction)),
            (json!(1e30), Err(IntegerMistake::Size)),
            (json!(u64::MAX), Err(IntegerMistake::Size)),
            (json!("9223372036854775808"), Err(IntegerMistake::Size)),
            (json!(null), Err(IntegerMistake::Type)),
            (json!([1]), Err(IntegerMistake::Type)),
        ] {
            assert_eq!(of_json(&value), expected, "{value}");
        }
        for text in [
            "", "abc", "1.5", "1.", ".0", "1__0", "_1", "0x1", "+ 1", "--1", "1.0_0", "1e2", "+-1",
        ] {
            assert_eq!(of_text(text), Err(IntegerMistake::Text), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_number_survives_its_text(number in any::<i64>()) {
            prop_assert_eq!(of_text(&number.to_string()), Ok(number));
            prop_assert_eq!(of_json(&json!(number)), Ok(number));
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            let _number_or_mistake = of_text(&text);
        }
    }
}
