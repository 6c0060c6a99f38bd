//! Texts of lists: decoded, and without what nobody sees.

use std::borrow::Cow;

/// Bytes as text: UTF-8, or else Windows-1252, which every sequence of bytes is.
pub(crate) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
        }
    }
}

/// The text with single spaces, none at its ends, and without signs that are not shown.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut space = false;
    for sign in text.chars() {
        if sign.is_whitespace() || sign == '\u{85}' {
            space = true;
        } else if !is_unseen(sign) {
            if space && !cleaned.is_empty() {
                cleaned.push(' ');
            }
            space = false;
            cleaned.push(sign);
        }
    }
    cleaned
}

/// Controls and marks of direction. The joiners of Persian and Indic scripts are letters' own.
fn is_unseen(sign: char) -> bool {
    sign.is_control()
        || matches!(
            u32::from(sign),
            0x00AD | 0x200B | 0x200E | 0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF | 0xFFF9..=0xFFFB
        )
}

/// The text, or nothing where it only says that there is nothing.
pub(crate) fn said(text: &str) -> Option<&str> {
    let text = text.trim();
    let folded = text.trim_matches(['.', '-', '–', '—', '_', '*', '?', ' ']);
    let nothing = [
        "",
        "0",
        "na",
        "n/a",
        "n.a",
        "nil",
        "none",
        "null",
        "unknown",
        "undetermined",
        "not known",
        "not available",
        "not applicable",
        "unspecified",
        "no information",
        "not specified",
    ];
    let says_nothing = nothing.iter().any(|word| folded.eq_ignore_ascii_case(word));
    (!says_nothing).then_some(text)
}

/// The code of a language (ISO 639) that a list names in English, for those that lists use.
pub(crate) fn language(name: &str) -> Option<&'static str> {
    const LANGUAGES: [(&str, &str); 16] = [
        ("arabic", "ar"),
        ("armenian", "hy"),
        ("belarusian", "be"),
        ("burmese", "my"),
        ("chinese", "zh"),
        ("dari", "prs"),
        ("farsi", "fa"),
        ("georgian", "ka"),
        ("hebrew", "he"),
        ("korean", "ko"),
        ("pashto", "ps"),
        ("persian", "fa"),
        ("russian", "ru"),
        ("serbian", "sr"),
        ("ukrainian", "uk"),
        ("urdu", "ur"),
    ];
    let name = name.trim();
    let found = LANGUAGES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, code)| *code)
}

/// The parts of a text that counts them: `1) Iraq 2) Qatar`, `(a) Najaf (b) Tehran`; the text as
/// one where it counts nothing. Only marks in their order count: `(a)`, `(b)`, …
pub(crate) fn counted(text: &str) -> Vec<&str> {
    for marks in [&LETTERS[..], &DIGITS[..]] {
        let parts = counted_by(text, marks);
        if parts.len() > 1 {
            return parts;
        }
    }
    let start = text.trim_start().trim_start_matches('(');
    let first = start
        .strip_prefix("1)")
        .or_else(|| start.strip_prefix("a)"));
    let single = first.unwrap_or(text);
    let single = single.trim();
    if single.is_empty() {
        Vec::new()
    } else {
        vec![single]
    }
}

const LETTERS: [&str; 12] = [
    "a)", "b)", "c)", "d)", "e)", "f)", "g)", "h)", "i)", "j)", "k)", "l)",
];
const DIGITS: [&str; 12] = [
    "1)", "2)", "3)", "4)", "5)", "6)", "7)", "8)", "9)", "10)", "11)", "12)",
];

fn counted_by<'a>(text: &'a str, marks: &[&str]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = text;
    for (place, mark) in marks.iter().enumerate() {
        let Some(at) = mark_at(rest, mark) else { break };
        let before = rest[..at].trim_end_matches('(');
        if place > 0 || !before.trim().is_empty() {
            parts.push(before.trim().trim_end_matches([',', ';']));
        }
        rest = &rest[at + mark.len()..];
    }
    parts.push(rest.trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Where a mark stands by itself: at the start, after a space or an opening parenthesis.
fn mark_at(text: &str, mark: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find(mark) {
        let at = from + found;
        let before = text[..at].chars().next_back();
        if before
            .is_none_or(|sign| sign == '(' || sign == ',' || sign == ';' || sign.is_whitespace())
        {
            return Some(at);
        }
        from = at + mark.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_parts_are_told_apart() {
        assert_eq!(counted("1) Iraq 2) Qatar"), ["Iraq", "Qatar"]);
        assert_eq!(
            counted("(a) Najaf, Iraq (b) Tehran"),
            ["Najaf, Iraq", "Tehran"]
        );
        assert_eq!(counted("a) French, b) Tunisian"), ["French", "Tunisian"]);
        assert_eq!(counted("Tel (a)"), ["Tel (a)"]);
        assert_eq!(counted("A1) B"), ["A1) B"]);
        assert_eq!(counted("(1) Solo"), ["Solo"]);
        assert_eq!(counted("Plain (text)"), ["Plain (text)"]);
        assert_eq!(counted(" "), Vec::<&str>::new());
    }

    #[test]
    fn what_nobody_sees_is_dropped() {
        assert_eq!(clean(" A\u{a0}\n b\u{200e}\u{0}c\u{feff} "), "A bc");
        assert_eq!(clean("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }

    #[test]
    fn nothing_is_told_from_something() {
        assert_eq!(said(" -0- "), None);
        assert_eq!(said("N/A"), None);
        assert_eq!(said("Unknown"), None);
        assert_eq!(said(" Nauru "), Some("Nauru"));
    }
}
