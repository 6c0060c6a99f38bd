//! A value between two steps.

use serde_json::Value;

/// A value on its way through the steps.
#[derive(Clone)]
pub(super) enum Content {
    Missing,
    Text(String),
    List(Vec<String>),
    Json(Value),
}

impl Content {
    pub(super) fn list(texts: Vec<String>) -> Content {
        if texts.is_empty() {
            Content::Missing
        } else {
            Content::List(texts)
        }
    }

    /// What was made of each of several values: texts, unless one of them is something else.
    pub(super) fn of_all(made: Vec<Content>) -> Content {
        if made.iter().any(|one| matches!(one, Content::Json(_))) {
            let values = made.into_iter().filter_map(Content::into_json);
            return Content::Json(Value::Array(values.collect()));
        }
        let texts = made.into_iter().filter_map(|one| match one {
            Content::Text(text) => Some(text),
            _ => None,
        });
        Content::list(texts.collect())
    }

    /// Where a step left nothing of a text, it is missing, for the steps behind it too.
    pub(super) fn settled(self) -> Content {
        match self {
            Content::Text(text) if text.is_empty() => Content::Missing,
            Content::List(texts) => {
                Content::list(texts.into_iter().filter(|text| !text.is_empty()).collect())
            }
            content => content,
        }
    }

    pub(super) fn into_json(self) -> Option<Value> {
        match self {
            Content::Missing => None,
            Content::Text(text) if text.is_empty() => None,
            Content::Text(text) => Some(Value::String(text)),
            Content::List(texts) => {
                Some(Value::Array(texts.into_iter().map(Value::String).collect()))
            }
            Content::Json(value) => Some(value),
        }
    }
}
