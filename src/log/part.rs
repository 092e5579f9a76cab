//! The logs of a page, or of a part of it, on the sheet that they share.

use std::ops::Range;
use std::sync::Arc;

use super::line::{self, Line};
use super::sheet::Sheet;

/// Some of a sheet's logs, one behind the other.
#[derive(Debug, Clone, Default)]
pub struct Part {
    sheet: Arc<Sheet>,
    range: Range<usize>,
    /// So many dots make the first line longer.
    dots: usize,
}

impl From<Sheet> for Part {
    fn from(sheet: Sheet) -> Self {
        Self {
            range: 0..sheet.len(),
            sheet: Arc::new(sheet),
            dots: 0,
        }
    }
}

impl Part {
    /// How many logs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there is no log.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The log of a number, from 0 on.
    #[must_use]
    pub fn line(&self, number: usize) -> Option<Line<'_>> {
        let at = self.range.start.saturating_add(number);
        let line = self.sheet.line(at).filter(|_| at < self.range.end)?;
        let dots = if number == 0 { self.dots } else { 0 };
        Some(line.with_dots(dots))
    }

    /// All logs.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        (0..self.len()).filter_map(|number| self.line(number))
    }

    /// Makes the first line longer by so many bytes, or a few more, with a text that says nothing.
    pub fn pad(&mut self, bytes: u64) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.dots = bytes.saturating_sub(line::PADDING_BYTES).max(1);
    }

    /// Takes off the logs from a number on.
    #[must_use]
    pub fn split_off(&mut self, number: usize) -> Self {
        let at = self.range.start.saturating_add(number).min(self.range.end);
        let rest = Self {
            sheet: Arc::clone(&self.sheet),
            range: at..self.range.end,
            dots: 0,
        };
        self.range.end = at;
        rest
    }

    /// The sheet, if no other part of it is left.
    #[must_use]
    pub fn into_sheet(self) -> Option<Sheet> {
        Arc::into_inner(self.sheet)
    }
}
