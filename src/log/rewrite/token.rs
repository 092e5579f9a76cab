//! The tokens of a text that is being copied: each is passed over or written anew.

use std::ops::Range;

use super::super::decimal::double_keeps;
use super::super::text;
use super::Pass;

/// A number no longer than this, and without an exponent, is kept by a double for certain.
const CERTAIN_BYTES: usize = 15;

/// A text that is being copied.
pub(super) struct Origin<'t> {
    pub(super) text: &'t str,
    pub(super) copied: usize,
}

impl<'t> Origin<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, copied: 0 }
    }

    /// The byte at a place; beyond the end a zero, which no JSON holds.
    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn piece(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }
}

impl Pass<'_, '_> {
    /// A value inside which nothing is of interest, however deep.
    pub(super) fn plain(&mut self, origin: &mut Origin<'_>, at: usize) -> usize {
        let mut at = at;
        let mut depth = 0_usize;
        loop {
            match origin.byte(at) {
                b'"' => at = self.string(origin, at).0,
                b'{' | b'[' => {
                    depth += 1;
                    self.deepest = self.deepest.max(depth);
                    at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    at += 1;
                }
                b',' | b':' if depth > 0 => {
                    at += 1;
                    continue;
                }
                b' ' | b'\n' | b'\r' | b'\t' => {
                    at = self.space(origin, at);
                    continue;
                }
                b'-' | b'0'..=b'9' => at = self.number(origin, at),
                b't' | b'n' => at += "true".len(),
                b'f' => at += "false".len(),
                _ => return at.min(origin.text.len()),
            }
            if depth == 0 {
                return at;
            }
        }
    }

    /// A string: where it ends, and whether anything in it is escaped.
    pub(super) fn string(&mut self, origin: &mut Origin<'_>, at: usize) -> (usize, bool) {
        let bytes = origin.text.as_bytes();
        let mut at = at + 1;
        let mut escaped = false;
        loop {
            at = text::special(bytes, at);
            if origin.byte(at) != b'\\' {
                return ((at + 1).min(bytes.len()), escaped);
            }
            escaped = true;
            if origin.byte(at + 1) != b'u' {
                at += 2;
                continue;
            }
            let (meant, length) = text::escape(&bytes[at..]);
            let is_itself =
                length == 6 && origin.piece(at + 2..at + 6).eq_ignore_ascii_case("fffd");
            if meant == char::REPLACEMENT_CHARACTER && !is_itself {
                self.copy(origin, at);
                self.out.push_str("\\ufffd");
                origin.copied = at + length;
            }
            at += length;
        }
    }

    pub(super) fn number(&mut self, origin: &mut Origin<'_>, at: usize) -> usize {
        let mut end = at + 1;
        let mut scaled = false;
        loop {
            match origin.byte(end) {
                b'0'..=b'9' | b'.' | b'+' | b'-' => {}
                b'e' | b'E' => scaled = true,
                _ => break,
            }
            end += 1;
        }
        let certain = end - at <= CERTAIN_BYTES && !scaled;
        if self.rules.doubles && !certain {
            let number = origin.piece(at..end);
            if !double_keeps(number) {
                let place = self.place(origin, at);
                self.replace(origin, place, end, &format!("\"{number}\""));
            }
        }
        end
    }

    /// Past white space, which is not copied.
    #[inline]
    pub(super) fn space(&mut self, origin: &mut Origin<'_>, at: usize) -> usize {
        if !matches!(origin.byte(at), b' ' | b'\n' | b'\r' | b'\t') {
            return at;
        }
        self.copy(origin, at);
        let mut end = at + 1;
        while matches!(origin.byte(end), b' ' | b'\n' | b'\r' | b'\t') {
            end += 1;
        }
        origin.copied = end;
        end
    }

    /// Writes something else over all that came since `place`.
    pub(super) fn replace(
        &mut self,
        origin: &mut Origin<'_>,
        place: usize,
        end: usize,
        with: &str,
    ) {
        self.copy(origin, end);
        self.out.truncate(place);
        self.out.push_str(with);
    }

    pub(super) fn copy(&mut self, origin: &mut Origin<'_>, end: usize) {
        self.out.push_str(origin.piece(origin.copied..end));
        origin.copied = end;
    }

    /// Where in the output the byte at `at` will stand.
    #[inline]
    pub(super) fn place(&self, origin: &Origin<'_>, at: usize) -> usize {
        self.out.len() + at.saturating_sub(origin.copied)
    }
}
