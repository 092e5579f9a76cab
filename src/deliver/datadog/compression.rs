//! How a payload is made small.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::GzEncoder;
use parking_lot::Mutex;
use zstd::bulk::Compressor;

/// As the Agent's own pipeline has it: more costs much time and wins little.
const ZSTD_LEVEL: i32 = 1;

/// Logs repeat those shortly before: half the level's window finds as much (5.63 times smaller
/// instead of 5.65) in a twentieth less time, for it stays in the processor's nearer cache.
const ZSTD_WINDOW_LOG: u32 = 18;

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
    waiting: Mutex<Vec<Press>>,
}

/// One of them makes payloads before their turn, one those that did not wait for it.
const MOST_WAITING: usize = 2;

impl Presses {
    /// None yet: a press is made when the first text comes.
    #[must_use]
    pub fn new(compression: Compression) -> Self {
        Self {
            compression,
            waiting: Mutex::default(),
        }
    }

    /// The text made small.
    pub fn pressed(&self, text: &str) -> io::Result<Bytes> {
        let waiting = self.waiting.lock().pop();
        let mut press = match waiting {
            Some(press) => press,
            None => Press::new(self.compression)?,
        };
        let small = press.pressed(text.as_bytes())?;
        let mut waiting = self.waiting.lock();
        if waiting.len() < MOST_WAITING {
            waiting.push(press);
        }
        Ok(small)
    }
}

enum Press {
    Zstd {
        compressor: Compressor<'static>,
        room: Vec<u8>,
    },
    Gzip {
        room: Vec<u8>,
    },
    None,
}

impl Press {
    fn new(compression: Compression) -> io::Result<Self> {
        let room = Vec::new();
        Ok(match compression {
            Compression::Zstd => {
                let mut compressor = Compressor::new(ZSTD_LEVEL)?;
                compressor.window_log(ZSTD_WINDOW_LOG)?;
                Self::Zstd { compressor, room }
            }
            Compression::Gzip => Self::Gzip { room },
            Compression::None => Self::None,
        })
    }

    /// As a copy to the byte: the room is as large as the text might have become.
    fn pressed(&mut self, text: &[u8]) -> io::Result<Bytes> {
        Ok(match self {
            Self::Zstd { compressor, room } => {
                room.clear();
                room.reserve_exact(zstd::zstd_safe::compress_bound(text.len()));
                compressor.compress_to_buffer(text, room)?;
                Bytes::copy_from_slice(room)
            }
            Self::Gzip { room } => {
                room.clear();
                let mut encoder = GzEncoder::new(std::mem::take(room), flate2::Compression::fast());
                encoder.write_all(text)?;
                *room = encoder.finish()?;
                Bytes::copy_from_slice(room)
            }
            Self::None => Bytes::copy_from_slice(text),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn what_was_made_small_is_what_it_was() {
        let long = "[{\"message\":\"é\"},{\"message\":\"é\"}]".repeat(100);
        // One after the other on the same press: nothing of the one before is left.
        for text in [long.as_str(), "[{\"message\":\"a\"}]", "[]", &long] {
            let presses = |compression| {
                let presses = Presses::new(compression);
                presses.pressed(&long).unwrap();
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
