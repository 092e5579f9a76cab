//! Keys, told apart by a few words of 8 bytes.

/// A member to expect, whether or not it is of interest.
#[derive(Debug, Clone)]
pub(in crate::log) struct Usual {
    ends: Ends,
    /// Its key in quotes and the colon behind it.
    written: Box<str>,
    pub(super) member: Option<usize>,
}

impl Usual {
    pub(super) fn new(written: &str, member: Option<usize>) -> Self {
        Self {
            ends: Ends::of(written.as_bytes()),
            written: written.into(),
            member,
        }
    }

    /// How much of a text it takes with its colon, if that begins with it.
    #[inline]
    pub(in crate::log) fn length_in(&self, text: &[u8]) -> Option<usize> {
        let begin = text.get(..self.ends.length)?;
        let is_it = Ends::of(begin) == self.ends
            && (begin.len() <= ENDS || begin == self.written.as_bytes());
        is_it.then_some(begin.len())
    }
}

/// How a key begins and ends, and how long it is: all of it, unless it has more bytes than both.
// Compared with what is so at hand, most keys take no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    length: usize,
    first: u64,
    last: u64,
}

/// A key of so many bytes is known by its ends.
pub(super) const ENDS: usize = 16;

impl Ends {
    #[inline]
    pub(super) fn of(key: &[u8]) -> Self {
        let words = (key.first_chunk(), key.last_chunk());
        let halves = (key.first_chunk(), key.last_chunk());
        let (first, last) = if let (Some(first), Some(last)) = words {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = halves {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            (first.into(), last.into())
        } else {
            let byte = |at: usize| key.get(at).copied().unwrap_or(0);
            let bytes = [byte(0), byte(1), byte(2), 0];
            (u32::from_le_bytes(bytes).into(), 0)
        };
        Self {
            length: key.len(),
            first,
            last,
        }
    }

    /// Spreads the keys of one object well enough.
    #[inline]
    pub(super) fn hash(self) -> usize {
        let mixed = (self.first ^ self.last.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let [.., a, b, c, d] = mixed.to_le_bytes();
        u32::from_le_bytes([a, b, c, d]) as usize ^ self.length
    }
}
