//! Whether text of one byte a letter is Windows-1250 (Central Europe) or Windows-1252 (Western Europe).
//!
//! Any byte is a letter or a sign in both, so that what stands around it has to tell: `Elżbieta` in the
//! one is `El¿bieta` in the other, and `£5` is `Ł5`. A single place shows nothing: free text has all
//! kinds of signs in it.

use std::collections::HashSet;

/// The fewest different places that show Windows-1250; with fewer, Windows-1252 is meant.
const CENTRAL_COUNT_MIN: usize = 2;
/// Letters of Central Europe (`ą`, `ł`, `ż`) in Windows-1250 that are signs (`¹`, `³`, `¿`) in
/// Windows-1252, and do not stand within a word there.
const INNER_LETTERS: [u8; 3] = [0xb9, 0xb3, 0xbf];
/// As those, at the beginning of a word: `Ą` and `Ż`, which are `¥` and `¯`.
const FIRST_LETTERS: [u8; 2] = [0xa5, 0xaf];
/// `Ł`, which is `£`: words begin with it and a vowel, sums with `m`, `k` or `bn`.
const L_STROKE: u8 = 0xa3;
/// `aeiouy` and `ą`, `ę`, `ó`, small and large.
const VOWELS: &[u8] = b"aeiouyAEIOUY\xb9\xa5\xea\xca\xf3\xd3";

/// The places seen so far that show the one or the other, each with the bytes before and behind it.
pub(super) struct Signs {
    central: HashSet<[u8; 3]>,
    western: HashSet<[u8; 3]>,
    /// Lines with a place of the first kind, and the first of them.
    pub(super) central_lines: u64,
    pub(super) first_line: u64,
    last_line: u64,
    line: u64,
    /// The last two bytes of what was seen.
    end: Vec<u8>,
}

impl Default for Signs {
    fn default() -> Signs {
        Signs {
            central: HashSet::new(),
            western: HashSet::new(),
            central_lines: 0,
            first_line: 0,
            last_line: 0,
            line: 1,
            // So that the first byte has one before it.
            end: vec![b' '],
        }
    }
}

impl Signs {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let mut seam = std::mem::take(&mut self.end);
        seam.extend(bytes.iter().take(2));
        self.look(&seam);
        self.look(bytes);
        let all = if bytes.len() < 2 { &seam } else { bytes };
        self.end = all[all.len().saturating_sub(2)..].to_vec();
    }

    fn look(&mut self, bytes: &[u8]) {
        for three in bytes.array_windows::<3>() {
            if three[1] == b'\n' {
                self.line += 1;
            } else if is_western(*three) {
                self.western.insert(*three);
            } else if is_central(*three) {
                self.central.insert(*three);
                self.add_line();
            }
        }
    }

    fn add_line(&mut self) {
        if self.central_lines == 0 {
            self.first_line = self.line;
        }
        if self.last_line != self.line {
            self.central_lines += 1;
        }
        self.last_line = self.line;
    }

    /// Whether it is Windows-1250: several places show it, and more than show the other.
    pub(super) fn are_central(&self) -> bool {
        let count = self.central.len();
        count >= CENTRAL_COUNT_MIN && count > self.western.len()
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0xc0
}

/// A small letter in both.
fn is_small(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte >= 0xe0 || INNER_LETTERS.contains(&byte)
}

fn is_central([before, byte, after]: [u8; 3]) -> bool {
    if byte == L_STROKE {
        return !is_letter(before) && VOWELS.contains(&after);
    }
    let is_inner = INNER_LETTERS.contains(&byte) && is_letter(before) && is_small(after);
    let is_first = FIRST_LETTERS.contains(&byte) && !is_letter(before) && is_letter(after);
    is_inner || is_first
}

/// Sums of money (`£5`, `5£`, `£ 5`), questions (`¿Q`) and cubic meters.
fn is_western(three: [u8; 3]) -> bool {
    match three {
        [0xa3 | 0xa5, b' ', digit] => digit.is_ascii_digit(),
        [before, 0xa3 | 0xa5, after] => before.is_ascii_digit() || after.is_ascii_digit(),
        [_, 0xbf, after] => is_letter(after) && !is_small(after),
        [b'm', 0xb3, after] => !is_letter(after),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], expected: (bool, u64, u64)) {
        for length in [1, 2, 3, 100] {
            let mut signs = Signs::default();
            text.chunks(length).for_each(|piece| signs.add(piece));
            let lines = (signs.central_lines, signs.first_line);
            let found = (signs.are_central(), lines.0, lines.1);
            assert_eq!(found, expected, "{:?}", text.escape_ascii().to_string());
        }
    }

    #[test]
    fn several_places_show_central_europe() {
        // Łapińska, Elżbieta, Stanisław, Żak, ŁUCJA.
        check(b"NO\nM. \xa3api\xf1ska\nEl\xbfbieta\n", (true, 2, 2));
        check(b"Stanis\xb3aw El\xbfbieta\n", (true, 1, 1));
        check(b"\xafak\n\xa3UCJA\n", (true, 2, 1));
        check(b"El\xbfbieta\nEl\xbfbieta\n", (false, 2, 1));
        check(b"", (false, 0, 0));
    }

    #[test]
    fn signs_of_western_europe_show_the_other() {
        // About £m, £nil, £k, £bn; hola¿Qué; 3 m³, 5£, £ 5; ¿Qué?
        for text in [
            &b"turnover in \xa3m\n\xa3nil\n\xa3k \xa3bn\n"[..],
            b"hola\xbfQu\xe9\n\xbfQu\xe9?\n",
            b"3 m\xb3, 5\xa3 \xa3 5 \xa37\n",
        ] {
            check(text, (false, 0, 0));
        }
        // Two places of the one and as many of the other.
        check(b"hola\xbfqu\xe9 per\xb9and\n\xa35 \xa37\n", (false, 1, 1));
    }
}
