//! The members of one container, given one by one to whoever reads them.

use std::borrow::Cow;

use super::{Broken, byte, space, string};

/// Past an object whose brace is at `at`; each value is read by `read`, from its place, its key
/// as written.
pub fn object<'a>(
    text: &'a str,
    at: usize,
    mut read: impl FnMut(&'a str, usize) -> Result<usize, Broken>,
) -> Result<usize, Broken> {
    let mut at = space(text, at + 1);
    if byte(text, at) == b'}' {
        return Ok(at + 1);
    }
    loop {
        if byte(text, at) != b'"' {
            return Err(Broken { at });
        }
        let (end, _) = string(text, at)?;
        let written = text.get(at..end).unwrap_or_default();
        let colon = space(text, end);
        if byte(text, colon) != b':' {
            return Err(Broken { at: colon });
        }
        let end = read(written, space(text, colon + 1))?;
        at = space(text, end);
        match byte(text, at) {
            b',' => at = space(text, at + 1),
            b'}' => return Ok(at + 1),
            _ => return Err(Broken { at }),
        }
    }
}

/// Past a list whose bracket is at `at`; each item is read by `read`, from its place.
pub fn list(
    text: &str,
    at: usize,
    mut read: impl FnMut(usize) -> Result<usize, Broken>,
) -> Result<usize, Broken> {
    let mut at = space(text, at + 1);
    if byte(text, at) == b']' {
        return Ok(at + 1);
    }
    loop {
        at = space(text, read(at)?);
        match byte(text, at) {
            b',' => at = space(text, at + 1),
            b']' => return Ok(at + 1),
            _ => return Err(Broken { at }),
        }
    }
}

/// What a key that stands with its quotes says; one with half of a surrogate pair in it, which no
/// text can say, says what is written.
#[must_use]
pub fn key(written: &str) -> Cow<'_, str> {
    let inside = written.get(1..written.len().saturating_sub(1));
    let inside = inside.unwrap_or_default();
    if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
        return Cow::Borrowed(inside);
    }
    serde_json::from_str(written).map_or(Cow::Borrowed(inside), Cow::Owned)
}
