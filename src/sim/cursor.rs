//! Opaque cursors: base64 of where the last page ended, and of nothing that was asked for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::ledger::Place;
use crate::time::Time;

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    #[serde(rename = "t")]
    time: Time,
    #[serde(rename = "n")]
    number: u64,
    /// Cursors of an older generation have expired.
    #[serde(rename = "g")]
    pub(crate) generation: u64,
    /// Tells two cursors to one place apart.
    #[serde(rename = "s")]
    serial: u64,
}

impl Cursor {
    pub(crate) fn at(place: Place, generation: u64) -> Self {
        Self {
            time: place.time,
            number: place.number,
            generation,
            serial: 0,
        }
    }

    pub(crate) fn place(self) -> Place {
        Place {
            time: self.time,
            number: self.number,
        }
    }

    /// Another cursor to the same place.
    pub(crate) fn renamed(self) -> Self {
        Self {
            serial: self.serial + 1,
            ..self
        }
    }

    /// As it is sent; always with the `==` that has to be percent-encoded in a query.
    pub(crate) fn text(self) -> String {
        let mut inside = format!(
            "{{\"t\":{},\"n\":{},\"g\":{},\"s\":{}}}",
            self.time.0, self.number, self.generation, self.serial
        );
        while inside.len() % 3 != 1 {
            inside.push(' ');
        }
        STANDARD.encode(inside)
    }

    /// As it was sent; `None` for anything that no vendor handed out.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_as_it_was_and_ends_as_base64_may() {
        for number in [0, 7, 12_345, u64::MAX] {
            let place = Place {
                time: Time(1_763_631_000_123),
                number,
            };
            let cursor = Cursor::at(place, 3).renamed();
            assert!(cursor.text().ends_with("=="));
            assert_eq!(Cursor::parse(&cursor.text()), Some(cursor));
            assert_eq!(cursor.place(), place);
        }
    }

    #[test]
    fn what_no_vendor_handed_out_is_no_cursor() {
        assert_eq!(Cursor::parse("not base64"), None);
        assert_eq!(Cursor::parse("e30="), None);
    }
}
