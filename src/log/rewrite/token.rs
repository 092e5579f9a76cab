//! The tokens of a text that is being copied: each is passed over or written anew.

use std::ops::Range;

use memchr::memchr;

use super::super::decimal::double_keeps;
use super::super::text;
use super::Pass;
use crate::json::{self, Broken, Tokens};

/// A text that is being copied.
pub(super) struct Origin<'t> {
    pub(super) text: &'t str,
    pub(super) copied: usize,
    /// It stood inside a string.
    pub(super) opened: bool,
}

impl<'t> Origin<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self {
            text,
            copied: at,
            opened: false,
        }
    }

    /// The text of a string that is opened.
    pub(super) fn opened(text: &'t str) -> Self {
        Self {
            text,
            copied: 0,
            opened: true,
        }
    }

    /// The byte at a place; beyond the end a zero, which no JSON holds.
    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        json::byte(self.text, at)
    }

    /// Broken unless this byte is at this place.
    #[inline]
    pub(super) fn expect(&self, at: usize, byte: u8) -> Result<(), Broken> {
        if self.byte(at) == byte {
            Ok(())
        } else {
            Err(Broken { at })
        }
    }

    #[inline]
    pub(super) fn piece(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    /// All that is ahead of a place.
    #[inline]
    pub(super) fn bytes_from(&self, at: usize) -> &'t [u8] {
        self.text.as_bytes().get(at..).unwrap_or_default()
    }

    /// A piece of which nobody has to know that it is a text.
    #[inline]
    pub(super) fn bytes(&self, range: Range<usize>) -> &'t [u8] {
        self.text.as_bytes().get(range).unwrap_or_default()
    }
}

/// What is done to the tokens of a value inside which nothing is of interest.
struct Copying<'c, 'p, 'r, 't> {
    pass: &'c mut Pass<'r>,
    origin: &'p mut Origin<'t>,
}

impl Tokens for Copying<'_, '_, '_, '_> {
    #[inline]
    fn space(&mut self, range: Range<usize>) {
        self.pass.copy(self.origin, range.start);
        self.origin.copied = range.end;
    }

    #[inline]
    fn escaped(&mut self, range: Range<usize>) {
        self.pass.mend(self.origin, range);
    }

    #[inline]
    fn number(&mut self, range: Range<usize>, scaled: bool) {
        self.pass.number(self.origin, range, scaled);
    }

    #[inline]
    fn level(&mut self, depth: usize) {
        self.pass.deepest = self.pass.deepest.max(depth);
    }
}

impl Pass<'_> {
    /// A value inside which nothing is of interest, however deep.
    #[inline]
    pub(super) fn plain(&mut self, origin: &mut Origin<'_>, at: usize) -> Result<usize, Broken> {
        match origin.byte(at) {
            b'"' => Ok(self.string(origin, at)?.0),
            b'{' | b'[' => self.container(origin, at),
            b'-' | b'0'..=b'9' => {
                let (end, scaled) = json::number(origin.text, at)?;
                self.number(origin, at..end, scaled);
                Ok(end)
            }
            _ => json::literal(origin.text, at),
        }
    }

    fn container(&mut self, origin: &mut Origin<'_>, at: usize) -> Result<usize, Broken> {
        let text = origin.text;
        json::value(text, at, &mut Copying { pass: self, origin })
    }

    /// A string: where it ends, and whether anything in it is escaped.
    #[inline]
    pub(super) fn string(
        &mut self,
        origin: &mut Origin<'_>,
        at: usize,
    ) -> Result<(usize, bool), Broken> {
        origin.expect(at, b'"')?;
        let (end, escaped) = json::string(origin.text, at)?;
        if escaped {
            self.mend(origin, at..end);
        }
        Ok((end, escaped))
    }

    /// Writes halves of surrogate pairs anew: no encoder on the way takes them.
    fn mend(&mut self, origin: &mut Origin<'_>, string: Range<usize>) {
        let bytes = origin.text.as_bytes();
        let mut at = string.start;
        while let Some(found) = memchr(b'\\', bytes.get(at..string.end).unwrap_or_default()) {
            at += found;
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

    #[inline]
    fn number(&mut self, origin: &mut Origin<'_>, range: Range<usize>, scaled: bool) {
        if !self.rules.doubles {
            return;
        }
        let number = origin.piece(range.clone());
        if !double_keeps(number, scaled) {
            let place = self.place(origin, range.start);
            self.replace(origin, place, range.end, &format!("\"{number}\""));
        }
    }

    /// Past white space, which is not copied.
    #[inline]
    pub(super) fn space(&mut self, origin: &mut Origin<'_>, at: usize) -> usize {
        if !json::is_space(origin.byte(at)) {
            return at;
        }
        self.copy(origin, at);
        origin.copied = json::space(origin.text, at);
        origin.copied
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
