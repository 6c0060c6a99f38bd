//! The alpha-2 code of a country that a list names.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::table;

/// A country of today or of the past by its two letters of ISO 3166, upper case.
///
/// `XK` is Kosovo. A state that is no more keeps the letters that it had (`SU`, `YU`); `CS` stood
/// for two of them, Czechoslovakia and Serbia and Montenegro.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code([u8; 2]);

impl Code {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The states that a state of the past became, or none for one of today: who was born in the
    /// Soviet Union may well be a Latvian.
    pub fn successors(self) -> &'static [&'static str] {
        let row = SUCCESSORS.iter().find(|(old, _)| *old == self.as_str());
        row.map_or(&[], |(_, states)| states)
    }

    /// Whether both may be said of one country: they are equal, or one became the other.
    pub fn agrees(self, other: Code) -> bool {
        self == other
            || self.successors().contains(&other.as_str())
            || other.successors().contains(&self.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = String;

    /// Reads exactly what [`Code::as_str`] gives.
    fn from_str(text: &str) -> Result<Code, String> {
        let letters: Option<[u8; 2]> = text.as_bytes().try_into().ok();
        letters
            .filter(|letters| letters.iter().all(u8::is_ascii_uppercase))
            .filter(|letters| known()[place(*letters)])
            .map(Code)
            .ok_or_else(|| format!("{text:?} is no alpha-2 code of a country"))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// The country that a list means by a whole text: a code or a name of today or of the past, an
/// adjective, a form that only lists use (`Korea, North`), or a part of a country with its code
/// (`gb-sct`).
pub fn code(text: &str) -> Option<Code> {
    let text = text
        .trim()
        .trim_matches(['.', ',', ';', ':', '"', '*'])
        .trim();
    if text.len() > NAME_BYTES_MAX {
        return None;
    }
    let key = table::key(text);
    let found = table::by_key(&key).and_then(|country| letters(country.alpha2));
    if let Some(code) = found.or_else(|| aliases().get(&key).copied()) {
        return Some(code);
    }
    let (front, part) = text.split_once('-')?;
    let is_part = front.len() == 2 && (1..=4).contains(&part.len());
    let is_code = is_part && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_code.then(|| code(front)).flatten()
}

/// What a field of countries says, which people have filled.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Codes<'a> {
    /// The countries in their order, each once.
    pub found: Vec<Code>,
    /// The parts that name none.
    pub strange: Vec<&'a str>,
}

/// Every country that a field names: `Russia`, `Syria / Syrie`, `1) Iraq 2) Qatar`,
/// `USSR (now Russian Federation)`, `Jordan (since July 2013)`.
pub fn codes(text: &str) -> Codes<'_> {
    let mut codes = Codes::default();
    if let Some(code) = code(text) {
        codes.found.push(code);
    } else if text.len() > TEXT_BYTES_MAX {
        codes.strange.push(text);
    } else {
        for part in text.split(['/', ';', '\n', '|']).map(str::trim) {
            let before = codes.found.len();
            for piece in part.split(['(', ')']) {
                named(piece, &mut codes.found);
            }
            if codes.found.len() == before && part.chars().any(char::is_alphabetic) {
                codes.strange.push(part);
            }
        }
    }
    let mut seen = Vec::new();
    codes.found.retain(|code| {
        let is_new = !seen.contains(code);
        seen.push(*code);
        is_new
    });
    codes
}

/// Adds every country that is named among other words, the longest names first.
fn named(text: &str, found: &mut Vec<Code>) {
    if let Some(code) = code(text) {
        found.push(code);
        return;
    }
    let words: Vec<(usize, &str)> = text
        .split_inclusive([' ', ',', '\t', '\u{a0}'])
        .scan(0, |start, word| {
            let place = *start;
            *start += word.len();
            Some((place, word))
        })
        .collect();
    let mut at = 0;
    while at < words.len() {
        let run = (1..=NAME_WORDS_MAX.min(words.len() - at))
            .rev()
            .find_map(|count| {
                let (last, word) = words[at + count - 1];
                let piece = text[words[at].0..last + word.len()].trim();
                let piece = piece.trim_matches(|sign: char| !sign.is_alphanumeric());
                let code = is_telling(piece).then(|| code(piece)).flatten()?;
                Some((count, code))
            });
        // New Jersey and New Mexico are no countries.
        let after_new = at > 0 && words[at - 1].1.trim().eq_ignore_ascii_case("new");
        match run {
            Some((count, code)) => {
                if !after_new {
                    found.push(code);
                }
                at += count;
            }
            None => at += 1,
        }
    }
}

/// Whether a piece may name a country among other words: codes of two or three letters are also
/// words (`as`, `at`, `AND`), so of short pieces only a few do.
fn is_telling(piece: &str) -> bool {
    piece.chars().count() > 3 || matches!(piece, "UAE" | "USA" | "DRC" | "UK" | "US" | "U.S")
}

/// No name of a country has more words.
const NAME_WORDS_MAX: usize = 9;
/// Longer texts name no country as a whole.
const NAME_BYTES_MAX: usize = 400;
/// Longer texts are no field of a list.
const TEXT_BYTES_MAX: usize = 2_000;

/// The place of two upper-case letters in the order of the alphabet.
fn place(letters: [u8; 2]) -> usize {
    let [first, second] = letters.map(|letter| usize::from(letter.wrapping_sub(b'A')) % 26);
    first * 26 + second
}

/// Which pairs of letters are a country.
fn known() -> &'static [bool; 26 * 26] {
    static KNOWN: OnceLock<[bool; 26 * 26]> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known = [false; 26 * 26];
        for code in table::all().iter().filter_map(|row| letters(row.alpha2)) {
            known[place(code.0)] = true;
        }
        known
    })
}

fn letters(alpha2: &str) -> Option<Code> {
    alpha2.as_bytes().try_into().ok().map(Code)
}

fn aliases() -> &'static HashMap<String, Code> {
    static ALIASES: OnceLock<HashMap<String, Code>> = OnceLock::new();
    ALIASES.get_or_init(|| {
        let rows = include_str!("alias.tsv").lines();
        rows.filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('\t'))
            .flat_map(|(alpha2, names)| names.split('|').map(move |name| (alpha2, name)))
            .filter_map(|(alpha2, name)| Some((table::key(name), letters(alpha2)?)))
            .collect()
    })
}

/// What became of states that are no more.
const SUCCESSORS: &[(&str, &[&str])] = &[
    (
        "SU",
        &[
            "RU", "UA", "BY", "UZ", "KZ", "GE", "AZ", "LT", "MD", "LV", "KG", "TJ", "AM", "TM",
            "EE",
        ],
    ),
    ("YU", &["RS", "HR", "SI", "BA", "MK", "ME", "XK"]),
    ("CS", &["CZ", "SK", "RS", "ME", "XK"]),
    ("DD", &["DE"]),
    ("AN", &["CW", "SX", "BQ", "AW"]),
    ("ZR", &["CD"]),
    ("BU", &["MM"]),
    ("TP", &["TL"]),
    ("YD", &["YE"]),
    ("DY", &["BJ"]),
    ("HV", &["BF"]),
    ("RH", &["ZW"]),
    ("NH", &["VU"]),
    ("VD", &["VN"]),
    ("FX", &["FR"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(text: &str, expected: &str, strange: &[&str]) {
        let codes = codes(text);
        let found: Vec<&str> = codes.found.iter().map(Code::as_str).collect();
        assert_eq!(found.join(" "), expected, "{text:?}");
        assert_eq!(codes.strange, strange, "{text:?}");
    }

    #[test]
    fn a_field_of_a_list_gives_every_country_that_it_names() {
        says("Korea, North", "KP", &[]);
        says("Virgin Islands, British", "VG", &[]);
        says("Syria / Syrie", "SY", &[]);
        says("Myanmar (Burma) / Myanmar (Birmanie)", "MM", &[]);
        says("1) Saudi Arabia 2) Qatar", "SA QA", &[]);
        says("(a) Malaysia (b) Indonesia", "MY ID", &[]);
        says("a) French, b) Tunisian", "FR TN", &[]);
        says("USSR (now Russian Federation)", "SU RU", &[]);
        says("Ukrainian SSR (now Ukraine)", "UA", &[]);
        says("Jordan (since July 2013)", "JO", &[]);
        says("In Syria as at June 2013", "SY", &[]);
        says("Iran (Islamic Republic of)", "IR", &[]);
        says("Region: Gaza", "PS", &[]);
        says("gb-sct", "GB", &[]);
        says("KAZ", "KZ", &[]);
    }

    #[test]
    fn what_names_no_country_is_handed_back() {
        says("", "", &[]);
        says(" - ", "", &[]);
        says("Cuba / Ruritania", "CU", &["Ruritania"]);
        says("New Jersey", "", &["New Jersey"]);
        says("as at May and in June", "", &["as at May and in June"]);
    }

    #[test]
    fn states_of_the_past_agree_with_those_they_became() {
        let of = |text: &str| code(text).unwrap();
        assert!(of("Soviet Union").agrees(of("LV")));
        assert!(of("Serbia").agrees(of("Yugoslavia")));
        assert!(!of("Soviet Union").agrees(of("PL")));
    }

    #[test]
    fn no_alias_says_what_the_table_says_otherwise() {
        for (name, code) in aliases() {
            let found = table::nationality(name).or_else(|| table::historic(name));
            assert!(
                found.is_none_or(|country| country.alpha2 == code.as_str()),
                "{name}: {code}"
            );
            assert_eq!(Code::from_str(code.as_str()), Ok(*code));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,300}", front in "[A-Za-z ,()/;1-9]{0,80}") {
            codes(&text);
            codes(&front);
            codes(&format!("{front}{text}"));
        }
    }
}
