//! Quoted fields that do not end where they should. A reader that is content with them takes all
//! rows up to the next quote, or to the end of the file, for text of one field: rows would be lost
//! without a word.

use std::fmt;

/// A quoted field that does not end where it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Physical line on which the field begins.
    began: u64,
    /// Field of its row, from 1.
    field: u64,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The file ends first, on this line.
    Never(u64),
    /// It is closed on this line, another than it began on, in the middle of text.
    Inside(u64),
}

impl Fault {
    /// What to do about it.
    pub(super) fn hint(self, quote: u8) -> String {
        let quote = char::from(quote);
        format!(
            "look at line {}: close the field with {quote}, write a {quote} that is part of a text \
             twice, or say in the mapping which other sign the file quotes with",
            self.began
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { began, field, end } = self;
        write!(
            f,
            "the quoted field that begins on line {began} (field {field} of its row) "
        )?;
        match end {
            End::Never(last) => {
                write!(f, "is not closed before the end of the file on line {last}")
            }
            End::Inside(line) => write!(
                f,
                "goes on to a quote in the middle of a text on line {line}; the closing quote seems \
                 to be missing"
            ),
        }
    }
}

/// The first quoted field that does not end where it should; behind it nothing is sure. Text after
/// the closing quote is let pass where the field is of one line: no row is lost by that.
pub(super) fn fault(text: &[u8], delimiter: u8, quote: u8) -> Option<Fault> {
    let (mut line, mut field) = (1, 1);
    let mut is_start = true;
    let mut at = 0;
    while let Some(sign) = text.get(at) {
        if is_start && *sign == quote {
            let began = line;
            let (end, breaks) = closing(text, at + 1, quote);
            line += breaks;
            let Some(end) = end else {
                let end = End::Never(line - u64::from(text.ends_with(b"\n")));
                return Some(Fault { began, field, end });
            };
            let next = text.get(end + 1);
            let is_closed = next.is_none_or(|next| [delimiter, b'\r', b'\n'].contains(next));
            if !is_closed && line > began {
                let end = End::Inside(line);
                return Some(Fault { began, field, end });
            }
            at = end + 1;
            is_start = false;
            continue;
        }
        is_start = [delimiter, b'\r', b'\n'].contains(sign);
        match sign {
            b'\n' => (line, field) = (line + 1, 1),
            b'\r' => field = 1,
            sign if *sign == delimiter => field += 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where the quote is that closes a field, if there is one, and the line breaks before it.
fn closing(text: &[u8], from: usize, quote: u8) -> (Option<usize>, u64) {
    let mut breaks = 0;
    let mut at = from;
    while let Some(sign) = text.get(at) {
        match sign {
            sign if *sign == quote && text.get(at + 1) == Some(&quote) => at += 1,
            sign if *sign == quote => return (Some(at), breaks),
            b'\n' => breaks += 1,
            _ => {}
        }
        at += 1;
    }
    (None, breaks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = fault(text.as_bytes(), b',', b'"');
        let told = found.map_or_else(String::new, |fault| match fault.end {
            End::Never(last) => format!("{} {} never {last}", fault.began, fault.field),
            End::Inside(line) => format!("{} {} inside {line}", fault.began, fault.field),
        });
        assert_eq!(told, expected, "{text:?}");
    }

    #[test]
    fn quotes_that_are_closed_are_fine() {
        for text in [
            "",
            "a,b\n1,2\n",
            "a,b\r\n\"1\",\"2\"\r\n",
            "a\n\"1,\n\n2\"\n3\n",
            "a\n\"say \"\"yes\"\"\"\n",
            "a\n\"\"\n",
            "a,b\n5\" pipe,x\n",
            "a\n\"1\"",
            "a,b\n\"5\" pipe,x\n",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn a_field_that_is_not_closed_is_told_with_the_line_on_which_it_began() {
        check("a,b\n1,\"2\n3,4\n5,6\n", "2 2 never 4");
        check("a,b\r\n1,\"2\r\n3,4", "2 2 never 3");
        check("\"a,b\n1,2", "1 1 never 2");
        check("a\n\"x\"\"\n2\n", "2 1 never 3");
        check("a,b\n\"x\n,y\",1\n3,\"4\n5,\"6\"\n", "4 2 inside 5");
    }
}
