//! What reads a page's records while its body is taken apart.

use crate::json::Broken;
use crate::log::{Mapping, Reading, Sheet};
use crate::source::Reads;

/// Reads each record onto the page's sheet.
pub(super) struct Reader<'m> {
    mapping: &'m Mapping,
    sheet: Sheet,
    readings: Vec<Reading>,
    /// How many there were before the last record.
    before: usize,
}

impl<'m> Reader<'m> {
    pub(super) fn new(mapping: &'m Mapping, sheet: Sheet) -> Self {
        Self {
            mapping,
            sheet,
            readings: Vec::new(),
            before: 0,
        }
    }

    /// What was read, in order, and the sheet it stands on.
    pub(super) fn read(self) -> (Vec<Reading>, Sheet) {
        (self.readings, self.sheet)
    }
}

impl<'a> Reads<'a> for Reader<'_> {
    fn json(&mut self, text: &'a str, at: usize) -> Result<usize, Broken> {
        self.before = self.readings.len();
        let (reading, end) = self.mapping.read(text, at, &mut self.sheet)?;
        self.readings.push(reading);
        Ok(end)
    }

    fn broken(&mut self, line: &'a str) {
        self.readings.truncate(self.before);
        let reading = self.mapping.read_broken(line, &mut self.sheet);
        self.readings.push(reading);
    }
}
