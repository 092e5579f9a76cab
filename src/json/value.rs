//! Values of any kind and depth.

use std::ops::Range;

use super::{Broken, byte, is_space, literal, number, space, string};

/// What is told of a value's inside while it is read; each is told of in the text's order.
pub trait Tokens {
    /// White space between tokens.
    #[inline]
    fn space(&mut self, _range: Range<usize>) {}
    /// A string with escapes in it, quotes included.
    #[inline]
    fn escaped(&mut self, _range: Range<usize>) {}
    /// A number, and whether it has an exponent.
    #[inline]
    fn number(&mut self, _range: Range<usize>, _scaled: bool) {}
    /// A container begins, which is so many levels deep; the value itself is the first.
    #[inline]
    fn level(&mut self, _depth: usize) {}
}

/// Nothing needs to be told.
impl Tokens for () {}

/// Past a value that begins at `at`.
#[inline]
pub fn skip(text: &str, at: usize) -> Result<usize, Broken> {
    value(text, at, &mut ())
}

/// Past a value that begins at `at`, with its tokens told; depth takes no stack.
pub fn value(text: &str, at: usize, tokens: &mut impl Tokens) -> Result<usize, Broken> {
    let mut at = at;
    let mut nest = Nest::default();
    let mut is_key = false;
    loop {
        if is_key {
            at = key(text, at, tokens)?;
            is_key = false;
        }
        at = match byte(text, at) {
            b'"' => told(text, at, tokens)?,
            b'{' => {
                nest.open(Kind::Object);
                tokens.level(nest.depth);
                let inside = gap(text, at + 1, tokens);
                if byte(text, inside) != b'}' {
                    at = inside;
                    is_key = true;
                    continue;
                }
                nest.close();
                inside + 1
            }
            b'[' => {
                nest.open(Kind::List);
                tokens.level(nest.depth);
                let inside = gap(text, at + 1, tokens);
                if byte(text, inside) != b']' {
                    at = inside;
                    continue;
                }
                nest.close();
                inside + 1
            }
            b'-' | b'0'..=b'9' => {
                let (end, scaled) = number(text, at)?;
                tokens.number(at..end, scaled);
                end
            }
            b't' | b'f' | b'n' => literal(text, at)?,
            _ => return Err(Broken { at }),
        };
        loop {
            let Some(kind) = nest.innermost() else {
                return Ok(at);
            };
            at = gap(text, at, tokens);
            match (byte(text, at), kind) {
                (b',', kind) => {
                    at = gap(text, at + 1, tokens);
                    is_key = kind == Kind::Object;
                    break;
                }
                (b']', Kind::List) | (b'}', Kind::Object) => {
                    nest.close();
                    at += 1;
                }
                _ => return Err(Broken { at }),
            }
        }
    }
}

/// From a member's key to its value.
#[inline]
fn key(text: &str, at: usize, tokens: &mut impl Tokens) -> Result<usize, Broken> {
    if byte(text, at) != b'"' {
        return Err(Broken { at });
    }
    let end = told(text, at, tokens)?;
    let colon = gap(text, end, tokens);
    if byte(text, colon) != b':' {
        return Err(Broken { at: colon });
    }
    Ok(gap(text, colon + 1, tokens))
}

#[inline]
fn told(text: &str, at: usize, tokens: &mut impl Tokens) -> Result<usize, Broken> {
    let (end, escaped) = string(text, at)?;
    if escaped {
        tokens.escaped(at..end);
    }
    Ok(end)
}

#[inline]
fn gap(text: &str, at: usize, tokens: &mut impl Tokens) -> usize {
    if !is_space(byte(text, at)) {
        return at;
    }
    let end = space(text, at);
    tokens.space(at..end);
    end
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Object,
}

/// The containers around a place: a bit each, of which the innermost 64 are at hand.
#[derive(Default)]
struct Nest {
    depth: usize,
    inner: u64,
    outer: Vec<u64>,
}

impl Nest {
    #[inline]
    fn open(&mut self, kind: Kind) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.inner);
        }
        self.inner = self.inner << 1 | u64::from(kind == Kind::Object);
        self.depth += 1;
    }

    #[inline]
    fn close(&mut self) {
        self.inner >>= 1;
        self.depth = self.depth.saturating_sub(1);
        if self.depth.is_multiple_of(64) {
            self.inner = self.outer.pop().unwrap_or_default();
        }
    }

    #[inline]
    fn innermost(&self) -> Option<Kind> {
        match (self.depth, self.inner & 1) {
            (0, _) => None,
            (_, 0) => Some(Kind::List),
            _ => Some(Kind::Object),
        }
    }
}
