//! The remarks of OFAC's CSV, which hold what the table has no columns for.

use super::super::reading::Draft;
use crate::entry::{Kind, NameKind, Role};

/// Reads every piece; what is no value stays a remark.
pub(crate) fn read(draft: &mut Draft<'_>, text: &str) {
    let text = text.trim();
    for piece in text.strip_suffix('.').unwrap_or(text).split(';') {
        if !piece.trim().is_empty() {
            one(draft, piece.trim());
        }
    }
}

fn one(draft: &mut Draft<'_>, piece: &str) {
    let value = piece.strip_prefix("alt. ").unwrap_or(piece);
    let after = |word: &str| value.strip_prefix(word).map(str::trim);
    if let Some(date) = after("DOB ") {
        draft.born(date);
    } else if let Some(place) = after("POB ") {
        draft.birth_place(place);
    } else if let Some(country) = after("nationality ").or_else(|| after("citizen ")) {
        if countries::codes(country).found.is_empty() {
            draft.remark(piece);
        }
        draft.countries(Role::Nationality, country);
    } else if let Some(gender) = after("Gender ") {
        draft.gender(gender);
    } else if let Some(alias) = alias(value) {
        let (kind, name) = alias;
        draft.listed_name(kind, name);
    } else if let Some(flag) =
        after("Vessel Flag ").or_else(|| after("Nationality of Registration "))
    {
        draft.countries(Role::Registration, flag);
    } else if let Some(date) = after("Organization Established Date ") {
        draft.born(date);
    } else if let Some((label, value)) = labelled(value) {
        numbered(draft, label, value);
    } else {
        draft.remark(piece);
    }
}

/// `a.k.a. 'EL RUBIO'`: the aliases in remarks are the weak ones.
fn alias(piece: &str) -> Option<(NameKind, &str)> {
    let kinds = [
        ("a.k.a. ", NameKind::Weak),
        ("n.k.a. ", NameKind::Weak),
        ("f.k.a. ", NameKind::Former),
    ];
    kinds.iter().find_map(|(word, kind)| {
        let name = piece.strip_prefix(word)?.trim();
        let inner = name
            .strip_prefix('\'')
            .and_then(|name| name.strip_suffix('\''));
        Some((*kind, inner.unwrap_or(name)))
    })
}

/// Parts a label from its number: after one of the labels whose end cannot be seen, or after the
/// first word that ends a label.
fn labelled(piece: &str) -> Option<(&str, &str)> {
    const WHOLE: [&str; 28] = [
        "Digital Currency Address - ",
        "Vessel Registration Identification ",
        "Business Registration Document # ",
        "Registration ID ",
        "Registration Number ",
        "Passport ",
        "SWIFT/BIC ",
        "MMSI ",
        "Email Address ",
        "Website ",
        "Telephone ",
        "Phone Number ",
        "Fax ",
        "C.U.R.P. # ",
        "C.U.R.P. ",
        "R.F.C. # ",
        "R.F.C. ",
        "RFC ",
        "D.N.I. ",
        "ISIN ",
        "License ",
        "Bank Identifier Code ",
        "Aircraft Construction Number (also called L/N or S/N or F/N) ",
        "Aircraft Manufacturer's Serial Number (MSN) ",
        "Unified Social Credit Code (USCC) ",
        "Economic Register Number (CBLS) ",
        "BIK (RU) ",
        "Company Number ",
    ];
    const ENDS: [&str; 6] = [" No. ", " Number ", " # ", " ID ", " Code ", " No "];
    if let Some(label) = WHOLE.iter().find(|label| piece.starts_with(**label)) {
        let rest = &piece[label.len()..];
        if !label.starts_with("Digital") {
            return Some((label.trim(), rest.trim()));
        }
        let (symbol, address) = rest.split_once(' ')?;
        return Some((piece[..label.len() + symbol.len()].trim(), address.trim()));
    }
    let ends = ENDS
        .iter()
        .filter_map(|end| Some(piece.find(end)? + end.len()));
    let mut ends: Vec<usize> = ends.collect();
    ends.sort_unstable();
    ends.into_iter().find_map(|end| {
        let (label, number) = (piece[..end].trim(), piece[end..].trim());
        let first = number.split(' ').next()?;
        let is_number = first.bytes().any(|byte| byte.is_ascii_digit());
        // A label is short, and a sentence about a number is none.
        (label.split(' ').count() <= 6 && is_number).then_some((label, number))
    })
}

/// A number, the country in parentheses, and when it was issued and expires.
fn numbered(draft: &mut Draft<'_>, label: &str, value: &str) {
    let cut = |text: &str, word: &str| text.find(word);
    let end = [" issued ", " expires ", " (issued", " (expires"]
        .iter()
        .filter_map(|word| cut(value, word))
        .min();
    let (value, note) = value.split_at(end.unwrap_or(value.len()));
    let (number, country) = match value.rsplit_once('(') {
        Some((number, country)) if country.trim_end().ends_with(')') => {
            let country = country.trim_end().trim_end_matches(')');
            match countries::code(country) {
                Some(_) if !number.trim().is_empty() => (number.trim(), country),
                _ => (value, ""),
            }
        }
        _ => (value, ""),
    };
    draft.labelled(label, number, country);
    if !note.is_empty() && draft.is(Kind::Person) {
        draft.remark(&format!("{label} {number}{note}"));
    }
}
