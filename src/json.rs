//! JSON text, checked while it is read and decoded nowhere: where each token and each value ends.
//!
//! Every function takes the place of a first byte and gives the place behind the last one, or
//! where the text breaks. What is JSON here is what `serde_json` takes for it; halves of surrogate
//! pairs are, as in its raw values, and so is every depth.

mod container;
mod value;
mod word;

#[cfg(test)]
mod tests;

pub use container::{key, list, object};
pub use value::{Tokens, skip, value};
pub(crate) use word::{WORD, is_plain, plain, stop_in};

/// A text that is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The first byte that cannot stand where it does; the text's length if it ends too early.
    pub at: usize,
}

impl Broken {
    /// Whether the text ends before its value does.
    #[must_use]
    pub fn is_cut_off(self, text: &str) -> bool {
        self.at >= text.len()
    }

    /// The line, and the byte in it, each counted from one.
    #[must_use]
    pub fn line_and_column(self, text: &str) -> (usize, usize) {
        let before = text.as_bytes().get(..self.at).unwrap_or(text.as_bytes());
        let lines = memchr::memchr_iter(b'\n', before).count();
        let begin = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        (lines + 1, before.len() - begin + 1)
    }
}

/// The byte at a place; beyond the end a zero, which is nowhere right in JSON.
#[inline]
#[must_use]
pub fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or(0)
}

/// Whether this is white space.
#[inline]
#[must_use]
pub fn is_space(byte: u8) -> bool {
    // Nearly everything else is larger, which takes one comparison.
    byte <= b' ' && matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Past white space, if there is any.
#[inline]
#[must_use]
pub fn space(text: &str, at: usize) -> usize {
    let mut at = at;
    while is_space(byte(text, at)) {
        at += 1;
    }
    at
}

/// Past a string whose opening quote is at `at`; and whether anything in it is escaped.
#[inline]
pub fn string(text: &str, at: usize) -> Result<(usize, bool), Broken> {
    let stop = word::stop(text.as_bytes(), at + 1);
    if byte(text, stop) == b'"' {
        return Ok((stop + 1, false));
    }
    Ok((escaped(text, stop)?, true))
}

/// Past a string whose first byte that does not stand for itself is at `at`.
// Of its own, so that strings without escapes are read in the midst of their caller.
#[inline(never)]
fn escaped(text: &str, at: usize) -> Result<usize, Broken> {
    let mut at = at;
    loop {
        at = match byte(text, at) {
            b'\\' => escape(text, at)?,
            b'"' => return Ok(at + 1),
            _ => return Err(Broken { at }),
        };
        // Escapes often follow one another.
        if byte(text, at) != b'\\' {
            at = word::stop(text.as_bytes(), at);
        }
    }
}

/// Past an escape whose backslash is at `at`.
#[inline]
pub fn escape(text: &str, at: usize) -> Result<usize, Broken> {
    match byte(text, at + 1) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 2),
        b'u' => {
            let digits = at + 2..at + 6;
            let wrong = |at: &usize| !byte(text, *at).is_ascii_hexdigit();
            digits
                .clone()
                .find(wrong)
                .map_or(Ok(digits.end), |at| Err(Broken { at }))
        }
        _ => Err(Broken { at: at + 1 }),
    }
}

/// Past a number that begins at `at`, however large it is; and whether it has an exponent.
#[inline]
pub fn number(text: &str, at: usize) -> Result<(usize, bool), Broken> {
    let first = at + usize::from(byte(text, at) == b'-');
    let mut end = digits(text, first)?;
    // Nothing but a fraction or an exponent follows a leading zero.
    if byte(text, first) == b'0' && end > first + 1 {
        return Err(Broken { at: first + 1 });
    }
    if byte(text, end) == b'.' {
        end = digits(text, end + 1)?;
    }
    if !matches!(byte(text, end), b'e' | b'E') {
        return Ok((end, false));
    }
    let signed = matches!(byte(text, end + 1), b'+' | b'-');
    end = digits(text, end + 1 + usize::from(signed))?;
    Ok((end, true))
}

/// Past the digits at `at`, of which there must be one.
#[inline]
fn digits(text: &str, at: usize) -> Result<usize, Broken> {
    let end = word::past_digits(text.as_bytes(), at);
    if end == at {
        return Err(Broken { at });
    }
    Ok(end)
}

/// Past `true`, `false` or `null`, whose first letter is at `at`.
#[inline]
pub fn literal(text: &str, at: usize) -> Result<usize, Broken> {
    match byte(text, at) {
        b't' => exactly("true", text, at),
        b'f' => exactly("false", text, at),
        _ => exactly("null", text, at),
    }
}

#[inline]
fn exactly(meant: &str, text: &str, at: usize) -> Result<usize, Broken> {
    let written = text.as_bytes().get(at..).unwrap_or_default();
    if written.starts_with(meant.as_bytes()) {
        return Ok(at + meant.len());
    }
    let alike = written.iter().zip(meant.bytes());
    let alike = alike.take_while(|(written, meant)| **written == *meant);
    Err(Broken {
        at: at + alike.count(),
    })
}
