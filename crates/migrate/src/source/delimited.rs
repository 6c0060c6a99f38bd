//! Rows of delimited text.

use super::Broken;
use super::spool::Spool;
use super::text::Text;
use crate::mapping::Source;

/// The rows of a file while they are read, the header among them.
pub(super) struct Rows {
    reader: csv::Reader<Text>,
    row: csv::StringRecord,
}

impl Rows {
    /// Rows of a source. With `watch`, its quotes are looked at too: one that is not closed takes the
    /// rows behind it for text, and is an error.
    pub(super) fn open(source: &Source, watch: bool) -> Result<Rows, Broken> {
        let text = Text::delimited(source, watch)?;
        Ok(Rows::of(text, (source.delimiter, source.quote)))
    }

    /// Rows of a table that was spooled; the first cell of each is its line.
    pub(super) fn table(spool: &Spool) -> Result<Rows, Broken> {
        Ok(Rows::of(Text::table(spool)?, (b',', b'"')))
    }

    fn of(text: Text, (delimiter, quote): (u8, u8)) -> Rows {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quote(quote)
            .flexible(true)
            .has_headers(false)
            .from_reader(text);
        Rows {
            reader,
            row: csv::StringRecord::new(),
        }
    }

    /// Goes to the next row: the physical line on which it begins, or `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<u64>, Broken> {
        let began = self.reader.position().byte();
        self.reader.get_mut().begin(began);
        let is_there =
            self.reader
                .read_record(&mut self.row)
                .map_err(|error| match error.into_kind() {
                    csv::ErrorKind::Io(error) => Broken::from(error),
                    kind => Broken::new(format!("{kind:?}")),
                })?;
        let lines = &mut self.reader.get_mut().lines;
        Ok(is_there.then(|| lines.at(began)))
    }

    /// The cells of the row.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.row.iter()
    }

    /// Whether the last line that was read has its end.
    pub(super) fn is_ended(&self) -> bool {
        self.reader.get_ref().is_ended
    }

    /// SHA-256 in hex and length of what was read so far.
    pub(super) fn digest(&self) -> (String, u64) {
        self.reader.get_ref().digest()
    }
}
