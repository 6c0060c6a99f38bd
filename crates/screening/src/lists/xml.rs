//! Records of XML lists, one after the other.

use std::borrow::Cow;
use std::io::{self, BufRead};

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::problem::{At, quoted};
use super::reading::Reading;

/// Elements deeper than this within a record are not looked at.
const DEPTH_MAX: usize = 32;
/// A record with more elements or more text than these is left out and reported.
const ELEMENTS_MAX: usize = 50_000;
const RECORD_BYTES_MAX: usize = 8 << 20;

/// An element without its namespace.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Node>,
}

impl Node {
    /// The value of an attribute; empty where there is none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// The elements of that name directly within.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The elements directly within.
    pub(crate) fn children(&self) -> &[Node] {
        &self.children
    }

    /// The text of the element itself.
    pub(crate) fn own_text(&self) -> &str {
        self.text.trim()
    }

    /// The text of the first element of that name; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.children.iter().find(|child| child.name == name);
        found.map_or("", Node::own_text)
    }

    /// The elements of the name `item` within those of the name `list`.
    pub(crate) fn items(&self, list: &str, item: &str) -> impl Iterator<Item = &Node> {
        self.all(list).flat_map(move |list| list.all(item))
    }
}

/// What the publisher's elements are called.
pub(crate) struct Shape {
    pub(crate) root: &'static str,
    /// Elements that are one record each.
    pub(crate) records: &'static [&'static str],
    /// Elements besides these that are looked at; all others are only ways to them.
    pub(crate) headers: &'static [&'static str],
}

/// Reads a document and hands each record and header to `on`, and the root by its start alone.
pub(crate) fn read(
    input: &mut dyn BufRead,
    reading: &mut Reading,
    shape: &Shape,
    mut on: impl FnMut(&mut Reading, &Node),
) -> io::Result<()> {
    let mut document = Document::default();
    let mut reader = Reader::from_reader(input);
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => {
                return Err(io::Error::new(error.kind(), error.to_string()));
            }
            Err(error) => {
                let place = reader.error_position();
                reading.broken(&format!("it is no XML after byte {place}: {error}"));
                return Ok(());
            }
        };
        match event {
            Event::Start(start) => document.start(&start, shape, reading, &mut on),
            Event::End(_) => document.end(shape, reading, &mut on),
            Event::Text(text) => document.text(&text.xml10_content()),
            Event::CData(text) => document.text(&text.xml10_content()),
            Event::GeneralRef(name) => document.reference(&name, reading),
            Event::Eof => break,
            Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::Empty(_) => {}
        }
        if document.is_foreign {
            reading.broken(&format!("its root is not <{}>", shape.root));
            return Ok(());
        }
    }
    if !document.is_closed {
        reading.broken(&format!("it ends before </{}>", shape.root));
    }
    Ok(())
}

#[derive(Default)]
struct Document {
    /// Elements that are open outside of a record.
    outside: usize,
    /// The record and the open elements within it.
    open: Vec<Node>,
    /// Open elements below the depth that is looked at.
    below: usize,
    elements: usize,
    bytes: usize,
    is_closed: bool,
    is_foreign: bool,
}

impl Document {
    fn start(
        &mut self,
        start: &BytesStart<'_>,
        shape: &Shape,
        reading: &mut Reading,
        on: &mut impl FnMut(&mut Reading, &Node),
    ) {
        let name = start.local_name();
        let name = name.as_ref();
        if self.open.is_empty() {
            let is_record = shape.records.contains(&name);
            if self.outside == 0 {
                self.is_foreign = name != shape.root;
                on(reading, &node(start));
                (self.outside, self.is_closed) = (1, false);
            } else if is_record || shape.headers.contains(&name) {
                if is_record {
                    reading.records += 1;
                }
                self.open.push(node(start));
                (self.elements, self.bytes) = (1, 0);
            } else {
                self.outside += 1;
            }
            return;
        }
        self.elements += 1;
        if self.open.len() >= DEPTH_MAX || self.elements > ELEMENTS_MAX || self.below > 0 {
            self.below += 1;
        } else {
            self.open.push(node(start));
        }
    }

    fn end(
        &mut self,
        shape: &Shape,
        reading: &mut Reading,
        on: &mut impl FnMut(&mut Reading, &Node),
    ) {
        if self.below > 0 {
            self.below -= 1;
            return;
        }
        let Some(done) = self.open.pop() else {
            self.outside = self.outside.saturating_sub(1);
            self.is_closed = self.outside == 0;
            return;
        };
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(done);
            return;
        }
        let is_large = self.elements > ELEMENTS_MAX || self.bytes > RECORD_BYTES_MAX;
        if is_large && shape.records.contains(&done.name.as_str()) {
            let at = At::Record(reading.records);
            reading.problem(
                at,
                None,
                "the record is too large and was left out".to_owned(),
            );
        } else {
            on(reading, &done);
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.below == 0
            && self.bytes <= RECORD_BYTES_MAX
            && let Some(node) = self.open.last_mut()
        {
            node.text.push_str(text);
        }
    }

    fn reference(&mut self, name: &BytesRef<'_>, reading: &mut Reading) {
        if let Ok(Some(letter)) = name.resolve_char_ref() {
            self.text(letter.encode_utf8(&mut [0; 4]));
            return;
        }
        let name: &str = name;
        if let Some(text) = resolve_predefined_entity(name) {
            self.text(text);
        } else {
            let at = At::Record(reading.records);
            reading.problem(at, None, format!("there is no entity {}", quoted(name)));
            self.text("\u{fffd}");
        }
    }
}

fn node(start: &BytesStart<'_>) -> Node {
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false).flatten().take(200) {
        let key = attribute.key.local_name();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_or_else(|_| attribute.value.to_string(), Cow::into_owned);
        attributes.push((key.as_ref().to_owned(), value));
    }
    Node {
        name: start.local_name().as_ref().to_owned(),
        attributes,
        ..Node::default()
    }
}
