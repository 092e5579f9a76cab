//! Logs written one behind the other, as the intake takes them.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use bytes::Bytes;
use once_cell::sync::OnceCell;

use super::compression::Presses;
use super::room::{Rooms, Text};
use super::{PAYLOAD_BYTES, PAYLOAD_LOGS};
use crate::log::Line;

/// A JSON array of logs, of which any part can be sent by itself.
#[derive(Debug)]
pub struct Payload {
    /// All of it, brackets included.
    room: Text,
    /// Where each log ends.
    ends: Vec<usize>,
    /// All of it made small: before its turn, so that whoever sends it does not wait for that.
    small: OnceCell<Bytes>,
}

impl Payload {
    /// An empty one with room for logs of so many bytes.
    #[must_use]
    pub(super) fn of_bytes(bytes: usize, rooms: &Rooms) -> Self {
        let mut room = Text::of_bytes(bytes + "[]".len(), rooms);
        room.text.push_str("[]");
        Self {
            room,
            ends: Vec::new(),
            small: OnceCell::new(),
        }
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
        self.room.text.len()
    }

    /// Whether so many more logs fit, whose lines have so many bytes with their newlines, where no
    /// more than `most` bytes are to be sent at once.
    #[must_use]
    pub fn fits(&self, logs: usize, line_bytes: usize, most: usize) -> bool {
        // The comma behind each log takes the place of its newline.
        self.len() + logs <= PAYLOAD_LOGS && self.bytes() + line_bytes <= most.min(PAYLOAD_BYTES)
    }

    /// What its logs' lines have, their newlines included.
    #[must_use]
    pub fn line_bytes(&self) -> usize {
        // The comma behind each log but the last takes the place of its newline.
        match self.len() {
            0 => 0,
            _ => self.bytes() - "[]".len() + "\n".len(),
        }
    }

    /// Writes a log behind the others.
    pub fn push(&mut self, line: Line<'_>) {
        self.add(|text| line.push_json(text));
    }

    fn add(&mut self, log: impl FnOnce(&mut String)) {
        self.small.take();
        self.room.text.pop();
        if !self.ends.is_empty() {
            self.room.text.push(',');
        }
        log(&mut self.room.text);
        self.ends.push(self.room.text.len());
        self.room.text.push(']');
    }

    /// Writes another one's logs behind its own.
    pub fn append(&mut self, other: &Self) {
        for number in 0..other.len() {
            self.add(|text| text.push_str(other.log(number)));
        }
    }

    /// Its logs in payloads of at most so many bytes, or of one log.
    #[must_use]
    pub fn in_parts(self, most: usize) -> Vec<Self> {
        if self.bytes() <= most {
            return vec![self];
        }
        let mut parts: Vec<Self> = Vec::new();
        for number in 0..self.len() {
            let log = self.log(number);
            let fits = |part: &&mut Self| part.fits(1, log.len() + "\n".len(), most);
            if let Some(part) = parts.last_mut().filter(fits) {
                part.add(|text| text.push_str(log));
                continue;
            }
            let mut part = Self::of_bytes(most.max(log.len()), self.room.rooms());
            part.add(|text| text.push_str(log));
            parts.push(part);
        }
        parts
    }

    /// All of it made small, which is done once.
    pub fn small(&self, presses: &Presses) -> io::Result<Bytes> {
        let small = || presses.pressed(&self.room.text);
        self.small.get_or_try_init(small).cloned()
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
        self.room
            .text
            .get(begin..end.unwrap_or(begin))
            .unwrap_or("")
    }

    /// How long [`Payload::array`] is.
    #[must_use]
    pub fn array_bytes(&self, range: Range<usize>) -> usize {
        self.logs(range).len() + "[]".len()
    }

    /// Some logs as an array of their own.
    #[must_use]
    pub fn array(&self, range: Range<usize>) -> Cow<'_, str> {
        if range == (0..self.len()) {
            return Cow::Borrowed(&self.room.text);
        }
        let logs = self.logs(range);
        let mut array = String::with_capacity(logs.len() + "[]".len());
        array.push('[');
        array.push_str(logs);
        array.push(']');
        Cow::Owned(array)
    }
}
