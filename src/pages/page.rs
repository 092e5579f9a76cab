//! What is delivered at once: the logs of one page, or of a part of it.

use super::Tally;
use crate::log::{Line, Part};

/// Logs ready to deliver, and the resume point to keep once they are.
#[derive(Debug)]
pub struct Page {
    /// In the order of the API.
    pub logs: Part,
    /// What each log's record is known as.
    pub keys: Vec<u64>,
    /// The place after them, as JSON; none where the page goes on.
    pub place: Option<String>,
    /// What became of the records.
    pub tally: Tally,
}

impl Page {
    /// The length of each log's line.
    #[must_use]
    pub fn lengths(&self) -> Vec<u32> {
        let lengths = self.logs.lines().map(Line::bytes);
        lengths
            .map(|bytes| u32::try_from(bytes).unwrap_or(u32::MAX))
            .collect()
    }

    /// Makes the first line longer by so many bytes, or by a few more.
    pub fn pad(&mut self, bytes: u64) {
        let length = |logs: &Part| logs.line(0).map_or(0, |line| line.bytes() as u64);
        if bytes > 0 {
            let before = length(&self.logs);
            self.logs.pad(bytes);
            self.tally.bytes += length(&self.logs).saturating_sub(before);
        }
    }

    /// Parts the page behind so many logs: the first part, which has no place of its own, and the
    /// rest, if there is one.
    #[must_use]
    pub fn parted(mut self, logs: usize) -> (Self, Option<Self>) {
        if logs >= self.logs.len() {
            return (self, None);
        }
        let rest = self.logs.split_off(logs);
        let keys = self.keys.split_off(logs);
        let mut first = Tally::default();
        self.logs.lines().for_each(|line| first.count(line));
        let rest = Self {
            logs: rest,
            keys,
            place: self.place.take(),
            tally: self.tally.without(&first),
        };
        self.tally = first;
        (self, Some(rest))
    }
}
