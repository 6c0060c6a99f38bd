//! Free settings of providers and checks, as JSON.

use document::{Kind, Node};
use serde_json::Value;

/// A node as JSON. Text without quotes that reads as a number, `true` or `false` becomes one.
pub(crate) fn of(node: &Node) -> Value {
    match &node.kind {
        Kind::Mapping(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, node)| (key.text.clone(), of(node)))
                .collect(),
        ),
        Kind::Sequence(items) => Value::Array(items.iter().map(of).collect()),
        Kind::Scalar { text, quoted: true } => Value::String(text.clone()),
        Kind::Scalar { text, .. } => plain(text),
        Kind::Null => Value::Null,
    }
}

fn plain(text: &str) -> Value {
    match text {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    // Codes such as 007 keep their zeros: they are no JSON numbers.
    serde_json::from_str::<serde_json::Number>(text)
        .map_or_else(|_| Value::String(text.to_owned()), Value::Number)
}
