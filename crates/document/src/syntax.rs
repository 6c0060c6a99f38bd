//! What is wrong with text that is no YAML, in words: where, what was expected, and how to mend it.
//!
//! The parser says where it stopped. That place is often behind the mistake, and its words are about
//! grammar; so the lines around it are looked at once more, roughly, with what is [open](Outline)
//! there. When nothing is recognized, the parser's own words remain.

mod flow;
mod indentation;
mod outline;

use self::outline::{Outline, is_item, shown};
use crate::Place;

/// What to look at when nothing better is known.
const LOOK: &str = "look at this line and the one before it: indentation by spaces, \"key: value\", \
                    \"- item\", quotes and brackets that are closed";

/// A mistake of form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Where it is, as far as that can be told.
    pub(crate) place: Place,
    /// What is wrong.
    pub(crate) message: String,
    /// How to mend it.
    pub(crate) hint: String,
}

impl Mistake {
    fn new(place: Place, message: impl Into<String>, hint: impl Into<String>) -> Mistake {
        Mistake {
            place,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// Where the parser stopped, and why.
struct Stop<'t> {
    lines: Vec<&'t str>,
    place: Place,
    info: &'t str,
    open: Outline,
}

impl<'t> Stop<'t> {
    /// A line by its number; empty beyond the end.
    fn line(&self, number: usize) -> &'t str {
        let index = number.checked_sub(1);
        index
            .and_then(|index| self.lines.get(index).copied())
            .unwrap_or_default()
    }

    /// The number of the nearest line before this one that says something.
    fn before(&self, number: usize) -> Option<usize> {
        (1..number).rev().find(|number| {
            let text = self.line(*number).trim();
            !text.is_empty() && !text.starts_with('#')
        })
    }

    /// What stands on its line before the place.
    fn head(&self) -> String {
        let before = self.place.column.saturating_sub(1);
        self.line(self.place.line).chars().take(before).collect()
    }
}

/// Explains why the parser stopped at a place, with its own words for it.
pub(crate) fn explain(text: &str, place: Place, info: &str) -> Mistake {
    let stop = Stop {
        lines: text.lines().collect(),
        place,
        info,
        open: Outline::before(text, place),
    };
    let causes = [
        tab,
        quotes,
        flow::explain,
        first_character,
        glued_dash,
        missing_colon,
        second_colon,
        list_beside_key,
        indentation::explain,
    ];
    let found = causes.iter().find_map(|cause| cause(&stop));
    found.unwrap_or_else(|| Mistake::new(place, format!("this is no YAML: {info}"), LOOK))
}

/// A tab in the indentation, or right after a colon.
fn tab(stop: &Stop<'_>) -> Option<Mistake> {
    let is_indented_by_tab = |number: &usize| {
        let line = stop.line(*number);
        let text = line.trim_start();
        !text.is_empty() && line[..line.len() - text.len()].contains('\t')
    };
    let near = [Some(stop.place.line), stop.before(stop.place.line)];
    let below = stop.place.line..=stop.lines.len();
    let below = below.filter(|_| stop.info.contains("tab"));
    let mut looked_at = near.into_iter().flatten().chain(below);
    if let Some(line) = looked_at.find(is_indented_by_tab) {
        let column = stop
            .line(line)
            .chars()
            .take_while(|one| *one != '\t')
            .count()
            + 1;
        let others = (1..=stop.lines.len()).filter(is_indented_by_tab).count() - 1;
        let also = match others {
            0 => String::new(),
            1 => "; 1 other line has tabs, too".to_owned(),
            others => format!("; {others} other lines have tabs, too"),
        };
        let hint = format!("put spaces in the place of every tab before the text of a line{also}");
        let message = "this line is indented with a tab, and YAML is indented with spaces";
        return Some(Mistake::new(Place { line, column }, message, hint));
    }
    let line = stop.line(stop.place.line);
    let colon = line.find(":\t").filter(|_| stop.info.contains("':'"))?;
    let column = line[..colon].chars().count() + 2;
    let place = Place {
        column,
        ..stop.place
    };
    let hint = "put a space after the colon";
    Some(Mistake::new(place, "a tab stands after the colon", hint))
}

/// Quotes that are not closed, or that hold what they cannot.
fn quotes(stop: &Stop<'_>) -> Option<Mistake> {
    let single = stop.line(stop.place.line).contains('\'');
    let inside =
        "inside '…' a ' is written twice, as in 'it''s'; inside \"…\" a \" is written \\\"";
    if stop.info.contains("escape") {
        let hint = "write \\\\ for a backslash, or put the text between single quotes";
        let message = "a backslash in double quotes begins an escape, and there is none like this";
        return Some(Mistake::new(stop.place, message, hint));
    }
    if stop.info.contains("trailing content after") {
        let message = "the text in quotes has ended, and more stands after it on this line";
        return Some(Mistake::new(stop.place, message, inside));
    }
    if stop.info.contains("quoted scalar") {
        let mark = if single { '\'' } else { '"' };
        let place = stop.open.quote.unwrap_or(stop.place);
        let message = "the text in quotes that begins here has no end";
        let hint = format!("close it with {mark}; {inside}");
        return Some(Mistake::new(place, message, hint));
    }
    None
}

/// A value that begins with a character of YAML's own.
fn first_character(stop: &Stop<'_>) -> Option<Mistake> {
    if !stop.info.starts_with("unexpected character") {
        return None;
    }
    let line = stop.line(stop.place.line);
    let value: String = line.chars().skip(stop.place.column - 1).collect();
    let first = value.chars().next()?;
    let hint = format!("put it in quotes: \"{}\"", shown(value.trim_end()));
    let message = format!("a value without quotes cannot begin with {first}");
    Some(Mistake::new(stop.place, message, hint))
}

/// `-item` for `- item`.
fn glued_dash(stop: &Stop<'_>) -> Option<Mistake> {
    let near = [Some(stop.place.line), stop.before(stop.place.line)];
    near.into_iter().flatten().find_map(|line| {
        let text = stop.line(line);
        let item = text.trim_start().strip_prefix('-')?;
        let is_glued = item.starts_with(char::is_alphabetic) && item.contains(':');
        let column = text.chars().take_while(|one| *one == ' ').count() + 1;
        is_glued.then(|| {
            let word = item.split(':').next().unwrap_or_default();
            let hint = format!("write \"- {}\"", shown(word));
            let message = "a space is missing after the dash of a list item";
            Mistake::new(Place { line, column }, message, hint)
        })
    })
}

/// A line of a mapping without `: `.
fn missing_colon(stop: &Stop<'_>) -> Option<Mistake> {
    if !stop.info.contains("simple key expect") {
        return None;
    }
    let line = stop.before(stop.place.line).unwrap_or(stop.place.line);
    let text = stop.line(line).trim_start();
    let column = stop.line(line).chars().count() - text.chars().count() + 1;
    let place = Place { line, column };
    let message = format!("\"{}\" is no \"key: value\"", shown(text.trim_end()));
    let glued = text
        .split_once(':')
        .filter(|(_, value)| !value.starts_with(' ') && !value.is_empty());
    let hint = match glued {
        Some((key, value)) => format!(
            "put a space after the colon: {}: {}",
            shown(key),
            shown(value.trim_end())
        ),
        None => "put a colon and a space between the key and its value".to_owned(),
    };
    Some(Mistake::new(place, message, hint))
}

/// `key: value: more` on one line.
fn second_colon(stop: &Stop<'_>) -> Option<Mistake> {
    if !stop.info.contains("mapping values are not allowed") {
        return None;
    }
    let head = stop.head();
    let (key, value) = head.split_once(": ")?;
    if is_item(key.trim_start()) && !key.trim_start()[1..].contains(|one: char| one != ' ') {
        return None;
    }
    let rest: String = stop
        .line(stop.place.line)
        .chars()
        .skip(stop.place.column - 1)
        .collect();
    let value = format!("{value}{rest}");
    let mark = if value.contains('"') { '\'' } else { '"' };
    let hint = format!(
        "put the value in quotes: {}: {mark}{}{mark}",
        shown(key.trim_start()),
        shown(value.trim_end())
    );
    let message = "a second \": \" stands on this line, and a value without quotes has none";
    Some(Mistake::new(stop.place, message, hint))
}

/// `key: - item` on one line.
fn list_beside_key(stop: &Stop<'_>) -> Option<Mistake> {
    let head = stop.head();
    let is_beside = stop.info.contains("block sequence entries") && head.contains(':');
    is_beside.then(|| {
        let hint = "put the items on lines of their own below the key, or write the list as [a, b]";
        let message = "a list with dashes cannot begin on the line of its key";
        Mistake::new(stop.place, message, hint)
    })
}
