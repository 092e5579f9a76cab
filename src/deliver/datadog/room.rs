//! Where the room of payloads that were delivered waits for the next ones.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

/// Payloads of one stream are about as large as each other: room comes in steps of this size.
const STEP: usize = 256 * 1024;

/// Smaller ones are left to the allocator, which is good at them: a thousand streams keep no room.
const LEAST: usize = 64 * 1024;

/// As many wait as can be on their way and in turn at once.
const MOST_WAITING: usize = 5;

/// Hands room out and takes it back.
///
/// What is asked of the system on one thread and let go on another, megabyte after megabyte, stays
/// with whichever of the allocator's heaps it came from: memory grew with the length of a walk.
#[derive(Debug, Clone, Default)]
pub(super) struct Rooms(Arc<Mutex<Vec<Vec<u8>>>>);

impl Rooms {
    /// Room for so many bytes, with nothing in it.
    fn room(&self, bytes: usize) -> Vec<u8> {
        if bytes < LEAST {
            return Vec::with_capacity(bytes);
        }
        let mut room = self.0.lock().pop().unwrap_or_default();
        room.reserve_exact(bytes.next_multiple_of(STEP));
        room
    }

    fn give_back(&self, mut room: Vec<u8>) {
        if room.capacity() < STEP {
            return;
        }
        room.clear();
        let mut waiting = self.0.lock();
        if waiting.len() < MOST_WAITING {
            waiting.push(room);
        }
    }
}

/// A text in such a room.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) text: String,
    rooms: Rooms,
}

impl Text {
    /// None yet, with room for so many bytes.
    pub(super) fn of_bytes(bytes: usize, rooms: &Rooms) -> Self {
        Self {
            text: String::from_utf8(rooms.room(bytes)).unwrap_or_default(),
            rooms: rooms.clone(),
        }
    }

    /// Where the room came from.
    pub(super) fn rooms(&self) -> &Rooms {
        &self.rooms
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        let text = std::mem::take(&mut self.text);
        self.rooms.give_back(text.into_bytes());
    }
}

/// A text made small, in such a room.
#[derive(Debug)]
pub(super) struct Small {
    pub(super) bytes: Vec<u8>,
    rooms: Rooms,
}

impl Small {
    /// Nothing yet, with room for so many bytes.
    pub(super) fn of_bytes(bytes: usize, rooms: &Rooms) -> Self {
        Self {
            bytes: rooms.room(bytes),
            rooms: rooms.clone(),
        }
    }

    /// To be sent, as often as it takes.
    pub(super) fn shared(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Small {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        self.rooms.give_back(std::mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_room_is_used_again_and_a_small_one_is_not() {
        let rooms = Rooms::default();
        let mut large = Text::of_bytes(2 * STEP, &rooms);
        large.text.push_str("a page");
        let place = large.text.as_ptr();
        drop(Text::of_bytes(LEAST - 1, &rooms));
        drop(large);
        let again = Text::of_bytes(STEP, &rooms);
        assert_eq!((again.text.as_ptr(), again.text.as_str()), (place, ""));
        assert!(rooms.0.lock().is_empty());
    }

    #[test]
    fn what_is_shared_gives_its_room_back_when_nobody_has_it_any_more() {
        let rooms = Rooms::default();
        let mut small = Small::of_bytes(STEP, &rooms);
        small.bytes.extend_from_slice(b"small");
        let shared = small.shared();
        let again = shared.clone();
        drop(shared);
        assert!(rooms.0.lock().is_empty());
        assert_eq!(again, &b"small"[..]);
        drop(again);
        assert_eq!(rooms.0.lock().len(), 1);
    }

    #[test]
    fn no_more_rooms_wait_than_are_used_at_once() {
        let rooms = Rooms::default();
        let used = (0..MOST_WAITING + 3).map(|_| Text::of_bytes(STEP, &rooms));
        drop(used.collect::<Vec<_>>());
        assert_eq!(rooms.0.lock().len(), MOST_WAITING);
    }
}
