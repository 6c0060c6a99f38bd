//! What is open at a place of a text: mappings, lists, brackets, quotes. A rough reading that goes on
//! where a parser has to stop.

use crate::Place;

/// Longest part of a line that a message repeats, in characters.
const SHOWN_CHARS_MAX: usize = 40;

/// Part of a line as messages repeat it: short, and without what would disturb a terminal.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN_CHARS_MAX)
        .map(|one| if one.is_control() { '\u{fffd}' } else { one })
        .collect();
    if text.chars().count() > SHOWN_CHARS_MAX {
        shown.push('…');
    }
    shown
}

/// Whether a line, without its indentation, is an item of a list.
pub(super) fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// How many spaces a line begins with.
pub(super) fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A mapping or a list whose entries stand below each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// How far its entries are indented, in spaces.
    pub(super) indentation: usize,
    /// The line of its latest entry.
    pub(super) line: usize,
    /// The key of its latest entry; nothing for a list.
    pub(super) key: Option<String>,
    /// Whether the latest entry has a value beside its key.
    pub(super) has_value: bool,
}

impl Block {
    /// Whether its entries begin with dashes.
    pub(super) fn is_list(&self) -> bool {
        self.key.is_none()
    }
}

/// What is open at a place.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Mappings and lists, the outermost first; what begins on the line of the place is left out.
    pub(super) blocks: Vec<Block>,
    /// Brackets and braces that were opened and not closed.
    pub(super) brackets: Vec<(char, Place)>,
    /// Where a quote was opened that is not closed.
    pub(super) quote: Option<Place>,
    mark: char,
    /// Within text behind `|` or `>`: how far its key is indented.
    literal: Option<usize>,
}

impl Outline {
    /// What the text before a place has opened.
    pub(super) fn before(text: &str, place: Place) -> Outline {
        let mut outline = Outline::default();
        for (number, line) in (1..=place.line).zip(text.lines()) {
            if number < place.line {
                outline.read(number, line);
            } else {
                let line: String = line.chars().take(place.column.saturating_sub(1)).collect();
                outline.scan(number, &line);
            }
        }
        outline
    }

    fn read(&mut self, number: usize, line: &str) {
        let text = line.trim_start_matches(' ').trim_end();
        let indented = indentation(line);
        if let Some(key) = self.literal {
            if text.is_empty() || indented > key {
                return;
            }
            self.literal = None;
        }
        let is_inside = self.quote.is_some() || !self.brackets.is_empty();
        if !is_inside && !text.is_empty() && !text.starts_with('#') {
            self.enter(number, indented, text);
        }
        self.scan(number, line);
        let last = text.rsplit(' ').next().unwrap_or_default();
        if !is_inside && last.starts_with(['|', '>']) && last.len() <= 3 {
            self.literal = self.blocks.last().map(|block| block.indentation);
        }
    }

    /// Notes the entries that a line makes: `- - key: value` makes three.
    fn enter(&mut self, line: usize, mut indentation: usize, mut text: &str) {
        while is_item(text) {
            self.leave(|block| {
                block.indentation > indentation
                    || (block.indentation == indentation && block.is_list())
            });
            self.blocks.push(Block {
                indentation,
                line,
                key: None,
                has_value: false,
            });
            let item = text[1..].trim_start_matches(' ');
            indentation += text.len() - item.len();
            text = item;
        }
        let Some((key, value)) = entry_of(text) else {
            return;
        };
        self.leave(|block| block.indentation >= indentation);
        self.blocks.push(Block {
            indentation,
            line,
            key: Some(key.to_owned()),
            has_value: !value.trim_start().is_empty() && !value.trim_start().starts_with('#'),
        });
    }

    fn leave(&mut self, is_left: impl Fn(&Block) -> bool) {
        while self.blocks.last().is_some_and(&is_left) {
            self.blocks.pop();
        }
    }

    /// Follows quotes and brackets along a line.
    fn scan(&mut self, line: usize, text: &str) {
        // Whether a value may begin here: there quotes and brackets count.
        let (mut begins, mut before) = (true, ' ');
        let mut rest = text.chars().enumerate().peekable();
        while let Some((index, one)) = rest.next() {
            let place = Place {
                line,
                column: index + 1,
            };
            if self.quote.is_some() {
                let doubled = one == '\'' && rest.peek().is_some_and(|(_, next)| *next == one);
                let escapes = if self.mark == '"' {
                    one == '\\'
                } else {
                    doubled
                };
                if escapes {
                    rest.next();
                } else if one == self.mark {
                    self.quote = None;
                }
                begins = false;
            } else if one == '#' && before == ' ' {
                return;
            } else if begins && matches!(one, '"' | '\'') {
                (self.quote, self.mark) = (Some(place), one);
            } else if matches!(one, '[' | '{') && (begins || !self.brackets.is_empty()) {
                self.brackets.push((one, place));
            } else if matches!(one, ']' | '}') && !self.brackets.is_empty() {
                self.brackets.pop();
                begins = false;
            } else {
                let is_marked = one == ' ' && matches!(before, ':' | '-' | '?');
                let is_between = matches!(one, ',' | ':') && !self.brackets.is_empty();
                begins = is_marked || is_between || (begins && one == ' ');
            }
            before = one;
        }
    }
}

/// The key that a line begins with, and what stands behind its colon.
fn entry_of(text: &str) -> Option<(&str, &str)> {
    if let Some(mark) = text.chars().next().filter(|one| matches!(one, '"' | '\'')) {
        let (key, rest) = text[1..].split_once(mark)?;
        return Some((key, rest.trim_start().strip_prefix(':')?));
    }
    text.split_once(": ")
        .map(|(key, value)| (key.trim_end(), value))
        .or_else(|| Some((text.strip_suffix(':')?, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> String {
        let lines = text.lines().count();
        let place = Place {
            line: lines + 1,
            column: 1,
        };
        let outline = Outline::before(text, place);
        let blocks = outline.blocks.iter().map(|block| {
            let key = block.key.as_deref().unwrap_or("-");
            format!("{key}@{}:{}", block.line, block.indentation)
        });
        let brackets = outline.brackets.iter();
        let brackets = brackets.map(|(one, place)| format!("{one}@{place}"));
        let quote = outline.quote.map(|place| format!("quote@{place}"));
        let all: Vec<String> = blocks.chain(brackets).chain(quote).collect();
        all.join(" ")
    }

    #[test]
    fn what_is_open_is_known_with_its_indentation() {
        for (text, open) in [
            ("a: 1\nb:\n  c: 2\n", "b@2:0 c@3:2"),
            ("a:\n  - b: 1\n    c: 2\n", "a@1:0 -@2:2 c@3:4"),
            ("a:\n- b: 1\n  c: 2\n- d\n", "a@1:0 -@4:0"),
            ("a:\n- - b: 1\n", "a@1:0 -@2:0 -@2:2 b@2:4"),
            ("a:\n  b: |\n    x: 1\n   y: 2\nc: 1\n", "c@5:0"),
            ("a: |\n  x: 1\n\n  y: [\n", "a@1:0"),
            ("\"a: b\": 1\n# c: 2\n", "a: b@1:0"),
        ] {
            assert_eq!(drawn(text), open, "{text}");
        }
    }

    #[test]
    fn brackets_and_quotes_count_where_a_value_begins() {
        for (text, open) in [
            ("a: [1, {b: 2},\n  c: x\n", "a@1:0 [@1:4"),
            ("a: it's [fine]\nb: {c: [\n", "b@2:0 {@2:4 [@2:8"),
            ("a: 'it''s [ open\n", "a@1:0 quote@1:4"),
            ("a: \"x\\\" [ \" # {\n", "a@1:0"),
            ("- [a]\n- \"b\n", "-@2:0 quote@2:3"),
        ] {
            assert_eq!(drawn(text), open, "{text}");
        }
    }
}
