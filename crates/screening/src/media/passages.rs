//! The places of a text that may be names.

use std::ops::Range;

/// Words of one name at most.
const WINDOW_WORDS_MAX: usize = 8;

/// Bytes of one name at most.
const WINDOW_BYTES_MAX: usize = 200;

/// A word of a text.
struct Word {
    place: Range<usize>,
    looks: Looks,
    /// Nothing goes on behind it: a sentence or a line of a list ends.
    ends: bool,
}

/// What a word looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// It may be a part of a name: it begins with a capital, or its script has none.
    Name,
    /// It may stand within a name: "of", "bin", "and".
    Link,
    Other,
}

/// Every run of words that may be a name, in the order of the text: each begins and ends with a
/// word that looks like one.
pub(super) fn windows(text: &str) -> Vec<Range<usize>> {
    let words = words(text);
    let mut windows = Vec::new();
    for (first, word) in words.iter().enumerate() {
        if word.looks != Looks::Name {
            continue;
        }
        for last in &words[first..words.len().min(first + WINDOW_WORDS_MAX)] {
            let window = word.place.start..last.place.end;
            if last.looks == Looks::Other || window.len() > WINDOW_BYTES_MAX {
                break;
            }
            if last.looks == Looks::Name {
                windows.push(window);
            }
            if last.ends {
                break;
            }
        }
    }
    windows
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let mut add = |from: usize, to: usize| {
        let raw = &text[from..to];
        let inner = raw.trim_start_matches(|c: char| !c.is_alphanumeric());
        let from = from + raw.len() - inner.len();
        let inner = inner.trim_end_matches(|c: char| !c.is_alphanumeric());
        let behind = &text[from + inner.len()..to];
        if inner.is_empty() {
            // A dash or a bullet on its own.
            return;
        }
        words.push(Word {
            place: from..from + inner.len(),
            looks: looks(inner),
            ends: ends(inner, behind),
        });
    };
    for (at, c) in text.char_indices() {
        match (c.is_whitespace(), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                add(from, at);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        add(from, text.len());
    }
    words
}

fn looks(word: &str) -> Looks {
    const LINKS: [&str; 34] = [
        "of", "the", "and", "for", "de", "del", "della", "di", "da", "do", "dos", "du", "la", "le",
        "las", "los", "y", "e", "et", "und", "van", "der", "den", "von", "zu", "bin", "ibn",
        "bint", "al", "el", "abu", "ul", "on", "in",
    ];
    let Some(first) = word.chars().next() else {
        return Looks::Other;
    };
    let has_case = first.is_lowercase() || first.is_uppercase();
    if first.is_uppercase() || first.is_numeric() || (first.is_alphabetic() && !has_case) {
        Looks::Name
    } else if LINKS.contains(&word) || word.chars().skip(1).any(char::is_uppercase) {
        Looks::Link
    } else {
        Looks::Other
    }
}

/// Does a name end behind the word? A dot ends it behind a longer word, not behind "Inc" or "J".
fn ends(word: &str, behind: &str) -> bool {
    behind.contains([';', ':', '?', '!', '(', ')', '”', '•', '|'])
        || behind.contains('.') && word.chars().count() > 4
}

/// The text with single spaces.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bytes on each side of a name that are shown.
const AROUND_BYTES: usize = 140;

/// The words around a place, whole.
pub(super) fn around(text: &str, place: &Range<usize>) -> String {
    let mut from = place.start.saturating_sub(AROUND_BYTES);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    let mut to = (place.end + AROUND_BYTES).min(text.len());
    while !text.is_char_boundary(to) {
        to += 1;
    }
    if from > 0 {
        let skipped = text[from..place.start].find(char::is_whitespace);
        from += skipped.unwrap_or(0);
    }
    if to < text.len() {
        let kept = text[place.end..to].rfind(char::is_whitespace);
        to = kept.map_or(to, |kept| place.end + kept);
    }
    let open = if from > 0 { "… " } else { "" };
    let close = if to < text.len() { " …" } else { "" };
    format!("{open}{}{close}", plain(&text[from..to]))
}
