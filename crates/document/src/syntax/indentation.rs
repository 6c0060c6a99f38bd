//! Lines that are indented so that they belong nowhere.

use super::outline::{Block, indentation, is_item, shown};
use super::{Mistake, Stop};
use crate::Place;

/// A line that continues none of the mappings and lists that are open above it, or continues one of
/// them as the other.
pub(super) fn explain(stop: &Stop<'_>) -> Option<Mistake> {
    let line = stop.line(stop.place.line);
    let text = line.trim_start();
    let blocks = &stop.open.blocks;
    let innermost = blocks.last()?;
    if text.is_empty() {
        return None;
    }
    let indented = indentation(line);
    let place = Place {
        line: stop.place.line,
        column: indented + 1,
    };
    let same = blocks.iter().rfind(|block| block.indentation == indented);
    match same {
        Some(list) if list.is_list() && !is_item(text) => {
            let message = "a list goes on here, and its items begin with \"- \"";
            let inside = blocks.iter().find(|block| block.indentation > indented);
            let inside = inside.map_or(indented + 2, |block| block.indentation);
            let hint = format!(
                "begin the line with \"- \", or indent it by {inside} to go on with the item of line {}",
                list.line
            );
            Some(Mistake::new(place, message, hint))
        }
        Some(mapping) if !mapping.is_list() && is_item(text) => {
            let key = shown(mapping.key.as_deref().unwrap_or_default());
            let message = format!(
                "a mapping goes on here after \"{key}\" of line {}, and a list item cannot stand in it",
                mapping.line
            );
            let hint =
                "write it as \"key: value\", or put the items below a key that has no other value";
            Some(Mistake::new(place, message, hint))
        }
        Some(_) => None,
        None if indented > innermost.indentation && !innermost.has_value => None,
        None if indented > innermost.indentation => {
            let message = format!(
                "this line is indented by {}, deeper than line {} before it by {}, which has \
                 its value already",
                spaces(indented),
                innermost.line,
                innermost.indentation
            );
            let hint = format!("indent it by {}", way(innermost));
            Some(Mistake::new(place, message, hint))
        }
        None => Some(between(place, indented, blocks)),
    }
}

/// A line that is indented like nothing above it.
fn between(place: Place, indented: usize, blocks: &[Block]) -> Mistake {
    let mut open: Vec<String> = blocks
        .iter()
        .map(|block| block.indentation.to_string())
        .collect();
    open.dedup();
    let message = format!(
        "this line is indented by {}, and what it could go on with by {}",
        spaces(indented),
        open.join(", ")
    );
    let deeper = blocks.iter().find(|block| block.indentation > indented);
    let outer = blocks.iter().rfind(|block| block.indentation < indented);
    let ways: Vec<String> = deeper.into_iter().chain(outer).map(way).collect();
    Mistake::new(
        place,
        message,
        format!("indent it by {}", ways.join(", or by ")),
    )
}

/// How far to indent a line, and what it then goes on with.
fn way(block: &Block) -> String {
    let (spaces, line) = (block.indentation, block.line);
    match &block.key {
        Some(key) => format!("{spaces} to go on after \"{}\" of line {line}", shown(key)),
        None => format!("{spaces} and begin it with \"- \" for the next item after line {line}"),
    }
}

fn spaces(count: usize) -> String {
    match count {
        1 => "1 space".to_owned(),
        count => format!("{count} spaces"),
    }
}
