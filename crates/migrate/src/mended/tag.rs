//! What a rejected row is known by when it comes back.

use crate::mapping::Source;

/// The column that says which row it was: `r`, its number, `-` and the beginning of the hash of what it
/// said. It must come back as it went.
pub const TAG_COLUMN: &str = "usher_row";
/// The column that says why the row did not come over. What stands there is not read back.
pub const REASONS_COLUMN: &str = "reasons";
/// The column that says on which line of its source the row begins, which is not its number. What stands
/// there is not read back.
pub const LINE_COLUMN: &str = "usher_line";
/// How much of the hash a tag has, in hex digits.
const HASH_LENGTH: usize = 12;

/// A row's number and the beginning of the hash of what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) number: u64,
    pub(super) start: String,
}

impl Tag {
    pub(super) fn of(number: u64, hash: &str) -> Tag {
        Tag {
            number,
            start: hash.chars().take(HASH_LENGTH).collect(),
        }
    }

    pub(super) fn parse(text: &str) -> Option<Tag> {
        let (number, start) = text.trim().strip_prefix('r')?.split_once('-')?;
        let is_hash = start.len() == HASH_LENGTH
            && start
                .bytes()
                .all(|sign| matches!(sign, b'0'..=b'9' | b'a'..=b'f'));
        let is_number = number.bytes().all(|sign| sign.is_ascii_digit());
        Some(Tag {
            number: number.parse().ok().filter(|_| is_hash && is_number)?,
            start: start.to_owned(),
        })
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "r{}-{}", self.number, self.start)
    }
}

/// The header of a source's rejected rows. A column of the source that has one of our names keeps it.
pub(super) fn header(source: &Source) -> Vec<String> {
    let mut names = source.columns.clone();
    for name in [TAG_COLUMN, REASONS_COLUMN, LINE_COLUMN] {
        let mut free = name.to_owned();
        while names.contains(&free) {
            free.insert_str(0, "usher_");
        }
        names.push(free);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_as_it_was_written_and_nothing_else_is_one() {
        let tag = Tag::of(12, "0123456789abcdef");
        assert_eq!(tag.to_string(), "r12-0123456789ab");
        assert_eq!(Tag::parse(" r12-0123456789ab "), Some(tag));
        for text in [
            "",
            "12",
            "r12",
            "r-0123456789ab",
            "r+1-0123456789ab",
            "r1-0123456789AB",
            "r1-01",
        ] {
            assert_eq!(Tag::parse(text), None, "{text}");
        }
    }
}
