//! Bodies made small.

use std::collections::HashMap;
use std::io::{self, Read};

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;
use parking_lot::Mutex;

/// What is smaller is compressed anew each time.
const WORTH_KEEPING: usize = 64 * 1024;

/// Pages written ahead, compressed once however often they are asked for.
#[derive(Debug, Default)]
pub(crate) struct Packings(Mutex<HashMap<Whole, Small>>);

/// A body's pieces: a shared one by where it is, the others by what they say.
type Whole = (usize, Vec<Bytes>);

/// What a body was made, and the piece whose address must not become another's.
type Small = (Bytes, Bytes);

impl Packings {
    /// The body compressed.
    pub(super) fn packed(&self, body: &[Bytes]) -> Bytes {
        let largest = body.iter().max_by_key(|piece| piece.len());
        let shared = largest.filter(|piece| piece.len() >= WORTH_KEEPING && !piece.is_unique());
        let Some(shared) = shared else {
            return packed(body.concat().as_slice());
        };
        let others = body
            .iter()
            .filter(|piece| piece.as_ptr() != shared.as_ptr());
        let whole = (shared.as_ptr() as usize, others.cloned().collect());
        if let Some((small, _)) = self.0.lock().get(&whole) {
            return small.clone();
        }
        let small = packed(body.concat().as_slice());
        self.0.lock().insert(whole, (small.clone(), shared.clone()));
        small
    }
}

/// A body compressed as fast as it goes.
pub(crate) fn packed(mut body: impl Read) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail; an empty body would be seen by every reader.
    let written = io::copy(&mut body, &mut encoder).and_then(|_| encoder.finish());
    Bytes::from(written.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn unpacked(small: &Bytes) -> String {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&small[..])
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn a_page_written_ahead_is_compressed_once_and_its_cursor_is_its_own() {
        let packings = Packings::default();
        let records = Bytes::from("record ".repeat(WORTH_KEEPING));
        let page = |cursor: &str| vec![records.clone(), Bytes::from(cursor.to_owned())];
        let first = packings.packed(&page("first"));
        assert_eq!(packings.packed(&page("first")).as_ptr(), first.as_ptr());
        assert!(unpacked(&first).ends_with("record first"));
        assert!(unpacked(&packings.packed(&page("second"))).ends_with("record second"));
    }

    #[test]
    fn a_body_of_its_own_is_not_kept() {
        let packings = Packings::default();
        let body = [Bytes::from("x".repeat(WORTH_KEEPING))];
        assert_eq!(unpacked(&packings.packed(&body)).len(), WORTH_KEEPING);
        assert!(packings.0.lock().is_empty());
    }
}
