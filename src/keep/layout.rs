//! How JSON is laid out: on one line, or spread for a person; the text of its values never changes.

use memchr::memchr2;

/// Writes the JSON on one line without white space, every character beyond ASCII escaped.
pub(super) fn push_one_line(json: &str, line: &mut String) {
    // Nearly every place is so already, and it is large.
    let mut blocks = json.as_bytes().chunks(BLOCK);
    if blocks.all(|block| block.iter().fold(true, |so, byte| so & is_visible(*byte))) {
        line.push_str(json);
        return;
    }
    for piece in pieces(json) {
        match piece {
            Piece::Text(text) if text.bytes().all(is_plain) => line.push_str(text),
            Piece::Text(text) => text.chars().for_each(|character| escape(character, line)),
            Piece::Mark(mark) if is_space(mark) => {}
            Piece::Mark(mark) => escape(mark, line),
        }
    }
}

/// The JSON without white space, otherwise to the letter.
pub(super) fn stripped(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for piece in pieces(json) {
        match piece {
            Piece::Text(text) => line.push_str(text),
            Piece::Mark(mark) if is_space(mark) => {}
            Piece::Mark(mark) => line.push(mark),
        }
    }
    line
}

/// One line of JSON spread over several: a line a key, lists on one line because they can be long.
pub(super) fn spread(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + line.len() / 8);
    let (mut depth, mut lists) = (0_usize, 0_usize);
    for piece in pieces(line) {
        let mark = match piece {
            Piece::Text(string) => {
                text.push_str(string);
                continue;
            }
            Piece::Mark(mark) => mark,
        };
        match mark {
            '[' => lists += 1,
            ']' => lists = lists.saturating_sub(1),
            '}' if lists == 0 => {
                depth = depth.saturating_sub(1);
                new_line(&mut text, depth);
            }
            _ => {}
        }
        text.push(mark);
        match mark {
            '{' if lists == 0 => {
                depth += 1;
                new_line(&mut text, depth);
            }
            ',' if lists == 0 => new_line(&mut text, depth),
            ',' | ':' => text.push(' '),
            _ => {}
        }
    }
    text.push('\n');
    text
}

fn new_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// So many bytes are looked at together, which the compiler does many at a time.
const BLOCK: usize = 256;

/// Whether a byte stays as it is in JSON on one line wherever it stands.
fn is_visible(byte: u8) -> bool {
    (b'!'..=b'~').contains(&byte)
}

fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

fn escape(character: char, line: &mut String) {
    if u8::try_from(character).is_ok_and(is_plain) {
        line.push(character);
        return;
    }
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        line.push_str("\\u");
        for shift in [12, 8, 4, 0] {
            let digit = u32::from(*unit >> shift) & 0xf;
            line.extend(char::from_digit(digit, 16));
        }
    }
}

/// A part of a JSON text.
enum Piece<'a> {
    /// A string with its quotes; a place is mostly these, so they go in one piece.
    Text(&'a str),
    /// A character outside of strings.
    Mark(char),
}

fn pieces(json: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = json;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = if first == '"' {
            string_length(rest)
        } else {
            first.len_utf8()
        };
        let (piece, behind) = rest.split_at(length);
        rest = behind;
        Some(if first == '"' {
            Piece::Text(piece)
        } else {
            Piece::Mark(first)
        })
    })
}

/// The length of the string that a text begins with; the whole text where it does not end.
fn string_length(text: &str) -> usize {
    let mut at = 1;
    while let Some(found) = text
        .as_bytes()
        .get(at..)
        .and_then(|rest| memchr2(b'"', b'\\', rest))
    {
        at += found + 1;
        if text.as_bytes().get(at - 1) == Some(&b'"') {
            return at;
        }
        // What is escaped may be a quote, or the first byte of a longer character.
        let escaped = text.get(at..).and_then(|rest| rest.chars().next());
        at += escaped.map_or(0, char::len_utf8);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one_line(json: &str) -> String {
        let mut line = String::new();
        push_one_line(json, &mut line);
        line
    }

    #[test]
    fn one_line_is_ascii_without_control_characters_and_means_the_same() {
        let json = "{ \"a b\" :\n [1, \"x \\\" {y}\u{e9}\u{1f600}\" ],\t\"c\": null }";
        let line = one_line(json);
        assert_eq!(line, r#"{"a b":[1,"x \" {y}\u00e9\ud83d\ude00"],"c":null}"#);
        let (before, after): (serde_json::Value, serde_json::Value) = (
            serde_json::from_str(json).unwrap_or_default(),
            serde_json::from_str(&line).unwrap_or_default(),
        );
        assert_eq!(before, after);
    }

    #[test]
    fn what_was_spread_for_a_person_is_the_same_line_once_stripped() {
        let line =
            r#"{"sum":"0a","body":{"n":1.50e3,"s":"a, b: {c} \\","ids":[{"a":1},2],"none":{}}}"#;
        let text = spread(line);
        assert_eq!(stripped(&text), line);
        assert!(text.contains("\n    \"ids\": [{\"a\": 1}, 2],\n"), "{text}");
    }

    proptest! {
        #[test]
        fn no_text_at_all_stops_it_and_only_white_space_between_strings_goes(text in "[\\PC\"\\\\ {},:\\[\\]\n]{0,60}") {
            let strip = stripped(&text);
            prop_assert_eq!(stripped(&strip), strip.clone());
            let back = stripped(&spread(&strip));
            prop_assert_eq!(back.trim_end(), strip.trim_end());
            prop_assert!(one_line(&text).bytes().all(is_plain));
        }
    }
}
