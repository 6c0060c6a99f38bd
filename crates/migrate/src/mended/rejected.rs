//! Writing rejected rows so that they can be mended and read back.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use csv::{QuoteStyle, Writer, WriterBuilder};

use super::tag::{Tag, header};
use crate::Error;
use crate::book::Written;
use crate::mapping::{Encoding, Format, Input, Source};

/// The file of a source's rejected rows while it is written: with the source's delimiter, quotes, encoding
/// and byte order mark, a header, and every cell in quotes. Of a source that is no delimited file: CSV in
/// UTF-8.
pub(crate) struct RejectedFile {
    path: PathBuf,
    rows: Writer<Encoder>,
    /// How many columns the source has.
    width: usize,
}

/// How rejected rows of a source are written: delimiter, quote and encoding.
pub(super) fn signs(source: &Source) -> (u8, u8, Encoding) {
    match source.format {
        Format::Delimited => (source.delimiter, source.quote, source.encoding),
        _ => (b',', b'"', Encoding::Utf8),
    }
}

impl RejectedFile {
    /// Whether the rejected rows of a source are written in its own format; those of others are CSV.
    pub(crate) fn keeps_format(source: &Source) -> bool {
        source.format == Format::Delimited && source.input == Input::File
    }

    /// Begins the file.
    ///
    /// Errors: it cannot be written.
    pub(crate) fn begin(path: &Path, source: &Source) -> Result<RejectedFile, Error> {
        let path = path.to_owned();
        let (delimiter, quote, encoding) = signs(source);
        let file = File::create(&path).map_err(|error| broken(&path, &error.to_string()))?;
        let encoder = Encoder::begin(file, encoding, &opening(source));
        let encoder = encoder.map_err(|error| broken(&path, &error.to_string()))?;
        let rows = WriterBuilder::new()
            .delimiter(delimiter)
            .quote(quote)
            .quote_style(QuoteStyle::Always)
            .flexible(true)
            .from_writer(encoder);
        let width = source.columns.len();
        let mut file = RejectedFile { path, rows, width };
        file.write(header(source).iter().map(String::as_str))?;
        Ok(file)
    }

    /// Adds a row with the reasons against it; one that is too short gets empty cells before them.
    pub(crate) fn add(&mut self, row: &Written, reasons: &str) -> Result<(), Error> {
        let cells = row.cells.get()?;
        let tag = Tag::of(row.row, &row.hash()).to_string();
        let line = row.line.to_string();
        let missing = std::iter::repeat_n("", self.width.saturating_sub(cells.len()));
        let cells = cells.iter().map(String::as_str).chain(missing);
        self.write(cells.chain([tag.as_str(), reasons, &line]))
    }

    fn write<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), Error> {
        let written = self.rows.write_record(cells);
        written.map_err(|error| broken(&self.path, &error.to_string()))
    }

    /// Writes out what is left.
    pub(crate) fn end(mut self) -> Result<(), Error> {
        let flushed = self.rows.flush();
        flushed.map_err(|error| broken(&self.path, &error.to_string()))
    }
}

fn broken(path: &Path, message: &str) -> Error {
    Error::State(format!("{} cannot be written: {message}", path.display()))
}

/// The first bytes of a plain file, which tell byte order marks.
fn opening(source: &Source) -> Vec<u8> {
    let mut bytes = Vec::new();
    if source.input == Input::File && source.format == Format::Delimited && source.spool.is_none() {
        // Without them the file is written without a mark, which is read just as well.
        if let Ok(file) = File::open(&source.path) {
            let _ = file.take(3).read_to_end(&mut bytes);
        }
    }
    bytes
}

/// Turns UTF-8 into the source's encoding. What is of no cell of the source, such as words of the
/// server, may have signs that the encoding lacks; they become `?`.
struct Encoder {
    file: BufWriter<File>,
    encoding: Encoding,
    is_big_endian: bool,
    /// The beginning of a letter whose rest comes with the next piece.
    cut: Vec<u8>,
}

impl Encoder {
    fn begin(file: File, encoding: Encoding, opening: &[u8]) -> std::io::Result<Encoder> {
        let mut file = BufWriter::new(file);
        match (encoding, opening) {
            (Encoding::Utf8, [0xef, 0xbb, 0xbf, ..]) => file.write_all(&opening[..3])?,
            (Encoding::Utf16, [0xfe, 0xff, ..] | [0xff, 0xfe, ..]) => {
                file.write_all(&opening[..2])?;
            }
            _ => {}
        }
        Ok(Encoder {
            file,
            encoding,
            is_big_endian: opening.starts_with(&[0xfe, 0xff]),
            cut: Vec::new(),
        })
    }

    fn put(&mut self, text: &str) -> std::io::Result<()> {
        match self.encoding {
            Encoding::Utf8 => self.file.write_all(text.as_bytes()),
            Encoding::Utf16 => text.encode_utf16().try_for_each(|unit| {
                let bytes = if self.is_big_endian {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                };
                self.file.write_all(&bytes)
            }),
            Encoding::Latin1 => text.chars().try_for_each(|sign| {
                let byte = u8::try_from(u32::from(sign)).unwrap_or(b'?');
                self.file.write_all(&[byte])
            }),
            Encoding::Windows1252
            | Encoding::Windows1250
            | Encoding::Windows1251
            | Encoding::Latin2
            | Encoding::Latin9 => text.chars().try_for_each(|sign| {
                let mut letter = [0; 4];
                let codec = self.encoding.codec();
                let (bytes, _, is_missing) = codec.encode(sign.encode_utf8(&mut letter));
                self.file.write_all(if is_missing { b"?" } else { &bytes })
            }),
        }
    }
}

impl Write for Encoder {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        let mut bytes = std::mem::take(&mut self.cut);
        bytes.extend_from_slice(piece);
        let whole = match std::str::from_utf8(&bytes) {
            Ok(_) => bytes.len(),
            Err(error) => error.valid_up_to(),
        };
        self.cut = bytes.split_off(whole);
        let text = String::from_utf8(bytes).map_err(std::io::Error::other)?;
        self.put(&text)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
