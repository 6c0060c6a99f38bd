//! Looking at and cleaning text.

use std::collections::BTreeSet;

use crate::mapping::{Encoding, NumberFormat};

/// A number with more digits is none.
const NUMBER_DIGITS_MAX: usize = 30;

/// The longest name of an HTML entity, in bytes; what is longer is none.
const ENTITY_BYTES_MAX: usize = 31;

/// How often repaired text is looked at again: text may have been misread more than once.
const REPAIR_ROUNDS_MAX: usize = 3;

/// UTF-8 that was read as another encoding of one byte a letter (`MÃ¼ller`), repaired; `None` when
/// there is nothing to repair. Correct accents stay as they are. Windows-1252 stands for Latin-1 too.
pub(crate) fn repair_mojibake(text: &str, misread_as: Encoding) -> Option<String> {
    let mut repaired = repair_once(text, misread_as)?;
    for _ in 1..REPAIR_ROUNDS_MAX {
        match repair_once(&repaired, misread_as) {
            Some(again) => repaired = again,
            None => break,
        }
    }
    Some(repaired)
}

fn repair_once(text: &str, misread_as: Encoding) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut place = 0;
    let mut changed = false;
    while place < letters.len() {
        if let Some((letter, length)) = misread_letter(&letters[place..], misread_as) {
            out.push(letter);
            place += length;
            changed = true;
        } else {
            out.push(letters[place]);
            place += 1;
        }
    }
    changed.then_some(out)
}

/// The letter that the first few characters are a misreading of, and how many they are.
fn misread_letter(letters: &[char], misread_as: Encoding) -> Option<(char, usize)> {
    let first = byte_of(*letters.first()?, misread_as)?;
    let length = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let bytes: Vec<u8> = letters
        .get(..length)?
        .iter()
        .map(|c| byte_of(*c, misread_as))
        .collect::<Option<_>>()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let letter = text.chars().next()?;
    // Where an encoding has small letters among the second bytes, words such as STRÓŻYK look like
    // letters of far alphabets.
    let is_likely = misread_as == Encoding::Windows1252
        || matches!(letter, '\u{a0}'..='\u{17f}' | '\u{218}'..='\u{21b}' | '\u{2000}'..='\u{20ff}');
    is_likely.then_some((letter, length))
}

/// The byte that an encoding shows as this character.
fn byte_of(letter: char, encoding: Encoding) -> Option<u8> {
    const HIGH: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    if encoding != Encoding::Windows1252 {
        let mut written = [0; 4];
        let (bytes, _, is_wrong) = encoding.codec().encode(letter.encode_utf8(&mut written));
        return bytes.first().copied().filter(|_| !is_wrong);
    }
    if let Ok(byte) = u8::try_from(u32::from(letter)) {
        return Some(byte);
    }
    HIGH.chars()
        .zip(0x80_u8..)
        .find(|(high, _)| *high == letter)
        .map(|(_, byte)| byte)
}

/// The text without NUL and other control characters; line breaks and tabs stay. `None` when there
/// are none.
pub(crate) fn remove_controls(text: &str) -> Option<String> {
    let is_control = |c: char| c.is_control() && !c.is_whitespace();
    text.contains(is_control)
        .then(|| text.chars().filter(|c| !is_control(*c)).collect())
}

/// Every run of white space, of any kind, as one space; none at the ends.
pub(crate) fn collapse_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a spreadsheet could take the text for a formula.
pub(crate) fn is_formula_like(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@'])
}

/// Whether the text has an HTML tag or entity in it.
pub(crate) fn has_markup(text: &str) -> bool {
    has_tag(text) || has_entity(text)
}

fn has_tag(text: &str) -> bool {
    // Behind the last > nothing is closed.
    let text = &text[..text.rfind('>').unwrap_or(0)];
    text.match_indices('<').any(|(place, _)| {
        let rest = &text[place + 1..];
        let rest = rest.strip_prefix(['/', '!']).unwrap_or(rest);
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-')
    })
}

fn has_entity(text: &str) -> bool {
    // Neither a name nor digits have a & in them, so that no sign is looked at again and again.
    text.match_indices('&').any(|(place, _)| {
        let rest = &text.as_bytes()[place + 1..];
        let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X');
        if let Some(digits) = rest.strip_prefix(b"#") {
            let end = digits.iter().position(|byte| !is_digit(byte));
            return end.is_some_and(|end| end > 0 && digits[end] == b';');
        }
        let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric());
        end.is_some_and(|end| (2..=ENTITY_BYTES_MAX).contains(&end) && rest[end] == b';')
    })
}

/// Scripts by the first and last letter of their blocks.
const SCRIPTS: &[(char, char, &str)] = &[
    ('A', 'Z', "plain Latin"),
    ('a', 'z', "plain Latin"),
    ('\u{c0}', '\u{24f}', "accented Latin"),
    ('\u{1e00}', '\u{1eff}', "accented Latin"),
    ('\u{370}', '\u{3ff}', "Greek"),
    ('\u{400}', '\u{52f}', "Cyrillic"),
    ('\u{530}', '\u{58f}', "Armenian"),
    ('\u{590}', '\u{5ff}', "Hebrew"),
    ('\u{600}', '\u{77f}', "Arabic"),
    ('\u{900}', '\u{dff}', "Indic"),
    ('\u{e00}', '\u{e7f}', "Thai"),
    ('\u{10a0}', '\u{10ff}', "Georgian"),
    ('\u{3040}', '\u{30ff}', "Japanese"),
    ('\u{3400}', '\u{9fff}', "Chinese"),
    ('\u{ac00}', '\u{d7af}', "Korean"),
];

/// The scripts of a text's letters.
pub(crate) fn scripts(text: &str) -> BTreeSet<&'static str> {
    let script = |letter: char| {
        let mut blocks = SCRIPTS.iter();
        let block = blocks.find(|(first, last, _)| (*first..=*last).contains(&letter));
        block.map_or("other", |(_, _, name)| *name)
    };
    let letters = text.chars().filter(|sign| sign.is_alphabetic());
    letters.map(script).collect()
}

/// Whether the text has the form of an e-mail address: one `@`, a local part of at most 64
/// characters without white space or special signs, a domain of at least two labels. Stray dots in
/// the local part pass: some providers deliver such addresses.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let local_fits = !local.is_empty()
        && local.len() <= 64
        && local
            .chars()
            .all(|c| !c.is_whitespace() && !c.is_control() && !"@\"(),:;<>[\\]".contains(c));
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    local_fits
        && text.len() <= 254
        && domain.contains('.')
        && domain.split('.').all(label_fits)
        && last.chars().any(char::is_alphabetic)
}

/// A percentage from 0 to 100, a `%` sign allowed, with a decimal point.
pub(crate) fn percentage(text: &str) -> Option<f64> {
    percentage_in(text, NumberFormat::default())
}

/// As [`percentage`], with the signs of a format.
pub(crate) fn percentage_in(text: &str, format: NumberFormat) -> Option<f64> {
    let digits = text.strip_suffix('%').unwrap_or(text).trim();
    decimal_in(digits, format).filter(|number| (0.0..=100.0).contains(number))
}

/// A plain decimal number: digits, at most one point, an optional minus.
pub(crate) fn decimal(text: &str) -> Option<f64> {
    decimal_in(text, NumberFormat::default())
}

/// As [`decimal`], with the signs of a format. Where there may be signs between thousands, they stand
/// between all or none, every three digits.
pub(crate) fn decimal_in(text: &str, format: NumberFormat) -> Option<f64> {
    let (minus, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = match digits.split_once(format.decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let whole = match format.thousands {
        Some(sign) if whole.contains(sign) => ungrouped(whole, sign)?,
        _ => whole.to_owned(),
    };
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.unwrap_or("0");
    let fits = !whole.is_empty()
        && is_plain(&whole)
        && is_plain(fraction)
        && whole.len() + fraction.len() <= NUMBER_DIGITS_MAX;
    if fits {
        format!("{minus}{whole}.{fraction}").parse().ok()
    } else {
        None
    }
}

/// A whole number without the signs between its groups of three digits.
fn ungrouped(whole: &str, sign: char) -> Option<String> {
    let mut groups = whole.split(sign);
    let first = groups.next()?;
    let fits = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    fits.then(|| whole.replace(sign, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_told_by_letters() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> = scripts(text).into_iter().collect();
            assert_eq!(found, expected, "{text}");
        };
        check("Ann Lee-2", &["plain Latin"]);
        check("Zoë Łódź", &["accented Latin", "plain Latin"]);
        check("Иван", &["Cyrillic"]);
        check("محمد", &["Arabic"]);
        check("李明", &["Chinese"]);
        check("12 !", &[]);
    }

    #[test]
    fn mojibake_is_repaired_and_correct_accents_stay() {
        for (text, expected) in [
            ("MÃ¼ller", Some("Müller")),
            ("Ã–stlund", Some("Östlund")),
            ("Ã\u{96}stlund", Some("Östlund")),
            ("Ã\u{a0} la", Some("à la")),
            ("Ð\u{98}Ð²Ð°Ð½", Some("Иван")),
            ("ZoÃ« Müller", Some("Zoë Müller")),
            ("MÃƒÂ¼ller", Some("Müller")),
            ("Müller", None),
            ("Ørjan Großmann", None),
            ("敏", None),
            ("Ã", None),
            ("plain", None),
        ] {
            let repaired = repair_mojibake(text, Encoding::Windows1252);
            assert_eq!(repaired.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_was_misread_in_another_encoding_is_repaired_where_it_is_told() {
        for (text, expected) in [
            ("MĂĽller", Some("Müller")),
            ("WiĹ›niewski", Some("Wiśniewski")),
            ("STRÓŻYK", None),
            ("MĘŻYK", None),
            ("Łukasz Żółć", None),
        ] {
            let repaired = repair_mojibake(text, Encoding::Windows1250);
            assert_eq!(repaired.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn control_characters_go_and_white_space_stays() {
        assert_eq!(remove_controls("Ri\0vett\u{7}").as_deref(), Some("Rivett"));
        assert_eq!(remove_controls("a\tb\r\nc"), None);
        assert_eq!(collapse_space("\u{a0}\t a \u{2003} b\r\n"), "a b");
    }

    #[test]
    fn formulas_and_markup_are_seen() {
        for (text, formula, markup) in [
            ("=1+1", true, false),
            ("@SUM(A1:A9)", true, false),
            ("-2+3", true, false),
            ("Anne-Marie", false, false),
            ("<b>Anna</b>", false, true),
            ("Walter\"><img src=x onerror=alert(1)>", false, true),
            ("Smith &amp; Co", false, true),
            ("&#60;x&#x3e;", false, true),
            ("Matthews & Sons; more", false, false),
            ("AT&T", false, false),
            ("a < b > c", false, false),
        ] {
            assert_eq!(
                (is_formula_like(text), has_markup(text)),
                (formula, markup),
                "{text}"
            );
        }
    }

    #[test]
    fn markup_in_a_hostile_cell_is_looked_for_in_no_time() {
        let begun = std::time::Instant::now();
        for sign in ["<a", "&", "&a", "&#1", "<a&a"] {
            assert!(!has_markup(&sign.repeat(1 << 18)), "{sign}");
        }
        assert!(has_markup(&format!("{}>", "<a".repeat(9))));
        assert!(has_markup("&&amp;") && has_markup("&#x0041;") && !has_markup("&#;"));
        assert!(begun.elapsed().as_secs() < 3, "{:?}", begun.elapsed());
    }

    #[test]
    fn an_email_address_has_a_form() {
        for text in [
            "a@example.com",
            "c.r-d_1+x@mail.example.org",
            "josé@exämple.net",
            "c..r@example.com",
        ] {
            assert!(is_email(text), "{text}");
        }
        for text in [
            "",
            "a",
            "@example.com",
            "a@",
            "a@example",
            "a b@example.com",
            "a@@example.com",
            "a@-x.com",
            "a@example..com",
            "a@example.com.",
            "a@1.2",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }

    #[test]
    fn a_percentage_is_a_plain_number_from_0_to_100() {
        for (text, expected) in [
            ("25", Some(25.0)),
            ("25.5", Some(25.5)),
            ("51%", Some(51.0)),
            ("100 %", Some(100.0)),
            ("0", Some(0.0)),
            ("-5", None),
            ("100.1", None),
            ("n/k", None),
            ("1e1", None),
            ("NaN", None),
            ("inf", None),
            ("12,5", None),
            ("", None),
            ("1.2.3", None),
            (".5", None),
        ] {
            assert_eq!(percentage(text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_is_written_as_the_book_writes_it() {
        let format = NumberFormat {
            decimal: ',',
            thousands: Some('.'),
        };
        for (text, expected) in [
            ("12,5", Some(12.5)),
            ("-1.234.567,89", Some(-1_234_567.89)),
            ("1234567,89", Some(1_234_567.89)),
            ("1.234", Some(1_234.0)),
            ("12.34", None),
            ("1.2345", None),
            (".123", None),
            ("1.234.56,7", None),
            ("1,2,3", None),
            ("1,234.5", None),
            (",5", None),
            ("--1", None),
            ("1e3", None),
        ] {
            assert_eq!(decimal_in(text, format), expected, "{text}");
        }
    }
}
