//! What lists say of those they name, in one shape for all lists.
//!
//! An [`Entry`] is one listed person, organization, vessel or aircraft under the list's own
//! reference. It keeps what the list says, read as far as it can be: texts are as published but for
//! white space; countries, dates, genders and kinds of numbers are values. What a parser could not
//! read is a problem of the publication, never silently left out.

use std::collections::BTreeSet;

use countries::Code;
use serde::{Deserialize, Serialize};

use crate::date::ListDate;

/// One listed party.
///
/// The lists within it are sets: [`Entry::canonical`] sorts them and drops repetitions, so that two
/// publications which say the same in another order are equal. Snapshots hold canonical entries
/// only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The list's own reference, the same in every publication.
    pub id: String,
    pub kind: Kind,
    /// Why it is listed.
    pub topics: Vec<Topic>,
    /// At least one; the primary ones first.
    pub names: Vec<Name>,
    /// Dates of birth of a person; of an organization the dates of its foundation.
    pub born: Vec<ListDate>,
    /// Only where the list says that the person has died.
    pub died: Vec<ListDate>,
    pub gender: Option<Gender>,
    pub places_of_birth: Vec<Place>,
    pub addresses: Vec<Place>,
    /// Every country that the list connects it with, and how.
    pub countries: Vec<Tie>,
    pub identifiers: Vec<Identifier>,
    /// Offices held, of a person.
    pub positions: Vec<Position>,
    /// Titles such as `Dr.` and `Sheikh`, which are no part of the name.
    pub titles: Vec<String>,
    /// The programs, regimes or orders under which it is listed, as the list calls them.
    pub programs: Vec<String>,
    pub listed_on: Option<ListDate>,
    pub remarks: Vec<String>,
    /// Web addresses that the list gives as its source or for more.
    pub links: Vec<String>,
    /// References of the same party elsewhere (of the United Nations in other lists).
    pub references: Vec<String>,
}

/// What is listed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Kind {
    Person,
    Organization,
    Vessel,
    Aircraft,
    /// The list does not say.
    #[default]
    Unknown,
}

/// Why something is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Topic {
    /// Assets frozen, or dealings forbidden.
    Sanction,
    /// Owned, controlled or supported by the sanctioned, not listed itself.
    SanctionLinked,
    /// Exports need a license or are denied.
    ExportControl,
    /// Kept from public contracts.
    Debarment,
    /// Politically exposed: holds or held a public office.
    Pep,
    /// Family or close associate of the politically exposed.
    PepAssociate,
    Crime,
    Terrorism,
    Wanted,
    /// Warned of or acted against by a supervisor.
    Regulatory,
    StateOwned,
    AdverseMedia,
    /// Of interest for another reason.
    Watch,
    /// On a list of the institution's own.
    Internal,
}

/// One name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    pub kind: NameKind,
    /// The whole name; given names before the family name where the list tells them apart.
    pub text: String,
    /// The part of [`Name::text`] that the list marks as the family name.
    pub family: Option<String>,
    pub script: Script,
    /// The language of this spelling (ISO 639), where the list says so.
    pub language: Option<String>,
}

impl Name {
    /// A name in the script of its letters.
    pub fn new(kind: NameKind, text: impl Into<String>) -> Name {
        let text = text.into();
        Name {
            kind,
            family: None,
            script: Script::of(&text),
            language: None,
            text,
        }
    }
}

/// How a list holds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NameKind {
    Primary,
    /// The name as it is written where it comes from.
    OriginalScript,
    /// An alias that suffices to identify ("good quality", "strong").
    Strong,
    /// A name no longer used.
    Former,
    /// An alias that many others bear as well ("low quality", "weak").
    Weak,
}

/// The script of most letters of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Script {
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    Han,
    /// Hiragana or katakana, alone or among Chinese signs.
    Kana,
    Hangul,
    /// Devanagari, Bengali and the other scripts of India.
    Indic,
    Thai,
    Armenian,
    Georgian,
    Ethiopic,
    /// Any other, or no letters at all.
    Other,
}

impl Script {
    /// The script of most letters; the one that comes first in the enumeration where two are equal.
    pub fn of(text: &str) -> Script {
        let mut counts = [0_usize; Script::ALL.len()];
        for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
            let script = Script::of_letter(letter);
            if let Some(place) = Script::ALL.iter().position(|known| *known == script) {
                counts[place] += 1;
            }
        }
        let kana = Script::ALL.iter().zip(counts);
        if kana
            .clone()
            .any(|(script, count)| *script == Script::Kana && count > 0)
        {
            return Script::Kana;
        }
        let most = counts.iter().max().copied().unwrap_or_default();
        let mut found = kana.filter(|(_, count)| most > 0 && *count == most);
        found.next().map_or(Script::Other, |(script, _)| *script)
    }

    const ALL: [Script; 14] = [
        Script::Latin,
        Script::Cyrillic,
        Script::Greek,
        Script::Arabic,
        Script::Hebrew,
        Script::Han,
        Script::Kana,
        Script::Hangul,
        Script::Indic,
        Script::Thai,
        Script::Armenian,
        Script::Georgian,
        Script::Ethiopic,
        Script::Other,
    ];

    fn of_letter(letter: char) -> Script {
        match u32::from(letter) {
            0x0041..=0x024F | 0x1E00..=0x1EFF | 0xFF21..=0xFF5A => Script::Latin,
            0x0370..=0x03FF | 0x1F00..=0x1FFF => Script::Greek,
            0x0400..=0x052F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF => Script::Cyrillic,
            0x0530..=0x058F => Script::Armenian,
            0x0590..=0x05FF => Script::Hebrew,
            0x0600..=0x06FF
            | 0x0750..=0x077F
            | 0x08A0..=0x08FF
            | 0xFB50..=0xFDFF
            | 0xFE70..=0xFEFF => Script::Arabic,
            0x0900..=0x0DFF => Script::Indic,
            0x0E00..=0x0E7F => Script::Thai,
            0x10A0..=0x10FF | 0x1C90..=0x1CBF => Script::Georgian,
            0x1200..=0x139F => Script::Ethiopic,
            0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7AF => Script::Hangul,
            0x3040..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F => Script::Kana,
            0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3134F => Script::Han,
            _ => Script::Other,
        }
    }
}

/// What a list says of somebody's sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Gender {
    Female,
    Male,
    Other,
}

/// A place: of birth, or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The whole as it is shown.
    pub text: String,
    pub country: Option<Code>,
}

/// A country and what connects it with the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tie {
    pub code: Code,
    pub role: Role,
}

/// What connects an entry with a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Nationality or citizenship.
    Nationality,
    /// Where it was born.
    Birth,
    /// Where an address lies.
    Address,
    /// Where it is registered or incorporated, or whose flag it flies.
    Registration,
    /// Whose authority issued a document.
    Document,
    /// Whose office is held.
    Office,
    /// The regime under which it is listed is about this country.
    Program,
    /// The list names it without saying why.
    Unspecified,
}

/// A number or address that belongs to one party.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    pub kind: IdentifierKind,
    /// As published.
    pub value: String,
    /// Whose authority gave it.
    pub country: Option<Code>,
    /// What the list calls it (`Cedula No.`), or the currency of a wallet (`XBT`).
    pub label: Option<String>,
}

impl Identifier {
    /// The value as it is compared: letters and digits in upper case; wallets and mail addresses as
    /// they are. Empty where nothing is left to compare.
    pub fn key(&self) -> String {
        match self.kind {
            IdentifierKind::Wallet => self.value.trim().to_owned(),
            IdentifierKind::Email | IdentifierKind::Website => self.value.trim().to_lowercase(),
            _ => {
                let signs = self.value.chars().filter(|sign| sign.is_alphanumeric());
                signs.flat_map(char::to_uppercase).collect()
            }
        }
    }
}

/// Kinds of identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum IdentifierKind {
    Passport,
    /// An identity card or a national or social security number.
    NationalId,
    DrivingLicense,
    OtherDocument,
    /// A number of taxation, of persons and organizations, VAT as well.
    Tax,
    /// A number of a register of companies.
    Registration,
    Lei,
    /// SWIFT or BIC.
    Swift,
    Duns,
    /// A number of the International Maritime Organization, of a vessel or its owner.
    Imo,
    Mmsi,
    CallSign,
    /// Serial numbers, tail numbers and registration marks.
    Aircraft,
    /// An address of a digital currency.
    Wallet,
    BankAccount,
    Security,
    Email,
    Phone,
    Website,
    /// An item of Wikidata (`Q42`).
    Wikidata,
    Other,
}

impl IdentifierKind {
    /// Whether two parties of which both have one, and not the same, are likely two: at most one
    /// is given to each party by an authority, and it stays.
    pub fn is_lasting(self) -> bool {
        matches!(
            self,
            IdentifierKind::Tax
                | IdentifierKind::Lei
                | IdentifierKind::Imo
                | IdentifierKind::Wikidata
                | IdentifierKind::NationalId
        )
    }
}

/// An office that a person holds or held.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub title: String,
    /// The body or organization.
    pub body: Option<String>,
    pub country: Option<Code>,
    pub from: Option<ListDate>,
    /// None where it is still held or the list does not say.
    pub until: Option<ListDate>,
}

impl Entry {
    /// The same entry with every set sorted and each of its members once; of a name that has
    /// several kinds, the first kind.
    pub fn canonical(mut self) -> Entry {
        set(&mut self.topics);
        set(&mut self.names);
        let mut texts = BTreeSet::new();
        self.names.retain(|name| texts.insert(name.text.clone()));
        set(&mut self.born);
        set(&mut self.died);
        set(&mut self.places_of_birth);
        set(&mut self.addresses);
        set(&mut self.countries);
        set(&mut self.identifiers);
        set(&mut self.positions);
        set(&mut self.titles);
        set(&mut self.programs);
        set(&mut self.remarks);
        set(&mut self.links);
        set(&mut self.references);
        self
    }

    /// The name to show: the first primary one, or else the first.
    pub fn primary_name(&self) -> Option<&Name> {
        let primary = self
            .names
            .iter()
            .find(|name| name.kind == NameKind::Primary);
        primary.or_else(|| self.names.first())
    }
}

fn set<T: Ord>(members: &mut Vec<T>) {
    members.sort_unstable();
    members.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_script_of_most_of_its_letters() {
        for (text, script) in [
            ("Ángel GARCÍA", Script::Latin),
            ("Василий (Vasili)", Script::Cyrillic),
            ("محمد طاهر أنوري", Script::Arabic),
            ("金正恩", Script::Han),
            ("日本赤軍ア", Script::Kana),
            ("김정은", Script::Hangul),
            ("1234-5", Script::Other),
            ("", Script::Other),
        ] {
            assert_eq!(Script::of(text), script, "{text}");
        }
    }

    #[test]
    fn entries_that_say_the_same_in_another_order_are_equal_in_canonical_form() {
        let names = ["A", "B", "B"].map(|text| Name::new(NameKind::Strong, text));
        let one = Entry {
            names: names.to_vec(),
            ..Entry::default()
        };
        let mut other = one.clone();
        other.names.reverse();
        assert_ne!(one, other);
        assert_eq!(one.canonical(), other.canonical());
    }
}
