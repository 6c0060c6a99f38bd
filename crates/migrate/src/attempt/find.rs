//! The row that is meant.

use std::path::Path;

use crate::book::{Associate, Client, Entity, Judged, Note, Scan};
use crate::mapping::{ClientMap, Format, Mapping, Source};
use crate::{Book, Error};

/// One row of the book, by what it is.
#[derive(Clone, Copy)]
pub(super) enum Part<'b> {
    Client(&'b Client),
    Associate(&'b Associate),
    Document(&'b Scan),
    Note(&'b Note),
}

impl<'b> Part<'b> {
    /// The row and its judgement.
    pub(super) fn row(self) -> &'b Judged {
        match self {
            Part::Client(client) => &client.row,
            Part::Associate(associate) => &associate.row,
            Part::Document(scan) => &scan.row,
            Part::Note(note) => &note.row,
        }
    }

    /// The part of the mapping that reads it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Part::Client(client) if client.entity == Entity::Company => "companies",
            Part::Client(_) => "individuals",
            Part::Associate(_) => "associates",
            Part::Document(_) => "documents",
            Part::Note(_) => "notes",
        }
    }
}

/// The part of the mapping for these clients.
pub(super) fn client_map(mapping: &Mapping, entity: Entity) -> Option<&ClientMap> {
    match entity {
        Entity::Individual => mapping.individuals.as_ref(),
        Entity::Company => mapping.companies.as_ref(),
    }
}

/// The sources that `file` names, as a file or by the mapping's name; else the individuals', the
/// companies', or the first.
pub(super) fn sources(mapping: &Mapping, file: Option<&str>) -> Result<Vec<usize>, Error> {
    let Some(file) = file else {
        let clients = mapping.individuals.as_ref().or(mapping.companies.as_ref());
        return Ok(vec![clients.map_or(0, |map| map.source)]);
    };
    let all = || mapping.sources.iter().enumerate();
    let by_file = all().filter(|(_, source)| source.file == file || source.path == Path::new(file));
    let by_name = all().filter(|(_, source)| source.name == file);
    let mut found: Vec<usize> = by_file.map(|(place, _)| place).collect();
    if found.is_empty() {
        found.extend(by_name.map(|(place, _)| place));
    }
    if found.is_empty() {
        let names = all().flat_map(|(_, source)| [source.file.as_str(), source.name.as_str()]);
        let near = document::suggest(file, names)
            .map(|near| format!("did you mean \"{near}\"? "))
            .unwrap_or_default();
        let known: Vec<String> = all()
            .map(|(_, source)| format!("{} ({})", source.name, source.file))
            .collect();
        return Err(Error::Row {
            message: format!("the mapping has no source file \"{file}\""),
            hint: format!("{near}its sources are {}", known.join(", ")),
        });
    }
    Ok(found)
}

/// What the mapping makes of the row that begins on a line of these sources.
pub(super) fn parts<'b>(
    book: &'b Book,
    sources: &[usize],
    line: u64,
) -> Result<Vec<Part<'b>>, Error> {
    let mut parts = all(book);
    parts.retain(|part| sources.contains(&part.row().source));
    let found: Vec<Part<'b>> = parts
        .iter()
        .filter(|part| part.row().record.line == line)
        .copied()
        .collect();
    let named = sources
        .first()
        .and_then(|place| book.mapping.sources.get(*place));
    let file = named.map_or("", |source| source.file.as_str());
    if found.is_empty() {
        return Err(missing(&parts, Above::of(named), file, line)?);
    }
    Ok(found)
}

fn all(book: &Book) -> Vec<Part<'_>> {
    let clients = book.clients.iter().map(Part::Client);
    let associates = book.associates.iter().map(Part::Associate);
    let documents = book.documents.iter().map(Part::Document);
    let notes = book.notes.iter().map(Part::Note);
    let all = clients.chain(associates).chain(documents).chain(notes);
    all.collect()
}

/// The last lines of what stands above the rows of a file.
#[derive(Clone, Copy, Default)]
struct Above {
    left_out: u64,
    header: u64,
}

impl Above {
    fn of(source: Option<&Source>) -> Above {
        let Some(source) = source else {
            return Above::default();
        };
        let left_out = source.header.skip_lines;
        let names_itself = matches!(source.format, Format::JsonLines | Format::Parquet);
        let header = if source.header.is_there && !names_itself {
            1 + breaks(&source.columns)
        } else {
            0
        };
        Above {
            left_out,
            header: left_out + header,
        }
    }
}

/// Why no row begins on a line.
fn missing(parts: &[Part<'_>], above: Above, file: &str, line: u64) -> Result<Error, Error> {
    let first_line = |part: &Part<'_>| part.row().record.line;
    let last_line = |part: &Part<'_>| -> Result<u64, Error> {
        Ok(first_line(part) + breaks(&part.row().record.cells.get()?))
    };
    let ends = (
        parts.iter().map(first_line).min(),
        parts.iter().max_by_key(|part| first_line(part)),
    );
    let (Some(first), Some(last)) = ends else {
        return Ok(Error::Row {
            message: format!("{file} has no rows that the mapping reads"),
            hint: "name another file with --file".to_owned(),
        });
    };
    let last = last_line(last)?;
    let lines = format!("its rows are on lines {first} to {last}");
    let before = parts.iter().filter(|part| first_line(part) < line);
    let before = before.max_by_key(|part| first_line(part));
    let after = parts.iter().map(first_line).filter(|first| *first > line);
    let is_inside = match before {
        Some(part) => line <= last_line(part)?,
        None => false,
    };
    let (message, hint) = match before {
        _ if line == 0 || line > last => (format!("{file} has no line {line}"), lines),
        None if line <= above.left_out => (
            format!("line {line} of {file} is left out by skip_lines"),
            lines,
        ),
        None if line <= above.header => (format!("line {line} of {file} is the header"), lines),
        Some(part) if is_inside => (
            format!(
                "line {line} of {file} is in the middle of the row that begins on line {}",
                first_line(part)
            ),
            format!(
                "a quoted text of it goes over several lines; give --row {}",
                first_line(part)
            ),
        ),
        _ => (
            format!("line {line} of {file} is empty"),
            after
                .min()
                .map_or(lines, |next| format!("the next row is on line {next}")),
        ),
    };
    Ok(Error::Row { message, hint })
}

/// Line breaks in texts.
fn breaks(texts: &[String]) -> u64 {
    let count = |text: &String| {
        let text = text.replace("\r\n", "\n");
        text.matches(['\r', '\n']).count() as u64
    };
    texts.iter().map(count).sum()
}
