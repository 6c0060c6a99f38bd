//! Regular expressions: what is found is replaced, or one group of it is taken.
//!
//! The syntax is that of the crate `regex`: no look-around and no back references, and therefore
//! time linear in the text, whatever the pattern and whatever stands in the cell.

use document::Value;
use regex::{Regex, RegexBuilder};

use super::Step;

/// The longest pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1_000;
/// The largest a pattern may become when it is compiled, in bytes; a larger one is refused.
const COMPILED_BYTES_MAX: usize = 1 << 20;

/// A regular expression and what is done with what it finds.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    act: Act,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Act {
    /// Everything found becomes this, with `$1`, `${name}` standing for groups.
    Replace(String),
    /// The value is this group of the first that is found.
    Capture(usize),
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.regex.as_str() == other.regex.as_str() && self.act == other.act
    }
}

/// What came of a text.
pub(crate) enum Found {
    /// This text.
    Text(String),
    /// The group took no part.
    Nothing,
    /// The pattern to capture from is not in the text.
    Missed,
}

impl Pattern {
    /// A pattern that replaces, or captures the group of this number.
    #[cfg(test)]
    pub(crate) fn of(find: &str, replace: Option<&str>, group: usize) -> Pattern {
        Pattern {
            regex: Regex::new(find).expect("a pattern"),
            act: replace.map_or(Act::Capture(group), |with| Act::Replace(with.to_owned())),
        }
    }

    /// Whether it replaces, which cannot fail.
    pub(super) fn replaces(&self) -> bool {
        matches!(self.act, Act::Replace(_))
    }

    /// Does to a text what the mapping says.
    pub(crate) fn apply(&self, text: &str) -> Found {
        match &self.act {
            Act::Replace(with) => Found::Text(self.regex.replace_all(text, with).into_owned()),
            Act::Capture(group) => match self.regex.captures(text) {
                None => Found::Missed,
                Some(found) => found.get(*group).map_or(Found::Nothing, |group| {
                    Found::Text(group.as_str().to_owned())
                }),
            },
        }
    }
}

/// Reads the setting of `regex`.
pub(super) fn regex_step(setting: &Value<'_>) -> Option<Step> {
    let fields = setting.fields()?;
    let regex = fields.required("find").and_then(|find| compiled(&find));
    let replace = fields.optional("replace");
    let capture = fields.optional("capture");
    let act = match (&replace, &capture) {
        (Some(with), None) => with.text().map(|text| Act::Replace(text.to_owned())),
        (None, Some(group)) => regex.as_ref().and_then(|regex| captured(group, regex)),
        _ => {
            fields.report("a regex has replace or capture, one of the two");
            None
        }
    };
    if let (Some(with), Some(regex)) = (&replace, &regex) {
        check_groups(with, regex);
    }
    fields.finish();
    Some(Step::Regex(Pattern {
        regex: regex?,
        act: act?,
    }))
}

fn compiled(find: &Value<'_>) -> Option<Regex> {
    let text = find.text()?;
    if text.is_empty() || text.len() > PATTERN_BYTES_MAX {
        find.report(format!("a pattern has 1 to {PATTERN_BYTES_MAX} bytes"));
        return None;
    }
    let built = RegexBuilder::new(text)
        .size_limit(COMPILED_BYTES_MAX)
        .build();
    match built {
        Ok(regex) => Some(regex),
        Err(regex::Error::CompiledTooBig(_)) => {
            find.report_with_hint(
                "this pattern becomes too large",
                "repeat less: {1,1000} of \\w is a thousand times every letter there is",
            );
            None
        }
        Err(error) => {
            // The last line says what is wrong; those before it draw the place.
            let error = error.to_string();
            let why = error.lines().last().unwrap_or_default();
            let why = why.trim().trim_start_matches("error: ");
            find.report_with_hint(
                format!("this is no regular expression: {why}"),
                "put it in single quotes, so that a backslash stays one; there is no look-around \
                 and there are no back references",
            );
            None
        }
    }
}

/// The group that is meant, by number or name.
fn captured(group: &Value<'_>, regex: &Regex) -> Option<Act> {
    let word = group.text()?;
    let found = named(word, regex);
    if found.is_none() {
        group.report_with_hint(
            format!("the pattern has no group {word}"),
            format!("{}; 0 is all that is found", groups(regex)),
        );
    }
    found.map(Act::Capture)
}

fn named(word: &str, regex: &Regex) -> Option<usize> {
    if let Ok(number) = word.parse::<usize>() {
        return (number < regex.captures_len()).then_some(number);
    }
    regex.capture_names().position(|name| name == Some(word))
}

fn groups(regex: &Regex) -> String {
    let names = regex.capture_names().enumerate().skip(1);
    let names: Vec<String> = names
        .map(|(number, name)| name.map_or_else(|| number.to_string(), str::to_owned))
        .collect();
    if names.is_empty() {
        "it has no groups in round brackets".to_owned()
    } else {
        format!("its groups are {}", names.join(", "))
    }
}

/// A group that is not there would silently become nothing, and `$1a` means a group "1a".
fn check_groups(with: &Value<'_>, regex: &Regex) {
    let text = with.scalar().unwrap_or_default();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('$') {
        if let Some(after) = after.strip_prefix('$') {
            rest = after;
            continue;
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (word, left) = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}').unwrap_or((braced, "")),
            None => after.split_at(after.find(|c| !is_word(c)).unwrap_or(after.len())),
        };
        if named(word, regex).is_none() {
            with.report_with_hint(
                format!("the pattern has no group {word}"),
                format!(
                    "{}; write ${{1}} before letters, and $$ for a dollar",
                    groups(regex)
                ),
            );
        }
        rest = left;
    }
}
