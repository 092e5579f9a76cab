//! How a payload is made small.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::GzEncoder;
use parking_lot::Mutex;
use zstd::bulk::Compressor;
use zstd::zstd_safe::{CParameter, ParamSwitch};

use super::room::{Rooms, Small};

/// As the Agent's own pipeline has it: more costs much time and wins little.
const ZSTD_LEVEL: i32 = 1;

/// Logs repeat those shortly before: half the level's window finds as much in a twentieth less time,
/// for it stays in the processor's nearer cache.
const ZSTD_WINDOW_LOG: u32 = 18;

/// What logs repeat is long. Whoever looks at two places of three finds it too, a sixteenth faster,
/// and with twice the level's table misses none of it: a payload becomes 5.63 times smaller either way.
const ZSTD_STRIDE: u32 = 2;
const ZSTD_HASH_LOG: u32 = 15;

/// Logs become smaller than this part of what they were; a room grows where they do not.
const GZIP_MAKES_SMALLER: usize = 3;

/// How a payload is made small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Small and fast; what the Agent sends.
    #[default]
    Zstd,
    /// For proxies that know nothing newer.
    Gzip,
    /// As it is.
    None,
}

impl Compression {
    /// What `Content-Encoding` says of it.
    #[must_use]
    pub fn encoding(self) -> Option<&'static str> {
        match self {
            Self::Zstd => Some("zstd"),
            Self::Gzip => Some("gzip"),
            Self::None => None,
        }
    }
}

/// What makes payloads small: its tables and its room are used again, payload after payload.
pub struct Presses {
    compression: Compression,
    waiting: Mutex<Vec<Compressor<'static>>>,
    rooms: Rooms,
}

/// One of them makes payloads before their turn, one those that did not wait for it.
const MOST_WAITING: usize = 2;

/// For smaller texts a press is made anew: a thousand streams with a few logs keep none.
const LEAST: usize = 64 * 1024;

impl Presses {
    /// None yet: a press is made when the first text comes.
    #[must_use]
    pub fn new(compression: Compression) -> Self {
        Self {
            compression,
            waiting: Mutex::default(),
            rooms: Rooms::default(),
        }
    }

    /// The text made small.
    pub fn pressed(&self, text: &str) -> io::Result<Bytes> {
        let text = text.as_bytes();
        let small = match self.compression {
            Compression::Zstd => self.zstd(text)?,
            Compression::Gzip => self.gzip(text)?,
            Compression::None => {
                let mut copy = Small::of_bytes(text.len(), &self.rooms);
                copy.bytes.extend_from_slice(text);
                copy
            }
        };
        Ok(small.shared())
    }

    fn zstd(&self, text: &[u8]) -> io::Result<Small> {
        let waiting = self.waiting.lock().pop();
        let mut press = waiting.map_or_else(new_press, Ok)?;
        let most = zstd::zstd_safe::compress_bound(text.len());
        let mut small = Small::of_bytes(most, &self.rooms);
        press.compress_to_buffer(text, &mut small.bytes)?;
        let mut waiting = self.waiting.lock();
        if text.len() >= LEAST && waiting.len() < MOST_WAITING {
            waiting.push(press);
        }
        Ok(small)
    }

    fn gzip(&self, text: &[u8]) -> io::Result<Small> {
        let mut small = Small::of_bytes(text.len() / GZIP_MAKES_SMALLER, &self.rooms);
        let room = std::mem::take(&mut small.bytes);
        let mut encoder = GzEncoder::new(room, flate2::Compression::fast());
        encoder.write_all(text)?;
        small.bytes = encoder.finish()?;
        Ok(small)
    }
}

fn new_press() -> io::Result<Compressor<'static>> {
    let mut press = Compressor::new(ZSTD_LEVEL)?;
    press.window_log(ZSTD_WINDOW_LOG)?;
    press.set_parameter(CParameter::HashLog(ZSTD_HASH_LOG))?;
    press.set_parameter(CParameter::TargetLength(ZSTD_STRIDE))?;
    // A stride alone would switch this off.
    press.set_parameter(CParameter::LiteralCompressionMode(ParamSwitch::Enable))?;
    Ok(press)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn what_was_made_small_is_what_it_was() {
        let long = "[{\"message\":\"é\"},{\"message\":\"é\"}]".repeat(3_000);
        assert!(long.len() >= LEAST);
        // One after the other on the same press: nothing of the one before is left.
        for text in [long.as_str(), "[{\"message\":\"a\"}]", "[]", &long] {
            let presses = |compression| {
                let presses = Presses::new(compression);
                presses.pressed(&long).unwrap();
                let kept = usize::from(compression == Compression::Zstd);
                assert_eq!(presses.waiting.lock().len(), kept);
                presses.pressed(text).unwrap()
            };
            let small = presses(Compression::Zstd);
            assert!(small.len() < text.len() / 10 + 50);
            assert_eq!(zstd::decode_all(&small[..]).unwrap(), text.as_bytes());
            let small = presses(Compression::Gzip);
            let mut back = String::new();
            flate2::read::GzDecoder::new(&small[..])
                .read_to_string(&mut back)
                .unwrap();
            assert_eq!(back, text);
            assert_eq!(presses(Compression::None), text);
        }
    }
}
