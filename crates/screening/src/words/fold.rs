//! From characters as written to folded text and to plain ASCII letters.

use unicode_normalization::UnicodeNormalization;

/// Characters of a name that are read; what lies beyond is ignored.
pub const NAME_CHARS_MAX: usize = 400;

/// Letters of one word that are kept; what lies beyond is ignored.
pub const WORD_BYTES_MAX: usize = 48;

/// The text in lower case, in compatibility form, without marks that only say how a letter sounds.
///
/// Marks that carry a vowel (Indic scripts, Thai, kana) stay, and so does the breve of the Cyrillic
/// short i, because they change which letters the word has in ASCII.
pub fn fold(text: &str, folded: &mut String) {
    folded.clear();
    if text.is_ascii() {
        folded.extend(
            text.chars()
                .take(NAME_CHARS_MAX)
                .map(|c| c.to_ascii_lowercase()),
        );
        return;
    }
    let mut base = ' ';
    let plain = text.chars().take(NAME_CHARS_MAX).nfkd().filter(|c| {
        let keep = !is_sounding_mark(*c) || (*c == '\u{306}' && matches!(base, 'и' | 'И'));
        if keep {
            base = *c;
        }
        keep
    });
    for c in plain.nfc().take(NAME_CHARS_MAX) {
        match c {
            'ß' | 'ẞ' => folded.push_str("ss"),
            'ı' | 'İ' => folded.push('i'),
            'ς' => folded.push('σ'),
            _ => folded.extend(c.to_lowercase()),
        }
    }
}

fn is_sounding_mark(c: char) -> bool {
    matches!(u32::from(c),
        0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5BD | 0x5BF | 0x5C1..=0x5C7
        | 0x610..=0x61A | 0x64B..=0x65F | 0x640 | 0x670 | 0x6D6..=0x6ED
        | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// The word in lower-case ASCII letters and digits.
pub fn ascii(folded: &str, out: &mut String) {
    out.clear();
    for c in folded.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !c.is_ascii() {
            let plain = any_ascii::any_ascii_char(c)
                .bytes()
                .map(|b| b.to_ascii_lowercase());
            out.extend(plain.filter(u8::is_ascii_alphanumeric).map(char::from));
        }
        if out.len() >= WORD_BYTES_MAX {
            out.truncate(WORD_BYTES_MAX);
            return;
        }
    }
}

/// In which kind of script a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Script {
    Latin,
    /// Han, Hangul or kana: words are not parted by spaces.
    East,
    Other,
}

/// The script of the first letter that is not ASCII or Latin; Latin where there is none.
pub fn script(folded: &str) -> Script {
    for c in folded.chars() {
        match u32::from(c) {
            0..=0x24F | 0x1E00..=0x1EFF | 0x2B0..=0x36F => {}
            0x1100..=0x11FF
            | 0x2E80..=0x9FFF
            | 0xA960..=0xA97F
            | 0xAC00..=0xD7FF
            | 0xF900..=0xFAFF
            | 0x20000..=0x3FFFF => return Script::East,
            _ if c.is_alphabetic() => return Script::Other,
            _ => {}
        }
    }
    Script::Latin
}

/// Is the character a Han ideograph?
pub fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Is the character a Hangul syllable?
pub fn is_hangul(c: char) -> bool {
    matches!(u32::from(c), 0xAC00..=0xD7A3)
}
