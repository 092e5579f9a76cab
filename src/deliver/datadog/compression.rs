//! How a payload is made small.

use std::io::{self, Write};

use flate2::write::GzEncoder;

/// As the Agent's own pipeline has it: more costs much time and wins little.
const ZSTD_LEVEL: i32 = 1;

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

    /// The text made small.
    pub fn packed(self, text: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Zstd => zstd::bulk::compress(text.as_bytes(), ZSTD_LEVEL),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(text.as_bytes())?;
                encoder.finish()
            }
            Self::None => Ok(text.as_bytes().to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn what_was_made_small_is_what_it_was() {
        let text = "[{\"message\":\"é\"},{\"message\":\"é\"}]".repeat(100);
        let small = Compression::Zstd.packed(&text).unwrap();
        assert!(small.len() < text.len() / 10);
        assert_eq!(zstd::decode_all(&small[..]).unwrap(), text.as_bytes());
        let small = Compression::Gzip.packed(&text).unwrap();
        let mut back = String::new();
        flate2::read::GzDecoder::new(&small[..])
            .read_to_string(&mut back)
            .unwrap();
        assert_eq!(back, text);
        assert_eq!(Compression::None.packed(&text).unwrap(), text.as_bytes());
    }
}
