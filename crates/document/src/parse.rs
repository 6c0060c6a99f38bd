//! From text to nodes, over the events of `saphyr-parser`.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use crate::{Collector, Key, Kind, Node, Place, Problems, syntax};

/// The longest document that is read.
pub const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How deep mappings and lists may nest.
pub const DEPTH_MAX: usize = 64;
/// How many values a document may have.
pub const NODES_COUNT_MAX: usize = 1_000_000;

/// Reads one document. `name` is how problems call it, usually the file name. An empty text is
/// [`Kind::Null`].
///
/// Errors: text that is no YAML, duplicate keys, keys that are no text, anchors, aliases, tags,
/// a second document, NUL characters, and documents beyond [`DOCUMENT_BYTES_MAX`], [`DEPTH_MAX`] or
/// [`NODES_COUNT_MAX`]; all that can be found are reported together.
pub fn parse(name: &str, text: &str) -> Result<Node, Problems> {
    let collector = Collector::new(name);
    let root = read(text.strip_prefix('\u{feff}').unwrap_or(text), &collector);
    collector.finish()?;
    Ok(root.unwrap_or(Node {
        place: Place { line: 1, column: 1 },
        kind: Kind::Null,
    }))
}

fn read(text: &str, collector: &Collector) -> Option<Node> {
    if text.len() > DOCUMENT_BYTES_MAX {
        let length = text.len();
        collector.report(
            "",
            Place::default(),
            format!("the document has {length} bytes; at most {DOCUMENT_BYTES_MAX} are read"),
        );
        return None;
    }
    if let Some(offset) = text.find('\0') {
        let place = place_of_offset(text, offset);
        let hint = "save it as plain text in UTF-8";
        collector.report_with_hint("", place, "the document has a NUL character", hint);
        return None;
    }
    Builder {
        text,
        parser: Parser::new_from_str(text),
        collector,
        nodes_count: 0,
    }
    .document()
}

fn place_of_offset(text: &str, offset: usize) -> Place {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// Reading stopped; the reason is already with the collector.
struct Stopped;

struct Builder<'t, 'c> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    collector: &'c Collector,
    nodes_count: usize,
}

impl<'t> Builder<'t, '_> {
    fn document(&mut self) -> Option<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.next().ok()?;
            match event {
                Event::StreamEnd => return root,
                Event::DocumentStart(_) if root.is_some() => {
                    self.collector.report(
                        "",
                        place(span),
                        "a second document begins here; only one is read from a text",
                    );
                    return root;
                }
                Event::Nothing
                | Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {}
                first => root = Some(self.node(first, span, "", 0).ok()?),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Stopped> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let marker = error.marker();
                let place = Place {
                    line: marker.line(),
                    column: marker.col() + 1,
                };
                let mistake = syntax::explain(self.text, place, error.info());
                let (message, hint) = (mistake.message, mistake.hint);
                self.collector
                    .report_with_hint("", mistake.place, message, hint);
                Err(Stopped)
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(
        &mut self,
        event: Event<'t>,
        span: Span,
        path: &str,
        depth: usize,
    ) -> Result<Node, Stopped> {
        let place = place(span);
        self.nodes_count += 1;
        if self.nodes_count > NODES_COUNT_MAX {
            let message = format!("the document has more than {NODES_COUNT_MAX} values");
            self.collector.report(path, place, message);
            return Err(Stopped);
        }
        if depth > DEPTH_MAX {
            let message = format!("values nest more than {DEPTH_MAX} deep");
            self.collector.report(path, place, message);
            return Err(Stopped);
        }
        let kind = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(path, place, anchor, tag.is_some());
                scalar(text.into_owned(), style)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(path, place, anchor, tag.is_some());
                self.sequence(path, depth)?
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(path, place, anchor, tag.is_some());
                self.mapping(path, depth)?
            }
            _ => {
                self.collector.report_with_hint(
                    path,
                    place,
                    "aliases (*name) are not read here",
                    "write the value out",
                );
                Kind::Null
            }
        };
        Ok(Node { place, kind })
    }

    fn refuse_extras(&self, path: &str, place: Place, anchor: usize, has_tag: bool) {
        if anchor != 0 {
            let hint = "write the value out wherever it is needed";
            self.collector
                .report_with_hint(path, place, "anchors (&name) are not read here", hint);
        }
        if has_tag {
            let hint = "leave it out; every value is read as what its field needs";
            self.collector
                .report_with_hint(path, place, "tags (!name) are not read here", hint);
        }
    }

    fn sequence(&mut self, path: &str, depth: usize) -> Result<Kind, Stopped> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Kind::Sequence(items));
            }
            let path = format!("{path}[{}]", items.len());
            items.push(self.node(event, span, &path, depth + 1)?);
        }
    }

    fn mapping(&mut self, path: &str, depth: usize) -> Result<Kind, Stopped> {
        let mut entries = Vec::new();
        let mut seen: HashMap<String, Place> = HashMap::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Kind::Mapping(entries));
            }
            let node = self.node(event, span, path, depth + 1)?;
            let place = node.place;
            let key = if let Kind::Scalar { text, .. } = node.kind {
                Some(text)
            } else {
                self.collector.report(path, place, "a key must be text");
                None
            };
            let (event, span) = self.next()?;
            let value_path = joined(path, key.as_deref().unwrap_or("?"));
            let value = self.node(event, span, &value_path, depth + 1)?;
            let Some(text) = key else { continue };
            if let Some(first) = seen.get(&text) {
                let message = format!("the key \"{text}\" is already on line {}", first.line);
                self.collector.report(path, place, message);
                continue;
            }
            seen.insert(text.clone(), place);
            entries.push((Key { text, place }, value));
        }
    }
}

fn scalar(text: String, style: ScalarStyle) -> Kind {
    let quoted = style != ScalarStyle::Plain;
    if !quoted && matches!(text.as_str(), "" | "~" | "null") {
        return Kind::Null;
    }
    Kind::Scalar { text, quoted }
}

fn place(span: Span) -> Place {
    Place {
        line: span.start.line(),
        column: span.start.col() + 1,
    }
}

/// The path of a field of the value at `path`.
pub(crate) fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
