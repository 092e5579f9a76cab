//! JSON inside a string, copied straight from its escaped text where that is written as most is.
//!
//! To unescape a string, to check what came out and to copy that takes three passes; most JSON in
//! strings holds next to no escapes but its quotes, and one pass will do. Whatever is odd, down to
//! what is not JSON, is left to the three.

use super::super::decimal::double_keeps;
use super::super::text;
use super::Pass;
use super::token::Origin;
use crate::json::{self, WORD};

/// What is nested deeper is odd: one bit is kept for each level, and depth is told elsewhere.
const DEEPEST: usize = 63;

impl Pass<'_> {
    /// Writes the JSON that a string at `at` holds in its place and says where the string ends;
    /// nothing is written where that takes more than this.
    pub(super) fn peel(&mut self, origin: &mut Origin<'_>, at: usize) -> Option<usize> {
        let length = self.unescaped.len();
        let (rest, room) = peeled(origin.text, at + 1, self.rules.doubles, &mut self.unescaped)?;
        let quote = origin.text.len() - rest;
        let peeled = self.unescaped.get(..length - room)?;
        let peeled = simdutf8::basic::from_utf8(peeled).ok()?;
        self.out.push_str(origin.piece(origin.copied..at));
        self.out.push_str(peeled);
        origin.copied = quote + 1;
        Some(quote + 1)
    }
}

/// Puts together the JSON of the string that is open at `at`: how much of the text is left at its
/// quote, and how much of the room.
fn peeled(text: &str, at: usize, doubles: bool, room: &mut [u8]) -> Option<(usize, usize)> {
    let mut peeling = Peeling {
        text,
        rest: text.as_bytes().get(at..)?,
        doubles,
        room,
        open: 1,
    };
    peeling.value()?;
    Some((peeling.rest.len(), peeling.room.len()))
}

/// A string that is being opened.
struct Peeling<'p, 't> {
    text: &'t str,
    /// What of it is ahead.
    rest: &'t [u8],
    doubles: bool,
    /// Where its JSON is put together word by word, as far as it is free; it is as large as the
    /// three passes needed it. Pushed onto a text piece by piece, a string took half as much again.
    room: &'p mut [u8],
    /// The containers around a place, from the innermost on: a bit that is set for an object. Before
    /// them all stands one that is set.
    open: u64,
}

impl Peeling<'_, '_> {
    /// Copies a container, behind which the string ends.
    fn value(&mut self) -> Option<()> {
        let mut is_key = false;
        loop {
            match self.next() {
                b'\\' => {
                    self.string()?;
                    if is_key {
                        self.space();
                        self.pass(b':')?;
                        self.space();
                        is_key = false;
                        continue;
                    }
                }
                _ if is_key => return None,
                bracket @ (b'{' | b'[') => {
                    is_key = bracket == b'{';
                    self.enter(is_key)?;
                    self.pass(bracket)?;
                    self.space();
                    if self.next() != bracket + 2 {
                        continue;
                    }
                }
                b'-' | b'0'..=b'9' => self.number()?,
                _ => {
                    let at = self.at();
                    self.copy(json::literal(self.text, at).ok()? - at)?;
                }
            }
            loop {
                self.space();
                let close = if self.open & 1 == 1 { b'}' } else { b']' };
                let next = self.next();
                if next == b',' {
                    break;
                }
                if next != close {
                    return None;
                }
                self.pass(close)?;
                self.open >>= 1;
                if self.open == 1 {
                    return (self.next() == b'"').then_some(());
                }
            }
            self.pass(b',')?;
            self.space();
            is_key = self.open & 1 == 1;
        }
    }

    #[inline]
    fn enter(&mut self, is_object: bool) -> Option<()> {
        let is_full = self.open >> DEEPEST != 0;
        self.open = self.open << 1 | u64::from(is_object);
        (!is_full).then_some(())
    }

    /// Past a string whose quotes are escaped, as is whatever is escaped in it.
    #[inline]
    fn string(&mut self) -> Option<()> {
        let [b'\\', b'"', rest @ ..] = self.rest else {
            return None;
        };
        self.rest = rest;
        self.put(b'"')?;
        loop {
            self.plain()?;
            match self.rest {
                [b'\\', b'"', rest @ ..] => {
                    self.rest = rest;
                    return self.put(b'"');
                }
                [b'\\', b'\\', ..] => {
                    let (left_out, length) = escape(self.text, self.at() + 1)?;
                    self.put(b'\\')?;
                    self.rest = self.rest.get(left_out..)?;
                    self.copy(length)?;
                }
                _ => return None,
            }
        }
    }

    /// Past all bytes that stand for themselves in a string.
    #[inline]
    fn plain(&mut self) -> Option<()> {
        while let Some((word, rest)) = self.rest.split_first_chunk::<WORD>() {
            // A word is written whole; what was too much of it is written over.
            *self.room.first_chunk_mut()? = *word;
            if let Some(stop) = json::stop_in(*word) {
                return self.step(stop);
            }
            self.rest = rest;
            self.room = std::mem::take(&mut self.room).get_mut(WORD..)?;
        }
        let last = plain_bytes(self.rest, self.room);
        self.step(last)
    }

    #[inline]
    fn number(&mut self) -> Option<()> {
        let at = self.at();
        let (end, scaled) = json::number(self.text, at).ok()?;
        if self.doubles && !double_keeps(self.text.get(at..end)?, scaled) {
            return None;
        }
        self.copy(end - at)
    }

    /// Past white space, which is not copied; only blanks are usual.
    #[inline]
    fn space(&mut self) {
        while let [b' ', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// The next byte; at the end a zero, which no JSON holds.
    #[inline]
    fn next(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }

    /// Copies a byte, which has to be this one.
    #[inline]
    fn pass(&mut self, byte: u8) -> Option<()> {
        let (next, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.put(byte)?;
        (*next == byte).then_some(())
    }

    #[inline]
    fn put(&mut self, byte: u8) -> Option<()> {
        let (free, room) = std::mem::take(&mut self.room).split_first_mut()?;
        *free = byte;
        self.room = room;
        Some(())
    }

    /// Copies so many bytes.
    #[inline]
    fn copy(&mut self, length: usize) -> Option<()> {
        let written = self.rest.get(..length)?;
        self.room.get_mut(..length)?.copy_from_slice(written);
        self.step(length)
    }

    /// Past so many bytes that have been copied.
    #[inline]
    fn step(&mut self, length: usize) -> Option<()> {
        self.rest = self.rest.get(length..)?;
        self.room = std::mem::take(&mut self.room).get_mut(length..)?;
        Some(())
    }

    #[inline]
    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }
}

/// The same where no whole word is left.
#[cold]
fn plain_bytes(rest: &[u8], room: &mut [u8]) -> usize {
    let stop = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    let plain = rest.iter().position(stop).unwrap_or(rest.len());
    let pairs = room.iter_mut().zip(rest).take(plain);
    pairs.map(|(to, from)| *to = *from).count()
}

/// An escape of the string inside, whose own backslash is at `at`, behind another: how many bytes
/// go, and how many then follow the one backslash of what is meant.
fn escape(text: &str, at: usize) -> Option<(usize, usize)> {
    match (json::byte(text, at + 1), json::byte(text, at + 2)) {
        (b'b' | b'f' | b'n' | b'r' | b't' | b'/', _) => Some((2, 1)),
        (b'\\', b'"' | b'\\') => Some((3, 1)),
        (b'u', _) => {
            let end = json::escape(text, at).ok()?;
            let (meant, _) = text::escape(text.as_bytes().get(at..end)?);
            (meant != char::REPLACEMENT_CHARACTER).then_some((2, end - at - 1))
        }
        _ => None,
    }
}
