//! "Did you mean …?" for names that are not known.

/// Names longer than this, in bytes, are not compared.
const NAME_BYTES_MAX: usize = 100;

/// The known name most like `name`, if one is near enough to be a slip of the fingers: at most a
/// third of the letters differ (inserted, dropped, replaced or swapped), letter case aside.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let name = name.to_lowercase();
    let near = known.into_iter().filter_map(|known| {
        let letters = known.chars().count();
        let allowed = (name.chars().count().max(letters) / 3).max(1);
        let distance = strsim::osa_distance(&name, &known.to_lowercase());
        (distance <= allowed && distance < letters).then_some((distance, known))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// What to write instead of `name`: the nearest known name, or all of them.
pub fn advice(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None if known.is_empty() => "there are none here".to_owned(),
        None => format!("known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_advised_or_all_of_them() {
        let known = ["role", "collected_data", "applications"];
        for (name, advised) in [
            ("applicatons", "did you mean applications?"),
            ("Rloe", "did you mean role?"),
            ("collectedData", "did you mean collected_data?"),
            ("x", "known are role, collected_data, applications"),
            ("rope_s", "known are role, collected_data, applications"),
        ] {
            assert_eq!(advice(name, &known), advised);
        }
        assert_eq!(advice("x", &[]), "there are none here");
        assert_eq!(nearest(&"role".repeat(1000), known), None);
    }
}
