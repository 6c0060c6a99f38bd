//! The table of countries: ISO 3166-1 alpha-3 codes, found from whatever people write.
//!
//! The table `country.tsv` holds the present countries with their English names (CLDR, United
//! Nations, everyday), countries that are no more, and the codes that ICAO lets passports carry.
//! Only the present ones are countries to live in; the others are found by [`nationality`] and
//! [`historic`].

use std::collections::HashMap;
use std::sync::OnceLock;

/// What an entry of the table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A country or territory of today.
    Current,
    /// A country of ISO 3166-3, which is no more.
    Historic,
    /// A code that only travel documents carry (ICAO 9303), such as `XXA`, stateless.
    Document,
}

/// One entry of the country table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// Two letters, upper case; empty for codes of travel documents.
    pub alpha2: &'static str,
    /// Three letters, upper case, as the contract wants them.
    pub alpha3: &'static str,
    /// The English name to show.
    pub name: &'static str,
    /// Whether one can live there today.
    pub kind: Kind,
}

/// Every entry of the table, by alpha-3 code within each kind.
pub fn all() -> &'static [Country] {
    &table().countries
}

/// The present country that the text names: an alpha-2 or alpha-3 code, an English name of CLDR or
/// the United Nations, or an everyday name; in any case, with any white space around it.
pub fn find(text: &str) -> Option<&'static Country> {
    lookup(&table().current, text)
}

/// The alpha-3 code of the present country that the text names, in any form [`find`] knows.
pub fn alpha3(text: &str) -> Option<&'static str> {
    find(text).map(|country| country.alpha3)
}

/// What a nationality says: all that [`find`] knows, adjectives such as `British`, and the codes
/// of travel documents (`XXA`, stateless).
pub fn nationality(text: &str) -> Option<&'static Country> {
    find(text).or_else(|| lookup(&table().nationalities, text))
}

/// A country that is no more, by its alpha-3 code or English name.
pub fn historic(text: &str) -> Option<&'static Country> {
    lookup(&table().historic, text)
}

/// The country of this key, of today or of the past, by its codes, names and adjectives.
pub(crate) fn by_key(key: &str) -> Option<&'static Country> {
    let table = table();
    let indexes = [&table.current, &table.nationalities, &table.historic];
    let place = indexes.iter().find_map(|index| index.get(key))?;
    table.countries.get(*place)
}

/// The present country of an exact alpha-3 code in upper case, the only form of the contract.
pub fn by_alpha3(code: &str) -> Option<&'static Country> {
    find(code).filter(|country| country.alpha3 == code)
}

struct Table {
    countries: Vec<Country>,
    current: Index,
    nationalities: Index,
    historic: Index,
}

/// From the folded key to the place in `Table::countries`.
type Index = HashMap<String, usize>;

/// Longer texts name no country.
const NAME_CHARS_MAX: usize = 100;

fn lookup(index: &Index, text: &str) -> Option<&'static Country> {
    if text.len() > NAME_CHARS_MAX * 4 {
        return None;
    }
    let place = index.get(&key(text))?;
    table().countries.get(*place)
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| read(include_str!("country.tsv")))
}

fn read(text: &'static str) -> Table {
    let mut table = Table {
        countries: Vec::new(),
        current: Index::new(),
        nationalities: Index::new(),
        historic: Index::new(),
    };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (alpha2, alpha3, kind, name) = (field(), field(), field(), field());
        let (others, adjectives) = (field(), field());
        let kind = match kind {
            "current" => Kind::Current,
            "historic" => Kind::Historic,
            _ => Kind::Document,
        };
        let place = table.countries.len();
        table.countries.push(Country {
            alpha2,
            alpha3,
            name,
            kind,
        });
        let names = [alpha3, name].into_iter().chain(others.split('|'));
        let index = match kind {
            Kind::Current => {
                add(&mut table.current, alpha2, place);
                &mut table.current
            }
            Kind::Historic => &mut table.historic,
            Kind::Document => &mut table.nationalities,
        };
        names.for_each(|name| add(index, name, place));
        adjectives
            .split('|')
            .for_each(|name| add(&mut table.nationalities, name, place));
    }
    table
}

fn add(index: &mut Index, name: &str, place: usize) {
    if !name.is_empty() {
        index.entry(key(name)).or_insert(place);
    }
}

/// How a name is compared: folded, without dots, `&` as `and`, `St` as `Saint`, a leading `the` or
/// a trailing `(the)` dropped. Every other sign counts: `N/A` is not Namibia.
pub(crate) fn key(text: &str) -> String {
    let folded = crate::fold::text(text)
        .replace('’', "'")
        .replace('&', " and ");
    let words: Vec<&str> = folded
        .split(|c: char| c.is_whitespace() || c == ',' || c == '-')
        .filter(|word| !word.is_empty() && *word != "(the)")
        .collect();
    let mut key = String::with_capacity(folded.len());
    for (place, word) in words.iter().enumerate() {
        if place == 0 && *word == "the" && words.len() > 1 {
            continue;
        }
        if !key.is_empty() {
            key.push(' ');
        }
        match *word {
            "st" | "st." if words.len() > 1 => key.push_str("saint"),
            word => key.extend(word.chars().filter(|c| *c != '.')),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(text: &str, alpha3: &str) {
        assert_eq!(find(text).map(|c| c.alpha3), Some(alpha3), "{text:?}");
    }

    #[test]
    fn a_country_is_found_by_every_form_people_write() {
        for (text, alpha3) in [
            ("GB", "GBR"),
            ("gbr", "GBR"),
            ("U.K.", "GBR"),
            ("England", "GBR"),
            ("Great Britain", "GBR"),
            ("U.S.A.", "USA"),
            ("United States of America", "USA"),
            ("Holland", "NLD"),
            ("Eire", "IRL"),
            ("Republic of Ireland", "IRL"),
            ("Czech Republic", "CZE"),
            ("Ivory Coast", "CIV"),
            ("COTE D'IVOIRE", "CIV"),
            ("Turkey", "TUR"),
            ("türkiye", "TUR"),
            ("UAE", "ARE"),
            ("Burma", "MMR"),
            ("na", "NAM"),
            ("Saint Pierre and Miquelon", "SPM"),
            ("St. Lucia", "LCA"),
            ("Wallis & Futuna Islands", "WLF"),
            ("\u{a0}State of Palestine ", "PSE"),
            (
                "United Kingdom of Great Britain and Northern Ireland (the)",
                "GBR",
            ),
            ("Kosovo", "RKS"),
            ("XKX", "RKS"),
            ("Congo", "COG"),
        ] {
            found(text, alpha3);
        }
    }

    #[test]
    fn what_is_no_country_is_not_guessed() {
        for text in [
            "",
            " ",
            "N/A",
            "XX",
            "ZZZ",
            "see file",
            "Ruritania",
            "Yugoslavia?",
            "G B",
            "GB1",
            "YUG",
            "XXA",
            ".",
        ] {
            assert_eq!(find(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_nationality_may_be_an_adjective_or_a_document_code() {
        for (text, alpha3) in [
            ("British", "GBR"),
            ("irish", "IRL"),
            ("Dutch", "NLD"),
            ("POLISH", "POL"),
            ("XXA", "XXA"),
            ("Stateless", "XXA"),
            ("FR", "FRA"),
            ("GBN", "GBN"),
        ] {
            assert_eq!(
                nationality(text).map(|c| c.alpha3),
                Some(alpha3),
                "{text:?}"
            );
        }
        assert_eq!(find("British"), None);
    }

    #[test]
    fn countries_of_the_past_are_found_apart() {
        assert_eq!(historic("Soviet Union").map(|c| c.alpha3), Some("SUN"));
        assert_eq!(historic("csk").map(|c| c.alpha3), Some("CSK"));
    }

    #[test]
    fn no_two_entries_share_a_name() {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for line in include_str!("country.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 6, "{line}");
            if fields[2] == "historic" {
                continue;
            }
            let names = [fields[0], fields[1], fields[3]].into_iter();
            for name in names
                .chain(fields[4].split('|'))
                .chain(fields[5].split('|'))
            {
                if name.is_empty() {
                    continue;
                }
                let before = seen.insert(key(name), fields[1]);
                assert!(
                    before.is_none_or(|code| code == fields[1]),
                    "{name}: {before:?}, {}",
                    fields[1]
                );
            }
        }
    }

    #[test]
    fn every_present_country_has_both_codes() {
        let present = all().iter().filter(|c| c.kind == Kind::Current);
        assert_eq!(present.clone().count(), 250);
        assert!(
            present
                .clone()
                .all(|c| c.alpha2.len() == 2 && c.alpha3.len() == 3)
        );
    }
}
