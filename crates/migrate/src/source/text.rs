//! Text of a source as UTF-8, decoded piece by piece while it is read, hashed as it is written.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use encoding_rs::{Decoder, DecoderResult, UTF_8, UTF_16BE, UTF_16LE};
use sha2::{Digest as _, Sha256};

use super::lines::{Count, Lines};
use super::quotes::Watch;
use super::spool::Spool;
use super::{Broken, ROW_BYTES_MAX, SOURCE_BYTES_MAX};
use crate::hex;
use crate::mapping::{Encoding, Source};

/// How much is read and decoded at a time, in bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// The text of a source while it is read.
pub(super) struct Text {
    input: Box<dyn Read + Send>,
    hasher: Sha256,
    bytes: u64,
    decoder: Letters,
    piece: Vec<u8>,
    /// What was decoded and is not read yet begins at `at`.
    decoded: Vec<u8>,
    at: usize,
    is_over: bool,
    /// The sign that a first line such as `sep=;` says fields are separated by.
    pub(super) separator: Option<u8>,
    /// Lines above the header that are left out, those that are left.
    above: Above,
    /// Where its lines end.
    pub(super) lines: Lines,
    watch: Option<Watch>,
    /// The last line that was read so far has its end.
    pub(super) is_ended: bool,
    /// Where the row begins that is being read, in bytes of the text.
    row_began: u64,
}

impl Text {
    /// Opens the text of a source as it is.
    pub(super) fn open(source: &Source) -> Result<Text, Broken> {
        let mut text = Text::of(input(source)?, source.encoding)?;
        text.see()?;
        Ok(text)
    }

    /// Opens a table that was spooled.
    pub(super) fn table(spool: &Spool) -> Result<Text, Broken> {
        let mut text = Text::of(Box::new(spool.reader()), Encoding::Utf8)?;
        text.see()?;
        Ok(text)
    }

    /// Opens delimited text from the header's line on; with `watch`, its quotes are looked at too.
    pub(super) fn delimited(source: &Source, watch: bool) -> Result<Text, Broken> {
        let mut text = Text::of(input(source)?, source.encoding)?;
        text.separator = separator(&text.decoded);
        let above = u64::from(text.separator.is_some()).max(source.header.skip_lines);
        text.above = Above::of(above);
        text.lines = Lines::from(above + 1);
        let signs = (source.delimiter, source.quote);
        text.watch = watch.then(|| Watch::new(signs, above + 1));
        text.see()?;
        Ok(text)
    }

    fn of(mut input: Box<dyn Read + Send>, encoding: Encoding) -> Result<Text, Broken> {
        let mut piece = vec![0; PIECE_BYTES];
        let mut hasher = Sha256::new();
        // The first piece tells the order of UTF-16.
        let first = read(&mut input, &mut piece)?;
        hasher.update(&piece[..first]);
        let mut text = Text {
            input,
            hasher,
            bytes: first as u64,
            decoder: Letters::of(encoding, &piece[..first]),
            piece,
            decoded: Vec::new(),
            at: 0,
            is_over: first == 0,
            separator: None,
            above: Above::of(0),
            lines: Lines::from(1),
            watch: None,
            is_ended: true,
            row_began: 0,
        };
        text.decode(first)?;
        Ok(text)
    }

    /// SHA-256 in hex and length of what was read so far: at the end, of the whole file.
    pub(super) fn digest(&self) -> (String, u64) {
        (hex(&self.hasher.clone().finalize()), self.bytes)
    }

    /// A row begins at a byte of the text.
    pub(super) fn begin(&mut self, byte: u64) {
        self.row_began = byte;
    }

    fn refill(&mut self) -> Result<(), Broken> {
        let length = read(&mut self.input, &mut self.piece)?;
        self.hasher.update(&self.piece[..length]);
        self.bytes += length as u64;
        if self.bytes > SOURCE_BYTES_MAX {
            return Err(too_large(self.bytes));
        }
        self.is_over = length == 0;
        self.decode(length)?;
        self.see()
    }

    /// Decodes the first bytes of the piece; none are the end.
    fn decode(&mut self, length: usize) -> Result<(), Broken> {
        self.decoded.clear();
        self.at = 0;
        let piece = &self.piece[..length];
        let outcome = (self.decoder).decode(piece, self.is_over, &mut self.decoded);
        outcome.map_err(|NotSo| {
            self.lines.see(&self.decoded);
            let name = self.decoder.name();
            let message = format!("line {} is not {name}", self.lines.last());
            match self.decoder {
                Letters::Utf8(_) => Broken::new(format!("{message}; is it windows-1252?")),
                _ => Broken::new(message),
            }
        })
    }

    /// Looks at what was decoded.
    fn see(&mut self) -> Result<(), Broken> {
        self.at = self.above.leave_out(&self.decoded);
        let text = &self.decoded[self.at..];
        self.lines.see(text);
        if let Some(last) = text.last() {
            self.is_ended = matches!(last, b'\r' | b'\n');
        }
        if let Some(watch) = &mut self.watch {
            watch.see(text)?;
            if self.is_over {
                watch.end()?;
            }
        }
        if self.lines.offset - self.row_began > ROW_BYTES_MAX + PIECE_BYTES as u64 * 4 {
            let message = format!("it has a row of more than {ROW_BYTES_MAX} bytes");
            let hint = "look for a quote that is not closed, and at the delimiter";
            return Err(Broken::new(message).hint(hint));
        }
        Ok(())
    }
}

/// The bytes of a source: of its file, or of what was read once.
fn input(source: &Source) -> Result<Box<dyn Read + Send>, Broken> {
    if let Some(spool) = &source.spool {
        return Ok(Box::new(spool.reader()));
    }
    Ok(Box::new(file(&source.path)?))
}

pub(super) fn file(path: &Path) -> Result<File, Broken> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > SOURCE_BYTES_MAX {
        return Err(too_large(length));
    }
    Ok(file)
}

/// The sign that a first line such as `sep=;` names, as Excel writes and reads it.
fn separator(text: &[u8]) -> Option<u8> {
    let line = text.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let line = line
        .strip_prefix(b"\"")
        .and_then(|line| line.strip_suffix(b"\""))
        .unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign] if sign.is_ascii() => Some(*sign),
        _ => None,
    }
}

/// Lines above the header.
struct Above {
    /// The first line that is not left out.
    first: u64,
    count: Count,
}

impl Above {
    fn of(lines: u64) -> Above {
        Above {
            first: lines + 1,
            count: Count::from(1),
        }
    }

    /// How many bytes of the next piece are left out.
    fn leave_out(&mut self, piece: &[u8]) -> usize {
        let mut length = 0;
        for byte in piece {
            // The LF of a CRLF is of the line that it ends.
            if self.count.line >= self.first && !self.count.is_inside(*byte) {
                break;
            }
            self.count.ends(*byte);
            length += 1;
        }
        if length < piece.len() {
            self.count = Count::from(self.first);
        }
        length
    }
}

fn too_large(length: u64) -> Broken {
    Broken::new(format!(
        "it has {length} bytes; at most {SOURCE_BYTES_MAX} are read"
    ))
}

fn read(input: &mut impl Read, piece: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

impl BufRead for Text {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.decoded.len() && !self.is_over {
            self.refill().map_err(io::Error::other)?;
        }
        Ok(&self.decoded[self.at..])
    }

    fn consume(&mut self, length: usize) {
        self.at += length;
    }
}

impl Read for Text {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut left = self.fill_buf()?;
        let length = left.read(out)?;
        self.consume(length);
        Ok(length)
    }
}

/// The bytes are not of the encoding.
struct NotSo;

/// How bytes become letters.
enum Letters {
    Utf8(Decoder),
    Other(Decoder, &'static str),
    Latin1,
}

impl Letters {
    fn of(encoding: Encoding, first: &[u8]) -> Letters {
        match encoding {
            Encoding::Utf8 => Letters::Utf8(UTF_8.new_decoder_with_bom_removal()),
            Encoding::Windows1252
            | Encoding::Windows1250
            | Encoding::Windows1251
            | Encoding::Latin2
            | Encoding::Latin9 => {
                let decoder = encoding.codec().new_decoder_without_bom_handling();
                Letters::Other(decoder, encoding.name())
            }
            Encoding::Latin1 => Letters::Latin1,
            Encoding::Utf16 => {
                let order = match first {
                    [0xfe, 0xff, ..] => UTF_16BE,
                    _ => UTF_16LE,
                };
                Letters::Other(order.new_decoder_with_bom_removal(), "utf-16")
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Letters::Utf8(_) => "utf-8",
            Letters::Other(_, name) => name,
            Letters::Latin1 => "latin-1",
        }
    }

    /// Adds a piece to the text; what comes before a wrong byte is there even then.
    fn decode(&mut self, piece: &[u8], is_last: bool, text: &mut Vec<u8>) -> Result<(), NotSo> {
        let decoder = match self {
            Letters::Utf8(decoder) | Letters::Other(decoder, _) => decoder,
            Letters::Latin1 => {
                text.resize(piece.len() * 2, 0);
                let length = encoding_rs::mem::convert_latin1_to_utf8(piece, text);
                text.truncate(length);
                return Ok(());
            }
        };
        let longest = decoder.max_utf8_buffer_length_without_replacement(piece.len());
        text.resize(longest.unwrap_or(piece.len() * 4), 0);
        let (outcome, _, length) = decoder.decode_to_utf8_without_replacement(piece, text, is_last);
        text.truncate(length);
        match outcome {
            DecoderResult::InputEmpty => Ok(()),
            DecoderResult::OutputFull | DecoderResult::Malformed(..) => Err(NotSo),
        }
    }
}
