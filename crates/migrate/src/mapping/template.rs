//! Templates: a value of several columns with fixed text between.
//!
//! `"{STREET} {NO}[, flat {FLAT}]"`: a column's name in braces stands for its cell. What stands in
//! square brackets is left out when one of its columns is empty; when a column outside of brackets is
//! empty, or every column is, the field has no value. `{{`, `}}`, `[[` and `]]` are the signs
//! themselves.

use document::Value;

use super::steps::Context;

/// A template, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Column(usize),
    /// What is left out when one of its columns is empty.
    Optional(Vec<Piece>),
}

impl Template {
    /// The columns it is made of, in order.
    pub fn columns(&self) -> Vec<usize> {
        let mut columns = Vec::new();
        collect(&self.pieces, &mut columns);
        columns
    }

    /// The text made of these cells; `None` when there is none by the rules above.
    pub(crate) fn fill(&self, mut cell: impl FnMut(usize) -> Option<String>) -> Option<String> {
        let cells: Vec<(usize, Option<String>)> = self
            .columns()
            .into_iter()
            .map(|column| (column, cell(column)))
            .collect();
        let of = |column: usize| {
            let found = cells.iter().find(|(have, _)| *have == column);
            found.and_then(|(_, text)| text.as_deref())
        };
        let has_any = cells.iter().any(|(_, text)| text.is_some());
        filled(&self.pieces, &of).filter(|_| has_any)
    }
}

fn collect(pieces: &[Piece], columns: &mut Vec<usize>) {
    for piece in pieces {
        match piece {
            Piece::Text(_) => {}
            Piece::Column(column) if columns.contains(column) => {}
            Piece::Column(column) => columns.push(*column),
            Piece::Optional(pieces) => collect(pieces, columns),
        }
    }
}

fn filled<'c>(pieces: &[Piece], of: &impl Fn(usize) -> Option<&'c str>) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(fixed) => text.push_str(fixed),
            Piece::Column(column) => text.push_str(of(*column)?),
            Piece::Optional(pieces) => text.push_str(&filled(pieces, of).unwrap_or_default()),
        }
    }
    Some(text)
}

/// Reads a template, or reports what is wrong with it.
pub(super) fn read_template(value: &Value<'_>, context: &Context<'_>) -> Option<Template> {
    let text = value.text()?;
    let mut reading = Reading {
        value,
        context,
        rest: text,
    };
    let pieces = reading.pieces(false)?;
    let template = Template { pieces };
    if template.columns().is_empty() {
        // A file that is not there has been told.
        if !context.columns.is_empty() {
            value.report_with_hint(
                "this template names no column",
                "write {COLUMN} where its cell is to stand, or take a constant",
            );
        }
        return None;
    }
    Some(template)
}

struct Reading<'r, 'a> {
    value: &'r Value<'a>,
    context: &'r Context<'a>,
    rest: &'r str,
}

impl Reading<'_, '_> {
    /// Pieces up to the end, or up to the bracket that closes an optional one.
    fn pieces(&mut self, is_optional: bool) -> Option<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        while let Some(sign) = self.next() {
            if matches!(sign, '{' | '}' | '[' | ']') && self.rest.starts_with(sign) {
                self.next();
                text.push(sign);
                continue;
            }
            match sign {
                '{' => {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                    pieces.push(self.column()?);
                }
                '[' if !is_optional => {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                    let inner = self.pieces(true)?;
                    pieces.push(Piece::Optional(inner));
                }
                ']' if is_optional => {
                    pieces.push(Piece::Text(text));
                    return self.with_column(pieces);
                }
                '}' | '[' | ']' => return self.wrong(sign),
                sign => text.push(sign),
            }
        }
        if is_optional {
            return self.wrong('[');
        }
        pieces.push(Piece::Text(text));
        Some(pieces)
    }

    fn next(&mut self) -> Option<char> {
        let sign = self.rest.chars().next()?;
        self.rest = &self.rest[sign.len_utf8()..];
        Some(sign)
    }

    fn column(&mut self) -> Option<Piece> {
        let Some((name, rest)) = self.rest.split_once('}') else {
            return self.wrong('{');
        };
        self.rest = rest;
        let columns = self.context.columns;
        let place = columns.iter().position(|column| column == name);
        if place.is_none() && !columns.is_empty() {
            let message = format!("no column of {} is called \"{name}\"", self.context.file);
            let names = columns.iter().map(String::as_str);
            match document::suggest(name, names) {
                Some(near) => self
                    .value
                    .report_with_hint(message, format!("did you mean \"{near}\"?")),
                None => self.value.report(message),
            }
        }
        place.map(Piece::Column)
    }

    /// Brackets are about columns; without one in them they would always be left out, or never.
    fn with_column(&self, pieces: Vec<Piece>) -> Option<Vec<Piece>> {
        if pieces.iter().any(|piece| matches!(piece, Piece::Column(_))) {
            return Some(pieces);
        }
        self.value.report_with_hint(
            "there is no column between [ and ]",
            "write [[ and ]] for the signs themselves",
        );
        None
    }

    fn wrong<T>(&self, sign: char) -> Option<T> {
        self.value.report_with_hint(
            format!("the {sign} in this template stands alone"),
            "{COLUMN} is a cell, [ … ] is left out when a cell in it is empty (not one in another); \
             write the sign twice for itself",
        );
        None
    }
}
