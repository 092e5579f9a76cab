//! Eight bytes at a time: where a string's plain bytes end, and where digits do.

/// How many bytes are looked at together.
pub(crate) const WORD: usize = 8;

const ONES: u64 = u64::MAX / 255;
const HIGHEST: u64 = ONES << 7;

/// Not zero if a word holds what does not stand for itself in a string: a quote, a backslash or a
/// control character; its lowest bit is in the first of them.
#[inline]
pub(crate) fn stops(word: u64) -> u64 {
    // A quote with its second bit changed stands just above the control characters, and so both
    // take one subtraction. A borrow reaches only bytes behind one that stops.
    let quotes_and_controls = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let backslashes = (word ^ (ONES * 0x5c)).wrapping_sub(ONES);
    (quotes_and_controls | backslashes) & !word & HIGHEST
}

/// Which byte of a word the lowest bit is in.
#[inline]
pub(crate) fn first_byte(found: u64) -> usize {
    found.trailing_zeros() as usize / 8
}

/// The first byte from `at` on that does not stand for itself in a string; the end if all do.
#[inline]
pub(super) fn stop(bytes: &[u8], at: usize) -> usize {
    first(bytes, at, stops, |byte| {
        matches!(byte, b'"' | b'\\' | 0..=0x1f)
    })
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
    let mut at = at;
    let (words, rest) = bytes.get(at..).unwrap_or_default().as_chunks::<WORD>();
    for word in words {
        let found = in_word(u64::from_le_bytes(*word));
        if found != 0 {
            return at + first_byte(found);
        }
        at += WORD;
    }
    let behind = rest.iter().position(|byte| is_it(*byte));
    at + behind.unwrap_or(rest.len())
}
