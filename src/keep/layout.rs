//! How JSON is laid out: on one line, or spread for a person; the text of its values never changes.

/// The JSON on one line without white space, every character beyond ASCII escaped.
pub(super) fn one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    let mut units = [0; 2];
    for (character, in_string) in characters(json) {
        if is_space(character) && !in_string {
            continue;
        }
        if character.is_ascii() && !character.is_ascii_control() {
            line.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut units) {
            line.push_str("\\u");
            for shift in [12, 8, 4, 0] {
                let digit = u32::from(*unit >> shift) & 0xf;
                line.extend(char::from_digit(digit, 16));
            }
        }
    }
    line
}

/// The JSON without white space, otherwise to the letter.
pub(super) fn stripped(json: &str) -> String {
    characters(json)
        .filter(|(character, in_string)| *in_string || !is_space(*character))
        .map(|(character, _)| character)
        .collect()
}

/// One line of JSON spread over several: a line a key, lists on one line because they can be long.
pub(super) fn spread(line: &str) -> String {
    let mut text = String::with_capacity(line.len() * 2);
    let (mut depth, mut lists) = (0_usize, 0_usize);
    for (character, in_string) in characters(line) {
        if in_string {
            text.push(character);
            continue;
        }
        match character {
            '[' => lists += 1,
            ']' => lists = lists.saturating_sub(1),
            '}' if lists == 0 => {
                depth = depth.saturating_sub(1);
                new_line(&mut text, depth);
            }
            _ => {}
        }
        text.push(character);
        match character {
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

/// Each character, and whether it belongs to a string; the quotes do.
fn characters(json: &str) -> impl Iterator<Item = (char, bool)> {
    let (mut in_string, mut escaped) = (false, false);
    json.chars().map(move |character| {
        let belongs = in_string || character == '"';
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else {
            in_string = character == '"';
        }
        (character, belongs)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
