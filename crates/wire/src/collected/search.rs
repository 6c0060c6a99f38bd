//! The words a profile is found by.

use serde_json::Value;

use super::customer_ref;
use crate::fold;

/// How many words of one profile, or of one question, count.
pub const SEARCH_WORDS_MAX: usize = 64;
/// How much of one word counts, in characters.
pub const WORD_CHARS_MAX: usize = 64;

/// The folded words of the names, the company number and the customer reference, each once, at
/// most [`SEARCH_WORDS_MAX`]. What matters most comes first.
pub fn search_words(data: &Value) -> Vec<String> {
    let name = &data["personal_details"]["name"];
    let metadata = &data["metadata"];
    let mut texts: Vec<&str> = Vec::new();
    for value in [
        &name["family_name"],
        &name["given_names"],
        &metadata["name"],
        &metadata["number"],
    ] {
        texts.extend(texts_of(value));
    }
    texts.extend(customer_ref(data));
    texts.extend(texts_of(&name["alt_family_names"]));
    let previous = metadata["previous_names"].as_array().into_iter().flatten();
    texts.extend(previous.filter_map(|previous| previous["name"].as_str()));
    words_of(texts)
}

/// The folded words of a question, made the same way.
pub fn query_words(question: &str) -> Vec<String> {
    words_of([question])
}

fn texts_of(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn words_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for text in texts {
        for mut word in fold::words(text) {
            if let Some((end, _)) = word.char_indices().nth(WORD_CHARS_MAX) {
                word.truncate(end);
            }
            if words.len() < SEARCH_WORDS_MAX && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words
}
