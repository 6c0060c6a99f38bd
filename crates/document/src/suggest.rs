//! "Did you mean …?"

/// Words longer than this are not compared.
const WORD_CHARS_MAX: usize = 80;

/// The candidate most like `word`, if one is near enough to be a slip of the fingers: at most a
/// third of the letters differ (inserted, dropped, replaced or swapped), letter case aside.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    if word.is_empty() || word.len() > WORD_CHARS_MAX {
        return None;
    }
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().collect();
            if letters.len() > WORD_CHARS_MAX {
                return None;
            }
            let allowed = (word.len().max(letters.len()) / 3).max(1);
            let distance = distance(&word, &letters);
            (distance <= allowed && distance < letters.len()).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance with swaps of neighbors (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for row in 1..=left.len() {
        let mut current = vec![row];
        for column in 1..=right.len() {
            let replaced = above[column - 1] + usize::from(left[row - 1] != right[column - 1]);
            let mut best = replaced.min(above[column] + 1).min(current[column - 1] + 1);
            let swapped = row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1];
            if swapped {
                best = best.min(before[column - 2] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::suggest;

    fn check(word: &str, candidates: &str, expected: &str) {
        let found = suggest(word, candidates.split(' ')).unwrap_or("-");
        assert_eq!(found, expected, "{word} among {candidates}");
    }

    #[test]
    fn a_slip_of_the_fingers_is_recognized() {
        check("indvidual", "individual company", "individual");
        check("hgih", "low medium high", "high");
        check("Trim", "trim upper", "trim");
        check("dat", "date country", "date");
        check("colapse_space", "collapse_space trim", "collapse_space");
    }

    #[test]
    fn another_word_is_not_suggested() {
        check("banana", "low medium high", "-");
        check("x", "y z", "-");
        check("", "low", "-");
    }
}
