//! "Did you mean …?"

/// Words longer than this, in bytes, are not compared.
const WORD_BYTES_MAX: usize = 200;

/// The candidate most like `word`, if one is near enough to be a slip of the fingers: at most a
/// third of the letters differ (inserted, dropped, replaced or swapped), letter case aside.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > WORD_BYTES_MAX {
        return None;
    }
    let word = word.to_lowercase();
    let candidates = candidates.into_iter();
    let short = candidates.filter(|candidate| candidate.len() <= WORD_BYTES_MAX);
    let near = short.filter_map(|candidate| {
        let letters = candidate.chars().count();
        let allowed = (word.chars().count().max(letters) / 3).max(1);
        let distance = strsim::osa_distance(&word, &candidate.to_lowercase());
        (distance <= allowed && distance < letters).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
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
