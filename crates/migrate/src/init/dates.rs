//! The book's date format and the day of its export.

use jiff::civil::Date;

use super::files::File;
use super::words::{Meaning, Part};
use crate::inspect::{Column, Kind};
use crate::mapping::DateFormat;
use crate::{Error, date, source};

/// How the dates of a book are written.
pub(super) struct Dates {
    /// The format of most columns, if any holds dates.
    pub(super) format: Option<&'static str>,
    /// Other formats that fit as many columns: nothing in the book says which it is.
    pub(super) as_well: Vec<&'static str>,
}

/// How a column's dates are read.
pub(super) enum Written {
    /// As the book's.
    AsBook,
    /// In a format of its own; and whether others fit it too.
    Own(&'static str, bool),
}

impl Dates {
    /// The format that the most columns with dates may be in.
    pub(super) fn of(files: &[File<'_>]) -> Dates {
        let columns = files.iter().flat_map(|file| &file.used);
        let dated: Vec<&Vec<&'static str>> =
            columns.filter_map(|used| formats(used.column)).collect();
        let mut counted: Vec<(&'static str, usize)> = Vec::new();
        for format in dated.iter().flat_map(|formats| formats.iter()) {
            match counted.iter_mut().find(|(known, _)| known == format) {
                Some((_, count)) => *count += 1,
                None => counted.push((format, 1)),
            }
        }
        let most = counted.iter().map(|(_, count)| *count).max();
        let mut best = counted
            .iter()
            .filter(|(_, count)| Some(*count) == most)
            .map(|(format, _)| *format);
        let format = best.next();
        // Another column's format is no rival, only one that fits where this one does.
        let rivals = best.filter(|rival| {
            let both = |formats: &&&Vec<&'static str>| {
                format.is_some_and(|it| formats.contains(&it)) == formats.contains(rival)
            };
            dated.iter().filter(both).count() == dated.len()
        });
        Dates {
            as_well: rivals.collect(),
            format,
        }
    }

    /// How a column's dates are read.
    pub(super) fn written(&self, column: &Column) -> Written {
        match formats(column).map(Vec::as_slice) {
            Some([format, more @ ..])
                if !self
                    .format
                    .is_some_and(|it| *format == it || more.contains(&it)) =>
            {
                Written::Own(format, !more.is_empty())
            }
            _ => Written::AsBook,
        }
    }
}

fn formats(column: &Column) -> Option<&Vec<&'static str>> {
    match &column.kind {
        Kind::Date(formats) => Some(formats),
        _ => None,
    }
}

/// The latest day that the book speaks of as past, not after `today`, with the file and the column
/// that have it. What stands on a scan counts only where nothing else says it: it was typed by hand
/// and is never looked at again.
pub(super) fn latest(
    files: &[File<'_>],
    dates: &Dates,
    today: Date,
) -> Result<Option<Latest>, Error> {
    let told = latest_of(files, dates, today, is_past)?;
    match told {
        None => latest_of(files, dates, today, |meaning| meaning == Meaning::IssuedOn),
        told => Ok(told),
    }
}

/// A day with the file and the column that have it.
pub(super) type Latest = (Date, String, String);

fn latest_of(
    files: &[File<'_>],
    dates: &Dates,
    today: Date,
    counts: impl Fn(Meaning) -> bool,
) -> Result<Option<Latest>, Error> {
    let mut latest: Option<Latest> = None;
    for file in files {
        let past = file.used.iter().filter(|used| counts(used.meaning));
        for used in past {
            let format = match dates.written(used.column) {
                Written::Own(format, _) => Some(format),
                Written::AsBook => dates.format,
            };
            let format = format.and_then(DateFormat::parse);
            let place = file
                .table
                .source
                .columns
                .iter()
                .position(|name| *name == used.column.name);
            let (Some(format), Some(place)) = (format, place) else {
                continue;
            };
            for record in source::records(&file.table.source)? {
                let record = record?;
                let cell = record.cells.get(place).map(|cell| cell.trim());
                let day = cell.and_then(|cell| date::parse(cell, &format));
                let day = day.filter(|day| *day <= today);
                if day > latest.as_ref().map(|(day, ..)| *day)
                    && let Some(day) = day
                {
                    latest = Some((day, file.name.to_owned(), used.column.name.clone()));
                }
            }
        }
    }
    Ok(latest)
}

/// Whether dates of a column are of what has happened.
fn is_past(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::OpenedOn | Meaning::ReviewedOn | Meaning::NotedOn | Meaning::AppointedOn
    )
}

/// How many cells are dates in the book's format but for their year, which has two digits.
pub(super) fn two_digit_years(
    file: &File<'_>,
    column: &Column,
    dates: &Dates,
    today: Date,
) -> Result<u64, Error> {
    let format = dates.format.and_then(DateFormat::parse);
    let place = file
        .table
        .source
        .columns
        .iter()
        .position(|name| *name == column.name);
    let (Some(format), Some(place), Part::Individuals) = (format, place, file.part) else {
        return Ok(0);
    };
    let mut count = 0;
    for record in source::records(&file.table.source)? {
        let record = record?;
        let cell = record
            .cells
            .get(place)
            .map(|cell| cell.trim())
            .unwrap_or_default();
        let is_short = date::parse(cell, &format).is_none()
            && date::parse_two_digit_year(cell, &format, today).is_some();
        count += u64::from(is_short);
    }
    Ok(count)
}
