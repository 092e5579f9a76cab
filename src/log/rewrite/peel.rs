//! JSON inside a string, copied straight from its escaped text where that is written as most is.
//!
//! To unescape a string, to check what came out and to copy that takes three passes; most JSON in
//! strings holds next to no escapes but its quotes, and one pass will do. Whatever is odd, down to
//! what is not JSON, is left to the three.

use super::super::decimal::double_keeps;
use super::super::text;
use super::Pass;
use super::token::Origin;
use crate::json;

/// What is nested deeper is odd: one bit is kept for each level, and depth is told elsewhere.
const DEEPEST: usize = 63;

impl Pass<'_> {
    /// Writes the JSON that a string at `at` holds in its place and says where the string ends;
    /// nothing is written where that takes more than this.
    pub(super) fn peel(&mut self, origin: &mut Origin<'_>, at: usize) -> Option<usize> {
        self.copy(origin, at);
        let place = self.out.len();
        let mut peeling = Peeling {
            text: origin.text,
            copied: at + 1,
            doubles: self.rules.doubles,
            out: self.out,
            open: 0,
            depth: 0,
        };
        if let Some(quote) = peeling.value(at + 1) {
            origin.copied = quote + 1;
            return Some(quote + 1);
        }
        self.out.truncate(place);
        None
    }
}

/// A string that is being opened.
struct Peeling<'p, 't> {
    text: &'t str,
    copied: usize,
    doubles: bool,
    out: &'p mut String,
    /// The containers around a place, from the innermost on: a bit that is set for an object.
    open: u64,
    depth: usize,
}

impl Peeling<'_, '_> {
    /// Copies the container at `at`, behind which the string ends, and says where that is.
    fn value(&mut self, at: usize) -> Option<usize> {
        let mut at = at;
        loop {
            at = match self.byte(at) {
                b'\\' => self.string(at)?,
                bracket @ (b'{' | b'[') => {
                    let is_object = bracket == b'{';
                    self.enter(is_object)?;
                    at = self.space(at + 1);
                    let is_empty = self.byte(at) == bracket + 2;
                    if !is_empty && is_object {
                        at = self.key(at)?;
                    }
                    if !is_empty {
                        continue;
                    }
                    at
                }
                b'-' | b'0'..=b'9' => self.number(at)?,
                _ => json::literal(self.text, at).ok()?,
            };
            loop {
                at = self.space(at);
                let close = if self.open & 1 == 1 { b'}' } else { b']' };
                match self.byte(at) {
                    b',' => break,
                    byte if byte == close => {}
                    _ => return None,
                }
                at += 1;
                self.open >>= 1;
                self.depth -= 1;
                if self.depth == 0 {
                    self.copy(at);
                    return (self.byte(at) == b'"').then_some(at);
                }
            }
            at = self.space(at + 1);
            if self.open & 1 == 1 {
                at = self.key(at)?;
            }
        }
    }

    fn enter(&mut self, is_object: bool) -> Option<()> {
        self.open = self.open << 1 | u64::from(is_object);
        self.depth += 1;
        (self.depth <= DEEPEST).then_some(())
    }

    /// From a member's key to its value.
    #[inline]
    fn key(&mut self, at: usize) -> Option<usize> {
        let end = self.string(at)?;
        let colon = self.space(end);
        (self.byte(colon) == b':').then(|| self.space(colon + 1))
    }

    /// Past a string whose quotes are escaped, as is whatever is escaped in it.
    #[inline]
    fn string(&mut self, at: usize) -> Option<usize> {
        if self.bytes(at) != *b"\\\"" {
            return None;
        }
        self.bare(at);
        let mut at = json::stop(self.text, at + 2);
        loop {
            at = match self.bytes(at) {
                [b'\\', b'"'] => {
                    self.bare(at);
                    return Some(at + 2);
                }
                [b'\\', b'\\'] => {
                    self.bare(at);
                    self.escape(at + 1)?
                }
                _ => return None,
            };
            at = json::stop(self.text, at);
        }
    }

    /// Past an escape of the string inside, whose own backslash is at `at`.
    fn escape(&mut self, at: usize) -> Option<usize> {
        match self.bytes(at + 1) {
            [b'b' | b'f' | b'n' | b'r' | b't' | b'/', _] => Some(at + 2),
            [b'\\', b'"' | b'\\'] => {
                self.bare(at + 1);
                Some(at + 3)
            }
            [b'u', _] => {
                let end = json::escape(self.text, at).ok()?;
                let (meant, _) = text::escape(self.text.as_bytes().get(at..end)?);
                (meant != char::REPLACEMENT_CHARACTER).then_some(end)
            }
            _ => None,
        }
    }

    fn number(&mut self, at: usize) -> Option<usize> {
        let (end, scaled) = json::number(self.text, at).ok()?;
        let kept = !self.doubles || double_keeps(self.text.get(at..end)?, scaled);
        kept.then_some(end)
    }

    /// Past white space, which is not copied; only blanks are usual.
    #[inline]
    fn space(&mut self, at: usize) -> usize {
        if self.byte(at) != b' ' {
            return at;
        }
        self.copy(at);
        let mut end = at + 1;
        while self.byte(end) == b' ' {
            end += 1;
        }
        self.copied = end;
        end
    }

    /// Leaves a backslash out.
    #[inline]
    fn bare(&mut self, at: usize) {
        self.copy(at);
        self.copied = at + 1;
    }

    #[inline]
    fn copy(&mut self, end: usize) {
        let piece = self.text.get(self.copied..end);
        self.out.push_str(piece.unwrap_or_default());
        self.copied = end;
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        json::byte(self.text, at)
    }

    #[inline]
    fn bytes(&self, at: usize) -> [u8; 2] {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        rest.first_chunk().copied().unwrap_or_default()
    }
}
