//! Logs written one behind the other, as the intake takes them.

use std::ops::Range;

use super::{PAYLOAD_BYTES, PAYLOAD_LOGS};
use crate::log::Line;

/// A JSON array of logs, of which any part can be sent by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The opening bracket, the logs and the commas between them.
    text: String,
    /// Where each log ends.
    ends: Vec<usize>,
}

impl Default for Payload {
    fn default() -> Self {
        Self::on(String::new())
    }
}

impl Payload {
    /// An empty one, written where a former one was.
    #[must_use]
    pub fn on(mut room: String) -> Self {
        room.clear();
        room.push('[');
        Self {
            text: room,
            ends: Vec::new(),
        }
    }

    /// Its room, for the next one.
    #[must_use]
    pub fn into_room(self) -> String {
        self.text
    }

    /// How many logs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many bytes it has as it is sent.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len() + "]".len()
    }

    /// Whether so many more logs fit, whose lines have so many bytes with their newlines, where no
    /// more than `most` bytes are to be sent at once.
    #[must_use]
    pub fn fits(&self, logs: usize, line_bytes: usize, most: usize) -> bool {
        // The comma behind each log takes the place of its newline.
        self.len() + logs <= PAYLOAD_LOGS && self.bytes() + line_bytes <= most.min(PAYLOAD_BYTES)
    }

    /// Writes a log behind the others.
    pub fn push(&mut self, line: Line<'_>, instance_tags: &str) {
        if !self.ends.is_empty() {
            self.text.push(',');
        }
        line.push_json(instance_tags, &mut self.text);
        self.ends.push(self.text.len());
    }

    /// One log.
    #[must_use]
    pub fn log(&self, number: usize) -> &str {
        self.logs(number..number + 1)
    }

    /// Some logs, with the commas between them.
    fn logs(&self, range: Range<usize>) -> &str {
        let before = range.start.checked_sub(1);
        let begin = match before {
            Some(before) => self.ends.get(before).map_or(1, |end| end + ",".len()),
            None => "[".len(),
        };
        let last = range.end.checked_sub(1);
        let end = last.and_then(|last| self.ends.get(last)).copied();
        self.text.get(begin..end.unwrap_or(begin)).unwrap_or("")
    }

    /// How long [`Payload::array`] is.
    #[must_use]
    pub fn array_bytes(&self, range: Range<usize>) -> usize {
        self.logs(range).len() + "[]".len()
    }

    /// Some logs as an array of their own.
    #[must_use]
    pub fn array(&self, range: Range<usize>) -> String {
        let logs = self.logs(range);
        let mut array = String::with_capacity(logs.len() + "[]".len());
        array.push('[');
        array.push_str(logs);
        array.push(']');
        array
    }
}
