//! Quoted fields that do not end where they should. A reader that is content with them takes all
//! rows up to the next quote, or to the end of the file, for text of one field: rows would be lost
//! without a word.

use std::fmt;

use super::Broken;
use super::lines::Count;

/// A quoted field that does not end where it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fault {
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
    /// With what to do about it.
    fn broken(self, quote: u8) -> Broken {
        let quote = char::from(quote);
        Broken::new(self.to_string()).hint(format!(
            "look at line {}: close the field with {quote}, write a {quote} that is part of a text \
             twice, or say in the mapping which other sign the file quotes with",
            self.began
        ))
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

/// Looks at the quotes of a text that is seen in pieces. The first quoted field that does not end
/// where it should is an error; behind it nothing is sure. Text after the closing quote is let pass
/// where the field is of one line: no row is lost by that.
pub(super) struct Watch {
    delimiter: u8,
    quote: u8,
    lines: Count,
    /// The line of the last byte.
    last: u64,
    field: u64,
    place: Where,
}

#[derive(Clone, Copy)]
enum Where {
    /// At the first byte of a field.
    Start,
    /// In a field without quotes, or behind the closing one.
    Plain,
    /// Inside quotes that were opened on this line.
    Quoted(u64),
    /// Behind a quote inside quotes: it closes them unless another follows.
    Closing(u64),
}

impl Watch {
    /// Watches a text that begins on a physical line.
    pub(super) fn new((delimiter, quote): (u8, u8), line: u64) -> Watch {
        Watch {
            delimiter,
            quote,
            lines: Count::from(line),
            last: line,
            field: 1,
            place: Where::Start,
        }
    }

    pub(super) fn see(&mut self, text: &[u8]) -> Result<(), Broken> {
        for byte in text {
            self.step(*byte).map_err(|fault| fault.broken(self.quote))?;
        }
        Ok(())
    }

    /// The text is over.
    pub(super) fn end(&self) -> Result<(), Broken> {
        match self.place {
            Where::Quoted(began) => {
                let end = End::Never(self.last);
                Err(self.fault(began, end).broken(self.quote))
            }
            Where::Start | Where::Plain | Where::Closing(_) => Ok(()),
        }
    }

    fn fault(&self, began: u64, end: End) -> Fault {
        Fault {
            began,
            field: self.field,
            end,
        }
    }

    fn step(&mut self, byte: u8) -> Result<(), Fault> {
        let line = self.lines.line;
        self.last = line;
        self.lines.ends(byte);
        let is_end = byte == self.delimiter || matches!(byte, b'\r' | b'\n');
        self.place = match self.place {
            Where::Quoted(began) if byte == self.quote => Where::Closing(began),
            Where::Quoted(began) => Where::Quoted(began),
            Where::Closing(began) if byte == self.quote => Where::Quoted(began),
            Where::Closing(began) if !is_end && line > began => {
                return Err(self.fault(began, End::Inside(line)));
            }
            Where::Start if byte == self.quote => Where::Quoted(line),
            Where::Start | Where::Plain | Where::Closing(_) if is_end => {
                self.field = if byte == self.delimiter {
                    self.field + 1
                } else {
                    1
                };
                Where::Start
            }
            Where::Start | Where::Plain | Where::Closing(_) => Where::Plain,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        // Whole, and byte by byte.
        for size in [text.len().max(1), 1] {
            let mut watch = Watch::new((b',', b'"'), 1);
            let mut pieces = text.as_bytes().chunks(size);
            let seen = pieces.try_for_each(|piece| watch.see(piece));
            let told = match seen.and_then(|()| watch.end()) {
                Ok(()) => String::new(),
                Err(broken) => broken.to_string(),
            };
            let numbers: Vec<&str> = told
                .split(|sign: char| !sign.is_ascii_digit())
                .filter(|number| !number.is_empty())
                .collect();
            let found = match numbers[..] {
                [began, field, line] if told.contains("in the middle") => {
                    format!("{began} {field} inside {line}")
                }
                [began, field, line] => format!("{began} {field} never {line}"),
                _ => told.clone(),
            };
            assert_eq!(found, expected, "{text:?}: {told}");
        }
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
