//! Pages written as what is sent, on the thread that walks: whoever sends has other things to do.

use super::PAYLOAD_BYTES;
use super::payload::Payload;
use super::room::Rooms;
use crate::log::{Line, Part};

/// Writes the logs of pages into payloads.
#[derive(Debug, Default)]
pub struct Writer {
    rooms: Rooms,
}

impl Writer {
    /// A page in as many payloads as it takes; none where it has no log.
    #[must_use]
    pub fn payloads(&self, page: &Part) -> Vec<Payload> {
        let mut left: usize = page.lines().map(Line::bytes).sum();
        let mut payloads: Vec<Payload> = Vec::new();
        for line in page.lines() {
            let fits = |payload: &Payload| payload.fits(1, line.bytes(), PAYLOAD_BYTES);
            if !payloads.last().is_some_and(fits) {
                let room = left.min(PAYLOAD_BYTES);
                payloads.push(Payload::of_bytes(room, &self.rooms));
            }
            if let Some(payload) = payloads.last_mut() {
                payload.push(line);
            }
            left = left.saturating_sub(line.bytes());
        }
        payloads
    }
}
