//! Folding of text for search: what two spellings of one name have in common.
//!
//! The result depends on nothing but the input (no locale, no database), so that an index made by
//! one backend answers questions asked through another.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The text in lower case without the diacritics of Latin letters: `Ångström` is `angstrom`,
/// `Straße` is `strasse`. Letters of other scripts keep their marks, which there are letters.
pub fn text(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut after_latin = false;
    for letter in text.nfkd().flat_map(char::to_lowercase) {
        if is_combining_mark(letter) {
            if !after_latin {
                folded.push(letter);
            }
            continue;
        }
        after_latin = is_latin(letter);
        match spelled_out(letter) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(letter),
        }
    }
    folded.nfc().collect()
}

/// The words of the text, folded: runs of letters and digits of any script.
pub fn words(text: &str) -> Vec<String> {
    let folded = self::text(text);
    folded
        .split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a decomposed letter belongs to the Latin script (its base letters only).
fn is_latin(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '\u{df}'..='\u{24f}')
}

/// Latin letters that have no decomposition, as they are written without them.
fn spelled_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ŋ' => "n",
        'ŧ' => "t",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_letters_lose_their_diacritics() {
        assert_eq!(
            text("Ångström ŁÓDŹ Straße Æsir İstanbul"),
            "angstrom lodz strasse aesir istanbul"
        );
    }

    #[test]
    fn composed_and_decomposed_spellings_are_one() {
        assert_eq!(text("Zoe\u{301}"), text("Zo\u{e9}"));
        assert_eq!(text("й"), text("и\u{306}"));
    }

    #[test]
    fn other_scripts_keep_their_letters() {
        assert_eq!(text("Йоко"), "йоко");
        assert_eq!(words("王 小明, О'Нил"), ["王", "小明", "о", "нил"]);
    }
}
