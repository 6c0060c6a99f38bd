//! Exact numbers.

use document::Value;
use domain::Decimal;

/// A decimal number within bounds, both included. Unlike floating point, 0.1 stays 0.1.
pub(crate) fn decimal(value: &Value<'_>, min: i64, max: i64) -> Option<Decimal> {
    let Some(text) = value.scalar() else {
        value.report(format!(
            "a number is expected here, not {}",
            value.node().description()
        ));
        return None;
    };
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    let number = text
        .parse::<Decimal>()
        .ok()
        .filter(|number| plain && *number >= Decimal::from(min) && *number <= Decimal::from(max));
    if number.is_none() {
        value.report(format!("\"{text}\" is not a number from {min} to {max}"));
    }
    number
}
