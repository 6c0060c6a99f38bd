//! Lists and mappings in brackets.

use super::{Mistake, Stop};

/// A bracket that is not closed, closes nothing, or holds a comma too many.
pub(super) fn explain(stop: &Stop<'_>) -> Option<Mistake> {
    let line = stop.line(stop.place.line);
    let here = line.chars().nth(stop.place.column.saturating_sub(1));
    let Some((bracket, opened)) = stop.open.brackets.last() else {
        let closes = here.filter(|one| matches!(one, ']' | '}'))?;
        let message = format!("{closes} closes nothing here");
        let hint = "take it away, or put the text that it belongs to in quotes";
        return Some(Mistake::new(stop.place, message, hint));
    };
    let is_list = *bracket == '[';
    let (what, closing) = if is_list {
        ("list", ']')
    } else {
        ("mapping", '}')
    };
    if here == Some(',') {
        let message = format!("a value is expected before this comma of the {what}");
        return Some(Mistake::new(stop.place, message, "take the comma away"));
    }
    let message =
        format!("the {what} that {bracket} opens at {opened} is neither closed nor goes on here");
    let entry = if is_list { "value" } else { "\"key: value\"" };
    let hint = format!("close it with {closing}, or put a comma before the next {entry}");
    Some(Mistake::new(stop.place, message, hint))
}
