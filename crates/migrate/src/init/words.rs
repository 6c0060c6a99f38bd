//! Names of columns and files, and what they mean by the [`vocabulary`].

use wire::fold;

use super::vocabulary;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The client's reference: of its own row, or of the client a row belongs to.
    Reference,
    /// Of an associate, the reference of the client who is one.
    Person,
    Status,
    Product,
    OpenedOn,
    Risk,
    ReviewedOn,
    ReviewOutcome,
    Country,
    AddressLine,
    HouseNumber,
    Town,
    County,
    Postcode,
    Email,
    Phone,
    Website,
    Title,
    GivenNames,
    MiddleNames,
    FamilyName,
    FullName,
    BirthDate,
    Gender,
    Nationality,
    Occupation,
    SourceOfFunds,
    LegalName,
    TradingName,
    RegisterNumber,
    IncorporationCountry,
    IncorporationDate,
    EntityKind,
    Industry,
    Role,
    Share,
    AppointedOn,
    ResignedOn,
    DocumentType,
    FileName,
    DocumentNumber,
    IssuedOn,
    ExpiresOn,
    NotedOn,
    Author,
    Text,
    /// What looks like another column by its name and is not.
    Other,
}

/// What the rows of a file become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Individuals,
    Companies,
    Associates,
    Documents,
    Notes,
}

impl Part {
    /// Every part, in the order of a mapping.
    pub(super) const ALL: [Part; 5] = [
        Part::Individuals,
        Part::Companies,
        Part::Associates,
        Part::Documents,
        Part::Notes,
    ];

    /// What a mapping calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Part::Individuals => "individuals",
            Part::Companies => "companies",
            Part::Associates => "associates",
            Part::Documents => "documents",
            Part::Notes => "notes",
        }
    }
}

/// How a name fits a meaning; more is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Its end is the word, as in compounds: `Stammkundennummer`. With the word's length.
    End(usize),
    /// Some of its words are: `REG_TOWN`.
    Words(usize),
    /// The whole name is.
    Whole(usize),
}

/// The shortest word that a compound may end in.
const END_CHARS_MIN: usize = 5;

/// The meanings that a column of a part may have by its name, with the best fit of each.
pub(super) fn meanings(column: &str, part: Part) -> Vec<(Meaning, Fit)> {
    let name = words(column);
    let entries = vocabulary::columns().filter(|(_, parts, _)| parts.contains(&part));
    let fitting = entries.filter_map(|(meaning, _, synonyms)| {
        let best = synonyms
            .split([',', ';'])
            .filter_map(|it| fit(&name, it))
            .max();
        Some((*meaning, best?))
    });
    fitting.collect()
}

/// Whether a file's name says that its rows become a part.
pub(super) fn says(file: &str, part: Part) -> bool {
    let name = words(file);
    let mut entries = vocabulary::FILES.iter().filter(|(of, _)| *of == part);
    entries.any(|(_, synonyms)| {
        synonyms
            .split([',', ';'])
            .any(|it| fit(&name, it).is_some())
    })
}

fn fit(name: &[String], synonym: &str) -> Option<Fit> {
    let synonym = synonym.trim();
    let (is_whole_only, synonym) = match synonym.strip_prefix('=') {
        Some(rest) => (true, rest),
        None => (false, synonym),
    };
    let wanted = words(synonym).concat();
    let length = wanted.len();
    if name.concat() == wanted {
        return Some(Fit::Whole(length));
    }
    if is_whole_only {
        return None;
    }
    let runs = (0..name.len()).flat_map(|from| (from..name.len()).map(move |to| (from, to)));
    for (from, to) in runs {
        if name[from..=to].concat() == wanted {
            return Some(Fit::Words(length));
        }
    }
    let ends = name
        .iter()
        .any(|word| word.len() > length && word.ends_with(&wanted));
    (ends && length >= END_CHARS_MIN).then_some(Fit::End(length))
}

/// The words of a name: folded, `ä` and `ae` the same, apart where letters become digits or capitals.
fn words(name: &str) -> Vec<String> {
    let mut apart = String::with_capacity(name.len() + 8);
    let mut before: Option<char> = None;
    // `N° client`, `Nº cliente`.
    let name = name.replace(['°', 'º'], "o ");
    for sign in name.chars() {
        let is_new = before.is_some_and(|before| {
            (before.is_lowercase() && sign.is_uppercase())
                || (before.is_alphabetic() && sign.is_ascii_digit())
        });
        if is_new {
            apart.push(' ');
        }
        apart.push(sign);
        before = Some(sign);
    }
    let plain = |word: String| {
        let word = word.replace("ae", "a").replace("oe", "o");
        word.replace("ue", "u")
    };
    fold::words(&apart).into_iter().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Meaning as M;
    use Part::{Associates, Companies, Documents, Individuals, Notes};

    fn best(column: &str, part: Part) -> Option<Meaning> {
        let found = meanings(column, part);
        let best = found.iter().rev().max_by_key(|(_, fit)| *fit);
        best.map(|(meaning, _)| *meaning)
    }

    #[test]
    fn a_column_is_known_by_its_name_in_several_languages_and_ways_of_writing() {
        for (column, part, expected) in [
            ("CUST_NO", Individuals, M::Reference),
            ("customerId", Companies, M::Reference),
            ("Kd.-Nr.", Individuals, M::Reference),
            ("Stammkundennummer", Individuals, M::Reference),
            ("N° client", Individuals, M::Reference),
            ("Nº cliente", Companies, M::Reference),
            ("N° société", Associates, M::Reference),
            ("Vorname", Individuals, M::GivenNames),
            ("firstName", Associates, M::GivenNames),
            ("Straße", Individuals, M::AddressLine),
            ("STRASSE", Companies, M::AddressLine),
            ("ADDR_2", Individuals, M::AddressLine),
            ("Address3", Individuals, M::AddressLine),
            ("EMAIL_ADDRESS", Individuals, M::Email),
            ("Eröffnet am", Individuals, M::OpenedOn),
            ("EROEFFNET_AM", Individuals, M::OpenedOn),
            ("date de naissance", Individuals, M::BirthDate),
            ("FECHA_NACIMIENTO", Individuals, M::BirthDate),
            ("Place of birth", Individuals, M::Other),
            ("REG_TOWN", Companies, M::Town),
            ("REG_COUNTRY", Companies, M::Country),
            ("INC_COUNTRY", Companies, M::IncorporationCountry),
            ("Name", Companies, M::LegalName),
            ("Name", Individuals, M::FullName),
            ("SINCE", Associates, M::AppointedOn),
            ("FILE_NAME", Documents, M::FileName),
        ] {
            assert_eq!(best(column, part), Some(expected), "{column} {part:?}");
        }
        for (column, part) in [
            ("BRANCH", Individuals),
            ("ORDER_NAME", Individuals),
            ("", Notes),
        ] {
            assert_eq!(best(column, part), None, "{column}");
        }
        assert!(says("export_Privatkunden_2025.csv", Individuals));
        assert!(!says("export_2025.csv", Individuals));
    }
}
