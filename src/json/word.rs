//! Many bytes at a time: where a string's plain bytes end, and where digits do.

/// How many bytes are looked at together.
pub(crate) const WORD: usize = 8;

const ONES: u64 = u64::MAX / 255;
const HIGHEST: u64 = ONES << 7;

/// How many bytes a word begins with that stand for themselves in a string: all before the first
/// quote, backslash or control character.
#[inline]
pub(crate) fn plain(word: [u8; WORD]) -> usize {
    first_byte(stops(u64::from_le_bytes(word)))
}

/// The first byte of a word that does not stand for itself in a string.
#[inline]
pub(crate) fn stop_in(word: [u8; WORD]) -> Option<usize> {
    let found = stops(u64::from_le_bytes(word));
    (found != 0).then(|| first_byte(found))
}

/// Not zero if a word holds what does not stand for itself in a string: a quote, a backslash or a
/// control character; its lowest bit is in the first of them.
#[inline]
fn stops(word: u64) -> u64 {
    // A quote with its second bit changed stands just above the control characters, and so both
    // take one subtraction. A borrow reaches only bytes behind one that stops.
    let quotes_and_controls = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let backslashes = (word ^ (ONES * 0x5c)).wrapping_sub(ONES);
    (quotes_and_controls | backslashes) & !word & HIGHEST
}

/// Which byte of a word the lowest bit is in; behind all of them if there is none.
#[inline]
fn first_byte(found: u64) -> usize {
    found.trailing_zeros() as usize / 8
}

/// The first byte from `at` on that does not stand for itself in a string; the end if all do.
#[inline]
pub(super) fn stop(bytes: &[u8], at: usize) -> usize {
    first(bytes, at, stops, |byte| {
        matches!(byte, b'"' | b'\\' | 0..=0x1f)
    })
}

/// Whether nothing of a text has to be escaped where it is a string.
pub(crate) fn is_plain(text: &str) -> bool {
    stop(text.as_bytes(), 0) == text.len()
}

/// The first byte from `at` on that is no digit; the end if all are.
#[inline]
pub(super) fn past_digits(bytes: &[u8], at: usize) -> usize {
    first(bytes, at, no_digits, |byte| !byte.is_ascii_digit())
}

/// Not zero if a word holds what is no digit; its lowest bit is in the first of them.
#[inline]
fn no_digits(word: u64) -> u64 {
    // Digits become 0 to 9, of which 118 more are less than 128; a carry reaches only bytes
    // behind one that is no digit.
    let digits = word ^ (ONES * 0x30);
    (digits.wrapping_add(ONES * 0x76) | digits) & HIGHEST
}

#[inline]
fn first(
    bytes: &[u8],
    at: usize,
    in_word: impl Fn(u64) -> u64,
    is_it: impl Fn(u8) -> bool,
) -> usize {
    let Some(rest) = bytes.get(at..) else {
        return at;
    };
    let (words, last) = rest.as_chunks::<WORD>();
    let mut at = at;
    for word in words {
        let found = in_word(u64::from_le_bytes(*word));
        if found != 0 {
            return at + first_byte(found);
        }
        at += WORD;
    }
    at + in_bytes(last, is_it)
}

/// The same where no whole word is left.
#[cold]
#[inline(never)]
fn in_bytes(bytes: &[u8], is_it: impl Fn(u8) -> bool) -> usize {
    let found = bytes.iter().position(|byte| is_it(*byte));
    found.unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Byte by byte.
    fn slowly(bytes: &[u8]) -> usize {
        let stop = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        bytes.iter().position(stop).unwrap_or(bytes.len())
    }

    #[test]
    fn every_byte_at_every_place_of_a_word_is_told() {
        for filling in [b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
            for place in 0..WORD {
                for byte in 0..=0xff {
                    let mut word = [filling; WORD];
                    word[place] = byte;
                    assert_eq!(plain(word), slowly(&word), "{word:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_stop_is_found_wherever_it_is(bytes: Vec<u8>, odd in "[\"\\\\\u{1}a-zé]{0,40}") {
            for bytes in [&bytes, odd.as_bytes()] {
                for at in 0..=bytes.len() {
                    prop_assert_eq!(stop(bytes, at), at + slowly(&bytes[at..]));
                }
            }
            prop_assert_eq!(is_plain(&odd), slowly(odd.as_bytes()) == odd.len());
        }
    }
}
