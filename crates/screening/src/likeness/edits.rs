//! Edits between two words: insertions, deletions, changes and swaps of neighbors.

use crate::words::fold::WORD_BYTES_MAX;

/// The edits between two words of ASCII letters (optimal string alignment), or none where there are
/// more than `most`. Bit-parallel: one step for each letter of `b`, whatever the length of `a`.
pub fn within(a: &[u8], b: &[u8], most: usize) -> Option<usize> {
    let a = &a[..a.len().min(64)];
    let b = &b[..b.len().min(64)];
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    if a.is_empty() || b.is_empty() {
        return Some(a.len().max(b.len()));
    }
    let mut places = [0_u64; 40];
    for (at, &letter) in a.iter().enumerate() {
        places[slot(letter)] |= 1 << at;
    }
    let top = 1_u64 << (a.len() - 1);
    let (mut plus, mut minus, mut diagonal, mut before) = (u64::MAX, 0_u64, 0_u64, 0_u64);
    let mut distance = a.len();
    for (at, &letter) in b.iter().enumerate() {
        let here = places[slot(letter)];
        let swapped = ((!diagonal & here) << 1) & before;
        diagonal = (((here & plus).wrapping_add(plus)) ^ plus) | here | minus | swapped;
        let mut across_plus = minus | !(diagonal | plus);
        let across_minus = diagonal & plus;
        distance += usize::from(across_plus & top != 0);
        distance -= usize::from(across_minus & top != 0);
        if distance > most + (b.len() - at - 1) {
            return None;
        }
        across_plus = (across_plus << 1) | 1;
        plus = (across_minus << 1) | !(diagonal | across_plus);
        minus = across_plus & diagonal;
        before = here;
    }
    (distance <= most).then_some(distance)
}

fn slot(letter: u8) -> usize {
    usize::from(match letter {
        b'a'..=b'z' => letter - b'a',
        b'0'..=b'9' => letter - b'0' + 26,
        _ => 36,
    })
}

/// What the edits between two words cost together: letters that sound or look alike cost half, a
/// doubled letter less still, a first letter more.
pub fn edits(a: &[u8], b: &[u8]) -> f32 {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    let a = &a[..a.len().min(WORD_BYTES_MAX)];
    let b = &b[..b.len().min(WORD_BYTES_MAX)];
    let mut rows = [[0.0_f32; WORD_BYTES_MAX + 1]; 3];
    for j in 0..b.len() {
        rows[0][j + 1] = rows[0][j] + gap(b, j);
    }
    for i in 1..=a.len() {
        let (here, above, before) = (i % 3, (i + 2) % 3, (i + 1) % 3);
        let cut = gap(a, i - 1);
        rows[here][0] = rows[above][0] + cut;
        for j in 1..=b.len() {
            let change = rows[above][j - 1] + change(a[i - 1], b[j - 1], i == 1 && j == 1);
            let mut least = change
                .min(rows[above][j] + cut)
                .min(rows[here][j - 1] + gap(b, j - 1));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[before][j - 2] + SWAP);
            }
            rows[here][j] = least;
        }
    }
    rows[a.len() % 3][b.len()]
}

/// What two neighbors that changed places cost.
const SWAP: f32 = 0.9;

/// What a letter too many costs at its place.
fn gap(word: &[u8], at: usize) -> f32 {
    let doubled = at > 0 && word[at] == word[at - 1]
        || word.get(at + 1).is_some_and(|next| *next == word[at]);
    match word[at] {
        _ if doubled => 0.4,
        b'h' if at > 0 => 0.5,
        b'e' | b'y' | b'w' if at > 0 => 0.8,
        _ => 1.0,
    }
}

fn change(a: u8, b: u8, first: bool) -> f32 {
    if a == b {
        return 0.0;
    }
    let (low, high) = (a.min(b), a.max(b));
    let alike = match low {
        b'0' => high == b'o',
        b'1' => matches!(high, b'i' | b'l'),
        b'4' => high == b'a',
        b'5' => high == b's',
        b'6' | b'8' => high == b'b',
        b'9' => matches!(high, b'g' | b'q'),
        b'3' | b'a' => high == b'e',
        b'c' => matches!(high, b'k' | b'q' | b's'),
        b'7' | b'd' => high == b't',
        b'e' => high == b'i',
        b'f' => high == b'v',
        b'g' | b'k' => high == b'q',
        b'i' => matches!(high, b'j' | b'y'),
        b'j' => high == b'y',
        b'o' => high == b'u',
        b's' => high == b'z',
        b'u' | b'v' => high == b'w',
        _ => false,
    };
    match (alike, first) {
        (true, _) => 0.5,
        (false, false) => 1.0,
        (false, true) => 1.25,
    }
}
