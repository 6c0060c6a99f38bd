//! Physical lines: LF, CRLF and a CR alone each end one.

use std::collections::VecDeque;

/// Counts lines byte by byte.
#[derive(Clone, Debug)]
pub(super) struct Count {
    /// The line that the next byte stands on, from 1.
    pub(super) line: u64,
    is_after_cr: bool,
}

impl Count {
    pub(super) fn from(line: u64) -> Count {
        Count {
            line,
            is_after_cr: false,
        }
    }

    /// Whether the byte is the second half of the break before it.
    pub(super) fn is_inside(&self, byte: u8) -> bool {
        byte == b'\n' && self.is_after_cr
    }

    /// Whether the byte ends a line; the LF of a CRLF ends none of its own.
    pub(super) fn ends(&mut self, byte: u8) -> bool {
        let ends = byte == b'\r' || (byte == b'\n' && !self.is_after_cr);
        self.is_after_cr = byte == b'\r';
        self.line += u64::from(ends);
        ends
    }
}

/// The lines of a text that is seen in pieces, for a reader that is behind by a few of them. (The
/// line of `csv::Position` is one short after a quoted line break.)
pub(super) struct Lines {
    seen: Count,
    /// How many bytes were seen.
    pub(super) offset: u64,
    /// Where line breaks stand that the reader has not passed, and whether each ends a line.
    breaks: VecDeque<(u64, bool)>,
    /// The line the reader is on.
    line: u64,
}

impl Lines {
    pub(super) fn from(line: u64) -> Lines {
        Lines {
            seen: Count::from(line),
            offset: 0,
            breaks: VecDeque::new(),
            line,
        }
    }

    pub(super) fn see(&mut self, text: &[u8]) {
        for (at, byte) in (self.offset..).zip(text) {
            let ends = self.seen.ends(*byte);
            if matches!(byte, b'\r' | b'\n') {
                self.breaks.push_back((at, ends));
            }
        }
        self.offset += text.len() as u64;
    }

    /// The line that the next byte stands on.
    pub(super) fn last(&self) -> u64 {
        self.seen.line
    }

    /// The line on which the row at a byte begins. A row's place may be given before the end of the
    /// line above it, or before empty lines; those breaks are not its own.
    pub(super) fn at(&mut self, byte: u64) -> u64 {
        let mut byte = byte;
        while let Some((at, ends)) = self.breaks.front().copied() {
            if at > byte {
                break;
            }
            byte = byte.max(at + 1);
            self.line += u64::from(ends);
            self.breaks.pop_front();
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_begins_on_the_line_that_an_editor_shows() {
        for (pieces, expected) in [
            (["a\nb", "\nc"], [1, 2, 3]),
            (["a\r\nb\r", "\nc"], [1, 2, 3]),
            (["a\rb", "\rc"], [1, 2, 3]),
            (["a\n\n\r\nb\r", "\n\nc"], [1, 4, 6]),
        ] {
            let text: String = pieces.concat();
            let mut lines = Lines::from(1);
            for piece in pieces {
                lines.see(piece.as_bytes());
            }
            let mut found = Vec::new();
            for sign in ["a", "b", "c"] {
                // The reader says where the row above ends: behind its first break sign.
                let at = text.find(sign).unwrap();
                let above = text[..at].rfind(|sign: char| sign.is_alphabetic());
                let at = above.map_or(0, |above| above + 2);
                found.push(lines.at(at as u64));
            }
            assert_eq!(found, expected, "{text:?}");
            assert_eq!(lines.last(), expected[2], "{text:?}");
        }
    }
}
