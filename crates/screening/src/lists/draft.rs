//! An entry while its list is read.

use countries::Code;

use super::dates::{self, Order};
use super::labels::{self, Meaning};
use super::problem::{At, Problem, Problems, quoted};
use super::text;
use crate::date::ListDate;
use crate::entry::{
    Entry, Gender, Identifier, IdentifierKind, Kind, Name, NameKind, Place, Position, Role, Tie,
    Topic,
};

/// A longer name is cut, and said to be.
pub(crate) const NAME_CHARS_MAX: usize = 500;
/// Any other longer text is cut, and said to be.
pub(crate) const TEXT_CHARS_MAX: usize = 20_000;
/// An entry keeps so many names, addresses, … of each; more are reported.
pub(crate) const MEMBERS_MAX: usize = 2_000;

/// An entry that is being filled. Texts are cleaned, and what says nothing is passed over.
pub(crate) struct Draft<'a> {
    pub(super) entry: &'a mut Entry,
    pub(super) at: At,
    pub(super) part: &'a str,
    pub(super) order: Order,
    pub(super) problems: &'a mut Problems,
}

impl Draft<'_> {
    /// Dates are written month first from here on.
    pub(crate) fn month_first(&mut self) {
        self.order = Order::MonthFirst;
    }

    pub(crate) fn problem(&mut self, what: String) {
        self.problems.add(Problem {
            part: self.part.to_owned(),
            at: self.at,
            entry: Some(self.entry.id.clone()),
            what,
        });
    }

    pub(crate) fn kind(&mut self, kind: Kind) {
        if kind != Kind::Unknown {
            self.entry.kind = kind;
        }
    }

    pub(crate) fn is(&self, kind: Kind) -> bool {
        self.entry.kind == kind
    }

    pub(crate) fn has_names(&self) -> bool {
        !self.entry.names.is_empty()
    }

    pub(crate) fn topic(&mut self, topic: Topic) {
        if !self.entry.topics.contains(&topic) {
            self.entry.topics.push(topic);
        }
    }

    /// A name in its natural order.
    pub(crate) fn name(&mut self, kind: NameKind, name: &str) {
        self.push_name(kind, name, None, None);
    }

    /// A name in a language that the list names.
    pub(crate) fn name_in(&mut self, kind: NameKind, name: &str, language: &str) {
        self.push_name(kind, name, None, Some(language));
    }

    /// A name whose parts the list tells apart.
    pub(crate) fn parted_name(&mut self, kind: NameKind, given: &str, family: &str) {
        let (given, family) = (text::clean(given), text::clean(family));
        if given.is_empty() || family.is_empty() {
            self.name(kind, if given.is_empty() { &family } else { &given });
        } else {
            self.push_name(kind, &format!("{given} {family}"), Some(&family), None);
        }
    }

    /// A name of a list that writes `FAMILY, Given` of persons and natural names of all others.
    pub(crate) fn listed_name(&mut self, kind: NameKind, name: &str) {
        match name.split_once(',') {
            Some((family, given)) if self.is(Kind::Person) && !is_suffix(given) => {
                let (given, suffix) = match given.rsplit_once(',') {
                    Some((given, suffix)) if is_suffix(suffix) => (given, suffix),
                    _ => (given, ""),
                };
                let family = format!("{family} {}", suffix.trim());
                self.parted_name(kind, given, &family);
            }
            _ => self.name(kind, name),
        }
    }

    fn push_name(&mut self, kind: NameKind, name: &str, family: Option<&str>, lang: Option<&str>) {
        let name = text::clean(name);
        if !name.chars().any(char::is_alphanumeric) || name == "-0-" {
            return;
        }
        let name = self.cut(name, NAME_CHARS_MAX);
        if !self.has_room("names", self.entry.names.len()) {
            return;
        }
        let family = family.filter(|family| name.contains(*family));
        let name = Name {
            family: family.map(str::to_owned),
            language: lang.map(str::to_owned).filter(|lang| !lang.is_empty()),
            ..Name::new(kind, name)
        };
        if !self.entry.names.contains(&name) {
            self.entry.names.push(name);
        }
    }

    pub(crate) fn born(&mut self, text: &str) {
        for date in self.dates("date of birth", text) {
            self.born_on(date);
        }
    }

    pub(crate) fn born_on(&mut self, date: ListDate) {
        if self.has_room("dates of birth", self.entry.born.len()) {
            self.entry.born.push(date);
        }
    }

    pub(crate) fn died(&mut self, text: &str) {
        let dates = self.dates("date of death", text);
        if self.has_room("dates of death", self.entry.died.len()) {
            self.entry.died.extend(dates);
        }
    }

    /// The earliest day is kept where a list gives several.
    pub(crate) fn listed_on(&mut self, text: &str) {
        for date in self.dates("date of listing", text) {
            let earliest = self.entry.listed_on.map_or(date, |known| known.min(date));
            self.entry.listed_on = Some(earliest);
        }
    }

    /// Every date of a field; a problem where it is not understood.
    fn dates(&mut self, what: &str, text: &str) -> Vec<ListDate> {
        let Some(said) = text::said(text) else {
            return Vec::new();
        };
        dates::read(said, self.order).unwrap_or_else(|| {
            self.problem(format!("the {what} {} is not understood", quoted(said)));
            Vec::new()
        })
    }

    /// One date of a field; a problem where it is not understood.
    pub(crate) fn date(&mut self, what: &str, text: &str) -> Option<ListDate> {
        self.dates(what, text).first().copied()
    }

    pub(crate) fn gender(&mut self, text: &str) {
        let Some(said) = text::said(text) else { return };
        let gender = match said.to_lowercase().as_str() {
            "male" | "m" | "man" => Gender::Male,
            "female" | "f" | "woman" => Gender::Female,
            "other" | "x" | "diverse" => Gender::Other,
            _ => return self.problem(format!("the gender {} is not known", quoted(said))),
        };
        self.entry.gender = Some(gender);
    }

    /// The countries that a field names.
    pub(crate) fn countries(&mut self, role: Role, text: &str) -> Vec<Code> {
        let Some(said) = text::said(text) else {
            return Vec::new();
        };
        let codes = countries::codes(said);
        for strange in codes.strange.iter().filter_map(|part| text::said(part)) {
            self.problem(format!("{} names no country", quoted(strange)));
        }
        for code in &codes.found {
            self.tie(role, *code);
        }
        codes.found
    }

    pub(crate) fn tie(&mut self, role: Role, code: Code) {
        let tie = Tie { code, role };
        if !self.entry.countries.contains(&tie) {
            self.entry.countries.push(tie);
        }
    }

    /// A place of birth, or several; the country after the last comma of each.
    pub(crate) fn birth_place(&mut self, text: &str) {
        for place in text::counted(text) {
            let Some(place) = text::said(place) else {
                continue;
            };
            let country = last_country(place);
            if let Some(code) = country {
                self.tie(Role::Birth, code);
            }
            self.push_place(place, country, |entry| &mut entry.places_of_birth);
        }
    }

    /// An address by its pieces, and its country.
    pub(crate) fn address(&mut self, pieces: &[&str], country: &str) {
        let found = self.countries(Role::Address, country);
        // Codes are shown by their names.
        let code = found.first().filter(|_| country.trim().len() <= 3);
        let named = code.and_then(|code| countries::find(code.as_str()));
        let country = named.map_or(country, |named| named.name);
        let pieces = pieces.iter().copied().chain([country]);
        let pieces: Vec<String> = pieces.filter_map(text::said).map(text::clean).collect();
        let text = pieces.join(", ");
        self.push_place(&text, found.first().copied(), |entry| &mut entry.addresses);
    }

    /// An address as one text; the country after its last comma.
    pub(crate) fn address_text(&mut self, address: &str) {
        let Some(address) = text::said(address) else {
            return;
        };
        let country = last_country(address);
        if let Some(code) = country {
            self.tie(Role::Address, code);
        }
        self.push_place(address, country, |entry| &mut entry.addresses);
    }

    fn push_place(
        &mut self,
        text: &str,
        country: Option<Code>,
        places: fn(&mut Entry) -> &mut Vec<Place>,
    ) {
        let text = text::clean(text);
        if text.is_empty() {
            return;
        }
        let text = self.cut(text, TEXT_CHARS_MAX);
        let count = places(self.entry).len();
        let place = Place { text, country };
        if self.has_room("places", count) && !places(self.entry).contains(&place) {
            places(self.entry).push(place);
        }
    }

    /// A number under what the list calls it, of whatever the label says that it is.
    pub(crate) fn labelled(&mut self, label: &str, value: &str, country: &str) {
        let (label, value) = (text::clean(label), text::clean(value));
        let label = label.trim_end_matches([':', '-', ' ']);
        let label = label.strip_prefix("alt. ").unwrap_or(label);
        if text::said(&value).is_none() {
            return;
        }
        match labels::meaning(label, &value) {
            Meaning::Identifier(kind) => self.identifier(kind, &value, country, Some(label)),
            Meaning::Wallet(currency) => {
                self.identifier(IdentifierKind::Wallet, &value, country, Some(currency));
            }
            Meaning::Gender => self.gender(&value),
            Meaning::Born => self.born(&value),
            Meaning::Nationality => drop(self.countries(Role::Nationality, &value)),
            Meaning::Registered => drop(self.countries(Role::Registration, &value)),
            Meaning::Link => self.link(&value),
            Meaning::Remark => self.remark(&format!("{label}: {value}")),
        }
    }

    pub(crate) fn identifier(
        &mut self,
        kind: IdentifierKind,
        value: &str,
        country: &str,
        label: Option<&str>,
    ) {
        let Some(value) = text::said(value).map(text::clean) else {
            return;
        };
        let value = self.cut(value, NAME_CHARS_MAX);
        if !self.has_room("identifiers", self.entry.identifiers.len()) {
            return;
        }
        let country = text::said(country).and_then(|country| {
            let codes = countries::codes(country);
            codes.found.first().copied()
        });
        let identifier = Identifier {
            kind,
            value,
            country,
            label: label.map(text::clean).filter(|label| !label.is_empty()),
        };
        if identifier.key().is_empty() {
            self.problem(format!(
                "the number {} has no signs",
                quoted(&identifier.value)
            ));
            return;
        }
        if let Some(code) = country {
            self.tie(Role::Document, code);
        }
        if !self.entry.identifiers.contains(&identifier) {
            self.entry.identifiers.push(identifier);
        }
    }

    /// An office that is only a text.
    pub(crate) fn position(&mut self, title: &str) {
        let title = text::clean(title);
        if text::said(&title).is_some() {
            self.office(Position {
                title,
                ..Position::default()
            });
        }
    }

    pub(crate) fn office(&mut self, mut position: Position) {
        position.title = self.cut(position.title, TEXT_CHARS_MAX);
        let is_known = self.entry.positions.contains(&position);
        if !is_known && self.has_room("positions", self.entry.positions.len()) {
            if let Some(code) = position.country {
                self.tie(Role::Office, code);
            }
            self.entry.positions.push(position);
        }
    }

    pub(crate) fn title(&mut self, text: &str) {
        self.push_text("titles", text, |entry| &mut entry.titles);
    }

    pub(crate) fn program(&mut self, text: &str) {
        self.push_text("programs", text, |entry| &mut entry.programs);
    }

    pub(crate) fn remark(&mut self, text: &str) {
        self.push_text("remarks", text, |entry| &mut entry.remarks);
    }

    pub(crate) fn link(&mut self, text: &str) {
        self.push_text("links", text, |entry| &mut entry.links);
    }

    pub(crate) fn reference(&mut self, text: &str) {
        self.push_text("references", text, |entry| &mut entry.references);
    }

    fn push_text(&mut self, what: &str, text: &str, of: fn(&mut Entry) -> &mut Vec<String>) {
        let text = text::clean(text);
        if text::said(&text).is_none() {
            return;
        }
        let text = self.cut(text, TEXT_CHARS_MAX);
        let count = of(self.entry).len();
        if !of(self.entry).contains(&text) && self.has_room(what, count) {
            of(self.entry).push(text);
        }
    }

    fn has_room(&mut self, what: &str, count: usize) -> bool {
        if count == MEMBERS_MAX {
            self.problem(format!(
                "it has more {what} than {MEMBERS_MAX}; the rest was left out"
            ));
        }
        count < MEMBERS_MAX
    }

    fn cut(&mut self, text: String, chars: usize) -> String {
        if text.len() <= chars {
            return text;
        }
        match text.char_indices().nth(chars) {
            None => text,
            Some((end, _)) => {
                self.problem(format!("{} was cut after {chars} signs", quoted(&text)));
                text[..end].trim_end().to_owned()
            }
        }
    }
}

/// What stands after the last comma, if it is a country, or the whole.
fn last_country(place: &str) -> Option<Code> {
    let place = place.trim().trim_end_matches(['.', ';']);
    let last = place.rsplit(',').next()?.trim();
    let is_two_letters = last.len() == 2 && place.len() > 2;
    let found = if is_two_letters {
        last.parse().ok()
    } else {
        countries::code(last)
    };
    // A country with a note, or with a comma within: Korea, North.
    let noted = || {
        last.split_once(" (")
            .and_then(|(name, _)| countries::code(name))
    };
    let two = || {
        let start = place[..place.len() - last.len()]
            .trim_end()
            .trim_end_matches(',');
        let start = start.rfind(',').map_or(0, |at| at + 1);
        countries::code(&place[start..])
    };
    found.or_else(noted).or_else(two)
}

fn is_suffix(text: &str) -> bool {
    let folded = text.trim().trim_end_matches('.').to_lowercase();
    matches!(folded.as_str(), "jr" | "sr" | "ii" | "iii" | "iv")
}
