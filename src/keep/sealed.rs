//! A place under its version, sequence number and checksum.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::layout;

/// The version of what is sealed; it rises when an older logwalk would misread a place.
pub const VERSION: u64 = 1;

const BEFORE_SUM: &str = "{\"sum\":\"";
const BEFORE_BODY: &str = "\",\"body\":";
const SUM_DIGITS: usize = 8;

/// What a text turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A place, as it was sealed.
    Whole {
        /// Its number.
        sequence: u64,
        /// The place, JSON on one line.
        place: String,
    },
    /// Whole, but written by a version that this one does not know.
    Newer {
        /// That version.
        version: u64,
    },
    /// Not what somebody sealed: cut short, damaged or of another origin.
    Torn,
    /// Nothing.
    Empty,
}

/// A place as one line of ASCII: its checksum, then what the checksum is of.
#[must_use]
pub fn seal(sequence: u64, place: &str) -> String {
    // In one buffer, since a place may be large: the sum is filled in when its text is there.
    let head = format!(
        "{BEFORE_SUM}{:SUM_DIGITS$}{BEFORE_BODY}{{\"version\":{VERSION},\"sequence\":{sequence},\"place\":",
        ""
    );
    let mut text = String::with_capacity(head.len() + place.len() + "}}".len());
    text.push_str(&head);
    layout::push_one_line(place, &mut text);
    text.push('}');
    let body = BEFORE_SUM.len() + SUM_DIGITS + BEFORE_BODY.len();
    let sum = sum(&text[body..]);
    text.replace_range(BEFORE_SUM.len()..BEFORE_SUM.len() + SUM_DIGITS, &sum);
    text.push('}');
    text
}

/// What a sealed text holds; the checksum is judged first, since only a whole text has a version.
#[must_use]
pub fn open(text: &str) -> Opened {
    if text.trim().is_empty() {
        return Opened::Empty;
    }
    if let Some(body) = body_of(text) {
        return opened(body);
    }
    // Spread over lines for a person it is the same text.
    let line = layout::stripped(text);
    body_of(&line).map_or(Opened::Torn, opened)
}

/// The number of a whole text as [`seal`] writes it, found without parsing its place.
pub(super) fn number(text: &str) -> Option<u64> {
    let body = body_of(text)?;
    let version = format!("{{\"version\":{VERSION},\"sequence\":");
    let (number, _) = body.strip_prefix(&version)?.split_once(',')?;
    number.parse().ok()
}

/// The body whose checksum is right.
fn body_of(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(BEFORE_SUM)?;
    let (written, rest) = rest.split_at_checked(SUM_DIGITS)?;
    let body = rest.strip_prefix(BEFORE_BODY)?.strip_suffix('}')?;
    (written == sum(body)).then_some(body)
}

fn opened(body: &str) -> Opened {
    match serde_json::from_str::<Version>(body) {
        Ok(Version { version }) if version > VERSION => return Opened::Newer { version },
        Ok(Version { version: VERSION }) => {}
        Ok(_) | Err(_) => return Opened::Torn,
    }
    match serde_json::from_str::<Body>(body) {
        Ok(body) => Opened::Whole {
            sequence: body.sequence,
            place: body.place.get().to_owned(),
        },
        Err(_) => Opened::Torn,
    }
}

fn sum(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

#[derive(Deserialize)]
struct Body<'a> {
    sequence: u64,
    #[serde(borrow)]
    place: &'a RawValue,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACE: &str = r#"{"cursor":"abc","since":1763631000123,"seen":[[1,2],[3,4]]}"#;

    fn whole(sequence: u64, place: &str) -> Opened {
        Opened::Whole {
            sequence,
            place: place.to_owned(),
        }
    }

    fn sealed_body(body: &str) -> String {
        format!("{{\"sum\":\"{}\",\"body\":{body}}}", sum(body))
    }

    #[test]
    fn what_was_sealed_opens_as_it_was() {
        assert_eq!(open(&seal(17, PLACE)), whole(17, PLACE));
        assert_eq!(
            seal(17, "{}"),
            "{\"sum\":\"de5cba69\",\"body\":{\"version\":1,\"sequence\":17,\"place\":{}}}"
        );
    }

    #[test]
    fn a_sealed_text_is_one_line_of_ascii_without_nul() {
        let sealed = seal(1, "{\n \"cursor\": \"h\u{e9}\u{0}\"}");
        assert!(sealed.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
    }

    #[test]
    fn a_text_spread_over_lines_is_the_same() {
        let spread = layout::spread(&seal(3, PLACE));
        assert!(spread.lines().count() > 5);
        assert_eq!(open(&spread), whole(3, PLACE));
    }

    #[test]
    fn the_number_of_a_whole_text_is_found_and_of_no_other() {
        let sealed = seal(17, PLACE);
        assert_eq!(number(&sealed), Some(17));
        assert_eq!(number(&sealed.replace("17", "18")), None);
        assert_eq!(number(&sealed[1..]), None);
        assert_eq!(
            number(&sealed_body(r#"{"version":2,"sequence":17,"x":1}"#)),
            None
        );
    }

    #[test]
    fn nothing_and_white_space_are_empty() {
        assert_eq!(open(""), Opened::Empty);
        assert_eq!(open(" \n"), Opened::Empty);
    }

    #[test]
    fn a_newer_version_is_told_whatever_else_it_holds() {
        let newer = sealed_body(r#"{"version":9,"somewhere":"else"}"#);
        assert_eq!(open(&newer), Opened::Newer { version: 9 });
    }

    #[test]
    fn the_checksum_is_judged_before_the_version() {
        let newer = sealed_body(r#"{"version":2,"place":{}}"#);
        assert_eq!(
            open(&newer.replace("version\":2", "version\":3")),
            Opened::Torn
        );
    }

    #[test]
    fn what_nobody_here_sealed_is_torn_even_with_a_right_checksum() {
        for body in [
            "{}",
            "null",
            r#"{"version":0,"sequence":1,"place":{}}"#,
            r#"{"version":1,"sequence":-1,"place":{}}"#,
            r#"{"version":1,"sequence":1}"#,
            r#"{"version":1,"sequence":1,"place":{}"#,
        ] {
            assert_eq!(open(&sealed_body(body)), Opened::Torn, "{body}");
        }
        for text in ["{}", "null", "{\"cursor\":\"abc\"}", "<html>", "\u{1f600}"] {
            assert_eq!(open(text), Opened::Torn, "{text}");
        }
    }

    fn places() -> impl Strategy<Value = String> {
        (
            ".{0,40}",
            any::<i64>(),
            prop::collection::vec(any::<u64>(), 0..20),
        )
            .prop_map(|(cursor, since, seen)| {
                serde_json::json!({"cursor": cursor, "since": since, "seen": seen}).to_string()
            })
    }

    proptest! {
        #[test]
        fn any_place_comes_back_as_it_was(sequence: u64, place in places()) {
            let Opened::Whole { sequence: number, place: back } = open(&seal(sequence, &place)) else {
                return Err(TestCaseError::fail("not whole"));
            };
            let before: serde_json::Value = serde_json::from_str(&place).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let after: serde_json::Value = serde_json::from_str(&back).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(number, sequence);
            prop_assert_eq!(before, after);
        }

        #[test]
        fn a_text_cut_anywhere_is_never_a_place(sequence: u64, place in places(), cut: prop::sample::Index) {
            let sealed = seal(sequence, &place);
            let opened = open(&sealed[..cut.index(sealed.len())]);
            prop_assert!(matches!(opened, Opened::Torn | Opened::Empty), "{:?}", opened);
        }

        #[test]
        fn a_text_with_one_bit_turned_is_never_a_place(
            sequence: u64, place in places(), at: prop::sample::Index, bit in 0..7_u8
        ) {
            let mut bytes = seal(sequence, &place).into_bytes();
            let index = at.index(bytes.len());
            bytes[index] ^= 1 << bit;
            prop_assert_eq!(open(&String::from_utf8_lossy(&bytes)), Opened::Torn);
        }

        #[test]
        fn any_text_at_all_is_answered(text: String) {
            let opened = open(&text);
            let is_whole = matches!(opened, Opened::Whole { .. });
            prop_assert!(!is_whole);
        }
    }
}
