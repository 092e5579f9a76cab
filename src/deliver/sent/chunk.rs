//! Lines that lie one behind the other.

use super::packed;

/// One line as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What its record is known as.
    pub key: u64,
    /// Its length, the newline included.
    pub bytes: u32,
}

/// Lines that follow each other in the file, or that are confirmed wherever they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::deliver) struct Chunk {
    /// Where the first begins; none where all are confirmed.
    pub(in crate::deliver) at: Option<u64>,
    pub(in crate::deliver) lines: Vec<Line>,
    pub(super) bytes: u64,
    /// The lines as they are written down: once, however often the chunk is kept.
    pub(super) text: Box<str>,
}

impl Chunk {
    pub(in crate::deliver) fn new(at: Option<u64>, lines: Vec<Line>) -> Self {
        let text = packed::to_text(&lines).into();
        let bytes = lines.iter().map(|line| u64::from(line.bytes)).sum();
        Self {
            at,
            lines,
            bytes,
            text,
        }
    }

    pub(super) fn read(at: Option<u64>, text: &str) -> Option<Self> {
        Some(Self::new(at, packed::to_lines(text)?))
    }

    /// How many lines at its end, and how many of their bytes, end behind an offset.
    pub(super) fn behind(&self, offset: u64) -> (usize, u64) {
        let Some(at) = self.at else { return (0, 0) };
        if at + self.bytes <= offset {
            return (0, 0);
        }
        if at >= offset {
            return (self.lines.len(), self.bytes);
        }
        let ends =
            |(_, span): &(Line, Option<(u64, u64)>)| span.is_some_and(|(_, end)| end > offset);
        let lengths = self
            .placed()
            .filter(ends)
            .map(|(line, _)| u64::from(line.bytes));
        lengths.fold((0, 0), |(lines, bytes), length| (lines + 1, bytes + length))
    }

    /// Where each line begins and ends; none for what is confirmed.
    pub(in crate::deliver) fn placed(&self) -> impl Iterator<Item = (Line, Option<(u64, u64)>)> {
        let mut at = self.at;
        self.lines.iter().map(move |line| {
            let span = at.map(|begin| (begin, begin + u64::from(line.bytes)));
            at = span.map(|(_, end)| end);
            (*line, span)
        })
    }
}
