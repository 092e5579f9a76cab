//! Where the room of payloads that were delivered waits for the next ones.

use std::sync::Arc;

use parking_lot::Mutex;

/// Payloads of one stream are about as large as each other: room comes in steps of this size.
const STEP: usize = 256 * 1024;

/// Smaller ones are left to the allocator, which is good at them: a thousand streams keep no room.
const LEAST: usize = 64 * 1024;

/// As many wait as can be on their way and in turn at once.
const MOST_WAITING: usize = 4;

/// Hands room out and takes it back.
///
/// What is asked of the system on one thread and let go on another, megabyte after megabyte, stays
/// with whichever of the allocator's heaps it came from: memory grew with the length of a walk.
#[derive(Debug, Clone, Default)]
pub(super) struct Rooms(Arc<Mutex<Vec<String>>>);

/// A text in such a room.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) text: String,
    rooms: Rooms,
}

impl Rooms {
    /// Room for a text of so many bytes.
    pub(super) fn room(&self, bytes: usize) -> Room {
        let text = if bytes < LEAST {
            String::with_capacity(bytes)
        } else {
            let mut text = self.0.lock().pop().unwrap_or_default();
            text.reserve_exact(bytes.next_multiple_of(STEP));
            text
        };
        Room {
            text,
            rooms: self.clone(),
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.text.capacity() < STEP {
            return;
        }
        self.text.clear();
        let mut waiting = self.rooms.0.lock();
        if waiting.len() < MOST_WAITING {
            waiting.push(std::mem::take(&mut self.text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_room_is_used_again_and_a_small_one_is_not() {
        let rooms = Rooms::default();
        let mut large = rooms.room(2 * STEP);
        large.text.push_str("a page");
        let place = large.text.as_ptr();
        drop(rooms.room(LEAST - 1));
        drop(large);
        let again = rooms.room(STEP);
        assert_eq!((again.text.as_ptr(), again.text.as_str()), (place, ""));
        assert!(rooms.0.lock().is_empty());
    }

    #[test]
    fn no_more_rooms_wait_than_are_used_at_once() {
        let rooms = Rooms::default();
        let used: Vec<Room> = (0..MOST_WAITING + 3).map(|_| rooms.room(STEP)).collect();
        drop(used);
        assert_eq!(rooms.0.lock().len(), MOST_WAITING);
    }
}
