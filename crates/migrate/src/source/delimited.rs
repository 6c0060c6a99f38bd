//! Rows of delimited text.

use super::quotes::Watch;
use super::text::Text;
use super::{Broken, Digest};
use crate::mapping::Source;

/// The rows of a file while they are read, the header among them.
pub(super) struct Rows {
    reader: csv::Reader<Text>,
    row: csv::StringRecord,
}

impl Rows {
    /// Rows of a file that was read before.
    pub(super) fn plain(source: &Source) -> Result<Rows, Broken> {
        Ok(Rows::of(source, Text::open(source, None)?))
    }

    /// Rows of a file whose quotes are looked at too: one that is not closed takes the rows behind
    /// it for text, and is an error.
    pub(super) fn checked(source: &Source) -> Result<Rows, Broken> {
        let watch = Watch::new((source.delimiter, source.quote), 1);
        Ok(Rows::of(source, Text::open(source, Some(watch))?))
    }

    fn of(source: &Source, text: Text) -> Rows {
        let reader = csv::ReaderBuilder::new()
            .delimiter(source.delimiter)
            .quote(source.quote)
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
        self.reader.get_mut().row_began = began;
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

    /// What was read so far came to.
    pub(super) fn digest(&self, rows: u64) -> Digest {
        let (sha256, bytes) = self.reader.get_ref().digest();
        Digest {
            sha256,
            bytes,
            rows,
        }
    }
}
