//! How a word sounds, roughly: its consonants in a few classes.

/// Consonants that a skeleton holds; later ones are left out.
const CONSONANTS_MAX: u32 = 14;

/// The classes of consonants; each takes four bits of a skeleton.
const SILENT: u64 = 0;
const VOWEL: u64 = 1;
const GUTTURAL: u64 = 2;
const DENTAL: u64 = 3;
const SIBILANT: u64 = 4;
const LABIAL: u64 = 5;
const M: u64 = 6;
const N: u64 = 7;
const L: u64 = 8;
const R: u64 = 9;

/// The consonants of a word by class, doubled ones once, vowels left out except a first one.
///
/// Zero means: too little to tell words apart (fewer than two consonants, or a number).
pub fn skeleton(ascii: &str) -> u64 {
    let bytes = ascii.as_bytes();
    let mut codes = 0_u64;
    let (mut count, mut last) = (0, 0);
    let mut push = |code: u64| {
        if code != SILENT && code != last && count < CONSONANTS_MAX {
            codes = (codes << 4) | code;
            count += 1;
        }
        last = code;
    };
    for (at, &letter) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        match letter {
            b'0'..=b'9' => return 0,
            b'a' | b'e' | b'i' | b'o' | b'u' => {
                push(if at == 0 { VOWEL } else { SILENT });
            }
            b'c' if matches!(next, b'h' | b'e' | b'i' | b'y' | b'z') => push(SIBILANT),
            b'k' | b'g' | b'q' | b'c' => push(GUTTURAL),
            b'd' | b't' => push(DENTAL),
            b'j' if next == 0 => {}
            b's' | b'z' | b'j' => push(SIBILANT),
            b'x' => {
                if at > 0 {
                    push(GUTTURAL);
                }
                push(SIBILANT);
            }
            b'v' | b'f' | b'b' | b'p' => push(LABIAL),
            b'm' => push(M),
            b'n' => push(N),
            b'l' => push(L),
            b'r' => push(R),
            _ => push(SILENT),
        }
    }
    let consonants = if codes >> (4 * count.max(1) - 4) == VOWEL {
        count - 1
    } else {
        count
    };
    if consonants < 2 { 0 } else { codes }
}

/// Which letters and digits a word has: one bit for each letter, six for the digits.
pub fn letters(ascii: &str) -> u32 {
    ascii.bytes().fold(0, |bits, byte| {
        bits | match byte {
            b'a'..=b'z' => 1 << (byte - b'a'),
            b'0'..=b'9' => 1 << (26 + (byte - b'0') % 6),
            _ => 0,
        }
    })
}
