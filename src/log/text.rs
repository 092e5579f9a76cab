//! JSON strings: what they stand for, and how long a text is once written as one.

use std::borrow::Cow;

use memchr::memchr;

use crate::json::{self, Broken, WORD};

/// What a buffer begins with, so that most strings need no larger one.
const FIRST_BYTES: usize = 1024;

/// What a JSON value reads as: a string without quotes and escapes, anything else as written.
pub(super) fn plain(json: &str) -> Cow<'_, str> {
    let Some(inside) = json
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return Cow::Borrowed(json);
    };
    if memchr(b'\\', inside.as_bytes()).is_none() {
        return Cow::Borrowed(inside);
    }
    let mut out = vec![0; json.len() + WORD];
    let Ok((length, _)) = unescape(json, 1, &mut out) else {
        return Cow::Borrowed(inside);
    };
    out.truncate(length);
    Cow::Owned(String::from_utf8(out).unwrap_or_default())
}

/// Without the white space around it, of which there is hardly ever any.
pub(super) fn trimmed(text: &str) -> &str {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if is_letter(bytes.first()) && is_letter(bytes.last()) {
        return text;
    }
    text.trim()
}

/// What a JSON string stands for, from `at` to its closing quote, as the first so many bytes of
/// a buffer, which grows as needed; and where that quote is, or where the string breaks. Half a
/// surrogate pair becomes U+FFFD.
pub(super) fn unescape(
    text: &str,
    at: usize,
    buffer: &mut Vec<u8>,
) -> Result<(usize, usize), Broken> {
    let bytes = text.as_bytes();
    let mut at = at;
    let mut filled = 0;
    loop {
        // A word is written whole; what was too much of it is written over.
        let room = buffer.get_mut(filled..).and_then(<[u8]>::first_chunk_mut);
        let Some(room) = room else {
            buffer.resize(2 * filled + FIRST_BYTES, 0);
            continue;
        };
        if let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<WORD>) {
            *room = *word;
            let plain = json::plain(*word);
            filled += plain;
            at += plain;
            if plain == WORD {
                continue;
            }
        }
        match (json::byte(text, at), json::byte(text, at + 1)) {
            (b'"', _) => return Ok((filled, at)),
            (b'\\', same @ (b'"' | b'\\' | b'/')) => {
                buffer[filled] = same;
                filled += 1;
                at += 2;
            }
            (b'\\', _) => {
                json::escape(text, at)?;
                let (meant, length) = escape(&bytes[at..]);
                filled += meant.encode_utf8(&mut buffer[filled..]).len();
                at += length;
            }
            (0..=0x1f, _) => return Err(Broken { at }),
            (other, _) => {
                buffer[filled] = other;
                filled += 1;
                at += 1;
            }
        }
    }
}

/// The character an escape stands for, and how many bytes it takes; `bytes` begin with a backslash.
pub(super) fn escape(bytes: &[u8]) -> (char, usize) {
    let meant = match bytes.get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode(bytes),
        Some(other) => char::from(*other),
        None => return (char::REPLACEMENT_CHARACTER, 1),
    };
    (meant, 2)
}

fn unicode(bytes: &[u8]) -> (char, usize) {
    let Some(unit) = unit(bytes) else {
        return (char::REPLACEMENT_CHARACTER, 2);
    };
    if let Some(whole) = char::from_u32(unit) {
        return (whole, 6);
    }
    let low = bytes.get(6..).filter(|next| next.starts_with(b"\\u"));
    let pair = [unit, low.and_then(self::unit).unwrap_or(0)];
    match pair {
        [0xD800..=0xDBFF, 0xDC00..=0xDFFF] => {
            let code = 0x1_0000 + ((pair[0] - 0xD800) << 10) + (pair[1] - 0xDC00);
            (
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                12,
            )
        }
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.get(2..6)?;
    digits.iter().try_fold(0, |sum, digit| {
        Some(sum * 16 + char::from(*digit).to_digit(16)?)
    })
}

/// How many bytes a text takes as a JSON string, quotes included.
pub(super) fn quoted_len(text: &str) -> usize {
    if json::is_plain(text) {
        return text.len() + 2;
    }
    text.bytes().map(escaped_len).sum::<usize>() + 2
}

/// Writes a text as a JSON string.
pub(super) fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    if json::is_plain(text) {
        out.push_str(text);
    } else {
        let quoted = serde_json::Value::from(text).to_string();
        out.push_str(&quoted[1..quoted.len() - 1]);
    }
    out.push('"');
}

/// A text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(text, &mut out);
    out
}

/// How many bytes a byte of a text takes inside a JSON string.
pub(super) fn escaped_len(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0x00..=0x1f => 6,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_is_read_as_what_it_stands_for() {
        assert_eq!(plain(r#""a\n\t\r\b\f\"\\\/A""#), "a\n\t\r\u{8}\u{c}\"\\/A");
        assert_eq!(plain(r#""\u0061\ud83d\ude00é""#), "a😀é");
    }

    #[test]
    fn half_a_surrogate_pair_is_read_as_the_replacement_character() {
        assert_eq!(plain(r#""\ud800x""#), "\u{fffd}x");
        assert_eq!(plain(r#""\udc00\ud83d\u0041""#), "\u{fffd}\u{fffd}A");
        assert_eq!(plain(r#""\ud83d""#), "\u{fffd}");
    }

    #[test]
    fn a_string_of_any_length_ends_at_its_first_bare_quote() {
        for length in 0..100 {
            let text = "é".repeat(length) + "x";
            for (tail, read) in [("", ""), ("\\\\", "\\"), ("\\\"x", "\"x"), ("\\n", "\n")] {
                let json = format!("\"{text}{tail}\"");
                assert_eq!(plain(&json), format!("{text}{read}"));
                let mut out = Vec::new();
                let more = format!("{json},\"next\\n\"");
                let read = unescape(&more, 1, &mut out);
                assert_eq!(read.map(|(_, end)| end), Ok(json.len() - 1));
            }
        }
    }

    #[test]
    fn what_is_no_string_reads_as_written() {
        assert_eq!(plain("1.50"), "1.50");
        assert_eq!(plain("true"), "true");
    }

    #[test]
    fn the_length_of_a_text_as_json_is_what_the_encoder_writes() {
        let every: String = (0..=0x2ff_u32).filter_map(char::from_u32).collect();
        for text in ["", "plain", "q\"b\\", &every, "😀\u{0}"] {
            let encoded = serde_json::to_string(text).unwrap_or_default();
            assert_eq!(quoted_len(text), encoded.len(), "{text:?}");
            assert_eq!(quoted(text), encoded);
        }
    }
}
