//! Names that stand in one cell, taken apart by rule. What the rules cannot tell is an error of the
//! row, never a guess.
//!
//! - `last, first`: before the one comma stands the family name, after it the given names. Without a
//!   comma, with two, or with nothing on one side, the name cannot be read.
//! - `first last`: the family name is the last word, with the particles before it (`van der Berg`,
//!   `de la Cruz`) and a suffix after it (`Jr`, `III`). One word always stays for the given names, so
//!   *Al Pacino* is no *al Pacino*. A single word is a family name.
//! - `last first`: the family name is the first word, with the particles before it; what follows are
//!   given names, at least one. A single word is a family name.
//!
//! Particles are compared without case. A mapping may have its own list.

use crate::mapping::{NameOrder, NamePart, NameStep};

/// Particles of family names, unless the mapping lists its own.
pub(crate) const PARTICLES: &[&str] = &[
    "af", "al", "av", "bin", "bint", "da", "das", "de", "degli", "dei", "del", "della", "den",
    "der", "di", "do", "dos", "du", "el", "het", "ibn", "la", "las", "le", "los", "'t", "te",
    "ten", "ter", "van", "vom", "von", "zu", "zum", "zur",
];

/// What may follow a family name.
const SUFFIXES: &[&str] = &["jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "v"];

/// The words of the part of a name that a step wants; `None` when the name is not written so.
pub(crate) fn part(text: &str, step: &NameStep) -> Option<Vec<String>> {
    let (given, family) = match step.order {
        NameOrder::LastCommaFirst => at_comma(text)?,
        NameOrder::FirstLast => family_last(text, step)?,
        NameOrder::LastFirst => family_first(text, step)?,
    };
    let words = match step.part {
        NamePart::Given => given,
        NamePart::Family => family,
    };
    Some(words.into_iter().map(str::to_owned).collect())
}

/// Given names and family name, as words.
type Parts<'t> = (Vec<&'t str>, Vec<&'t str>);

fn at_comma(text: &str) -> Option<Parts<'_>> {
    let (family, given) = text.split_once(',')?;
    let words = |text: &'_ str| text.split_whitespace().count() > 0;
    let fits = !given.contains(',') && words(family) && words(given);
    fits.then(|| {
        (
            given.split_whitespace().collect(),
            family.split_whitespace().collect(),
        )
    })
}

fn family_last<'t>(text: &'t str, step: &NameStep) -> Option<Parts<'t>> {
    let words = words(text)?;
    let is_suffix = |word: &&str| SUFFIXES.contains(&word.to_lowercase().as_str());
    let has_suffix = words.len() > 2 && words.last().is_some_and(is_suffix);
    let mut start = words.len() - 1 - usize::from(has_suffix);
    while start > 1 && is_particle(words[start - 1], step) {
        start -= 1;
    }
    Some((words[..start].to_vec(), words[start..].to_vec()))
}

fn family_first<'t>(text: &'t str, step: &NameStep) -> Option<Parts<'t>> {
    let words = words(text)?;
    let particles = words.iter().take_while(|word| is_particle(word, step));
    // A particle belongs to a name after it, and a given name is left.
    let end = match particles.count() + 1 {
        end if end < words.len() => end,
        _ => 1,
    };
    Some((words[end..].to_vec(), words[..end].to_vec()))
}

/// The words of a name; `None` when it has none or a comma, which says another order.
fn words(text: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty() && !text.contains(',')).then_some(words)
}

fn is_particle(word: &str, step: &NameStep) -> bool {
    let word = word.to_lowercase();
    step.particles.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(order: NameOrder, text: &str, expected: &str) {
        let take = |part_wanted| {
            let step = NameStep {
                part: part_wanted,
                order,
                particles: PARTICLES.iter().map(|word| (*word).to_owned()).collect(),
            };
            part(text, &step).map(|words| words.join(" "))
        };
        let found = match (take(NamePart::Given), take(NamePart::Family)) {
            (Some(given), Some(family)) => format!("{given}|{family}"),
            _ => "-".to_owned(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_comma_parts_a_name() {
        let order = NameOrder::LastCommaFirst;
        check(order, "Byron, Augusta Ada", "Augusta Ada|Byron");
        check(order, "van der Berg ,Jan", "Jan|van der Berg");
        for wrong in ["Byron", "Byron,", ", Ada", "Byron, Ada, Lady", ",", ""] {
            check(order, wrong, "-");
        }
    }

    #[test]
    fn a_family_name_takes_its_particles_along() {
        let order = NameOrder::FirstLast;
        check(order, "Augusta Ada Byron", "Augusta Ada|Byron");
        check(order, "Jan van der Berg", "Jan|van der Berg");
        check(order, "María José de la Cruz", "María José|de la Cruz");
        check(order, "Robert De Niro", "Robert|De Niro");
        check(order, "Al Pacino", "Al|Pacino");
        check(order, "Van Morrison", "Van|Morrison");
        check(order, "Sammy Davis Jr.", "Sammy|Davis Jr.");
        check(order, "Adriana", "|Adriana");
        check(order, "Byron, Ada", "-");
        check(order, " ", "-");
    }

    #[test]
    fn a_family_name_may_come_first() {
        let order = NameOrder::LastFirst;
        check(order, "Nagy Anna Mária", "Anna Mária|Nagy");
        check(order, "van der Berg Jan", "Jan|van der Berg");
        check(order, "De Anna", "Anna|De");
        check(order, "Nagy", "|Nagy");
        check(order, "Nagy, Anna", "-");
    }
}
