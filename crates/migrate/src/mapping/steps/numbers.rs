//! How numbers are written.

use document::Value;

/// The signs of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    /// Between whole and fraction.
    pub decimal: char,
    /// Between groups of three digits, where the book has any.
    pub thousands: Option<char>,
}

impl Default for NumberFormat {
    fn default() -> NumberFormat {
        NumberFormat {
            decimal: '.',
            thousands: None,
        }
    }
}

/// Reads the setting of `number` and `percentage`.
pub(super) fn number_format(setting: &Value<'_>) -> Option<NumberFormat> {
    let fields = setting.fields()?;
    let decimal = fields.one_of("decimal", &[(",", ','), (".", '.')]);
    let thousands = fields.optional_one_of(
        "thousands",
        &[(",", ','), (".", '.'), (" ", ' '), ("'", '\''), ("’", '’')],
    );
    if decimal.is_some() && decimal == thousands {
        fields.report("the same sign cannot stand for both");
    }
    fields.finish();
    Some(NumberFormat {
        decimal: decimal?,
        thousands,
    })
}
